//! On every answer: a request id, and headers that leave a browser no room. Around every request: one line
//! in the log, with the route's pattern and never the address, so that no token or name gets into it.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use uuid::Uuid;

const STRICT: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("strict-transport-security", "max-age=63072000"),
];

/// Swagger UI writes styles into its own page; nothing else on it is loosened.
const DOCUMENTATION: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// # Errors
/// Those of the service inside.
pub async fn strict(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    let documentation = request.path().starts_with("/api/v1/docs/");
    let mut response = next.call(request).await?;
    let pattern = response.request().match_pattern().unwrap_or_else(|| "-".to_owned());
    tracing::info!(request = %id, %method, route = %pattern, status = response.status().as_u16(), "request");
    let headers = response.headers_mut();
    if documentation {
        let name = HeaderName::from_static("content-security-policy");
        headers.insert(name, HeaderValue::from_static(DOCUMENTATION));
    }
    for (name, value) in STRICT {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
