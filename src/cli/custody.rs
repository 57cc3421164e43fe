//! `parchemin backup` and `parchemin restore`.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Ending;
use crate::clock::Clock;
use crate::custody::manifest::Manifest;
use crate::custody::restore::Damaged;
use crate::custody::{backup, restore};
use crate::db::DbUrl;

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Folder of the service
    #[arg(long, env = "PARCHEMIN_DATA", default_value = "data")]
    data: PathBuf,
    /// postgres://… or sqlite:PATH; without it, DATA/parchemin.db
    #[arg(long, env = "PARCHEMIN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Folder to make; it takes its name only when the backup is whole
    #[arg(long)]
    out: PathBuf,
    /// Leave the secret keys out: they are then to be kept elsewhere
    #[arg(long)]
    without_keys: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Folder that `backup` made
    #[arg(long)]
    from: PathBuf,
    /// Folder of the service, not there yet or empty
    #[arg(long, env = "PARCHEMIN_DATA")]
    data: PathBuf,
    /// postgres://… of an empty database; without it, DATA/parchemin.db
    #[arg(long, env = "PARCHEMIN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
}

pub fn backup(args: &BackupArgs) -> anyhow::Result<Ending> {
    let database = database(args.database_url.as_deref(), &args.data)?;
    let progress = Progress::new(args.json);
    let keys = !args.without_keys;
    let saved = super::runtime()?.block_on(backup::save(
        &args.data,
        &database,
        &args.out,
        keys,
        &Clock::Wall,
        &|what, done, total| progress.tell(what, done, total),
    ));
    progress.end();
    let manifest = saved?;
    show(args.json, &args.out, &manifest)?;
    if keys {
        eprintln!(
            "parchemin: {} holds the secret keys: whoever has it can sign heads of the journal; --without-keys leaves them out",
            args.out.display()
        );
    }
    Ok(Ending::Done)
}

pub fn restore(args: &RestoreArgs) -> anyhow::Result<Ending> {
    let database = database(args.database_url.as_deref(), &args.data)?;
    let progress = Progress::new(args.json);
    let restored = restore::restore(&args.from, &args.data, &database, &|what, done, total| {
        progress.tell(what, done, total);
    });
    progress.end();
    let manifest = match restored {
        Err(error) if error.is::<Damaged>() => {
            eprintln!("parchemin: {error:#}");
            return Ok(Ending::FoundWrong);
        }
        restored => restored?,
    };
    show(args.json, &args.data, &manifest)?;
    if !manifest.keys {
        eprintln!(
            "parchemin: this backup holds no secret key: put journal.key into {} before serving",
            args.data.join("keys").display()
        );
    }
    Ok(Ending::Done)
}

fn database(url: Option<&str>, data: &Path) -> anyhow::Result<DbUrl> {
    Ok(match url {
        Some(url) => url.parse()?,
        None => DbUrl::Sqlite(data.join("parchemin.db")),
    })
}

fn show(as_json: bool, folder: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let bytes: u64 = manifest.files.values().map(|file| file.size).sum();
    let head = format!("{}:{}", manifest.journal.size, manifest.journal.root);
    let text = if as_json {
        json!({
            "folder": folder, "files": manifest.files.len(), "bytes": bytes, "schema": manifest.schema,
            "made_at": manifest.made_at, "head": head, "keys": manifest.keys,
        })
        .to_string()
    } else {
        format!("{}: {} files, {bytes} bytes, head {head}", folder.display(), manifest.files.len())
    };
    match writeln!(std::io::stdout().lock(), "{text}") {
        // Whoever reads may have seen enough; the exit code still tells.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A bar on a terminal, one line per kind of thing elsewhere, nothing beside JSON.
struct Progress {
    bar: Option<ProgressBar>,
    plain: bool,
    last: RefCell<&'static str>,
}

impl Progress {
    fn new(silent: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !silent).then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, plain: !terminal && !silent, last: RefCell::new("") }
    }

    fn tell(&self, what: &'static str, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            if self.last.replace(what) != what {
                bar.set_message(what);
            }
            bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        } else if self.plain && done == total {
            eprintln!("{what}: {total}");
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
