//! What was granted to candidates.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::schema::{adjustment, enrolment, sitting, slot, slot_arrangement};
use crate::db::{AnyConn, At, for_update};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, SlotId};
use crate::sittings::model::Share;
use crate::sittings::rows::{AdjustmentKind, AdjustmentRow, SittingKind};

/// One person at a time grants to a candidate.
///
/// # Errors
/// `not_found`.
pub fn hold(conn: &mut AnyConn, of: EnrolmentId) -> Result<(), AppError> {
    let _: EnrolmentId =
        for_update(enrolment::table.filter(enrolment::id.eq(of)).select(enrolment::id)).get_result(conn)?;
    Ok(())
}

/// What stands for one candidate, kind by kind.
///
/// # Errors
/// Those of the database.
pub fn standing(conn: &mut AnyConn, of: EnrolmentId) -> Result<Vec<AdjustmentRow>, AppError> {
    Ok(adjustment::table
        .filter(adjustment::enrolment_id.eq(of))
        .filter(adjustment::ended_at.is_null())
        .order(adjustment::kind.asc())
        .select(AdjustmentRow::as_select())
        .load(conn)?)
}

/// The extra time of everybody in a cohort who has some.
///
/// # Errors
/// Those of the database.
pub fn extra_time(conn: &mut AnyConn, of: CohortId) -> Result<BTreeMap<EnrolmentId, Share>, AppError> {
    let rows: Vec<AdjustmentRow> = adjustment::table
        .inner_join(enrolment::table)
        .filter(enrolment::cohort_id.eq(of))
        .filter(adjustment::kind.eq(AdjustmentKind::ExtraTime))
        .filter(adjustment::ended_at.is_null())
        .select(AdjustmentRow::as_select())
        .load(conn)?;
    Ok(rows.iter().filter_map(|row| Some((row.enrolment_id, share(row)?))).collect())
}

pub fn share(row: &AdjustmentRow) -> Option<Share> {
    Share::new(row.share_num?, row.share_den?)
}

/// Closes what is no longer granted.
///
/// # Errors
/// Those of the database.
pub fn end(conn: &mut AnyConn, rows: &[AdjustmentRow], by: AccountId, at: At) -> Result<(), AppError> {
    diesel::update(adjustment::table.filter(adjustment::id.eq_any(rows.iter().map(|row| row.id))))
        .set((adjustment::ended_by.eq(Some(by)), adjustment::ended_at.eq(Some(at))))
        .execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn insert(conn: &mut AnyConn, rows: &[AdjustmentRow]) -> Result<(), AppError> {
    if !rows.is_empty() {
        crate::each!(conn, c => diesel::insert_into(adjustment::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// The slots of events to come of one candidate: how long, and how much of it is extra time.
///
/// # Errors
/// Those of the database.
pub fn slots_to_come(
    conn: &mut AnyConn,
    of: EnrolmentId,
    at: At,
) -> Result<Vec<(SlotId, i32, Option<i32>)>, AppError> {
    Ok(slot::table
        .inner_join(sitting::table)
        .left_join(slot_arrangement::table)
        .filter(slot::enrolment_id.eq(of))
        .filter(slot::starts_at.gt(at))
        .filter(sitting::kind.eq(SittingKind::Event))
        .order((slot::starts_at.asc(), slot::id.asc()))
        .select((slot::id, slot::minutes, slot_arrangement::extra_minutes.nullable()))
        .load(conn)?)
}
