//! Use cases of slots: laid out in bulk, attended.

use std::collections::BTreeSet;

use super::model::{Bounds, Planned};
use super::rows::{Attendance, SittingRow, SlotRow};
use super::rules::{self, AttendanceFault, Surroundings};
use super::shapes::{NewAttendance, NewSlots, SlotView};
use super::{service, standards, store};
use crate::access::{self, Action, Caller, Standing, facts};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{JuryId, SittingId, SlotId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;

/// Lays out slots for one jury, in the order given: all of them or none.
///
/// # Errors
/// `rule_broken` with every fault of every slot; `invalid` when the jury is of another cohort.
pub fn lay_out(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SittingId,
    new: NewSlots,
    at: At,
) -> Result<Vec<SlotView>, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::PlanSitting, &who)?;
    let sitting = store::sitting(conn, id)?;
    store::hold_cohort(conn, sitting.cohort_id)?;
    if store::cohort_of_jury(conn, new.jury_id).ok() != Some(sitting.cohort_id) {
        return Err(AppError::invalid((
            "Ce jury n’est pas celui de la promotion de la session.",
            "This jury is not of the cohort of the sitting.",
        ))
        .with("faults", vec![serde_json::json!({ "field": "jury_id", "code": "not_of_the_cohort" })]));
    }
    let slots = rules::lay_out(
        sitting.kind,
        new.first_at,
        new.minutes,
        new.break_minutes.unwrap_or(0),
        &new.enrolments,
    );
    may_be_laid_out(conn, versions, &sitting, new.jury_id, &slots)?;
    let rows: Vec<SlotRow> = slots.iter().map(|slot| row(id, new.jury_id, slot)).collect();
    store::insert_slots(conn, &rows)?;
    let written: Vec<&dyn Protected> = rows.iter().map(|row| -> &dyn Protected { row }).collect();
    let act = Act::new("slots_laid_out", caller.account, at).about("sitting", id).about("jury", new.jury_id);
    record(conn, act, &written)?;
    let made: BTreeSet<SlotId> = rows.iter().map(|row| row.id).collect();
    let named = store::named_slots(conn, id, None)?;
    Ok(named
        .into_iter()
        .filter(|named| made.contains(&named.slot.id))
        .map(|named| service::slot_view(named, true))
        .collect())
}

/// Tells every fault of every slot, or nothing.
fn may_be_laid_out(
    conn: &mut AnyConn,
    versions: &Versions,
    sitting: &SittingRow,
    jury: JuryId,
    slots: &[Planned],
) -> Result<(), AppError> {
    let version = standards::of_cohort(conn, versions, sitting.cohort_id)?;
    let methods: Vec<String> = sitting.methods.read()?;
    let assessed: BTreeSet<&str> =
        methods.iter().filter_map(|method| standards::block_of(&version, method)).collect();
    let seeking = store::seeking(conn, sitting.cohort_id)?;
    let people =
        slots.iter().filter_map(|slot| seeking.get(&slot.enrolment)).map(|one| one.candidate).collect();
    let taken = store::taken(conn, jury, &people, sitting.ends_at)?;
    let placed: BTreeSet<_> =
        store::slots(conn, sitting.id)?.into_iter().map(|slot| slot.enrolment_id).collect();
    let around = Surroundings {
        bounds: Bounds { kind: sitting.kind, starts_at: sitting.starts_at, ends_at: sitting.ends_at },
        jury,
        seeking: &seeking,
        assessed: &assessed,
        placed: &placed,
        taken: &taken,
    };
    let faults = rules::slot_faults(slots, &around);
    let Some(first) = faults.first() else { return Ok(()) };
    Err(AppError::broken(first.rule, (&first.fr, &first.en)).with("broken", serde_json::to_value(&faults)?))
}

fn row(sitting: SittingId, jury: JuryId, slot: &Planned) -> SlotRow {
    SlotRow {
        id: SlotId::new(),
        salt: Bytes::salt(),
        sitting_id: sitting,
        enrolment_id: slot.enrolment,
        jury_id: jury,
        starts_at: slot.starts_at,
        minutes: slot.minutes,
        attendance: Attendance::Expected,
        attendance_reason: None,
        attendance_by: None,
        attendance_at: None,
    }
}

/// Records that a candidate is there, absent or excused.
///
/// # Errors
/// `invalid` without the reason of an excuse, `rule_broken` without an identity check, `conflict` when a
/// juror has signed somebody who would be absent.
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
    let signed = store::is_signed(conn, slot.sitting_id, slot.enrolment_id)?;
    let reason = new.reason.as_deref().map(str::trim);
    rules::attendance(sitting.kind, new.attendance, reason, new.identity_checked, signed).map_err(refusal)?;
    let row = SlotRow {
        attendance: new.attendance,
        attendance_reason: reason.map(str::to_owned),
        attendance_by: Some(caller.account),
        attendance_at: Some(at),
        ..slot
    };
    store::update_attendance(conn, &row)?;
    let act = Act::new("attendance_recorded", caller.account, at)
        .about("slot", id)
        .about("enrolment", row.enrolment_id);
    record(conn, act, &[&row])?;
    summary::keep_sheets(conn, versions, &[row.enrolment_id])?;
    let named = store::named_slot(conn, id)?;
    Ok(service::slot_view(named, true))
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
        AttendanceFault::Signed => AppError::conflict((
            "Un membre du jury a déjà signé pour ce candidat\u{a0}: il n’était donc pas absent.",
            "A juror has signed for this candidate already, who was thus not absent.",
        ))
        .with("rule", "absent_is_not_signed"),
    }
}
