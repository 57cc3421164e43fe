//! From a request to the person behind it.
//!
//! A token comes in the `Authorization` header or in the cookie of the pages. Either names a login, and the
//! login is looked up each time: what is ended, disabled or taken back is so at the next request.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use actix_web::cookie::time::Duration as CookieSpan;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderValue, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use serde_json::Value;

use super::model::Caller;
use super::store;
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::LoginId;
use crate::state::{App, AppState};

/// A refusal at the door: 401 names the way in (RFC 9110 §11.6.1), 429 says when to come back.
#[derive(Debug)]
pub struct DoorError(pub AppError);

impl std::fmt::Display for DoorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<AppError> for DoorError {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl ResponseError for DoorError {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.0.error_response();
        let headers = response.headers_mut();
        if self.status_code() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let AppError::Refused(refusal) = &self.0
            && let Some(seconds) = refusal.more.get("retry_after").and_then(Value::as_i64)
        {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// How a token was sent: a browser adds a cookie by itself, wherever the request comes from.
enum Sent {
    Header(String),
    Cookie(String),
}

impl FromRequest for Caller {
    type Error = DoorError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, DoorError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await.map_err(DoorError) })
    }
}

/// Somebody signed in, or nobody: for pages that everybody may open.
#[derive(Debug)]
pub struct MaybeCaller(pub Option<Caller>);

impl FromRequest for MaybeCaller {
    type Error = DoorError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, DoorError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match identify(&request).await {
                Ok(caller) => Ok(Self(Some(caller))),
                Err(error) if error.code() == "unauthenticated" => Ok(Self(None)),
                Err(error) => Err(DoorError(error)),
            }
        })
    }
}

/// A token that reads, whose login has still to be looked at. Saves ask in their own transaction: the right and
/// the writing are then of one moment (ASVS 5.0, 15.4.2), and no second connection is taken.
#[derive(Debug, Clone, Copy)]
pub struct Ticket {
    login: LoginId,
    at: At,
}

impl Ticket {
    /// The login that the token names, and the moment at which it has to hold.
    pub fn login(self) -> (LoginId, At) {
        (self.login, self.at)
    }

    /// The person behind it, if the login still holds.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub fn caller(self, conn: &mut AnyConn) -> Result<Caller, AppError> {
        store::caller(conn, self.login, self.at)?.ok_or_else(sign_in)
    }
}

impl FromRequest for Ticket {
    type Error = DoorError;
    type Future = std::future::Ready<Result<Self, DoorError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(ticket(request).map(|(_, ticket)| ticket).map_err(DoorError))
    }
}

async fn identify(request: &HttpRequest) -> Result<Caller, AppError> {
    let (app, ticket) = ticket(request)?;
    app.db.read_one(move |conn| ticket.caller(conn)).await
}

fn ticket(request: &HttpRequest) -> Result<(App, Ticket), AppError> {
    let app = request.app_data::<App>().cloned().ok_or_else(|| AppError::internal("no state"))?;
    let token = match sent(request, &app)? {
        Sent::Header(token) => token,
        Sent::Cookie(token) => {
            if !request.method().is_safe() && !is_from_here(request, &app.public_url) {
                return Err(foreign());
            }
            token
        }
    };
    let at = app.clock.now();
    let login = app.tokens.login(&token, at).map_err(|refused| {
        tracing::debug!(%refused, "token refused");
        sign_in()
    })?;
    Ok((app, Ticket { login, at }))
}

fn sign_in() -> AppError {
    AppError::unauthenticated((
        "Connectez-vous, ou ouvrez de nouveau votre lien d’invitation.",
        "Sign in, or open your invitation link again.",
    ))
}

fn foreign() -> AppError {
    AppError::forbidden((
        "Cette demande ne vient pas d’une page de ce service ; rien n’a été fait.",
        "This request does not come from a page of this service; nothing was done.",
    ))
    .with("rule", "same_origin")
}

/// The header decides alone when there is one: a bad token is not made good by a cookie.
fn sent(request: &HttpRequest, app: &AppState) -> Result<Sent, AppError> {
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        let (scheme, token) =
            header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(sign_in)?;
        return if scheme.eq_ignore_ascii_case("bearer") {
            Ok(Sent::Header(token.to_owned()))
        } else {
            Err(sign_in())
        };
    }
    let cookie = request.cookie(cookie_name(&app.public_url)).ok_or_else(sign_in)?;
    Ok(Sent::Cookie(cookie.value().to_owned()))
}

/// Whether a browser sent this from one of our own pages (ASVS 5.0, 3.5.1).
fn is_from_here(request: &HttpRequest, public_url: &str) -> bool {
    match header(request, "sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => header(request, ORIGIN.as_str()).is_some_and(|origin| origin == origin_of(public_url)),
    }
}

/// Whether a browser says that another site sent this. A form of ours on plain http carries neither
/// `Sec-Fetch-Site` nor a readable `Origin` (its page sends no referrer), hence the doubt in its favour:
/// for what a cookie does not open by itself.
pub(super) fn is_from_elsewhere(request: &HttpRequest, public_url: &str) -> bool {
    match header(request, "sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => header(request, ORIGIN.as_str()).is_some_and(|o| o != "null" && o != origin_of(public_url)),
    }
}

pub fn refuse_from_elsewhere(request: &HttpRequest, public_url: &str) -> Result<(), AppError> {
    if is_from_elsewhere(request, public_url) { Err(foreign()) } else { Ok(()) }
}

fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url.get(host..).and_then(|rest| rest.find('/')).map_or(url, |end| url.get(..host + end).unwrap_or(url))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Where the request comes from. A proxy on this machine is believed, and nobody else: the last address that
/// it wrote is the one that it saw.
pub(super) fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !peer.is_loopback() {
        return Some(peer);
    }
    let told = request.headers().get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok());
    told.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok()).or(Some(peer))
}

/// `__Host-`: no neighbour under the same domain can set it, which only https allows.
fn cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-parchemin" } else { "parchemin" }
}

/// The cookie by which pages are signed in.
pub(super) fn cookie(public_url: &str, token: String, at: At, until: At) -> Cookie<'static> {
    let span = CookieSpan::seconds((until.utc() - at.utc()).num_seconds().max(0));
    Cookie::build(cookie_name(public_url), token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(public_url.starts_with("https://"))
        .max_age(span)
        .finish()
}

pub(super) fn no_cookie(public_url: &str) -> Cookie<'static> {
    let mut cookie = cookie(
        public_url,
        String::new(),
        At::from(chrono::DateTime::UNIX_EPOCH),
        At::from(chrono::DateTime::UNIX_EPOCH),
    );
    cookie.make_removal();
    cookie
}

/// A browser that fetches ahead of its reader: nobody has pressed anything.
pub(super) fn is_prefetch(request: &HttpRequest) -> bool {
    ["purpose", "sec-purpose", "x-moz"].iter().any(|name| {
        header(request, name).is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const OURS: &str = "https://certif.exemple.fr/parchemin";

    fn with(headers: &[(&'static str, &'static str)]) -> HttpRequest {
        let request = TestRequest::post().peer_addr("127.0.0.1:9".parse().unwrap());
        headers.iter().fold(request, |request, header| request.append_header(*header)).to_http_request()
    }

    #[test]
    fn a_cookie_counts_from_our_own_pages_alone() {
        for (headers, ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://certif.exemple.fr")], false),
            (&[("origin", "https://certif.exemple.fr")], true),
            (&[("origin", "http://certif.exemple.fr")], false),
            (&[("origin", "https://certif.exemple.fr.evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(is_from_here(&with(headers), OURS), ours, "{headers:?}");
        }
    }

    #[test]
    fn a_link_is_not_opened_by_another_site() {
        for (headers, elsewhere) in [
            (&[("sec-fetch-site", "cross-site")][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], false),
            (&[("origin", "https://evil.example")], true),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(is_from_elsewhere(&with(headers), OURS), elsewhere, "{headers:?}");
        }
    }

    #[test]
    fn a_proxy_is_believed_on_this_machine_only() {
        let forged = ("x-forwarded-for", "203.0.113.9, 198.51.100.7");
        assert_eq!(address(&with(&[forged])).unwrap().to_string(), "198.51.100.7");
        assert_eq!(address(&with(&[])).unwrap().to_string(), "127.0.0.1");
        let far = TestRequest::post().peer_addr("192.0.2.1:9".parse().unwrap()).append_header(forged);
        assert_eq!(address(&far.to_http_request()).unwrap().to_string(), "192.0.2.1");
    }

    #[test]
    fn the_cookie_is_the_hosts_own_where_it_can_be() {
        let at = At::from(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let until = at.plus(chrono::Duration::hours(12));
        assert_eq!(
            cookie(OURS, "t".to_owned(), at, until).to_string(),
            "__Host-parchemin=t; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=43200"
        );
        assert_eq!(
            cookie("http://127.0.0.1:80", "t".to_owned(), at, until).to_string(),
            "parchemin=t; HttpOnly; SameSite=Lax; Path=/; Max-Age=43200"
        );
    }

    #[test]
    fn what_a_browser_fetches_ahead_is_told() {
        assert!(is_prefetch(&with(&[("sec-purpose", "prefetch;prerender")])));
        assert!(is_prefetch(&with(&[("purpose", "prefetch")])));
        assert!(!is_prefetch(&with(&[])));
    }
}
