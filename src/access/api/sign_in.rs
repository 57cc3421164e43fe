//! Signing in with a password, signing out.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::access::caller::{self, DoorError};
use crate::access::hashing::Verdict;
use crate::access::model::{Caller, Email, Held, Secret};
use crate::access::rows::{AccountRow, Locale};
use crate::access::rules::LONGEST_PASSWORD;
use crate::access::service::{self, Opened, sign_in::Attempt};
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::AccountId;
use crate::state::{App, AppState};
use crate::web::Checked;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[validate(length(max = 254))]
    #[schema(max_length = 254)]
    pub email: String,
    #[validate(custom(function = bounded))]
    #[schema(max_length = 1024)]
    pub password: Secret,
}

/// Bounds the work of a hash; a password that is set has rules of its own.
pub(super) fn bounded(password: &Secret) -> Result<(), ValidationError> {
    if password.reveal().len() > LONGEST_PASSWORD { Err(ValidationError::new("too_long")) } else { Ok(()) }
}

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    pub id: AccountId,
    pub email: String,
    pub display_name: String,
    pub locale: Locale,
    pub has_password: bool,
    pub roles: Vec<Held>,
}

impl AccountView {
    pub fn new(account: AccountRow, roles: Vec<Held>) -> Self {
        Self {
            id: account.id,
            email: account.email,
            display_name: account.display_name,
            locale: account.locale,
            has_password: account.password_hash.is_some(),
            roles,
        }
    }
}

/// A login just opened. The token goes into `Authorization: Bearer …`.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginOpened {
    pub token: String,
    pub expires_at: At,
    pub account: AccountView,
}

/// Comes in with a password. The same refusal whether the e-mail is unknown, the password wrong, the account
/// disabled or without a password.
#[utoipa::path(tag = "access", request_body = SignIn, responses(
    (status = 200, description = "Signed in; the cookie of the pages is set too", body = LoginOpened),
    (status = 401, description = "Refused", body = Problem),
    (status = 403, description = "From a page of another site", body = Problem),
    (status = 422, description = "Out of bounds", body = Problem),
    (status = 429, description = "Too many failures; `Retry-After` says when to come back", body = Problem),
    (status = 503, description = "Many are signing in; come back in a moment", body = Problem),
))]
#[post("/sign-in")]
pub async fn sign_in(
    app: App,
    request: HttpRequest,
    body: Checked<SignIn>,
) -> Result<HttpResponse, DoorError> {
    caller::refuse_from_elsewhere(&request, &app.public_url)?;
    let at = app.clock.now();
    let Checked(SignIn { email, password }) = body;
    let opened = by_password(&app, &email, password, caller::address(&request), at).await?;
    Ok(answer(&app, opened, at)?)
}

pub(in crate::access) async fn by_password(
    app: &AppState,
    email: &str,
    password: Secret,
    address: Option<IpAddr>,
    at: At,
) -> Result<Opened, AppError> {
    let attempt = Attempt::new(Email::typed(email), address);
    let (found, verdict) = compare(app, &attempt, password, at).await?;
    match (found, verdict) {
        (Some(account), Verdict::Yes { renewed }) => {
            app.db.write(move |conn| service::sign_in::succeeded(conn, &attempt, &account, renewed, at)).await
        }
        _ => Err(app.db.write(move |conn| service::sign_in::failed(conn, &attempt, at)).await?),
    }
}

/// Counts the attempt, then compares the password with that of the account, or with nobody's.
pub(super) async fn compare(
    app: &AppState,
    attempt: &Attempt,
    password: Secret,
    at: At,
) -> Result<(Option<AccountRow>, Verdict), AppError> {
    let counted = attempt.clone();
    let found = app.db.write(move |conn| service::sign_in::attempt(conn, &counted, at)).await?;
    let kept = found.as_ref().and_then(|account| account.password_hash.clone());
    match app.hashing.verify(password, kept).await {
        Ok(verdict) => Ok((found, verdict)),
        Err(error) => {
            let attempt = attempt.clone();
            app.db.write(move |conn| service::sign_in::not_made(conn, &attempt)).await?;
            Err(error)
        }
    }
}

/// The token, in the body and in the cookie of the pages.
pub(in crate::access) fn answer(app: &AppState, opened: Opened, at: At) -> Result<HttpResponse, AppError> {
    let expires_at = opened.login.expires_at;
    let token = app.tokens.for_login(opened.login.id, at, expires_at)?;
    let cookie = caller::cookie(&app.public_url, token.clone(), at, expires_at);
    let account = AccountView::new(opened.account, opened.roles);
    Ok(HttpResponse::Ok().cookie(cookie).json(LoginOpened { token, expires_at, account }))
}

/// Ends the login on the server: its token opens nothing any more.
#[utoipa::path(tag = "access", responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "Nobody is signed in", body = Problem),
))]
#[post("/sign-out")]
pub async fn sign_out(app: App, caller: Caller) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    app.db.write(move |conn| service::sign_in::sign_out(conn, &caller, at)).await?;
    Ok(HttpResponse::NoContent().cookie(caller::no_cookie(&app.public_url)).finish())
}
