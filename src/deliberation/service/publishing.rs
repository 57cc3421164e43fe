//! Decisions reach the candidates: a separate act, after the last member has signed.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::members::waiting_signatures;
use super::read::DeliberationLine;
use crate::access::{Action, Caller, facts, require};
use crate::boards::summary;
use crate::candidates::correspondents;
use crate::db::schema::{decision, deliberation, enrolment, referential_version};
use crate::db::{AnyConn, At};
use crate::deliberation::rows::{DecisionOutcome, DecisionRow, DeliberationState};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{DeliberationId, EnrolmentId};
use crate::journal::{Act, record};
use crate::mail::{self, Letter};
use crate::referential::versions::Versions;

/// A decision as its candidate reads it: the words of the jury, not its votes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultView {
    /// A block's slug, or `certification`.
    pub target: String,
    pub outcome: DecisionOutcome,
    pub reason: Option<String>,
    pub decided_at: At,
    /// Number of the minutes.
    pub minutes: Option<String>,
}

/// # Errors
/// `rule_broken` while the minutes lack a signature.
pub fn publish(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: DeliberationId,
    at: At,
) -> Result<DeliberationLine, AppError> {
    let who = facts::on_deliberation(conn, caller, id)?;
    require(Action::Publish, &who)?;
    let mut row = store::hold(conn, id)?;
    if row.published_at.is_some() {
        return Ok(DeliberationLine::from(&row));
    }
    if row.state != DeliberationState::Closed || !waiting_signatures(conn, &row)?.is_empty() {
        return Err(AppError::broken(
            "minutes_unsigned",
            (
                "Le procès-verbal n’est pas signé par tous les membres.",
                "The minutes are not signed by every member.",
            ),
        ));
    }
    row.published_by = Some(caller.account);
    row.published_at = Some(at);
    store::update(conn, &row)?;
    let act = Act::new("decisions_published", caller.account, at).about("deliberation", id);
    record(conn, act, &[&row])?;
    summary::keep_deliberation(conn, versions, id)?;
    tell(conn, id, at)?;
    Ok(DeliberationLine::from(&row))
}

/// Each candidate is told that something is to be read, and nothing of it. Two statements, however many.
fn tell(conn: &mut AnyConn, id: DeliberationId, at: At) -> Result<(), AppError> {
    let decided: Vec<(EnrolmentId, String)> = decision::table
        .inner_join(enrolment::table.inner_join(referential_version::table))
        .filter(decision::deliberation_id.eq(id))
        .filter(decision::ended_at.is_null())
        .select((enrolment::id, referential_version::title))
        .distinct()
        .load(conn)?;
    let people = correspondents::of_enrolments(conn, decided.iter().map(|(enrolment, _)| *enrolment))?;
    let letters: Vec<Letter> = decided
        .into_iter()
        .filter_map(|(enrolment, title)| {
            let to = people.get(&enrolment)?;
            Some(Letter::result_available(to.recipient.clone(), title).of_cohort(to.cohort))
        })
        .collect();
    mail::post_all(conn, &letters, at)
}

/// The decisions on one candidate that are published.
///
/// # Errors
/// `not_found` to everybody who may not read them; before publication, to the candidate too.
pub fn results(conn: &mut AnyConn, caller: &Caller, id: EnrolmentId) -> Result<Vec<ResultView>, AppError> {
    let who = facts::on_enrolment(conn, caller, id)?;
    require(Action::ReadResults, &who)?;
    let rows: Vec<(DecisionRow, Option<String>)> = decision::table
        .inner_join(deliberation::table)
        .filter(decision::enrolment_id.eq(id))
        .filter(decision::ended_at.is_null())
        .filter(deliberation::published_at.is_not_null())
        .order((decision::block.asc(), decision::id.asc()))
        .select((DecisionRow::as_select(), deliberation::number))
        .load(conn)?;
    let shown = rows.into_iter().map(|(row, minutes)| ResultView {
        target: if row.block.is_empty() { super::read::CERTIFICATION.to_owned() } else { row.block.clone() },
        outcome: row.outcome,
        reason: row.reason,
        decided_at: row.decided_at,
        minutes,
    });
    Ok(shown.collect())
}
