//! Use case: slots are laid out in bulk.

use std::collections::BTreeSet;

use super::model::{Bounds, Comer, Pause, Planned, Rhythm};
use super::rows::{Attendance, SittingRow, SlotArrangementRow, SlotRow};
use super::rules::{self, Hours, Surroundings, layout};
use super::service::{self, Sees};
use super::shapes::{NewSlots, SlotView};
use super::store::hours::Asked;
use super::{standards, store};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{EnrolmentId, JuryId, SittingId, SlotId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;

/// Lays out slots for one jury, in the order given: all of them or none. Extra time that was granted makes
/// them longer.
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
    service::refuse_ended(conn, id)?;
    refuse_foreign_jury(conn, &sitting, new.jury_id)?;
    let room = new.room.as_deref().map(|room| room.trim().to_owned());
    let slots = planned(conn, &sitting, &new)?;
    let place = Place { sitting: &sitting, jury: new.jury_id, room: room.as_deref() };
    may_be_laid_out(conn, versions, &place, &slots, &BTreeSet::new())?;
    let rows: Vec<SlotRow> = slots.iter().map(|slot| row(id, new.jury_id, slot)).collect();
    let arrangements: Vec<SlotArrangementRow> = rows
        .iter()
        .zip(&slots)
        .filter_map(|(row, slot)| arrangement(row.id, room.as_deref(), slot))
        .collect();
    store::insert_slots(conn, &rows)?;
    store::insert_arrangements(conn, &arrangements)?;
    let mut written: Vec<&dyn Protected> = rows.iter().map(|row| -> &dyn Protected { row }).collect();
    written.extend(arrangements.iter().map(|row| -> &dyn Protected { row }));
    let act = Act::new("slots_laid_out", caller.account, at).about("sitting", id).about("jury", new.jury_id);
    record(conn, act, &written)?;
    views(conn, sitting, &rows.iter().map(|row| row.id).collect())
}

/// Some slots of a sitting as whoever governs sees them.
pub(super) fn views(
    conn: &mut AnyConn,
    sitting: SittingRow,
    of: &BTreeSet<SlotId>,
) -> Result<Vec<SlotView>, AppError> {
    let mut named = store::named_slots(conn, sitting.id, None)?;
    named.retain(|named| of.contains(&named.slot.id));
    let sitting = service::view(conn, sitting)?;
    service::slot_views(conn, &sitting, named, Sees::ALL)
}

pub(super) fn refuse_foreign_jury(
    conn: &mut AnyConn,
    sitting: &SittingRow,
    jury: JuryId,
) -> Result<(), AppError> {
    if store::cohort_of_jury(conn, jury).ok() == Some(sitting.cohort_id) {
        return Ok(());
    }
    Err(AppError::invalid((
        "Ce jury n’est pas celui de la promotion de la session.",
        "This jury is not of the cohort of the sitting.",
    ))
    .with("faults", vec![serde_json::json!({ "field": "jury_id", "code": "not_of_the_cohort" })]))
}

/// The hours of each, from what was asked and what was granted.
fn planned(conn: &mut AnyConn, sitting: &SittingRow, new: &NewSlots) -> Result<Vec<Planned>, AppError> {
    let pauses = new.pauses.as_deref().unwrap_or_default();
    let backwards: Vec<_> = pauses
        .iter()
        .enumerate()
        .filter(|(_, pause)| pause.ends_at <= pause.starts_at)
        .map(|(place, _)| serde_json::json!({ "field": format!("pauses[{place}].ends_at"), "code": "before_start" }))
        .collect();
    if !backwards.is_empty() {
        return Err(AppError::invalid((
            "Une pause se termine avant de commencer.",
            "A pause ends before it begins.",
        ))
        .with("faults", backwards));
    }
    let extra = store::adjustments::extra_time(conn, sitting.cohort_id)?;
    let together = new.together.and_then(|size| usize::try_from(size).ok()).unwrap_or(1).max(1);
    let comer = |id: &EnrolmentId| Comer { enrolment: *id, extra: extra.get(id).copied() };
    let teams: Vec<Vec<Comer>> =
        new.enrolments.chunks(together).map(|team| team.iter().map(comer).collect()).collect();
    let rhythm = Rhythm {
        kind: sitting.kind,
        first_at: new.first_at,
        minutes: new.minutes,
        break_minutes: new.break_minutes.unwrap_or(0),
        pauses: pauses.iter().map(|p| Pause { starts_at: p.starts_at, ends_at: p.ends_at }).collect(),
    };
    Ok(layout::lay_out(&rhythm, &teams))
}

/// Where slots are to be.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub sitting: &'a SittingRow,
    pub jury: JuryId,
    pub room: Option<&'a str>,
}

/// Tells every fault of every slot, or nothing. `except`: slots that make way for them.
pub(super) fn may_be_laid_out(
    conn: &mut AnyConn,
    versions: &Versions,
    place: &Place<'_>,
    slots: &[Planned],
    except: &BTreeSet<SlotId>,
) -> Result<(), AppError> {
    let sitting = place.sitting;
    let version = standards::of_cohort(conn, versions, sitting.cohort_id)?;
    let methods: Vec<String> = sitting.methods.read()?;
    let assessed: BTreeSet<&str> =
        methods.iter().filter_map(|method| standards::block_of(&version, method)).collect();
    let seeking = store::seeking(conn, sitting.cohort_id)?;
    let people =
        slots.iter().filter_map(|slot| seeking.get(&slot.enrolment)).map(|one| one.candidate).collect();
    let mut allies = store::hours::allies(conn, &BTreeSet::from([place.jury]))?;
    let allies = allies.remove(&place.jury).unwrap_or_default();
    let juries = allies.iter().copied().chain([place.jury]).collect();
    let taken = store::hours::taken(
        conn,
        &Asked {
            juries: &juries,
            candidates: &people,
            rooms: &place.room.map(str::to_owned).into_iter().collect(),
            cohort: sitting.cohort_id,
            except,
            since: slots.iter().map(|slot| slot.starts_at).min().unwrap_or(sitting.starts_at),
            until: sitting.ends_at,
        },
    )?;
    let placed: BTreeSet<_> =
        store::slots(conn, sitting.id)?.into_iter().map(|slot| slot.enrolment_id).collect();
    let around = Surroundings {
        hours: Hours {
            bounds: bounds(sitting),
            jury: place.jury,
            allies: &allies,
            room: place.room,
            taken: &taken,
        },
        seeking: &seeking,
        assessed: &assessed,
        placed: &placed,
    };
    refuse_faults(&rules::slot_faults(slots, &around))
}

pub(super) fn bounds(sitting: &SittingRow) -> Bounds {
    Bounds { kind: sitting.kind, starts_at: sitting.starts_at, ends_at: sitting.ends_at }
}

/// # Errors
/// `rule_broken` with all of them, the first one named.
pub(super) fn refuse_faults(faults: &[super::model::SlotFault]) -> Result<(), AppError> {
    let Some(first) = faults.first() else { return Ok(()) };
    Err(AppError::broken(first.rule, (&first.fr, &first.en)).with("broken", serde_json::to_value(faults)?))
}

pub(super) fn row(sitting: SittingId, jury: JuryId, slot: &Planned) -> SlotRow {
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

/// Nothing where a slot is like any other of its sitting.
pub(super) fn arrangement(of: SlotId, room: Option<&str>, slot: &Planned) -> Option<SlotArrangementRow> {
    let team = slot.team.map(|place| format!("{}", place + 1));
    (room.is_some() || team.is_some() || slot.extra_minutes > 0).then(|| SlotArrangementRow {
        slot_id: of,
        salt: Bytes::salt(),
        room: room.map(str::to_owned),
        team,
        extra_minutes: slot.extra_minutes,
    })
}
