//! The database as it stood, put back after a call that was let through: each call meets the same world.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use parchemin::db::DbUrl;

use crate::common::{TestApp, shape};

pub struct Kept {
    url: DbUrl,
    /// Those that are put back: the journal only grows, and its sequencer knows its length.
    tables: Vec<String>,
}

impl Kept {
    pub async fn of(app: &TestApp) -> Self {
        app.state().journal.settle().await.unwrap();
        let named = |conn: &mut parchemin::db::AnyConn| Ok(shape::of(conn).keys().cloned().collect());
        let all: Vec<String> = app.state().db.read(named).await.unwrap();
        let tables = all.into_iter().filter(|name| !name.starts_with("journal_")).collect();
        let kept = Self { url: app.database().clone(), tables };
        match &kept.url {
            DbUrl::Sqlite(path) => {
                let aside = path.with_extension("kept");
                let _ = std::fs::remove_file(&aside);
                sqlite(&kept.url).batch_execute(&format!("VACUUM INTO '{}'", aside.display())).unwrap();
            }
            DbUrl::Postgres(url) => {
                let mut script = String::from("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept;");
                for table in &kept.tables {
                    script += &format!("CREATE TABLE kept.\"{table}\" AS TABLE public.\"{table}\";");
                }
                PgConnection::establish(url).unwrap().batch_execute(&script).unwrap();
            }
        }
        kept
    }

    pub fn put_back(&self) {
        match &self.url {
            DbUrl::Sqlite(path) => {
                let mut script = format!(
                    "PRAGMA foreign_keys = OFF; ATTACH '{}' AS kept; BEGIN IMMEDIATE;",
                    path.with_extension("kept").display()
                );
                for table in &self.tables {
                    script += &format!(
                        "DELETE FROM \"{table}\"; INSERT INTO \"{table}\" SELECT * FROM kept.\"{table}\";"
                    );
                }
                sqlite(&self.url).batch_execute(&(script + "COMMIT;")).unwrap();
            }
            DbUrl::Postgres(url) => {
                let mut script = String::from("BEGIN; SET LOCAL session_replication_role = replica;");
                for table in &self.tables {
                    script += &format!(
                        "DELETE FROM public.\"{table}\"; INSERT INTO public.\"{table}\" SELECT * FROM kept.\"{table}\";"
                    );
                }
                PgConnection::establish(url).unwrap().batch_execute(&(script + "COMMIT;")).unwrap();
            }
        }
    }
}

fn sqlite(url: &DbUrl) -> SqliteConnection {
    let DbUrl::Sqlite(path) = url else { panic!("not a file") };
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF;").unwrap();
    conn
}
