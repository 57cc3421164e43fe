//! The service is killed under a load of saves and uploads, again and again: nothing that was acknowledged is
//! lost, nothing is applied twice, no file is half there. The same harness catches a service that answers
//! before it has written.
//!
//! `PARCHEMIN_KILLS` says how often (6 for each engine unless told; fifty before a release).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod clients;
#[path = "../common/mod.rs"]
mod common;
mod service;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clients::{Desk, Door, Filing, Journal, Row};
use common::{Database, Story};
use parchemin::db::DbUrl;
use service::Service;
use sha2::{Digest, Sha256};

/// A kill comes after at least so long under load, in milliseconds, and at most twice that.
const LOAD: u64 = 600;

struct Trial {
    desks: Vec<Desk>,
    filings: Vec<Filing>,
    story: Story,
}

/// Each row of the four sheets has one writer.
async fn trial(service: &Service) -> Trial {
    let mut story = Story::begin_at(&service.url, &service.told("once: ")).await;
    story.enrol(&["Lina Fanal", "Omar Balise"]).await;
    story.compose().await;
    story.declare().await;
    let today = parchemin::clock::Clock::Wall.now().utc();
    let at = |hours: i64| {
        (today + chrono::Duration::hours(hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };
    story.plan_between(&common::story::METHODS, &at(1), &at(11)).await;
    story.lay_out_from(&at(2)).await;
    story.open().await;
    let mut desks = Vec::new();
    for juror in &story.jurors {
        for candidate in &story.candidates {
            story.fill(juror, candidate, |_| 3).await;
            let sheet = story.sheet(juror, candidate).await;
            let mut rows = Vec::new();
            for grid in sheet.at("/grids").as_array().unwrap() {
                for line in grid["lines"].as_array().unwrap().iter().filter(|line| line["applies"] == true) {
                    rows.push(Row {
                        sheet: sheet.id(),
                        grid: grid["id"].as_str().unwrap().to_owned(),
                        criterion: line["criterion"].as_str().unwrap().to_owned(),
                        version: line["score"]["version"].as_i64().unwrap(),
                        acknowledged: Vec::new(),
                        pending: None,
                    });
                }
            }
            desks.push(Desk::new(juror.person.token.clone().unwrap(), rows));
        }
    }
    let filing = |one: &common::story::Candidate| Filing {
        token: one.person.token.clone().unwrap(),
        enrolment: one.enrolment.clone(),
        acknowledged: Vec::new(),
        sent: 0,
    };
    let filings = story.candidates.iter().map(filing).collect();
    Trial { desks, filings, story }
}

/// What was found after a kill that should not be.
#[derive(Debug, Default)]
struct Found {
    lost: Vec<String>,
    twice: Vec<String>,
    half: Vec<String>,
}

impl Found {
    fn is_sound(&self) -> bool {
        self.lost.is_empty() && self.twice.is_empty() && self.half.is_empty()
    }
}

impl Trial {
    /// Everybody at work, then the kill, then everybody's memory of it.
    async fn kill_under_load(&mut self, service: Service, door: Door, journal: &Journal, after: u64) {
        let url = service.url.clone();
        self.load(&url, door, journal, after, || service.kill()).await;
    }

    async fn load(&mut self, url: &str, door: Door, journal: &Journal, after: u64, end: impl FnOnce()) {
        let stop = Arc::new(AtomicBool::new(false));
        let url = url.to_owned();
        let desks: Vec<_> = std::mem::take(&mut self.desks)
            .into_iter()
            .map(|desk| tokio::spawn(desk.work(url.clone(), door, journal.clone(), stop.clone())))
            .collect();
        let filings: Vec<_> = std::mem::take(&mut self.filings)
            .into_iter()
            .map(|one| tokio::spawn(one.work(url.clone(), journal.clone(), stop.clone())))
            .collect();
        tokio::time::sleep(Duration::from_millis(after)).await;
        end();
        stop.store(true, Ordering::Relaxed);
        for desk in desks {
            self.desks.push(desk.await.unwrap());
        }
        for filing in filings {
            self.filings.push(filing.await.unwrap());
        }
    }

    /// What stands now against what was promised. A save without an answer may stand or not, once.
    async fn compare(&mut self, service: &Service, data: &Path) -> Found {
        let mut found = Found::default();
        for desk in &self.desks {
            let reader = common::Person::unknown(&service.url).with_token(&desk.token);
            let sheet = reader.get(&format!("sheets/{}", desk.rows[0].sheet)).await;
            let lines = sheet.is(200).at("/grids").as_array().unwrap().iter();
            let lines: Vec<_> = lines.flat_map(|grid| grid["lines"].as_array().unwrap()).collect();
            for row in &desk.rows {
                let line = lines.iter().find(|line| line["criterion"] == row.criterion.as_str()).unwrap();
                let (version, comment) =
                    (line["score"]["version"].as_i64().unwrap(), line["score"]["comment"].as_str().unwrap());
                let told = format!("{} {}: {version} «{comment}», {row:?}", row.sheet, row.criterion);
                let promised = row.acknowledged.last().is_none_or(|(_, last)| last == comment);
                let open = row.pending.as_ref().is_some_and(|(_, open)| open == comment);
                if !(version == row.version && promised || version == row.version + 1 && open) {
                    if version > row.version { found.twice.push(told) } else { found.lost.push(told) }
                }
            }
        }
        for filing in &self.filings {
            let reader = common::Person::unknown(&service.url).with_token(&filing.token);
            for (id, digest) in &filing.acknowledged {
                let piece = reader.get(&format!("evidence/{id}/content")).await;
                if piece.status != 200 || &hex::encode(Sha256::digest(&piece.bytes)) != digest {
                    found.lost.push(format!("piece {id}: {}", piece.status));
                }
            }
            let mut pieces = 0;
            let mut after = String::new();
            loop {
                let page =
                    reader.get(&format!("enrolments/{}/evidence?limit=200{after}", filing.enrolment)).await;
                pieces += page.is(200).items().len();
                match page.at("/next").as_str() {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
            if pieces > filing.sent {
                found.twice.push(format!("{pieces} pieces of {} sent", filing.sent));
            }
        }
        found.half = half_files(data);
        found
    }

    /// Every version in the history is what was acknowledged under its number.
    fn history(&self, database: &DbUrl) -> Vec<String> {
        let mut wrong = Vec::new();
        let kept = history::all(database);
        for row in self.desks.iter().flat_map(|desk| &desk.rows) {
            let of = |version: i64| kept.iter().find(|one| one.is(&row.grid, &row.acknowledged, version));
            for (version, _) in &row.acknowledged {
                if of(*version).is_none() {
                    wrong.push(format!(
                        "{} {}: version {version} is not in the history",
                        row.grid, row.criterion
                    ));
                }
            }
        }
        wrong
    }
}

mod history {
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Nullable, Text};
    use parchemin::db::DbUrl;

    #[derive(QueryableByName)]
    pub struct Version {
        #[diesel(sql_type = BigInt)]
        version: i64,
        #[diesel(sql_type = Nullable<Text>)]
        comment: Option<String>,
    }

    impl Version {
        /// Comments are unlike any other: the comment names the row.
        pub fn is(&self, _grid: &str, acknowledged: &[(i64, String)], version: i64) -> bool {
            let wanted =
                acknowledged.iter().find(|(known, _)| *known == version).map(|(_, text)| text.as_str());
            self.version == version && self.comment.as_deref() == wanted
        }
    }

    pub fn all(database: &DbUrl) -> Vec<Version> {
        let query = diesel::sql_query(
            "SELECT CAST(version AS BIGINT) AS version, comment FROM score_version WHERE comment LIKE 'Relevé%'",
        );
        match database {
            DbUrl::Sqlite(path) => {
                query.load(&mut SqliteConnection::establish(path.to_str().unwrap()).unwrap())
            }
            DbUrl::Postgres(url) => query.load(&mut PgConnection::establish(url).unwrap()),
        }
        .unwrap()
    }
}

/// A file under a name that is not the digest of its content, or one left in the way in.
fn half_files(data: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut folders = vec![data.join("files")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !whole(&path) {
                wrong.push(path.display().to_string());
            }
        }
    }
    wrong.extend(std::fs::read_dir(data.join("incoming")).unwrap().map(|left| format!("{left:?}")));
    wrong
}

fn whole(path: &Path) -> bool {
    let digest = hex::encode(Sha256::digest(std::fs::read(path).unwrap()));
    let name: String = path.iter().rev().take(3).map(|part| part.to_string_lossy().into_owned()).collect();
    digest.ends_with(&*path.file_name().unwrap().to_string_lossy()) || name.contains(&digest)
}

/// The whole database and its journal agree, in both directions.
fn verified(data: &Path, database: &DbUrl) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parchemin"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARCHEMIN_")) {
        command.env_remove(name);
    }
    command.arg("verify").arg("--data").arg(data);
    if let DbUrl::Postgres(url) = database {
        command.arg("--database-url").arg(url);
    }
    let output = command.output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn times() -> u64 {
    std::env::var("PARCHEMIN_KILLS").map_or(6, |text| text.parse().unwrap())
}

on_both_engines! {
    async fn nothing_acknowledged_is_lost_and_nothing_is_applied_twice(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let database = Database::new(engine, &data);
        let journal = Journal::new(std::fs::File::create(folder.path().join("acknowledged.jsonl")).unwrap());
        let mut service = Service::start(&data, &database.url);
        let mut trial = trial(&service).await;
        let mut slowest = Duration::ZERO;
        for turn in 0..times() {
            // Another moment each time, the same in each run.
            trial.kill_under_load(service, Door::Honest, &journal, LOAD + turn * 37 % LOAD).await;
            let began = Instant::now();
            service = Service::start(&data, &database.url);
            common::Person::unknown(&service.url).get("/readyz").await.is(200);
            slowest = slowest.max(began.elapsed());
            let found = trial.compare(&service, &data).await;
            assert!(found.is_sound(), "kill {turn}: {found:#?}");
        }
        let saves: usize = trial.desks.iter().flat_map(|desk| &desk.rows).map(|row| row.acknowledged.len()).sum();
        let pieces: usize = trial.filings.iter().map(|one| one.acknowledged.len()).sum();
        println!("{} kills, {saves} saves and {pieces} pieces acknowledged, slowest restart {slowest:?}", times());
        assert!(saves > 5 * usize::try_from(times()).unwrap() && pieces > 0, "nothing was under way");
        assert_eq!(trial.story.candidates.len(), 2);
        service.stop();
        let wrong = trial.history(&database.url);
        assert!(wrong.is_empty(), "{wrong:#?}");
        verified(&data, &database.url);
    }

    async fn an_answer_before_the_commit_is_caught(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let database = Database::new(engine, &data);
        let journal = Journal::new(std::fs::File::create(folder.path().join("acknowledged.jsonl")).unwrap());
        let mut service = Service::start(&data, &database.url);
        let mut trial = trial(&service).await;
        // As long as nobody kills it, its lies come true.
        let url = service.url.clone();
        trial.load(&url, Door::Liar, &journal, LOAD, || ()).await;
        let found = trial.compare(&service, &data).await;
        assert!(found.is_sound(), "without a kill: {found:#?}");
        let mut caught = false;
        for turn in 0..5 {
            trial.kill_under_load(service, Door::Liar, &journal, LOAD + turn * 37 % LOAD).await;
            service = Service::start(&data, &database.url);
            if !trial.compare(&service, &data).await.lost.is_empty() {
                caught = true;
                break;
            }
        }
        assert!(caught, "five kills of a service that lies, and nothing was missed");
    }
}
