//! One table of refusals: a stable code, a status, words for the person. The cause goes to the log.
//!
//! The API answers RFC 9457 problem documents; clients match on `code`, people read `title` and `detail`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

/// A refusal that a caller can understand and act on.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub code: &'static str,
    pub status: u16,
    /// French first; the interface shows it as it is.
    pub fr: String,
    pub en: String,
    /// Members added to the problem document (the present value, the faults…).
    pub more: Map<String, Value>,
}

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("refused: {}", .0.code)]
    Refused(Box<Refusal>),
    #[error("internal: {0}")]
    Internal(String),
}

/// What went wrong, for people: French and English.
pub type Words<'a> = (&'a str, &'a str);

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal;)*) => {
        /// Every code that this service answers, with its status: the contract of clients.
        pub const CODES: &[(&str, u16)] = &[$(($code, $status),)* ("not_found", 404), ("internal", 500)];
        impl AppError {
            $($(#[$doc])* pub fn $name(words: Words<'_>) -> Self { Self::refuse($code, $status, words) })*
        }
    };
}

refusals! {
    bad_request = "bad_request", 400;
    unauthenticated = "unauthenticated", 401;
    forbidden = "forbidden", 403;
    conflict = "conflict", 409;
    gone = "gone", 410;
    /// RFC 9110 §13.1.1: the value is not the one that the caller had seen.
    stale = "stale", 412;
    too_large = "too_large", 413;
    unsupported_media_type = "unsupported_media_type", 415;
    invalid = "invalid", 422;
    /// A rule of the field is broken; `more.rule` names it.
    rule_broken = "rule_broken", 422;
    signed = "sheet_signed", 423;
    /// RFC 6585 §3.
    precondition_required = "precondition_required", 428;
    too_many_attempts = "too_many_attempts", 429;
    busy = "busy", 503;
    /// The key of a save was used for another one.
    idempotency_key_reused = "idempotency_key_reused", 422;
    /// `more.faults` tells every one, with its line.
    referential_faults = "referential_faults", 422;
    /// The file of a cohort has faults; the report of the import is told as members.
    import_blocked = "import_blocked", 422;
    /// A published version has one content for ever.
    version_frozen = "version_frozen", 409;
}

impl AppError {
    pub fn refuse(code: &'static str, status: u16, (fr, en): Words<'_>) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            status,
            fr: fr.to_owned(),
            en: en.to_owned(),
            more: Map::new(),
        }))
    }

    /// The thing does not exist, or the caller has no business knowing that it does: the same words for both.
    pub fn not_found() -> Self {
        Self::refuse(
            "not_found",
            404,
            (
                "Rien ne se trouve à cette adresse, ou vous n’y avez pas accès.",
                "Nothing is here, or it is not yours to see.",
            ),
        )
    }

    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// A rule of the field, by its stable name.
    pub fn broken(rule: &str, words: Words<'_>) -> Self {
        Self::rule_broken(words).with("rule", rule)
    }

    /// Adds a member to the problem document.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.more.insert(key.to_owned(), value.into());
        }
        self
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Internal(_) => "internal",
        }
    }

    /// The body that is sent: RFC 9457, with our code and both languages.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(refusal) => Problem {
                kind: format!("urn:parchemin:{}", refusal.code),
                code: refusal.code.to_owned(),
                status: refusal.status,
                title: refusal.fr.clone(),
                title_en: refusal.en.clone(),
                more: refusal.more.clone(),
            },
            Self::Internal(_) => Problem {
                kind: "urn:parchemin:internal".to_owned(),
                code: "internal".to_owned(),
                status: 500,
                title: "Une erreur est survenue de notre côté ; rien n’a été enregistré.".to_owned(),
                title_en: "Something went wrong on our side; nothing was saved.".to_owned(),
                more: Map::new(),
            },
        }
    }
}

/// RFC 9457 problem document.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A URN that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stable, for programs.
    pub code: String,
    pub status: u16,
    /// In French.
    pub title: String,
    pub title_en: String,
    /// The present value, the faults found, the rule's name…
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: Map<String, Value>,
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        match error {
            Error::NotFound => Self::not_found(),
            Error::DatabaseError(Kind::UniqueViolation, info) => {
                let rule = info.constraint_name().unwrap_or_else(|| info.message()).to_owned();
                Self::conflict(("Cela existe déjà.", "This exists already.")).with("rule", rule)
            }
            Error::DatabaseError(Kind::SerializationFailure, _) => Self::busy((
                "Le service est très sollicité ; réessayez dans un instant.",
                "The service is busy; try again in a moment.",
            )),
            other => Self::internal(other),
        }
    }
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("json: {error}"))
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(cause) = self {
            tracing::error!(cause, "internal error");
        }
        let problem = self.problem();
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header(("content-type", "application/problem+json; charset=utf-8"));
        if problem.status == 401 {
            // RFC 9110 §11.6.1.
            answer.insert_header(("www-authenticate", "Bearer"));
        }
        if matches!(problem.status, 503 | 429) {
            answer.insert_header(("retry-after", "1"));
        }
        answer.body(serde_json::to_string(&problem).unwrap_or_default())
    }
}
