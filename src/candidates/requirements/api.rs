//! Routes of one requirement: what shows it, who attests it.

use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post};

use super::attesting::{AttestationAsked, NewAttestation};
use super::service::{FiledFor, RequirementDetail};
use super::{attesting, service};
use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{AttestationId, EnrolmentId, EvidenceId};
use crate::state::App;
use crate::web::Checked;

/// One requirement, what shows it and how it stood before.
#[utoipa::path(tag = "enrolments", params(("id" = EnrolmentId, Path), ("slug" = String, Path)), responses(
    (status = 200, body = RequirementDetail), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/enrolments/{id}/requirements/{slug}")]
pub async fn read(
    app: App,
    caller: Caller,
    path: Path<(EnrolmentId, String)>,
) -> Result<Json<RequirementDetail>, AppError> {
    let ((id, slug), versions) = (path.into_inner(), app.versions.clone());
    Ok(Json(app.db.read(move |conn| service::read(conn, &caller, &versions, (id, &slug))).await?))
}

/// Says that a piece of evidence is filed for a requirement; the answer names all of its pieces.
#[utoipa::path(tag = "enrolments", request_body = FiledFor,
    params(("id" = EnrolmentId, Path), ("slug" = String, Path)), responses(
    (status = 200, body = Vec<EvidenceId>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/enrolments/{id}/requirements/{slug}/evidence")]
pub async fn file(
    app: App,
    caller: Caller,
    path: Path<(EnrolmentId, String)>,
    body: Checked<FiledFor>,
) -> Result<Json<Vec<EvidenceId>>, AppError> {
    let ((id, slug), versions, at) = (path.into_inner(), app.versions.clone(), app.clock.now());
    Ok(Json(
        app.db.write(move |conn| service::file(conn, &caller, &versions, (id, &slug, body.0), at)).await?,
    ))
}

/// Asks somebody named, from outside, to attest a period in company; the link is theirs and shown once.
#[utoipa::path(tag = "enrolments", request_body = NewAttestation,
    params(("id" = EnrolmentId, Path), ("slug" = String, Path)), responses(
    (status = 201, body = AttestationAsked), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/enrolments/{id}/requirements/{slug}/attestations")]
pub async fn ask(
    app: App,
    caller: Caller,
    path: Path<(EnrolmentId, String)>,
    body: Checked<NewAttestation>,
) -> Result<HttpResponse, AppError> {
    let ((id, slug), versions, at) = (path.into_inner(), app.versions.clone(), app.clock.now());
    let url = app.public_url.to_string();
    let asked = app
        .db
        .write(move |conn| attesting::ask(conn, &caller, &versions, (id, &slug, &body.0), (&url, at)))
        .await?;
    Ok(HttpResponse::Created().json(asked))
}

/// Takes the link of an attestation back.
#[utoipa::path(tag = "enrolments", params(("id" = AttestationId, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem),
))]
#[delete("/attestations/{id}")]
pub async fn take_back(app: App, caller: Caller, id: Path<AttestationId>) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    app.db.write(move |conn| attesting::take_back(conn, &caller, *id, at)).await?;
    Ok(HttpResponse::NoContent().finish())
}
