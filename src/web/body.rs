//! JSON bodies, parsed and checked at the door.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::error::AppError;

/// Largest JSON body, in bytes: a grid of 141 lines with long comments is under half of it.
pub const JSON_LIMIT: usize = 2 * 1024 * 1024;

/// A JSON body of the right shape whose bounds hold. Unknown fields, wrong types and values out of bounds
/// are answered before any handler runs.
#[derive(Debug)]
pub struct Checked<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Checked<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Json::<T>::from_request(request, payload);
        Box::pin(async move {
            let value = body.await.map_err(AppError::from_actix)?.into_inner();
            value.validate().map_err(|errors| invalid(&errors))?;
            Ok(Self(value))
        })
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
        if let Some(json) = error.as_error::<JsonPayloadError>() {
            return Self::from_json(json);
        }
        if error.as_error::<PathError>().is_some() {
            return Self::not_found();
        }
        if error.as_error::<QueryPayloadError>().is_some() {
            return Self::bad_request((
                "Les paramètres de l’adresse ne se lisent pas.",
                "The query cannot be read.",
            ));
        }
        let status = error.as_response_error().status_code().as_u16();
        match status {
            413 => Self::too_large(("L’envoi dépasse la taille permise.", "What was sent is too large.")),
            _ => Self::bad_request(("La requête ne se lit pas.", "The request cannot be read.")),
        }
    }

    fn from_json(error: &JsonPayloadError) -> Self {
        match error {
            JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
                Self::too_large(("L’envoi dépasse la taille permise.", "What was sent is too large."))
            }
            JsonPayloadError::ContentType => Self::unsupported_media_type((
                "Un contenu application/json est attendu.",
                "A body of type application/json is expected.",
            )),
            JsonPayloadError::Deserialize(cause) if cause.is_data() => Self::invalid((
                "Le contenu n’a pas la forme attendue ; rien n’a été enregistré.",
                "The content does not have the expected shape; nothing was saved.",
            ))
            .with("faults", vec![json!({ "line": cause.line(), "column": cause.column(), "code": "shape" })]),
            _ => Self::bad_request((
                "Le contenu n’est pas du JSON lisible.",
                "The content is not readable JSON.",
            )),
        }
    }
}
