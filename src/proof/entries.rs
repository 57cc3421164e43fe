//! The log itself: places, leaves, stored hashes, signed heads.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use tlog_tiles::checkpoint::Checkpoint as Head;
use tlog_tiles::tlog::stored_hash_count;

use super::KeptHead;
use super::report::{Fault, HeadView, Report};
use crate::db::schema::{journal_checkpoint, journal_entry, journal_hash};
use crate::db::{AnyConn, Bytes};
use crate::error::AppError;
use crate::journal::act::EntryRow;
use crate::journal::log::Growing;
use crate::journal::{RowDigest, keys};

/// Entries read at a time.
const PAGE: i64 = 2_000;

/// The digest under which each row was last named, and by which entry. Rows are known by a hash of their
/// name, so that millions of them fit in memory.
#[derive(Default)]
pub struct Named(pub HashMap<[u8; 16], ([u8; 32], i64)>);

impl Named {
    pub fn id(table: &str, key: &str) -> [u8; 16] {
        let mut short = [0; 16];
        let whole: [u8; 32] = Sha256::digest(format!("{table}\n{key}")).into();
        short.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        short
    }

    fn note(&mut self, row: &RowDigest, position: i64) {
        let mut digest = [0; 32];
        // A digest that does not read equals none: the row is then told as changed.
        let _ = hex::decode_to_slice(&row.digest, &mut digest);
        self.0.insert(Self::id(&row.table, &row.key), (digest, position));
    }
}

fn fault(
    code: &'static str,
    table: &str,
    key: impl ToString,
    position: Option<i64>,
    message: &'static str,
) -> Fault {
    Fault { code, table: table.to_owned(), key: key.to_string(), position, message }
}

pub fn verify(
    conn: &mut AnyConn,
    vkey: Option<&str>,
    kept: Option<KeptHead>,
    report: &mut Report,
) -> Result<Named, AppError> {
    let mut roots = heads(conn, vkey, report)?;
    if let Some(kept) = kept {
        roots.entry(kept.size).or_default().push((kept.root, Origin::Kept));
    }
    let mut named = Named::default();
    let mut log = Growing::default();
    compare_roots(&log, &mut roots, report)?;
    let mut last = -1;
    loop {
        let page: Vec<EntryRow> = journal_entry::table
            .filter(journal_entry::position.gt(last))
            .order(journal_entry::position.asc())
            .limit(PAGE)
            .load(conn)?;
        let Some(end) = page.last().and_then(|entry| entry.position) else { break };
        last = end;
        let from = stored_hash_count(log.size());
        for entry in &page {
            walk(entry, &mut log, &mut named, &mut roots, report)?;
        }
        compare_hashes(conn, &log, from, report)?;
        log.trim();
    }
    report.entries = log.size();
    report.head = Some(HeadView { size: log.size(), root: hex::encode(log.root()?) });
    too_short(&roots, report);
    beyond(conn, &log, report)?;
    unplaced(conn, report)?;
    Ok(named)
}

fn walk(
    entry: &EntryRow,
    log: &mut Growing,
    named: &mut Named,
    roots: &mut Roots,
    report: &mut Report,
) -> Result<(), AppError> {
    let place = i64::try_from(log.size()).map_err(AppError::internal)?;
    if entry.position != Some(place) {
        report.fault(fault(
            "entry_missing",
            "journal_entry",
            place,
            Some(place),
            "an entry before this place is gone",
        ));
    }
    match entry.rows.read::<Vec<RowDigest>>() {
        Ok(rows) => rows.iter().for_each(|row| named.note(row, entry.position.unwrap_or(place))),
        Err(_) => {
            report.fault(fault(
                "entry_changed",
                "journal_entry",
                entry.id,
                entry.position,
                "its list of rows does not read",
            ));
        }
    }
    log.append(&entry.leaf()?)?;
    compare_roots(log, roots, report)
}

/// Where a root to compare with comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Signed,
    Kept,
}

type Roots = BTreeMap<u64, Vec<([u8; 32], Origin)>>;

/// The signed heads, each checked for itself.
fn heads(conn: &mut AnyConn, vkey: Option<&str>, report: &mut Report) -> Result<Roots, AppError> {
    if vkey.is_none() {
        report.fault(fault(
            "key_missing",
            "keys",
            "journal.vkey",
            None,
            "the public key is not there: no signature can be checked",
        ));
    }
    let mut roots = Roots::new();
    let mut last = 0;
    loop {
        let page: Vec<(i64, Bytes, String)> = journal_checkpoint::table
            .filter(journal_checkpoint::size.gt(last))
            .order(journal_checkpoint::size.asc())
            .limit(PAGE)
            .select((journal_checkpoint::size, journal_checkpoint::root, journal_checkpoint::note))
            .load(conn)?;
        let Some((end, _, _)) = page.last() else { return Ok(roots) };
        last = *end;
        for (size, root, note) in &page {
            report.checkpoints += 1;
            match head(vkey, *size, root, note) {
                Some((size, root)) => roots.entry(size).or_default().push((root, Origin::Signed)),
                None => report.fault(fault(
                    "checkpoint_not_valid",
                    "journal_checkpoint",
                    size,
                    Some(*size),
                    "this head was not signed by the key, or is not what was signed",
                )),
            }
        }
    }
}

fn head(vkey: Option<&str>, size: i64, root: &Bytes, note: &str) -> Option<(u64, [u8; 32])> {
    let size = u64::try_from(size).ok()?;
    let root: [u8; 32] = root.0.as_slice().try_into().ok()?;
    if let Some(vkey) = vkey {
        let text = keys::signed_text(vkey, note)?;
        let signed = Head::from_bytes(&text).ok()?;
        if signed.size() != size || signed.hash().0 != root {
            return None;
        }
    }
    Some((size, root))
}

fn compare_roots(log: &Growing, roots: &mut Roots, report: &mut Report) -> Result<(), AppError> {
    let Some(expected) = roots.remove(&log.size()) else { return Ok(()) };
    let root = log.root()?;
    let size = i64::try_from(log.size()).map_err(AppError::internal)?;
    for (other, origin) in expected {
        if other != root {
            report.fault(match origin {
                Origin::Signed => fault(
                    "head_differs",
                    "journal_checkpoint",
                    size,
                    Some(size),
                    "the entries do not give the root that was signed",
                ),
                Origin::Kept => fault(
                    "kept_head_differs",
                    "head",
                    size,
                    Some(size),
                    "the log is not the one whose head was kept elsewhere",
                ),
            });
        }
    }
    Ok(())
}

fn too_short(roots: &Roots, report: &mut Report) {
    for (size, expected) in roots {
        for (_, origin) in expected {
            let (code, table) = match origin {
                Origin::Signed => ("log_too_short", "journal_checkpoint"),
                Origin::Kept => ("kept_head_differs", "head"),
            };
            report.fault(fault(code, table, size, None, "a head covers more entries than there are"));
        }
    }
}

/// Each stored hash against the one that the entries give; a leaf that differs names its entry.
fn compare_hashes(conn: &mut AnyConn, log: &Growing, from: u64, report: &mut Report) -> Result<(), AppError> {
    let to = stored_hash_count(log.size());
    let stored: Vec<(i64, Bytes)> = journal_hash::table
        .filter(journal_hash::idx.ge(i64::try_from(from).map_err(AppError::internal)?))
        .filter(journal_hash::idx.lt(i64::try_from(to).map_err(AppError::internal)?))
        .load(conn)?;
    let stored: HashMap<u64, Bytes> =
        stored.into_iter().filter_map(|(index, hash)| Some((u64::try_from(index).ok()?, hash))).collect();
    for (index, hash) in log.added() {
        let (level, place) = tlog_tiles::tlog::split_stored_hash_index(index);
        let place = i64::try_from(place).map_err(AppError::internal)?;
        match stored.get(&index) {
            Some(kept) if kept.0 == hash => {}
            Some(_) if level == 0 => {
                report.fault(fault(
                    "entry_changed",
                    "journal_entry",
                    place,
                    Some(place),
                    "its columns do not give the leaf that was placed",
                ));
            }
            Some(_) => report.fault(fault(
                "hash_changed",
                "journal_hash",
                index,
                None,
                "a hash of the tree is not what the entries give",
            )),
            None => {
                report.fault(fault("hash_missing", "journal_hash", index, None, "a hash of the tree is gone"))
            }
        }
    }
    Ok(())
}

fn beyond(conn: &mut AnyConn, log: &Growing, report: &mut Report) -> Result<(), AppError> {
    let end = i64::try_from(stored_hash_count(log.size())).map_err(AppError::internal)?;
    let extra: Vec<i64> = journal_hash::table
        .filter(journal_hash::idx.ge(end).or(journal_hash::idx.lt(0)))
        .order(journal_hash::idx.asc())
        .limit(100)
        .select(journal_hash::idx)
        .load(conn)?;
    for index in extra {
        report.fault(fault(
            "hash_beyond",
            "journal_hash",
            index,
            None,
            "a hash beyond the entries: some are gone, or it was added",
        ));
    }
    let negative: i64 =
        journal_entry::table.filter(journal_entry::position.lt(0)).count().get_result(conn)?;
    if negative > 0 {
        report.fault(fault(
            "entry_misplaced",
            "journal_entry",
            negative,
            None,
            "entries stand before the first place",
        ));
    }
    let covered: Option<i64> =
        journal_checkpoint::table.select(diesel::dsl::max(journal_checkpoint::size)).first(conn)?;
    let size = i64::try_from(log.size()).map_err(AppError::internal)?;
    if covered.unwrap_or(0) < size {
        report.fault(fault(
            "not_covered",
            "journal_entry",
            size,
            covered,
            "no signed head covers the last entries",
        ));
    }
    Ok(())
}

fn unplaced(conn: &mut AnyConn, report: &mut Report) -> Result<(), AppError> {
    let waiting: Vec<crate::ids::EntryId> = journal_entry::table
        .filter(journal_entry::position.is_null())
        .order(journal_entry::id.asc())
        .limit(1_000)
        .select(journal_entry::id)
        .load(conn)?;
    for id in waiting {
        report.fault(fault(
            "entry_unplaced",
            "journal_entry",
            id,
            None,
            "no place in the log: after an orderly stop there is none such; after a crash, one start of the service places it",
        ));
    }
    Ok(())
}
