//! Rows and queries of the standard.

use diesel::prelude::*;

use super::rows::{LineRow, VersionRow, VersionState};
use crate::db::schema::{line, referential_version};
use crate::db::{AnyConn, At, Bytes, for_update};
use crate::error::AppError;
use crate::ids::VersionId;

/// A version without its content, which is long.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = referential_version)]
pub struct VersionHead {
    pub id: VersionId,
    pub code: String,
    pub version: String,
    pub title: String,
    pub state: VersionState,
    pub content_hash: Bytes,
    pub created_at: At,
    pub published_at: Option<At>,
}

pub fn find(conn: &mut AnyConn, id: VersionId) -> Result<VersionRow, AppError> {
    Ok(referential_version::table.find(id).select(VersionRow::as_select()).first(conn)?)
}

/// Held until the end: a publication and a replacement of the same draft exclude one another.
pub fn hold(conn: &mut AnyConn, id: VersionId) -> Result<VersionRow, AppError> {
    Ok(for_update(referential_version::table.find(id).select(VersionRow::as_select())).get_result(conn)?)
}

pub fn hold_by_name(conn: &mut AnyConn, code: &str, version: &str) -> Result<Option<VersionRow>, AppError> {
    let named = referential_version::table
        .filter(referential_version::code.eq(code))
        .filter(referential_version::version.eq(version))
        .select(VersionRow::as_select());
    Ok(for_update(named).get_result(conn).optional()?)
}

/// In the order in which they were first loaded.
pub fn page(conn: &mut AnyConn, after: Option<VersionId>, count: i64) -> Result<Vec<VersionHead>, AppError> {
    let mut query = referential_version::table.into_boxed::<crate::db::conn::MultiBackend>();
    if let Some(after) = after {
        query = query.filter(referential_version::id.gt(after));
    }
    Ok(query.order(referential_version::id.asc()).limit(count).select(VersionHead::as_select()).load(conn)?)
}

pub fn insert(conn: &mut AnyConn, row: VersionRow) -> Result<(), AppError> {
    diesel::insert_into(referential_version::table).values(row).execute(conn)?;
    Ok(())
}

/// What may change of a version: everything but its name, as long as it is a draft.
pub fn update(conn: &mut AnyConn, row: &VersionRow) -> Result<(), AppError> {
    diesel::update(referential_version::table.find(row.id))
        .set((
            referential_version::title.eq(&row.title),
            referential_version::state.eq(row.state),
            referential_version::content.eq(&row.content),
            referential_version::content_hash.eq(&row.content_hash),
            referential_version::published_at.eq(row.published_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn insert_lines(conn: &mut AnyConn, rows: &Vec<LineRow>) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(line::table).values(rows).execute(c))?;
    Ok(())
}

pub fn lines(conn: &mut AnyConn, version: VersionId) -> Result<Vec<LineRow>, AppError> {
    Ok(line::table.filter(line::version_id.eq(version)).select(LineRow::as_select()).load(conn)?)
}
