//! What comes after the signed sheets, and what a test looks at beside the answers.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(dead_code, reason = "each test file uses its own part of this")]

pub mod served;
pub mod world;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use diesel::prelude::*;
use diesel::sql_types::Text;
use parchemin::db::AnyConn;
use serde_json::{Value, json};

use crate::common::story::{Candidate, Juror};
use crate::common::{Answer, Person, Story, TestApp, shape};

/// The requirements outside the blocks of the lighthouse keepers' standard.
pub const REQUIREMENTS: [&str; 3] = ["soutenance", "garde", "memoire"];

/// A deliberation of the story's jury over the story's sitting.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    pub story: &'a Story,
    pub id: String,
}

impl<'a> Table<'a> {
    pub async fn convene(story: &'a Story) -> Self {
        let id = story.manager.post("deliberations", summons(story)).await.is(201).id();
        Self { story, id }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("deliberations/{}{rest}", self.id)
    }

    /// As the chair has it under the eyes.
    pub async fn read(&self) -> Answer {
        let seen = self.story.chair().person.get(&self.path("")).await;
        seen.is(200);
        seen
    }

    pub fn target(&self, candidate: &Candidate, target: &str) -> String {
        self.path(&format!("/decisions/{}/{target}", candidate.enrolment))
    }

    /// The chair puts a decision over the version seen.
    pub async fn decide(&self, candidate: &Candidate, target: &str, seen: i64, decision: Value) -> Answer {
        self.story.chair().person.put_seen(&self.target(candidate, target), seen, decision).await
    }

    /// Both blocks acquired, the certification not awarded while requirements are pending.
    pub async fn acquire_all(&self, candidate: &Candidate) {
        for block in ["b1", "b2"] {
            self.decide(candidate, block, 0, json!({ "outcome": "acquired" })).await.is(200);
        }
        let refused = json!({ "outcome": "not_awarded", "reason": "Le mémoire reste à rendre." });
        self.decide(candidate, "certification", 0, refused).await.is(200);
    }

    pub async fn close(&self) -> Answer {
        self.story.chair().person.post(&self.path("/closing"), json!({})).await
    }

    pub async fn minutes(&self, by: &Person) -> Answer {
        by.post(&self.path("/minutes"), json!({})).await
    }

    pub async fn sign(&self, juror: &Juror, sha256: &str) -> Answer {
        juror.person.post(&self.path("/signatures"), json!({ "document_sha256": sha256 })).await
    }

    pub async fn publish(&self) -> Answer {
        self.story.manager.post(&self.path("/publication"), json!({})).await
    }
}

/// What the manager sends to convene the jury over the sitting of the story.
pub fn summons(story: &Story) -> Value {
    json!({ "jury_id": story.jury, "title": "Délibération du phare", "sittings": [story.sitting] })
}

/// The manager records every requirement of a candidate as met.
pub async fn meet_requirements(story: &Story, candidate: &Candidate) {
    let path = format!("enrolments/{}/requirements", candidate.enrolment);
    let met = json!({ "state": "met", "reason": "Vu au registre du phare." });
    for known in story.manager.get(&path).await.is(200).items() {
        let one = format!("{path}/{}", known["slug"].as_str().unwrap());
        let seen = known["version"].as_i64().unwrap();
        story.manager.put_seen(&one, seen, met.clone()).await.is(200);
    }
}

/// Records where the candidate was on the day of the story's sitting.
pub async fn attend(story: &Story, candidate: &Candidate, attendance: Value) -> Answer {
    let sitting = story.manager.get(&format!("sittings/{}", story.sitting)).await;
    let slots = sitting.is(200).at("/slots").as_array().unwrap();
    let slot = slots.iter().find(|slot| slot["enrolment_id"] == candidate.enrolment.as_str()).unwrap();
    story.manager.put(&format!("slots/{}/attendance", slot["id"].as_str().unwrap()), attendance).await
}

/// The text of a PDF, as poppler reads it.
pub fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Every row of every table as text, but for what the sequencer writes in its own time and what every
/// request may write: who is signed in, counts of failures.
pub async fn everything(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    app.state().journal.settle().await.unwrap();
    app.state().db.read(|conn| Ok(rows_of_all(conn))).await.unwrap()
}

/// What a refusal leaves behind.
pub const NOTHING: [&str; 0] = [];

/// The tables that are not as they were.
pub async fn changed(app: &TestApp, before: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let now = everything(app).await;
    now.into_iter().filter(|(name, rows)| before.get(name) != Some(rows)).map(|(name, _)| name).collect()
}

fn rows_of_all(conn: &mut AnyConn) -> BTreeMap<String, Vec<String>> {
    let passing = ["journal_hash", "journal_checkpoint", "login", "sign_in_throttle"];
    let tables = shape::of(conn);
    let kept = tables.iter().filter(|(name, _)| !passing.contains(&name.as_str()));
    kept.map(|(name, table)| {
        let columns: Vec<&String> = table.columns.keys().collect();
        (name.clone(), rows_of(conn, name, &columns))
    })
    .collect()
}

fn rows_of(conn: &mut AnyConn, table: &str, columns: &[&String]) -> Vec<String> {
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
    let lines: Vec<Line> = match conn {
        AnyConn::Sqlite(sqlite) => {
            let row = quoted.join(" || '|' || ");
            diesel::sql_query(format!("SELECT {row} AS text FROM \"{table}\" ORDER BY 1")).load(sqlite)
        }
        AnyConn::Pg(pg) => {
            diesel::sql_query(format!("SELECT t::text AS text FROM \"{table}\" t ORDER BY 1")).load(pg)
        }
    }
    .unwrap();
    lines.into_iter().map(|line| line.text).collect()
}

/// What the story has made so far, by the first word of its address.
#[derive(Debug, Clone, Default)]
pub struct Things(BTreeMap<&'static str, Vec<String>>);

impl Things {
    /// As the manager finds them, sheets through their jurors.
    pub async fn of(story: &Story) -> Self {
        let mut things = Self::default();
        things.add("referentials", &story.version);
        things.add("cohorts", &story.cohort);
        things.add("juries", &story.jury);
        things.add("sittings", &story.sitting);
        for candidate in &story.candidates {
            things.add("enrolments", &candidate.enrolment);
            things.add("accounts", &candidate.person.account);
        }
        for juror in &story.jurors {
            things.add("seats", &juror.seat);
            things.add("accounts", &juror.person.account);
            for sheet in juror.person.get("me/sheets?limit=200").await.is(200).items() {
                things.add("sheets", sheet["id"].as_str().unwrap());
            }
        }
        things
    }

    pub fn add(&mut self, kind: &'static str, id: &str) {
        self.0.entry(kind).or_default().push(id.to_owned());
    }

    /// In the place of those of its kind.
    pub fn put(&mut self, kind: &'static str, id: &str) {
        self.0.insert(kind, vec![id.to_owned()]);
    }

    pub fn all(&self, kind: &str) -> &[String] {
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }

    /// Every address below `/api/v1/` that can be read, for each thing that it can be read of.
    pub fn readable(&self) -> Vec<String> {
        let routes = parchemin::app::openapi().paths.paths;
        let read = routes.iter().filter(|(_, item)| item.get.is_some());
        let below = read.filter_map(|(path, _)| path.strip_prefix("/api/v1/"));
        let mut found: Vec<String> = below.flat_map(|path| self.addresses(path)).collect();
        for (key, kind) in [("sheet", "sheets"), ("deliberation", "deliberations")] {
            found.extend(self.all(kind).iter().map(|id| format!("documents?{key}={id}")));
        }
        found
    }

    fn addresses(&self, path: &str) -> Vec<String> {
        let path = &path.replace("{slug}", "garde");
        if !path.contains('{') {
            return vec![path.to_owned()];
        }
        let kind = path.split('/').next().unwrap();
        let known = self.all(kind);
        assert!(!known.is_empty() && path.matches('{').count() == 1, "nothing to read {path} of");
        known.iter().map(|id| path.replace("{id}", id)).collect()
    }
}

/// A small file of the candidate's.
pub async fn file_evidence(by: &Person, candidate: &Candidate, text: &str) -> String {
    let file = reqwest::multipart::Part::bytes(text.as_bytes().to_vec()).file_name("registre.txt");
    let form = reqwest::multipart::Form::new().text("title", "Registre").part("file", file);
    let path = format!("enrolments/{}/evidence", candidate.enrolment);
    by.request(reqwest::Method::POST, &path).form(form).send().await.is(201).id()
}
