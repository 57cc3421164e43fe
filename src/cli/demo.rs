//! `parchemin demo`: plays, then serves what was played.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{Ending, log, serve};
use crate::app;
use crate::clock::Clock;
use crate::demo::{MARKER, PASSWORD, STAFF, STEPS, play, settings};

#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Empty folder to play in; a finished demo is served again
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Play only
    #[arg(long)]
    no_serve: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
    /// Start over in the folder of a finished demo
    #[arg(long)]
    fresh: bool,
    /// Where to serve afterwards
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub fn run(args: &DemoArgs) -> anyhow::Result<Ending> {
    log(false, "warn");
    let played = prepare(args)?;
    super::runtime()?.block_on(async {
        let object = match played {
            Some(object) => object,
            None => perform(args).await?,
        };
        show(args, &object)?;
        if !args.no_serve {
            serve_it(args).await?;
        }
        Ok(Ending::Done)
    })
}

/// What a finished demo printed, when the folder holds one; a folder with anything else is left alone.
fn prepare(args: &DemoArgs) -> anyhow::Result<Option<Value>> {
    let marker = args.data.join(MARKER);
    if marker.exists() && args.fresh {
        std::fs::remove_dir_all(&args.data).with_context(|| args.data.display().to_string())?;
    } else if marker.exists() {
        return Ok(Some(serde_json::from_slice(&std::fs::read(marker)?)?));
    }
    if args.data.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty, and no finished demo either", args.data.display());
    }
    std::fs::create_dir_all(&args.data)?;
    Ok(None)
}

async fn perform(args: &DemoArgs) -> anyhow::Result<Value> {
    let bar = if std::io::stderr().is_terminal() && !args.json {
        let bar = ProgressBar::new(STEPS);
        bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}")?);
        Some(bar)
    } else {
        None
    };
    let silent = args.json;
    let played = play(&args.data, &|step| match &bar {
        Some(bar) => {
            bar.set_message(step.to_owned());
            bar.inc(1);
        }
        None if !silent => eprintln!("{step}"),
        None => {}
    })
    .await;
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    played
}

fn show(args: &DemoArgs, object: &Value) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(object)?);
        return Ok(());
    }
    println!(
        "{} candidats, {} preuves, {} feuilles signées, {} notes",
        object["candidates"], object["evidence"], object["sheets"], object["scores"]
    );
    println!("Issues : {}", outcomes(&object["outcomes"]));
    println!("{} courriers partis, gardés dans {}", object["mails"], args.data.join("mail").display());
    println!("\nCe qui n’était pas prévu :");
    for mishap in object["mishaps"].as_array().into_iter().flatten() {
        println!("  {}", mishap["told"].as_str().unwrap_or_default());
    }
    println!();
    println!(
        "Journal : {} entrées, tête {}",
        object["journal"]["entries"],
        object["journal"]["head"].as_str().unwrap_or_default()
    );
    println!("Procès-verbaux : {}", args.data.join("documents").join("minutes").display());
    println!("Décisions : {}", args.data.join("tally.csv").display());
    Ok(())
}

fn outcomes(counted: &Value) -> String {
    let words = [
        ("full", "complète"),
        ("partial", "partielle"),
        ("refused", "refus"),
        ("absent", "absence"),
        ("excused", "excuse"),
    ];
    words.map(|(key, word)| format!("{word} {}", counted[key])).join(", ")
}

/// The service on the wall clock, with the ways in.
async fn serve_it(args: &DemoArgs) -> anyhow::Result<()> {
    let running = app::start(settings(args.data.clone(), args.listen), Clock::Wall).await?;
    let url = running.state.public_url.clone();
    println!("\nParchemin : {url}/\nAPI : {url}/api/v1/docs/");
    println!("Mot de passe de chacun : {PASSWORD}");
    for (role, email) in STAFF {
        println!("  {email} ({role})");
    }
    match fresh_links(&url).await {
        Ok(links) => links.iter().for_each(|(who, link)| println!("  {who} : {link}")),
        Err(error) => tracing::warn!(%error, "no fresh links"),
    }
    serve::until_stopped(running).await
}

/// New links for a juror and a candidate: those of the story have expired.
async fn fresh_links(url: &str) -> anyhow::Result<Vec<(String, String)>> {
    let client = reqwest::Client::new();
    let api = format!("{url}/api/v1");
    let (_, manager) = STAFF.get(1).context("nobody manages")?;
    let words = json!({ "email": manager, "password": PASSWORD });
    let signed: Value =
        client.post(format!("{api}/sign-in")).json(&words).send().await?.error_for_status()?.json().await?;
    let token = signed["token"].as_str().context("no token")?;
    let roles = signed["account"]["roles"].as_array().cloned().unwrap_or_default();
    let centre = roles.iter().find_map(|role| role["centre"].as_str()).context("no centre")?;
    let mut links = Vec::new();
    let juror = json!({ "email": "jury1.data@jurys.example", "display_name": "Jury", "locale": "fr", "role": "juror", "centre": centre });
    let made: Value = client
        .post(format!("{api}/invitations"))
        .bearer_auth(token)
        .json(&juror)
        .send()
        .await?
        .json()
        .await?;
    links.extend(made["invitation"]["link"].as_str().map(|link| ("jury".to_owned(), link.to_owned())));
    let get = |path: String| client.get(format!("{api}/{path}")).bearer_auth(token).send();
    let cohorts: Value = get("cohorts".to_owned()).await?.json().await?;
    let cohort = cohorts["items"][0]["id"].as_str().context("no cohort")?;
    let enrolled: Value = get(format!("cohorts/{cohort}/enrolments")).await?.json().await?;
    let enrolment = enrolled["items"][0]["id"].as_str().context("no enrolment")?;
    let made: Value = client
        .post(format!("{api}/enrolments/{enrolment}/invitation"))
        .bearer_auth(token)
        .send()
        .await?
        .json()
        .await?;
    links.extend(made["invitation"]["link"].as_str().map(|link| ("candidat".to_owned(), link.to_owned())));
    Ok(links)
}
