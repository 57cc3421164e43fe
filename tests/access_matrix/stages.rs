//! An exam day that goes on stage by stage, with a mark of its own in whatever somebody writes of somebody.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::story::{Candidate, Juror, METHODS, Story};
use crate::common::{Person, TestApp};
use crate::people::{Of, ROLES, Role, Stage};
use crate::stories::world::World;
use crate::stories::{Table, Things};

/// What stands in one candidate's file and nobody else's, and who wrote it.
pub const BY_CHAIR: [&str; 2] = ["CANARI-prés-L", "CANARI-prés-O"];
pub const BY_JUROR: [&str; 2] = ["CANARI-juré-L", "CANARI-juré-O"];
pub const FILED: [&str; 2] = ["CANARI-pièce-L", "CANARI-pièce-O"];
pub const DECIDED: [&str; 2] = ["CANARI-motif-L", "CANARI-motif-O"];
pub const NAMES: [&str; 2] = ["Fanalcanari", "Balisecanari"];

pub struct Day {
    pub people: BTreeMap<Role, Person>,
    /// Lina's things at hand, then Omar's.
    pub worlds: [World; 2],
    table: Option<String>,
}

fn index(of: Of) -> usize {
    usize::from(of == Of::Omar)
}

impl Day {
    pub fn world(&self, of: Of) -> &World {
        &self.worlds[index(of)]
    }

    fn story(&self) -> &Story {
        &self.worlds[0].story
    }

    fn add(&mut self, of: Of, kind: &'static str, id: &str) {
        self.worlds[index(of)].things.add(kind, id);
    }

    pub async fn new(app: &TestApp) -> Self {
        let mut story = Story::begin(app).await;
        let nora = other_cohort(&mut story).await;
        story.enrol(&["Lina Fanalcanari", "Omar Balisecanari"]).await;
        let trainer = story.invite("trainer", "Tom Feu").await;
        let trains = json!({ "account_id": trainer.account });
        story.manager.post(&format!("cohorts/{}/trainers", story.cohort), trains).await.is(201);
        story.compose().await;
        story.seat("Zoé Amer", "member", "external").await;
        story.declare().await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        story.open().await;
        let tie = json!({
            "seat_id": story.jurors[2].seat, "enrolment_id": story.candidates[1].enrolment, "kind": "tie",
            "reason": "Cousins.",
        });
        story.manager.post(&format!("juries/{}/recusals", story.jury), tie).await.is(201);
        let mut people = insiders(&story);
        people.insert(Role::Trainer, trainer);
        people.insert(Role::Nora, nora);
        outsiders(app, &story, &mut people).await;
        assert_eq!(people.len(), ROLES.len());
        let worlds = [world(&story, &people, Of::Lina).await, world(&story, &people, Of::Omar).await];
        let mut day = Self { people, worlds, table: None };
        day.first_things().await;
        day
    }

    /// What there is before anything is signed by all.
    async fn first_things(&mut self) {
        let story = self.story().clone();
        let chair = story.chair().clone();
        for (of, candidate) in [Of::Lina, Of::Omar].into_iter().zip(story.candidates.clone()) {
            let filed = file(&candidate, FILED[index(of)]).await;
            self.add(of, "evidence", &filed);
            write(&story, &chair, &candidate, BY_CHAIR[index(of)]).await;
            let sheet = story.sheet(&chair, &candidate).await;
            let grid = sheet.string("/grids/0/id");
            self.add(of, "grids", &grid);
            self.add(of, "sheets", &sheet.id());
            story.sign(&chair, &candidate).await.is(200);
            let late = json!({ "state": "scored", "rank": 2, "comment": BY_CHAIR[index(of)] });
            chair.person.put_seen(&format!("grids/{grid}/scores/k1"), 2, late).await.is(423);
            let paper = chair.person.post(&format!("sheets/{}/document", sheet.id()), json!({})).await;
            self.add(of, "documents", &paper.is(200).id());
            write(&story, story.member(), &candidate, BY_JUROR[index(of)]).await;
            let tutor = json!({
                "name": "Tutrice", "email": "tutrice@example.test", "position": "tutrice", "organisation": "Phares",
            });
            let path = format!("enrolments/{}/requirements/garde/attestations", candidate.enrolment);
            self.add(of, "attestations", &story.manager.post(&path, tutor).await.is(201).id());
            let sitting = story.manager.get(&format!("sittings/{}", story.sitting)).await;
            let slots = sitting.is(200).at("/slots").as_array().unwrap();
            let slot = slots.iter().find(|slot| slot["enrolment_id"] == candidate.enrolment.as_str());
            self.add(of, "slots", slot.unwrap()["id"].as_str().unwrap());
            self.add(of, "me", &candidate.person.get("me").await.is(200).string("/login/id"));
        }
        story.manager.post(&format!("sittings/{}/summons", story.sitting), json!({})).await.is(200);
        for (of, candidate) in [Of::Lina, Of::Omar].into_iter().zip(&story.candidates) {
            let mine = candidate.person.get("me/summons").await;
            self.add(of, "summons", mine.is(200).items()[0]["id"].as_str().unwrap());
        }
        let late = chair.person.get(&format!("juries/{}/late-scores", story.jury)).await;
        let ids: Vec<String> = late
            .is(200)
            .body
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        let wish = json!({
            "email": "en.attente@example.test", "display_name": "En attente", "locale": "fr", "role": "juror",
            "centre": story.centre,
        });
        let waiting = story.administrator.post("invitations", wish).await.is(201).string("/invitation/id");
        let mails = story.manager.get(&format!("cohorts/{}/mails", story.cohort)).await;
        let mail = mails.is(200).items()[0]["id"].as_str().unwrap().to_owned();
        for of in [Of::Lina, Of::Omar] {
            self.add(of, "invitations", &waiting);
            self.add(of, "mails", &mail);
            self.add(of, "late-scores", &ids[0]);
        }
    }

    /// Goes on to a stage from the one before.
    pub async fn reach(&mut self, stage: Stage) {
        let story = self.story().clone();
        match stage {
            Stage::Open => {}
            Stage::Signed => self.all_sign(&story).await,
            Stage::Decided => self.decide(&story).await,
            Stage::Closed => {
                self.at(&story).close().await.is(200);
            }
            Stage::Published => {
                let table = self.at(&story);
                let paper = table.minutes(&story.chair().person).await;
                let sha256 = paper.is(200).string("/sha256");
                for juror in &story.jurors {
                    table.sign(juror, &sha256).await;
                }
                table.publish().await.is(200);
            }
            Stage::Cancelled => self.cancel(story).await,
        }
    }

    fn at<'a>(&self, story: &'a Story) -> Table<'a> {
        Table { story, id: self.table.clone().unwrap() }
    }

    async fn all_sign(&mut self, story: &Story) {
        for candidate in &story.candidates {
            story.sign(story.member(), candidate).await.is(200);
        }
        let lina = &story.candidates[0];
        write(story, &story.jurors[2], lina, BY_JUROR[0]).await;
        story.sign(&story.jurors[2], lina).await.is(200);
    }

    async fn decide(&mut self, story: &Story) {
        let table = Table::convene(story).await;
        self.table = Some(table.id.clone());
        for (of, candidate) in [Of::Lina, Of::Omar].into_iter().zip(&story.candidates) {
            self.add(of, "deliberations", &table.id);
            let why = DECIDED[index(of)];
            let kept = json!({ "outcome": "not_acquired", "reason": why });
            let decided = table.decide(candidate, "b1", 0, kept).await;
            self.add(of, "decisions", &decided.is(200).id());
            table.decide(candidate, "b2", 0, json!({ "outcome": "acquired", "reason": why })).await.is(200);
            let refused = json!({ "outcome": "not_awarded", "reason": why });
            table.decide(candidate, "certification", 0, refused).await.is(200);
        }
    }

    async fn cancel(&mut self, mut story: Story) {
        story.plan(&METHODS[..1]).await;
        let slots = json!({
            "jury_id": story.jury, "first_at": "2026-03-03T14:00:00Z", "minutes": 45, "break_minutes": 15,
            "enrolments": story.candidates.iter().map(|one| &one.enrolment).collect::<Vec<_>>(),
        });
        story.manager.post(&format!("sittings/{}/slots", story.sitting), slots).await.is(201);
        let why = json!({ "reason": "Tempête." });
        story.manager.post(&format!("sittings/{}/cancellation", story.sitting), why).await.is(200);
        let id = story.sitting.clone();
        for world in &mut self.worlds {
            world.story.sitting.clone_from(&id);
            world.things.put("sittings", &id);
        }
    }
}

fn insiders(story: &Story) -> BTreeMap<Role, Person> {
    let person = |of: &Person| of.clone();
    BTreeMap::from([
        (Role::Administrator, person(&story.administrator)),
        (Role::Manager, person(&story.manager)),
        (Role::Chair, person(&story.jurors[0].person)),
        (Role::Juror, person(&story.jurors[1].person)),
        (Role::Recused, person(&story.jurors[2].person)),
        (Role::Lina, person(&story.candidates[0].person)),
        (Role::Omar, person(&story.candidates[1].person)),
    ])
}

/// A cohort beside, of one candidate; the story comes back without it.
async fn other_cohort(story: &mut Story) -> Person {
    let cohort = json!({
        "centre_id": story.centre, "version_id": story.version, "name": "Promotion voisine",
        "starts_on": "2025-09-01", "ends_on": "2026-06-30",
    });
    story.cohort = story.manager.post("cohorts", cohort).await.is(201).id();
    story.enrol(&["Nora Vigie"]).await;
    let nora = story.candidates.remove(0).person;
    story.cohort.clear();
    nora
}

async fn outsiders(app: &TestApp, story: &Story, people: &mut BTreeMap<Role, Person>) {
    let mut elsewhere = story.clone();
    let centre = json!({ "name": "Centre des Ports", "timezone": "Europe/Paris" });
    elsewhere.centre = story.administrator.post("centres", centre).await.is(201).id();
    people.insert(Role::ManagerElsewhere, elsewhere.invite("centre_manager", "Max Port").await);
    people.insert(Role::JurorElsewhere, story.invite("juror", "Jo Ailleurs").await);
    people.insert(Role::Auditor, story.invite("auditor", "Aude Compas").await);
    people.insert(Role::DataProtection, story.invite("data_protection_officer", "Dora Sextant").await);
    let disabled = story.invite("centre_manager", "Didier Brume").await;
    let path = format!("accounts/{}/disabling", disabled.account);
    let answer = story.administrator.post(&path, json!({ "reason": "mistake" })).await;
    assert!(answer.status < 300, "{}", answer.text());
    people.insert(Role::Disabled, disabled);
    let revoked = story.invite("auditor", "Rémi Sillage").await;
    revoked.post("sign-out", json!({})).await.is(204);
    people.insert(Role::Revoked, revoked);
    people.insert(Role::Nobody, app.anybody());
}

async fn world(story: &Story, people: &BTreeMap<Role, Person>, of: Of) -> World {
    let mut story = story.clone();
    if of == Of::Omar {
        story.candidates.reverse();
    }
    let mut things = Things::default();
    things.add("referentials", &story.version);
    things.add("cohorts", &story.cohort);
    things.add("juries", &story.jury);
    things.add("sittings", &story.sitting);
    things.add("enrolments", &story.candidates[0].enrolment);
    things.add("accounts", &story.candidates[0].person.account);
    things.add("seats", &story.jurors[0].seat);
    let (stranger, officer) = (people[&Role::JurorElsewhere].clone(), people[&Role::DataProtection].clone());
    World { story, things, stranger, officer }
}

async fn file(candidate: &Candidate, mark: &str) -> String {
    let file = reqwest::multipart::Part::bytes(mark.as_bytes().to_vec()).file_name(format!("{mark}.txt"));
    let form = reqwest::multipart::Form::new().text("title", mark.to_owned()).part("file", file);
    let path = format!("enrolments/{}/evidence", candidate.enrolment);
    candidate.person.request(reqwest::Method::POST, &path).form(form).send().await.is(201).id()
}

/// Fills a sheet, with the mark beside every rank.
async fn write(story: &Story, juror: &Juror, candidate: &Candidate, mark: &str) {
    story.fill(juror, candidate, |_| 3).await;
    let sheet = story.sheet(juror, candidate).await;
    for grid in sheet.at("/grids").as_array().unwrap() {
        let lines = grid["lines"].as_array().unwrap().iter().filter(|line| line["applies"] == true);
        let scores: Vec<Value> = lines
            .map(|line| {
                let score = json!({ "state": "scored", "rank": 3, "comment": mark });
                json!({ "criterion": line["criterion"], "seen": line["score"]["version"], "score": score })
            })
            .collect();
        let path = format!("grids/{}/scores", grid["id"].as_str().unwrap());
        juror.person.put(&path, json!({ "scores": scores })).await.is(200);
    }
}
