//! Rows and queries of sittings and slots.

use std::collections::BTreeMap;

pub mod adjustments;
pub mod changes;
pub mod door;
pub mod hours;
pub mod people;

use diesel::dsl::{exists, not, select};
use diesel::prelude::*;

use super::model::Seeking;
use super::rows::{SittingRow, SlotArrangementRow, SlotRow};
use crate::db::conn::MultiBackend;
use crate::db::schema::{
    acquired_block, candidate, carried_block, cohort, decision, deliberation, enrolment, jury, recusal,
    requirement_state, seat, sheet, sitting, slot, slot_arrangement,
};
use crate::db::{AnyConn, At, Json, for_update};
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CohortId, EnrolmentId, JuryId, SittingId, SlotId};
use crate::scoring::rows::SheetState;

/// # Errors
/// `not_found` when there is no such sitting.
pub fn sitting(conn: &mut AnyConn, id: SittingId) -> Result<SittingRow, AppError> {
    Ok(sitting::table.find(id).select(SittingRow::as_select()).first(conn)?)
}

/// A sitting that nobody else opens until the end of the transaction.
///
/// # Errors
/// `not_found` when there is no such sitting.
pub fn hold_sitting(conn: &mut AnyConn, id: SittingId) -> Result<SittingRow, AppError> {
    Ok(for_update(sitting::table.filter(sitting::id.eq(id)).select(SittingRow::as_select()))
        .get_result(conn)?)
}

/// One person at a time lays out the slots of a cohort: two could otherwise give the same hour.
///
/// # Errors
/// `not_found` when there is no such cohort.
pub fn hold_cohort(conn: &mut AnyConn, id: CohortId) -> Result<(), AppError> {
    let _: CohortId =
        for_update(cohort::table.filter(cohort::id.eq(id)).select(cohort::id)).get_result(conn)?;
    Ok(())
}

/// In the order in which they begin, from after one of them.
///
/// # Errors
/// Those of the database.
pub fn sittings_of(
    conn: &mut AnyConn,
    of: CohortId,
    after: Option<(At, SittingId)>,
    limit: i64,
) -> Result<Vec<SittingRow>, AppError> {
    let mut query = sitting::table
        .filter(sitting::cohort_id.eq(of))
        .order((sitting::starts_at.asc(), sitting::id.asc()))
        .limit(limit)
        .select(SittingRow::as_select())
        .into_boxed::<MultiBackend>();
    if let Some((at, id)) = after {
        query = query.filter(sitting::starts_at.gt(at).or(sitting::starts_at.eq(at).and(sitting::id.gt(id))));
    }
    Ok(query.load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_sitting(conn: &mut AnyConn, row: &SittingRow) -> Result<(), AppError> {
    diesel::insert_into(sitting::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn update_state(conn: &mut AnyConn, row: &SittingRow) -> Result<(), AppError> {
    diesel::update(sitting::table.find(row.id))
        .set((sitting::state.eq(row.state), sitting::opened_at.eq(row.opened_at)))
        .execute(conn)?;
    Ok(())
}

/// # Errors
/// `not_found` when there is no such slot.
pub fn slot(conn: &mut AnyConn, id: SlotId) -> Result<SlotRow, AppError> {
    Ok(slot::table.find(id).select(SlotRow::as_select()).first(conn)?)
}

/// # Errors
/// `not_found` when there is no such slot.
pub fn hold_slot(conn: &mut AnyConn, id: SlotId) -> Result<SlotRow, AppError> {
    Ok(for_update(slot::table.filter(slot::id.eq(id)).select(SlotRow::as_select())).get_result(conn)?)
}

/// # Errors
/// Those of the database.
pub fn slots(conn: &mut AnyConn, of: SittingId) -> Result<Vec<SlotRow>, AppError> {
    Ok(slot::table
        .filter(slot::sitting_id.eq(of))
        .order((slot::starts_at.asc(), slot::id.asc()))
        .select(SlotRow::as_select())
        .load(conn)?)
}

/// A slot with the words that name its candidate.
#[derive(Debug, Clone, Queryable)]
pub struct NamedSlot {
    pub slot: SlotRow,
    pub number: String,
    pub first_names: String,
    pub usage_name: Option<String>,
    pub birth_name: String,
    pub arrangement: Option<SlotArrangementRow>,
}

impl NamedSlot {
    pub fn name(&self) -> String {
        display_name(&self.first_names, self.usage_name.as_deref(), &self.birth_name)
    }
}

/// As a candidate is called day by day; documents have their own way.
pub fn display_name(first_names: &str, usage_name: Option<&str>, birth_name: &str) -> String {
    format!("{first_names} {}", usage_name.unwrap_or(birth_name))
}

/// The slots of a sitting: all, or those in which somebody assesses or is assessed.
///
/// # Errors
/// Those of the database.
pub fn named_slots(
    conn: &mut AnyConn,
    of: SittingId,
    seen_by: Option<AccountId>,
) -> Result<Vec<NamedSlot>, AppError> {
    let mut query = slot::table
        .inner_join(enrolment::table.inner_join(candidate::table))
        .left_join(slot_arrangement::table)
        .filter(slot::sitting_id.eq(of))
        .order((slot::starts_at.asc(), slot::id.asc()))
        .select((
            SlotRow::as_select(),
            enrolment::number,
            candidate::first_names,
            candidate::usage_name,
            candidate::birth_name,
            Option::<SlotArrangementRow>::as_select(),
        ))
        .into_boxed::<MultiBackend>();
    if let Some(who) = seen_by {
        let assesses = exists(
            seat::table
                .filter(seat::jury_id.eq(slot::jury_id))
                .filter(seat::account_id.eq(who))
                .filter(seat::closed_at.is_null())
                .filter(not(exists(
                    recusal::table
                        .filter(recusal::seat_id.eq(seat::id))
                        .filter(recusal::enrolment_id.eq(slot::enrolment_id)),
                ))),
        );
        query =
            query.filter(assesses.or(candidate::account_id.is_not_null().and(candidate::account_id.eq(who))));
    }
    Ok(query.load(conn)?)
}

/// # Errors
/// `not_found` when there is no such slot.
pub fn named_slot(conn: &mut AnyConn, id: SlotId) -> Result<NamedSlot, AppError> {
    Ok(slot::table
        .inner_join(enrolment::table.inner_join(candidate::table))
        .left_join(slot_arrangement::table)
        .filter(slot::id.eq(id))
        .select((
            SlotRow::as_select(),
            enrolment::number,
            candidate::first_names,
            candidate::usage_name,
            candidate::birth_name,
            Option::<SlotArrangementRow>::as_select(),
        ))
        .first(conn)?)
}

/// # Errors
/// `not_found` when there is no such jury.
pub fn cohort_of_jury(conn: &mut AnyConn, of: JuryId) -> Result<CohortId, AppError> {
    Ok(jury::table.find(of).select(jury::cohort_id).first(conn)?)
}

/// What each enrolment of a cohort still seeks: the blocks it names, without those acquired before
/// (`acquired_block`) or by a decision that stands. Three statements.
///
/// # Errors
/// Those of the database.
pub fn seeking(conn: &mut AnyConn, of: CohortId) -> Result<BTreeMap<EnrolmentId, Seeking>, AppError> {
    let enrolled: Vec<(EnrolmentId, CandidateId, String, Json)> = enrolment::table
        .filter(enrolment::cohort_id.eq(of))
        .select((enrolment::id, enrolment::candidate_id, enrolment::number, enrolment::blocks))
        .load(conn)?;
    // A block carried by reference is held as long as its decision stands.
    let revoked = carried_block::table
        .inner_join(decision::table)
        .filter(carried_block::enrolment_id.eq(acquired_block::enrolment_id))
        .filter(carried_block::block.eq(acquired_block::block))
        .filter(decision::ended_at.is_not_null());
    let before: Vec<(EnrolmentId, String)> = acquired_block::table
        .inner_join(enrolment::table)
        .filter(enrolment::cohort_id.eq(of))
        .filter(diesel::dsl::not(diesel::dsl::exists(revoked)))
        .select((acquired_block::enrolment_id, acquired_block::block))
        .load(conn)?;
    let decided: Vec<(EnrolmentId, String)> = decision::table
        .inner_join(enrolment::table)
        .inner_join(deliberation::table)
        .filter(enrolment::cohort_id.eq(of))
        .filter(decision::outcome.eq("acquired"))
        .filter(decision::ended_at.is_null())
        .filter(deliberation::closed_at.is_not_null())
        .select((decision::enrolment_id, decision::block))
        .load(conn)?;
    let mut seeking = enrolled
        .into_iter()
        .map(|(id, candidate, number, blocks)| {
            Ok((id, Seeking { candidate, number, blocks: blocks.read()? }))
        })
        .collect::<Result<BTreeMap<_, _>, AppError>>()?;
    // A requirement that is neither met nor waived is sought as a block is, where a jury scores it.
    let open: Vec<(EnrolmentId, String)> = requirement_state::table
        .inner_join(enrolment::table)
        .filter(enrolment::cohort_id.eq(of))
        .filter(requirement_state::state.ne_all(["met", "waived"]))
        .select((requirement_state::enrolment_id, requirement_state::requirement))
        .load(conn)?;
    for (id, requirement) in open {
        if let Some(one) = seeking.get_mut(&id) {
            one.blocks.insert(requirement);
        }
    }
    for (id, block) in before.into_iter().chain(decided) {
        if let Some(one) = seeking.get_mut(&id) {
            one.blocks.remove(&block);
        }
    }
    Ok(seeking)
}

/// # Errors
/// `conflict` when a candidate has a slot in the sitting already.
pub fn insert_slots(conn: &mut AnyConn, rows: &[SlotRow]) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(slot::table).values(rows).execute(c))?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn insert_arrangements(conn: &mut AnyConn, rows: &[SlotArrangementRow]) -> Result<(), AppError> {
    if !rows.is_empty() {
        crate::each!(conn, c => diesel::insert_into(slot_arrangement::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn update_attendance(conn: &mut AnyConn, row: &SlotRow) -> Result<(), AppError> {
    diesel::update(slot::table.find(row.id))
        .set((
            slot::attendance.eq(row.attendance),
            slot::attendance_reason.eq(&row.attendance_reason),
            slot::attendance_by.eq(row.attendance_by),
            slot::attendance_at.eq(row.attendance_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether some juror has signed this candidate in this sitting.
///
/// # Errors
/// Those of the database.
pub fn is_signed(conn: &mut AnyConn, of: SittingId, candidate: EnrolmentId) -> Result<bool, AppError> {
    Ok(select(exists(
        sheet::table
            .filter(sheet::sitting_id.eq(of))
            .filter(sheet::enrolment_id.eq(candidate))
            .filter(sheet::state.eq(SheetState::Signed)),
    ))
    .get_result(conn)?)
}

/// Whether some juror has signed anybody in this sitting.
///
/// # Errors
/// Those of the database.
pub fn is_signed_at_all(conn: &mut AnyConn, of: SittingId) -> Result<bool, AppError> {
    Ok(select(exists(
        sheet::table.filter(sheet::sitting_id.eq(of)).filter(sheet::state.eq(SheetState::Signed)),
    ))
    .get_result(conn)?)
}

/// Writes hours and place of a sitting.
///
/// # Errors
/// Those of the database.
pub fn update_sitting_hours(conn: &mut AnyConn, row: &SittingRow) -> Result<(), AppError> {
    diesel::update(sitting::table.find(row.id))
        .set((
            sitting::starts_at.eq(row.starts_at),
            sitting::ends_at.eq(row.ends_at),
            sitting::place.eq(&row.place),
        ))
        .execute(conn)?;
    Ok(())
}

/// For each candidate and each seat that is open and not recused for them: the state of its sheet, if made.
///
/// # Errors
/// Those of the database.
pub fn sheet_states(
    conn: &mut AnyConn,
    of: SittingId,
) -> Result<Vec<(EnrolmentId, Option<SheetState>)>, AppError> {
    Ok(slot::table
        .inner_join(seat::table.on(seat::jury_id.eq(slot::jury_id)))
        .left_join(
            sheet::table.on(sheet::seat_id
                .eq(seat::id)
                .and(sheet::sitting_id.eq(slot::sitting_id))
                .and(sheet::enrolment_id.eq(slot::enrolment_id))),
        )
        .filter(slot::sitting_id.eq(of))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(
            recusal::table
                .filter(recusal::seat_id.eq(seat::id))
                .filter(recusal::enrolment_id.eq(slot::enrolment_id)),
        )))
        .select((slot::enrolment_id, sheet::state.nullable()))
        .load(conn)?)
}
