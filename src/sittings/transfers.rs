//! Use case: a candidate goes to another sitting, because the jury could not sit for them or for any reason
//! that is told (MODEL §3).

use std::collections::BTreeSet;

use super::rows::{Attendance, AttendanceRecordRow, SlotRow, SlotTransferRow};
use super::shapes::changes::{NewTransfer, Transferred};
use super::slots::{Place, arrangement, may_be_laid_out, refuse_foreign_jury, row, views};
use super::{changes, letters, notices, service, store};
use crate::access::{self, Action, Caller, facts};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{AttendanceRecordId, SlotId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;

/// The slot left says *excused*, whoever has signed there: what was scored stays on record, and the sitting
/// that comes assesses anew.
///
/// # Errors
/// `rule_broken` when the candidate is decided upon, was absent, or the slot cannot be there; `conflict` when
/// the slot was left already.
pub fn transfer(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, new): (SlotId, &NewTransfer),
    at: At,
) -> Result<Transferred, AppError> {
    let old = store::slot(conn, id)?;
    let who = facts::on_sitting(conn, caller, old.sitting_id)?;
    access::require(Action::PlanSitting, &who)?;
    let from = store::sitting(conn, old.sitting_id)?;
    store::hold_cohort(conn, from.cohort_id)?;
    let old = store::hold_slot(conn, id)?;
    refuse_settled(conn, &old)?;
    let into = store::sitting(conn, new.sitting_id).ok().filter(|into| into.cohort_id == from.cohort_id);
    let into = into.filter(|into| into.id != from.id).ok_or_else(elsewhere)?;
    service::refuse_ended(conn, into.id)?;
    refuse_foreign_jury(conn, &into, new.jury_id)?;
    let extra = store::named_slot(conn, id)?.arrangement.map(|one| one.extra_minutes).unwrap_or_default();
    let planned =
        super::model::Planned { starts_at: new.starts_at, extra_minutes: extra, ..changes::planned(&old) };
    let place = Place { sitting: &into, jury: new.jury_id, room: None };
    may_be_laid_out(conn, versions, &place, &[planned], &BTreeSet::from([id]))?;

    let reason = new.reason.trim().to_owned();
    let entry = excused(caller, id, store::door::last(conn, id)?, &reason, at);
    let left = SlotRow {
        attendance: Attendance::Excused,
        attendance_reason: Some(reason.clone()),
        attendance_by: Some(caller.account),
        attendance_at: Some(at),
        ..old
    };
    let taken = row(into.id, new.jury_id, &planned);
    let transfer = SlotTransferRow {
        slot_id: id,
        to_slot_id: taken.id,
        salt: Bytes::salt(),
        reason: reason.clone(),
        recorded_by: caller.account,
        recorded_at: at,
    };
    let arranged: Vec<_> = arrangement(taken.id, None, &planned).into_iter().collect();
    store::update_attendance(conn, &left)?;
    store::door::insert(conn, &entry)?;
    store::insert_slots(conn, std::slice::from_ref(&taken))?;
    store::insert_arrangements(conn, &arranged)?;
    store::changes::insert_transfer(conn, &transfer)?;
    let mut rows: Vec<&dyn Protected> = vec![&left, &entry, &taken, &transfer];
    rows.extend(arranged.iter().map(|row| -> &dyn Protected { row }));
    let act = Act::new("candidate_transferred", caller.account, at)
        .about("slot", id)
        .about("enrolment", left.enrolment_id)
        .about("sitting", into.id);
    record(conn, act, &rows)?;
    summary::keep_sheets(conn, versions, &[left.enrolment_id])?;
    answer(conn, (from, left.id), (into, taken), reason, at)
}

/// At the door that the candidate leaves: excused, for the reason of the transfer.
fn excused(
    caller: &Caller,
    slot: SlotId,
    before: Option<AttendanceRecordRow>,
    reason: &str,
    at: At,
) -> AttendanceRecordRow {
    AttendanceRecordRow {
        id: AttendanceRecordId::new(),
        salt: Bytes::salt(),
        slot_id: slot,
        attendance: Attendance::Excused,
        identity_checked: before.as_ref().is_some_and(|before| before.identity_checked),
        arrived_at: before.as_ref().and_then(|before| before.arrived_at),
        reason: Some(reason.to_owned()),
        correction: before.as_ref().map(|_| reason.to_owned()),
        corrects: before.map(|before| before.id),
        recorded_by: caller.account,
        recorded_at: at,
    }
}

fn answer(
    conn: &mut AnyConn,
    (from, left): (super::rows::SittingRow, SlotId),
    (into, taken): (super::rows::SittingRow, SlotRow),
    reason: String,
    at: At,
) -> Result<Transferred, AppError> {
    let mut notices = notices::of_all(conn, &into)?;
    notices.retain(|notice| notice.enrolment_id == Some(taken.enrolment_id));
    letters::summon(conn, &into, &notices, at)?;
    let mut one =
        |sitting, id| views(conn, sitting, &BTreeSet::from([id]))?.pop().ok_or_else(AppError::not_found);
    Ok(Transferred { from: one(from, left)?, to: one(into, taken.id)?, reason, notices })
}

fn refuse_settled(conn: &mut AnyConn, slot: &SlotRow) -> Result<(), AppError> {
    if store::changes::is_left(conn, slot.id)? {
        return Err(AppError::conflict((
            "Ce candidat passe déjà dans une autre session.",
            "This candidate goes to another sitting already.",
        ))
        .with("rule", "one_transfer_per_slot"));
    }
    if slot.attendance == Attendance::Absent {
        return Err(AppError::broken(
            "absent_is_not_transferred",
            (
                "Ce candidat est noté absent\u{a0}: corrigez d’abord l’émargement.",
                "This candidate is recorded as absent: correct that first.",
            ),
        ));
    }
    if store::changes::is_decided(conn, slot.enrolment_id, slot.sitting_id)? {
        return Err(AppError::broken(
            "decided_is_not_transferred",
            (
                "Le jury a décidé pour ce candidat\u{a0}: la décision se révoque d’abord.",
                "The jury has decided on this candidate: the decision is revoked first.",
            ),
        ));
    }
    Ok(())
}

fn elsewhere() -> AppError {
    AppError::invalid((
        "Choisissez une autre session de la même promotion.",
        "Choose another sitting of the same cohort.",
    ))
    .with("faults", vec![serde_json::json!({ "field": "sitting_id", "code": "not_another_of_the_cohort" })])
}
