//! Use cases: a sitting is moved, cancelled, merged into another. Each gives back whom to write to.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Planned;
use super::rows::{Attendance, ChangeKind, SittingChangeRow, SittingRow, SlotRow};
use super::rules::moving::{self, Moving, MovingFault};
use super::rules::{self, Hours};
use super::shapes::changes::{Changed, NewCancellation, NewMerging, NewMove};
use super::slots::{Place, bounds, may_be_laid_out, refuse_faults};
use super::store::changes::Standing;
use super::store::hours::Asked;
use super::{letters, notices, registered, service, store};
use crate::access::{self, Action, Caller, facts};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{EnrolmentId, JuryId, SittingId, SlotId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;

/// A sitting that nobody else lays out, opens or changes meanwhile.
struct Held {
    sitting: SittingRow,
    standing: Standing,
    signed: bool,
}

fn hold(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<Held, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::PlanSitting, &who)?;
    let cohort = store::sitting(conn, id)?.cohort_id;
    store::hold_cohort(conn, cohort)?;
    Ok(Held {
        sitting: store::hold_sitting(conn, id)?,
        standing: store::changes::standing(conn, id)?,
        signed: store::is_signed_at_all(conn, id)?,
    })
}

/// Moves a sitting: its slots keep their distance to its beginning.
///
/// # Errors
/// `rule_broken` into the past, before its own deadline for evidence, after a signature, or where somebody or
/// something is busy, every slot told.
pub fn move_sitting(
    conn: &mut AnyConn,
    caller: &Caller,
    id: SittingId,
    new: &NewMove,
    at: At,
) -> Result<Changed, AppError> {
    let Held { sitting: old, standing, signed } = hold(conn, caller, id)?;
    let extended = store::changes::extensions(conn, id)?;
    let moving = Moving {
        kind: old.kind,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        evidence_until: extended.into_values().chain(standing.evidence_until).max(),
        signed,
        ended: standing.ended.is_some(),
    };
    moving::may_move(&moving, at).map_err(|fault| refusal(fault, standing.evidence_until))?;
    registered::refuse_after_last_issue(conn, old.cohort_id, new.ends_at)?;
    let place = new.place.as_deref().map_or_else(|| old.place.clone(), |place| place.trim().to_owned());
    let row = SittingRow { starts_at: new.starts_at, ends_at: new.ends_at, place, ..old.clone() };
    let shift = new.starts_at.utc() - old.starts_at.utc();
    let slots: Vec<SlotRow> = store::slots(conn, id)?
        .into_iter()
        .map(|slot| SlotRow { starts_at: slot.starts_at.plus(shift), ..slot })
        .collect();
    refuse_busy(conn, &row, &slots)?;
    store::update_sitting_hours(conn, &row)?;
    store::hours::write(conn, id, &slots)?;
    let change = change(caller, (&old, &standing), ChangeKind::Moved, &new.reason, at)?;
    store::changes::insert_change(conn, &change)?;
    let mut rows: Vec<&dyn Protected> = vec![&row, &change];
    rows.extend(slots.iter().map(|slot| -> &dyn Protected { slot }));
    record(conn, Act::new("sitting_moved", caller.account, at).about("sitting", id), &rows)?;
    let notices = notices::of_summoned(conn, &row)?;
    letters::moved(conn, (&old, &row), &notices, at)?;
    Ok(Changed { sitting: service::view(conn, row)?, reason: change.reason, notices })
}

/// Every hour of the slots as moved, against what stands elsewhere.
fn refuse_busy(conn: &mut AnyConn, sitting: &SittingRow, slots: &[SlotRow]) -> Result<(), AppError> {
    let seeking = store::seeking(conn, sitting.cohort_id)?;
    let juries: BTreeSet<JuryId> = slots.iter().map(|slot| slot.jury_id).collect();
    let allies = store::hours::allies(conn, &juries)?;
    let rooms: BTreeMap<SlotId, String> = store::named_slots(conn, sitting.id, None)?
        .into_iter()
        .filter_map(|named| Some((named.slot.id, named.arrangement?.room?)))
        .collect();
    let taken = store::hours::taken(
        conn,
        &Asked {
            juries: &juries.iter().chain(allies.values().flatten()).copied().collect(),
            candidates: &slots
                .iter()
                .filter_map(|slot| seeking.get(&slot.enrolment_id))
                .map(|one| one.candidate)
                .collect(),
            rooms: &rooms.values().cloned().collect(),
            cohort: sitting.cohort_id,
            except: &slots.iter().map(|slot| slot.id).collect(),
            since: sitting.starts_at,
            until: sitting.ends_at,
        },
    )?;
    let none = BTreeSet::new();
    let mut faults = Vec::new();
    for slot in slots {
        let Some(seeking) = seeking.get(&slot.enrolment_id) else { continue };
        let hours = Hours {
            bounds: bounds(sitting),
            jury: slot.jury_id,
            allies: allies.get(&slot.jury_id).unwrap_or(&none),
            room: rooms.get(&slot.id).map(String::as_str),
            taken: &taken,
        };
        faults.extend(rules::hour_faults(&planned(slot), seeking, &hours));
    }
    refuse_faults(&faults)
}

pub(super) fn planned(slot: &SlotRow) -> Planned {
    Planned {
        enrolment: slot.enrolment_id,
        starts_at: slot.starts_at,
        minutes: slot.minutes,
        extra_minutes: 0,
        team: None,
    }
}

fn change(
    caller: &Caller,
    (old, standing): (&SittingRow, &Standing),
    kind: ChangeKind,
    reason: &str,
    at: At,
) -> Result<SittingChangeRow, AppError> {
    let former = serde_json::json!({
        "starts_at": old.starts_at, "ends_at": old.ends_at, "place": old.place,
        "evidence_until": standing.evidence_until,
    });
    Ok(SittingChangeRow {
        sitting_id: old.id,
        version: standing.version + 1,
        salt: Bytes::salt(),
        kind,
        former: Json::of(&former)?,
        into_id: None,
        reason: reason.trim().to_owned(),
        recorded_by: caller.account,
        recorded_at: at,
    })
}

/// Cancels a sitting: nobody is busy there any more, and what was scored there and not signed counts for
/// nothing.
///
/// # Errors
/// `rule_broken` after a signature, or when it has ended already.
pub fn cancel(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SittingId,
    new: &NewCancellation,
    at: At,
) -> Result<Changed, AppError> {
    let Held { sitting, standing, signed } = hold(conn, caller, id)?;
    let ended = standing.ended.is_some();
    moving::may_end(ended, signed).map_err(|fault| refusal(fault, standing.evidence_until))?;
    let change = change(caller, (&sitting, &standing), ChangeKind::Cancelled, &new.reason, at)?;
    store::changes::insert_change(conn, &change)?;
    record(conn, Act::new("sitting_cancelled", caller.account, at).about("sitting", id), &[&change])?;
    let notices = notices::of_summoned(conn, &sitting)?;
    letters::cancelled(conn, &sitting, &notices, at)?;
    let of: Vec<EnrolmentId> = store::slots(conn, id)?.iter().map(|slot| slot.enrolment_id).collect();
    summary::keep_sheets(conn, versions, &of)?;
    Ok(Changed { sitting: service::view(conn, sitting)?, reason: change.reason, notices })
}

/// Merges a sitting into another, which takes over its slots: the first comes at the hour given, the others
/// keep their distance to it. Gives back the sitting that goes on, and those summoned to the one that ended.
///
/// # Errors
/// `rule_broken` when the other does not assess the same, when the sitting has begun, or with every slot that
/// cannot be.
pub fn merge(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, new): (SittingId, &NewMerging),
    at: At,
) -> Result<Changed, AppError> {
    let Held { sitting: from, standing, signed } = hold(conn, caller, id)?;
    let ended = standing.ended.is_some();
    moving::may_end(ended, signed).map_err(|fault| refusal(fault, standing.evidence_until))?;
    let into = store::sitting(conn, new.into).map_err(|_| not_mergeable())?;
    service::refuse_ended(conn, into.id)?;
    refuse_unlike(&from, &into)?;
    let before = store::slots(conn, id)?;
    if before.iter().any(|slot| slot.attendance != Attendance::Expected) {
        return Err(AppError::broken(
            "sitting_has_begun",
            (
                "L’émargement de cette session est commencé\u{a0}: elle ne se réunit plus à une autre.",
                "Attendance is recorded in this sitting: it is not merged any more.",
            ),
        ));
    }
    let called = notices::summoned(conn, &from)?;
    let ended = notices::of_summoned(conn, &from)?;
    let slots = shifted(&before, &into, new.first_at);
    refuse_unplaced(conn, versions, &into, &slots)?;
    store::hours::write(conn, into.id, &slots)?;
    let mut change = change(caller, (&from, &standing), ChangeKind::Merged, &new.reason, at)?;
    change.into_id = Some(into.id);
    store::changes::insert_change(conn, &change)?;
    let mut rows: Vec<&dyn Protected> = vec![&change];
    rows.extend(slots.iter().map(|slot| -> &dyn Protected { slot }));
    let act = Act::new("sitting_merged", caller.account, at).about("sitting", id).about("into", into.id);
    record(conn, act, &rows)?;
    let mut notices = notices::of_all(conn, &into)?;
    notices.retain(|notice| called.contains_key(&notices::key(notice)));
    letters::cancelled(conn, &from, &ended, at)?;
    letters::summon(conn, &into, &notices, at)?;
    let of: Vec<EnrolmentId> = before.iter().map(|slot| slot.enrolment_id).collect();
    summary::keep_sheets(conn, versions, &of)?;
    Ok(Changed { sitting: service::view(conn, into)?, reason: change.reason, notices })
}

fn shifted(slots: &[SlotRow], into: &SittingRow, first_at: At) -> Vec<SlotRow> {
    let first = slots.iter().map(|slot| slot.starts_at).min().unwrap_or(first_at);
    let shift = first_at.utc() - first.utc();
    slots
        .iter()
        .map(|slot| SlotRow { sitting_id: into.id, starts_at: slot.starts_at.plus(shift), ..slot.clone() })
        .collect()
}

fn refuse_unplaced(
    conn: &mut AnyConn,
    versions: &Versions,
    into: &SittingRow,
    slots: &[SlotRow],
) -> Result<(), AppError> {
    let juries: BTreeSet<JuryId> = slots.iter().map(|slot| slot.jury_id).collect();
    let except: BTreeSet<SlotId> = slots.iter().map(|slot| slot.id).collect();
    // A sitting has few juries.
    for jury in juries {
        let own: Vec<Planned> = slots.iter().filter(|slot| slot.jury_id == jury).map(planned).collect();
        let place = Place { sitting: into, jury, room: None };
        may_be_laid_out(conn, versions, &place, &own, &except)?;
    }
    Ok(())
}

fn refuse_unlike(from: &SittingRow, into: &SittingRow) -> Result<(), AppError> {
    let (asked, given): (BTreeSet<String>, BTreeSet<String>) = (from.methods.read()?, into.methods.read()?);
    let alike = from.id != into.id
        && from.cohort_id == into.cohort_id
        && from.kind == into.kind
        && asked.is_subset(&given);
    if alike { Ok(()) } else { Err(not_mergeable()) }
}

fn not_mergeable() -> AppError {
    AppError::broken(
        "merged_sittings_are_alike",
        (
            "Deux sessions se réunissent si elles sont de la même promotion et de la même forme, et si la seconde évalue les modalités de la première.",
            "Two sittings merge when they are of one cohort and one kind, and the second assesses the methods of the first.",
        ),
    )
}

/// A sitting that was cancelled or merged.
pub(super) fn over() -> AppError {
    refusal(MovingFault::Over, None)
}

fn refusal(fault: MovingFault, until: Option<At>) -> AppError {
    match fault {
        MovingFault::Over => AppError::broken(
            "sitting_is_over",
            (
                "Cette session est annulée, ou réunie à une autre.",
                "This sitting is cancelled, or merged into another.",
            ),
        ),
        MovingFault::Signed => AppError::broken(
            "sitting_has_signed_sheets",
            (
                "Une feuille est signée dans cette session\u{a0}: elle a eu lieu.",
                "A sheet is signed in this sitting: it took place.",
            ),
        ),
        MovingFault::Past => AppError::broken(
            "moved_into_the_past",
            ("Une session ne se déplace pas vers le passé.", "A sitting is not moved into the past."),
        ),
        MovingFault::EndsBeforeItStarts => AppError::invalid((
            "La session se termine avant de commencer.",
            "The sitting ends before it begins.",
        ))
        .with("faults", vec![serde_json::json!({ "field": "ends_at", "code": "before_start" })]),
        MovingFault::BeforeItsDeadline => AppError::broken(
            "moved_before_its_deadline",
            (
                "Les candidats peuvent déposer des preuves jusqu’après cette date\u{a0}: avancez d’abord la date limite.",
                "Candidates may file evidence until after that date: bring the deadline forward first.",
            ),
        )
        .with("until", until.map(|until| until.to_string())),
    }
}
