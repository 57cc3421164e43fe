//! The Merkle log (RFC 6962): hashes kept by the index that C2SP tiles use, right edge read when it grows.

use std::collections::HashMap;

use diesel::prelude::*;
use tlog_tiles::tlog::{
    Error, Hash, HashReader, RecordProof, prove_record, record_hash, stored_hash_count,
    stored_hashes_for_record_hash, sub_tree_index, tree_hash,
};

use crate::db::schema::{journal_entry, journal_hash};
use crate::db::{AnyConn, Bytes};
use crate::error::AppError;
use crate::ids::EntryId;

use super::act::EntryRow;

/// Hashes at hand, by stored index.
#[derive(Debug, Default, Clone)]
pub struct Hashes(HashMap<u64, Hash>);

impl HashReader for Hashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.0.get(index).copied().ok_or(Error::IndexesNotInTree)).collect()
    }
}

/// A log that grows in memory and says which hashes it added.
#[derive(Debug, Default, Clone)]
pub struct Growing {
    size: u64,
    hashes: Hashes,
    added: Vec<(u64, Hash)>,
}

impl Growing {
    /// On top of the right edge of a log of this size.
    pub fn on(size: u64, edge: Hashes) -> Self {
        Self { size, hashes: edge, added: Vec::new() }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// # Errors
    /// When the edge is not whole.
    pub fn append(&mut self, leaf: &[u8]) -> Result<(), AppError> {
        let hash = record_hash(leaf);
        let stored =
            stored_hashes_for_record_hash(self.size, hash, &self.hashes).map_err(AppError::internal)?;
        for (place, hash) in (stored_hash_count(self.size)..).zip(stored) {
            self.hashes.0.insert(place, hash);
            self.added.push((place, hash));
        }
        self.size += 1;
        Ok(())
    }

    /// # Errors
    /// When the edge is not whole.
    pub fn root(&self) -> Result<[u8; 32], AppError> {
        Ok(tree_hash(self.size, &self.hashes).map_err(AppError::internal)?.0)
    }

    /// The hashes added, by stored index.
    pub fn added(&self) -> impl Iterator<Item = (u64, [u8; 32])> + '_ {
        self.added.iter().map(|(index, hash)| (*index, hash.0))
    }

    /// Forgets everything but the right edge: a long log is walked through in little memory.
    pub fn trim(&mut self) {
        let edge = sub_tree_index(0, self.size, Vec::new());
        self.hashes.0.retain(|index, _| edge.contains(index));
        self.added.clear();
    }
}

/// The hashes that a log of this size needs to grow, in one statement.
///
/// # Errors
/// Those of the database.
pub fn edge(conn: &mut AnyConn, size: u64) -> Result<Hashes, AppError> {
    read(conn, &sub_tree_index(0, size, Vec::new()))
}

fn read(conn: &mut AnyConn, indexes: &[u64]) -> Result<Hashes, AppError> {
    let wanted: Vec<i64> = indexes.iter().filter_map(|index| i64::try_from(*index).ok()).collect();
    let rows: Vec<(i64, Bytes)> = journal_hash::table.filter(journal_hash::idx.eq_any(wanted)).load(conn)?;
    let mut hashes = HashMap::with_capacity(rows.len());
    for (index, bytes) in rows {
        let hash: [u8; 32] =
            bytes.0.try_into().map_err(|_| AppError::internal("a journal hash of another length"))?;
        hashes.insert(u64::try_from(index).map_err(AppError::internal)?, Hash(hash));
    }
    Ok(Hashes(hashes))
}

/// That one entry is in the log of a given size.
#[derive(Debug, Clone)]
pub struct Proof {
    pub leaf: Vec<u8>,
    pub index: u64,
    pub size: u64,
    pub hashes: Vec<[u8; 32]>,
}

/// Which hashes a proof asks for is found by asking: what is missing is read and asked again.
struct Asking<'a> {
    known: &'a Hashes,
    missing: std::cell::RefCell<Vec<u64>>,
}

impl HashReader for Asking<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let known = self.known.read_hashes(indexes);
        if known.is_err() {
            self.missing.borrow_mut().extend(indexes);
        }
        known
    }
}

/// The inclusion proof of one entry in the log of a given size (RFC 6962 §2.1.1).
///
/// # Errors
/// `not_found` when the entry has no place below that size.
pub fn proof(conn: &mut AnyConn, id: EntryId, size: u64) -> Result<Proof, AppError> {
    let row: EntryRow = journal_entry::table.find(id).first(conn)?;
    let index = row.position.and_then(|place| u64::try_from(place).ok()).filter(|place| *place < size);
    let index = index.ok_or_else(AppError::not_found)?;
    let mut known = Hashes::default();
    loop {
        let asking = Asking { known: &known, missing: std::cell::RefCell::default() };
        match prove_record(size, index, &asking) {
            Ok(hashes) => {
                let hashes: RecordProof = hashes;
                return Ok(Proof {
                    leaf: row.leaf()?,
                    index,
                    size,
                    hashes: hashes.iter().map(|hash| hash.0).collect(),
                });
            }
            Err(error) => {
                let missing = asking.missing.into_inner();
                if missing.is_empty() {
                    return Err(AppError::internal(error));
                }
                let more = read(conn, &missing)?;
                if more.0.len() < missing.len() {
                    return Err(AppError::internal("a journal hash is missing"));
                }
                known.0.extend(more.0);
            }
        }
    }
}
