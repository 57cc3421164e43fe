//! The single SQLite writer: a fair bounded queue and group commit.
//!
//! Jobs that wait while a commit reaches the disk share the next one: each in its own savepoint, one
//! `fdatasync` for all, every caller answered after it. A job that refuses or panics undoes itself and
//! nothing else. When the commit fails, every caller of the batch hears of it.

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

type Answer = Box<dyn FnOnce(Result<(), AppError>) + Send>;
type Job = Box<dyn FnOnce(&mut AnyConn) -> Ran + Send>;

/// What a job did: whether it may be committed, and how to tell its caller once that is known.
struct Ran {
    keep: bool,
    answer: Answer,
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
    /// Starts the thread that owns the one writing connection.
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
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let done = catch_unwind(AssertUnwindSafe(|| work(conn)))
                .unwrap_or_else(|_| Err(AppError::internal("a write panicked")));
            let keep = done.is_ok();
            let answer: Answer = Box::new(move |committed| {
                // The caller may have gone away: the write stands all the same.
                let _ = tell.send(done.and_then(|value| committed.map(|()| value)));
            });
            Ran { keep, answer }
        });
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
        let mut closing = None;
        let mut answers = Vec::new();
        let committed = self.reconnect().and_then(|()| {
            let next = self.jobs.try_recv().ok();
            match &mut self.conn {
                Some(conn) => batch(conn, first, next, &mut self.jobs, &mut answers, &mut closing),
                None => Err(AppError::internal("no writing connection")),
            }
        });
        if let Err(error) = &committed {
            tracing::error!(%error, "a commit failed");
            // Its transaction state is unknown: the next turn opens another.
            self.conn = None;
        }
        for answer in answers {
            answer(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(AppError::internal(error)),
            });
        }
        closing
    }

    fn reconnect(&mut self) -> Result<(), AppError> {
        if self.conn.is_none() {
            self.conn = Some(self.manager.connect().map_err(AppError::internal)?);
        }
        Ok(())
    }
}

/// Runs the first job and all that wait behind it, up to [`BATCH`], and commits once.
fn batch(
    conn: &mut AnyConn,
    first: Job,
    second: Option<Message>,
    jobs: &mut mpsc::Receiver<Message>,
    answers: &mut Vec<Answer>,
    closing: &mut Option<oneshot::Sender<()>>,
) -> Result<(), AppError> {
    begin(conn)?;
    let Some(second) = second else {
        // Alone: the transaction itself is the savepoint.
        let ran = first(conn);
        answers.push(ran.answer);
        return if ran.keep { commit(conn) } else { rollback(conn) };
    };
    shared(conn, first, answers)?;
    let mut next = Some(second);
    while let Some(message) = next.take() {
        match message {
            Message::Job(job) => shared(conn, job, answers)?,
            Message::Close(tell) => {
                *closing = Some(tell);
                break;
            }
        }
        if answers.len() < BATCH {
            next = jobs.try_recv().ok();
        }
    }
    commit(conn)
}

/// A job in a shared commit: undone alone when it refuses.
fn shared(conn: &mut AnyConn, job: Job, answers: &mut Vec<Answer>) -> Result<(), AppError> {
    let mut answer = None;
    let kept = write_tx(conn, |conn| {
        let ran = job(conn);
        answer = Some(ran.answer);
        if ran.keep { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
    });
    answers.extend(answer);
    match kept {
        Ok(()) | Err(diesel::result::Error::RollbackTransaction) => Ok(()),
        Err(error) => Err(AppError::internal(error)),
    }
}

fn begin(conn: &mut AnyConn) -> Result<(), AppError> {
    match conn {
        AnyConn::Sqlite(sqlite) => {
            Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE").map_err(AppError::internal)
        }
        AnyConn::Pg(_) => Err(AppError::internal("the writer serves SQLite alone")),
    }
}

fn commit(conn: &mut AnyConn) -> Result<(), AppError> {
    <AnyConn as Connection>::TransactionManager::commit_transaction(conn).map_err(AppError::internal)
}

fn rollback(conn: &mut AnyConn) -> Result<(), AppError> {
    <AnyConn as Connection>::TransactionManager::rollback_transaction(conn).map_err(AppError::internal)
}
