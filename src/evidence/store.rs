//! Rows and queries of evidence.

use diesel::prelude::*;

use super::rows::{EvidenceLinkRow, EvidenceRow};
use crate::db::AnyConn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{enrolment, evidence, evidence_link};
use crate::error::AppError;
use crate::ids::{EnrolmentId, EvidenceId, LineId, VersionId};

pub fn version_of(conn: &mut AnyConn, id: EnrolmentId) -> Result<VersionId, AppError> {
    Ok(enrolment::table.find(id).select(enrolment::version_id).first(conn)?)
}

pub fn insert(conn: &mut AnyConn, row: EvidenceRow) -> Result<(), AppError> {
    diesel::insert_into(evidence::table).values(row).execute(conn)?;
    Ok(())
}

pub fn insert_links(conn: &mut AnyConn, rows: &[EvidenceLinkRow]) -> Result<(), AppError> {
    if !rows.is_empty() {
        crate::each!(conn, c => diesel::insert_into(evidence_link::table).values(rows).execute(c))?;
    }
    Ok(())
}

pub fn find(conn: &mut AnyConn, id: EvidenceId) -> Result<EvidenceRow, AppError> {
    Ok(evidence::table.find(id).select(EvidenceRow::as_select()).first(conn)?)
}

/// In the order in which they were filed.
pub fn page(
    conn: &mut AnyConn,
    of: EnrolmentId,
    after: Option<EvidenceId>,
    count: i64,
) -> Result<Vec<EvidenceRow>, AppError> {
    let mut query = evidence::table.filter(evidence::enrolment_id.eq(of)).into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(evidence::id.gt(after));
    }
    Ok(query.order(evidence::id.asc()).limit(count).select(EvidenceRow::as_select()).load(conn)?)
}

pub fn links(conn: &mut AnyConn, of: &[EvidenceId]) -> Result<Vec<EvidenceLinkRow>, AppError> {
    Ok(evidence_link::table
        .filter(evidence_link::evidence_id.eq_any(of))
        .select(EvidenceLinkRow::as_select())
        .load(conn)?)
}

pub fn linked_lines(conn: &mut AnyConn, of: EvidenceId) -> Result<Vec<LineId>, AppError> {
    Ok(evidence_link::table
        .filter(evidence_link::evidence_id.eq(of))
        .select(evidence_link::line_id)
        .load(conn)?)
}
