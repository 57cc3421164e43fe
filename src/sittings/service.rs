//! Use cases: a sitting is planned, listed, read. Those of slots are in [`super::slots`], opening in
//! [`super::opening`].

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{SittingRow, SittingState};
use super::shapes::{NewSitting, Progress, SittingDetail, SittingView, SlotView};
use super::store::NamedSlot;
use super::{standards, store};
use crate::access::{self, Action, Caller, Standing, facts};
use crate::db::{AnyConn, At, Json};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, SittingId};
use crate::journal::{Act, record};
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
    let act = Act::new("sitting_planned", caller.account, at)
        .about("sitting", row.id)
        .about("cohort", row.cohort_id);
    record(conn, act, &[&row])?;
    row.try_into()
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
    store::sittings_of(conn, of, after, limit + 1)?.into_iter().map(SittingView::try_from).collect()
}

/// # Errors
/// `not_found`.
pub fn read(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<SittingDetail, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::ReadSitting, &who)?;
    let sitting = store::sitting(conn, id)?.try_into()?;
    let slots = store::named_slots(conn, id, sight(caller, &who))?;
    let with_reason = access::policy::may(Action::RecordAttendance, &who) || who.auditor;
    Ok(SittingDetail { sitting, slots: slots.into_iter().map(|slot| slot_view(slot, with_reason)).collect() })
}

/// Whose slots are shown: all to those who oversee the cohort; to others theirs alone.
fn sight(caller: &Caller, who: &Standing) -> Option<AccountId> {
    if access::policy::may(Action::ReadCohort, who) { None } else { Some(caller.account) }
}

pub(super) fn slot_view(named: NamedSlot, with_reason: bool) -> SlotView {
    let candidate = named.name();
    let slot = named.slot;
    SlotView {
        id: slot.id,
        sitting_id: slot.sitting_id,
        enrolment_id: slot.enrolment_id,
        jury_id: slot.jury_id,
        number: named.number,
        candidate,
        starts_at: slot.starts_at,
        minutes: slot.minutes,
        attendance: slot.attendance,
        attendance_reason: slot.attendance_reason.filter(|_| with_reason),
        attendance_at: slot.attendance_at,
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
