//! What becomes of the data: the rule of each column, backups taken while people work and brought back.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../stories/mod.rs"]
mod stories;

mod backups;
mod columns;

use std::path::Path;
use std::process::{Command, Output};

use parchemin::db::DbUrl;
use serde_json::Value;

/// The program as people run it, on the database of a test.
pub fn parchemin(words: &[&str], data: &Path, database: Option<&DbUrl>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parchemin"));
    command.args(words).arg("--data").arg(data);
    if let Some(DbUrl::Postgres(address)) = database {
        command.arg("--database-url").arg(address);
    }
    command.env_remove("PARCHEMIN_DATABASE_URL").output().unwrap()
}

/// What it printed, when it ended well.
pub fn done(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What it said when it ended otherwise.
pub fn refused(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}
