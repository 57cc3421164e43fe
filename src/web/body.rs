//! JSON bodies, parsed and checked at the door.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::text::is_hidden_in_lines;
use crate::error::AppError;

/// Largest JSON body, in bytes: a grid of 141 lines with long comments is under half of it.
pub const JSON_LIMIT: usize = 2 * 1024 * 1024;

/// A JSON body of the right shape whose bounds hold and whose words can all be seen. Unknown fields, wrong
/// types and values out of bounds are answered before any handler runs. Texts may have line breaks; other
/// control characters, which PostgreSQL cannot even keep (NUL), and hidden ones are refused.
#[derive(Debug)]
pub struct Checked<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Checked<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = json_bytes(request, payload);
        Box::pin(async move {
            let bytes = body.await?;
            let words: Value = serde_json::from_slice(&bytes).map_err(|cause| AppError::from_json(&cause))?;
            refuse_hidden(&words)?;
            parse(&bytes).map(Self)
        })
    }
}

/// A JSON body whose text is read by rules of its own, such as the YAML of a référentiel.
#[derive(Debug)]
pub struct CheckedShape<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for CheckedShape<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = json_bytes(request, payload);
        Box::pin(async move { parse(&body.await?).map(Self) })
    }
}

fn json_bytes(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, AppError>> + 'static {
    let kind = request.content_type().to_ascii_lowercase();
    let bytes = web::Bytes::from_request(request, payload);
    async move {
        if kind != "application/json" {
            return Err(AppError::unsupported_media_type((
                "Un contenu application/json est attendu.",
                "A body of type application/json is expected.",
            )));
        }
        bytes.await.map_err(AppError::from_actix)
    }
}

fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, AppError> {
    let value: T = serde_json::from_slice(bytes).map_err(|cause| AppError::from_json(&cause))?;
    check(&value)?;
    Ok(value)
}

fn refuse_hidden(body: &Value) -> Result<(), AppError> {
    let mut faults = Vec::new();
    hidden(body, String::new(), &mut faults);
    if faults.is_empty() {
        return Ok(());
    }
    Err(AppError::invalid((
        "Un texte contient un caractère qui ne se voit pas\u{a0}; rien n’a été enregistré.",
        "A text holds a character that cannot be seen; nothing was saved.",
    ))
    .with("faults", faults))
}

/// `at` names the place as validation does: `scores[0].score.comment`.
fn hidden(value: &Value, at: String, faults: &mut Vec<Value>) {
    match value {
        Value::String(text) if text.chars().any(is_hidden_in_lines) => {
            faults.push(json!({ "field": at, "code": "hidden_character" }));
        }
        Value::Array(items) => {
            let places = items.iter().enumerate();
            places.for_each(|(index, inner)| hidden(inner, format!("{at}[{index}]"), faults));
        }
        Value::Object(members) => {
            let dot = if at.is_empty() { "" } else { "." };
            members.iter().for_each(|(name, inner)| hidden(inner, format!("{at}{dot}{name}"), faults));
        }
        _ => {}
    }
}

/// The same check for a value that did not come through [`Checked`].
///
/// # Errors
/// `invalid`, with each faulty field.
pub fn check<T: Validate>(value: &T) -> Result<(), AppError> {
    value.validate().map_err(|errors| invalid(&errors))
}

fn invalid(errors: &ValidationErrors) -> AppError {
    let mut faults = Vec::new();
    collect(errors, "", &mut faults);
    AppError::invalid((
        "Certaines valeurs ne sont pas acceptées ; rien n’a été enregistré.",
        "Some values are not accepted; nothing was saved.",
    ))
    .with("faults", faults)
}

fn collect(errors: &ValidationErrors, prefix: &str, faults: &mut Vec<Value>) {
    for (field, kind) in errors.errors() {
        let path = if prefix.is_empty() { field.to_string() } else { format!("{prefix}.{field}") };
        match kind {
            ValidationErrorsKind::Field(found) => {
                faults.extend(found.iter().map(|one| json!({ "field": path, "code": one.code })));
            }
            ValidationErrorsKind::Struct(inner) => collect(inner, &path, faults),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &format!("{path}[{index}]"), faults);
                }
            }
        }
    }
}

impl AppError {
    /// A refusal of the framework's own extractors, in our words. The parser's message names the field and
    /// the place, never a value that we would have to hide.
    pub fn from_actix(error: actix_web::Error) -> Self {
        if let Some(Self::Refused(ours)) = error.as_error::<Self>() {
            return Self::Refused(ours.clone());
        }
        if error.as_error::<PathError>().is_some() {
            return Self::not_found();
        }
        if error.as_error::<QueryPayloadError>().is_some() {
            return Self::bad_request(("Les paramètres de l’adresse ne se lisent pas.", "The query cannot be read."));
        }
        let status = error.as_response_error().status_code().as_u16();
        match status {
            413 => Self::too_large(("L’envoi dépasse la taille permise.", "What was sent is too large.")),
            _ => Self::bad_request(("La requête ne se lit pas.", "The request cannot be read.")),
        }
    }

    fn from_json(cause: &serde_json::Error) -> Self {
        if !cause.is_data() {
            return Self::bad_request((
                "Le contenu n’est pas du JSON lisible.",
                "The content is not readable JSON.",
            ));
        }
        let fault = json!({ "line": cause.line(), "column": cause.column(), "code": "shape" });
        Self::invalid((
            "Le contenu n’a pas la forme attendue\u{a0}; rien n’a été enregistré.",
            "The content does not have the expected shape; nothing was saved.",
        ))
        .with("faults", vec![fault])
    }
}
