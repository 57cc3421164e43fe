//! `parchemin cohort import`: a cohort from a spreadsheet, by whoever is at the machine.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Ending, Speech};
use crate::access::Caller;
use crate::candidates::intake::fault::{FaultView, Tongue};
use crate::candidates::intake::matching::Answers;
use crate::candidates::intake::service::{self, Ask, ImportReport, Opened};
use crate::candidates::model::NewCohort;
use crate::candidates::rows::CohortRow;
use crate::clock::Clock;
use crate::db::{AnyConn, At, Db, DbUrl};
use crate::error::AppError;
use crate::referential::Versions;

#[derive(Debug, Subcommand)]
pub enum CohortCommand {
    /// Import people into a cohort from a CSV or XLSX file; the same file twice changes nothing
    #[command(after_help = "\
Examples:
  parchemin cohort import --dry-run people.csv --cohort \"Promotion 2026\" --data data --json
  parchemin cohort import people.xlsx --cohort \"Promotion 2026\" --data data --as ada@example.org
  parchemin cohort import people.csv --create --cohort \"Promotion 2027\" --centre \"Brest\" \\
      --referential gardien-de-phare@2026-1 --starts 2026-09-01 --ends 2027-06-30 --data data
  parchemin cohort import people.csv --same 12 --different lea@example.org --data data

It may run while the service runs: it waits for its turn to write, as every request does.
Exit codes: 0 done, 1 something blocks and nothing was written, 2 not understood or not possible.")]
    Import(Box<ImportArgs>),
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// CSV (`;`, `,` or tab; UTF-8 or Windows-1252) or XLSX
    file: PathBuf,
    /// Name or id of the cohort; not needed where there is only one
    #[arg(long)]
    cohort: Option<String>,
    /// Say what would be done, do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
    #[arg(long, value_enum, default_value = "fr")]
    lang: Speech,
    /// Administrator in whose name it is done; not needed where there is only one
    #[arg(long = "as", value_name = "EMAIL")]
    actor: Option<String>,
    /// Line (number or e-mail) that is about the person proposed
    #[arg(long, value_name = "LINE")]
    same: Vec<String>,
    /// Line that is about somebody else than the person proposed
    #[arg(long, value_name = "LINE")]
    different: Vec<String>,
    #[command(flatten)]
    creation: Creation,
    /// Folder of the service
    #[arg(long, env = "PARCHEMIN_DATA", default_value = "data")]
    data: PathBuf,
    /// postgres://… or sqlite:PATH; without it, DATA/parchemin.db
    #[arg(long, env = "PARCHEMIN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// A cohort to create when there is none of this name.
#[derive(Debug, Clone, Args)]
struct Creation {
    /// Create the cohort when there is none of this name
    #[arg(long, requires_all = ["cohort", "referential", "starts", "ends"])]
    create: bool,
    /// Name or id of its centre; not needed where there is only one
    #[arg(long)]
    centre: Option<String>,
    /// Published version
    #[arg(long, value_name = "CODE@VERSION")]
    referential: Option<String>,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD")]
    starts: Option<NaiveDate>,
    /// Last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    ends: Option<NaiveDate>,
}

pub fn run(command: CohortCommand) -> anyhow::Result<Ending> {
    let CohortCommand::Import(args) = command;
    let bytes = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let database = match &args.database_url {
        Some(url) => url.parse()?,
        None => DbUrl::Sqlite(args.data.join("parchemin.db")),
    };
    if let DbUrl::Sqlite(path) = &database
        && !path.exists()
    {
        bail!("there is no database at {}: name the folder of the service with --data", path.display());
    }
    let report = match service::open(&bytes) {
        Err(fault) => ImportReport::unreadable(&fault, &args.ask()),
        Ok(file) => perform(&args, &database, file)?,
    };
    show(&args, &report)?;
    Ok(if report.blocks() { Ending::FoundWrong } else { Ending::Done })
}

fn perform(args: &ImportArgs, database: &DbUrl, file: Opened) -> anyhow::Result<ImportReport> {
    let at = Clock::Wall.now();
    let wish = Wish {
        actor: args.actor.clone(),
        cohort: args.cohort.clone(),
        creation: args.creation.clone(),
        ask: args.ask(),
    };
    super::runtime()?.block_on(async {
        let db = Db::open(database)?;
        let done = db.write(move |conn| wish.import(conn, &file, at)).await;
        db.close().await;
        done.map_err(|error| told(&error))
    })
}

/// A refusal in words for a terminal.
fn told(error: &AppError) -> anyhow::Error {
    let problem = error.problem();
    let rule = problem.more.get("rule").and_then(|rule| rule.as_str()).unwrap_or(&problem.code);
    match error {
        AppError::Internal(cause) => anyhow::anyhow!("{cause}"),
        AppError::Refused(_) => anyhow::anyhow!("{} ({rule})", problem.title_en),
    }
}

impl ImportArgs {
    fn ask(&self) -> Ask {
        Ask {
            dry_run: self.dry_run,
            tongue: match self.lang {
                Speech::Fr => Tongue::Fr,
                Speech::En => Tongue::En,
            },
            answers: Answers { same: self.same.clone(), different: self.different.clone() },
        }
    }
}

struct Wish {
    actor: Option<String>,
    cohort: Option<String>,
    creation: Creation,
    ask: Ask,
}

/// Said to whoever is at the machine, who sees everything there.
fn no(words: String) -> AppError {
    AppError::bad_request((&words, &words))
}

impl Wish {
    fn import(&self, conn: &mut AnyConn, file: &Opened, at: At) -> Result<ImportReport, AppError> {
        let caller = crate::access::service::at_the_machine(conn, self.actor.as_deref())?;
        let versions = Versions::default();
        match self.cohort(conn)? {
            Some(cohort) => service::import(conn, &caller, &versions, cohort.id, file, &self.ask, at),
            None => {
                let new = self.new_cohort(conn, &caller)?;
                Ok(service::import_as_new(conn, &caller, &versions, new, file, &self.ask, at)?.0)
            }
        }
    }

    fn cohort(&self, conn: &mut AnyConn) -> Result<Option<CohortRow>, AppError> {
        let named = service::named(conn, self.cohort.as_deref())?;
        match (&named[..], &self.cohort) {
            ([one], _) => Ok(Some(one.clone())),
            ([], Some(_)) if self.creation.create => Ok(None),
            ([], Some(name)) => Err(no(format!(
                "there is no cohort «{name}»: check its name, or create it with --create, --referential, --starts and --ends"
            ))),
            ([], None) => Err(no("there is no cohort yet: name one with --cohort and --create".to_owned())),
            (several, _) => {
                let known = several.iter().map(|row| format!("{} ({})", row.name, row.id));
                let known: Vec<String> = known.collect();
                Err(no(format!("say which cohort with --cohort: {}", known.join(", "))))
            }
        }
    }

    fn new_cohort(&self, conn: &mut AnyConn, caller: &Caller) -> Result<NewCohort, AppError> {
        let told = &self.creation;
        let (Some(name), Some(version), Some(starts_on), Some(ends_on)) =
            (&self.cohort, &told.referential, told.starts, told.ends)
        else {
            return Err(no("--create needs --cohort, --referential, --starts and --ends".to_owned()));
        };
        let Some((code, number)) = version.split_once('@') else {
            return Err(no(format!("«{version}» is not CODE@VERSION")));
        };
        let version_id = crate::referential::service::published_named(conn, code, number)?
            .ok_or_else(|| no(format!("no version «{version}» is published")))?;
        let centres = crate::access::service::accounts::centres_named(conn, caller, told.centre.as_deref())?;
        let [centre] = &centres[..] else {
            let known: Vec<&str> = centres.iter().map(|row| row.name.as_str()).collect();
            return Err(no(format!("say which centre with --centre: {}", known.join(", "))));
        };
        Ok(NewCohort { centre_id: centre.id, version_id, name: name.clone(), starts_on, ends_on })
    }
}

fn show(args: &ImportArgs, report: &ImportReport) -> anyhow::Result<()> {
    let text = if args.json { format!("{}\n", serde_json::to_string(report)?) } else { words(report) };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads may have seen enough (`… | head`); the exit code still tells.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn words(report: &ImportReport) -> String {
    let mut text = String::new();
    let mut tell = |sign: &str, fault: &FaultView| {
        let line = fault.line.map(|line| format!("{line}: ")).unwrap_or_default();
        let column = fault.column.as_deref().map(|column| format!("{column}: ")).unwrap_or_default();
        text.push_str(&format!("{sign} {line}{column}{} {} [{}]\n", fault.message, fault.cure, fault.code));
    };
    report.blocking.iter().for_each(|fault| tell("✘", fault));
    report.warnings.iter().for_each(|fault| tell("·", fault));
    text.push_str(&match (report.created, report.changed) {
        (Some(created), Some(changed)) => {
            format!("{} line(s), {created} created, {changed} changed\n", report.lines)
        }
        _ => format!(
            "{} line(s), {} to create, {} to change\n",
            report.lines, report.would_create, report.would_change
        ),
    });
    text
}
