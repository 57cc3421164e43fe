//! A juror signs a sheet, once per candidate; the chair may reopen it with a reason.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::sheet::{load, missing};
use crate::access::{Action, Caller, facts, require};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{SheetId, SignatureId};
use crate::journal::{Act, record};
use crate::referential::versions::Versions;
use crate::scoring::rows::{SheetSignatureRow, SheetState};
use crate::scoring::store;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureBody {
    /// The `content_digest` of the sheet that the juror had under their eyes.
    #[validate(length(equal = 64))]
    #[schema(min_length = 64, max_length = 64)]
    pub content_digest: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignatureView {
    pub sheet: SheetId,
    pub content_digest: String,
    pub signed_at: At,
    /// Version of the sheet after the act.
    pub version: i32,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopeningBody {
    #[validate(length(min = 3, max = 1000))]
    #[schema(min_length = 3, max_length = 1000)]
    pub reason: String,
}

/// Signs what the juror has seen, if nothing is missing. Signing twice the same content gives the same answer.
///
/// # Errors
/// `stale` when the sheet is not what was seen, `rule_broken` while something is missing.
pub fn sign(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (SheetId, &SignatureBody),
    at: At,
) -> Result<SignatureView, AppError> {
    let who = facts::on_sheet(conn, caller, id)?;
    require(Action::SignSheet, &who)?;
    let row = store::hold_sheet(conn, id)?;
    let mut loaded = load(conn, versions, row)?;
    let digest = loaded.content_digest();
    if hex::encode(digest) != body.content_digest.to_ascii_lowercase() {
        return Err(AppError::stale((
            "La feuille a changé depuis que vous l’avez affichée ; relisez-la avant de signer.",
            "The sheet has changed since you saw it; read it again before signing.",
        ))
        .with("content_digest", hex::encode(digest)));
    }
    if let Some(signature) = store::standing_signature(conn, id)? {
        return Ok(view(&signature, loaded.sheet.version));
    }
    if facts::is_away(conn, loaded.sheet.sitting_id, loaded.sheet.enrolment_id)? {
        return Err(AppError::broken(
            "candidate_not_present",
            ("Le candidat est porté absent ou excusé.", "The candidate is recorded as absent or excused."),
        ));
    }
    let faults = loaded.faults();
    if !faults.is_empty() {
        return Err(AppError::broken(
            "sheet_incomplete",
            (
                "La feuille n’est pas complète : elle ne peut pas être signée.",
                "The sheet is not complete: it cannot be signed.",
            ),
        )
        .with("missing", serde_json::to_value(missing(&faults))?));
    }
    let signature = SheetSignatureRow {
        id: SignatureId::new(),
        salt: Bytes::salt(),
        sheet_id: id,
        account_id: caller.account,
        content_digest: digest.into(),
        signed_at: at,
        reopened_by: None,
        reopened_at: None,
        reopened_reason: None,
    };
    loaded.sheet.state = SheetState::Signed;
    loaded.sheet.version += 1;
    store::insert_signature(conn, &signature)?;
    store::update_sheet(conn, &loaded.sheet)?;
    let act = Act::new("sheet_signed", caller.account, at)
        .about("sheet", id)
        .about("enrolment", loaded.sheet.enrolment_id);
    record(conn, act, &[&signature, &loaded.sheet])?;
    summary::keep(conn, versions, &[loaded.sheet.enrolment_id])?;
    Ok(view(&signature, loaded.sheet.version))
}

fn view(signature: &SheetSignatureRow, version: i32) -> SignatureView {
    SignatureView {
        sheet: signature.sheet_id,
        content_digest: hex::encode(&signature.content_digest.0),
        signed_at: signature.signed_at,
        version,
    }
}

/// The chair reopens a signed sheet, with a reason. The old signature stays on record.
///
/// # Errors
/// `rule_broken` when the candidate is decided already, `conflict` when the sheet is not signed.
pub fn reopen(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (SheetId, &ReopeningBody),
    at: At,
) -> Result<SignatureView, AppError> {
    let who = facts::on_sheet(conn, caller, id)?;
    require(Action::ReopenSheet, &who)?;
    let mut sheet = store::hold_sheet(conn, id)?;
    let Some(mut signature) = store::standing_signature(conn, id)? else {
        return Err(AppError::conflict(("La feuille n’est pas signée.", "The sheet is not signed.")));
    };
    let blocks = load(conn, versions, sheet.clone())?.blocks();
    if store::is_decided(conn, sheet.enrolment_id, &blocks, sheet.sitting_id)? {
        return Err(AppError::broken(
            "already_decided",
            (
                "Une décision existe pour ce candidat : elle se révoque avant qu’une feuille se rouvre.",
                "A decision exists for this candidate: it has to be revoked before a sheet is reopened.",
            ),
        ));
    }
    signature.reopened_by = Some(caller.account);
    signature.reopened_at = Some(at);
    signature.reopened_reason = Some(body.reason.clone());
    sheet.state = SheetState::Open;
    sheet.version += 1;
    store::update_signature(conn, &signature)?;
    store::update_sheet(conn, &sheet)?;
    let act = Act::new("sheet_reopened", caller.account, at)
        .about("sheet", id)
        .about("enrolment", sheet.enrolment_id);
    record(conn, act, &[&signature, &sheet])?;
    summary::keep(conn, versions, &[sheet.enrolment_id])?;
    Ok(view(&signature, sheet.version))
}
