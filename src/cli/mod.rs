//! The command line. Exit codes: 0 done, 1 found something wrong, 2 not understood or not possible.

mod admin;
mod cohort;
mod custody;
mod demo;
mod referential;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::referential::Lang;
use crate::settings::SettingsArgs;

/// From the référentiel to the parchment: one service for a whole certification.
#[derive(Debug, Parser)]
#[command(
    name = "parchemin",
    version,
    after_help = "Settings are read from the flags, then from PARCHEMIN_* variables, then from the file named by PARCHEMIN_SETTINGS."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the pages
    #[command(after_help = "Example:\n  parchemin serve --data data --listen 127.0.0.1:8080")]
    Serve(SettingsArgs),
    /// Play a whole certification on fictitious people, then serve it
    #[command(
        after_help = "Examples:\n  parchemin demo\n  parchemin demo --no-serve --data /tmp/demo --json"
    )]
    Demo(demo::DemoArgs),
    /// Check and show référentiels
    Referential {
        #[command(subcommand)]
        command: referential::ReferentialCommand,
    },
    /// Bring cohorts in
    Cohort {
        #[command(subcommand)]
        command: cohort::CohortCommand,
    },
    /// Prove, offline, that nothing was altered
    #[command(
        after_help = "Examples:\n  parchemin verify --data data\n  parchemin verify --data data --head 120:0f…e2 --json"
    )]
    Verify(verify::VerifyArgs),
    /// Save everything into a folder, while the service runs
    #[command(
        after_help = "Examples:\n  parchemin backup --data data --out saved/2026-03-02\n  parchemin backup --data data --database-url postgres://… --out saved/today --without-keys --json\n\nThe database of a backup is always an SQLite file: `parchemin verify --data saved/today` needs nothing else.\nExit codes: 0 done, 2 not understood or not possible."
    )]
    Backup(custody::BackupArgs),
    /// Bring a backup back, into an empty folder
    #[command(
        after_help = "Examples:\n  parchemin restore --from saved/2026-03-02 --data data\n  parchemin restore --from saved/today --data data --database-url postgres://… --json\n\nExit codes: 0 done, 1 the backup is not what was saved (each file is named), 2 not understood or not possible."
    )]
    Restore(custody::RestoreArgs),
    /// What only somebody at the machine may do
    Admin {
        #[command(subcommand)]
        command: admin::AdminCommand,
    },
}

/// Language of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Speech {
    Fr,
    En,
}

impl From<Speech> for Lang {
    fn from(speech: Speech) -> Self {
        match speech {
            Speech::Fr => Self::Fr,
            Speech::En => Self::En,
        }
    }
}

/// How a command ends when nothing stopped it.
enum Ending {
    Done,
    /// It ran, and what it looked at is not right.
    FoundWrong,
}

pub fn run() -> ExitCode {
    if let Err(error) = read_settings_file() {
        eprintln!("parchemin: {error:#}");
        return ExitCode::from(2);
    }
    let ran = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Demo(args) => demo::run(&args),
        Command::Referential { command } => referential::run(&command),
        Command::Cohort { command } => cohort::run(command),
        Command::Verify(args) => verify::run(&args),
        Command::Backup(args) => custody::backup(&args),
        Command::Restore(args) => custody::restore(&args),
        Command::Admin { command } => admin::run(command),
    };
    match ran {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::FoundWrong) => ExitCode::from(1),
        Err(error) => {
            eprintln!("parchemin: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The file fills in what the environment does not say; it never overrides it.
fn read_settings_file() -> anyhow::Result<()> {
    let Some(path) = std::env::var_os("PARCHEMIN_SETTINGS").map(PathBuf::from) else { return Ok(()) };
    dotenvy::from_path(&path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

/// One log for the whole process: readable lines, or JSON in production.
fn log(json: bool, usual: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PARCHEMIN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process (a test) is refused; the first one stands.
    let _ = if json { subscriber.json().try_init() } else { subscriber.try_init() };
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
