//! Inviting people; the link itself opens at `/invitation/{token}` ([`super::super::pages`]).

use actix_web::web::Path;
use actix_web::{HttpResponse, delete, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::access::model::{Caller, Email, Held};
use crate::access::rows::{Locale, Role};
use crate::access::service::{self, invitations::Wish};
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::{AccountId, CentreId, InvitationId};
use crate::state::App;
use crate::web::Checked;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    #[validate(email, length(max = 254))]
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    #[validate(length(min = 1, max = 200), custom(function = readable))]
    #[schema(min_length = 1, max_length = 200)]
    pub display_name: String,
    pub locale: Locale,
    pub role: Role,
    /// The centre in which the role holds; a centre manager has one.
    pub centre: Option<CentreId>,
}

/// Something that can be read, on one line.
pub(super) fn readable(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(ValidationError::new("readable"));
    }
    Ok(())
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationMade {
    pub account: AccountId,
    /// Absent when the account already holds roles that the caller could not give: the person has the new
    /// role and comes in as before.
    pub invitation: Option<LinkMade>,
}

impl InvitationMade {
    /// `public_url` is the address that people use, without a slash at its end.
    pub fn new(made: service::invitations::Invited, public_url: &str) -> Self {
        let invitation = made.link.map(|link| LinkMade {
            id: link.id,
            link: format!("{public_url}/invitation/{}", link.token),
            expires_at: link.expires_at,
        });
        Self { account: made.account.id, invitation }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LinkMade {
    pub id: InvitationId,
    /// Told this once; only its digest is kept.
    pub link: String,
    pub expires_at: At,
}

/// Gives somebody a role, with a link to come in. The same e-mail is the same account.
#[utoipa::path(tag = "access", request_body = NewInvitation, responses(
    (status = 201, description = "Invited", body = InvitationMade),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "Not yours to invite", body = Problem),
    (status = 409, description = "The account is disabled", body = Problem),
    (status = 422, description = "Out of bounds, or a role in the wrong place", body = Problem),
))]
#[post("/invitations")]
pub async fn invite(
    app: App,
    caller: Caller,
    body: Checked<NewInvitation>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let Checked(new) = body;
    let wish = Wish {
        email: Email::typed(&new.email),
        display_name: new.display_name.trim().to_owned(),
        locale: new.locale,
        held: Held { role: new.role, centre: new.centre },
    };
    let made = app.db.write(move |conn| service::invitations::invite(conn, &caller, &wish, at)).await?;
    Ok(HttpResponse::Created().json(InvitationMade::new(made, &app.public_url)))
}

/// Takes a link back; the logins that it opened end at once.
#[utoipa::path(tag = "access", params(("id" = InvitationId, Path)), responses(
    (status = 204, description = "Revoked"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "No invitation of yours", body = Problem),
))]
#[delete("/invitations/{id}")]
pub async fn revoke(app: App, caller: Caller, id: Path<InvitationId>) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    app.db.write(move |conn| service::invitations::revoke(conn, &caller, *id, at)).await?;
    Ok(HttpResponse::NoContent().finish())
}
