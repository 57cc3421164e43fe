//! `parchemin candidate export`: everything about one candidate, by whoever is at the machine.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::Ending;
use crate::clock::Clock;
use crate::custody::archive::collect;
use crate::custody::search::Subject;
use crate::db::schema::{candidate, enrolment};
use crate::db::{AnyConn, Db, DbUrl};
use crate::error::AppError;
use crate::ids::{CandidateId, EnrolmentId};
use crate::journal::{Act, record};

#[derive(Debug, Subcommand)]
pub enum CandidateCommand {
    /// Write everything that is kept about a candidate into one archive
    #[command(after_help = "\
Examples:
  parchemin candidate export --enrolment 0198… --out lina.zip --data data
  parchemin candidate export --candidate 0198… --out lina.zip --data data --as ada@example.org --json

It may run while the service runs; the journal keeps that it was done.
Exit codes: 0 done, 2 not understood or not possible.")]
    Export(ExportArgs),
}

#[derive(Debug, Args)]
#[group(id = "who", required = true, multiple = false, args = ["candidate", "enrolment"])]
pub struct ExportArgs {
    #[arg(long, value_name = "ID")]
    candidate: Option<Uuid>,
    #[arg(long, value_name = "ID")]
    enrolment: Option<Uuid>,
    /// Archive to make; never written over another file
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
    /// Administrator in whose name it is done; not needed where there is only one
    #[arg(long = "as", value_name = "EMAIL")]
    actor: Option<String>,
    /// Folder of the service
    #[arg(long, env = "PARCHEMIN_DATA", default_value = "data")]
    data: PathBuf,
    /// postgres://… or sqlite:PATH; without it, DATA/parchemin.db
    #[arg(long, env = "PARCHEMIN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

pub fn run(command: CandidateCommand) -> anyhow::Result<Ending> {
    let CandidateCommand::Export(args) = command;
    let database = match &args.database_url {
        Some(url) => url.parse()?,
        None => DbUrl::Sqlite(args.data.join("parchemin.db")),
    };
    // Refuses what is not there or of another version: opening to write would migrate it.
    drop(crate::proof::read_only(&database)?);
    let (asked, actor, at) = (asked(&args), args.actor.clone(), Clock::Wall.now());
    let collected = super::runtime()?.block_on(async {
        let db = Db::open(&database)?;
        let collected = db
            .write(move |conn| {
                let caller = crate::access::service::at_the_machine(conn, actor.as_deref())?;
                let id = found(conn, asked)?;
                let subject = Subject::of(conn, id)?;
                let act = Act::new("personal_data_exported", caller.account, at).about("candidate", id);
                record(conn, act, &[])?;
                collect(conn, &subject)
            })
            .await;
        db.close().await;
        collected.map_err(|error| anyhow::anyhow!("{}", said(&error)))
    })?;
    let entries = collected.write(&args.data, &args.out).context("the archive was not made")?;
    let rows: usize = collected.tables.iter().map(|(_, _, rows)| rows.len()).sum();
    if args.json {
        println!("{}", json!({ "file": args.out, "entries": entries, "rows": rows }));
    } else {
        println!("{}: {entries} entries, {rows} rows", args.out.display());
    }
    Ok(Ending::Done)
}

enum Asked {
    Candidate(CandidateId),
    Enrolment(EnrolmentId),
}

fn asked(args: &ExportArgs) -> Asked {
    match (args.candidate, args.enrolment) {
        (Some(id), _) => Asked::Candidate(CandidateId(id)),
        (None, id) => Asked::Enrolment(EnrolmentId(id.unwrap_or_default())),
    }
}

fn found(conn: &mut AnyConn, asked: Asked) -> Result<CandidateId, AppError> {
    let id = match asked {
        Asked::Candidate(id) => candidate::table.find(id).select(candidate::id).first(conn).optional()?,
        Asked::Enrolment(id) => {
            enrolment::table.find(id).select(enrolment::candidate_id).first(conn).optional()?
        }
    };
    id.ok_or_else(|| {
        AppError::bad_request(("Personne n’a cet identifiant.", "Nobody has this id: see the cohort's list."))
    })
}

fn said(error: &AppError) -> String {
    match error {
        AppError::Internal(cause) => cause.to_string(),
        AppError::Refused(_) => error.problem().title_en,
    }
}
