//! The rows of one database into another, of either engine: a backup is always an SQLite file, so that it can
//! be verified and restored with nothing else installed, onto either engine.
//!
//! Between engines a row travels as a JSON list of its columns, bytes in hexadecimal. The statements are made
//! of names that the databases themselves give, never of values.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::{DefaultLoadingMode, SimpleConnection as _};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// Rows that travel at a time.
const ROWS: usize = 500;
/// Bytes that travel at a time, but for one row that is larger.
const BYTES: usize = 1 << 20;

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    one: String,
}

#[derive(QueryableByName)]
struct Two {
    #[diesel(sql_type = Text)]
    one: String,
    #[diesel(sql_type = Text)]
    two: String,
}

/// Diesel's own table tells which migrations ran: both sides have run them.
const TABLES: &str = "SELECT name AS one FROM sqlite_master WHERE type = 'table' \
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '__diesel_schema_migrations' ORDER BY name";

/// # Errors
/// Those of the database.
pub fn tables(sqlite: &mut SqliteConnection) -> anyhow::Result<Vec<String>> {
    let found: Vec<One> = diesel::sql_query(TABLES).load(sqlite)?;
    Ok(found.into_iter().map(|row| row.one).collect())
}

/// Fills the attached database `copy` with a table of this one.
///
/// # Errors
/// Those of the database.
pub fn attached(sqlite: &mut SqliteConnection, table: &str) -> anyhow::Result<()> {
    let columns = diesel::sql_query("SELECT name AS one FROM pragma_table_info(?)").bind::<Text, _>(table);
    let columns: Vec<One> = columns.load(sqlite)?;
    let columns: Vec<String> = columns.into_iter().map(|row| format!("\"{}\"", row.one)).collect();
    let columns = columns.join(", ");
    let fill = format!(
        "DELETE FROM copy.\"{table}\"; INSERT INTO copy.\"{table}\" ({columns}) SELECT {columns} FROM main.\"{table}\";"
    );
    Ok(sqlite.batch_execute(&fill)?)
}

/// Columns of each table of a PostgreSQL database, with their types.
///
/// # Errors
/// Those of the database.
pub fn columns(pg: &mut PgConnection) -> anyhow::Result<BTreeMap<String, Vec<(String, String)>>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        one: String,
        #[diesel(sql_type = Text)]
        two: String,
        #[diesel(sql_type = Text)]
        three: String,
    }
    let query = "SELECT table_name::text AS one, column_name::text AS two, udt_name::text AS three \
         FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
    let found: Vec<Found> = diesel::sql_query(query).load(pg)?;
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in found {
        tables.entry(row.one).or_default().push((row.two, row.three));
    }
    tables.remove("__diesel_schema_migrations");
    Ok(tables)
}

/// # Errors
/// Those of either database.
pub fn from_postgres(
    pg: &mut PgConnection,
    sqlite: &mut SqliteConnection,
    table: &str,
    columns: &[(String, String)],
) -> anyhow::Result<()> {
    let told: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match kind.as_str() {
            "uuid" => format!("replace(\"{name}\"::text, '-', '')"),
            "bytea" => format!("encode(\"{name}\", 'hex')"),
            "timestamptz" => {
                format!("to_char(\"{name}\" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            }
            "jsonb" => format!("\"{name}\"::text"),
            "bool" => format!("\"{name}\"::int"),
            _ => format!("\"{name}\""),
        })
        .collect();
    let read =
        format!("SELECT json_build_array({})::text AS one FROM \"{table}\" ORDER BY 1", told.join(", "));
    let kept: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(place, (_, kind))| match kind.as_str() {
            "uuid" | "bytea" => format!("unhex(json_extract(row.value, '$[{place}]'))"),
            _ => format!("json_extract(row.value, '$[{place}]')"),
        })
        .collect();
    let write = format!(
        "INSERT INTO \"{table}\" ({}) SELECT {} FROM json_each(?) AS row",
        names(columns),
        kept.join(", ")
    );
    sqlite.batch_execute(&format!("DELETE FROM \"{table}\""))?;
    let mut batch = Batch::default();
    for row in diesel::sql_query(read).load_iter::<One, PgRowByRowLoadingMode>(pg)? {
        if let Some(full) = batch.add(&row?.one) {
            diesel::sql_query(&write).bind::<Text, _>(full).execute(sqlite)?;
        }
    }
    if let Some(rest) = batch.rest() {
        diesel::sql_query(&write).bind::<Text, _>(rest).execute(sqlite)?;
    }
    Ok(())
}

/// # Errors
/// Those of either database.
pub fn to_postgres(
    sqlite: &mut SqliteConnection,
    pg: &mut PgConnection,
    table: &str,
    columns: &[(String, String)],
) -> anyhow::Result<()> {
    let told: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match kind.as_str() {
            "uuid" | "bytea" => format!("CASE WHEN \"{name}\" IS NOT NULL THEN lower(hex(\"{name}\")) END"),
            _ => format!("\"{name}\""),
        })
        .collect();
    // A row that refers to one of its own table was made after it: ids follow time.
    let read = format!("SELECT json_array({}) AS one FROM \"{table}\" ORDER BY 1", told.join(", "));
    let kept: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(place, (_, kind))| match kind.as_str() {
            "bytea" => format!("decode(row ->> {place}, 'hex')"),
            "bool" => format!("(row ->> {place})::int::bool"),
            kind => format!("(row ->> {place})::{kind}"),
        })
        .collect();
    let write = format!(
        "INSERT INTO \"{table}\" ({}) SELECT {} FROM jsonb_array_elements($1::jsonb) AS row",
        names(columns),
        kept.join(", ")
    );
    let mut batch = Batch::default();
    for row in diesel::sql_query(read).load_iter::<One, DefaultLoadingMode>(sqlite)? {
        if let Some(full) = batch.add(&row?.one) {
            diesel::sql_query(&write).bind::<Text, _>(full).execute(pg)?;
        }
    }
    if let Some(rest) = batch.rest() {
        diesel::sql_query(&write).bind::<Text, _>(rest).execute(pg)?;
    }
    Ok(())
}

fn names(columns: &[(String, String)]) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    names.join(", ")
}

/// Rows on their way, as the text of one JSON list.
#[derive(Default)]
struct Batch {
    text: String,
    rows: usize,
}

impl Batch {
    /// The list so far, once it is long enough to travel.
    fn add(&mut self, row: &str) -> Option<String> {
        self.text.push(if self.rows == 0 { '[' } else { ',' });
        self.text.push_str(row);
        self.rows += 1;
        if self.rows < ROWS && self.text.len() < BYTES { None } else { self.rest() }
    }

    fn rest(&mut self) -> Option<String> {
        if self.rows == 0 {
            return None;
        }
        self.rows = 0;
        self.text.push(']');
        Some(std::mem::take(&mut self.text))
    }
}

/// The tables of a PostgreSQL database, each after those that it refers to.
///
/// # Errors
/// Those of the database, or tables that refer to one another in a circle.
pub fn parents_first(pg: &mut PgConnection, tables: &[String]) -> anyhow::Result<Vec<String>> {
    let query = "SELECT child.relname::text AS one, parent.relname::text AS two FROM pg_constraint link \
         JOIN pg_class child ON child.oid = link.conrelid JOIN pg_class parent ON parent.oid = link.confrelid \
         WHERE link.contype = 'f' AND link.conrelid <> link.confrelid \
         AND link.connamespace = current_schema()::regnamespace";
    let links: Vec<Two> = diesel::sql_query(query).load(pg)?;
    let (mut placed, mut waiting) = (Vec::new(), tables.to_vec());
    while !waiting.is_empty() {
        let known: BTreeSet<&String> = waiting.iter().collect();
        let (later, now): (Vec<String>, Vec<String>) = waiting
            .iter()
            .cloned()
            .partition(|table| links.iter().any(|link| link.one == *table && known.contains(&link.two)));
        anyhow::ensure!(!now.is_empty(), "these tables refer to one another: {}", later.join(", "));
        placed.extend(now);
        waiting = later;
    }
    Ok(placed)
}
