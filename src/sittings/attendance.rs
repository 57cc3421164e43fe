//! Use cases of the door: who is there, late, absent, excused; and the list of a sitting.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Timelike};
use chrono_tz::Tz;

use super::rows::{Attendance, AttendanceRecordRow, SlotRow};
use super::rules::{self, AttendanceFault, Door};
use super::shapes::people::{AttendanceList, Attending, Half, HalfDay, SittingJuror};
use super::shapes::{NewAttendance, SlotView};
use super::store::NamedSlot;
use super::{service, slots, store};
use crate::access::{self, Action, Caller, Standing, facts};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{AttendanceRecordId, JuryId, SittingId, SlotId};
use crate::journal::{Act, record};
use crate::referential::versions::Versions;

/// Records that a candidate is there, perhaps late, absent, or excused, perhaps at the door. What was
/// recorded before stays, and is put right with a reason.
///
/// # Errors
/// `invalid` without the reason of an excuse, `rule_broken` without an identity check or the reason of a
/// correction, `conflict` when a juror has signed somebody who would be absent.
pub fn attend(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SlotId,
    new: NewAttendance,
    at: At,
) -> Result<SlotView, AppError> {
    let slot = store::slot(conn, id)?;
    let of_jury = facts::on_jury(conn, caller, slot.jury_id)?;
    // The chair of this slot's jury, not of another that sits the same day.
    let who = Standing { chairs: of_jury.chairs, ..facts::on_sitting(conn, caller, slot.sitting_id)? };
    access::require(Action::RecordAttendance, &who)?;
    let slot = store::hold_slot(conn, id)?;
    let sitting = store::sitting(conn, slot.sitting_id)?;
    service::refuse_ended(conn, sitting.id)?;
    if store::changes::is_left(conn, id)? {
        return Err(AppError::broken(
            "slot_was_left",
            ("Ce candidat passe dans une autre session.", "This candidate goes to another sitting."),
        ));
    }
    let signed = store::is_signed(conn, slot.sitting_id, slot.enrolment_id)?;
    let trimmed = |text: &Option<String>| text.as_deref().map(str::trim).map(str::to_owned);
    let (reason, correction) = (trimmed(&new.reason), trimmed(&new.correction));
    let door = Door {
        becomes: new.attendance,
        reason: reason.as_deref(),
        identity_checked: new.identity_checked,
        arrived_at: new.arrived_at,
        correction: correction.as_deref(),
    };
    let before = store::door::last(conn, id)?;
    let recorded = slot.attendance != Attendance::Expected;
    rules::attendance(sitting.kind, door, recorded, signed, at).map_err(refusal)?;
    let entry = AttendanceRecordRow {
        id: AttendanceRecordId::new(),
        salt: Bytes::salt(),
        slot_id: id,
        attendance: new.attendance,
        identity_checked: new.identity_checked,
        arrived_at: new.arrived_at,
        reason: reason.clone(),
        correction: correction.filter(|_| before.is_some()),
        corrects: before.map(|before| before.id),
        recorded_by: caller.account,
        recorded_at: at,
    };
    let row = SlotRow {
        attendance: new.attendance,
        attendance_reason: reason,
        attendance_by: Some(caller.account),
        attendance_at: Some(at),
        ..slot
    };
    store::update_attendance(conn, &row)?;
    store::door::insert(conn, &entry)?;
    let kind = if recorded { "attendance_corrected" } else { "attendance_recorded" };
    let act = Act::new(kind, caller.account, at).about("slot", id).about("enrolment", row.enrolment_id);
    record(conn, act, &[&row, &entry])?;
    summary::keep_sheets(conn, versions, &[row.enrolment_id])?;
    slots::views(conn, sitting, &BTreeSet::from([id]))?.pop().ok_or_else(AppError::not_found)
}

fn refusal(fault: AttendanceFault) -> AppError {
    let invalid = |words, field, code| {
        AppError::invalid(words).with("faults", vec![serde_json::json!({ "field": field, "code": code })])
    };
    match fault {
        AttendanceFault::NotAnOutcome => invalid(
            (
                "Dites si le candidat est présent, absent ou excusé.",
                "Say whether the candidate is present, absent or excused.",
            ),
            "attendance",
            "not_an_outcome",
        ),
        AttendanceFault::ReasonMissing => {
            invalid(("Une excuse demande un motif.", "An excuse needs a reason."), "reason", "required")
        }
        AttendanceFault::IdentityUnchecked => AppError::broken(
            "identity_is_checked",
            (
                "Vérifiez d’abord l’identité du candidat\u{a0}: le procès-verbal en fait état.",
                "Check the candidate’s identity first: the minutes tell of it.",
            ),
        ),
        AttendanceFault::ArrivalInTheFuture => AppError::broken(
            "arrival_is_past",
            ("L’heure d’arrivée n’est pas encore venue.", "The time of arrival has not come yet."),
        ),
        AttendanceFault::AbsentArrived => AppError::broken(
            "absent_has_not_arrived",
            (
                "Un candidat qui s’est présenté n’est pas absent\u{a0}: il est excusé, avec un motif.",
                "A candidate who came is not absent but excused, with a reason.",
            ),
        ),
        AttendanceFault::CorrectionUnexplained => AppError::broken(
            "correction_has_a_reason",
            (
                "Une présence est déjà notée\u{a0}: dites pourquoi elle est corrigée.",
                "Attendance is recorded already: say why it is corrected.",
            ),
        ),
        AttendanceFault::Signed => AppError::conflict((
            "Un membre du jury a déjà signé pour ce candidat\u{a0}: il n’était donc pas absent.",
            "A juror has signed for this candidate already, who was thus not absent.",
        ))
        .with("rule", "absent_is_not_signed"),
    }
}

/// Who is expected and who was there, by half-day in the zone of the centre; a chair is told of those who
/// come before them.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn list(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<AttendanceList, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::ReadAttendance, &who)?;
    let sitting = store::sitting(conn, id)?;
    let timezone = store::people::timezone(conn, id)?;
    let zone: Tz = timezone.parse().map_err(AppError::internal)?;
    let records = store::door::of_sitting(conn, id)?;
    let named = store::named_slots(conn, id, service::sight(caller, &who))?;
    let mut juries: BTreeMap<JuryId, BTreeSet<SittingJuror>> = BTreeMap::new();
    for (jury, seat_id, name) in store::people::seats_of_sitting(conn, id)? {
        juries.entry(jury).or_default().insert(SittingJuror { seat_id, name });
    }
    let mut days: BTreeMap<(NaiveDate, Half), Vec<NamedSlot>> = BTreeMap::new();
    for slot in named {
        days.entry(half_day(slot.slot.starts_at, zone)).or_default().push(slot);
    }
    let of_slot = |slot: &SlotRow| records.get(&slot.id).map(Vec::as_slice).unwrap_or_default();
    let half_days = days.into_iter().map(|((day, half), slots)| {
        let sits = slots.iter().map(|named| named.slot.jury_id).collect::<BTreeSet<JuryId>>();
        let jurors: BTreeSet<&SittingJuror> =
            sits.iter().filter_map(|jury| juries.get(jury)).flatten().collect();
        HalfDay {
            day,
            half,
            jurors: jurors.into_iter().cloned().collect(),
            candidates: slots.iter().map(|named| attending(named, of_slot(&named.slot))).collect(),
        }
    });
    Ok(AttendanceList { sitting_id: id, title: sitting.title, half_days: half_days.collect(), timezone })
}

/// The day and the half of it, as the clock on the wall shows it.
fn half_day(at: At, zone: Tz) -> (NaiveDate, Half) {
    let there = at.utc().with_timezone(&zone);
    (there.date_naive(), if there.hour() < 12 { Half::Morning } else { Half::Afternoon })
}

fn attending(named: &NamedSlot, records: &[AttendanceRecordRow]) -> Attending {
    let last = records.last();
    let arrived_at = last.and_then(|record| record.arrived_at);
    let late = arrived_at.map(|arrived| (arrived.utc() - named.slot.starts_at.utc()).num_minutes());
    Attending {
        slot_id: named.slot.id,
        number: named.number.clone(),
        name: named.name(),
        starts_at: named.slot.starts_at,
        attendance: named.slot.attendance,
        identity_checked: last.is_some_and(|record| record.identity_checked),
        arrived_at,
        minutes_late: late.unwrap_or_default().max(0),
        recorded_at: named.slot.attendance_at,
        corrections: records.iter().filter(|record| record.corrects.is_some()).count(),
    }
}
