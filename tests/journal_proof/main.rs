//! The journal proves itself: whatever is changed behind the service's back is named, and nothing else is.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod files;
mod log;
mod places;
mod rows;
mod schema;
mod world;

use parchemin::proof::{PROTECTED, Report, UNPROTECTED};
use world::{Engine, World, engines, names};

/// The faults as `code table key`.
fn faults(report: &Report) -> Vec<String> {
    report
        .faults
        .iter()
        .map(|fault| format!("{} {} {}", fault.code.as_str(), fault.table, fault.key))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_folder_agrees_and_stays_untouched() {
    for engine in engines() {
        let world = World::told(engine).await;
        let (before, moment) = (listing(&world), touched(&world));
        let report = world.verify();
        assert_eq!(faults(&report), Vec::<String>::new());
        assert!(report.ok);
        let tables = u64::try_from(PROTECTED.len()).unwrap();
        assert_eq!(
            (report.entries, report.rows, report.checkpoints, report.files),
            (6 * tables, 2 * tables, 3, 4)
        );
        assert_eq!(report.head.as_ref().unwrap().size, 6 * tables);
        let unproved: Vec<&str> = report.cannot_prove.iter().map(|sentence| sentence.en).collect();
        assert!(unproved.iter().any(|sentence| sentence.contains("--head")), "{unproved:?}");
        assert_eq!(listing(&world), before);
        assert_eq!(touched(&world), moment, "no file was made in the folder, not even for a while");
    }
}

/// When a file was last made or removed in the folder.
fn touched(world: &World) -> std::time::SystemTime {
    std::fs::metadata(&world.data).unwrap().modified().unwrap()
}

/// Each file with its content.
fn listing(world: &World) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let (mut folders, mut found) = (vec![world.data.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for one in std::fs::read_dir(folder).unwrap() {
            let path = one.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.clone(), std::fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn each_table_is_under_proof_or_the_reason_is_told() {
    for engine in engines() {
        let world = World::empty(engine);
        let query = match engine {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            }
            Engine::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
        };
        let mut there = names(&mut world.intruder(), query);
        there.retain(|name| name != "__diesel_schema_migrations");
        there.sort();
        let mut known: Vec<&str> = PROTECTED.iter().map(|table| table.name).collect();
        known.extend(UNPROTECTED.iter().map(|(name, _)| *name));
        known.sort_unstable();
        assert_eq!(there, known);
        assert!(UNPROTECTED.iter().all(|(_, reason)| reason.len() > 10));
    }
}

#[test]
fn what_cannot_be_verified_is_refused_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parchemin.db");
    let verify =
        || parchemin::proof::verify_data(folder.path(), &parchemin::db::DbUrl::Sqlite(path.clone()), None);
    assert!(verify().unwrap_err().to_string().contains("there is no database"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    std::fs::write(&path, "not a database").unwrap();
    assert!(verify().is_err());

    let world = World::empty(Engine::Sqlite);
    let mut conn = world.intruder();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
    diesel::connection::SimpleConnection::batch_execute(&mut conn, newer).unwrap();
    let refused = parchemin::proof::verify_data(&world.data, &world.url, None).unwrap_err();
    assert!(refused.to_string().contains("another version"), "{refused}");
}
