//! Writing an entry.

use diesel::prelude::*;
use serde::Serialize;

use super::protected::{Protected, RowDigest};
use crate::db::schema::journal_entry;
use crate::db::types::JsonText;
use crate::db::{AnyConn, At, Json};
use crate::error::AppError;
use crate::ids::{AccountId, EntryId};

/// One act, as the person who did it would tell it.
#[derive(Debug, Clone)]
pub struct Act {
    /// Stable name, for instance `score_written`.
    pub kind: &'static str,
    /// Nobody when the service itself acted.
    pub actor: Option<AccountId>,
    pub at: At,
    /// What it was about: kind of thing and id.
    pub subjects: Vec<(&'static str, String)>,
}

impl Act {
    pub fn new(kind: &'static str, actor: AccountId, at: At) -> Self {
        Self { kind, actor: Some(actor), at, subjects: Vec::new() }
    }

    /// By the service itself.
    pub fn of_service(kind: &'static str, at: At) -> Self {
        Self { kind, actor: None, at, subjects: Vec::new() }
    }

    #[must_use]
    pub fn about(mut self, kind: &'static str, id: impl std::fmt::Display) -> Self {
        self.subjects.push((kind, id.to_string()));
        self
    }
}

/// An entry about to be written. Its documents are text already: a save writes one, and building values only
/// to write them out would be most of what an entry costs.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = crate::db::schema::journal_entry)]
pub struct NewEntry {
    pub id: EntryId,
    pub kind: &'static str,
    pub actor: Option<AccountId>,
    pub at: At,
    pub subjects: JsonText,
    pub rows: JsonText,
}

/// An entry as it is kept. Its place comes from the sequencer, after the commit.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct EntryRow {
    pub id: EntryId,
    pub kind: String,
    pub actor: Option<AccountId>,
    pub at: At,
    pub subjects: Json,
    pub rows: Json,
    pub position: Option<i64>,
}

impl EntryRow {
    /// The bytes whose hash is the leaf: everything but the place.
    ///
    /// # Errors
    /// When a column cannot be written as JSON, which no stored value does.
    pub fn leaf(&self) -> Result<Vec<u8>, serde_json::Error> {
        #[derive(Serialize)]
        struct Leaf<'a> {
            id: EntryId,
            kind: &'a str,
            actor: Option<AccountId>,
            at: At,
            subjects: &'a Json,
            rows: &'a Json,
        }
        let mut bytes = b"parchemin/entry/v1\n".to_vec();
        serde_json::to_writer(
            &mut bytes,
            &Leaf {
                id: self.id,
                kind: &self.kind,
                actor: self.actor,
                at: self.at,
                subjects: &self.subjects,
                rows: &self.rows,
            },
        )?;
        Ok(bytes)
    }
}

/// The entry of an act, with the digests of the rows that it wrote, as they now stand.
///
/// # Errors
/// When a column cannot be written as JSON, which no stored value does.
pub fn entry(act: Act, rows: &[&dyn Protected]) -> Result<NewEntry, AppError> {
    let digests = rows.iter().map(|row| row.digest()).collect::<Result<Vec<RowDigest>, _>>()?;
    Ok(NewEntry {
        id: EntryId::new(),
        kind: act.kind,
        actor: act.actor,
        at: act.at,
        subjects: JsonText::of(&act.subjects)?,
        rows: JsonText::of(&digests)?,
    })
}

/// Appends the entry of an act with the digests of the rows that it wrote, as they now stand.
///
/// To be called in the transaction of the act: no change without its trace, no trace without its change.
///
/// # Errors
/// Those of the database.
pub fn record(conn: &mut AnyConn, act: Act, rows: &[&dyn Protected]) -> Result<EntryId, AppError> {
    append(conn, entry(act, rows)?)
}

/// # Errors
/// Those of the database.
pub fn append(conn: &mut AnyConn, entry: NewEntry) -> Result<EntryId, AppError> {
    let id = entry.id;
    crate::each!(conn, c => diesel::insert_into(journal_entry::table).values(entry).execute(c))?;
    Ok(id)
}
