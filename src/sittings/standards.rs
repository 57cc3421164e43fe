//! The standard of a cohort, as an occasion needs it.

use std::sync::Arc;

use diesel::prelude::*;

use crate::db::AnyConn;
use crate::db::schema::cohort;
use crate::error::AppError;
use crate::ids::{CohortId, VersionId};
use crate::referential::versions::{Version, Versions};

/// # Errors
/// `not_found` when there is no such cohort.
pub fn of_cohort(conn: &mut AnyConn, versions: &Versions, of: CohortId) -> Result<Arc<Version>, AppError> {
    let version: VersionId = cohort::table.find(of).select(cohort::version_id).first(conn)?;
    versions.get(conn, version)
}

/// The block, by its slug, that a method belongs to.
pub fn block_of<'a>(version: &'a Version, method: &str) -> Option<&'a str> {
    version.method(method).map(|(block, _)| block.id.as_str())
}
