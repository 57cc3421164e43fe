//! Closing accounts; centres.

use actix_web::web::{Json, Path, Query};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::invitations::readable;
use crate::access::model::Caller;
use crate::access::rows::CentreRow;
use crate::access::service::{self, accounts::DisablingReason};
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::{AccountId, CentreId};
use crate::state::App;
use crate::web::{Checked, Page, PageQuery};

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disabling {
    pub reason: DisablingReason,
}

/// Closes an account: its logins and links end at once, what it did stays.
#[utoipa::path(tag = "access", params(("id" = AccountId, Path)), request_body = Disabling, responses(
    (status = 204, description = "Disabled"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "No such account, or not yours to close", body = Problem),
    (status = 409, description = "Disabled already", body = Problem),
    (status = 422, description = "No such reason, or the last administrator", body = Problem),
))]
#[post("/accounts/{id}/disabling")]
pub async fn disable(
    app: App,
    caller: Caller,
    id: Path<AccountId>,
    body: Checked<Disabling>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    app.db.write(move |conn| service::accounts::disable(conn, &caller, *id, body.0.reason, at)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCentre {
    #[validate(length(min = 1, max = 200), custom(function = readable))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Of the IANA database, for instance `Europe/Paris`.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub timezone: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CentreView {
    pub id: CentreId,
    pub name: String,
    pub timezone: String,
    pub created_at: At,
}

impl From<CentreRow> for CentreView {
    fn from(row: CentreRow) -> Self {
        Self { id: row.id, name: row.name, timezone: row.timezone, created_at: row.created_at }
    }
}

/// Opens a centre.
#[utoipa::path(tag = "access", request_body = NewCentre, responses(
    (status = 201, description = "Created", body = CentreView),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "Not yours to see", body = Problem),
    (status = 422, description = "Out of bounds, or no such time zone", body = Problem),
))]
#[post("/centres")]
pub async fn create_centre(
    app: App,
    caller: Caller,
    body: Checked<NewCentre>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let Checked(NewCentre { name, timezone }) = body;
    let name = name.trim().to_owned();
    let centre =
        app.db.write(move |conn| service::accounts::create_centre(conn, &caller, name, timezone, at)).await?;
    Ok(HttpResponse::Created().json(CentreView::from(centre)))
}

/// The centres, in the order in which they were opened.
#[utoipa::path(tag = "access", params(PageQuery), responses(
    (status = 200, description = "A page of centres", body = Page<CentreView>),
    (status = 400, description = "A query that cannot be read", body = Problem),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "Not yours to see", body = Problem),
))]
#[get("/centres")]
pub async fn centres(
    app: App,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<Page<CentreView>>, AppError> {
    let page = app.db.read(move |conn| service::accounts::centres(conn, &caller, &query)).await?;
    Ok(Json(Page { items: page.items.into_iter().map(CentreView::from).collect(), next: page.next }))
}
