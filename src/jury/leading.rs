//! Use cases: who leads when the chair is aside, which rule somebody answers for setting aside, and every
//! rule said one by one.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::model::{RuleReport, RuleState};
use super::panel::Panel;
use super::rows::{PresidingRow, SeatFunction, WaiverRow};
use super::rules;
use super::shapes::{
    CandidateQuorum, CompositionReport, JuryQuorum, NewPresiding, NewWaiver, PresidingView, WaiverView,
};
use super::store::{self, Scope};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{EnrolmentId, JuryId, PresidingId, WaiverId};
use crate::journal::{Act, Protected, record};
use crate::referential::model::{AccessRoute, Composition, JuryRules};
use crate::referential::versions::Versions;
use crate::sittings::standards;

/// Names who presides before one candidate, when the chair has stepped aside for them or left.
///
/// # Errors
/// `rule_broken` while the chair presides, or when the member may not assess this candidate.
pub fn name_presiding(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (jury, enrolment, new): (JuryId, EnrolmentId, &NewPresiding),
    at: At,
) -> Result<PresidingView, AppError> {
    let who = facts::on_jury(conn, caller, jury)?;
    access::require(Action::NamePresiding, &who)?;
    let held = store::hold_jury(conn, jury)?;
    let panel = Panel::load(conn, Scope::Jury(jury), held.cohort_id, Some(enrolment))?;
    panel.candidate(enrolment)?;
    if panel.assessing(jury, enrolment).any(|seat| seat.function == SeatFunction::Chair) {
        return Err(AppError::broken(
            "chair_presides",
            ("La présidence du jury préside pour ce candidat.", "The chair presides for this candidate."),
        ));
    }
    let version = standards::of_cohort(conn, versions, held.cohort_id)?;
    let quorum = panel.quorum(&version.referential.jury, jury, enrolment)?;
    if quorum.present.iter().all(|seat| seat.id != new.seat_id) {
        return Err(AppError::broken(
            "presiding_member_assesses",
            (
                "Ce membre ne peut pas siéger pour ce candidat\u{a0}: il ne peut pas présider.",
                "This member may not sit for this candidate and cannot preside.",
            ),
        ));
    }
    let ended = panel.named(jury, enrolment).cloned().map(|row| PresidingRow { ended_at: Some(at), ..row });
    let row = PresidingRow {
        id: PresidingId::new(),
        salt: Bytes::salt(),
        seat_id: new.seat_id,
        enrolment_id: enrolment,
        jury_id: jury,
        reason: new.reason.trim().to_owned(),
        named_by: caller.account,
        named_at: at,
        ended_at: None,
    };
    let mut rows: Vec<&dyn Protected> = vec![&row];
    if let Some(ended) = &ended {
        store::end_presiding(conn, ended)?;
        rows.push(ended);
    }
    store::insert_presiding(conn, &row)?;
    let act = Act::new("presiding_named", caller.account, at)
        .about("jury", jury)
        .about("seat", row.seat_id)
        .about("enrolment", enrolment);
    record(conn, act, &rows)?;
    Ok(PresidingView {
        jury_id: jury,
        enrolment_id: enrolment,
        seat_id: row.seat_id,
        reason: row.reason,
        named_by: row.named_by,
        named_at: row.named_at,
    })
}

/// Sets a rule of composition aside for one jury, with a reason.
///
/// # Errors
/// `conflict` when it is already.
pub fn waive(
    conn: &mut AnyConn,
    caller: &Caller,
    jury: JuryId,
    new: &NewWaiver,
    at: At,
) -> Result<WaiverView, AppError> {
    let who = facts::on_jury(conn, caller, jury)?;
    access::require(Action::WaiveRule, &who)?;
    store::hold_jury(conn, jury)?;
    if store::waivers(conn, Scope::Jury(jury))?.iter().any(|row| row.rule == new.rule) {
        return Err(AppError::conflict((
            "Cette règle est déjà écartée pour ce jury.",
            "This rule is waived for this jury already.",
        ))
        .with("rule", "one_waiver_per_rule"));
    }
    let row = WaiverRow {
        id: WaiverId::new(),
        salt: Bytes::salt(),
        jury_id: jury,
        rule: new.rule,
        reason: new.reason.trim().to_owned(),
        granted_by: caller.account,
        granted_at: at,
    };
    store::insert_waiver(conn, &row)?;
    record(conn, Act::new("jury_rule_waived", caller.account, at).about("jury", jury), &[&row])?;
    Ok(WaiverView::from(&row))
}

/// Every rule, said one by one with what would mend it: of the jury, then before each candidate who has a
/// slot. Experience is reckoned on the day of the first slot, today without one.
///
/// # Errors
/// `not_found`.
pub fn quorum(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: JuryId,
    at: At,
) -> Result<JuryQuorum, AppError> {
    let who = facts::on_jury(conn, caller, id)?;
    access::require(Action::ReadJury, &who)?;
    let jury = store::jury(conn, id)?;
    let version = standards::of_cohort(conn, versions, jury.cohort_id)?;
    let asked = &version.referential.jury;
    let before = store::candidates_before(conn, id)?;
    let year = before.first().map_or(at, |(_, starts_at)| *starts_at).utc().year();
    let mut seen = BTreeSet::new();
    let before: Vec<EnrolmentId> =
        before.into_iter().map(|(enrolment, _)| enrolment).filter(|id| seen.insert(*id)).collect();
    let panel = Panel::load(conn, Scope::Jury(id), jury.cohort_id, None)?;
    let candidates =
        before.iter().map(|one| candidate(&panel, asked, id, *one)).collect::<Result<Vec<_>, _>>()?;
    let compositions: Vec<CompositionReport> = compositions(&panel, asked, &before)?
        .into_iter()
        .map(|(composition, routes)| CompositionReport {
            routes,
            casting_vote: composition.casting_vote,
            rules: panel.composition_report(composition, id, year),
        })
        .collect();
    let holds =
        compositions.iter().all(|one| hold(&one.rules)) && candidates.iter().all(|candidate| candidate.holds);
    let waivers = panel.waivers(id).map(WaiverView::from).collect();
    Ok(JuryQuorum { jury_id: id, holds, compositions, candidates, waivers })
}

fn hold(rules: &[RuleReport]) -> bool {
    rules.iter().all(|rule| rule.state != RuleState::Broken)
}

fn candidate(
    panel: &Panel,
    asked: &JuryRules,
    jury: JuryId,
    id: EnrolmentId,
) -> Result<CandidateQuorum, AppError> {
    let rules = panel.candidate_report(asked, jury, id)?;
    let quorum = panel.quorum(asked, jury, id)?;
    Ok(CandidateQuorum {
        enrolment_id: id,
        number: panel.candidate(id)?.number.clone(),
        holds: hold(&rules),
        present: quorum.present.iter().map(|seat| seat.id).collect(),
        presides: quorum.presides,
        rules,
    })
}

/// Each composition that some candidate asks for, with their access routes; the default for nobody.
fn compositions<'a>(
    panel: &Panel,
    asked: &'a JuryRules,
    before: &[EnrolmentId],
) -> Result<Vec<(&'a Composition, Vec<AccessRoute>)>, AppError> {
    let mut found: Vec<(&Composition, Vec<AccessRoute>)> = Vec::new();
    for id in before {
        let route = panel.candidate(*id)?.route;
        let composition = rules::composition_for(asked, route);
        match found.iter_mut().find(|(known, _)| *known == composition) {
            Some((_, routes)) if routes.contains(&route) => {}
            Some((_, routes)) => routes.push(route),
            None => found.push((composition, vec![route])),
        }
    }
    if found.is_empty() {
        found.push((&asked.default, Vec::new()));
    }
    Ok(found)
}
