//! The rows of one save: the score, its history, the entry of the journal, the answer under its key.
//!
//! On PostgreSQL they go in one statement, for each is a journey to the server; on SQLite, where a statement is
//! a call, one after the other.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::serialize::ToSql;
use diesel::sql_types::{Binary, Bool, HasSqlType, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::rows::{ScoreRow, ScoreVersionRow};
use crate::db::schema::{idempotency, journal_entry, score, score_version};
use crate::db::types::sql::{JsonDoc, Stamp, Uid};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, GridId, LineId};
use crate::journal::act::NewEntry;
use crate::web::repeat::KeptAnswer;

/// One save as it is to stand.
#[derive(Debug)]
pub struct Written<'a> {
    pub row: &'a ScoreRow,
    pub history: &'a ScoreVersionRow,
    /// The version that the juror had seen; 0: none.
    pub seen: i32,
    pub entry: NewEntry,
    pub kept: KeptAnswer<'a>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Kept,
    /// The score is not the one seen any more: nothing was written.
    Stale,
    /// The key served another request: the transaction is to be undone.
    KeyUsed,
}

/// # Errors
/// Those of the database.
pub fn write(conn: &mut AnyConn, written: &Written<'_>) -> Result<Outcome, AppError> {
    let (stands, kept) = match conn {
        AnyConn::Pg(pg) if written.seen == 0 => AtOnce::<true>(written).get_result(pg)?,
        AnyConn::Pg(pg) => AtOnce::<false>(written).get_result(pg)?,
        AnyConn::Sqlite(sqlite) => one_by_one(sqlite, written)?,
    };
    Ok(match (stands, kept) {
        (false, _) => Outcome::Stale,
        (true, false) => Outcome::KeyUsed,
        (true, true) => Outcome::Kept,
    })
}

/// Whether the score was the one seen, and whether the key was free.
fn one_by_one(conn: &mut SqliteConnection, written: &Written<'_>) -> QueryResult<(bool, bool)> {
    if !write_score(conn, written.row, written.seen)? {
        return Ok((false, false));
    }
    diesel::insert_into(score_version::table).values(written.history).execute(conn)?;
    diesel::insert_into(journal_entry::table).values(&written.entry).execute(conn)?;
    let kept = diesel::insert_into(idempotency::table)
        .values(&written.kept)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok((true, kept == 1))
}

/// Writes a score over the version that the juror had seen (0: none). False when it is not that one any more.
fn write_score(conn: &mut SqliteConnection, row: &ScoreRow, seen: i32) -> QueryResult<bool> {
    let written = if seen == 0 {
        diesel::insert_into(score::table).values(row).on_conflict_do_nothing().execute(conn)?
    } else {
        Rewrite(row, seen).execute(conn)?
    };
    Ok(written == 1)
}

/// Over the version seen. Written out, for diesel has every UPDATE of its own prepared anew at each use.
struct Rewrite<'a>(&'a ScoreRow, i32);

impl diesel::query_builder::QueryId for Rewrite<'_> {
    type QueryId = Rewrite<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for Rewrite<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        rewrite(self.0, &self.1, out)
    }
}

impl RunQueryDsl<SqliteConnection> for Rewrite<'_> {}

fn rewrite<'b, DB>(row: &'b ScoreRow, seen: &'b i32, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: diesel::backend::Backend + HasSqlType<Uid> + HasSqlType<Stamp>,
    GridId: ToSql<Uid, DB>,
    LineId: ToSql<Uid, DB>,
    AccountId: ToSql<Uid, DB>,
    At: ToSql<Stamp, DB>,
    Vec<u8>: ToSql<Binary, DB>,
    str: ToSql<Text, DB>,
    i32: ToSql<Integer, DB>,
    Option<i32>: ToSql<Nullable<Integer>, DB>,
    Option<String>: ToSql<Nullable<Text>, DB>,
{
    out.push_sql("UPDATE score SET salt = ");
    out.push_bind_param::<Binary, _>(&row.salt.0)?;
    out.push_sql(", state = ");
    out.push_bind_param::<Text, _>(row.state.as_str())?;
    out.push_sql(", rank = ");
    out.push_bind_param::<Nullable<Integer>, _>(&row.rank)?;
    out.push_sql(", reason = ");
    out.push_bind_param::<Nullable<Text>, _>(&row.reason)?;
    out.push_sql(", comment = ");
    out.push_bind_param::<Nullable<Text>, _>(&row.comment)?;
    out.push_sql(", version = ");
    out.push_bind_param::<Integer, _>(&row.version)?;
    out.push_sql(", updated_by = ");
    out.push_bind_param::<Uid, _>(&row.updated_by)?;
    out.push_sql(", updated_at = ");
    out.push_bind_param::<Stamp, _>(&row.updated_at)?;
    out.push_sql(" WHERE grid_id = ");
    out.push_bind_param::<Uid, _>(&row.grid_id)?;
    out.push_sql(" AND line_id = ");
    out.push_bind_param::<Uid, _>(&row.line_id)?;
    out.push_sql(" AND version = ");
    out.push_bind_param::<Integer, _>(seen)
}

/// All rows of a save in one statement: what follows the score is written only where the score was.
struct AtOnce<'a, const FIRST: bool>(&'a Written<'a>);

impl<const FIRST: bool> QueryId for AtOnce<'_, FIRST> {
    type QueryId = AtOnce<'static, FIRST>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const FIRST: bool> Query for AtOnce<'_, FIRST> {
    type SqlType = (Bool, Bool);
}

impl<const FIRST: bool> RunQueryDsl<PgConnection> for AtOnce<'_, FIRST> {}

impl<const FIRST: bool> QueryFragment<Pg> for AtOnce<'_, FIRST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Written { row, history, seen, entry, kept } = self.0;
        out.push_sql("WITH written AS (");
        if FIRST {
            first(row, out.reborrow())?;
        } else {
            rewrite(row, seen, out.reborrow())?;
        }
        out.push_sql(" RETURNING 1), history AS (");
        version(history, out.reborrow())?;
        out.push_sql("), entry AS (");
        journal(entry, out.reborrow())?;
        out.push_sql("), kept AS (");
        answer(kept, out.reborrow())?;
        out.push_sql(" ON CONFLICT DO NOTHING RETURNING 1) SELECT EXISTS (SELECT FROM written), EXISTS (SELECT FROM kept)");
        Ok(())
    }
}

fn first<'b>(row: &'b ScoreRow, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql("INSERT INTO score (grid_id, line_id, salt, state, rank, reason, comment, version, updated_by, updated_at) VALUES (");
    out.push_bind_param::<Uid, _>(&row.grid_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Uid, _>(&row.line_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Binary, _>(&row.salt.0)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(row.state.as_str())?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Integer>, _>(&row.rank)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Text>, _>(&row.reason)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Text>, _>(&row.comment)?;
    out.push_sql(", ");
    out.push_bind_param::<Integer, _>(&row.version)?;
    out.push_sql(", ");
    out.push_bind_param::<Uid, _>(&row.updated_by)?;
    out.push_sql(", ");
    out.push_bind_param::<Stamp, _>(&row.updated_at)?;
    out.push_sql(") ON CONFLICT DO NOTHING");
    Ok(())
}

fn version<'b>(row: &'b ScoreVersionRow, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql("INSERT INTO score_version (grid_id, line_id, version, salt, state, rank, reason, comment, why, written_by, written_at) SELECT ");
    out.push_bind_param::<Uid, _>(&row.grid_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Uid, _>(&row.line_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Integer, _>(&row.version)?;
    out.push_sql(", ");
    out.push_bind_param::<Binary, _>(&row.salt.0)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(row.state.as_str())?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Integer>, _>(&row.rank)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Text>, _>(&row.reason)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Text>, _>(&row.comment)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Text>, _>(&row.why)?;
    out.push_sql(", ");
    out.push_bind_param::<Uid, _>(&row.written_by)?;
    out.push_sql(", ");
    out.push_bind_param::<Stamp, _>(&row.written_at)?;
    out.push_sql(" FROM written");
    Ok(())
}

fn journal<'b>(row: &'b NewEntry, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql("INSERT INTO journal_entry (id, kind, actor, at, subjects, rows) SELECT ");
    out.push_bind_param::<Uid, _>(&row.id)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(row.kind)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<Uid>, _>(&row.actor)?;
    out.push_sql(", ");
    out.push_bind_param::<Stamp, _>(&row.at)?;
    out.push_sql(", ");
    out.push_bind_param::<JsonDoc, _>(&row.subjects)?;
    out.push_sql(", ");
    out.push_bind_param::<JsonDoc, _>(&row.rows)?;
    out.push_sql(" FROM written");
    Ok(())
}

fn answer<'b>(row: &'b KeptAnswer<'_>, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql("INSERT INTO idempotency (account_id, idempotency_key, request_digest, status, answer, created_at) SELECT ");
    out.push_bind_param::<Uid, _>(&row.account_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(row.idempotency_key)?;
    out.push_sql(", ");
    out.push_bind_param::<Binary, _>(&row.request_digest.0)?;
    out.push_sql(", ");
    out.push_bind_param::<Integer, _>(&row.status)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(row.answer)?;
    out.push_sql(", ");
    out.push_bind_param::<Stamp, _>(&row.created_at)?;
    out.push_sql(" FROM written");
    Ok(())
}
