//! The standard of a cohort, and what of it an occasion needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;

use crate::db::schema::{cohort, referential_version};
use crate::db::{AnyConn, Json};
use crate::error::AppError;
use crate::ids::{CohortId, VersionId};
use crate::referential::model::Referential;
use crate::referential::versions::Versions;

/// # Errors
/// `not_found` when there is no such cohort.
pub fn version_of(conn: &mut AnyConn, of: CohortId) -> Result<VersionId, AppError> {
    Ok(cohort::table.find(of).select(cohort::version_id).first(conn)?)
}

/// # Errors
/// `not_found` when there is no such version.
pub fn referential(
    conn: &mut AnyConn,
    _versions: &Versions,
    id: VersionId,
) -> Result<Arc<Referential>, AppError> {
    let content: Json =
        referential_version::table.find(id).select(referential_version::content).first(conn)?;
    Ok(Arc::new(content.read()?))
}

/// The block of each method, both by their slug.
pub fn blocks_by_method(standard: &Referential) -> BTreeMap<&str, &str> {
    standard
        .blocks
        .iter()
        .flat_map(|block| block.methods.iter().map(|method| (method.id.as_str(), block.id.as_str())))
        .collect()
}
