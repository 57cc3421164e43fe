//! Routes of issued documents and of the signatures under the minutes.

use actix_web::web::{Json, Path, Query};
use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::service::signing::{MinutesSignatureBody, MinutesSignatureView};
use super::service::{DocumentView, issue, minutes, reissue, sheet, signing};
use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{DeliberationId, DocumentId, EnrolmentId, SheetId};
use crate::state::App;
use crate::web::{Checked, download};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentsQuery {
    pub sheet: Option<SheetId>,
    pub deliberation: Option<DeliberationId>,
}

/// The documents issued about one sheet or one deliberation.
#[utoipa::path(tag = "documents", params(DocumentsQuery), responses(
    (status = 200, body = Vec<DocumentView>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/documents")]
pub async fn list(
    app: App,
    caller: Caller,
    query: Query<DocumentsQuery>,
) -> Result<Json<Vec<DocumentView>>, AppError> {
    let found = app.db.read(move |conn| issue::list(conn, &caller, query.sheet, query.deliberation)).await?;
    Ok(Json(found))
}

/// What was issued, without its content.
#[utoipa::path(tag = "documents", params(("id" = DocumentId, Path)), responses(
    (status = 200, body = DocumentView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/documents/{id}")]
pub async fn read(app: App, caller: Caller, id: Path<DocumentId>) -> Result<Json<DocumentView>, AppError> {
    Ok(Json(app.db.read(move |conn| issue::show(conn, &caller, *id)).await?))
}

/// The document as issued.
#[utoipa::path(tag = "documents", params(("id" = DocumentId, Path)), responses(
    (status = 200, description = "The PDF", content_type = "application/pdf", body = Vec<u8>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/documents/{id}/content")]
pub async fn content(app: App, caller: Caller, id: Path<DocumentId>) -> Result<HttpResponse, AppError> {
    let row = app.db.read(move |conn| issue::read(conn, &caller, *id)).await?;
    let (file, size) = app.documents.read_at(&row.path).await.map_err(AppError::internal)?;
    let filename = row.path.rsplit('/').next().unwrap_or("document.pdf");
    Ok(download::send(
        file,
        size,
        &download::Label { filename, media_type: "application/pdf", sha256: &row.sha256 },
    ))
}

/// Issues a signed sheet as a document; asked again, gives the same.
#[utoipa::path(tag = "documents", params(("id" = SheetId, Path)), responses(
    (status = 200, body = DocumentView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/sheets/{id}/document")]
pub async fn issue_sheet(
    app: App,
    caller: Caller,
    id: Path<SheetId>,
) -> Result<Json<DocumentView>, AppError> {
    Ok(Json(sheet::issue_sheet(&app, &caller, *id).await?))
}

/// Issues the minutes of a closed deliberation; once all have signed, the signed minutes.
#[utoipa::path(tag = "documents", params(("id" = DeliberationId, Path)), responses(
    (status = 200, body = DocumentView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/deliberations/{id}/minutes")]
pub async fn issue_minutes(
    app: App,
    caller: Caller,
    id: Path<DeliberationId>,
) -> Result<Json<DocumentView>, AppError> {
    Ok(Json(minutes::issue_minutes(&app, &caller, *id).await?))
}

/// A member signs the minutes.
#[utoipa::path(tag = "documents", request_body = MinutesSignatureBody, params(("id" = DeliberationId, Path)), responses(
    (status = 200, body = MinutesSignatureView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/deliberations/{id}/signatures")]
pub async fn sign_minutes(
    app: App,
    caller: Caller,
    id: Path<DeliberationId>,
    body: Checked<MinutesSignatureBody>,
) -> Result<Json<MinutesSignatureView>, AppError> {
    let at = app.clock.now();
    Ok(Json(app.db.write(move |conn| signing::sign(conn, &caller, (*id, &body.0), at)).await?))
}

/// The documents about one candidate: which was replaced by which, and which print a name that was corrected.
#[utoipa::path(tag = "documents", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, body = Vec<DocumentView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/enrolments/{id}/documents")]
pub async fn list_of_enrolment(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<Json<Vec<DocumentView>>, AppError> {
    Ok(Json(app.db.read(move |conn| reissue::of_enrolment(conn, &caller, *id)).await?))
}

/// Issues a document again after a name was corrected; the old one is kept and marked as replaced.
#[utoipa::path(tag = "documents", params(("id" = DocumentId, Path)), responses(
    (status = 200, body = DocumentView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/documents/{id}/replacement")]
pub async fn reissue_document(
    app: App,
    caller: Caller,
    id: Path<DocumentId>,
) -> Result<Json<DocumentView>, AppError> {
    Ok(Json(reissue::reissue(&app, &caller, *id).await?))
}

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list)
        .service(read)
        .service(content)
        .service(issue_sheet)
        .service(issue_minutes)
        .service(sign_minutes)
        .service(list_of_enrolment)
        .service(reissue_document);
}
