//! `parchemin referential check | show | schema`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Ending, Speech};
use crate::referential::{CheckReport, check_bytes, schema};

#[derive(Debug, Subcommand)]
pub enum ReferentialCommand {
    /// Tell every fault of référentiel files, with its line
    #[command(
        after_help = "Examples:\n  parchemin referential check referentials/*.yaml\n  parchemin referential check --json my.yaml"
    )]
    Check {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON object per file
        #[arg(long)]
        json: bool,
        #[arg(long, value_enum, default_value = "fr")]
        lang: Speech,
    },
    /// Show what a référentiel file says
    Show {
        file: PathBuf,
        /// The whole référentiel as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of référentiel files, for editors
    Schema,
}

pub fn run(command: &ReferentialCommand) -> anyhow::Result<Ending> {
    match command {
        ReferentialCommand::Check { files, json, lang } => check(files, *json, *lang),
        ReferentialCommand::Show { file, json } => show(file, *json),
        ReferentialCommand::Schema => {
            print!("{}", schema::json_schema_text());
            Ok(Ending::Done)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
}

fn check(files: &[PathBuf], json: bool, lang: Speech) -> anyhow::Result<Ending> {
    let mut ending = Ending::Done;
    for file in files {
        let name = file.display().to_string();
        let checked = check_bytes(&read(file)?).of_file(&name);
        if !checked.faults.is_empty() {
            ending = Ending::FoundWrong;
        }
        if json {
            println!("{}", serde_json::to_string(&CheckReport::new(&name, &checked, lang.into()))?);
            continue;
        }
        for fault in &checked.faults {
            println!("{}", fault.in_lang(lang.into()));
        }
        let totals = serde_json::to_value(checked.totals)?;
        println!("{name}: {} fault(s), {} note(s), {totals}", checked.faults.len(), checked.notes);
    }
    Ok(ending)
}

fn show(file: &Path, json: bool) -> anyhow::Result<Ending> {
    let checked = check_bytes(&read(file)?).of_file(&file.display().to_string());
    for fault in &checked.faults {
        eprintln!("{fault}");
    }
    let Some(referential) = &checked.referential else { return Ok(Ending::FoundWrong) };
    if json {
        println!("{}", serde_json::to_string_pretty(referential)?);
        return Ok(Ending::Done);
    }
    println!("{} ({}, {})", referential.title, referential.code, referential.version);
    for block in &referential.blocks {
        println!("\nBloc {} — {}", block.number, block.title);
        for method in &block.methods {
            println!("  {}", method.title);
            let own = |criterion: &&crate::referential::model::Criterion| {
                criterion.method.as_ref() == Some(&method.id)
            };
            for criterion in block.criteria.iter().filter(own) {
                println!("    - {}", criterion.text);
            }
        }
    }
    Ok(Ending::Done)
}
