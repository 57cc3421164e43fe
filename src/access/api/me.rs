//! One's own account: what it holds, where it is signed in, its password.

use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::sign_in::{AccountView, bounded, compare};
use crate::access::caller::{self, DoorError};
use crate::access::hashing::Verdict;
use crate::access::model::{Caller, Email, Secret};
use crate::access::rows::{LoginRow, LoginWay};
use crate::access::rules;
use crate::access::service::{self, sign_in::Attempt};
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::LoginId;
use crate::state::App;
use crate::web::{Checked, Page, PageQuery};

#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[serde(flatten)]
    pub account: AccountView,
    pub login: LoginView,
}

/// A login that still holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginView {
    pub id: LoginId,
    pub created_at: At,
    pub expires_at: At,
    pub via: LoginWay,
    /// The one of this very request.
    pub present: bool,
}

impl LoginView {
    fn new(row: &LoginRow, present: LoginId) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            via: row.via,
            present: row.id == present,
        }
    }
}

/// Who is calling.
#[utoipa::path(tag = "access", responses(
    (status = 200, description = "The account and the login of this request", body = Me),
    (status = 401, description = "Nobody is signed in", body = Problem),
))]
#[get("/me")]
pub async fn me(app: App, caller: Caller) -> Result<Json<Me>, AppError> {
    let (roles, present) = (caller.roles.clone(), caller.login);
    let (account, login) = app.db.read(move |conn| service::sign_in::me(conn, &caller)).await?;
    Ok(Json(Me { account: AccountView::new(account, roles), login: LoginView::new(&login, present) }))
}

/// Where one is signed in, the latest first.
#[utoipa::path(tag = "access", params(PageQuery), responses(
    (status = 200, description = "The logins that still hold", body = Page<LoginView>),
    (status = 400, description = "A query that cannot be read", body = Problem),
    (status = 401, description = "Nobody is signed in", body = Problem),
))]
#[get("/me/logins")]
pub async fn logins(
    app: App,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<LoginView>>, AppError> {
    let (at, present) = (app.clock.now(), caller.login);
    let page = app.db.read(move |conn| service::sign_in::logins(conn, &caller, &query, at)).await?;
    let items = page.items.iter().map(|login| LoginView::new(login, present)).collect();
    Ok(Json(Page { items, next: page.next }))
}

/// Ends one of one's own logins.
#[utoipa::path(tag = "access", params(("id" = LoginId, Path)), responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "No login of one's own", body = Problem),
))]
#[delete("/me/logins/{id}")]
pub async fn end_login(app: App, caller: Caller, id: Path<LoginId>) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    app.db.write(move |conn| service::sign_in::end_login(conn, &caller, *id, at)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The one that stands, when there is one.
    #[validate(custom(function = bounded))]
    #[schema(max_length = 1024)]
    pub present: Option<Secret>,
    /// 12 characters at least, 15 for staff; no rule on composition.
    #[validate(custom(function = bounded))]
    #[schema(min_length = 12, max_length = 1024)]
    pub password: Secret,
}

/// Chooses a password, or another one; every other login ends.
#[utoipa::path(tag = "access", request_body = NewPassword, responses(
    (status = 204, description = "Set"),
    (status = 401, description = "Nobody is signed in, or the present password is not that one", body = Problem),
    (status = 409, description = "Changed elsewhere meanwhile", body = Problem),
    (status = 422, description = "Not accepted: `faults` says why", body = Problem),
    (status = 429, description = "Too many failures", body = Problem),
    (status = 503, description = "Many are signing in; come back in a moment", body = Problem),
))]
#[post("/me/password")]
pub async fn set_password(
    app: App,
    caller: Caller,
    request: HttpRequest,
    body: Checked<NewPassword>,
) -> Result<HttpResponse, DoorError> {
    let at = app.clock.now();
    let asking = caller.clone();
    let (account, _) = app.db.read(move |conn| service::sign_in::me(conn, &asking)).await?;
    let Checked(NewPassword { present, password }) = body;
    service::sign_in::consider(&account, rules::any_staff(&caller.roles), password.reveal())?;
    if account.password_hash.is_some() {
        let attempt = Attempt::new(Email::typed(&account.email), caller::address(&request));
        let typed = present.unwrap_or_else(|| Secret::new(""));
        let (_, verdict) = compare(&app, &attempt, typed, at).await?;
        if verdict == Verdict::No {
            return Err(DoorError(
                app.db.write(move |conn| service::sign_in::failed(conn, &attempt, at)).await?,
            ));
        }
    }
    let hash = app.hashing.hash(password).await?;
    app.db.write(move |conn| service::sign_in::set_password(conn, &caller, &account, hash, at)).await?;
    Ok(HttpResponse::NoContent().finish())
}
