//! `parchemin verify`: offline, on a folder or on a PostgreSQL address.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::Ending;
use crate::db::DbUrl;
use crate::proof;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder of the service
    #[arg(long, env = "PARCHEMIN_DATA", default_value = "data")]
    data: PathBuf,
    /// postgres://… or sqlite:PATH; without it, DATA/parchemin.db
    #[arg(long, env = "PARCHEMIN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// A head kept elsewhere, SIZE:ROOT in hexadecimal, as printed on the minutes or by an earlier run
    #[arg(long)]
    head: Option<String>,
    #[arg(long)]
    json: bool,
}

pub fn run(args: &VerifyArgs) -> anyhow::Result<Ending> {
    let database = match &args.database_url {
        Some(url) => url.parse()?,
        None => DbUrl::Sqlite(args.data.join("parchemin.db")),
    };
    let report = proof::verify_data(&args.data, &database, args.head.as_deref())?;
    let text = if args.json { format!("{}\n", serde_json::to_string(&report)?) } else { report.to_string() };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads may have seen enough (`verify | head`); the exit code still tells.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(if report.ok { Ending::Done } else { Ending::FoundWrong })
}
