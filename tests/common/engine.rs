//! A database of its own for each test, on either engine.

use std::path::Path;
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use parchemin::db::DbUrl;
use parchemin::db::open::{POSTGRES_MIGRATIONS, migrate};
use sha2::{Digest, Sha256};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// Makes a test that runs on each engine, under its own name and `::sqlite` or `::postgres`:
///
/// ```ignore
/// on_both_engines! {
///     async fn a_signed_sheet_is_locked(engine: Engine) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$doc:meta])* async fn $name:ident($engine:ident: Engine) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn story($engine: $crate::common::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::common::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                story($crate::common::Engine::Postgres).await;
            }
        }
    )+};
}

/// One database, removed with it.
#[derive(Debug)]
pub struct Database {
    pub url: DbUrl,
    /// Its name in the cluster, on PostgreSQL.
    name: Option<String>,
}

impl Database {
    /// Migrated on PostgreSQL, as a copy of a template; not there yet on SQLite, whose opening makes it.
    pub fn new(engine: Engine, folder: &Path) -> Self {
        match engine {
            Engine::Sqlite => Self { url: DbUrl::Sqlite(folder.join("parchemin.db")), name: None },
            Engine::Postgres => Self::in_cluster(Some(template())),
        }
    }

    /// Without a table, on either engine.
    pub fn empty(engine: Engine, folder: &Path) -> Self {
        match engine {
            Engine::Sqlite => Self::new(engine, folder),
            Engine::Postgres => Self::in_cluster(None),
        }
    }

    fn in_cluster(template: Option<&str>) -> Self {
        let name = format!("parchemin_{}", uuid::Uuid::new_v4().simple());
        let like = template.map(|name| format!(" TEMPLATE {name}")).unwrap_or_default();
        cluster().batch_execute(&format!("CREATE DATABASE {name}{like}")).unwrap();
        Self { url: DbUrl::Postgres(address_of(&name)), name: Some(name) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // Whatever still holds it is cut; a failure only leaves it to the end of the cluster.
            let _ = cluster().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Address of the cluster that `./test` started.
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

/// The same cluster, another database: its name is the last part of the address.
pub fn address_of(name: &str) -> String {
    let address = cluster_address();
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// A migrated database to copy, made once per set of migrations and cluster, whichever process comes first.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("parchemin_template_{}", migrations_digest());
        let mut conn = cluster();
        conn.batch_execute("SELECT pg_advisory_lock(7270002)").unwrap();
        let made: Found =
            diesel::sql_query("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1) AS found")
                .bind::<Text, _>(&name)
                .get_result(&mut conn)
                .unwrap();
        if !made.found {
            // Under another name until it is whole: what is found by its name can be copied.
            let draft = format!("{name}_draft");
            conn.batch_execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).unwrap();
            conn.batch_execute(&format!("CREATE DATABASE {draft}")).unwrap();
            migrate(&DbUrl::Postgres(address_of(&draft))).unwrap();
            conn.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}")).unwrap();
        }
        name
    })
}

fn migrations_digest() -> String {
    let mut hash = Sha256::new();
    let known: Vec<Box<dyn Migration<Pg>>> = POSTGRES_MIGRATIONS.migrations().unwrap();
    for migration in known {
        hash.update(migration.name().to_string());
    }
    for file in super::files_under("migrations/postgres", "up.sql") {
        hash.update(std::fs::read(file).unwrap());
    }
    hex::encode(&hash.finalize()[..8])
}
