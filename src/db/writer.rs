//! Writers: a fair bounded queue and group commit. One for all that SQLite writes; on PostgreSQL a few, for the
//! saves of jurors alone.
//!
//! Jobs that wait while a commit reaches the disk share the next one: one `fdatasync` for all, every caller
//! answered after it. A job that refuses or panics undoes itself and nothing else: each has its own savepoint,
//! save those that can be run again and stand first, which go without one (copying each page for a savepoint
//! is a sixth of a save) and are run again apart should one of them refuse. When the commit fails, every
//! caller of the batch hears of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{AnsiTransactionManager as Ansi, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;
use tokio::sync::{mpsc, oneshot};

use super::conn::{AnyConn, write_tx};
use super::open::{Manager, OpenError};
use crate::error::AppError;

/// Writes waiting at the most; beyond, callers are asked to come back (503).
const QUEUE: usize = 1024;
/// Jobs that share one commit at the most, so that nobody waits behind a whole queue.
const BATCH: usize = 64;

/// What waits for its turn. Its answer is told once the commit is known.
trait Work: Send {
    /// Whether it may be run a second time after it was undone.
    fn repeats(&self) -> bool;
    /// Runs it; false when what it wrote is to be undone.
    fn run(&mut self, conn: &mut AnyConn) -> bool;
    fn answer(self: Box<Self>, committed: Result<(), AppError>);
}

type Job = Box<dyn Work>;

/// Work that is run once, or again when it can.
enum Run<F, G> {
    Once(Option<F>),
    Again(G),
}

struct Pending<F, G, T> {
    work: Run<F, G>,
    done: Option<Result<T, AppError>>,
    tell: oneshot::Sender<Result<T, AppError>>,
}

impl<F, G, T> Work for Pending<F, G, T>
where
    F: FnOnce(&mut AnyConn) -> Result<T, AppError> + Send,
    G: Fn(&mut AnyConn) -> Result<T, AppError> + Send,
    T: Send,
{
    fn repeats(&self) -> bool {
        matches!(self.work, Run::Again(_))
    }

    fn run(&mut self, conn: &mut AnyConn) -> bool {
        let done = catch_unwind(AssertUnwindSafe(|| match &mut self.work {
            Run::Again(work) => work(conn),
            Run::Once(work) => {
                work.take().map_or_else(|| Err(AppError::internal("run twice")), |work| work(conn))
            }
        }));
        let done = done.unwrap_or_else(|_| Err(AppError::internal("a write panicked")));
        let keep = done.is_ok();
        self.done = Some(done);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), AppError>) {
        let done = self.done.unwrap_or_else(|| Err(AppError::internal("never run")));
        // The caller may have gone away: the write stands all the same.
        let _ = self.tell.send(done.and_then(|value| committed.map(|()| value)));
    }
}

enum Message {
    Job(Job),
    Close(oneshot::Sender<()>),
}

#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
}

impl Writer {
    /// Starts the thread that owns a writing connection.
    pub fn start(manager: Manager) -> Result<Self, OpenError> {
        let conn = manager.connect()?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || Turns { manager, conn: Some(conn), jobs }.run())
            .map_err(|error| OpenError::Unreachable(error.to_string()))?;
        Ok(Self { queue })
    }

    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.queue(Run::<_, fn(&mut AnyConn) -> Result<T, AppError>>::Once(Some(work))).await
    }

    /// Work that may be undone and run again shares its savepoint with its neighbours.
    pub async fn run_again<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.queue(Run::<fn(&mut AnyConn) -> Result<T, AppError>, _>::Again(work)).await
    }

    async fn queue<F, G, T>(&self, work: Run<F, G>) -> Result<T, AppError>
    where
        F: FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
        G: Fn(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
        T: Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(Pending { work, done: None, tell });
        self.queue.try_send(Message::Job(job)).map_err(|_| super::busy())?;
        told.await.map_err(|_| AppError::internal("the writer stopped"))?
    }

    /// Returns once everything queued before is on the disk; what comes after is refused.
    pub async fn close(&self) {
        let (tell, told) = oneshot::channel();
        if self.queue.send(Message::Close(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

struct Turns {
    manager: Manager,
    conn: Option<AnyConn>,
    jobs: mpsc::Receiver<Message>,
}

impl Turns {
    fn run(mut self) {
        while let Some(message) = self.jobs.blocking_recv() {
            match message {
                Message::Close(tell) => {
                    self.jobs.close();
                    while let Ok(Message::Job(job)) = self.jobs.try_recv() {
                        self.turn(job);
                    }
                    // Dropping the connection folds the WAL back into the database.
                    self.conn = None;
                    let _ = tell.send(());
                    return;
                }
                Message::Job(job) => {
                    if let Some(tell) = self.turn(job) {
                        self.jobs.close();
                        self.conn = None;
                        let _ = tell.send(());
                        return;
                    }
                }
            }
        }
    }

    /// One commit. Gives back the request to close when one was met on the way.
    fn turn(&mut self, first: Job) -> Option<oneshot::Sender<()>> {
        let mut batch = Batch { ran: Vec::new(), closing: None, together: false };
        let committed = match begun(&self.manager, &mut self.conn) {
            Ok(conn) => batch.commit(conn, first, &mut self.jobs),
            Err(error) => {
                batch.ran.push(first);
                Err(error)
            }
        };
        if let Err(error) = &committed {
            tracing::error!(%error, "a commit failed");
            // Its transaction state is unknown: the next turn opens another.
            self.conn = None;
        }
        for job in batch.ran {
            job.answer(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(AppError::internal(error)),
            });
        }
        batch.closing
    }
}

/// Begins on the connection at hand, or on another when that one has died meanwhile.
fn begun<'a>(manager: &Manager, held: &'a mut Option<AnyConn>) -> Result<&'a mut AnyConn, AppError> {
    let live = held.take().and_then(|mut conn| begin(&mut conn).is_ok().then_some(conn));
    let conn = match live {
        Some(conn) => conn,
        None => {
            let mut conn = manager.connect().map_err(AppError::internal)?;
            begin(&mut conn)?;
            conn
        }
    };
    Ok(held.insert(conn))
}

/// The jobs of one commit, in the order of their coming.
struct Batch {
    ran: Vec<Job>,
    closing: Option<oneshot::Sender<()>>,
    /// So far nothing but work that can be run again has been run, without savepoints: undoing one undoes all.
    together: bool,
}

impl Batch {
    /// Runs the first job and all that wait behind it, up to [`BATCH`], and commits once.
    fn commit(
        &mut self,
        conn: &mut AnyConn,
        first: Job,
        jobs: &mut mpsc::Receiver<Message>,
    ) -> Result<(), AppError> {
        let mut next = Some(first);
        while let Some(job) = next.take() {
            if self.ran.len() + 1 < BATCH {
                next = self.following(jobs);
            }
            if self.ran.is_empty() && next.is_none() {
                // Alone: the transaction itself is the savepoint.
                let keep = self.run(conn, job);
                return if keep { commit(conn) } else { rollback(conn) };
            }
            self.take(conn, job)?;
        }
        commit(conn)
    }

    fn following(&mut self, jobs: &mut mpsc::Receiver<Message>) -> Option<Job> {
        match jobs.try_recv().ok()? {
            Message::Job(job) => Some(job),
            Message::Close(tell) => {
                self.closing = Some(tell);
                None
            }
        }
    }

    fn run(&mut self, conn: &mut AnyConn, mut job: Job) -> bool {
        let keep = job.run(conn);
        self.ran.push(job);
        keep
    }

    fn take(&mut self, conn: &mut AnyConn, job: Job) -> Result<(), AppError> {
        self.together = job.repeats() && (self.together || self.ran.is_empty());
        if !self.together {
            return self.in_savepoint(conn, job);
        }
        if self.run(conn, job) { Ok(()) } else { self.apart(conn) }
    }

    /// One of those that went together refused: all are undone, then run again one by one.
    fn apart(&mut self, conn: &mut AnyConn) -> Result<(), AppError> {
        self.together = false;
        rollback(conn)?;
        begin(conn)?;
        for job in std::mem::take(&mut self.ran) {
            self.in_savepoint(conn, job)?;
        }
        Ok(())
    }

    /// A job in a shared commit: undone alone when it refuses.
    fn in_savepoint(&mut self, conn: &mut AnyConn, mut job: Job) -> Result<(), AppError> {
        let kept = write_tx(conn, |conn| {
            if job.run(conn) { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
        });
        self.ran.push(job);
        match kept {
            Ok(()) | Err(diesel::result::Error::RollbackTransaction) => Ok(()),
            Err(error) => Err(AppError::internal(error)),
        }
    }
}

fn begin(conn: &mut AnyConn) -> Result<(), AppError> {
    match conn {
        AnyConn::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        AnyConn::Pg(pg) => Ansi::begin_transaction(pg),
    }
    .map_err(AppError::internal)
}

fn commit(conn: &mut AnyConn) -> Result<(), AppError> {
    <AnyConn as Connection>::TransactionManager::commit_transaction(conn).map_err(AppError::internal)
}

fn rollback(conn: &mut AnyConn) -> Result<(), AppError> {
    <AnyConn as Connection>::TransactionManager::rollback_transaction(conn).map_err(AppError::internal)
}
