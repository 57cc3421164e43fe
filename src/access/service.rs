//! The use cases of this subject.

use crate::db::{AnyConn, At};
use crate::error::AppError;

pub fn first_invitation(_conn: &mut AnyConn, _at: At) -> Result<Option<String>, AppError> {
    Ok(None)
}
