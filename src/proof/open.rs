//! Opening a database to look at it and leave it as it was.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::VerifyError;
use crate::db::open::{POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS};
use crate::db::{AnyConn, DbUrl};

fn unreadable(error: impl std::fmt::Display) -> VerifyError {
    VerifyError::Unreadable(error.to_string())
}

/// Neither migrates nor sets anything that lasts.
pub fn read_only(database: &DbUrl) -> Result<AnyConn, VerifyError> {
    let mut conn = match database {
        DbUrl::Sqlite(path) => {
            if !path.exists() {
                return Err(VerifyError::NoDatabase(path.display().to_string()));
            }
            let mut sqlite = SqliteConnection::establish(&address(path)).map_err(unreadable)?;
            sqlite
                .batch_execute("PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;")
                .map_err(unreadable)?;
            AnyConn::Sqlite(sqlite)
        }
        DbUrl::Postgres(address) => AnyConn::Pg(PgConnection::establish(address).map_err(unreadable)?),
    };
    same_tables(&mut conn)?;
    Ok(conn)
}

/// A database that nobody has open and that was closed in good order has no `-wal` beside it: nothing will
/// change while it is read, and SQLite needs to make no file of its own. With one, it is read as it stands,
/// through the side files that are there.
fn address(path: &Path) -> String {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let how = if Path::new(&wal).exists() { "mode=ro" } else { "mode=ro&immutable=1" };
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(*byte))
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    format!("{address}?{how}")
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Reading tables that have other columns would tell of faults that are none.
fn same_tables(conn: &mut AnyConn) -> Result<(), VerifyError> {
    let known = match conn {
        AnyConn::Sqlite(_) => versions::<Sqlite>(MigrationSource::<Sqlite>::migrations(&SQLITE_MIGRATIONS)),
        AnyConn::Pg(_) => versions::<Pg>(MigrationSource::<Pg>::migrations(&POSTGRES_MIGRATIONS)),
    };
    let applied = diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let applied: Vec<Applied> = crate::each!(conn, c => applied.load(c)).map_err(unreadable)?;
    let applied: Vec<String> = applied.into_iter().map(|one| one.version).collect();
    if known? == applied { Ok(()) } else { Err(VerifyError::OtherVersion) }
}

fn versions<DB: diesel::backend::Backend>(
    known: diesel::migration::Result<Vec<Box<dyn Migration<DB>>>>,
) -> Result<Vec<String>, VerifyError> {
    let mut known: Vec<String> =
        known.map_err(unreadable)?.iter().map(|one| one.name().version().to_string()).collect();
    known.sort_unstable();
    Ok(known)
}
