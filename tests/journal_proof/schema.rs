//! The columns of each table and the words that they allow, read from the sources: a column that somebody
//! adds tomorrow is changed by these tests without a line written here.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::world::Engine;

/// As `src/db/schema.rs` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Uid,
    Binary,
    Text,
    Stamp,
    Json,
    Int,
    Bool,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub nullable: bool,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub key: Vec<String>,
    pub columns: Vec<Column>,
}

pub fn tables() -> BTreeMap<String, Table> {
    let text = include_str!("../../src/db/schema.rs");
    let blocks = text.split("diesel::table! {").skip(1);
    blocks.map(|block| table(block.split("\n}").next().unwrap())).map(|one| (one.name.clone(), one)).collect()
}

fn table(block: &str) -> Table {
    let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("use "));
    let head = lines.next().unwrap();
    let (name, key) = head.trim_end_matches(") {").split_once(" (").unwrap();
    let columns =
        lines.filter_map(|line| line.trim_end_matches(',').split_once(" -> ")).map(|(name, kind)| {
            let plain = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let kind = match plain.unwrap_or(kind) {
                "Uid" => Kind::Uid,
                "Binary" => Kind::Binary,
                "Text" => Kind::Text,
                "Stamp" => Kind::Stamp,
                "JsonDoc" => Kind::Json,
                "Integer" | "BigInt" => Kind::Int,
                "Bool" => Kind::Bool,
                other => panic!("{name}: what is {other}?"),
            };
            Column { name: name.to_owned(), kind, nullable: plain.is_some() }
        });
    Table {
        name: name.to_owned(),
        columns: columns.collect(),
        key: key.split(", ").map(str::to_owned).collect(),
    }
}

/// Every migration, in order.
fn migrations() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|one| one.unwrap().path().join("up.sql")).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The words that a CHECK allows for a column, from the migrations.
pub fn words(table: &str, column: &str) -> Vec<String> {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let text = TEXT.get_or_init(migrations);
    // History keeps the words of the thing itself.
    let table = match table {
        "score_version" => "score",
        "requirement_past" => "requirement_state",
        other => other,
    };
    let start = text.rfind(&format!("CREATE TABLE {table} (")).unwrap();
    let block = text[start..].split(") STRICT").next().unwrap();
    let check = format!("{column} IN");
    let list = block.split(&check).skip(1).map(str::trim_start).find(|rest| rest.starts_with('('));
    let list = list.map(|rest| rest[1..].split(')').next().unwrap()).unwrap_or_default();
    list.split(',')
        .map(|word| word.trim().trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Uid(Uuid),
    Bytes(Vec<u8>),
    Text(String),
    Json(String),
    Int(i64),
    Bool(bool),
}

impl Value {
    pub fn literal(&self, engine: Engine) -> String {
        match (self, engine) {
            (Self::Null, _) => "NULL".to_owned(),
            (Self::Uid(id), Engine::Sqlite) => format!("x'{}'", id.simple()),
            (Self::Uid(id), Engine::Postgres) => format!("'{id}'"),
            (Self::Bytes(bytes), Engine::Sqlite) => format!("x'{}'", hex::encode(bytes)),
            (Self::Bytes(bytes), Engine::Postgres) => format!("'\\x{}'", hex::encode(bytes)),
            (Self::Text(text) | Self::Json(text), _) => format!("'{text}'"),
            (Self::Int(number), _) => number.to_string(),
            (Self::Bool(truth), Engine::Sqlite) => i64::from(*truth).to_string(),
            (Self::Bool(truth), Engine::Postgres) => truth.to_string(),
        }
    }

    /// As the key of a row has it.
    pub fn in_key(&self) -> String {
        match self {
            Self::Uid(id) => id.to_string(),
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            other => panic!("no key holds {other:?}"),
        }
    }

    /// Another value of the same kind.
    pub fn other(&self, table: &str, column: &Column) -> Vec<Self> {
        let words = words(table, &column.name);
        let mut others = match self {
            Self::Null => vec![fresh(column)],
            Self::Uid(id) => vec![Self::Uid(Uuid::from_u128(id.as_u128() ^ 1))],
            Self::Bytes(bytes) => {
                let mut bytes = bytes.clone();
                bytes[0] ^= 1;
                vec![Self::Bytes(bytes)]
            }
            Self::Text(text) if !words.is_empty() => {
                words.into_iter().filter(|word| word != text).map(Self::Text).collect()
            }
            // One microsecond, one letter: the least that can be changed.
            Self::Text(text) if column.kind == Kind::Stamp => {
                vec![Self::Text(text.replace("000000Z", "000001Z"))]
            }
            Self::Text(text) => vec![Self::Text(format!("{text}x"))],
            Self::Json(_) => vec![Self::Json("{\"a\":[2]}".to_owned())],
            Self::Int(number) => vec![Self::Int(number + 1)],
            Self::Bool(truth) => vec![Self::Bool(!truth)],
        };
        if column.nullable && *self != Self::Null {
            others.push(Self::Null);
        }
        others
    }
}

fn fresh(column: &Column) -> Value {
    match column.kind {
        Kind::Uid => Value::Uid(Uuid::from_u128(7)),
        Kind::Binary => Value::Bytes(vec![7; 16]),
        Kind::Text => Value::Text("came from nowhere".to_owned()),
        Kind::Stamp => Value::Text("2026-03-02T08:30:00.000000Z".to_owned()),
        Kind::Json => Value::Json("{\"a\":[7]}".to_owned()),
        Kind::Int => Value::Int(7),
        Kind::Bool => Value::Bool(true),
    }
}
