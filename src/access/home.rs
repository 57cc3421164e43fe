//! The page where an opened invitation lands: who is signed in, as what; for the others, the way in.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::MaybeCaller;
use super::api::sign_in::{answer, by_password};
use super::caller::{self, DoorError};
use super::model::Secret;
use super::pages::{language, render};
use super::rows::Locale;
use super::rules::LONGEST_PASSWORD;
use super::service;
use crate::error::AppError;
use crate::state::App;

/// An e-mail and a password, three characters each byte once encoded.
const BODY_LIMIT: usize = 8 * 1024;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/").route(web::get().to(home)).route(web::head().to(home)))
        .service(
            web::resource("/sign-in")
                .app_data(web::PayloadConfig::new(BODY_LIMIT))
                .app_data(
                    web::FormConfig::default()
                        .limit(BODY_LIMIT)
                        .error_handler(|error, _| AppError::from_actix(error.into()).into()),
                )
                .route(web::get().to(home))
                .route(web::post().to(sign_in)),
        )
        .service(web::resource("/sign-out").route(web::post().to(sign_out)));
}

#[derive(Debug, Serialize)]
pub(super) struct HomePage {
    pub name: Option<String>,
    pub roles: Vec<&'static str>,
    pub email: String,
    pub fault: Option<String>,
}

async fn home(request: HttpRequest, caller: MaybeCaller) -> HttpResponse {
    let Some(caller) = caller.0 else {
        let page = HomePage { name: None, roles: Vec::new(), email: String::new(), fault: None };
        return render(actix_web::http::StatusCode::OK, "home", language(&request, Locale::Fr), &page);
    };
    let mut roles: Vec<&'static str> = caller.roles.iter().map(|held| held.role.as_str()).collect();
    roles.sort_unstable();
    roles.dedup();
    let page = HomePage { name: Some(caller.name), roles, email: String::new(), fault: None };
    render(actix_web::http::StatusCode::OK, "home", language(&request, caller.locale), &page)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    email: String,
    password: Secret,
}

async fn sign_in(app: App, request: HttpRequest, form: web::Form<Form>) -> HttpResponse {
    match open(&app, &request, form.into_inner()).await {
        Ok(answered) => answered,
        Err((email, error)) => {
            if let AppError::Internal(cause) = &error {
                tracing::error!(cause, "internal error");
            }
            let locale = language(&request, Locale::Fr);
            let problem = error.problem();
            let fault = if locale == Locale::En { problem.title_en } else { problem.title };
            let page = HomePage { name: None, roles: Vec::new(), email, fault: Some(fault) };
            let status = actix_web::http::StatusCode::from_u16(problem.status)
                .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
            render(status, "home", locale, &page)
        }
    }
}

async fn open(app: &App, request: &HttpRequest, form: Form) -> Result<HttpResponse, (String, AppError)> {
    let Form { email, password } = form;
    let refuse = |error: AppError| (email.clone(), error);
    caller::refuse_from_elsewhere(request, &app.public_url).map_err(refuse)?;
    if password.reveal().len() > LONGEST_PASSWORD || email.len() > 254 {
        return Err(refuse(AppError::invalid((
            "L’adresse ou le mot de passe est trop long.",
            "The address or the password is too long.",
        ))));
    }
    let at = app.clock.now();
    let opened = by_password(app, &email, password, caller::address(request), at).await.map_err(refuse)?;
    let signed_in = answer(app, opened, at).map_err(refuse)?;
    Ok(to_home(signed_in.cookies().next().map(|cookie| cookie.into_owned())))
}

async fn sign_out(app: App, caller: MaybeCaller) -> Result<HttpResponse, DoorError> {
    if let Some(caller) = caller.0 {
        let at = app.clock.now();
        app.db.write(move |conn| service::sign_in::sign_out(conn, &caller, at)).await?;
    }
    Ok(to_home(Some(caller::no_cookie(&app.public_url))))
}

fn to_home(cookie: Option<actix_web::cookie::Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, "/")).insert_header((CACHE_CONTROL, "no-store"));
    response.insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
    if let Some(cookie) = cookie {
        response.cookie(cookie);
    }
    response.finish()
}
