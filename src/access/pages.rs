//! The page of an invitation.
//!
//! A mail scanner looks at every link that it carries, some even fetch pages ahead: reading the page changes
//! nothing, whatever the method. Its one button opens a login. Programs post the same address and get JSON.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, AcceptLanguage, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, Header, LOCATION,
    REFERRER_POLICY,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::sign_in::answer;
use super::caller;
use super::model::{Email, Secret};
use super::rows::Locale;
use super::rules::{self, Guest, Owner};
use super::service::invitations::{self, Shown};
use crate::error::AppError;
use crate::state::App;

const STYLE: &str = include_str!("page.css");

/// A password is of 1024 bytes at the most, three characters each once encoded.
const BODY_LIMIT: usize = 8 * 1024;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static TEMPLATES: LazyLock<Result<Handlebars<'static>, String>> = LazyLock::new(|| {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    for (name, text) in [
        ("invitation_fr", include_str!("../../templates/pages/invitation_fr.hbs")),
        ("invitation_en", include_str!("../../templates/pages/invitation_en.hbs")),
        ("invitation_refused_fr", include_str!("../../templates/pages/invitation_refused_fr.hbs")),
        ("invitation_refused_en", include_str!("../../templates/pages/invitation_refused_en.hbs")),
        ("attestation_fr", include_str!("../../templates/pages/attestation_fr.hbs")),
        ("attestation_en", include_str!("../../templates/pages/attestation_en.hbs")),
        ("attestation_refused_fr", include_str!("../../templates/pages/attestation_refused_fr.hbs")),
        ("attestation_refused_en", include_str!("../../templates/pages/attestation_refused_en.hbs")),
        ("home_fr", include_str!("../../templates/pages/home_fr.hbs")),
        ("home_en", include_str!("../../templates/pages/home_en.hbs")),
    ] {
        templates.register_template_string(name, text).map_err(|error| error.to_string())?;
    }
    Ok(templates)
});

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/invitation/{token}")
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .route(web::get().to(show))
            .route(web::head().to(show))
            .route(web::post().to(open)),
    )
    .configure(super::home::routes)
    .service(web::resource("/assets/page.css").route(web::get().to(style)).route(web::head().to(style)));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(STYLE)
}

async fn show(app: App, request: HttpRequest, token: web::Path<String>) -> HttpResponse {
    let at = app.clock.now();
    match app.db.read(move |conn| invitations::show(conn, &token, at)).await {
        Ok(shown) => invitation_page(&request, &shown, None),
        Err(error) => refusal(&request, &error),
    }
}

/// What comes with the button, or from a program.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    password: Option<Secret>,
}

async fn open(app: App, request: HttpRequest, token: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let opened = match parse(&app, &request, &body) {
        Ok(opening) => try_open(&app, &request, token.into_inner(), opening.password).await,
        Err(error) => Err(refusal(&request, &error)),
    };
    opened.unwrap_or_else(|answered| answered)
}

fn parse(app: &App, request: &HttpRequest, body: &[u8]) -> Result<Opening, AppError> {
    caller::refuse_from_elsewhere(request, &app.public_url)?;
    if caller::is_prefetch(request) {
        return Err(unreadable());
    }
    if body.is_empty() {
        return Ok(Opening::default());
    }
    match request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(essence) {
        Some("application/json") => serde_json::from_slice(body).map_err(|_| unreadable()),
        Some("application/x-www-form-urlencoded") => {
            web::Query::<Opening>::from_query(std::str::from_utf8(body).map_err(|_| unreadable())?)
                .map(web::Query::into_inner)
                .map_err(|_| unreadable())
        }
        _ => Err(AppError::unsupported_media_type((
            "Un formulaire ou du JSON est attendu.",
            "A form or JSON is expected.",
        ))),
    }
}

fn essence(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

fn unreadable() -> AppError {
    AppError::bad_request(("La requête ne se lit pas.", "The request cannot be read."))
}

async fn try_open(
    app: &App,
    request: &HttpRequest,
    token: String,
    password: Option<Secret>,
) -> Result<HttpResponse, HttpResponse> {
    let at = app.clock.now();
    let password = password.filter(|password| !password.reveal().is_empty());
    let looked = token.clone();
    let shown = app.db.read(move |conn| invitations::show(conn, &looked, at)).await;
    let shown = shown.map_err(|error| refusal(request, &error))?;
    let refuse = |error: AppError| match wants_json(request) {
        true => error.error_response(),
        false => invitation_page(request, &shown, Some(&error)),
    };
    invitations::consider(&shown, password.as_ref().map(Secret::reveal)).map_err(refuse)?;
    let hash = match password {
        Some(password) => Some(app.hashing.hash(password).await.map_err(refuse)?),
        None => None,
    };
    let opened = app.db.write(move |conn| invitations::open(conn, &token, hash, at)).await.map_err(refuse)?;
    let mut response = answer(app, opened, at).map_err(refuse)?;
    if wants_json(request) {
        return Ok(response);
    }
    let mut home = HttpResponse::SeeOther();
    home.insert_header((LOCATION, "/")).insert_header((CACHE_CONTROL, "no-store"));
    if let Some(cookie) = response.cookies().next() {
        home.cookie(cookie.into_owned());
    }
    response = home.finish();
    Ok(response)
}

fn wants_json(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

#[derive(Debug, Serialize)]
struct InvitationPage<'a> {
    name: &'a str,
    asks_password: bool,
    /// Whoever governs must have one; the others may keep theirs.
    may_keep: bool,
    shortest: usize,
    sign_in_instead: bool,
    fault: Option<String>,
}

fn invitation_page(request: &HttpRequest, shown: &Shown, error: Option<&AppError>) -> HttpResponse {
    let locale = language(request, shown.account.locale);
    let Guest { staff, has_password, opened_before } = shown.guest;
    let fault = error.and_then(fault_of);
    if let Some(error) = error
        && fault.is_none()
        && member(error, "rule") != Some("sign_in_instead")
    {
        return refusal(request, error);
    }
    let email = Email::typed(&shown.account.email);
    let owner = Owner { email: &email, name: &shown.account.display_name, staff };
    let page = InvitationPage {
        name: &shown.account.display_name,
        // A link not opened before is also how a lost password is replaced.
        asks_password: staff || (has_password && !opened_before),
        may_keep: !staff,
        shortest: owner.shortest(),
        sign_in_instead: rules::opening(Guest { staff, has_password, opened_before }, staff).is_err(),
        fault,
    };
    let status = error.map_or(StatusCode::OK, AppError::status_code);
    render(status, "invitation", locale, &page)
}

/// Why the password is refused, when that is what is wrong.
fn fault_of(error: &AppError) -> Option<String> {
    let AppError::Refused(refusal) = error else { return None };
    let code = refusal.more.get("faults")?.get(0)?.get("code")?;
    code.as_str().map(str::to_owned)
}

fn member<'a>(error: &'a AppError, key: &str) -> Option<&'a str> {
    let AppError::Refused(refusal) = error else { return None };
    refusal.more.get(key).and_then(Value::as_str)
}

#[derive(Debug, Serialize)]
struct RefusalPage {
    gone: bool,
    words: String,
}

fn refusal(request: &HttpRequest, error: &AppError) -> HttpResponse {
    if wants_json(request) {
        return error.error_response();
    }
    if let AppError::Internal(cause) = error {
        tracing::error!(cause, "internal error");
    }
    let locale = language(request, Locale::Fr);
    let problem = error.problem();
    let words = if locale == Locale::En { problem.title_en } else { problem.title };
    render(
        error.status_code(),
        "invitation_refused",
        locale,
        &RefusalPage { gone: error.code() == "gone", words },
    )
}

/// The first of our two languages that the reader asks for.
pub fn language(request: &HttpRequest, otherwise: Locale) -> Locale {
    let asked = AcceptLanguage::parse(request).map(|accepted| accepted.ranked()).unwrap_or_default();
    let known = asked.iter().filter_map(|one| one.item()).find_map(|tag| match tag.primary_language() {
        "fr" => Some(Locale::Fr),
        "en" => Some(Locale::En),
        _ => None,
    });
    known.unwrap_or(otherwise)
}

pub fn render(status: StatusCode, page: &str, locale: Locale, data: &impl Serialize) -> HttpResponse {
    let drawn = match &*TEMPLATES {
        Ok(templates) => {
            templates.render(&format!("{page}_{locale}"), data).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.clone()),
    };
    match drawn {
        Ok(text) => HttpResponse::build(status)
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .body(text),
        Err(error) => AppError::internal(error).error_response(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::super::home::HomePage;
    use super::*;

    fn text(page: &str, locale: Locale, data: &impl Serialize) -> String {
        TEMPLATES.as_ref().unwrap().render(&format!("{page}_{locale}"), data).unwrap()
    }

    #[test]
    fn every_page_renders_in_both_languages_whatever_is_told() {
        for locale in [Locale::Fr, Locale::En] {
            for fault in [
                None,
                Some("required"),
                Some("too_short"),
                Some("too_long"),
                Some("common"),
                Some("personal"),
            ] {
                let page = InvitationPage {
                    name: "Zoé <b>L’Hermite</b>",
                    asks_password: true,
                    may_keep: fault.is_none(),
                    shortest: 15,
                    sign_in_instead: false,
                    fault: fault.map(str::to_owned),
                };
                let html = text("invitation", locale, &page);
                assert!(html.contains("&lt;b&gt;"), "a name is text");
                assert_eq!(html.contains("role=\"alert\""), fault.is_some());
                assert_eq!(html.matches("<button").count(), 1);
                let told = html.split("role=\"alert\">").nth(1).and_then(|rest| rest.split("</p>").next());
                assert!(told.is_none_or(|told| told.trim().len() > 20), "{fault:?} is said in {locale}");
            }
            let refused = RefusalPage { gone: false, words: "Mots".to_owned() };
            assert!(text("invitation_refused", locale, &refused).contains("Mots"));
        }
    }

    #[test]
    fn the_reader_is_answered_in_a_language_asked_for() {
        let asking = |header: &'static str| {
            let request = TestRequest::get().append_header(("accept-language", header)).to_http_request();
            language(&request, Locale::Fr)
        };
        assert_eq!(asking("en-GB,en;q=0.9,fr;q=0.8"), Locale::En);
        assert_eq!(asking("de,fr;q=0.5,en;q=0.4"), Locale::Fr);
        assert_eq!(asking("de"), Locale::Fr, "otherwise, that of the account");
    }

    #[test]
    fn the_way_in_and_the_home_render_in_both_languages() {
        for locale in [Locale::Fr, Locale::En] {
            let name = Some("Zoé <b>L’Hermite</b>".to_owned());
            let inside = HomePage { name, roles: vec!["juror"], email: String::new(), fault: None };
            let html = text("home", locale, &inside);
            assert!(html.contains("&lt;b&gt;") && html.contains("/sign-out") && !html.contains("password"));
            let fault = Some("<i>Refus</i>".to_owned());
            let outside = HomePage { name: None, roles: vec![], email: "a\"@b.fr".to_owned(), fault };
            let html = text("home", locale, &outside);
            assert!(
                html.contains("role=\"alert\"")
                    && html.contains("&lt;i&gt;")
                    && html.contains("a&quot;@b.fr")
            );
        }
    }

    #[test]
    fn french_pages_keep_their_signs_on_the_line() {
        for page in ["invitation_fr", "invitation_refused_fr", "home_fr"] {
            let source = match page {
                "invitation_fr" => include_str!("../../templates/pages/invitation_fr.hbs"),
                "home_fr" => include_str!("../../templates/pages/home_fr.hbs"),
                _ => include_str!("../../templates/pages/invitation_refused_fr.hbs"),
            };
            for sign in [" :", "\u{20};", "\u{20}?", "\u{20}!"] {
                assert!(!source.contains(sign), "{page}: «{sign}» wants a no-break space");
            }
        }
    }
}
