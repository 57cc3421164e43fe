//! Each member of the jury signs the minutes with their own account.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::access::{Action, Caller, facts, require};
use crate::db::schema::seat;
use crate::db::{AnyConn, At};
use crate::deliberation::rows::{DeliberationRow, DeliberationState, MinutesSignatureRow};
use crate::deliberation::service::members::waiting_signatures;
use crate::deliberation::store as deliberations;
use crate::error::AppError;
use crate::ids::{DeliberationId, SeatId};
use crate::issuing::store;
use crate::journal::{Act, record};

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MinutesSignatureBody {
    /// SHA-256 of the minutes that the member has read, as issued at the closing.
    #[validate(length(equal = 64))]
    #[schema(min_length = 64, max_length = 64)]
    pub document_sha256: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MinutesSignatureView {
    pub deliberation: DeliberationId,
    pub seat: SeatId,
    pub signed_at: At,
    /// Members who have still to sign.
    pub waiting: usize,
}

/// Signs the minutes as issued at the closing: once, by each member who was present.
///
/// # Errors
/// `rule_broken` before the minutes are issued, for a member who was not present, or who has signed or was said
/// unable to; `stale` for another document than those minutes.
pub fn sign(
    conn: &mut AnyConn,
    caller: &Caller,
    (id, body): (DeliberationId, &MinutesSignatureBody),
    at: At,
) -> Result<MinutesSignatureView, AppError> {
    let who = facts::on_deliberation(conn, caller, id)?;
    require(Action::SignMinutes, &who)?;
    let row = deliberations::hold(conn, id)?;
    let minutes = store::minutes_of(conn, id)?.into_iter().next();
    let Some(minutes) = minutes.filter(|_| row.state == DeliberationState::Closed) else {
        return Err(AppError::broken(
            "minutes_not_issued",
            ("Le procès-verbal n’est pas encore établi.", "The minutes are not issued yet."),
        ));
    };
    if hex::encode(&minutes.sha256.0) != body.document_sha256.to_ascii_lowercase() {
        return Err(AppError::stale((
            "Ce n’est pas le procès-verbal tel qu’il a été établi : relisez-le avant de signer.",
            "These are not the minutes as issued: read them before signing.",
        ))
        .with("document_sha256", hex::encode(&minutes.sha256.0)));
    }
    let own: SeatId = seat::table
        .filter(seat::jury_id.eq(row.jury_id))
        .filter(seat::account_id.eq(caller.account))
        .filter(seat::closed_at.is_null())
        .select(seat::id)
        .first(conn)?;
    awaited(conn, &row, own)?;
    let signature = MinutesSignatureRow {
        deliberation_id: id,
        seat_id: own,
        account_id: caller.account,
        document_sha256: minutes.sha256,
        signed_at: at,
    };
    store::insert_signature(conn, &signature)?;
    record(conn, Act::new("minutes_signed", caller.account, at).about("deliberation", id), &[&signature])?;
    let waiting = waiting_signatures(conn, &row)?.len();
    Ok(MinutesSignatureView { deliberation: id, seat: own, signed_at: at, waiting })
}

fn awaited(conn: &mut AnyConn, row: &DeliberationRow, own: SeatId) -> Result<(), AppError> {
    if let Some(earlier) = store::signature(conn, row.id, own)? {
        return Err(AppError::broken(
            "minutes_signed_already",
            ("Vous avez déjà signé ce procès-verbal.", "You have signed these minutes already."),
        )
        .with("signed_at", serde_json::to_value(earlier.signed_at)?));
    }
    if !waiting_signatures(conn, row)?.contains(&own) {
        return Err(AppError::broken(
            "no_signature_awaited",
            ("Aucune signature n’est attendue de vous.", "No signature is awaited from you."),
        ));
    }
    Ok(())
}
