//! Two engines, one schema: migrations go up, down and up again, both end alike, and `schema.rs` says the
//! same. What must be refused at the opening is refused.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use std::collections::BTreeMap;

use common::shape::{self, Shape};
use common::{Database, Engine, in_repository};
use diesel::connection::SimpleConnection;
use diesel_migrations::MigrationHarness;
use parchemin::db::open::{POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS, establish, migrate, sqlite_is_recent};
use parchemin::db::{AnyConn, Db, DbUrl, OpenError};

fn up(conn: &mut AnyConn) {
    match conn {
        AnyConn::Sqlite(sqlite) => drop(sqlite.run_pending_migrations(SQLITE_MIGRATIONS).unwrap()),
        AnyConn::Pg(pg) => drop(pg.run_pending_migrations(POSTGRES_MIGRATIONS).unwrap()),
    }
}

fn down(conn: &mut AnyConn) {
    match conn {
        AnyConn::Sqlite(sqlite) => drop(sqlite.revert_all_migrations(SQLITE_MIGRATIONS).unwrap()),
        AnyConn::Pg(pg) => drop(pg.revert_all_migrations(POSTGRES_MIGRATIONS).unwrap()),
    }
}

fn migrated(engine: Engine) -> Shape {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(engine, folder.path());
    let mut conn = establish(&database.url).unwrap();
    up(&mut conn);
    shape::of(&mut conn)
}

on_both_engines! {
    async fn migrations_go_up_down_and_up_again(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::empty(engine, folder.path());
        let mut conn = establish(&database.url).unwrap();
        assert_eq!(shape::of(&mut conn), Shape::new());
        up(&mut conn);
        let first = shape::of(&mut conn);
        assert!(first.len() >= 38, "{} tables", first.len());
        down(&mut conn);
        assert_eq!(shape::of(&mut conn), Shape::new(), "down leaves something behind");
        up(&mut conn);
        assert_eq!(shape::of(&mut conn), first);
    }
}

#[test]
fn both_engines_hold_the_same_schema() {
    let sqlite = shape::without_types(&migrated(Engine::Sqlite));
    let postgres = shape::without_types(&migrated(Engine::Postgres));
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (name, table) in &sqlite {
        assert_eq!(table, &postgres[name], "table {name}: SQLite on the left, PostgreSQL on the right");
    }
    let of = |table: &str| &sqlite[table];
    // Were these empty, nothing would have been compared.
    assert_eq!(of("score").primary_key, ["grid_id", "line_id"]);
    assert!(of("score").checks.contains_key("rank_starts_at_one"));
    assert_eq!(of("account").checks["locale_is_known"].len(), 2);
    assert_eq!(of("account").uniques["one_account_per_email"], ["email"]);
    assert_eq!(
        of("seat").indexes["one_chair_per_jury"].condition.as_deref(),
        Some("closed_at IS NULL AND function = 'chair'")
    );
    assert_eq!(of("score_version").foreign_keys.len(), 2);
}

/// What a type of `schema.rs` is on SQLite and on PostgreSQL (`src/db/types.rs`).
const KINDS: &[(&str, &str, &str)] = &[
    ("Uid", "BLOB", "uuid"),
    ("Text", "TEXT", "text"),
    ("Binary", "BLOB", "bytea"),
    ("Stamp", "TEXT", "timestamptz"),
    ("JsonDoc", "TEXT", "jsonb"),
    ("Integer", "INTEGER", "int4"),
    ("BigInt", "INTEGER", "int8"),
    ("Bool", "INTEGER", "bool"),
];

struct Declared {
    primary_key: Vec<String>,
    /// Name, type, whether it may be null, in the order of the file.
    columns: Vec<(String, String, bool)>,
}

/// The `table!` entries of `schema.rs`.
fn declared() -> BTreeMap<String, Declared> {
    let text = std::fs::read_to_string(in_repository("src/db/schema.rs")).unwrap();
    let entries = text.split("diesel::table! {").skip(1);
    entries
        .map(|entry| {
            let lines: Vec<&str> = entry.lines().map(str::trim).take_while(|line| *line != "}").collect();
            let head = lines.iter().find(|line| line.ends_with(") {")).unwrap();
            let (name, key) = head.trim_end_matches(") {").split_once(" (").unwrap();
            let columns = lines.iter().filter_map(|line| line.trim_end_matches(',').split_once(" -> "));
            let columns = columns.map(|(name, kind)| {
                let inner = kind.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
                (name.to_owned(), inner.unwrap_or(kind).to_owned(), inner.is_some())
            });
            let primary_key = key.split(", ").map(str::to_owned).collect();
            (name.to_owned(), Declared { primary_key, columns: columns.collect() })
        })
        .collect()
}

on_both_engines! {
    async fn the_code_names_the_tables_as_they_are(engine: Engine) {
        let declared = declared();
        let found = migrated(engine);
        assert_eq!(declared.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
        for (name, table) in &found {
            let told = &declared[name];
            assert_eq!(told.primary_key, table.primary_key, "{name}");
            let mut columns: Vec<_> = table.columns.iter().collect();
            columns.sort_by_key(|(_, column)| column.place);
            let found: Vec<_> =
                columns.into_iter().map(|(name, column)| (name.clone(), column.kind.clone(), column.nullable)).collect();
            let told: Vec<_> = told.columns.iter().map(|(name, kind, nullable)| {
                let (_, sqlite, postgres) = KINDS.iter().find(|(known, _, _)| known == kind).unwrap_or_else(|| panic!("{kind}"));
                let kind = if engine == Engine::Sqlite { sqlite } else { postgres };
                (name.clone(), (*kind).to_owned(), *nullable)
            }).collect();
            assert_eq!(told, found, "{name}: schema.rs on the left, the database on the right");
        }
    }
}

#[test]
fn an_address_of_another_scheme_is_refused_without_repeating_it() {
    for address in [
        "mysql://clerk:hunter2@host/db",
        "parchemin.db",
        "sqlite:",
        "sqlite://",
        "",
        "Postgres://host/db",
        "file:x.db",
    ] {
        let refused = address.parse::<DbUrl>().unwrap_err();
        assert!(matches!(refused, OpenError::UnknownScheme(_)), "{address}: {refused:?}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
    assert_eq!("sqlite:a/b.db".parse::<DbUrl>().unwrap(), DbUrl::Sqlite("a/b.db".into()));
    assert_eq!("sqlite:///a/b.db".parse::<DbUrl>().unwrap(), DbUrl::Sqlite("/a/b.db".into()));
    let postgres = "postgresql://host/db".parse::<DbUrl>().unwrap();
    assert_eq!(postgres, DbUrl::Postgres("postgresql://host/db".to_owned()));
}

#[test]
fn an_sqlite_that_can_corrupt_a_database_is_refused() {
    for old in ["3.51.2", "3.51", "3.50.9", "3.7.0", "2.99.99", "", "none"] {
        assert!(matches!(sqlite_is_recent(old), Err(OpenError::OldSqlite { .. })), "{old}");
    }
    for recent in ["3.51.3", "3.52.0", "3.100.0", "4.0.0"] {
        assert!(sqlite_is_recent(recent).is_ok(), "{recent}");
    }
}

on_both_engines! {
    async fn a_database_of_a_newer_binary_is_refused_and_left_alone(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine, folder.path());
        drop(Db::open(&database.url).unwrap());
        let mut conn = establish(&database.url).unwrap();
        let mark = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
        parchemin::each!(&mut conn, c => c.batch_execute(mark)).unwrap();
        let before = shape::of(&mut conn);
        let Err(refused) = Db::open(&database.url) else { panic!("opened") };
        assert!(matches!(&refused, OpenError::NewerDatabase(version) if version == "99991231000000"), "{refused:?}");
        assert_eq!(shape::of(&mut conn), before);
    }

    async fn a_database_made_before_is_opened_again(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine, folder.path());
        for _ in 0..2 {
            let db = Db::open(&database.url).unwrap();
            assert_eq!(db.is_sqlite(), engine == Engine::Sqlite);
            db.close().await;
        }
    }
}

/// Several instances may start at the same moment.
#[test]
fn instances_that_start_together_migrate_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(Engine::Postgres, folder.path());
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..6).map(|_| scope.spawn(|| migrate(&database.url))).collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
    assert!(shape::of(&mut establish(&database.url).unwrap()).len() >= 38);
}

#[test]
fn a_database_that_cannot_be_reached_is_told_as_such() {
    let nowhere = DbUrl::Postgres("postgres://nobody@127.0.0.1:1/none".to_owned());
    assert!(matches!(migrate(&nowhere), Err(OpenError::Unreachable(_))));
    let folder = tempfile::tempdir().unwrap();
    let missing = DbUrl::Sqlite(folder.path().join("no such folder/parchemin.db"));
    assert!(matches!(migrate(&missing), Err(OpenError::Unreachable(_))));
}
