//! Use cases: a jury is composed, read, and looked at before its candidates. Those of one seat are in
//! [`super::seats`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::panel::Panel;
pub use super::panel::Quorum;
use super::rows::JuryRow;
use super::shapes::{JuryLine, JuryView, NewJury, RecusalView, SeatView};
use super::store::{self, Scope};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{CohortId, EnrolmentId, JuryId};
use crate::journal::{Act, record};
use crate::referential::model::Referential;
use crate::referential::versions::Versions;
use crate::sittings::standards;

/// # Errors
/// `not_found`, `forbidden`.
pub fn compose(conn: &mut AnyConn, caller: &Caller, new: NewJury, at: At) -> Result<JuryLine, AppError> {
    let who = facts::on_cohort(conn, caller, new.cohort_id)?;
    access::require(Action::ComposeJury, &who)?;
    let row = JuryRow {
        id: JuryId::new(),
        cohort_id: new.cohort_id,
        name: new.name.trim().to_owned(),
        mandate: new.mandate,
        created_at: at,
    };
    store::insert_jury(conn, &row)?;
    let act =
        Act::new("jury_composed", caller.account, at).about("jury", row.id).about("cohort", row.cohort_id);
    record(conn, act, &[&row])?;
    Ok(row.into())
}

/// The juries of a cohort, one more than `limit` so that the page knows whether it is the last.
///
/// # Errors
/// `not_found`.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    of: CohortId,
    after: Option<JuryId>,
    limit: i64,
) -> Result<Vec<JuryLine>, AppError> {
    let who = facts::on_cohort(conn, caller, of)?;
    access::require(Action::ReadJury, &who)?;
    let found = store::juries_of_cohort(conn, of, after, limit + 1)?;
    Ok(found.into_iter().map(JuryLine::from).collect())
}

/// A jury as it stands. Experience is reckoned on the day of its first slot, today without one.
///
/// # Errors
/// `not_found`.
pub fn read(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: JuryId,
    at: At,
) -> Result<JuryView, AppError> {
    let who = facts::on_jury(conn, caller, id)?;
    access::require(Action::ReadJury, &who)?;
    let jury = store::jury(conn, id)?;
    let version = standards::of_cohort(conn, versions, jury.cohort_id)?;
    let before = store::candidates_before(conn, id)?;
    let day = before.first().map_or(at, |(_, starts_at)| *starts_at);
    let before: BTreeSet<EnrolmentId> = before.into_iter().map(|(enrolment, _)| enrolment).collect();
    let before: Vec<EnrolmentId> = before.into_iter().collect();
    let panel = Panel::load(conn, Scope::Jury(id), jury.cohort_id, None)?;
    let names: BTreeMap<_, _> = store::names(conn, id)?.into_iter().collect();
    let composes = access::policy::may(Action::ComposeJury, &who);
    let told_all = composes || who.auditor || who.chairs;
    let own: BTreeSet<_> =
        panel.seats().filter(|seat| seat.account_id == caller.account).map(|seat| seat.id).collect();
    Ok(JuryView {
        broken: panel.broken(&version.referential.jury, id, &before, day.utc().year())?,
        seats: panel
            .seats()
            .map(|seat| {
                let name = names.get(&seat.account_id).cloned().unwrap_or_default();
                SeatView::of(seat.clone(), name, composes)
            })
            .collect(),
        recusals: panel
            .recusals()
            .iter()
            .map(|recusal| RecusalView::of(recusal.clone(), told_all || own.contains(&recusal.seat_id)))
            .collect(),
        jury: jury.into(),
    })
}

/// Who of a jury may assess and decide on one candidate. Eight statements.
///
/// # Errors
/// `not_found` when the candidate is not of the jury's cohort.
pub fn quorum_for(
    conn: &mut AnyConn,
    version: &Referential,
    jury: JuryId,
    enrolment: EnrolmentId,
) -> Result<Quorum, AppError> {
    let cohort = store::jury(conn, jury)?.cohort_id;
    Panel::load(conn, Scope::Jury(jury), cohort, Some(enrolment))?.quorum(&version.jury, jury, enrolment)
}

/// The same for every candidate of the jury's cohort, in as many statements.
///
/// # Errors
/// `not_found` when there is no such jury.
pub fn quorums(
    conn: &mut AnyConn,
    version: &Referential,
    jury: JuryId,
) -> Result<BTreeMap<EnrolmentId, Quorum>, AppError> {
    let cohort = store::jury(conn, jury)?.cohort_id;
    let panel = Panel::load(conn, Scope::Jury(jury), cohort, None)?;
    panel
        .candidates()
        .map(|candidate| {
            let id = candidate.enrolment;
            Ok((id, panel.quorum(&version.jury, jury, id)?))
        })
        .collect()
}
