//! A schema as each engine describes it, in one form so that two can be compared.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use parchemin::db::AnyConn;

/// Table by name; diesel's own is left out.
pub type Shape = BTreeMap<String, Table>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: BTreeMap<String, Column>,
    pub primary_key: Vec<String>,
    /// Columns here, table there, columns there.
    pub foreign_keys: BTreeSet<(Vec<String>, String, Vec<String>)>,
    /// UNIQUE constraints by name.
    pub uniques: BTreeMap<String, Vec<String>>,
    pub indexes: BTreeMap<String, Index>,
    /// CHECK constraints by name, with the words that they allow.
    pub checks: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub place: i64,
    /// As the engine names it.
    pub kind: String,
    pub nullable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub columns: Vec<String>,
    pub unique: bool,
    /// Of a partial index.
    pub condition: Option<String>,
}

impl Table {
    fn without_types(&self) -> Self {
        let mut table = self.clone();
        table.columns.values_mut().for_each(|column| column.kind.clear());
        table
    }
}

/// Everything but the names of types, which no two engines share.
pub fn without_types(shape: &Shape) -> Shape {
    shape.iter().map(|(name, table)| (name.clone(), table.without_types())).collect()
}

pub fn of(conn: &mut AnyConn) -> Shape {
    match conn {
        AnyConn::Sqlite(sqlite) => sqlite_shape(sqlite),
        AnyConn::Pg(pg) => postgres_shape(pg),
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    a: String,
    #[diesel(sql_type = Nullable<Text>)]
    b: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    c: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    n: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    m: Option<i64>,
}

const TABLES: &str = "SELECT name AS a, sql AS b, NULL AS c, NULL AS n, NULL AS m FROM sqlite_schema \
     WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'";

fn sqlite_shape(conn: &mut SqliteConnection) -> Shape {
    let tables: Vec<Line> = diesel::sql_query(TABLES).load(conn).unwrap();
    tables.into_iter().map(|line| (line.a.clone(), sqlite_table(conn, &line.a, &line.b.unwrap()))).collect()
}

fn sqlite_table(conn: &mut SqliteConnection, name: &str, sql: &str) -> Table {
    let mut ask =
        |query: &str| -> Vec<Line> { diesel::sql_query(query.replace("$t", name)).load(conn).unwrap() };
    let mut table = Table::default();
    let mut key = BTreeMap::new();
    for line in ask(
        "SELECT name AS a, type AS b, NULL AS c, \"notnull\" + (pk << 1) AS n, cid AS m FROM pragma_table_info('$t')",
    ) {
        let (bits, place) = (line.n.unwrap(), line.m.unwrap());
        if bits > 1 {
            key.insert(bits >> 1, line.a.clone());
        }
        // STRICT: what is part of the key is never null.
        table.columns.insert(line.a, Column { place: place + 1, kind: line.b.unwrap(), nullable: bits == 0 });
    }
    table.primary_key = key.into_values().collect();
    let mut foreign: BTreeMap<i64, (Vec<String>, String, Vec<String>)> = BTreeMap::new();
    for line in ask(
        "SELECT \"table\" AS a, \"from\" AS b, \"to\" AS c, id AS n, seq AS m FROM pragma_foreign_key_list('$t') ORDER BY id, seq",
    ) {
        let key = foreign.entry(line.n.unwrap()).or_default();
        key.0.push(line.b.unwrap());
        key.1 = line.a;
        key.2.extend(line.c);
    }
    table.foreign_keys = foreign.into_values().collect();
    let named = named_constraints(sql);
    let indexes = ask(
        "SELECT l.name AS a, l.origin AS b, s.sql AS c, l.\"unique\" AS n, NULL AS m FROM pragma_index_list('$t') AS l \
         LEFT JOIN sqlite_schema AS s ON s.name = l.name",
    );
    for index in indexes {
        let about = format!(
            "SELECT name AS a, NULL AS b, NULL AS c, seqno AS n, NULL AS m FROM pragma_index_info('{}') ORDER BY seqno",
            index.a
        );
        let columns: Vec<String> = ask(&about).into_iter().map(|line| line.a).collect();
        match index.b.as_deref() {
            Some("u") => {
                let of_columns = |(_, rule, inside): &&(String, String, String)| {
                    rule == "UNIQUE" && list(inside) == columns
                };
                let given = named.iter().find(of_columns).map(|(name, _, _)| name.clone());
                // PostgreSQL's own way of naming it.
                let name = given.unwrap_or_else(|| format!("{name}_{}_key", columns.join("_")));
                table.uniques.insert(name, columns);
            }
            Some("c") => {
                let condition =
                    index.c.as_deref().and_then(|sql| sql.split_once(" WHERE ")).map(|(_, text)| plain(text));
                table.indexes.insert(index.a, Index { columns, unique: index.n == Some(1), condition });
            }
            _ => {}
        }
    }
    let checks = named.into_iter().filter(|(_, rule, _)| rule == "CHECK");
    table.checks = checks.map(|(name, _, inside)| (name, words(&inside))).collect();
    table
}

/// `CONSTRAINT name RULE (…)`, wherever it stands in a CREATE TABLE.
fn named_constraints(sql: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (at, start) in sql.match_indices("CONSTRAINT ") {
        let rest = &sql[at + start.len()..];
        let (head, body) = rest.split_once('(').unwrap();
        let mut head = head.split_whitespace();
        let (name, rule) = (head.next().unwrap(), head.next().unwrap());
        let mut depth = 1;
        let end = body.find(|one| {
            depth += match one {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        found.push((name.to_owned(), rule.to_owned(), body[..end.unwrap()].to_owned()));
    }
    found
}

fn list(columns: &str) -> Vec<String> {
    columns.split(',').map(|name| name.trim().to_owned()).collect()
}

/// The words in quotes: what a CHECK allows, however each engine prints it.
fn words(check: &str) -> BTreeSet<String> {
    check.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A condition without the brackets and casts that one engine adds.
fn plain(condition: &str) -> String {
    condition
        .replace("::text", "")
        .replace(['(', ')', '"'], "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[derive(QueryableByName)]
struct PgColumn {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    #[diesel(sql_type = Integer)]
    place: i32,
}

#[derive(QueryableByName)]
struct PgRule {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    name: String,
    /// p, f, u or c of the catalogue; i for an index.
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Text)]
    columns: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    target_columns: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Bool)]
    is_unique: bool,
}

const PG_COLUMNS: &str = "SELECT c.relname::text AS of, a.attname::text AS name, t.typname::text AS kind, \
     NOT a.attnotnull AS nullable, a.attnum::int AS place \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid \
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped \
     AND c.relname NOT LIKE '\\_\\_diesel%'";

const PG_RULES: &str = "WITH named AS (SELECT oid, relname::text AS name FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%'), \
     column_list AS (SELECT con.oid, \
         (SELECT coalesce(string_agg(a.attname, ',' ORDER BY k.n), '') FROM unnest(con.conkey) WITH ORDINALITY k(num, n) \
          JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num) AS here, \
         (SELECT coalesce(string_agg(a.attname, ',' ORDER BY k.n), '') FROM unnest(con.confkey) WITH ORDINALITY k(num, n) \
          JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.num) AS there FROM pg_constraint con) \
     SELECT n.name AS of, con.conname::text AS name, con.contype::text AS rule, l.here::text AS columns, \
         coalesce((SELECT name FROM named WHERE oid = con.confrelid), '') AS target, l.there::text AS target_columns, \
         pg_get_constraintdef(con.oid) AS text, false AS is_unique \
     FROM pg_constraint con JOIN named n ON n.oid = con.conrelid JOIN column_list l ON l.oid = con.oid \
     UNION ALL \
     SELECT n.name, i.relname::text, 'i', \
         (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k(num, n) \
          JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num), \
         '', '', coalesce(pg_get_expr(x.indpred, x.indrelid), ''), x.indisunique \
     FROM pg_index x JOIN named n ON n.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
     WHERE NOT EXISTS (SELECT 1 FROM pg_constraint con WHERE con.conindid = x.indexrelid AND con.contype IN ('p', 'u'))";

fn postgres_shape(conn: &mut PgConnection) -> Shape {
    let mut shape = Shape::new();
    let columns: Vec<PgColumn> = diesel::sql_query(PG_COLUMNS).load(conn).unwrap();
    for line in columns {
        let column = Column { place: line.place.into(), kind: line.kind, nullable: line.nullable };
        shape.entry(line.of).or_default().columns.insert(line.name, column);
    }
    let rules: Vec<PgRule> = diesel::sql_query(PG_RULES).load(conn).unwrap();
    for line in rules {
        let table = shape.get_mut(&line.of).unwrap();
        let columns = list(&line.columns);
        match line.rule.as_str() {
            "p" => table.primary_key = columns,
            "f" => drop(table.foreign_keys.insert((columns, line.target, list(&line.target_columns)))),
            "u" => drop(table.uniques.insert(line.name, columns)),
            "c" => drop(table.checks.insert(line.name, words(&line.text))),
            _ => {
                let condition = Some(plain(&line.text)).filter(|text| !text.is_empty());
                table.indexes.insert(line.name, Index { columns, unique: line.is_unique, condition });
            }
        }
    }
    shape
}
