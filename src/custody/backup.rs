//! A backup while the service serves: one moment of the database, then every file that it names.
//!
//! Files are immutable and there before the row that names them: copied after the moment of the database, none
//! is missing. Every entry of the journal has its place at that moment, so that the head of the backup is one
//! that the service has signed.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::manifest::{self, DATABASE, Draft, HeldHead, Manifest};
use super::portable;
use crate::clock::Clock;
use crate::db::open::{SQLITE_MIGRATIONS, establish, migrate};
use crate::db::schema::{journal_checkpoint, journal_entry};
use crate::db::{AnyConn, Bytes, Db, DbUrl};
use crate::journal::keys;
use crate::journal::sequencer::Sequencer;

/// Times that a moment is looked for at which every entry has its place.
const TRIES: usize = 2000;
/// What is saved beside the database.
const FOLDERS: [&str; 2] = ["files", "documents"];
/// Without it, opening the keys would make one, and no head could be signed for the log that is there.
const SECRET_KEY: &str = "journal.key";
/// The one key that is always in, for whoever verifies.
const PUBLIC_KEY: &str = "journal.vkey";

/// Hears of each step: what is being saved, how many are done, of how many.
pub type Tell<'a> = &'a dyn Fn(&'static str, usize, usize);

/// Saves a folder and its database, whichever engine it is on, into a folder that is not there yet.
///
/// # Errors
/// A target that is taken, a database made by another version, a file that is not what its name says; nothing
/// is left then.
pub async fn save(
    data: &Path,
    database: &DbUrl,
    out: &Path,
    with_keys: bool,
    clock: &Clock,
    tell: Tell<'_>,
) -> anyhow::Result<Manifest> {
    let draft = Draft::beside(out)?;
    // Refuses what is not there or of another version: opening to write would migrate it.
    drop(crate::proof::read_only(database)?);
    let copy = draft.path.join(DATABASE);
    migrate(&DbUrl::Sqlite(copy.clone()))?;
    let moment = moment(data, database, &copy, clock).await?;
    rows(moment, &copy, tell)?;
    let journal = settle(&copy)?;
    let mut manifest = Manifest::new(clock.now(), newest_migration()?, journal, with_keys);
    files(data, &draft.path, &mut manifest, tell)?;
    keep_keys(data, &draft.path, with_keys, &mut manifest)?;
    manifest.files.insert(DATABASE.to_owned(), manifest::digest(&copy)?);
    manifest.write(&draft.path)?;
    draft.keep(out)?;
    Ok(manifest)
}

/// A connection that sees one moment, at which no entry waits for its place. The copy is attached on SQLite.
async fn moment(data: &Path, database: &DbUrl, copy: &Path, clock: &Clock) -> anyhow::Result<AnyConn> {
    let secret = data.join("keys").join(SECRET_KEY);
    ensure!(secret.exists(), "there is no {}: name the folder of the service with --data", secret.display());
    let db = Db::open(database)?;
    let key = keys::open(&data.join("keys"))?;
    // Its turns are taken by hand.
    let journal = Sequencer::start(db.clone(), clock.clone(), key, Duration::from_secs(3600));
    let mut conn = establish(database)?;
    if let AnyConn::Sqlite(sqlite) = &mut conn {
        sqlite.batch_execute("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF;")?;
        let attach = diesel::sql_query("ATTACH DATABASE (?) AS copy").bind::<Text, _>(copy.to_string_lossy());
        attach.execute(sqlite)?;
    }
    let mut found = false;
    for _ in 0..TRIES {
        journal.settle().await?;
        begin(&mut conn)?;
        let waiting: i64 =
            journal_entry::table.filter(journal_entry::position.is_null()).count().get_result(&mut conn)?;
        if waiting == 0 {
            found = true;
            break;
        }
        crate::each!(&mut conn, c => c.batch_execute("ROLLBACK"))?;
    }
    journal.stop().await?;
    db.close().await;
    ensure!(found, "the service is too busy: no moment was found at which the journal is whole; try again");
    Ok(conn)
}

fn begin(conn: &mut AnyConn) -> anyhow::Result<()> {
    match conn {
        AnyConn::Sqlite(sqlite) => sqlite.batch_execute("BEGIN")?,
        AnyConn::Pg(pg) => pg.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?,
    }
    Ok(())
}

fn rows(mut moment: AnyConn, copy: &Path, tell: Tell<'_>) -> anyhow::Result<()> {
    match &mut moment {
        AnyConn::Sqlite(sqlite) => {
            let tables = portable::tables(sqlite)?;
            for (done, table) in tables.iter().enumerate() {
                portable::attached(sqlite, table).with_context(|| format!("table {table}"))?;
                tell("tables", done + 1, tables.len());
            }
            sqlite.batch_execute("COMMIT; DETACH copy;")?;
        }
        AnyConn::Pg(pg) => {
            let mut sqlite = opened(copy)?;
            sqlite.batch_execute("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; BEGIN;")?;
            let tables = portable::columns(pg)?;
            for (done, (table, columns)) in tables.iter().enumerate() {
                portable::from_postgres(pg, &mut sqlite, table, columns)
                    .with_context(|| format!("table {table}"))?;
                tell("tables", done + 1, tables.len());
            }
            sqlite.batch_execute("COMMIT;")?;
            pg.batch_execute("COMMIT")?;
        }
    }
    Ok(())
}

fn opened(copy: &Path) -> anyhow::Result<SqliteConnection> {
    match establish(&DbUrl::Sqlite(copy.to_owned()))? {
        AnyConn::Sqlite(sqlite) => Ok(sqlite),
        AnyConn::Pg(_) => bail!("a file is no PostgreSQL"),
    }
}

/// Makes the copy one file that stands alone, and reads the head that it holds.
fn settle(copy: &Path) -> anyhow::Result<HeldHead> {
    #[derive(QueryableByName)]
    struct Orphan {
        #[diesel(sql_type = Text)]
        table: String,
    }
    let mut sqlite = opened(copy)?;
    let orphans: Vec<Orphan> =
        diesel::sql_query("SELECT \"table\" FROM pragma_foreign_key_check").load(&mut sqlite)?;
    if let Some(orphan) = orphans.first() {
        bail!("a row of {} refers to one that is not there", orphan.table);
    }
    sqlite.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE;")?;
    let mut conn = AnyConn::Sqlite(sqlite);
    let head = head(&mut conn)?;
    drop(conn);
    std::fs::File::open(copy)?.sync_all()?;
    Ok(head)
}

/// The newest signed head.
///
/// # Errors
/// Those of the database.
pub fn head(conn: &mut AnyConn) -> anyhow::Result<HeldHead> {
    let newest: Option<(i64, Bytes)> = journal_checkpoint::table
        .order(journal_checkpoint::size.desc())
        .select((journal_checkpoint::size, journal_checkpoint::root))
        .first(conn)
        .optional()?;
    let Some((size, root)) = newest else { return Ok(HeldHead::default()) };
    Ok(HeldHead { size: u64::try_from(size)?, root: hex::encode(&root.0) })
}

fn newest_migration() -> anyhow::Result<String> {
    let known: Vec<Box<dyn Migration<Sqlite>>> =
        SQLITE_MIGRATIONS.migrations().map_err(|error| anyhow::anyhow!("{error}"))?;
    let newest = known.iter().map(|one| one.name().version().to_string()).max();
    newest.context("no migration")
}

fn files(data: &Path, draft: &Path, manifest: &mut Manifest, tell: Tell<'_>) -> anyhow::Result<()> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        paths.extend(manifest::walk(&data.join(folder))?.into_iter().map(|path| format!("{folder}/{path}")));
    }
    let total = paths.len();
    for (done, path) in paths.into_iter().enumerate() {
        let held = manifest::copy(&data.join(&path), &draft.join(&path))?;
        if let Some(name) = path.strip_prefix("files/") {
            // A copy of what is broken already would pass for a backup of it.
            ensure!(
                name.replace('/', "") == held.sha256,
                "{path} is not what its name says: see parchemin verify"
            );
        }
        manifest.files.insert(path, held);
        tell("files", done + 1, total);
    }
    Ok(())
}

fn keep_keys(data: &Path, draft: &Path, with_keys: bool, manifest: &mut Manifest) -> anyhow::Result<()> {
    for name in manifest::walk(&data.join("keys"))? {
        if with_keys || name == PUBLIC_KEY {
            let path = format!("keys/{name}");
            let held = manifest::copy(&data.join(&path), &draft.join(&path))?;
            manifest.files.insert(path, held);
        }
    }
    Ok(())
}
