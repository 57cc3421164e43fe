//! Who somebody is, corrected with a reason; and the blocks that they held before.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::batch::search_row;
use super::model::NewAcquiredBlock;
use super::rows::{AcquiredBlockRow, CandidateRow, IdentityCorrectionRow};
use super::service::invalid;
use super::views::{AcquiredBlockView, CandidateView};
use super::{rules, store};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{EnrolmentId, IdentityCorrectionId};
use crate::journal::{self, Act};
use crate::referential::Versions;

/// The whole identity as it should be, and why it was wrong.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    #[validate(length(min = 1, max = 120))]
    #[schema(min_length = 1, max_length = 120)]
    pub birth_name: String,
    #[serde(default)]
    #[validate(length(max = 120))]
    #[schema(max_length = 120)]
    pub usage_name: Option<String>,
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub first_names: String,
    #[serde(default)]
    #[validate(length(max = 10))]
    #[schema(format = Date, max_length = 10)]
    pub birth_date: Option<String>,
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    pub birth_place: Option<String>,
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_length = 20)]
    pub sex: Option<String>,
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(max_length = 5)]
    pub birth_insee: Option<String>,
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(max_length = 5)]
    pub birth_postcode: Option<String>,
    #[serde(default)]
    #[validate(length(max = 2))]
    #[schema(max_length = 2)]
    pub birth_country: Option<String>,
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// What a correction keeps of before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Identity<'a> {
    birth_name: &'a str,
    usage_name: Option<&'a str>,
    first_names: &'a str,
    birth_date: Option<&'a str>,
    birth_place: Option<&'a str>,
    sex: Option<&'a str>,
    birth_insee: Option<&'a str>,
    birth_postcode: Option<&'a str>,
    birth_country: Option<&'a str>,
}

fn identity(row: &CandidateRow) -> Identity<'_> {
    Identity {
        birth_name: &row.birth_name,
        usage_name: row.usage_name.as_deref(),
        first_names: &row.first_names,
        birth_date: row.birth_date.as_deref(),
        birth_place: row.birth_place.as_deref(),
        sex: row.sex.as_deref(),
        birth_insee: row.birth_insee.as_deref(),
        birth_postcode: row.birth_postcode.as_deref(),
        birth_country: row.birth_country.as_deref(),
    }
}

/// Corrects who the candidate of an enrolment is, if nobody changed it since version `seen`. What was said
/// before is kept with the reason; documents that printed it are issued again apart.
///
/// # Errors
/// `not_found`, `forbidden`, `invalid`; `stale` with the present identity; `rule_broken` with
/// `nothing_corrected`.
pub fn correct(
    conn: &mut AnyConn,
    caller: &Caller,
    id: EnrolmentId,
    seen: i32,
    new: &Correction,
    at: At,
) -> Result<CandidateView, AppError> {
    access::require(Action::CorrectIdentity, &facts::on_enrolment(conn, caller, id)?)?;
    let held = store::hold_candidate_of(conn, id)?;
    if held.version != seen {
        return Err(AppError::stale((
            "Quelqu’un l’a modifié entre-temps ; voici la valeur actuelle.",
            "Somebody changed it meanwhile; here is the present value.",
        ))
        .with("present", Json::of(&CandidateView::new(held, true))?.0));
    }
    let (row, reason) = corrected(&held, new, at)?;
    if identity(&row) == identity(&held) {
        return Err(AppError::broken(
            "nothing_corrected",
            ("Cette identité est déjà celle du dossier.", "This identity is the one on file already."),
        ));
    }
    let correction = IdentityCorrectionRow {
        id: IdentityCorrectionId::new(),
        salt: Bytes::salt(),
        candidate_id: row.id,
        version: row.version,
        before: Json::of(&identity(&held))?,
        after: Json::of(&identity(&row))?,
        reason,
        corrected_by: caller.account,
        corrected_at: at,
    };
    store::replace_candidates(conn, std::slice::from_ref(&row))?;
    store::replace_search(conn, &[search_row(&row)])?;
    store::insert_correction(conn, correction.clone())?;
    let act = Act::new("identity_corrected", caller.account, at).about("candidate", row.id);
    journal::record(conn, act, &[&row, &correction])?;
    Ok(CandidateView::new(row, true))
}

fn corrected(held: &CandidateRow, new: &Correction, at: At) -> Result<(CandidateRow, String), AppError> {
    let today = at.utc().date_naive();
    fn read<T>(
        field: &str,
        text: Option<&String>,
        rule: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, AppError> {
        let text = text.map(|text| text.trim()).filter(|text| !text.is_empty());
        text.map(rule).transpose().map_err(|code| invalid(field, code))
    }
    let line = |max| move |text: &str| rules::line_of_text(text, max);
    let needed =
        |field, text: &String, max| rules::line_of_text(text, max).map_err(|code| invalid(field, code));
    let born = read("birth_date", new.birth_date.as_ref(), |text| rules::past_date(text, today))?;
    let row = CandidateRow {
        birth_name: needed("birth_name", &new.birth_name, 120)?,
        usage_name: read("usage_name", new.usage_name.as_ref(), line(120))?,
        first_names: needed("first_names", &new.first_names, 200)?,
        birth_date: born.map(|date| date.to_string()),
        birth_place: read("birth_place", new.birth_place.as_ref(), line(200))?,
        sex: read("sex", new.sex.as_ref(), rules::sex)?,
        birth_insee: read("birth_insee", new.birth_insee.as_ref(), rules::insee)?,
        birth_postcode: read("birth_postcode", new.birth_postcode.as_ref(), rules::postcode)?,
        birth_country: read("birth_country", new.birth_country.as_ref(), rules::country)?,
        version: held.version + 1,
        updated_at: at,
        ..held.clone()
    };
    let reason = rules::paragraph(&new.reason, 2000).map_err(|code| invalid("reason", code))?;
    Ok((row, reason))
}

/// The proof of a block acquired earlier.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Where it comes from: which awarding body.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub origin: String,
    #[validate(length(max = 10))]
    #[schema(format = Date, max_length = 10)]
    pub acquired_on: String,
    /// The paper that proves it: its number or its title.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    pub document: Option<String>,
}

/// Records, or records otherwise, that somebody held a block from before: it is not assessed again.
///
/// # Errors
/// `not_found`, `forbidden`, `invalid`; `rule_broken` with `already_decided` once a jury decided about them.
pub fn acquire(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, block): (EnrolmentId, &str),
    new: Proof,
    at: At,
) -> Result<AcquiredBlockView, AppError> {
    access::require(Action::RecordAcquired, &facts::on_enrolment(conn, caller, id)?)?;
    let (enrolment, _) = store::find_enrolment(conn, id)?;
    let version = versions.get(conn, enrolment.version_id)?;
    if !version.has_block(block) {
        return Err(AppError::not_found());
    }
    store::hold_candidate_of(conn, id)?;
    if facts::is_decided(conn, id)? {
        return Err(AppError::broken(
            "already_decided",
            (
                "Un jury a déjà décidé pour cette personne ; un bloc acquis avant ne s’ajoute plus.",
                "A jury has decided about this person; a block acquired before is not added any more.",
            ),
        ));
    }
    let given = NewAcquiredBlock {
        block: block.to_owned(),
        origin: new.origin,
        acquired_on: new.acquired_on,
        document: new.document,
    };
    let today = at.utc().date_naive();
    let read = rules::acquired(&given, today).map_err(|(field, code)| invalid(field, code))?;
    let row = AcquiredBlockRow {
        enrolment_id: id,
        block: read.block,
        salt: Bytes::salt(),
        origin: read.origin,
        acquired_on: read.acquired_on.to_string(),
        recorded_by: caller.account,
        recorded_at: at,
        document: read.document,
    };
    store::replace_acquired(conn, std::slice::from_ref(&row))?;
    let act = Act::new("acquired_block_recorded", caller.account, at).about("enrolment", id);
    journal::record(conn, act, &[&row])?;
    crate::boards::summary::keep(conn, versions, &[id])?;
    Ok(row.into())
}
