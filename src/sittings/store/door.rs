//! Attendance, act by act.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::AnyConn;
use crate::db::schema::{attendance_record, slot};
use crate::error::AppError;
use crate::ids::{SittingId, SlotId};
use crate::sittings::rows::AttendanceRecordRow;

/// # Errors
/// `conflict` when somebody else corrected the same record meanwhile.
pub fn insert(conn: &mut AnyConn, row: &AttendanceRecordRow) -> Result<(), AppError> {
    diesel::insert_into(attendance_record::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// What stands for one slot.
///
/// # Errors
/// Those of the database.
pub fn last(conn: &mut AnyConn, of: SlotId) -> Result<Option<AttendanceRecordRow>, AppError> {
    Ok(attendance_record::table
        .filter(attendance_record::slot_id.eq(of))
        .order(attendance_record::id.desc())
        .select(AttendanceRecordRow::as_select())
        .first(conn)
        .optional()?)
}

/// Every record of a sitting, slot by slot, in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub fn of_sitting(
    conn: &mut AnyConn,
    of: SittingId,
) -> Result<BTreeMap<SlotId, Vec<AttendanceRecordRow>>, AppError> {
    let rows: Vec<AttendanceRecordRow> = attendance_record::table
        .inner_join(slot::table)
        .filter(slot::sitting_id.eq(of))
        .order(attendance_record::id.asc())
        .select(AttendanceRecordRow::as_select())
        .load(conn)?;
    let mut found: BTreeMap<SlotId, Vec<AttendanceRecordRow>> = BTreeMap::new();
    for row in rows {
        found.entry(row.slot_id).or_default().push(row);
    }
    Ok(found)
}
