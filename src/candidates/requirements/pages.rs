//! The page of an attestation. Reading it changes nothing, whatever the method, and its form has to be filled
//! in: a mail scanner that follows every link attests nothing. Programs post the same address and get JSON.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde::Serialize;

use super::attesting::{self, Form, Given};
use crate::access::caller;
use crate::access::pages::{language, render};
use crate::access::rows::Locale;
use crate::error::AppError;
use crate::state::App;

/// A remark of 1000 characters at the most, each of them encoded.
const BODY_LIMIT: usize = 16 * 1024;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/attestation/{token}")
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .route(web::get().to(show))
            .route(web::head().to(show))
            .route(web::post().to(give)),
    );
}

#[derive(Debug, Serialize)]
struct AttestationPage<'a> {
    name: &'a str,
    candidate: &'a str,
    requirement: &'a str,
    organisation: &'a str,
    months: Option<u32>,
    done: bool,
    fault: Option<String>,
}

async fn show(app: App, request: HttpRequest, token: web::Path<String>) -> HttpResponse {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    match app.db.read(move |conn| attesting::show(conn, &versions, &token, at)).await {
        Ok(form) => page(&request, &form, StatusCode::OK, None, false),
        Err(error) => refusal(&request, &error),
    }
}

async fn give(app: App, request: HttpRequest, token: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let (looked, known) = (token.clone(), versions.clone());
    let form = match app.db.read(move |conn| attesting::show(conn, &known, &looked, at)).await {
        Ok(form) => form,
        Err(error) => return refusal(&request, &error),
    };
    let given = match parse(&app, &request, &body) {
        Ok(given) => given,
        Err(error) => return told(&request, &form, &error),
    };
    let kept = app.db.write(move |conn| attesting::give(conn, &versions, (&token, &given), at)).await;
    match kept {
        Ok(_) if wants_json(&request) => HttpResponse::NoContent().finish(),
        Ok(form) => page(&request, &form, StatusCode::OK, None, true),
        Err(error) => told(&request, &form, &error),
    }
}

fn parse(app: &App, request: &HttpRequest, body: &[u8]) -> Result<Given, AppError> {
    caller::refuse_from_elsewhere(request, &app.public_url)?;
    let unreadable = || {
        AppError::bad_request((
            "Les deux dates de la période sont nécessaires.",
            "Both dates of the period are needed.",
        ))
    };
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => serde_json::from_slice(body).map_err(|_| unreadable()),
        _ => {
            let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
            web::Query::<Given>::from_query(text).map(web::Query::into_inner).map_err(|_| unreadable())
        }
    }
}

fn wants_json(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

fn words(error: &AppError, locale: Locale) -> String {
    let problem = error.problem();
    if locale == Locale::En { problem.title_en } else { problem.title }
}

/// What was wrong, above the form.
fn told(request: &HttpRequest, form: &Form, error: &AppError) -> HttpResponse {
    if wants_json(request) || error.code() == "gone" || matches!(error, AppError::Internal(_)) {
        return refusal(request, error);
    }
    let fault = words(error, language(request, form.locale));
    page(request, form, error.status_code(), Some(fault), false)
}

fn page(
    request: &HttpRequest,
    form: &Form,
    status: StatusCode,
    fault: Option<String>,
    done: bool,
) -> HttpResponse {
    let locale = language(request, form.locale);
    let requirement = if locale == Locale::En { &form.requirement.en } else { &form.requirement.fr };
    let page = AttestationPage {
        name: &form.row.name,
        candidate: &form.candidate,
        requirement,
        organisation: &form.row.organisation,
        months: form.months_at_least,
        done,
        fault,
    };
    render(status, "attestation", locale, &page)
}

#[derive(Debug, Serialize)]
struct RefusalPage {
    gone: bool,
    words: String,
}

fn refusal(request: &HttpRequest, error: &AppError) -> HttpResponse {
    if wants_json(request) || matches!(error, AppError::Internal(_)) {
        return error.error_response();
    }
    let locale = language(request, Locale::Fr);
    let page = RefusalPage { gone: error.code() == "gone", words: words(error, locale) };
    render(error.status_code(), "attestation_refused", locale, &page)
}
