//! Gives the committed entries their places in the log, within a second, and signs its head.
//!
//! Nothing on the saving path waits for it. Its state is in the tables alone: it goes on after a restart
//! where it stopped. On PostgreSQL an advisory lock lets one instance at a time place; on SQLite the one
//! writer does.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::BigInt;
use tlog_tiles::checkpoint::Checkpoint as Head;
use tlog_tiles::tlog::Hash;
use tokio::sync::{Mutex, watch};

use super::act::EntryRow;
use super::keys::JournalKey;
use super::log::{Growing, edge, leaf_hash};
use crate::clock::Clock;
use crate::db::conn::MultiBackend;
use crate::db::schema::{journal_checkpoint, journal_entry, journal_hash};
use crate::db::types::sql::Uid;
use crate::db::{AnyConn, At, Bytes, Db};
use crate::error::AppError;
use crate::ids::EntryId;

/// Entries placed in one transaction at the most.
const BATCH: usize = 512;
/// Any constant does, if every instance uses the same: one at a time places.
const PLACING_LOCK: i64 = 7_270_002;
/// How long an act waits for another instance that is placing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A signed head of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    /// Entries covered.
    pub size: u64,
    pub root: [u8; 32],
    /// C2SP signed note.
    pub note: String,
}

impl Checkpoint {
    pub fn root_base64(&self) -> String {
        STANDARD.encode(self.root)
    }
}

#[derive(Clone)]
pub struct Sequencer {
    inner: Arc<Inner>,
    stopping: Arc<watch::Sender<bool>>,
}

struct Inner {
    db: Db,
    clock: Clock,
    key: JournalKey,
    placing: Mutex<()>,
}

impl Sequencer {
    /// Places what is there every so often, from now until [`Sequencer::stop`].
    pub fn start(db: Db, clock: Clock, key: JournalKey, every: Duration) -> Self {
        let inner = Arc::new(Inner { db, clock, key, placing: Mutex::new(()) });
        let (stopping, mut stop) = watch::channel(false);
        let own = Arc::clone(&inner);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = stop.changed() => return,
                    () = tokio::time::sleep(every) => {}
                }
                if let Err(error) = own.place_all().await {
                    tracing::error!(%error, "the journal could not be placed; it will be tried again");
                }
            }
        });
        Self { inner, stopping: Arc::new(stopping) }
    }

    /// Places everything committed so far and gives the signed head that covers it.
    ///
    /// # Errors
    /// `busy` when another instance keeps placing; those of the database.
    pub async fn settle(&self) -> Result<Checkpoint, AppError> {
        self.inner.place_all().await?;
        let origin = self.inner.key.origin.clone();
        self.inner.db.read_one(move |conn| newest(conn, origin)).await
    }

    /// Stops the turns and places what is left.
    ///
    /// # Errors
    /// As [`Sequencer::settle`].
    pub async fn stop(&self) -> Result<(), AppError> {
        // Nobody listens any more when the runtime is going down: there is nothing left to stop then.
        let _ = self.stopping.send(true);
        self.inner.place_all().await
    }
}

fn newest(conn: &mut AnyConn, origin: String) -> Result<Checkpoint, AppError> {
    let (size, root, note): (i64, Bytes, String) = journal_checkpoint::table
        .order(journal_checkpoint::size.desc())
        .select((journal_checkpoint::size, journal_checkpoint::root, journal_checkpoint::note))
        .first(conn)?;
    Ok(Checkpoint {
        origin,
        size: u64::try_from(size).map_err(AppError::internal)?,
        root: root.0.try_into().map_err(|_| AppError::internal("a root of another length"))?,
        note,
    })
}

/// What one turn did.
enum Turn {
    /// Everything that was there when it began.
    Placed,
    /// As many as one turn takes, or what another instance left.
    More,
    /// Another instance is placing.
    Elsewhere,
}

impl Inner {
    async fn place_all(self: &Arc<Self>) -> Result<(), AppError> {
        let _alone = self.placing.lock().await;
        let mut waited = Duration::ZERO;
        loop {
            let Some(ready) = self.ready().await? else { return Ok(()) };
            let own = Arc::clone(self);
            let at = self.clock.now();
            match self.db.write(move |conn| own.place(conn, ready, at)).await? {
                // Not until nothing is left: what comes meanwhile waits for the next turn, and many share it.
                Turn::Placed => return Ok(()),
                Turn::More => {}
                Turn::Elsewhere if waited < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    waited += Duration::from_millis(50);
                }
                Turn::Elsewhere => {
                    return Err(AppError::busy((
                        "Le journal est en cours d’écriture ; réessayez dans un instant.",
                        "The journal is being written; try again in a moment.",
                    )));
                }
            }
        }
    }

    /// What there is to place, nothing when there is nothing: a read costs no sync, and a turn without entries is
    /// never begun. On SQLite the leaves are read and hashed while the writer goes on: all that it does, it does in turn.
    async fn ready(&self) -> Result<Option<Ready>, AppError> {
        if !self.db.is_sqlite() {
            return Ok(self.db.read_one(first_unplaced).await?.map(|_| Ready::Unread));
        }
        let leaves = self.db.read_one(leaves).await?;
        Ok((!leaves.is_empty()).then_some(Ready::Leaves(leaves)))
    }

    /// One batch: places, hashes and a signed head, in a number of statements that does not depend on it.
    fn place(&self, conn: &mut AnyConn, ready: Ready, at: At) -> Result<Turn, AppError> {
        if !lock(conn)? {
            return Ok(Turn::Elsewhere);
        }
        let leaves = match ready {
            Ready::Leaves(leaves) if first_unplaced(conn)? == leaves.first().map(|(id, _)| *id) => leaves,
            // Placed meanwhile: the next turn reads anew.
            Ready::Leaves(_) => return Ok(Turn::More),
            Ready::Unread => leaves(conn)?,
        };
        if leaves.is_empty() {
            return Ok(Turn::Placed);
        }
        let size: Option<i64> =
            journal_checkpoint::table.select(diesel::dsl::max(journal_checkpoint::size)).first(conn)?;
        let size = u64::try_from(size.unwrap_or(0)).map_err(AppError::internal)?;
        let mut log = Growing::on(size, edge(conn, size)?);
        let more = leaves.len() == BATCH;
        let mut places = Vec::with_capacity(leaves.len());
        for (id, leaf) in leaves {
            places.push((id, i64::try_from(log.size()).map_err(AppError::internal)?));
            log.append_hash(leaf)?;
        }
        Places(&places).execute(conn)?;
        let hashes: Vec<_> = log
            .added()
            .map(|(index, hash)| {
                Ok((
                    journal_hash::idx.eq(i64::try_from(index).map_err(AppError::internal)?),
                    journal_hash::hash.eq(hash.to_vec()),
                ))
            })
            .collect::<Result<_, AppError>>()?;
        crate::each!(conn, c => diesel::insert_into(journal_hash::table).values(&hashes).execute(c))?;
        self.sign(conn, &log, at)?;
        Ok(if more { Turn::More } else { Turn::Placed })
    }

    fn sign(&self, conn: &mut AnyConn, log: &Growing, at: At) -> Result<(), AppError> {
        let root = log.root()?;
        let head = Head::new(&self.key.origin, log.size(), Hash(root), "")
            .map_err(|_| AppError::internal("a head that cannot be written"))?;
        let note = self.key.sign(&head.to_bytes()).map_err(AppError::internal)?;
        diesel::insert_into(journal_checkpoint::table)
            .values((
                journal_checkpoint::size.eq(i64::try_from(log.size()).map_err(AppError::internal)?),
                journal_checkpoint::root.eq(root.to_vec()),
                journal_checkpoint::note.eq(note),
                journal_checkpoint::signed_at.eq(at),
            ))
            .execute(conn)?;
        Ok(())
    }
}

/// What a turn begins with.
enum Ready {
    Leaves(Vec<Leaf>),
    /// Another instance may be placing: to be read under the lock.
    Unread,
}

/// An entry without a place, and its hash in the log.
type Leaf = (EntryId, [u8; 32]);

fn leaves(conn: &mut AnyConn) -> Result<Vec<Leaf>, AppError> {
    let entries: Vec<EntryRow> = journal_entry::table
        .filter(journal_entry::position.is_null())
        .order(journal_entry::id.asc())
        .limit(i64::try_from(BATCH).map_err(AppError::internal)?)
        .load(conn)?;
    entries.iter().map(|entry| Ok((entry.id, leaf_hash(&entry.leaf()?)))).collect()
}

fn first_unplaced(conn: &mut AnyConn) -> Result<Option<EntryId>, AppError> {
    let first = journal_entry::table
        .filter(journal_entry::position.is_null())
        .order(journal_entry::id.asc())
        .select(journal_entry::id)
        .first(conn);
    Ok(first.optional()?)
}

/// On PostgreSQL, whether this instance may place; the lock ends with the transaction.
fn lock(conn: &mut AnyConn) -> Result<bool, AppError> {
    #[derive(QueryableByName)]
    struct Got {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        got: bool,
    }
    match conn {
        AnyConn::Sqlite(_) => Ok(true),
        AnyConn::Pg(pg) => {
            let asked = diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS got")
                .bind::<BigInt, _>(PLACING_LOCK);
            Ok(asked.get_result::<Got>(pg)?.got)
        }
    }
}

/// Writes many places in one statement; both engines name the columns of VALUES the same.
struct Places<'a>(&'a [(EntryId, i64)]);

impl diesel::query_builder::QueryId for Places<'_> {
    type QueryId = ();
    // The text changes with the number of rows.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<MultiBackend> for Places<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("UPDATE journal_entry SET position = placed.column2 FROM (VALUES ");
        for (index, (id, place)) in self.0.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_bind_param::<Uid, _>(id)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(place)?;
            out.push_sql(")");
        }
        out.push_sql(") AS placed WHERE journal_entry.id = placed.column1");
        Ok(())
    }
}

impl diesel::query_dsl::RunQueryDsl<AnyConn> for Places<'_> {}
