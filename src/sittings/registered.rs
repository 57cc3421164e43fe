//! A sitting is held while what it assesses may still be awarded.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{centre, cohort};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{CohortId, VersionId};
use crate::referential::registration;

/// # Errors
/// `rule_broken` with `sitting_after_last_issue` when it ends, by the calendar of the centre, after the last
/// day on which the certification may be awarded.
pub fn refuse_after_last_issue(conn: &mut AnyConn, of: CohortId, ends_at: At) -> Result<(), AppError> {
    let version: VersionId = cohort::table.find(of).select(cohort::version_id).first(conn)?;
    let Some(row) = registration::find(conn, version)? else { return Ok(()) };
    let dates = registration::dates(&row)?;
    let day = local_day(conn, of, ends_at)?;
    match dates.last_issue_on.or(dates.registered_until).filter(|last| *last < day) {
        Some(last) => Err(too_late(last)),
        None => Ok(()),
    }
}

/// The day of a moment by the calendar of the centre.
///
/// # Errors
/// `not_found` when there is no such cohort.
pub fn local_day(conn: &mut AnyConn, of: CohortId, at: At) -> Result<NaiveDate, AppError> {
    let zone: String = cohort::table
        .inner_join(centre::table)
        .filter(cohort::id.eq(of))
        .select(centre::timezone)
        .first(conn)?;
    let zone: chrono_tz::Tz = zone.parse().map_err(AppError::internal)?;
    Ok(at.utc().with_timezone(&zone).date_naive())
}

fn too_late(last: NaiveDate) -> AppError {
    AppError::broken(
        "sitting_after_last_issue",
        (
            "Cette session finirait après le dernier jour où la certification peut être délivrée.",
            "This sitting would end after the last day on which the certification may be awarded.",
        ),
    )
    .with("last_issue_on", last.to_string())
}
