//! Each protected row against the last entry that names it, both ways.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::PROTECTED;
use super::report::{Code, Fault, Report};
use crate::db::AnyConn;
use crate::db::schema::journal_entry;
use crate::error::AppError;
use crate::journal::RowDigest;
use crate::journal::act::EntryRow;
use sha2::{Digest, Sha256};

/// Entries looked up at a time to name what is missing.
const PAGE: usize = 500;
/// Stands for the place of an entry that has none.
const NO_PLACE: i64 = i64::MAX;

/// The digest under which each row was last named, and by which entry. Rows are known by a hash of their
/// name, so that millions of them fit in memory.
#[derive(Default)]
pub struct Named(HashMap<[u8; 16], ([u8; 32], i64)>);

impl Named {
    fn id(row: &RowDigest) -> [u8; 16] {
        let mut short = [0; 16];
        let whole: [u8; 32] = Sha256::digest(format!("{}\n{}", row.table, row.key)).into();
        short.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        short
    }

    /// Notes the rows of an entry; later ones count before earlier ones.
    pub fn note(&mut self, entry: &EntryRow) {
        // A list that does not read is not the one that was placed: its leaf tells so.
        let rows: Vec<RowDigest> = entry.rows.read().unwrap_or_default();
        for row in rows {
            let mut digest = [0; 32];
            // A digest that does not read equals none: the row is then told as changed.
            let _ = hex::decode_to_slice(&row.digest, &mut digest);
            self.0.insert(Self::id(&row), (digest, entry.position.unwrap_or(NO_PLACE)));
        }
    }
}

pub fn verify(conn: &mut AnyConn, named: Named, report: &mut Report) -> Result<(), AppError> {
    let mut left = named.0;
    for table in PROTECTED {
        (table.walk)(conn, &mut |row: Option<RowDigest>| {
            report.rows += 1;
            let Some(row) = row else {
                return report.fault(Fault::new(Code::RowUnreadable, table.name, "", None));
            };
            let (code, position) = match left.remove(&Named::id(&row)) {
                None => (Code::RowWithoutEntry, None),
                Some((digest, position)) if hex::encode(digest) != row.digest => {
                    (Code::RowChanged, Some(position).filter(|place| *place != NO_PLACE))
                }
                Some(_) => return,
            };
            report.fault(Fault::new(code, &row.table, &row.key, position));
        })?;
    }
    missing(conn, &left.into_iter().map(|(id, (_, position))| (id, position)).collect::<Vec<_>>(), report)
}

/// What the entries name and the tables do not hold.
fn missing(conn: &mut AnyConn, left: &[([u8; 16], i64)], report: &mut Report) -> Result<(), AppError> {
    let mut ids: HashSet<[u8; 16]> = left.iter().map(|(id, _)| *id).collect();
    let mut places: Vec<i64> = left.iter().map(|(_, place)| *place).collect();
    places.sort_unstable();
    places.dedup();
    let mut name = |entry: &EntryRow, report: &mut Report| {
        let rows: Vec<RowDigest> = entry.rows.read().unwrap_or_default();
        for row in rows {
            if ids.remove(&Named::id(&row)) {
                report.fault(Fault::new(Code::RowMissing, &row.table, &row.key, entry.position));
            }
        }
    };
    for places in places.chunks(PAGE) {
        let entries: Vec<EntryRow> = journal_entry::table
            .filter(journal_entry::position.eq_any(places.iter().copied()))
            .order(journal_entry::position.asc())
            .load(conn)?;
        entries.iter().for_each(|entry| name(entry, report));
    }
    if places.last() == Some(&NO_PLACE) {
        crate::each_row!(
            conn,
            journal_entry::table.filter(journal_entry::position.is_null()).order(journal_entry::id.asc()) => EntryRow,
            entry => if let Some(entry) = entry { name(&entry, report) }
        );
    }
    Ok(())
}
