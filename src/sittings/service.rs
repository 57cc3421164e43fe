//! Use cases: a sitting is planned, listed, read. Those of slots are in [`super::slots`], opening in
//! [`super::opening`].

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{SittingRow, SittingState};
use super::shapes::{NewSitting, Progress, SittingDetail, SittingView, SlotView};
use super::store::NamedSlot;
use super::{changes, deadlines, registered, standards, store};
use crate::access::{self, Action, Caller, Standing, facts};
use crate::db::{AnyConn, At, Json};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, SittingId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;
use crate::scoring::rows::SheetState;

/// # Errors
/// `invalid` when it ends before it begins or names a method that the version does not have.
pub fn plan(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    new: NewSitting,
    at: At,
) -> Result<SittingView, AppError> {
    let who = facts::on_cohort(conn, caller, new.cohort_id)?;
    access::require(Action::PlanSitting, &who)?;
    if new.ends_at <= new.starts_at {
        return Err(AppError::invalid((
            "La session se termine avant de commencer.",
            "The sitting ends before it begins.",
        ))
        .with("faults", vec![serde_json::json!({ "field": "ends_at", "code": "before_start" })]));
    }
    if let Some(until) = new.evidence_until {
        deadlines::refuse_late(new.kind, new.starts_at, new.ends_at, until)?;
    }
    registered::refuse_after_last_issue(conn, new.cohort_id, new.ends_at)?;
    let version = standards::of_cohort(conn, versions, new.cohort_id)?;
    let unknown: Vec<_> = new
        .methods
        .iter()
        .enumerate()
        .filter(|(_, method)| version.method(method.as_str()).is_none())
        .map(|(place, _)| serde_json::json!({ "field": format!("methods[{place}]"), "code": "unknown_method" }))
        .collect();
    if !unknown.is_empty() {
        return Err(AppError::invalid((
            "Une modalité n’existe pas dans le référentiel de cette promotion.",
            "A method does not exist in the référentiel of this cohort.",
        ))
        .with("faults", unknown));
    }
    let methods: BTreeSet<_> = new.methods.iter().collect();
    let row = SittingRow {
        id: SittingId::new(),
        cohort_id: new.cohort_id,
        title: new.title.trim().to_owned(),
        kind: new.kind,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        place: new.place.trim().to_owned(),
        methods: Json::of(&methods)?,
        state: SittingState::Planned,
        created_at: at,
        opened_at: None,
    };
    store::insert_sitting(conn, &row)?;
    let deadline = new.evidence_until.map(|until| deadlines::row(caller, row.id, until, at));
    let mut rows: Vec<&dyn Protected> = vec![&row];
    if let Some(deadline) = &deadline {
        store::changes::put_deadline(conn, deadline)?;
        rows.push(deadline);
    }
    let act = Act::new("sitting_planned", caller.account, at)
        .about("sitting", row.id)
        .about("cohort", row.cohort_id);
    record(conn, act, &rows)?;
    view(conn, row)
}

/// A sitting with what has become of it.
pub(super) fn view(conn: &mut AnyConn, row: SittingRow) -> Result<SittingView, AppError> {
    let standing = store::changes::standing(conn, row.id)?;
    SittingView::of(row, standing.version, standing.evidence_until, standing.ended)
}

/// Nothing more is done in a sitting that was cancelled or merged.
pub(super) fn refuse_ended(conn: &mut AnyConn, id: SittingId) -> Result<(), AppError> {
    if facts::has_ended(conn, id)? { Err(changes::over()) } else { Ok(()) }
}

/// The sittings of a cohort, one more than `limit` so that the page knows whether it is the last.
///
/// # Errors
/// `not_found`.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    of: CohortId,
    after: Option<(At, SittingId)>,
    limit: i64,
) -> Result<Vec<SittingView>, AppError> {
    let who = facts::on_cohort(conn, caller, of)?;
    access::require(Action::ReadCohort, &who)?;
    let rows = store::sittings_of(conn, of, after, limit + 1)?;
    let ids: Vec<SittingId> = rows.iter().map(|row| row.id).collect();
    let mut standings = store::changes::standings(conn, &ids)?;
    rows.into_iter()
        .map(|row| {
            let standing = standings.remove(&row.id).unwrap_or_default();
            SittingView::of(row, standing.version, standing.evidence_until, standing.ended)
        })
        .collect()
}

/// # Errors
/// `not_found`.
pub fn read(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<SittingDetail, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::ReadSitting, &who)?;
    let sitting = store::sitting(conn, id)?;
    let sitting = view(conn, sitting)?;
    let sight = sight(caller, &who);
    let slots = store::named_slots(conn, id, sight)?;
    let governs = access::policy::may(Action::RecordAttendance, &who);
    // Whoever is shown their own slots alone assesses there, or is assessed.
    let sees = Sees { reasons: governs || who.auditor, extra_time: governs || sight.is_some() };
    Ok(SittingDetail { slots: slot_views(conn, &sitting, slots, sees)?, sitting })
}

/// Whose slots are shown: all to those who oversee the cohort; to others theirs alone.
pub(super) fn sight(caller: &Caller, who: &Standing) -> Option<AccountId> {
    if access::policy::may(Action::ReadCohort, who) { None } else { Some(caller.account) }
}

/// What is told of slots beside their hours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sees {
    pub reasons: bool,
    pub extra_time: bool,
}

impl Sees {
    pub const ALL: Self = Self { reasons: true, extra_time: true };
}

/// Two statements, however many slots there are.
pub(super) fn slot_views(
    conn: &mut AnyConn,
    sitting: &SittingView,
    slots: Vec<NamedSlot>,
    sees: Sees,
) -> Result<Vec<SlotView>, AppError> {
    let extended = store::changes::extensions(conn, sitting.id)?;
    let records = store::door::of_sitting(conn, sitting.id)?;
    let until_for = |id| sitting.evidence_until.map(|until| extended.get(&id).copied().unwrap_or(until));
    let arrived = |id: &_| records.get(id)?.last()?.arrived_at;
    Ok(slots
        .into_iter()
        .map(|named| slot_view(sees, until_for(named.slot.enrolment_id), arrived(&named.slot.id), named))
        .collect())
}

fn slot_view(sees: Sees, evidence_until: Option<At>, arrived_at: Option<At>, named: NamedSlot) -> SlotView {
    let candidate = named.name();
    let slot = named.slot;
    let arrangement = named.arrangement;
    let extra = arrangement.as_ref().map(|one| one.extra_minutes).unwrap_or_default();
    let (room, team) = arrangement.map(|one| (one.room, one.team)).unwrap_or_default();
    SlotView {
        id: slot.id,
        sitting_id: slot.sitting_id,
        enrolment_id: slot.enrolment_id,
        jury_id: slot.jury_id,
        number: named.number,
        candidate,
        starts_at: slot.starts_at,
        minutes: slot.minutes,
        extra_minutes: sees.extra_time.then_some(extra),
        room,
        team,
        evidence_until,
        attendance: slot.attendance,
        attendance_reason: slot.attendance_reason.filter(|_| sees.reasons),
        attendance_at: slot.attendance_at,
        arrived_at,
    }
}

/// How many of the expected seats have signed each candidate; a juror is told of those whom they assess.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn progress(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<Vec<Progress>, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::ReadProgress, &who)?;
    let mut counts: BTreeMap<EnrolmentId, (u32, u32)> = BTreeMap::new();
    for (enrolment, state) in store::sheet_states(conn, id)? {
        let (expected, signed) = counts.entry(enrolment).or_default();
        *expected += 1;
        *signed += u32::from(state == Some(SheetState::Signed));
    }
    let slots = store::named_slots(conn, id, sight(caller, &who))?;
    Ok(slots
        .into_iter()
        .map(|named| {
            let (expected, signed) = counts.get(&named.slot.enrolment_id).copied().unwrap_or_default();
            Progress {
                enrolment_id: named.slot.enrolment_id,
                number: named.number,
                attendance: named.slot.attendance,
                expected,
                signed,
            }
        })
        .collect())
}
