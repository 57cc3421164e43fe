//! The rows of one candidate in a table, as the rules lead to them. The statements are made of the names in
//! the table of rules and of ids, never of words that somebody wrote.

use diesel::connection::DefaultLoadingMode;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::rules::{Export, Path, Table, table};
use crate::db::schema::{decision, deliberation, enrolment};
use crate::db::{AnyConn, Json};
use crate::error::AppError;
use crate::ids::{CandidateId, DeliberationId, EnrolmentId};

/// Columns that hold a document; SQLite keeps them as text.
const DOCUMENTS: &[&str] =
    &["blocks", "anchor", "body", "proposal_path", "options", "before", "after", "payload", "subjects"];

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    one: String,
}

/// Somebody, and what of them is published: before that, neither scores nor decisions are theirs to read.
pub struct Subject {
    pub candidate: CandidateId,
    pub enrolments: Vec<EnrolmentId>,
    deliberations: Vec<Uuid>,
    sittings: Vec<Uuid>,
}

impl Subject {
    /// # Errors
    /// Those of the database.
    pub fn of(conn: &mut AnyConn, candidate: CandidateId) -> Result<Self, AppError> {
        let enrolments: Vec<EnrolmentId> = enrolment::table
            .filter(enrolment::candidate_id.eq(candidate))
            .order(enrolment::id.asc())
            .select(enrolment::id)
            .load(conn)?;
        let published: Vec<(DeliberationId, Json)> = decision::table
            .inner_join(deliberation::table)
            .inner_join(enrolment::table)
            .filter(enrolment::candidate_id.eq(candidate))
            .filter(deliberation::published_at.is_not_null())
            .select((deliberation::id, deliberation::sittings))
            .load(conn)?;
        let mut subject = Self { candidate, enrolments, deliberations: Vec::new(), sittings: Vec::new() };
        for (id, sittings) in published {
            subject.deliberations.push(id.0);
            subject.sittings.extend(sittings.read::<Vec<Uuid>>()?);
        }
        Ok(subject)
    }

    /// The condition under which a row of a table is theirs, and theirs to read.
    fn condition(&self, sqlite: bool, of: &Table) -> String {
        let theirs = match of.path {
            Path::Itself => format!("\"id\" = {}", literal(sqlite, self.candidate.0)),
            Path::NotTheirs => "1 = 0".to_owned(),
            Path::Via(column, parent, parent_column) => {
                let inner = table(parent).map(|parent| self.condition(sqlite, parent)).unwrap_or_default();
                format!("\"{column}\" IN (SELECT \"{parent_column}\" FROM \"{parent}\" WHERE {inner})")
            }
        };
        match of.name {
            "sheet" | "settlement" => format!("{theirs} AND {}", among(sqlite, "sitting_id", &self.sittings)),
            "decision" => format!("{theirs} AND {}", among(sqlite, "deliberation_id", &self.deliberations)),
            _ => theirs,
        }
    }

    /// Their rows, with the columns that are given.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rows(&self, conn: &mut AnyConn, of: &Table) -> Result<Vec<Map<String, Value>>, AppError> {
        let sqlite = matches!(conn, AnyConn::Sqlite(_));
        read(conn, of, &self.condition(sqlite, of))
    }

    /// The acts about them, in the order in which they were done.
    ///
    /// # Errors
    /// Those of the database.
    pub fn acts(&self, conn: &mut AnyConn) -> Result<Vec<Map<String, Value>>, AppError> {
        let ids = std::iter::once(self.candidate.0).chain(self.enrolments.iter().map(|id| id.0));
        let named: Vec<String> = ids.map(|id| format!("CAST(\"subjects\" AS TEXT) LIKE '%{id}%'")).collect();
        match table("journal_entry") {
            Some(journal) => read(conn, journal, &named.join(" OR ")),
            None => Ok(Vec::new()),
        }
    }
}

fn literal(sqlite: bool, id: Uuid) -> String {
    if sqlite { format!("x'{}'", id.simple()) } else { format!("'{id}'::uuid") }
}

fn among(sqlite: bool, column: &str, ids: &[Uuid]) -> String {
    if ids.is_empty() {
        return "1 = 0".to_owned();
    }
    let ids: Vec<String> = ids.iter().map(|id| literal(sqlite, *id)).collect();
    format!("\"{column}\" IN ({})", ids.join(", "))
}

fn read(conn: &mut AnyConn, of: &Table, condition: &str) -> Result<Vec<Map<String, Value>>, AppError> {
    let given: Vec<&str> =
        of.rules().filter(|(_, rule)| rule.export == Export::Given).map(|(column, _)| column).collect();
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let lines = match conn {
        AnyConn::Pg(pg) => {
            let list: Vec<String> = given.iter().map(|column| format!("\"{column}\"")).collect();
            let query = format!(
                "SELECT to_jsonb(found)::text AS one FROM (SELECT {} FROM \"{}\" WHERE {condition} ORDER BY 1) AS found",
                list.join(", "),
                of.name
            );
            lines(diesel::sql_query(query).load_iter::<One, PgRowByRowLoadingMode>(pg)?)?
        }
        AnyConn::Sqlite(sqlite) => {
            let list: Vec<String> = given.iter().map(|column| on_sqlite(column)).collect();
            let query = format!(
                "SELECT json_object({}) AS one FROM \"{}\" WHERE {condition} ORDER BY \"{}\"",
                list.join(", "),
                of.name,
                given.first().copied().unwrap_or_default()
            );
            lines(diesel::sql_query(query).load_iter::<One, DefaultLoadingMode>(sqlite)?)?
        }
    };
    lines.iter().map(|line| Ok(readable(serde_json::from_str(line)?))).collect()
}

fn lines(found: impl Iterator<Item = QueryResult<One>>) -> Result<Vec<String>, AppError> {
    Ok(found.map(|row| row.map(|row| row.one)).collect::<QueryResult<_>>()?)
}

/// Bytes in the form in which PostgreSQL writes them.
fn on_sqlite(column: &str) -> String {
    let value = if DOCUMENTS.contains(&column) {
        format!("json(\"{column}\")")
    } else {
        format!(
            "CASE typeof(\"{column}\") WHEN 'blob' THEN '\\x' || lower(hex(\"{column}\")) ELSE \"{column}\" END"
        )
    };
    format!("'{column}', {value}")
}

/// Ids as they are written elsewhere, and other bytes in plain hexadecimal.
fn readable(row: Map<String, Value>) -> Map<String, Value> {
    let told = |value: Value| match value.as_str().and_then(|text| text.strip_prefix("\\x")) {
        Some(bytes) if bytes.chars().all(|one| one.is_ascii_hexdigit()) => match Uuid::try_parse(bytes) {
            Ok(id) => Value::String(id.to_string()),
            Err(_) => Value::String(bytes.to_owned()),
        },
        _ => value,
    };
    row.into_iter().map(|(name, value)| (name, told(value))).collect()
}
