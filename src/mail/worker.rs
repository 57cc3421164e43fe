//! The worker: claims what is due, sends it, writes down what became of it.
//!
//! Its state is in the table alone. A worker that dies leaves its claims, and after the lease another takes
//! them: a letter may then leave twice, never not at all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::carrier::Carrier;
use super::message::{Sender, build};
use super::model::Letter;
use super::rows::OutboxRow;
use super::rules::{self, Failure};
use super::store::{self, Outcome};
use crate::clock::Clock;
use crate::db::{At, Db};
use crate::error::AppError;
use crate::ids::PostmanId;

/// Letters claimed at once. With the patience of [`Carrier`] they are all tried well within a lease.
const BATCH: i64 = 32;
/// Letters on their way at the same moment, and connections to the server.
pub const AT_ONCE: u32 = 4;
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);
/// Looks between two erasures of what is kept no longer: about an hour.
const FORGET_EVERY: u32 = 7_200;
/// Times that what became of a letter is written down when the database is busy.
const TRIES: u32 = 5;

#[derive(Clone)]
pub struct Postman {
    stopping: Arc<watch::Sender<bool>>,
    turning: Arc<Mutex<Option<JoinHandle<()>>>>,
}

struct Inner {
    me: PostmanId,
    db: Db,
    clock: Clock,
    carrier: Carrier,
    sender: Sender,
    every: Duration,
}

impl Postman {
    /// Sends what is due, from now until [`Postman::stop`]; looks every so often when nothing is.
    pub fn start(db: Db, clock: Clock, carrier: Carrier, sender: Sender, every: Duration) -> Self {
        let inner = Arc::new(Inner { me: PostmanId::new(), db, clock, carrier, sender, every });
        let (stopping, stop) = watch::channel(false);
        let turning = tokio::spawn(inner.turns(stop));
        Self { stopping: Arc::new(stopping), turning: Arc::new(Mutex::new(Some(turning))) }
    }

    /// Lets what is on its way arrive, gives back what was claimed and not begun.
    pub async fn stop(&self) {
        // Nobody listens any more when the runtime is going down.
        let _ = self.stopping.send(true);
        if let Some(turning) = self.turning.lock().await.take()
            && let Err(error) = turning.await
        {
            tracing::error!(%error, "the worker of the mail ended badly");
        }
    }
}

impl Inner {
    async fn turns(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut looks = 0_u32;
        while !*stop.borrow() {
            let turned = self.turn(&stop, looks).await;
            looks = (looks + 1) % FORGET_EVERY;
            let pause = match turned {
                Ok(true) => continue,
                Ok(false) => self.every,
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be read; it will be tried again");
                    PAUSE
                }
            };
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Whether there was something to send.
    async fn turn(self: &Arc<Self>, stop: &watch::Receiver<bool>, looks: u32) -> Result<bool, AppError> {
        let (me, at) = (self.me, self.clock.now());
        if looks == 0 {
            self.db.write(move |conn| store::forget_old(conn, at)).await?;
        }
        // A read costs no sync.
        if !self.db.read_one(move |conn| store::any_due(conn, at)).await? {
            return Ok(false);
        }
        let claimed = self.db.write(move |conn| store::claim(conn, me, at, BATCH)).await?;
        let some = !claimed.is_empty();
        let bag = Arc::new(Mutex::new(VecDeque::from(claimed)));
        let mut rounds = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (own, bag, stop) = (Arc::clone(self), Arc::clone(&bag), stop.clone());
            rounds.spawn(async move {
                loop {
                    let next = bag.lock().await.pop_front();
                    let Some(row) = next else { return };
                    let stopping = *stop.borrow();
                    own.deliver(row, stopping).await;
                }
            });
        }
        while let Some(ended) = rounds.join_next().await {
            ended.map_err(AppError::internal)?;
        }
        Ok(some)
    }

    async fn deliver(&self, row: OutboxRow, stopping: bool) {
        let at = self.clock.now();
        let leased = row.claimed_until.is_some_and(|until| at < until);
        let outcome = match stopping || !leased {
            true => Outcome::Unclaimed,
            false => self.outcome(&row, at).await,
        };
        if let Outcome::Later { failure, .. } | Outcome::Dead { failure } = &outcome {
            let dead = matches!(outcome, Outcome::Dead { .. });
            tracing::warn!(letter = %row.id, kind = %row.kind, attempts = row.attempts, failure, dead, "a letter did not leave");
        }
        for tried in 1..=TRIES {
            let (me, at) = (self.me, self.clock.now());
            let (row, outcome) = (row.clone(), outcome.clone());
            match self.db.write(move |conn| store::settle(conn, &row, me, outcome, at)).await {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, tried, "what became of a letter is not written down"),
            }
            tokio::time::sleep(PAUSE * tried).await;
        }
    }

    async fn outcome(&self, row: &OutboxRow, at: At) -> Outcome {
        match self.send(row, at).await {
            Ok(()) => Outcome::Sent,
            Err(failure) => {
                let wait = match failure {
                    Failure::Refused(_) => None,
                    Failure::Deferred(_) => rules::wait(row.attempts),
                };
                let failure = failure.code().to_owned();
                match wait {
                    Some(wait) => Outcome::Later { at: at.plus(wait), failure },
                    None => Outcome::Dead { failure },
                }
            }
        }
    }

    async fn send(&self, row: &OutboxRow, at: At) -> Result<(), Failure> {
        let letter: Option<Letter> = row.payload.as_ref().and_then(|payload| payload.read().ok());
        let letter = letter.ok_or_else(|| Failure::Refused("unreadable".to_owned()))?;
        if letter.content.useless_after().is_some_and(|end| end < at) {
            return Err(Failure::Refused("past".to_owned()));
        }
        let message = build(&self.sender, row.id, row.queued_at, &letter)?;
        let name = format!("{}-{}-{}", row.queued_at.utc().format("%Y%m%dT%H%M%S"), row.kind, row.id);
        self.carrier.take(message, &name).await
    }
}
