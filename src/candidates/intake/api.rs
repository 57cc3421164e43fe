//! The route by which a cohort arrives.

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::fault::Tongue;
use super::matching::Answers;
use super::service::{self, Ask, ImportReport};
use super::table::FILE_MAX;
use crate::access::rows::Locale;
use crate::access::{self, Action, Caller, facts};
use crate::error::{AppError, Problem};
use crate::ids::CohortId;
use crate::state::App;

/// Answers that one request may give.
const ANSWERS_MAX: usize = 2_000;
/// What a form adds to its file, in bytes, at the most.
const FORM_MARGIN: usize = 64 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Say what would be done, do nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Lines (numbers or e-mails, joined by commas) that are about the person proposed.
    pub same: Option<String>,
    /// Lines that are about somebody else than the person proposed.
    pub different: Option<String>,
}

/// A form with the file alone, as browsers send it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
struct ImportForm {
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

fn answers(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.take(ANSWERS_MAX).map(str::to_owned).collect()
}

/// Import people from a spreadsheet, CSV or XLSX: the file itself, or a form with it. All of it or nothing.
///
/// Every fault is told with its line, its column and its cure. The same file a second time changes nothing.
#[utoipa::path(
    tag = "cohorts",
    params(("id" = CohortId, Path), ImportQuery),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "What was done, or with `dry_run` what would be", body = ImportReport),
        (status = 403, description = "Not allowed", body = Problem),
        (status = 404, description = "No such cohort for the caller", body = Problem),
        (status = 409, description = "An e-mail that another request gave to somebody meanwhile", body = Problem),
        (status = 413, description = "Larger than 8 MiB", body = Problem),
        (status = 415, description = "JSON, which is no spreadsheet", body = Problem),
        (status = 422, description = "`import_blocked`: the report, as members", body = Problem),
    )
)]
#[post("/cohorts/{id}/imports")]
pub async fn import_people(
    app: App,
    caller: Caller,
    request: HttpRequest,
    id: Path<CohortId>,
    query: Query<ImportQuery>,
    payload: Payload,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let asking = caller.clone();
    app.db.read(move |conn| access::require(Action::Enrol, &facts::on_cohort(conn, &asking, id)?)).await?;
    let bytes = received(&request, payload).await?;
    let ask = Ask {
        dry_run: query.dry_run,
        tongue: if caller.locale == Locale::En { Tongue::En } else { Tongue::Fr },
        answers: Answers {
            same: answers(query.same.as_deref()),
            different: answers(query.different.as_deref()),
        },
    };
    // Reading takes a core for a while: not the one that answers.
    let opened = tokio::task::spawn_blocking(move || service::open(&bytes)).await;
    let report = match opened.map_err(AppError::internal)? {
        Err(fault) => ImportReport::unreadable(&fault, &ask),
        Ok(file) => {
            let (versions, ask) = (app.versions.clone(), ask.clone());
            app.db.write(move |conn| service::import(conn, &caller, &versions, id, &file, &ask, at)).await?
        }
    };
    if report.blocks() && !ask.dry_run {
        return Err(blocked(&report)?);
    }
    Ok(HttpResponse::Ok().json(report))
}

fn blocked(report: &ImportReport) -> Result<AppError, AppError> {
    let words = (
        "Ce fichier ne peut pas être importé tel quel ; rien n’a été enregistré.",
        "This file cannot be imported as it is; nothing was saved.",
    );
    let mut error = AppError::import_blocked(words);
    if let serde_json::Value::Object(members) = serde_json::to_value(report)? {
        for (name, value) in members {
            error = error.with(&name, value);
        }
    }
    Ok(error)
}

fn too_large() -> AppError {
    AppError::too_large(("Ce fichier dépasse la taille permise.", "This file is larger than allowed."))
        .with("limit", FILE_MAX)
}

/// The file, from a form or as the whole body.
async fn received(request: &HttpRequest, payload: Payload) -> Result<Vec<u8>, AppError> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > FILE_MAX + FORM_MARGIN) {
        return Err(too_large());
    }
    let kind = request.content_type().to_ascii_lowercase();
    if kind == "application/json" {
        return Err(AppError::unsupported_media_type((
            "Un fichier CSV ou XLSX est attendu.",
            "A CSV or XLSX file is expected.",
        )));
    }
    if kind != "multipart/form-data" {
        return collected(payload).await;
    }
    let mut form = Multipart::new(request.headers(), payload);
    while let Some(part) = form.next().await {
        let part = part.map_err(|_| unreadable())?;
        if part.name() == Some("file") {
            return collected(part).await;
        }
    }
    Err(crate::candidates::service::invalid("file", "required"))
}

async fn collected<E>(
    chunks: impl Stream<Item = Result<actix_web::web::Bytes, E>>,
) -> Result<Vec<u8>, AppError> {
    let mut chunks = std::pin::pin!(chunks);
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| unreadable())?;
        if bytes.len() + chunk.len() > FILE_MAX {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn unreadable() -> AppError {
    AppError::bad_request(("L’envoi est incomplet ou ne se lit pas.", "What was sent is cut or unreadable."))
}
