//! A period in company is attested by somebody named, from outside, through a link of one purpose: it opens a
//! form and nothing else, and opening it changes nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use validator::Validate;

use super::rules::{Period, months};
use super::service::{asked, change, rows};
use crate::access::rows::Locale;
use crate::access::{self, Action, Caller, facts};
use crate::candidates::rows::{
    AttestationRequestRow, AttestationRow, CandidateRow, RequirementPastRow, RequirementStateRow,
    RequirementStatus,
};
use crate::candidates::{correspondents, store};
use crate::db::schema::{attestation, attestation_request};
use crate::db::{AnyConn, At, Bytes, for_update};
use crate::error::AppError;
use crate::ids::{AttestationId, EnrolmentId};
use crate::journal::{self, Act};
use crate::mail::{self, Content, Letter, Recipient};
use crate::referential::model::{Bilingual, RequirementKind};
use crate::referential::versions::Versions;

/// Days during which the link opens.
const LASTS: Duration = Duration::days(60);
/// Random bytes in a link: twice what ASVS 5.0, 11.5.1 asks.
const TOKEN: usize = 32;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttestation {
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[validate(email, length(max = 254))]
    #[schema(max_length = 254)]
    pub email: String,
    /// What they do there: tutor, head of a service.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub position: String,
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub organisation: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttestationAsked {
    pub id: AttestationId,
    /// Sent to the person named; shown once, for when the letter does not arrive.
    pub link: String,
    pub expires_at: At,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttestationView {
    pub id: AttestationId,
    pub name: String,
    /// To whoever may ask for one.
    pub email: Option<String>,
    pub position: String,
    pub organisation: String,
    pub requested_at: At,
    pub expires_at: At,
    pub revoked_at: Option<At>,
    pub given: Option<GivenView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GivenView {
    pub starts_on: String,
    pub ends_on: String,
    pub months: i32,
    pub remark: Option<String>,
    pub given_at: At,
}

/// # Errors
/// `rule_broken` when the requirement is not one that is attested.
pub fn ask(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, slug, new): (EnrolmentId, &str, &NewAttestation),
    (public_url, at): (&str, At),
) -> Result<AttestationAsked, AppError> {
    access::require(Action::RecordRequirement, &facts::on_enrolment(conn, caller, id)?)?;
    let (enrolment, _) = store::find_enrolment(conn, id)?;
    let version = versions.get(conn, enrolment.version_id)?;
    let wanted = asked(&version, slug)?;
    if wanted.kind != RequirementKind::Attested {
        return Err(AppError::broken(
            "requirement_not_attested",
            (
                "Cette condition ne s’atteste pas : elle se dépose ou s’évalue.",
                "This requirement is not attested: it is filed or scored.",
            ),
        ));
    }
    let mut bytes = [0; TOKEN];
    getrandom::fill(&mut bytes).map_err(AppError::internal)?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let row = AttestationRequestRow {
        id: AttestationId::new(),
        salt: Bytes::salt(),
        enrolment_id: id,
        requirement: slug.to_owned(),
        name: new.name.trim().to_owned(),
        email: new.email.trim().to_lowercase(),
        position: new.position.trim().to_owned(),
        organisation: new.organisation.trim().to_owned(),
        token_digest: digest(&token),
        requested_by: caller.account,
        requested_at: at,
        expires_at: at.plus(LASTS),
        revoked_at: None,
    };
    diesel::insert_into(attestation_request::table).values(row.clone()).execute(conn)?;
    let act =
        Act::new("attestation_asked", caller.account, at).about("enrolment", id).about("requirement", slug);
    journal::record(conn, act, &[&row])?;
    let path = format!("/attestation/{token}");
    tell(conn, &row, wanted.label.fr.clone(), path.clone(), at)?;
    Ok(AttestationAsked { id: row.id, link: format!("{public_url}{path}"), expires_at: row.expires_at })
}

/// The person named receives the link at the address given; nobody need copy it.
fn tell(
    conn: &mut AnyConn,
    row: &AttestationRequestRow,
    requirement: String,
    link: String,
    at: At,
) -> Result<(), AppError> {
    let of = correspondents::of_enrolment(conn, row.enrolment_id)?;
    let content = Content::AttestationAsked {
        candidate: of.recipient.name,
        requirement,
        organisation: row.organisation.clone(),
        zone: of.zone,
        link,
        until: row.expires_at,
    };
    let to = Recipient::new(None, &row.email, &row.name, Locale::Fr)?;
    mail::post(conn, &Letter::new(to, content).of_cohort(of.cohort), at)?;
    Ok(())
}

fn digest(token: &str) -> Bytes {
    Bytes(Sha256::digest(token).to_vec())
}

/// Takes a link back. What was attested through it stays.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn take_back(conn: &mut AnyConn, caller: &Caller, id: AttestationId, at: At) -> Result<(), AppError> {
    let row: AttestationRequestRow =
        for_update(attestation_request::table.find(id).select(AttestationRequestRow::as_select()))
            .get_result(conn)?;
    let who = facts::on_enrolment(conn, caller, row.enrolment_id)?;
    access::require(Action::RecordRequirement, &who)?;
    if row.revoked_at.is_some() {
        return Ok(());
    }
    let row = AttestationRequestRow { revoked_at: Some(at), ..row };
    diesel::update(attestation_request::table.find(id))
        .set(attestation_request::revoked_at.eq(row.revoked_at))
        .execute(conn)?;
    let act = Act::new("attestation_link_revoked", caller.account, at).about("enrolment", row.enrolment_id);
    journal::record(conn, act, &[&row])?;
    Ok(())
}

/// Everything asked and given for one requirement, and the whole months that count.
///
/// # Errors
/// Those of the database.
pub fn of(
    conn: &mut AnyConn,
    id: EnrolmentId,
    slug: &str,
    with_address: bool,
) -> Result<(Vec<AttestationView>, u32), AppError> {
    let found: Vec<(AttestationRequestRow, Option<AttestationRow>)> = attestation_request::table
        .left_join(attestation::table)
        .filter(attestation_request::enrolment_id.eq(id))
        .filter(attestation_request::requirement.eq(slug))
        .order(attestation_request::id.asc())
        .select((AttestationRequestRow::as_select(), Option::<AttestationRow>::as_select()))
        .load(conn)?;
    let periods = found.iter().filter_map(|(_, given)| period(given.as_ref()?)).collect::<Vec<_>>();
    let views = found.into_iter().map(|(row, given)| AttestationView {
        id: row.id,
        name: row.name,
        email: with_address.then_some(row.email),
        position: row.position,
        organisation: row.organisation,
        requested_at: row.requested_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        given: given.map(|given| GivenView {
            starts_on: given.starts_on,
            ends_on: given.ends_on,
            months: given.months,
            remark: given.remark,
            given_at: given.given_at,
        }),
    });
    Ok((views.collect(), months(&periods)))
}

fn period(row: &AttestationRow) -> Option<Period> {
    Some(Period { from: row.starts_on.parse().ok()?, to: row.ends_on.parse().ok()? })
}

/// What the page of a link shows.
#[derive(Debug, Clone)]
pub struct Form {
    pub row: AttestationRequestRow,
    pub candidate: String,
    pub requirement: Bilingual,
    pub months_at_least: Option<u32>,
    pub locale: Locale,
}

/// # Errors
/// `gone` for a link that opens nothing, whatever the reason.
pub fn show(conn: &mut AnyConn, versions: &Versions, token: &str, at: At) -> Result<Form, AppError> {
    let row: Option<AttestationRequestRow> = attestation_request::table
        .left_join(attestation::table)
        .filter(attestation_request::token_digest.eq(digest(token)))
        .filter(attestation_request::revoked_at.is_null())
        .filter(attestation_request::expires_at.gt(at))
        .filter(attestation::given_at.nullable().is_null())
        .select(AttestationRequestRow::as_select())
        .first(conn)
        .optional()?;
    let row = row.ok_or_else(gone)?;
    let (enrolment, candidate): (_, CandidateRow) = store::find_enrolment(conn, row.enrolment_id)?;
    let version = versions.get(conn, enrolment.version_id)?;
    let asked = asked(&version, &row.requirement)?;
    let last = candidate.usage_name.as_ref().unwrap_or(&candidate.birth_name);
    Ok(Form {
        candidate: format!("{} {last}", candidate.first_names),
        requirement: asked.label.clone(),
        months_at_least: asked.months_at_least,
        locale: Locale::Fr,
        row,
    })
}

fn gone() -> AppError {
    AppError::gone((
        "Ce lien ne s’ouvre plus ; demandez-en un autre à la personne qui vous l’a envoyé.",
        "This link does not open any more; ask whoever sent it for another one.",
    ))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    #[serde(default)]
    pub remark: Option<String>,
}

/// Keeps what the person attests, once. The requirement is met as soon as the months attested are enough.
///
/// # Errors
/// `gone`; `rule_broken` for a period that ends before it begins or is not over.
pub fn give(
    conn: &mut AnyConn,
    versions: &Versions,
    (token, given): (&str, &Given),
    at: At,
) -> Result<Form, AppError> {
    let form = show(conn, versions, token, at)?;
    let (id, slug) = (form.row.enrolment_id, form.row.requirement.clone());
    let held = store::hold_requirement(conn, id, &slug)?;
    // Somebody may have answered while this one waited.
    show(conn, versions, token, at)?;
    if given.ends_on < given.starts_on || given.ends_on > at.utc().date_naive() {
        return Err(AppError::broken(
            "period_is_over",
            (
                "Une période s’atteste une fois achevée ; elle finit après avoir commencé.",
                "A period is attested once it is over; it ends after it has begun.",
            ),
        ));
    }
    let own = months(&[Period { from: given.starts_on, to: given.ends_on }]);
    let remark = given.remark.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let row = AttestationRow {
        request_id: form.row.id,
        salt: Bytes::salt(),
        starts_on: given.starts_on.to_string(),
        ends_on: given.ends_on.to_string(),
        months: i32::try_from(own).map_err(AppError::internal)?,
        remark: remark.map(|words| words.chars().filter(|one| *one != '\0').take(1000).collect()),
        given_at: at,
    };
    diesel::insert_into(attestation::table).values(row.clone()).execute(conn)?;
    let total = of(conn, id, &slug, false)?.1;
    let enough = form.months_at_least.is_none_or(|least| total >= least);
    let changed = if enough && held.state == RequirementStatus::Pending {
        Some(met(conn, &form, held, total, at)?)
    } else {
        None
    };
    let act = Act::of_service("attestation_given", at).about("enrolment", id).about("requirement", slug);
    journal::record(conn, act, &rows(&row, changed.as_ref()))?;
    crate::boards::summary::keep(conn, versions, &[id])?;
    Ok(form)
}

/// In the name of whoever asked for the attestation: the person who gave it has no account.
fn met(
    conn: &mut AnyConn,
    form: &Form,
    held: RequirementStateRow,
    total: u32,
    at: At,
) -> Result<(RequirementStateRow, RequirementPastRow), AppError> {
    let by = &form.row;
    let row = RequirementStateRow {
        salt: Bytes::salt(),
        state: RequirementStatus::Met,
        reason: Some(format!(
            "{total} mois attestés\u{a0}; dernière attestation de {}, {} ({}).",
            by.name, by.position, by.organisation
        )),
        evidence_id: None,
        version: held.version + 1,
        recorded_by: by.requested_by,
        recorded_at: at,
        ..held.clone()
    };
    let past = change(conn, held, &row, (None, None), at)?;
    Ok((row, past))
}
