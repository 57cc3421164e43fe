//! Saves that can be sent again: the answer given once is given again (MODEL §7).
//!
//! A key belongs to one person and one request. Answers 200, 412, 422 and 423 are kept for thirty days; a
//! 5xx is not, so that the same key may try again.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::access::Ticket;
use crate::db::schema::idempotency;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::AccountId;

/// Days for which an answer is kept.
pub const KEPT_DAYS: i64 = 30;

/// Under which key, and what exactly. A key is its owner's: two people may use the same.
#[derive(Debug, Clone)]
pub struct Repeat {
    key: String,
    request: Bytes,
}

impl Repeat {
    /// From the `Idempotency-Key` header: 1 to 255 visible characters.
    ///
    /// # Errors
    /// `precondition_required` without one, `bad_request` for one of another shape.
    pub fn of(request: &HttpRequest, body: &Value) -> Result<Self, AppError> {
        let key = header(request.headers(), "idempotency-key")?.ok_or_else(|| {
            AppError::precondition_required((
                "L’en-tête Idempotency-Key manque : sans lui, un envoi répété ne se reconnaît pas.",
                "The Idempotency-Key header is missing: without it a repeated save cannot be told.",
            ))
        })?;
        if key.is_empty() || key.len() > 255 {
            return Err(AppError::bad_request((
                "L’en-tête Idempotency-Key compte de 1 à 255 caractères.",
                "The Idempotency-Key header has 1 to 255 characters.",
            )));
        }
        let mut hash = Sha256::new();
        hash.update(request.method().as_str());
        hash.update(b"\n");
        hash.update(request.path());
        hash.update(b"\n");
        hash.update(header(request.headers(), "if-match")?.unwrap_or_default());
        hash.update(b"\n");
        hash.update(body.to_string());
        Ok(Self { key: key.to_owned(), request: Bytes(hash.finalize().to_vec()) })
    }

    /// The answer already given to this very request.
    ///
    /// # Errors
    /// `invalid` when the key was used for another request.
    pub fn earlier(&self, conn: &mut AnyConn, account: AccountId) -> Result<Option<Answer>, AppError> {
        let found: Option<(Bytes, i32, String)> = idempotency::table
            .find((account, &self.key))
            .select((idempotency::request_digest, idempotency::status, idempotency::answer))
            .first(conn)
            .optional()?;
        match found {
            None => Ok(None),
            Some((request, status, body)) if request == self.request => {
                Ok(Some(Answer { status: u16::try_from(status).map_err(AppError::internal)?, body }))
            }
            Some(_) => Err(reused()),
        }
    }

    /// Keeps the answer, in the transaction of the save.
    ///
    /// # Errors
    /// `invalid` when the key was used for another request: the transaction is to be undone.
    pub fn keep(
        &self,
        conn: &mut AnyConn,
        account: AccountId,
        answer: &Answer,
        at: At,
    ) -> Result<(), AppError> {
        let row = self.kept(account, answer, at);
        let insert = diesel::insert_into(idempotency::table).values(row).on_conflict_do_nothing();
        let kept = crate::each!(conn, c => insert.execute(c))?;
        if kept == 1 { Ok(()) } else { Err(reused()) }
    }

    /// The row by which an answer is kept.
    pub fn kept<'a>(&'a self, account: AccountId, answer: &'a Answer, at: At) -> KeptAnswer<'a> {
        KeptAnswer {
            account_id: account,
            idempotency_key: &self.key,
            request_digest: &self.request,
            status: i32::from(answer.status),
            answer: &answer.body,
            created_at: at,
        }
    }
}

/// An answer as it is kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = idempotency)]
pub struct KeptAnswer<'a> {
    pub account_id: AccountId,
    pub idempotency_key: &'a str,
    pub request_digest: &'a Bytes,
    pub status: i32,
    pub answer: &'a str,
    pub created_at: At,
}

/// The key was used for another request: what was written with it is to be undone.
pub fn reused() -> AppError {
    AppError::idempotency_key_reused((
        "Cette clé d’envoi a déjà servi pour une autre demande ; rien n’a été enregistré.",
        "This key was used for another request; nothing was saved.",
    ))
}

/// What is answered to a save, now and each time it is sent again.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// JSON.
    pub body: String,
}

impl Answer {
    /// # Errors
    /// What cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, AppError> {
        Ok(Self { status: 200, body: serde_json::to_string(body)? })
    }

    /// A refusal that is kept like any other answer.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub fn refusal(error: &AppError) -> Result<Self, AppError> {
        let problem = error.problem();
        Ok(Self { status: problem.status, body: serde_json::to_string(&problem)? })
    }

    /// Its entity tag is the version that the body names.
    pub fn respond(self) -> actix_web::HttpResponse {
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<i64>,
        }
        let status = actix_web::http::StatusCode::from_u16(self.status)
            .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = actix_web::HttpResponse::build(status);
        if let Ok(Versioned { version: Some(version) }) = serde_json::from_str(&self.body) {
            response.insert_header(("etag", format!("\"{version}\"")));
        }
        let kind =
            if self.status < 400 { "application/json" } else { "application/problem+json; charset=utf-8" };
        response.content_type(kind).body(self.body)
    }
}

/// The version that the caller had seen, from `If-Match: "3"` (RFC 9110 §13.1.1).
///
/// # Errors
/// `precondition_required` without the header, `bad_request` for one that names no version.
pub fn seen_version(request: &HttpRequest) -> Result<i32, AppError> {
    let header = header(request.headers(), "if-match")?.ok_or_else(|| {
        AppError::precondition_required((
            "L’en-tête If-Match manque : il dit quelle version vous aviez sous les yeux (\"0\" pour aucune).",
            "The If-Match header is missing: it names the version that you had seen (\"0\" for none).",
        ))
    })?;
    header
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|digits| digits.parse::<i32>().ok())
        .filter(|version| *version >= 0)
        .ok_or_else(|| {
            AppError::bad_request((
                "L’en-tête If-Match nomme une version entre guillemets, par exemple \"3\".",
                "The If-Match header names one version in quotes, for instance \"3\".",
            ))
        })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, AppError> {
    headers
        .get(name)
        .map(|value| {
            value.to_str().map_err(|_| {
                AppError::bad_request(("Un en-tête ne se lit pas.", "A header cannot be read."))
                    .with("header", name)
            })
        })
        .transpose()
}

/// The response to a save. A key that was taken while the save ran is looked up once more: the same request
/// gets the answer that the other one was given.
///
/// # Errors
/// Those of the save.
pub async fn answered(
    app: &crate::state::App,
    (ticket, repeat): (Ticket, &Repeat),
    saved: Result<Answer, AppError>,
) -> Result<actix_web::HttpResponse, AppError> {
    match saved {
        Err(AppError::Refused(refusal)) if refusal.code == "idempotency_key_reused" => {
            let again = repeat.clone();
            let look = move |conn: &mut AnyConn| {
                let account = ticket.caller(conn)?.account;
                again.earlier(conn, account)
            };
            match app.db.read_one(look).await? {
                Some(answer) => Ok(answer.respond()),
                None => Err(AppError::Refused(refusal)),
            }
        }
        saved => saved.map(|answer| answer.respond()),
    }
}
