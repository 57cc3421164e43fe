//! Rows and queries of deliberations and decisions.

use diesel::prelude::*;

use super::rows::{DecisionRow, DeliberationRow};
use crate::candidates::rows::{AcquiredBlockRow, EnrolmentRow, RequirementStateRow};
use crate::db::schema::{
    acquired_block, counter, decision, deliberation, enrolment, requirement_state, sitting, slot,
};
use crate::db::{AnyConn, At, Each, for_update};
use crate::error::AppError;
use crate::ids::{CohortId, DecisionId, DeliberationId, EnrolmentId, JuryId, SittingId};
use crate::sittings::rows::{SittingRow, SlotRow};

/// # Errors
/// `not_found` when there is no such deliberation.
pub fn deliberation(conn: &mut AnyConn, id: DeliberationId) -> Result<DeliberationRow, AppError> {
    Ok(deliberation::table.find(id).select(DeliberationRow::as_select()).first(conn)?)
}

/// A deliberation, held alone until the end of the transaction: two people cannot close it at once.
///
/// # Errors
/// `not_found` when there is no such deliberation.
pub fn hold(conn: &mut AnyConn, id: DeliberationId) -> Result<DeliberationRow, AppError> {
    Ok(for_update(deliberation::table.filter(deliberation::id.eq(id)).select(DeliberationRow::as_select()))
        .get_result(conn)?)
}

/// # Errors
/// Those of the database.
pub fn of_jury(
    conn: &mut AnyConn,
    jury: JuryId,
    after: Option<DeliberationId>,
    limit: i64,
) -> Result<Vec<DeliberationRow>, AppError> {
    let mut query = deliberation::table
        .filter(deliberation::jury_id.eq(jury))
        .select(DeliberationRow::as_select())
        .order(deliberation::id.asc())
        .limit(limit)
        .into_boxed::<crate::db::conn::MultiBackend>();
    if let Some(after) = after {
        query = query.filter(deliberation::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert(conn: &mut AnyConn, row: &DeliberationRow) -> Result<(), AppError> {
    diesel::insert_into(deliberation::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn update(conn: &mut AnyConn, row: &DeliberationRow) -> Result<(), AppError> {
    diesel::update(deliberation::table.find(row.id))
        .set((
            deliberation::state.eq(row.state),
            deliberation::observations.eq(&row.observations),
            deliberation::closed_by.eq(row.closed_by),
            deliberation::closed_at.eq(row.closed_at),
            deliberation::number.eq(&row.number),
            deliberation::published_by.eq(row.published_by),
            deliberation::published_at.eq(row.published_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The next number of a series, without gaps: it is given back when the transaction is undone.
///
/// # Errors
/// Those of the database.
pub fn next_number(conn: &mut AnyConn, series: &str) -> Result<i32, AppError> {
    let first = Each(
        diesel::insert_into(counter::table)
            .values((counter::name.eq(series), counter::value.eq(1)))
            .on_conflict_do_nothing(),
    )
    .execute(conn)?;
    if first == 1 {
        return Ok(1);
    }
    Ok(diesel::update(counter::table.find(series))
        .set(counter::value.eq(counter::value + 1))
        .returning(counter::value)
        .get_result(conn)?)
}

/// # Errors
/// Those of the database.
pub fn sittings(conn: &mut AnyConn, ids: &[SittingId]) -> Result<Vec<SittingRow>, AppError> {
    Ok(sitting::table
        .filter(sitting::id.eq_any(ids.iter().copied()))
        .order((sitting::starts_at.asc(), sitting::id.asc()))
        .select(SittingRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn slots(conn: &mut AnyConn, jury: JuryId, ids: &[SittingId]) -> Result<Vec<SlotRow>, AppError> {
    Ok(slot::table
        .filter(slot::jury_id.eq(jury))
        .filter(slot::sitting_id.eq_any(ids.iter().copied()))
        .select(SlotRow::as_select())
        .load(conn)?)
}

/// # Errors
/// `not_found` when there is no such jury.
pub fn cohort_of_jury(conn: &mut AnyConn, id: JuryId) -> Result<CohortId, AppError> {
    use crate::db::schema::jury;
    Ok(jury::table.find(id).select(jury::cohort_id).first(conn)?)
}

/// In the order of their numbers.
///
/// # Errors
/// Those of the database.
pub fn enrolments(conn: &mut AnyConn, ids: &[EnrolmentId]) -> Result<Vec<EnrolmentRow>, AppError> {
    Ok(enrolment::table
        .filter(enrolment::id.eq_any(ids.iter().copied()))
        .order((enrolment::number.asc(), enrolment::id.asc()))
        .select(EnrolmentRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn acquired_before(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<AcquiredBlockRow>, AppError> {
    Ok(acquired_block::table
        .filter(acquired_block::enrolment_id.eq_any(of.iter().copied()))
        .select(AcquiredBlockRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn requirements(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<RequirementStateRow>, AppError> {
    Ok(requirement_state::table
        .filter(requirement_state::enrolment_id.eq_any(of.iter().copied()))
        .select(RequirementStateRow::as_select())
        .load(conn)?)
}

/// Decisions that stand, of some candidates, in whatever deliberation they were taken.
///
/// # Errors
/// Those of the database.
pub fn active_decisions(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<DecisionRow>, AppError> {
    Ok(decision::table
        .filter(decision::enrolment_id.eq_any(of.iter().copied()))
        .filter(decision::ended_at.is_null())
        .select(DecisionRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_decision(conn: &mut AnyConn, row: &DecisionRow) -> Result<(), AppError> {
    diesel::insert_into(decision::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn end_decision(conn: &mut AnyConn, id: DecisionId, at: At, why: &str) -> Result<(), AppError> {
    diesel::update(decision::table.find(id))
        .set((decision::ended_at.eq(Some(at)), decision::ended_reason.eq(Some(why))))
        .execute(conn)?;
    Ok(())
}
