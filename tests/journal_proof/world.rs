//! A data folder with two rows in each protected table, each written by an act, on either engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use parchemin::clock::Clock;
use parchemin::db::open::establish;
use parchemin::db::{AnyConn, Db, DbUrl};
use parchemin::error::AppError;
use parchemin::journal::keys;
use parchemin::journal::sequencer::{Checkpoint, Sequencer};
use parchemin::journal::{Act, Protected, RowDigest, record};
use parchemin::proof::{self, PROTECTED, Report};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::schema::{Kind, Table, Value, tables, words};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Both, always: a PostgreSQL that is not there fails the test.
pub fn engines() -> Vec<Engine> {
    vec![Engine::Sqlite, Engine::Postgres]
}

pub struct World {
    pub engine: Engine,
    pub url: DbUrl,
    pub data: PathBuf,
    db: Option<Db>,
    pub clock: Clock,
    pub tables: BTreeMap<String, Table>,
    pub rows: BTreeMap<String, Vec<Vec<Value>>>,
    /// Its database in the cluster, on PostgreSQL.
    name: Option<String>,
    _folder: TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = cluster().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn cluster_address() -> String {
    std::env::var("PARCHEMIN_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "PARCHEMIN_TEST_POSTGRES is not set: run the tests by ./test, which starts a PostgreSQL for them"
        )
    })
}

fn cluster() -> PgConnection {
    PgConnection::establish(&cluster_address()).unwrap()
}

/// The digest of a row that stands in its table.
struct Seen(RowDigest, &'static str);

impl Protected for Seen {
    fn table(&self) -> &'static str {
        self.1
    }
    fn key(&self) -> String {
        self.0.key.clone()
    }
    fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        unreachable!("its digest is known")
    }
    fn digest(&self) -> Result<RowDigest, serde_json::Error> {
        Ok(self.0.clone())
    }
}

impl World {
    /// Empty tables and a key.
    pub fn empty(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_owned();
        let (url, name) = match engine {
            Engine::Sqlite => (DbUrl::Sqlite(data.join("parchemin.db")), None),
            Engine::Postgres => {
                let name = format!("parchemin_proof_{}", Uuid::new_v4().simple());
                cluster().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
                let address = cluster_address();
                let (server, _) = address.rsplit_once('/').unwrap();
                (DbUrl::Postgres(format!("{server}/{name}")), Some(name))
            }
        };
        let db = Db::open(&url).unwrap();
        keys::open(&data.join("keys")).unwrap();
        let clock = Clock::scripted("2026-03-02T08:00:00Z".parse().unwrap());
        let (tables, rows) = (tables(), BTreeMap::new());
        Self { engine, url, data, db: Some(db), clock, tables, rows, name, _folder: folder }
    }

    /// Two rows in each protected table, in three signed heads; the service has been stopped in good order.
    pub async fn told(engine: Engine) -> Self {
        let mut world = Self::empty(engine);
        world.fill();
        let sequencer = world.sequencer();
        for turn in 0..3 {
            let at = world.clock.now();
            world.db().write(move |conn| tell_rows(conn, turn, at)).await.unwrap();
            sequencer.settle().await.unwrap();
        }
        world.stop(&sequencer).await;
        world
    }

    /// In good order.
    pub async fn stop(&mut self, sequencer: &Sequencer) {
        sequencer.stop().await.unwrap();
        self.db().close().await;
        self.db = None;
    }

    /// Opened again after a stop.
    pub fn start(&mut self) -> Sequencer {
        self.db = Some(Db::open(&self.url).unwrap());
        self.sequencer()
    }

    pub fn db(&self) -> Db {
        self.db.clone().unwrap()
    }

    pub fn sequencer(&self) -> Sequencer {
        let key = keys::open(&self.data.join("keys")).unwrap();
        Sequencer::start(self.db(), self.clock.clone(), key, Duration::from_secs(3600))
    }

    /// One act of the service that concerns no row.
    pub async fn act(&self, kind: &'static str) {
        let at = self.clock.now();
        self.db().write(move |conn| record(conn, Act::of_service(kind, at), &[])).await.unwrap();
    }

    /// A connection that lets through what no service would write.
    pub fn intruder(&self) -> AnyConn {
        let mut conn = establish(&self.url).unwrap();
        match &mut conn {
            AnyConn::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA foreign_keys=OFF").unwrap(),
            AnyConn::Pg(pg) => pg.batch_execute("SET session_replication_role = replica").unwrap(),
        }
        conn
    }

    pub fn vkey(&self) -> String {
        keys::public(&self.data.join("keys")).unwrap()
    }

    pub fn verify(&self) -> Report {
        proof::verify_data(&self.data, &self.url, None).unwrap()
    }

    /// What a verification finds after a change, which is then undone. Nothing when the database itself
    /// refuses the change.
    pub fn after(&self, conn: &mut AnyConn, change: &str) -> Option<Report> {
        conn.batch_execute("BEGIN").unwrap();
        let report = match conn.batch_execute(change) {
            Ok(()) => Some(proof::verify(conn, &self.data, Some(&self.vkey()), None).unwrap()),
            Err(_) => None,
        };
        conn.batch_execute("ROLLBACK").unwrap();
        report
    }

    pub fn literal(&self, value: &Value) -> String {
        value.literal(self.engine)
    }

    /// `"a" = 1 AND "b" = 2`: the row alone.
    pub fn is_row(&self, table: &Table, row: &[Value]) -> String {
        let own = table.columns.iter().zip(row).filter(|(column, _)| table.key.contains(&column.name));
        own.map(|(column, value)| format!("\"{}\" = {}", column.name, self.literal(value)))
            .collect::<Vec<_>>()
            .join(" AND ")
    }

    pub fn insert(&self, table: &Table, row: &[Value]) -> String {
        let names: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let values: Vec<String> = row.iter().map(|value| self.literal(value)).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), values.join(", "))
    }

    pub fn protected(&self) -> impl Iterator<Item = (&Table, &Vec<Vec<Value>>)> {
        PROTECTED.iter().map(|one| (&self.tables[one.name], &self.rows[one.name]))
    }

    fn fill(&mut self) {
        let mut conn = self.intruder();
        for name in PROTECTED.iter().map(|one| one.name) {
            let table = self.tables[name].clone();
            let rows: Vec<Vec<Value>> = (0..2).map(|number| self.row(&table, number)).collect();
            for row in &rows {
                let insert = self.insert(&table, row);
                conn.batch_execute(&insert).unwrap_or_else(|error| panic!("{insert}: {error}"));
            }
            self.rows.insert(name.to_owned(), rows);
        }
    }

    /// A row that every constraint accepts.
    fn row(&self, table: &Table, number: usize) -> Vec<Value> {
        table
            .columns
            .iter()
            .map(|column| {
                let name = column.name.as_str();
                if let Some(value) = self.told_value(&table.name, name, number) {
                    return value;
                }
                let words = words(&table.name, name);
                match column.kind {
                    // The second row is as empty as it may be.
                    _ if column.nullable && number == 1 => Value::Null,
                    Kind::Uid => Value::Uid(id(&parent(&table.name, name), number)),
                    Kind::Binary => Value::Bytes(format!("{name:_<15}{number}").into_bytes()[..16].to_vec()),
                    Kind::Text if !words.is_empty() => Value::Text(words[0].clone()),
                    Kind::Text => Value::Text(format!("{name} {number}")),
                    Kind::Stamp => Value::Text(format!(
                        "2026-03-0{}T08:00:00.000000Z",
                        if name == "ends_at" { 3 } else { 2 }
                    )),
                    Kind::Json => Value::Json(format!("{{\"a\":[{number}]}}")),
                    Kind::Int => Value::Int(3),
                    Kind::Bool => Value::Bool(false),
                }
            })
            .collect()
    }

    /// Where two columns hang together, and files.
    fn told_value(&self, table: &str, column: &str, number: usize) -> Option<Value> {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        match (table, column, number) {
            ("score" | "settlement" | "score_version", "state", 0) => text("not_observed"),
            ("score" | "settlement" | "score_version", "rank", 0) => Some(Value::Null),
            ("score" | "settlement" | "score_version", "state", 1) => text("scored"),
            ("score" | "settlement" | "score_version", "rank", 1) => Some(Value::Int(2)),
            ("sitting_change", "kind", 0) => text("merged"),
            ("adjustment", "kind", 1) => text("room_apart"),
            // One for a juror, one for a candidate.
            ("summons", "seat_id", 1) | ("summons", "enrolment_id", 0) => Some(Value::Null),
            ("summons", "enrolment_id", 1) => Some(Value::Uid(id("enrolment", 1))),
            ("deliberation", "number", 0) => Some(Value::Null),
            ("deliberation", "state", 1) => text("closed"),
            ("deliberation", "number", 1) => text("PV-1"),
            ("document", "path", _) => {
                self.keep(&Path::new("documents").join(format!("sheet-{number}.pdf")), number);
                text(&format!("sheet-{number}.pdf"))
            }
            ("document", "sha256", _) => Some(Value::Bytes(hash_of(number))),
            ("evidence", "sha256", _) => {
                let name = hex::encode(hash_of(number));
                self.keep(&Path::new("files").join(&name[..2]).join(&name[2..]), number);
                Some(Value::Bytes(hash_of(number)))
            }
            _ => None,
        }
    }

    fn keep(&self, path: &Path, number: usize) {
        let path = self.data.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("content {number}")).unwrap();
    }
}

fn hash_of(number: usize) -> Vec<u8> {
    Sha256::digest(format!("content {number}")).to_vec()
}

pub fn id(table: &str, number: usize) -> Uuid {
    let hash = Sha256::digest(format!("{table} {number}"));
    Uuid::from_slice(&hash[..16]).unwrap()
}

/// The table that a column of ids points to.
fn parent(table: &str, column: &str) -> String {
    match column {
        "id" => table.to_owned(),
        "version_id" => "referential_version".to_owned(),
        _ => column.strip_suffix("_id").unwrap_or("account").to_owned(),
    }
}

/// An act per row, the first two times with the digest of an earlier state of the row.
fn tell_rows(conn: &mut AnyConn, turn: u8, at: parchemin::db::At) -> Result<(), AppError> {
    for table in PROTECTED {
        let mut rows = Vec::new();
        (table.walk)(conn, &mut |row| rows.push(row.unwrap()))?;
        for mut row in rows {
            if turn < 2 {
                row.digest = hex::encode(Sha256::digest(format!("{} before {turn}", row.digest)));
            }
            let act = Act::of_service("row_written", at).about(table.name, &row.key);
            record(conn, act, &[&Seen(row, table.name)])?;
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
pub struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub name: String,
}

pub fn names(conn: &mut AnyConn, query: &str) -> Vec<String> {
    let found: Vec<Name> = parchemin::each!(conn, c => diesel::sql_query(query).load(c)).unwrap();
    found.into_iter().map(|one| one.name).collect()
}

pub fn head_of(checkpoint: &Checkpoint) -> String {
    format!("{}:{}", checkpoint.size, hex::encode(checkpoint.root))
}
