//! Asking for a way back in.

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::caller::{self, DoorError};
use crate::access::model::Email;
use crate::access::service::resets;
use crate::error::Problem;
use crate::state::App;
use crate::web::Checked;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReset {
    #[validate(email, length(max = 254))]
    #[schema(max_length = 254, format = Email)]
    pub email: String,
}

/// Sends a link to come back in, to the owner of this e-mail. The same answer whether or not somebody has it.
#[utoipa::path(tag = "access", request_body = NewReset, responses(
    (status = 202, description = "If somebody has this e-mail, a letter is on its way"),
    (status = 403, description = "From a page of another site", body = Problem),
    (status = 422, description = "No e-mail", body = Problem),
    (status = 429, description = "Too many from here; `Retry-After` says when to come back", body = Problem),
))]
#[post("/password-resets")]
pub async fn ask(app: App, request: HttpRequest, body: Checked<NewReset>) -> Result<HttpResponse, DoorError> {
    caller::refuse_from_elsewhere(&request, &app.public_url)?;
    let at = app.clock.now();
    let (email, from) = (Email::typed(&body.0.email), caller::address(&request));
    let asked = email.clone();
    let may_send = app.db.write(move |conn| resets::ask(conn, &asked, from, at)).await?;
    if may_send {
        let db = app.db.clone();
        // Not waited for: how long it takes would tell whether somebody has this e-mail.
        tokio::spawn(async move {
            if let Err(error) = db.write(move |conn| resets::send(conn, &email, at)).await {
                tracing::error!(%error, "a link to come back in could not be made");
            }
        });
    }
    Ok(HttpResponse::Accepted().finish())
}
