//! The use cases of this subject.

use crate::db::{AnyConn, At};
use crate::error::AppError;

pub fn first_invitation(_conn: &mut AnyConn, _at: At) -> Result<Option<String>, AppError> {
    Ok(None)
}

pub fn invite_by_service(
    _conn: &mut AnyConn,
    _email: &str,
    _name: &str,
    _role: super::rows::Role,
    _at: At,
) -> Result<String, AppError> {
    Ok(String::new())
}
