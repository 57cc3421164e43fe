//! The routes of evidence.

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{NewAnchor, NewLinks};
use super::rows::EvidenceRow;
use super::service::{self, EvidenceView};
use super::{intake, media};
use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{EnrolmentId, EvidenceId};
use crate::state::App;
use crate::web::download::{Label, send};
use crate::web::{Checked, Page, PageQuery};

/// What a form adds to its file, in bytes, at the most.
const FORM_MARGIN: u64 = 1024 * 1024;

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(file_evidence)
        .service(list_evidence)
        .service(get_evidence)
        .service(read_evidence)
        .service(link_evidence);
}

/// The parts of the form, `title` before `file`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form: the parts are read one by one")]
struct EvidenceForm {
    #[schema(min_length = 1, max_length = 300)]
    title: String,
    /// In JSON: slugs of the criteria that it answers; may be empty.
    criteria: Option<Vec<String>>,
    /// In JSON: where to look for some of them.
    anchors: Option<Vec<NewAnchor>>,
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// File a piece of evidence.
#[utoipa::path(
    tag = "evidence",
    params(("id" = EnrolmentId, Path)),
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Filed", body = EvidenceView),
        (status = 400, description = "Cut or unreadable", body = Problem),
        (status = 403, description = "Not allowed", body = Problem),
        (status = 404, description = "No such enrolment for the caller", body = Problem),
        (status = 413, description = "Larger than allowed; nothing is kept", body = Problem),
        (status = 415, description = "Not a type that is accepted; nothing is kept", body = Problem),
        (status = 422, description = "An empty file, no title, unknown criteria", body = Problem),
    )
)]
#[post("/enrolments/{id}/evidence")]
pub async fn file_evidence(
    app: App,
    caller: Caller,
    request: HttpRequest,
    id: Path<EnrolmentId>,
    form: Multipart,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let limit = app.settings.evidence_limit;
    let (versions, asking) = (app.versions.clone(), caller.clone());
    let version = app.db.read(move |conn| service::may_file(conn, &asking, &versions, id)).await?;
    if announced(&request).is_some_and(|length| length > limit.saturating_add(FORM_MARGIN)) {
        return Err(intake::too_large(limit));
    }
    let filing = intake::receive(form, &app.files, &version, limit).await?;
    let (versions, spent) = (app.versions.clone(), (at, app.clock.now()));
    let view = app.db.write(move |conn| service::file(conn, &caller, &versions, id, filing, spent)).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/api/v1/evidence/{}", view.id)))
        .json(view))
}

fn announced(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The evidence of an enrolment, with its links, in the order in which it was filed.
#[utoipa::path(tag = "evidence", params(("id" = EnrolmentId, Path), PageQuery), responses(
    (status = 200, description = "A page", body = Page<EvidenceView>),
    (status = 404, description = "No such enrolment for the caller", body = Problem),
))]
#[get("/enrolments/{id}/evidence")]
pub async fn list_evidence(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<EvidenceView>>, AppError> {
    let id = id.into_inner();
    let after = page.after.as_deref().map(|text| text.parse().map(EvidenceId)).transpose().map_err(|_| {
        AppError::bad_request(("Les paramètres de l’adresse ne se lisent pas.", "The query cannot be read."))
    })?;
    let limit = page.limit();
    let versions = app.versions.clone();
    let views = app.db.read(move |conn| service::list(conn, &caller, &versions, id, after, limit)).await?;
    Ok(Json(Page::from_more(views, limit, |view: &EvidenceView| view.id.to_string())))
}

/// One piece of evidence.
#[utoipa::path(tag = "evidence", params(("id" = EvidenceId, Path)), responses(
    (status = 200, description = "The piece, without its content", body = EvidenceView),
    (status = 404, description = "No such piece for the caller", body = Problem),
))]
#[get("/evidence/{id}")]
pub async fn get_evidence(
    app: App,
    caller: Caller,
    id: Path<EvidenceId>,
) -> Result<Json<EvidenceView>, AppError> {
    let id = id.into_inner();
    let versions = app.versions.clone();
    Ok(Json(app.db.read(move |conn| service::get(conn, &caller, &versions, id)).await?))
}

/// Link a piece to more criteria.
#[utoipa::path(tag = "evidence", params(("id" = EvidenceId, Path)), request_body = NewLinks, responses(
    (status = 200, description = "The piece with all its links", body = EvidenceView),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such piece for the caller", body = Problem),
    (status = 422, description = "Unknown criteria", body = Problem),
))]
#[post("/evidence/{id}/links")]
pub async fn link_evidence(
    app: App,
    caller: Caller,
    id: Path<EvidenceId>,
    new: Checked<NewLinks>,
) -> Result<Json<EvidenceView>, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let versions = app.versions.clone();
    Ok(Json(app.db.write(move |conn| service::link(conn, &caller, &versions, id, &new.0, at)).await?))
}

/// The file itself. Whoever reads another's file leaves a trace in the journal.
#[utoipa::path(tag = "evidence", params(("id" = EvidenceId, Path)), responses(
    (status = 200, description = "To be kept, not shown: `Content-Disposition: attachment`",
        content_type = "application/octet-stream"),
    (status = 404, description = "No such piece for the caller", body = Problem),
))]
#[get("/evidence/{id}/content")]
pub async fn read_evidence(app: App, caller: Caller, id: Path<EvidenceId>) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let asking = caller.clone();
    let (row, own) = app.db.read(move |conn| service::content(conn, &asking, id)).await?;
    let (file, size) = app.files.read(&row.sha256.0).await.map_err(AppError::internal)?;
    if !own {
        app.db.write(move |conn| service::read_by_other(conn, &caller, id, at)).await?;
    }
    Ok(download(&row, file, size))
}

/// A piece of evidence as it is sent: to be kept by whoever asked, never run nor shown by a browser
/// (ASVS 5.0, 3.2.1).
pub fn download(row: &EvidenceRow, file: tokio::fs::File, size: u64) -> HttpResponse {
    let media_type = media::served_as(&row.media_type);
    let label = Label { filename: &row.filename, media_type: &media_type, sha256: &row.sha256 };
    send(file, size, &label)
}
