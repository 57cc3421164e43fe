//! The log itself: places, leaves, stored hashes, signed heads.
//!
//! Where an entry and its stored leaf disagree, either may have been changed: the log is continued in two
//! ways, and the next signed head tells which one it was. What comes after is then judged on its own, so
//! that one change is told once.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use tlog_tiles::tlog::stored_hash_count;

use super::heads::{Origin, Roots};
use super::report::{Code, Fault, HeadView, Report};
use super::rows::Named;
use crate::db::schema::{journal_entry, journal_hash};
use crate::db::{AnyConn, Bytes};
use crate::error::AppError;
use crate::ids::EntryId;
use crate::journal::act::EntryRow;
use crate::journal::log::{Growing, leaf_hash};

/// Places looked at together.
const PAGE: u64 = 2_000;

const ENTRY: &str = "journal_entry";
const HASH: &str = "journal_hash";

/// An entry whose leaf is not the stored one.
struct Doubt {
    place: u64,
    key: String,
}

struct Walk<'a> {
    /// The log as the entries give it.
    told: Growing,
    /// The log as the stored leaves give it, while the two differ.
    kept: Option<Growing>,
    doubts: Vec<Doubt>,
    /// A leaf is gone for good: there are no roots any more.
    lost: bool,
    /// The place before which everything has been found as it was signed.
    agreed: u64,
    /// A head that differs was told and none has agreed since.
    differs: bool,
    /// The place before this one has no entry.
    gap: bool,
    roots: Roots,
    named: Named,
    report: &'a mut Report,
}

/// What the tables hold for some places.
struct Page {
    entries: HashMap<u64, EntryRow>,
    /// Places of entries that do not read as such.
    unreadable: HashSet<u64>,
    hashes: HashMap<u64, [u8; 32]>,
}

pub fn verify(conn: &mut AnyConn, roots: Roots, report: &mut Report) -> Result<Named, AppError> {
    let end = end(conn, roots.covered, report)?;
    let mut walk = Walk {
        told: Growing::default(),
        kept: None,
        doubts: Vec::new(),
        lost: false,
        agreed: 0,
        differs: false,
        gap: false,
        roots,
        named: Named::default(),
        report,
    };
    walk.compare_roots(0)?;
    let mut from = 0;
    while from < end {
        let to = (from + PAGE).min(end);
        let page = Page::load(conn, from, to)?;
        for place in from..to {
            walk.at(place, &page)?;
        }
        walk.told.trim();
        walk.kept.iter_mut().for_each(Growing::trim);
        from = to;
    }
    walk.settle_doubts(Code::EntryChanged);
    walk.roots.too_short(walk.report);
    if !walk.lost {
        walk.report.head = Some(HeadView { size: end, root: hex::encode(walk.told.root()?) });
    }
    let Walk { mut named, report, .. } = walk;
    beyond(conn, end, report)?;
    unplaced(conn, &mut named, report)?;
    Ok(named)
}

/// How many places there are: as many as placed entries, or as a signed head covers. Counted, so that one
/// record with an absurd place leads nowhere.
fn end(conn: &mut AnyConn, covered: u64, report: &mut Report) -> Result<u64, AppError> {
    let placed: i64 =
        journal_entry::table.filter(journal_entry::position.is_not_null()).count().get_result(conn)?;
    let hashes: i64 = journal_hash::table.count().get_result(conn)?;
    report.entries = u64::try_from(placed).unwrap_or(0);
    let there_are = report.entries + u64::try_from(hashes).unwrap_or(0);
    // A head over far more than there is covers a log that was cut: that is told as such.
    Ok(if covered <= there_are { report.entries.max(covered) } else { report.entries })
}

fn signed(number: u64) -> Result<i64, AppError> {
    i64::try_from(number).map_err(AppError::internal)
}

impl Page {
    fn load(conn: &mut AnyConn, from: u64, to: u64) -> Result<Self, AppError> {
        let mut page = Self { entries: HashMap::new(), unreadable: HashSet::new(), hashes: HashMap::new() };
        let mut all_read = true;
        crate::each_row!(
            conn,
            journal_entry::table
                .filter(journal_entry::position.ge(signed(from)?))
                .filter(journal_entry::position.lt(signed(to)?)) => EntryRow,
            entry => match entry.and_then(|entry| Some((u64::try_from(entry.position?).ok()?, entry))) {
                Some((place, entry)) => drop(page.entries.insert(place, entry)),
                None => all_read = false,
            }
        );
        if !all_read {
            let places: Vec<Option<i64>> = journal_entry::table
                .filter(journal_entry::position.ge(signed(from)?))
                .filter(journal_entry::position.lt(signed(to)?))
                .select(journal_entry::position)
                .load(conn)?;
            let places = places.into_iter().filter_map(|place| u64::try_from(place?).ok());
            page.unreadable = places.filter(|place| !page.entries.contains_key(place)).collect();
        }
        crate::each_row!(
            conn,
            journal_hash::table
                .filter(journal_hash::idx.ge(signed(stored_hash_count(from))?))
                .filter(journal_hash::idx.lt(signed(stored_hash_count(to))?)) => (i64, Bytes),
            row => if let Some((index, hash)) = row {
                // A hash of another length is not equal to any.
                let hash = hash.0.try_into().unwrap_or([0; 32]);
                page.hashes.insert(u64::try_from(index).map_err(AppError::internal)?, hash);
            }
        );
        Ok(page)
    }
}

impl Walk<'_> {
    fn fault(&mut self, code: Code, table: &str, key: impl ToString, place: Option<u64>) {
        let place = place.and_then(|place| i64::try_from(place).ok());
        self.report.fault(Fault::new(code, table, key, place));
    }

    fn at(&mut self, place: u64, page: &Page) -> Result<(), AppError> {
        let index = stored_hash_count(place);
        let stored = page.hashes.get(&index).copied();
        let leaf = self.leaf(place, page)?;
        if stored.is_none() {
            self.fault(Code::HashMissing, HASH, index, Some(place));
        }
        if let Some((key, leaf)) = &leaf
            && stored.is_some_and(|stored| stored != *leaf)
        {
            self.doubts.push(Doubt { place, key: key.clone() });
            self.kept.get_or_insert_with(|| self.told.clone());
        }
        let told = leaf.map(|(_, leaf)| leaf).or(stored);
        self.append(place, told, stored.or(told), page)?;
        self.compare_roots(place + 1)
    }

    /// The entry at a place, its name and its leaf; told when it is gone.
    fn leaf(&mut self, place: u64, page: &Page) -> Result<Option<(String, [u8; 32])>, AppError> {
        let Some(entry) = page.entries.get(&place) else {
            if page.unreadable.contains(&place) {
                self.fault(Code::EntryChanged, ENTRY, place, Some(place));
            } else if !self.gap {
                self.fault(Code::EntryMissing, ENTRY, place, Some(place));
            }
            self.gap = !page.unreadable.contains(&place);
            return Ok(None);
        };
        self.gap = false;
        self.named.note(entry);
        if place >= self.roots.covered {
            self.fault(Code::EntryUncovered, ENTRY, entry.id, Some(place));
        }
        Ok(Some((entry.id.to_string(), leaf_hash(&entry.leaf()?))))
    }

    /// Continues the log both ways and compares the subtrees that this completes.
    fn append(
        &mut self,
        place: u64,
        told: Option<[u8; 32]>,
        kept: Option<[u8; 32]>,
        page: &Page,
    ) -> Result<(), AppError> {
        let (Some(told), Some(kept), false) = (told, kept, self.lost) else {
            self.lost = true;
            self.settle_doubts(Code::EntryChanged);
            return Ok(());
        };
        let told = self.told.append_hash(told)?;
        let kept = self.kept.as_mut().map(|log| log.append_hash(kept)).transpose()?;
        for (step, (index, hash)) in (stored_hash_count(place)..).zip(&told).enumerate().skip(1) {
            let other = kept.as_ref().and_then(|kept| kept.get(step));
            match page.hashes.get(&index) {
                Some(stored) if stored == hash || Some(stored) == other => {}
                Some(_) => self.fault(Code::HashChanged, HASH, index, Some(place)),
                None => self.fault(Code::HashMissing, HASH, index, Some(place)),
            }
        }
        Ok(())
    }

    fn compare_roots(&mut self, size: u64) -> Result<(), AppError> {
        if self.lost {
            return Ok(());
        }
        for (root, origin) in self.roots.take(size) {
            let kept = self.kept.as_ref().map(Growing::root).transpose()?;
            if root == self.told.root()? {
                self.settle_doubts(Code::HashChanged);
            } else if kept == Some(root) {
                if let Some(kept) = self.kept.take() {
                    self.told = kept;
                }
                self.settle_doubts(Code::EntryChanged);
            } else {
                self.disagree(size, origin);
                continue;
            }
            if origin == Origin::Signed {
                (self.agreed, self.differs) = (size, false);
            }
        }
        Ok(())
    }

    fn disagree(&mut self, size: u64, origin: Origin) {
        self.settle_doubts(Code::EntryChanged);
        match origin {
            Origin::Kept => self.fault(Code::KeptHeadDiffers, "head", size, None),
            Origin::Signed if self.differs => {}
            Origin::Signed => {
                self.differs = true;
                self.fault(Code::HeadDiffers, "journal_checkpoint", size, Some(self.agreed));
            }
        }
    }

    /// Tells the doubts: it was the entries that changed, or their stored hashes.
    fn settle_doubts(&mut self, code: Code) {
        self.kept = None;
        for Doubt { place, key } in std::mem::take(&mut self.doubts) {
            match code {
                Code::HashChanged => self.fault(code, HASH, stored_hash_count(place), Some(place)),
                _ => self.fault(Code::EntryChanged, ENTRY, key, Some(place)),
            }
        }
    }
}

fn beyond(conn: &mut AnyConn, end: u64, report: &mut Report) -> Result<(), AppError> {
    let last = signed(stored_hash_count(end))?;
    let end = signed(end)?;
    crate::each_row!(
        conn,
        journal_hash::table
            .filter(journal_hash::idx.ge(last).or(journal_hash::idx.lt(0)))
            .order(journal_hash::idx.asc())
            .select(journal_hash::idx) => i64,
        index => report.fault(Fault::new(Code::HashBeyond, HASH, index.unwrap_or(last), None))
    );
    crate::each_row!(
        conn,
        journal_entry::table
            .filter(journal_entry::position.ge(end).or(journal_entry::position.lt(0)))
            .order(journal_entry::position.asc())
            .select((journal_entry::id, journal_entry::position)) => (EntryId, Option<i64>),
        entry => {
            let (key, place) = entry.map_or((String::new(), None), |(id, place)| (id.to_string(), place));
            report.fault(Fault::new(Code::EntryMisplaced, ENTRY, key, place));
        }
    );
    Ok(())
}

/// Entries without a place are a fault; their rows are compared all the same, so that it is the only one.
fn unplaced(conn: &mut AnyConn, named: &mut Named, report: &mut Report) -> Result<(), AppError> {
    crate::each_row!(
        conn,
        journal_entry::table.filter(journal_entry::position.is_null()).order(journal_entry::id.asc()) => EntryRow,
        entry => {
            let key = entry.as_ref().map(|entry| entry.id.to_string()).unwrap_or_default();
            report.fault(Fault::new(Code::EntryUnplaced, ENTRY, key, None));
            if let Some(entry) = entry {
                named.note(&entry);
            }
        }
    );
    Ok(())
}
