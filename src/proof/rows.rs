//! Each protected row against the last entry that names it, both ways.

use std::collections::HashSet;

use diesel::prelude::*;

use super::PROTECTED;
use super::entries::Named;
use super::report::{Fault, Report};
use crate::db::AnyConn;
use crate::db::schema::journal_entry;
use crate::error::AppError;
use crate::journal::RowDigest;
use crate::journal::act::EntryRow;

/// Entries looked up at a time to name what is missing.
const PAGE: usize = 500;

pub fn verify(conn: &mut AnyConn, named: Named, report: &mut Report) -> Result<(), AppError> {
    let mut left = named.0;
    for table in PROTECTED {
        (table.walk)(conn, &mut |row: RowDigest| {
            report.rows += 1;
            let found = left.remove(&Named::id(&row.table, &row.key));
            let (code, position, message) = match found {
                None => ("row_without_entry", None, "no act wrote this row"),
                Some((digest, position)) if hex::encode(digest) != row.digest => {
                    ("row_changed", Some(position), "not as the last act on it left it")
                }
                Some(_) => return,
            };
            report.fault(Fault { code, table: row.table, key: row.key, position, message });
        })?;
    }
    missing(conn, &left.into_iter().map(|(id, (_, position))| (id, position)).collect::<Vec<_>>(), report)
}

/// What the entries name and the tables do not hold.
fn missing(conn: &mut AnyConn, left: &[([u8; 16], i64)], report: &mut Report) -> Result<(), AppError> {
    let ids: HashSet<[u8; 16]> = left.iter().map(|(id, _)| *id).collect();
    let mut places: Vec<i64> = left.iter().map(|(_, place)| *place).collect();
    places.sort_unstable();
    places.dedup();
    for places in places.chunks(PAGE) {
        let entries: Vec<EntryRow> = journal_entry::table
            .filter(journal_entry::position.eq_any(places.iter().copied()))
            .order(journal_entry::position.asc())
            .load(conn)?;
        for entry in entries {
            let rows: Vec<RowDigest> = entry.rows.read().unwrap_or_default();
            for row in rows.into_iter().filter(|row| ids.contains(&Named::id(&row.table, &row.key))) {
                report.fault(Fault {
                    code: "row_missing",
                    table: row.table,
                    key: row.key,
                    position: entry.position,
                    message: "an act wrote this row and it is gone",
                });
            }
        }
    }
    Ok(())
}
