//! A backup into an empty folder, onto either engine: checked before, checked after, the same journal head.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::backup::{Tell, head};
use super::manifest::{self, DATABASE, Draft, Manifest};
use super::portable;
use crate::db::open::{establish, migrate};
use crate::db::schema::{account, journal_entry};
use crate::db::{AnyConn, DbUrl};

/// What is wrong with a backup: told by name.
#[derive(Debug, thiserror::Error)]
#[error("this backup is not what was saved:\n{}", .0.join("\n"))]
pub struct Damaged(pub Vec<String>);

/// # Errors
/// [`Damaged`] when the backup is not what was saved; a folder or a database that is not empty; those of the
/// disk. Nothing is left in the folder then.
pub fn restore(from: &Path, data: &Path, database: &DbUrl, tell: Tell<'_>) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(from)?;
    let draft = Draft::beside(data)?;
    damage(&manifest, from)?;
    let inside = DbUrl::Sqlite(data.join(DATABASE));
    match database {
        DbUrl::Sqlite(_) if *database != inside => {
            bail!("an SQLite database is restored into its folder: leave out --database-url")
        }
        _ => drop(crate::proof::read_only(&DbUrl::Sqlite(from.join(DATABASE)))?),
    }
    let total = manifest.files.len();
    for (done, (path, held)) in manifest.files.iter().enumerate() {
        if path != DATABASE || matches!(database, DbUrl::Sqlite(_)) {
            let copied = manifest::copy(&from.join(path), &draft.path.join(path))?;
            ensure!(copied == *held, Damaged(vec![format!("{path}: changed")]));
            ensure!(
                manifest::digest(&draft.path.join(path))? == *held,
                "{path}: the disk gives back other bytes"
            );
        }
        tell("files", done + 1, total);
    }
    let found = match database {
        DbUrl::Sqlite(_) => head(&mut crate::proof::read_only(&DbUrl::Sqlite(draft.path.join(DATABASE)))?)?,
        DbUrl::Postgres(_) => into_postgres(&from.join(DATABASE), database, tell)?,
    };
    ensure!(found == manifest.journal, "the journal head is another than the manifest's");
    draft.keep(data)?;
    Ok(manifest)
}

/// # Errors
/// [`Damaged`], or a folder that does not read.
pub fn damage(manifest: &Manifest, folder: &Path) -> anyhow::Result<()> {
    let found = manifest.differences(folder)?;
    if found.is_empty() { Ok(()) } else { Err(Damaged(found).into()) }
}

/// In one transaction: a database that was half filled could pass for one that is whole.
fn into_postgres(copy: &Path, database: &DbUrl, tell: Tell<'_>) -> anyhow::Result<manifest::HeldHead> {
    migrate(database)?;
    let (AnyConn::Pg(mut pg), AnyConn::Sqlite(mut sqlite)) =
        (establish(database)?, crate::proof::read_only(&DbUrl::Sqlite(copy.to_owned()))?)
    else {
        bail!("a backup is an SQLite file");
    };
    let lived: i64 = account::table.count().get_result(&mut pg)?;
    let told: i64 = journal_entry::table.count().get_result(&mut pg)?;
    ensure!(lived == 0 && told == 0, "this PostgreSQL database is not empty: name another");
    pg.batch_execute("BEGIN")?;
    let columns = portable::columns(&mut pg)?;
    let tables: Vec<String> = columns.keys().cloned().collect();
    let tables = portable::parents_first(&mut pg, &tables)?;
    for (done, table) in tables.iter().enumerate() {
        let columns = columns.get(table).context("a table without columns")?;
        pg.batch_execute(&format!("DELETE FROM \"{table}\""))?;
        portable::to_postgres(&mut sqlite, &mut pg, table, columns)
            .with_context(|| format!("table {table}"))?;
        tell("tables", done + 1, tables.len());
    }
    let mut pg = AnyConn::Pg(pg);
    let found = head(&mut pg)?;
    crate::each!(&mut pg, c => c.batch_execute("COMMIT"))?;
    Ok(found)
}
