//! Writes rows of the summaries in place: a row that another transaction waits for must not be deleted.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Integer, Nullable, Text};

use super::rows::{BlockSummaryRow, EnrolmentSummaryRow};
use crate::db::AnyConn;
use crate::db::conn::MultiBackend;
use crate::db::types::sql::{Stamp, Uid};
use crate::error::AppError;

/// Rows written by one statement at the most: SQLite binds 32 766 values.
const CHUNK: usize = 1_000;

pub fn enrolments(conn: &mut AnyConn, rows: &[EnrolmentSummaryRow]) -> Result<(), AppError> {
    for some in rows.chunks(CHUNK) {
        Enrolments(some).execute(conn)?;
    }
    Ok(())
}

pub fn blocks(conn: &mut AnyConn, rows: &[BlockSummaryRow]) -> Result<(), AppError> {
    for some in rows.chunks(CHUNK) {
        Blocks(some).execute(conn)?;
    }
    Ok(())
}

/// Several rows at once with `ON CONFLICT`: valid on both engines, refused by diesel's types for SQLite.
macro_rules! upsert {
    ($name:ident of $row:ty, $table:literal, $key:literal, { $first:ident: $first_sql:ty, $($column:ident: $sql:ty),* $(,)? }) => {
        struct $name<'a>(&'a [$row]);

        impl QueryId for $name<'_> {
            type QueryId = ();
            // The text changes with the number of rows.
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl QueryFragment<MultiBackend> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
                let columns = [stringify!($first), $(stringify!($column)),*];
                out.push_sql(concat!("INSERT INTO ", $table, " ("));
                out.push_sql(&columns.join(", "));
                out.push_sql(") VALUES ");
                for (index, row) in self.0.iter().enumerate() {
                    out.push_sql(if index == 0 { "(" } else { ", (" });
                    out.push_bind_param::<$first_sql, _>(&row.$first)?;
                    $(
                        out.push_sql(", ");
                        out.push_bind_param::<$sql, _>(&row.$column)?;
                    )*
                    out.push_sql(")");
                }
                out.push_sql(concat!(" ON CONFLICT (", $key, ") DO UPDATE SET "));
                let set: Vec<String> = columns.iter().map(|name| format!("{name} = excluded.{name}")).collect();
                out.push_sql(&set.join(", "));
                Ok(())
            }
        }

        impl RunQueryDsl<AnyConn> for $name<'_> {}
    };
}

upsert!(Enrolments of EnrolmentSummaryRow, "enrolment_summary", "enrolment_id", {
    enrolment_id: Uid,
    cohort_id: Uid,
    sheets_expected: Integer,
    sheets_signed: Integer,
    evidence_pieces: Integer,
    evidence_missing: Integer,
    requirements_pending: Integer,
    requirements_unmet: Integer,
    proposal: Text,
    decision: Nullable<Text>,
    decided_at: Nullable<Stamp>,
    published_at: Nullable<Stamp>,
    state: Text,
});

upsert!(Blocks of BlockSummaryRow, "block_summary", "enrolment_id, block", {
    enrolment_id: Uid,
    block: Text,
    cohort_id: Uid,
    sought: Bool,
    acquired_on: Nullable<Text>,
    acquired_by: Nullable<Text>,
    lines_expected: Integer,
    lines_scored: Integer,
    sheets_expected: Integer,
    sheets_signed: Integer,
    evidence_expected: Integer,
    evidence_found: Integer,
    proposal: Text,
    decision: Nullable<Text>,
    decided_at: Nullable<Stamp>,
    published_at: Nullable<Stamp>,
    state: Text,
});
