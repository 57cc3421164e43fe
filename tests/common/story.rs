//! The way to an exam day, told through HTTP alone: who governs, a centre, the lighthouse keepers' standard
//! (`tests/data/minimal.yaml`), a cohort, a jury of two, a sitting that opens.
//!
//! [`Story::new`] tells it all; [`Story::begin`] stops at the standard, and each step after it can be told
//! alone, or otherwise by the test itself.

use serde_json::{Value, json};

use super::{Answer, Person, TestApp};

pub const STANDARD: &str = include_str!("../data/minimal.yaml");

/// All the methods of the standard, block after block.
pub const METHODS: [&str; 4] = ["m1-1", "m1-2", "m2-1", "m2-2"];

/// Somebody assessed, with an account of their own.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub person: Person,
    pub enrolment: String,
    /// Their place in the cohort.
    pub number: String,
}

/// Somebody who sits.
#[derive(Debug, Clone)]
pub struct Juror {
    pub person: Person,
    pub seat: String,
}

/// What has been told so far; an id is empty until its step.
#[derive(Debug, Clone)]
pub struct Story {
    pub administrator: Person,
    /// Manages the centre.
    pub manager: Person,
    pub centre: String,
    pub version: String,
    pub cohort: String,
    pub candidates: Vec<Candidate>,
    pub jury: String,
    /// The chair (internal) first, then an outside member.
    pub jurors: Vec<Juror>,
    pub sitting: String,
    url: String,
}

impl Story {
    /// Two candidates, two jurors, one open sitting for every method; no score yet.
    pub async fn new(app: &TestApp) -> Self {
        let mut story = Self::begin(app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        story.open().await;
        story
    }

    /// The first administrator comes in, opens a centre, invites its manager and publishes the standard.
    pub async fn begin(app: &TestApp) -> Self {
        let link = app.first_invitation.as_deref().unwrap_or_else(|| panic!("not a first start"));
        Self::begin_at(&app.url, link).await
    }

    /// At a service that this process does not hold.
    pub async fn begin_at(url: &str, link: &str) -> Self {
        let administrator = Person::invited(url, link).await;
        let centre = json!({ "name": "Centre des Phares", "timezone": "Europe/Paris" });
        let centre = administrator.post("centres", centre).await.is(201).id();
        let mut story = Self {
            manager: administrator.clone(),
            administrator,
            centre,
            version: String::new(),
            cohort: String::new(),
            candidates: Vec::new(),
            jury: String::new(),
            jurors: Vec::new(),
            sitting: String::new(),
            url: url.to_owned(),
        };
        story.manager = story.invite("centre_manager", "Maud Sémaphore").await;
        story.version = story.publish(STANDARD).await.id();
        story
    }

    /// Somebody of the centre, with this role, who has come in by their link.
    pub async fn invite(&self, role: &str, name: &str) -> Person {
        let everywhere = ["administrator", "auditor", "data_protection_officer"].contains(&role);
        let centre = if everywhere { Value::Null } else { json!(self.centre) };
        let wish = json!({
            "email": email_of(name), "display_name": name, "locale": "fr", "role": role, "centre": centre,
        });
        let invited = self.administrator.post("invitations", wish).await;
        Person::invited(&self.url, &invited.is(201).string("/invitation/link")).await
    }

    /// Loads a référentiel and publishes it.
    pub async fn publish(&self, yaml: &str) -> Answer {
        self.manager.post("referentials?publish=true", json!({ "yaml": yaml })).await
    }

    pub async fn found_cohort(&mut self) {
        let cohort = json!({
            "centre_id": self.centre, "version_id": self.version, "name": "Promotion 2026",
            "starts_on": "2025-09-01", "ends_on": "2026-06-30",
        });
        self.cohort = self.manager.post("cohorts", cohort).await.is(201).id();
    }

    /// Enrols these people («First Last») for every block, in the cohort, founded if need be.
    pub async fn enrol(&mut self, names: &[&str]) {
        if self.cohort.is_empty() {
            self.found_cohort().await;
        }
        let mut people = Vec::new();
        for name in names {
            people.push(self.invite("candidate", name).await);
        }
        let enrolments: Vec<Value> = names.iter().map(|name| enrolment(name)).collect();
        let path = format!("cohorts/{}/enrolments", self.cohort);
        let answer = self.manager.post(&path, json!({ "enrolments": enrolments })).await;
        for (person, made) in people.into_iter().zip(answer.is(201).items()) {
            let text = |key: &str| made[key].as_str().unwrap().to_owned();
            self.candidates.push(Candidate { person, enrolment: text("id"), number: text("number") });
        }
    }

    /// A jury for blocks and certification: an internal chair and an outside member, both experienced.
    pub async fn compose(&mut self) {
        let jury = json!({ "cohort_id": self.cohort, "name": "Jury du phare", "mandate": "both" });
        self.jury = self.manager.post("juries", jury).await.is(201).id();
        self.seat("Paule Brisant", "chair", "internal").await;
        self.seat("Yves Corne", "member", "external").await;
    }

    /// Invites a juror and gives them a seat.
    pub async fn seat(&mut self, name: &str, function: &str, side: &str) {
        let person = self.invite("juror", name).await;
        let seat = json!({
            "account_id": person.account, "function": function, "side": side, "employer": format!("Phares {name}"),
            "occupation": "gardien de phare", "practising_since": 2010,
        });
        let path = format!("juries/{}/seats", self.jury);
        let seat = self.manager.post(&path, seat).await.is(201).id();
        self.jurors.push(Juror { person, seat });
    }

    /// Every juror declares to have no tie with any candidate.
    pub async fn declare(&self) {
        for juror in &self.jurors {
            let path = format!("seats/{}/declaration", juror.seat);
            juror.person.post(&path, json!({ "ties": [] })).await.is(200);
        }
    }

    /// A sitting of one day for these methods, tomorrow as the clock of the tests goes.
    pub async fn plan(&mut self, methods: &[&str]) {
        self.plan_between(methods, "2026-03-03T08:00:00Z", "2026-03-03T18:00:00Z").await;
    }

    pub async fn plan_between(&mut self, methods: &[&str], from: &str, until: &str) {
        let sitting = json!({
            "cohort_id": self.cohort, "title": "Épreuves du phare", "kind": "event", "place": "Salle de la lanterne",
            "starts_at": from, "ends_at": until, "methods": methods,
        });
        self.sitting = self.manager.post("sittings", sitting).await.is(201).id();
    }

    /// Every candidate before the jury, one after the other.
    pub async fn lay_out(&self) {
        self.lay_out_from("2026-03-03T09:00:00Z").await;
    }

    pub async fn lay_out_from(&self, first_at: &str) {
        let enrolments: Vec<&str> = self.candidates.iter().map(|one| one.enrolment.as_str()).collect();
        let slots = json!({
            "jury_id": self.jury, "first_at": first_at, "minutes": 45, "break_minutes": 15,
            "enrolments": enrolments,
        });
        self.manager.post(&format!("sittings/{}/slots", self.sitting), slots).await.is(201);
    }

    pub async fn open(&self) {
        self.manager.post(&format!("sittings/{}/opening", self.sitting), json!({})).await.is(200);
    }

    pub fn chair(&self) -> &Juror {
        &self.jurors[0]
    }

    /// The outside member.
    pub fn member(&self) -> &Juror {
        &self.jurors[1]
    }

    /// The sheet of a juror for a candidate, as the juror reads it now.
    pub async fn sheet(&self, juror: &Juror, candidate: &Candidate) -> Answer {
        let mine = juror.person.get("me/sheets?limit=200").await;
        let of = |sheet: &&Value| {
            sheet["enrolment_id"] == candidate.enrolment.as_str()
                && sheet["sitting"]["id"] == self.sitting.as_str()
        };
        let found = mine.is(200).items().iter().find(of);
        let id = found
            .and_then(|sheet| sheet["id"].as_str())
            .unwrap_or_else(|| panic!("no sheet: {}", mine.text()));
        let sheet = juror.person.get(&format!("sheets/{id}")).await;
        sheet.is(200);
        sheet
    }

    /// Fills every line of a sheet: the first option of each choice, and of each line what `rank_of` says of
    /// its criterion; a rank that asks for a comment gets one.
    pub async fn fill(&self, juror: &Juror, candidate: &Candidate, rank_of: impl Fn(&str) -> u8) {
        let before = self.sheet(juror, candidate).await;
        for grid in before.at("/grids").as_array().unwrap() {
            self.choose(juror, grid).await;
        }
        let sheet = self.sheet(juror, candidate).await;
        for grid in sheet.at("/grids").as_array().unwrap() {
            let lines = grid["lines"].as_array().unwrap().iter().filter(|line| line["applies"] == true);
            let scores: Vec<Value> = lines
                .map(|line| {
                    let criterion = line["criterion"].as_str().unwrap();
                    let seen = line["score"]["version"].as_i64().unwrap_or(0);
                    let score =
                        json!({ "state": "scored", "rank": rank_of(criterion), "comment": "Vu au phare." });
                    json!({ "criterion": criterion, "seen": seen, "score": score })
                })
                .collect();
            let path = format!("grids/{}/scores", grid["id"].as_str().unwrap());
            juror.person.put(&path, json!({ "scores": scores })).await.is(200);
        }
    }

    async fn choose(&self, juror: &Juror, grid: &Value) {
        for choice in grid["choices"].as_array().unwrap() {
            if choice["chosen"].as_array().is_some_and(|chosen| !chosen.is_empty()) {
                continue;
            }
            let body = json!({ "choice": choice["choice"], "options": [choice["options"][0][0]] });
            let path = format!("grids/{}/choices", grid["id"].as_str().unwrap());
            let seen = choice["version"].as_i64().unwrap_or(0);
            juror.person.put_seen(&path, seen, body).await.is(200);
        }
    }

    /// Signs a sheet as it stands.
    pub async fn sign(&self, juror: &Juror, candidate: &Candidate) -> Answer {
        let sheet = self.sheet(juror, candidate).await;
        let seen = json!({ "content_digest": sheet.string("/content_digest") });
        juror.person.post(&format!("sheets/{}/signature", sheet.id()), seen).await
    }

    /// Every juror fills and signs every sheet, with the same rank on every line.
    pub async fn score_all(&self, rank: u8) {
        for juror in &self.jurors {
            for candidate in &self.candidates {
                self.fill(juror, candidate, |_| rank).await;
                self.sign(juror, candidate).await.is(200);
            }
        }
    }
}

/// «Lina Fanal» is at `lina.fanal@example.test`.
pub fn email_of(name: &str) -> String {
    let plain = |one: char| match one {
        'é' | 'è' | 'ê' => 'e',
        'ï' | 'î' => 'i',
        ' ' => '.',
        one => one.to_ascii_lowercase(),
    };
    format!("{}@example.test", name.chars().map(plain).collect::<String>())
}

fn enrolment(name: &str) -> Value {
    let (first, last) = name.split_once(' ').unwrap();
    json!({
        "birth_name": last, "first_names": first, "birth_date": "1999-05-17", "birth_place": "Ouessant",
        "email": email_of(name), "access_route": "initial_training",
    })
}
