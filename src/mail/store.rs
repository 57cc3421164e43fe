//! The queries of the outbox.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use super::rows::{LetterKind, LetterState, OutboxRow};
use super::rules::{self, LEASE};
use crate::db::conn::MultiBackend;
use crate::db::schema::outbox;
use crate::db::{AnyConn, At, for_update, skipping_locked};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, LetterId, PostmanId};

/// Rows of one statement at the most: SQLite binds 32 766 values, a row has thirteen.
const CHUNK: usize = 2_000;

pub fn insert(conn: &mut AnyConn, rows: &[OutboxRow]) -> Result<(), AppError> {
    for some in rows.chunks(CHUNK) {
        crate::each!(conn, c => diesel::insert_into(outbox::table).values(some).execute(c))?;
    }
    Ok(())
}

type Condition = Box<dyn BoxableExpression<outbox::table, MultiBackend, SqlType = Nullable<Bool>>>;

/// What waits, may be tried, and is in no worker's hands.
fn due(at: At) -> Condition {
    let free = outbox::claimed_until.is_null().or(outbox::claimed_until.le(at));
    Box::new(outbox::state.eq(LetterState::Waiting).and(outbox::run_after.le(at)).and(free))
}

pub fn any_due(conn: &mut AnyConn, at: At) -> Result<bool, AppError> {
    let found = outbox::table.filter(due(at)).select(outbox::id).first::<LetterId>(conn);
    Ok(found.optional()?.is_some())
}

/// Takes some of what is due for one worker. What another worker is taking at this moment is passed over.
pub fn claim(conn: &mut AnyConn, by: PostmanId, at: At, most: i64) -> Result<Vec<OutboxRow>, AppError> {
    let query = outbox::table
        .filter(due(at))
        .order((outbox::run_after.asc(), outbox::id.asc()))
        .limit(most)
        .select(OutboxRow::as_select());
    let mut rows: Vec<OutboxRow> = skipping_locked(query).get_results(conn)?;
    let ids: Vec<LetterId> = rows.iter().map(|row| row.id).collect();
    let until = at.plus(LEASE);
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
        .set((
            outbox::claimed_by.eq(Some(by)),
            outbox::claimed_until.eq(Some(until)),
            outbox::attempts.eq(outbox::attempts + 1),
        ))
        .execute(conn)?;
    for row in &mut rows {
        (row.claimed_by, row.claimed_until, row.attempts) = (Some(by), Some(until), row.attempts + 1);
    }
    Ok(rows)
}

/// What became of a letter that was claimed.
#[derive(Debug, Clone)]
pub enum Outcome {
    Sent,
    /// To be tried again then.
    Later {
        at: At,
        failure: String,
    },
    Dead {
        failure: String,
    },
    /// Not tried after all.
    Unclaimed,
}

/// Writes it down, unless the lease went to another worker meanwhile.
pub fn settle(
    conn: &mut AnyConn,
    row: &OutboxRow,
    by: PostmanId,
    outcome: Outcome,
    at: At,
) -> Result<(), AppError> {
    let mut now = OutboxRow { claimed_by: None, claimed_until: None, ..row.clone() };
    match outcome {
        Outcome::Sent => {
            (now.state, now.done_at, now.failure, now.payload) = (LetterState::Sent, Some(at), None, None);
        }
        Outcome::Dead { failure } => {
            (now.state, now.done_at, now.failure) = (LetterState::Dead, Some(at), Some(failure));
            if rules::is_secret(row.kind) {
                now.payload = None;
            }
        }
        Outcome::Later { at, failure } => (now.run_after, now.failure) = (at, Some(failure)),
        Outcome::Unclaimed => now.attempts -= 1,
    }
    let own = outbox::table
        .filter(outbox::id.eq(row.id))
        .filter(outbox::state.eq(LetterState::Waiting))
        .filter(outbox::claimed_by.eq(by));
    diesel::update(own)
        .set((
            outbox::payload.eq(now.payload),
            outbox::state.eq(now.state),
            outbox::run_after.eq(now.run_after),
            outbox::attempts.eq(now.attempts),
            outbox::claimed_by.eq(now.claimed_by),
            outbox::claimed_until.eq(now.claimed_until),
            outbox::done_at.eq(now.done_at),
            outbox::failure.eq(now.failure),
        ))
        .execute(conn)?;
    Ok(())
}

/// Erases the letters that were given up long enough ago.
pub fn forget_old(conn: &mut AnyConn, at: At) -> Result<(), AppError> {
    let old = outbox::table
        .filter(outbox::state.eq(LetterState::Dead))
        .filter(outbox::payload.is_not_null())
        .filter(outbox::done_at.le(at.plus(-rules::KEPT)));
    diesel::update(old).set(outbox::payload.eq(None::<crate::db::Json>)).execute(conn)?;
    Ok(())
}

/// Whose letters are listed.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    Cohort(CohortId),
    Account(AccountId),
}

/// The latest first, from before one of them.
pub fn list(
    conn: &mut AnyConn,
    whose: Whose,
    state: Option<LetterState>,
    before: Option<LetterId>,
    limit: i64,
) -> Result<Vec<OutboxRow>, AppError> {
    let mut query = outbox::table
        .order(outbox::id.desc())
        .limit(limit)
        .select(OutboxRow::as_select())
        .into_boxed::<MultiBackend>();
    query = match whose {
        Whose::Cohort(cohort) => query.filter(outbox::cohort_id.eq(cohort)),
        Whose::Account(account) => query.filter(outbox::account_id.eq(account)),
    };
    if let Some(state) = state {
        query = query.filter(outbox::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(outbox::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub fn find(conn: &mut AnyConn, id: LetterId) -> Result<OutboxRow, AppError> {
    Ok(outbox::table.find(id).select(OutboxRow::as_select()).first(conn)?)
}

/// Held until the transaction ends: it is sent again once.
pub fn hold(conn: &mut AnyConn, id: LetterId) -> Result<OutboxRow, AppError> {
    Ok(for_update(outbox::table.filter(outbox::id.eq(id)).select(OutboxRow::as_select())).get_result(conn)?)
}

pub fn erase(conn: &mut AnyConn, id: LetterId) -> Result<(), AppError> {
    diesel::update(outbox::table.find(id)).set(outbox::payload.eq(None::<crate::db::Json>)).execute(conn)?;
    Ok(())
}

/// A new row, due at once.
pub fn row(
    kind: LetterKind,
    account: Option<AccountId>,
    cohort: Option<CohortId>,
    payload: crate::db::Json,
    at: At,
) -> OutboxRow {
    OutboxRow {
        id: LetterId::new(),
        kind,
        account_id: account,
        cohort_id: cohort,
        payload: Some(payload),
        state: LetterState::Waiting,
        queued_at: at,
        run_after: at,
        attempts: 0,
        claimed_by: None,
        claimed_until: None,
        done_at: None,
        failure: None,
    }
}
