//! Recording how a requirement stands, and what shows it.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::attesting::{self, AttestationView};
use crate::access::{self, Action, Caller, facts};
use crate::candidates::model::NewRequirementState;
use crate::candidates::rows::{
    RequirementEvidenceRow, RequirementPastRow, RequirementStateRow, RequirementStatus,
};
use crate::candidates::views::RequirementView;
use crate::candidates::{rules, store};
use crate::db::schema::{decision, grid, requirement_evidence, requirement_past, sheet};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, EvidenceId};
use crate::journal::{self, Act, Protected};
use crate::referential::model::{Requirement, RequirementKind};
use crate::referential::versions::{Version, Versions};

/// One requirement with what shows it and how it stood before.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequirementDetail {
    #[serde(flatten)]
    pub requirement: RequirementView,
    pub minutes: Option<u32>,
    pub months_at_least: Option<u32>,
    /// Whole months attested so far.
    pub months_attested: u32,
    /// Pieces filed for it.
    pub evidence: Vec<EvidenceId>,
    pub attestations: Vec<AttestationView>,
    /// Former states, oldest first.
    pub past: Vec<PastView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PastView {
    pub version: i32,
    pub state: RequirementStatus,
    pub reason: Option<String>,
    pub evidence_id: Option<EvidenceId>,
    pub recorded_by: AccountId,
    pub recorded_at: At,
    pub ended_at: At,
    pub ended_reason: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FiledFor {
    pub evidence_id: EvidenceId,
}

/// The requirement as the version prints it.
///
/// # Errors
/// `not_found`.
pub fn asked<'a>(version: &'a Version, slug: &str) -> Result<&'a Requirement, AppError> {
    let mut all = version.referential.requirements.iter();
    all.find(|one| one.id.as_str() == slug).ok_or_else(AppError::not_found)
}

/// # Errors
/// `not_found`.
pub fn read(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, slug): (EnrolmentId, &str),
) -> Result<RequirementDetail, AppError> {
    let who = facts::on_enrolment(conn, caller, id)?;
    access::require(Action::ReadEnrolment, &who)?;
    let (row, _) = store::find_enrolment(conn, id)?;
    let version = versions.get(conn, row.version_id)?;
    let asked = asked(&version, slug)?;
    let state = store::requirements(conn, id)?.into_iter().find(|row| row.requirement == slug);
    let state = state.ok_or_else(AppError::not_found)?;
    let past: Vec<RequirementPastRow> = requirement_past::table
        .filter(requirement_past::enrolment_id.eq(id))
        .filter(requirement_past::requirement.eq(slug))
        .order(requirement_past::version.asc())
        .select(RequirementPastRow::as_select())
        .load(conn)?;
    let with_address = access::policy::may(Action::RecordRequirement, &who);
    let (attestations, months_attested) = attesting::of(conn, id, slug, with_address)?;
    Ok(RequirementDetail {
        requirement: RequirementView::new(&version, state).ok_or_else(AppError::not_found)?,
        minutes: asked.minutes,
        months_at_least: asked.months_at_least,
        months_attested,
        evidence: filed(conn, id, slug)?,
        attestations,
        past: past
            .into_iter()
            .map(|row| PastView {
                version: row.version,
                state: row.state,
                reason: row.reason,
                evidence_id: row.evidence_id,
                recorded_by: row.recorded_by,
                recorded_at: row.recorded_at,
                ended_at: row.ended_at,
                ended_reason: row.ended_reason,
            })
            .collect(),
    })
}

fn filed(conn: &mut AnyConn, id: EnrolmentId, slug: &str) -> Result<Vec<EvidenceId>, AppError> {
    Ok(requirement_evidence::table
        .filter(requirement_evidence::enrolment_id.eq(id))
        .filter(requirement_evidence::requirement.eq(slug))
        .order(requirement_evidence::evidence_id.asc())
        .select(requirement_evidence::evidence_id)
        .load(conn)?)
}

/// Says that a piece of evidence is filed for a requirement. Said twice, it changes nothing.
///
/// # Errors
/// `not_found`, `forbidden`; `invalid` for a piece of somebody else.
pub fn file(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, slug, new): (EnrolmentId, &str, FiledFor),
    at: At,
) -> Result<Vec<EvidenceId>, AppError> {
    access::require(Action::FileEvidence, &facts::on_enrolment(conn, caller, id)?)?;
    let (enrolment, _) = store::find_enrolment(conn, id)?;
    asked(&*versions.get(conn, enrolment.version_id)?, slug)?;
    store::hold_requirement(conn, id, slug)?;
    if !store::is_evidence_of(conn, new.evidence_id, id)? {
        return Err(unknown_evidence());
    }
    let mut known = filed(conn, id, slug)?;
    if !known.contains(&new.evidence_id) {
        let row = RequirementEvidenceRow {
            enrolment_id: id,
            requirement: slug.to_owned(),
            evidence_id: new.evidence_id,
            linked_by: caller.account,
            linked_at: at,
        };
        diesel::insert_into(requirement_evidence::table).values(row.clone()).execute(conn)?;
        let act = Act::new("requirement_filed", caller.account, at)
            .about("enrolment", id)
            .about("requirement", slug);
        journal::record(conn, act, &[&row])?;
        known.push(new.evidence_id);
    }
    Ok(known)
}

fn unknown_evidence() -> AppError {
    AppError::invalid((
        "Cette pièce n’est pas de ce dossier.",
        "This piece of evidence is not of this enrolment.",
    ))
    .with("faults", vec![serde_json::json!({ "field": "evidence_id", "code": "unknown" })])
}

/// Records how a requirement stands, if nobody changed it since version `seen`. What it was before is kept,
/// closed with the reason of the change.
///
/// # Errors
/// `not_found`, `forbidden`, `invalid`; `stale` with the present value; `rule_broken` where the jury scores it,
/// where nothing shows that it is met, or while an awarded certification stands on it.
#[expect(clippy::too_many_arguments, reason = "which requirement of whom, as seen by whom, and when")]
pub fn record_requirement(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EnrolmentId,
    slug: &str,
    seen: i32,
    new: NewRequirementState,
    at: At,
) -> Result<RequirementView, AppError> {
    access::require(Action::RecordRequirement, &facts::on_enrolment(conn, caller, id)?)?;
    let (enrolment, _) = store::find_enrolment(conn, id)?;
    let version = versions.get(conn, enrolment.version_id)?;
    let held = store::hold_requirement(conn, id, slug)?;
    if held.version != seen {
        let present = RequirementView::new(&version, held);
        return Err(AppError::stale((
            "Quelqu’un l’a modifié entre-temps ; voici la valeur actuelle.",
            "Somebody changed it meanwhile; here is the present value.",
        ))
        .with("present", Json::of(&present)?.0));
    }
    let reason = rules::reason_of(new.state, new.reason.as_deref()).map_err(|code| {
        AppError::invalid(("Une valeur est à corriger.", "A value needs correcting."))
            .with("faults", vec![serde_json::json!({ "field": "reason", "code": code })])
    })?;
    if let Some(evidence) = new.evidence_id
        && !store::is_evidence_of(conn, evidence, id)?
    {
        return Err(unknown_evidence());
    }
    may_become(conn, asked(&version, slug)?, (id, &held), &new)?;
    let row = RequirementStateRow {
        salt: Bytes::salt(),
        state: new.state,
        reason: reason.clone(),
        evidence_id: new.evidence_id,
        version: held.version + 1,
        recorded_by: caller.account,
        recorded_at: at,
        ..held.clone()
    };
    let past = change(conn, held, &row, (Some(caller.account), reason), at)?;
    let act = Act::new("requirement_recorded", caller.account, at)
        .about("enrolment", id)
        .about("requirement", slug);
    journal::record(conn, act, &[&row, &past])?;
    crate::boards::summary::keep(conn, versions, &[id])?;
    RequirementView::new(&version, row).ok_or_else(AppError::not_found)
}

fn may_become(
    conn: &mut AnyConn,
    asked: &Requirement,
    (id, held): (EnrolmentId, &RequirementStateRow),
    new: &NewRequirementState,
) -> Result<(), AppError> {
    let slug = asked.id.as_str();
    let judged = matches!(new.state, RequirementStatus::Met | RequirementStatus::Unmet);
    if asked.kind == RequirementKind::Scored && judged && is_on_sheets(conn, id, slug)? {
        return Err(AppError::broken(
            "requirement_scored_by_the_jury",
            (
                "Le jury évalue cette condition sur ses feuilles : elles disent si elle est remplie.",
                "The jury scores this requirement on its sheets: they say whether it is met.",
            ),
        ));
    }
    let silent =
        new.evidence_id.is_none() && new.reason.as_deref().is_none_or(|words| words.trim().is_empty());
    if new.state == RequirementStatus::Met
        && silent
        && filed(conn, id, slug)?.is_empty()
        && attesting::of(conn, id, slug, false)?.1 == 0
    {
        return Err(AppError::broken(
            "requirement_not_shown",
            (
                "Rien ne montre que cette condition est remplie : ni pièce, ni attestation, ni motif.",
                "Nothing shows that this requirement is met: no evidence, no attestation, no reason.",
            ),
        ));
    }
    let held_so = matches!(held.state, RequirementStatus::Met | RequirementStatus::Waived);
    let awarded = decision::table
        .filter(decision::enrolment_id.eq(id))
        .filter(decision::block.eq(""))
        .filter(decision::outcome.eq("awarded"))
        .filter(decision::ended_at.is_null());
    if held_so && select(exists(awarded)).get_result(conn)? {
        return Err(AppError::broken(
            "certification_stands",
            (
                "Une certification délivrée repose sur cette condition : elle se révoque d’abord.",
                "An awarded certification stands on this requirement: it has to be revoked first.",
            ),
        ));
    }
    Ok(())
}

fn is_on_sheets(conn: &mut AnyConn, id: EnrolmentId, slug: &str) -> Result<bool, AppError> {
    let grids =
        grid::table.inner_join(sheet::table).filter(sheet::enrolment_id.eq(id)).filter(grid::method.eq(slug));
    Ok(select(exists(grids)).get_result(conn)?)
}

/// Writes the new state and closes the former one.
///
/// # Errors
/// Those of the database.
pub fn change(
    conn: &mut AnyConn,
    held: RequirementStateRow,
    row: &RequirementStateRow,
    (ended_by, ended_reason): (Option<AccountId>, Option<String>),
    at: At,
) -> Result<RequirementPastRow, AppError> {
    let past = RequirementPastRow {
        enrolment_id: held.enrolment_id,
        requirement: held.requirement,
        version: held.version,
        salt: Bytes::salt(),
        state: held.state,
        evidence_id: held.evidence_id,
        reason: held.reason,
        recorded_by: held.recorded_by,
        recorded_at: held.recorded_at,
        ended_by,
        ended_at: at,
        ended_reason,
    };
    store::update_requirement(conn, row)?;
    diesel::insert_into(requirement_past::table).values(past.clone()).execute(conn)?;
    Ok(past)
}

/// For the entry of an act that may or may not change the state.
pub fn rows<'a>(
    first: &'a dyn Protected,
    changed: Option<&'a (RequirementStateRow, RequirementPastRow)>,
) -> Vec<&'a dyn Protected> {
    let mut rows = vec![first];
    if let Some((row, past)) = changed {
        rows.push(row);
        rows.push(past);
    }
    rows
}
