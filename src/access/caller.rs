//! From a request to the person behind it.

use std::future::Ready;

use super::model::Caller;
use crate::error::AppError;

impl actix_web::FromRequest for Caller {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(_: &actix_web::HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Err(AppError::unauthenticated(("Connectez-vous.", "Sign in."))))
    }
}
