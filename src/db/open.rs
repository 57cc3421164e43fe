//! Opening: which engine an address means, what is refused, how each connection is set up.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::AnyConn;

pub const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The first SQLite without the fault in which two connections that commit and checkpoint at the same
/// moment corrupt a WAL database (3.7.0 to 3.51.2).
const SQLITE_FLOOR: (u32, u32, u32) = (3, 51, 3);

/// `synchronous=FULL`: in WAL mode NORMAL does not sync at commit, and an acknowledged score could be lost
/// with the power. No `mmap_size`. A checkpoint syncs twice: one every 16 MiB of log, not every 4.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; \
     PRAGMA wal_autocheckpoint=4000;";

/// Any constant does, if every instance uses the same: one at a time migrates.
const MIGRATION_LOCK: i64 = 7_270_001;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database address «{0}» is neither sqlite:PATH nor postgres://…")]
    UnknownScheme(String),
    #[error("this SQLite is {found}; {} or later is needed, older ones can corrupt a database", floor())]
    OldSqlite { found: String },
    #[error(
        "this database was made by a newer version of Parchemin (it holds migration {0}): use that version"
    )]
    NewerDatabase(String),
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    #[error("the database cannot be migrated: {0}")]
    Migration(String),
}

fn floor() -> String {
    format!("{}.{}.{}", SQLITE_FLOOR.0, SQLITE_FLOOR.1, SQLITE_FLOOR.2)
}

/// Where the database is, its engine told by the scheme and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl std::str::FromStr for DbUrl {
    type Err = OpenError;

    fn from_str(address: &str) -> Result<Self, OpenError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self::Postgres(address.to_owned()));
        }
        let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            // Never the address itself: it may hold a password.
            _ => Err(OpenError::UnknownScheme(address.split(':').next().unwrap_or_default().to_owned())),
        }
    }
}

/// Makes connections for a pool or for the writer.
#[derive(Debug)]
pub struct Manager {
    url: DbUrl,
    read_only: bool,
    statements: Arc<AtomicU64>,
}

impl Manager {
    pub fn writer(url: &DbUrl, statements: &Arc<AtomicU64>) -> Self {
        Self { url: url.clone(), read_only: false, statements: Arc::clone(statements) }
    }
}

struct Counting(Arc<AtomicU64>);

impl Instrumentation for Counting {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl ManageConnection for Manager {
    type Connection = AnyConn;
    type Error = OpenError;

    fn connect(&self) -> Result<AnyConn, OpenError> {
        let mut conn = establish(&self.url)?;
        if self.read_only
            && let AnyConn::Sqlite(sqlite) = &mut conn
        {
            sqlite.batch_execute("PRAGMA query_only=ON;").map_err(unreachable)?;
        }
        conn.set_instrumentation(Counting(Arc::clone(&self.statements)));
        Ok(conn)
    }

    fn is_valid(&self, _conn: &mut AnyConn) -> Result<(), OpenError> {
        Ok(())
    }

    fn has_broken(&self, conn: &mut AnyConn) -> bool {
        use diesel::connection::{TransactionManager, TransactionManagerStatus};
        type Transactions = <AnyConn as Connection>::TransactionManager;
        match Transactions::transaction_manager_status_mut(conn) {
            TransactionManagerStatus::Valid(status) => status.transaction_depth().is_some(),
            TransactionManagerStatus::InError => true,
        }
    }
}

fn unreachable(error: impl std::fmt::Display) -> OpenError {
    OpenError::Unreachable(error.to_string())
}

/// One connection, set up as every connection is.
pub fn establish(url: &DbUrl) -> Result<AnyConn, OpenError> {
    match url {
        DbUrl::Sqlite(path) => {
            let mut sqlite = SqliteConnection::establish(&path.to_string_lossy()).map_err(unreachable)?;
            refuse_old_sqlite(&mut sqlite)?;
            sqlite.batch_execute(SQLITE_SETUP).map_err(unreachable)?;
            Ok(AnyConn::Sqlite(sqlite))
        }
        DbUrl::Postgres(address) => Ok(AnyConn::Pg(PgConnection::establish(address).map_err(unreachable)?)),
    }
}

#[derive(QueryableByName)]
struct VersionText {
    #[diesel(sql_type = Text)]
    version: String,
}

fn refuse_old_sqlite(sqlite: &mut SqliteConnection) -> Result<(), OpenError> {
    let found: VersionText =
        diesel::sql_query("SELECT sqlite_version() AS version").get_result(sqlite).map_err(unreachable)?;
    sqlite_is_recent(&found.version)
}

/// # Errors
/// [`OpenError::OldSqlite`] below 3.51.3, or when the version cannot be read.
pub fn sqlite_is_recent(version: &str) -> Result<(), OpenError> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < SQLITE_FLOOR {
        return Err(OpenError::OldSqlite { found: version.to_owned() });
    }
    Ok(())
}

pub(super) fn reader_pool(url: &DbUrl, statements: &Arc<AtomicU64>) -> Result<Pool<Manager>, OpenError> {
    let read_only = matches!(url, DbUrl::Sqlite(_));
    let size = if read_only { 4 } else { 16 };
    let manager = Manager { url: url.clone(), read_only, statements: Arc::clone(statements) };
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_timeout(std::time::Duration::from_secs(5))
        .build(manager)
        .map_err(unreachable)
}

/// Brings the schema up to date; refuses a database that knows migrations which this binary does not.
pub fn migrate(url: &DbUrl) -> Result<(), OpenError> {
    match establish(url)? {
        AnyConn::Sqlite(mut sqlite) => run_migrations(&mut sqlite, SQLITE_MIGRATIONS),
        AnyConn::Pg(mut pg) => {
            let lock = format!("SELECT pg_advisory_lock({MIGRATION_LOCK})");
            pg.batch_execute(&lock).map_err(unreachable)?;
            // The lock ends with the connection, whatever happens.
            run_migrations(&mut pg, POSTGRES_MIGRATIONS)
        }
    }
}

fn run_migrations<C, DB>(conn: &mut C, ours: EmbeddedMigrations) -> Result<(), OpenError>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    let known: Vec<Box<dyn Migration<DB>>> = ours.migrations().map_err(failed)?;
    let known: Vec<MigrationVersion<'static>> =
        known.iter().map(|one| one.name().version().as_owned()).collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(OpenError::NewerDatabase(newer.to_string()));
    }
    conn.run_pending_migrations(ours).map_err(failed)?;
    Ok(())
}
