//! Keeps the summaries: each act that changes what a board shows calls one of these in its own transaction,
//! after its rows and before its end.
//!
//! Every act counts its candidates anew, but for a first score, which adds one. On PostgreSQL the rows of the
//! summary are locked before anything is counted, after every other lock of the act: a first score that
//! commits before is seen, one that comes later adds to what was written. An act that changes *which* sheets
//! count (a recusal, an absence) first holds the sheets of the candidate ([`keep_sheets`]), and a first score
//! looks again whether its sheet counts.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Integer, Text};

use super::recount::{Recount, recount};
use super::rows::{BlockSummaryRow, EnrolmentSummaryRow};
use super::{store, upsert};
use crate::db::conn::MultiBackend;
use crate::db::schema::{block_summary, enrolment, enrolment_summary, sheet};
use crate::db::types::sql::Uid;
use crate::db::{AnyConn, for_update};
use crate::error::AppError;
use crate::ids::{DeliberationId, EnrolmentId, SeatId, SheetId};
use crate::referential::model::Slug;
use crate::referential::versions::{LineInfo, Versions};
use crate::scoring::store::SaveFacts;

/// Candidates counted at a time where all of them are.
const ROUND: i64 = 200;

/// Counts these candidates anew and writes what has changed. A constant number of statements.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut AnyConn, versions: &Versions, of: &[EnrolmentId]) -> Result<(), AppError> {
    let mut of = of.to_vec();
    of.sort_unstable();
    of.dedup();
    if of.is_empty() {
        return Ok(());
    }
    let blocks = store::hold_blocks(conn, &of)?;
    let enrolments = store::enrolments(conn, &of)?;
    let counted = recount(conn, versions, &of)?;
    upsert::enrolments(conn, &other_than(&enrolments, counted.enrolments))?;
    upsert::blocks(conn, &other_than(&blocks, counted.blocks))
}

/// As [`keep`], after an act that changes which sheets of these candidates count.
///
/// # Errors
/// Those of the database.
pub fn keep_sheets(conn: &mut AnyConn, versions: &Versions, of: &[EnrolmentId]) -> Result<(), AppError> {
    if let AnyConn::Pg(pg) = conn {
        let held =
            sheet::table.filter(sheet::enrolment_id.eq_any(of)).order(sheet::id.asc()).select(sheet::id);
        let _: Vec<SheetId> = for_update(held).load(pg)?;
    }
    keep(conn, versions, of)
}

/// As [`keep`], for every candidate who has a sheet of this seat.
///
/// # Errors
/// Those of the database.
pub fn keep_seat(conn: &mut AnyConn, versions: &Versions, seat: SeatId) -> Result<(), AppError> {
    let of: Vec<EnrolmentId> =
        sheet::table.filter(sheet::seat_id.eq(seat)).select(sheet::enrolment_id).distinct().load(conn)?;
    keep(conn, versions, &of)
}

/// As [`keep`], for every candidate on whom this deliberation has decided.
///
/// # Errors
/// Those of the database.
pub fn keep_deliberation(
    conn: &mut AnyConn,
    versions: &Versions,
    of: DeliberationId,
) -> Result<(), AppError> {
    use crate::db::schema::decision;
    let of: Vec<EnrolmentId> = decision::table
        .filter(decision::deliberation_id.eq(of))
        .select(decision::enrolment_id)
        .distinct()
        .load(conn)?;
    keep(conn, versions, &of)
}

/// A line of an open sheet was saved over version `seen`: a first one (0) is one line more.
///
/// # Errors
/// Those of the database.
pub fn saved(conn: &mut AnyConn, facts: &SaveFacts, line: &LineInfo, seen: i32) -> Result<(), AppError> {
    first_scores(conn, facts, &line.block, usize::from(seen == 0))
}

/// So many lines of one block were written for the first time on an open sheet. One statement, or none.
///
/// # Errors
/// Those of the database.
pub fn first_scores(
    conn: &mut AnyConn,
    facts: &SaveFacts,
    block: &Slug,
    count: usize,
) -> Result<(), AppError> {
    if count == 0 {
        return Ok(());
    }
    let count = i32::try_from(count).map_err(AppError::internal)?;
    match conn {
        AnyConn::Pg(pg) => AddLines { facts, block: block.as_str(), count, look: LOOK }.execute(pg)?,
        AnyConn::Sqlite(sqlite) => {
            AddLines { facts, block: block.as_str(), count, look: None }.execute(sqlite)?
        }
    };
    Ok(())
}

/// Whether the sheet still counts, as of this statement: a recusal or an absence may have been committed
/// since the save read its facts.
const LOOK: Option<(&str, &str)> = Some((
    " AND NOT EXISTS (SELECT 1 FROM sheet s JOIN recusal r ON r.seat_id = s.seat_id AND r.enrolment_id = s.enrolment_id WHERE s.id = ",
    ") AND NOT EXISTS (SELECT 1 FROM sheet s JOIN slot p ON p.sitting_id = s.sitting_id AND p.enrolment_id = s.enrolment_id \
     WHERE p.attendance IN ('absent', 'excused') AND s.id = ",
));

struct AddLines<'a> {
    facts: &'a SaveFacts,
    block: &'a str,
    count: i32,
    look: Option<(&'static str, &'static str)>,
}

impl QueryId for AddLines<'_> {
    // One text per engine, prepared once on each connection.
    type QueryId = AddLines<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB> QueryFragment<DB> for AddLines<'_>
where
    DB: diesel::backend::Backend + HasSqlType<Uid>,
    EnrolmentId: ToSql<Uid, DB>,
    SheetId: ToSql<Uid, DB>,
    str: ToSql<Text, DB>,
    i32: ToSql<Integer, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE block_summary SET lines_scored = lines_scored + ");
        out.push_bind_param::<Integer, _>(&self.count)?;
        out.push_sql(" WHERE enrolment_id = ");
        out.push_bind_param::<Uid, _>(&self.facts.enrolment)?;
        out.push_sql(" AND block = ");
        out.push_bind_param::<Text, _>(self.block)?;
        if let Some((recused, away)) = self.look {
            out.push_sql(recused);
            out.push_bind_param::<Uid, _>(&self.facts.sheet)?;
            out.push_sql(away);
            out.push_bind_param::<Uid, _>(&self.facts.sheet)?;
            out.push_sql(")");
        }
        Ok(())
    }
}

impl<C> diesel::query_dsl::RunQueryDsl<C> for AddLines<'_> {}

/// Counts those who have no row yet: enrolments made before the summaries were.
///
/// # Errors
/// Those of the database.
pub fn complete(conn: &mut AnyConn, versions: &Versions) -> Result<(), AppError> {
    let counted = enrolment_summary::table.filter(enrolment_summary::enrolment_id.eq(enrolment::id));
    let without: Vec<EnrolmentId> =
        enrolment::table.filter(not(exists(counted))).select(enrolment::id).load(conn)?;
    keep(conn, versions, &without)
}

/// Every row that is not what a recount gives: its table and its key. The rows of all candidates are read,
/// some at a time; those who have none yet are counted when the service next starts ([`complete`]).
///
/// # Errors
/// Those of the database.
pub fn differences(conn: &mut AnyConn, versions: &Versions) -> Result<Vec<(&'static str, String)>, AppError> {
    let mut found = Vec::new();
    let mut after: Option<EnrolmentId> = None;
    loop {
        let whole = enrolment_summary::table.filter(enrolment_summary::enrolment_id.eq(enrolment::id));
        let parts = block_summary::table.filter(block_summary::enrolment_id.eq(enrolment::id));
        let mut query = enrolment::table
            .filter(exists(whole).or(exists(parts)))
            .select(enrolment::id)
            .order(enrolment::id.asc())
            .limit(ROUND)
            .into_boxed::<MultiBackend>();
        if let Some(after) = after {
            query = query.filter(enrolment::id.gt(after));
        }
        let of: Vec<EnrolmentId> = query.load(conn)?;
        let Some(last) = of.last() else { return Ok(found) };
        after = Some(*last);
        let kept = Recount { enrolments: store::enrolments(conn, &of)?, blocks: store::blocks(conn, &of)? };
        let counted = recount(conn, versions, &of)?;
        compare("enrolment_summary", kept.enrolments, counted.enrolments, &mut found);
        compare("block_summary", kept.blocks, counted.blocks, &mut found);
    }
}

fn compare<R: Summary>(
    table: &'static str,
    kept: Vec<R>,
    counted: Vec<R>,
    found: &mut Vec<(&'static str, String)>,
) {
    let of_version: HashSet<_> = counted.iter().map(Summary::place).collect();
    // A row for what the version does not have, then those that are not as counted, or not there.
    let beyond = kept.iter().filter(|row| !of_version.contains(&row.place())).map(Summary::key);
    let mut keys: Vec<String> = beyond.collect();
    keys.extend(other_than(&kept, counted).iter().map(Summary::key));
    found.extend(keys.into_iter().map(|key| (table, key)));
}

/// Those that are not among the rows kept.
fn other_than<R: Summary>(kept: &[R], counted: Vec<R>) -> Vec<R> {
    let kept: HashMap<_, &R> = kept.iter().map(|row| (row.place(), row)).collect();
    counted.into_iter().filter(|row| kept.get(&row.place()).is_none_or(|known| *known != row)).collect()
}

trait Summary: PartialEq {
    /// The primary key; of a whole enrolment with an empty block.
    fn place(&self) -> (EnrolmentId, &str);

    /// The same as words, its columns joined by `/`.
    fn key(&self) -> String {
        match self.place() {
            (id, "") => id.to_string(),
            (id, block) => format!("{id}/{block}"),
        }
    }
}

impl Summary for EnrolmentSummaryRow {
    fn place(&self) -> (EnrolmentId, &str) {
        (self.enrolment_id, "")
    }
}

impl Summary for BlockSummaryRow {
    fn place(&self) -> (EnrolmentId, &str) {
        (self.enrolment_id, &self.block)
    }
}
