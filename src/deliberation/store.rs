//! Rows and queries of deliberations and decisions.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::rows::{
    CarriedBlockRow, DecisionPanelRow, DecisionRow, DeliberationMemberRow, DeliberationRow,
    DeliberationState, MinutesSignatureRow, RectificationRow, ResitRow, RevocationRow,
    SignatureImpedimentRow,
};
use crate::candidates::rows::{AcquiredBlockRow, EnrolmentRow, RequirementStateRow};
use crate::db::schema::{
    acquired_block, carried_block, centre, cohort, counter, decision, decision_panel, deliberation,
    deliberation_member, enrolment, minutes_signature, rectification, requirement_state, resit, revocation,
    seat, signature_impediment, sitting, slot,
};
use crate::db::{AnyConn, At, Each, Json, for_update};
use crate::error::AppError;
use crate::ids::{CohortId, DecisionId, DeliberationId, EnrolmentId, JuryId, SeatId, SittingId};
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

/// Blocks held from before. One carried by reference is held as long as its decision stands.
///
/// # Errors
/// Those of the database.
pub fn acquired_before(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<AcquiredBlockRow>, AppError> {
    let revoked = carried_block::table
        .inner_join(decision::table)
        .filter(carried_block::enrolment_id.eq(acquired_block::enrolment_id))
        .filter(carried_block::block.eq(acquired_block::block))
        .filter(decision::ended_at.is_not_null());
    Ok(acquired_block::table
        .filter(acquired_block::enrolment_id.eq_any(of.iter().copied()))
        .filter(diesel::dsl::not(diesel::dsl::exists(revoked)))
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

/// Why a decision was closed by another one of the same deliberation: the minutes print the later.
pub const REPLACED: &str = "replaced in the same deliberation";

/// Decisions that stand, of some candidates, in whatever deliberation they were taken; or those that stood when
/// a deliberation was closed, its own last.
///
/// # Errors
/// Those of the database.
pub fn decisions(
    conn: &mut AnyConn,
    of: &[EnrolmentId],
    closed: Option<(DeliberationId, At)>,
) -> Result<Vec<DecisionRow>, AppError> {
    let query = decision::table
        .filter(decision::enrolment_id.eq_any(of.iter().copied()))
        .select(DecisionRow::as_select())
        .order((decision::decided_at.asc(), decision::id.asc()))
        .into_boxed::<crate::db::conn::MultiBackend>();
    let Some((id, at)) = closed else {
        return Ok(query.filter(decision::ended_at.is_null()).load(conn)?);
    };
    let own = decision::deliberation_id
        .eq(id)
        .and(decision::ended_reason.is_null().or(decision::ended_reason.ne(Some(REPLACED))));
    let stood = decision::deliberation_id
        .ne(id)
        .and(decision::decided_at.le(at))
        .and(decision::ended_at.is_null().or(decision::ended_at.gt(Some(at))));
    let mut found: Vec<DecisionRow> = query.filter(own.or(stood)).load(conn)?;
    found.sort_by_key(|row| row.deliberation_id == id);
    Ok(found)
}

/// # Errors
/// `not_found` when there is no such decision.
pub fn decision(conn: &mut AnyConn, id: DecisionId) -> Result<DecisionRow, AppError> {
    Ok(decision::table.find(id).select(DecisionRow::as_select()).first(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_decision(
    conn: &mut AnyConn,
    row: &DecisionRow,
    panel: &DecisionPanelRow,
) -> Result<(), AppError> {
    diesel::insert_into(decision::table).values(row.clone()).execute(conn)?;
    diesel::insert_into(decision_panel::table).values(panel.clone()).execute(conn)?;
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

/// Who was present at some candidates' decisions.
///
/// # Errors
/// Those of the database.
pub fn panels(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<DecisionPanelRow>, AppError> {
    Ok(decision_panel::table
        .inner_join(decision::table)
        .filter(decision::enrolment_id.eq_any(of.iter().copied()))
        .select(DecisionPanelRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn members(conn: &mut AnyConn, id: DeliberationId) -> Result<Vec<DeliberationMemberRow>, AppError> {
    Ok(deliberation_member::table
        .filter(deliberation_member::deliberation_id.eq(id))
        .order(deliberation_member::seat_id.asc())
        .select(DeliberationMemberRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_members(conn: &mut AnyConn, rows: &[DeliberationMemberRow]) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(deliberation_member::table).values(rows).execute(c))?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn update_member(conn: &mut AnyConn, row: &DeliberationMemberRow) -> Result<(), AppError> {
    diesel::update(deliberation_member::table.find((row.deliberation_id, row.seat_id)))
        .set((
            deliberation_member::salt.eq(&row.salt),
            deliberation_member::present.eq(row.present),
            deliberation_member::reason.eq(&row.reason),
            deliberation_member::recorded_by.eq(row.recorded_by),
            deliberation_member::recorded_at.eq(row.recorded_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn open_seats(conn: &mut AnyConn, of: JuryId) -> Result<Vec<SeatId>, AppError> {
    Ok(seat::table
        .filter(seat::jury_id.eq(of))
        .filter(seat::closed_at.is_null())
        .order(seat::id.asc())
        .select(seat::id)
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn impediments(conn: &mut AnyConn, id: DeliberationId) -> Result<Vec<SignatureImpedimentRow>, AppError> {
    Ok(signature_impediment::table
        .filter(signature_impediment::deliberation_id.eq(id))
        .order(signature_impediment::seat_id.asc())
        .select(SignatureImpedimentRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_impediment(conn: &mut AnyConn, row: &SignatureImpedimentRow) -> Result<(), AppError> {
    diesel::insert_into(signature_impediment::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn update_impediment(conn: &mut AnyConn, row: &SignatureImpedimentRow) -> Result<(), AppError> {
    diesel::update(signature_impediment::table.find((row.deliberation_id, row.seat_id)))
        .set((
            signature_impediment::jury_by.eq(row.jury_by),
            signature_impediment::jury_at.eq(row.jury_at),
            signature_impediment::manager_by.eq(row.manager_by),
            signature_impediment::manager_at.eq(row.manager_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn signatures(conn: &mut AnyConn, id: DeliberationId) -> Result<Vec<MinutesSignatureRow>, AppError> {
    Ok(minutes_signature::table
        .filter(minutes_signature::deliberation_id.eq(id))
        .order(minutes_signature::seat_id.asc())
        .select(MinutesSignatureRow::as_select())
        .load(conn)?)
}

/// What a deliberation rectifies, if it does.
///
/// # Errors
/// Those of the database.
pub fn rectification(conn: &mut AnyConn, id: DeliberationId) -> Result<Option<RectificationRow>, AppError> {
    Ok(rectification::table.find(id).select(RectificationRow::as_select()).first(conn).optional()?)
}

/// The open deliberation that rectifies these minutes already.
///
/// # Errors
/// Those of the database.
pub fn open_rectification(
    conn: &mut AnyConn,
    of: DeliberationId,
) -> Result<Option<DeliberationRow>, AppError> {
    Ok(deliberation::table
        .inner_join(rectification::table.on(rectification::deliberation_id.eq(deliberation::id)))
        .filter(rectification::rectifies.eq(of))
        .filter(deliberation::state.eq(DeliberationState::Open))
        .select(DeliberationRow::as_select())
        .first(conn)
        .optional()?)
}

/// # Errors
/// Those of the database.
pub fn insert_rectification(conn: &mut AnyConn, row: &RectificationRow) -> Result<(), AppError> {
    diesel::insert_into(rectification::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn insert_revocations(conn: &mut AnyConn, rows: &[RevocationRow]) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(revocation::table).values(rows).execute(c))?;
    Ok(())
}

/// The revoked decisions that a deliberation decides again.
///
/// # Errors
/// Those of the database.
pub fn decided_again(conn: &mut AnyConn, id: DeliberationId) -> Result<Vec<DecisionRow>, AppError> {
    Ok(revocation::table
        .inner_join(decision::table)
        .filter(revocation::deliberation_id.eq(id))
        .select(DecisionRow::as_select())
        .load(conn)?)
}

/// Whether an awarded certification stands on a block that was carried from this decision.
///
/// # Errors
/// Those of the database.
pub fn awarded_elsewhere(conn: &mut AnyConn, id: DecisionId) -> Result<Option<DecisionRow>, AppError> {
    let holders =
        carried_block::table.filter(carried_block::decision_id.eq(id)).select(carried_block::enrolment_id);
    Ok(decision::table
        .filter(decision::enrolment_id.eq_any(holders))
        .filter(decision::block.eq(""))
        .filter(decision::outcome.eq("awarded"))
        .filter(decision::ended_at.is_null())
        .select(DecisionRow::as_select())
        .first(conn)
        .optional()?)
}

/// Decisions that stand and are closed with their minutes.
///
/// # Errors
/// Those of the database.
pub fn closed_decisions(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<DecisionRow>, AppError> {
    Ok(decision::table
        .inner_join(deliberation::table)
        .filter(decision::enrolment_id.eq_any(of.iter().copied()))
        .filter(decision::ended_at.is_null())
        .filter(deliberation::state.eq(DeliberationState::Closed))
        .select(DecisionRow::as_select())
        .load(conn)?)
}

/// The methods of the opened sittings to which some candidates were called, whether or not they came.
///
/// # Errors
/// Those of the database.
pub fn sat(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<(EnrolmentId, Json)>, AppError> {
    Ok(slot::table
        .inner_join(sitting::table)
        .filter(slot::enrolment_id.eq_any(of.iter().copied()))
        .filter(sitting::opened_at.is_not_null())
        .select((slot::enrolment_id, sitting::methods))
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_resits(conn: &mut AnyConn, rows: &[ResitRow]) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(resit::table).values(rows).execute(c))?;
    Ok(())
}

/// The titles of some sittings and the day of each, by the calendar of its centre.
///
/// # Errors
/// Those of the database.
pub fn held(
    conn: &mut AnyConn,
    ids: &[SittingId],
) -> Result<HashMap<SittingId, (String, NaiveDate)>, AppError> {
    let rows: Vec<(SittingId, String, At, String)> = sitting::table
        .inner_join(cohort::table.inner_join(centre::table))
        .filter(sitting::id.eq_any(ids.iter().copied()))
        .select((sitting::id, sitting::title, sitting::starts_at, centre::timezone))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, title, starts_at, zone)| {
            let zone: chrono_tz::Tz = zone.parse().map_err(AppError::internal)?;
            Ok((id, (title, starts_at.utc().with_timezone(&zone).date_naive())))
        })
        .collect()
}

/// # Errors
/// Those of the database.
pub fn insert_carried(
    conn: &mut AnyConn,
    acquired: &[AcquiredBlockRow],
    carried: &[CarriedBlockRow],
) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(acquired_block::table).values(acquired).execute(c))?;
    crate::each!(conn, c => diesel::insert_into(carried_block::table).values(carried).execute(c))?;
    Ok(())
}
