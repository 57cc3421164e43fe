//! A chain that has gone as far as an open deliberation, and a sound request for each route of the API.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Table, Things, file_evidence, summons};
use crate::common::person::new_key;
use crate::common::story::STANDARD;
use crate::common::{Answer, Person, Story, TestApp};

/// There is something behind each address.
pub struct World {
    pub story: Story,
    pub things: Things,
    /// A juror of another jury.
    pub stranger: Person,
    /// The data-protection officer.
    pub officer: Person,
}

/// In what Lina and her jurors wrote, and nobody else has any business to read.
pub const CANARIES: [&str; 3] = ["Fanal", "Vu au phare", "CANARI"];

impl World {
    pub async fn new(app: &TestApp) -> Self {
        let story = app.story().await;
        let stranger = story.invite("juror", "Jo Ailleurs").await;
        let officer = story.invite("data_protection_officer", "Dora Sextant").await;
        story.score_all(3).await;
        let (lina, chair) = (&story.candidates[0], story.chair());
        let mut things = Things::of(&story).await;
        let late = json!({ "state": "scored", "rank": 2, "comment": "CANARI tardif." });
        let grid = story.sheet(chair, lina).await.string("/grids/0/id");
        chair.person.put_seen(&format!("grids/{grid}/scores/k1"), 1, late).await.is(423);
        let late = chair.person.get(&format!("juries/{}/late-scores", story.jury)).await;
        things.add("late-scores", &late.is(200).string("/0/id"));
        let tutor = json!({
            "name": "Tutrice CANARI", "email": "tutrice@example.test", "position": "tutrice", "organisation": "Phares",
        });
        let path = format!("enrolments/{}/requirements/garde/attestations", lina.enrolment);
        things.add("attestations", &story.manager.post(&path, tutor).await.is(201).id());
        let table = Table::convene(&story).await;
        let reason = json!({ "outcome": "not_acquired", "reason": "CANARI de la décision." });
        let decided = table.decide(lina, "b1", 0, reason).await;
        things.add("decisions", &decided.is(200).id());
        things.add("deliberations", &table.id);
        things.add("evidence", &file_evidence(&lina.person, lina, "CANARI dans le registre.").await);
        let sheet = story.sheet(chair, lina).await;
        things.add("grids", &sheet.string("/grids/0/id"));
        let paper = chair.person.post(&format!("sheets/{}/document", sheet.id()), json!({})).await;
        things.add("documents", &paper.is(200).id());
        let sitting = story.manager.get(&format!("sittings/{}", story.sitting)).await;
        let slots = sitting.is(200).at("/slots").as_array().unwrap();
        let slot = slots.iter().find(|slot| slot["enrolment_id"] == lina.enrolment.as_str());
        things.add("slots", slot.unwrap()["id"].as_str().unwrap());
        let called = story.manager.post(&format!("sittings/{}/summons", story.sitting), json!({})).await;
        assert!(called.is(200).at("/notices").as_array().unwrap().len() > 1);
        let mine = lina.person.get("me/summons").await;
        things.add("summons", mine.is(200).items()[0]["id"].as_str().unwrap());
        things.add("accounts", &lina.person.account);
        things.add("me", &lina.person.get("me").await.is(200).string("/login/id"));
        let wish = json!({
            "email": "en.attente@example.test", "display_name": "En attente", "locale": "fr", "role": "juror",
            "centre": story.centre,
        });
        let waiting = story.administrator.post("invitations", wish).await;
        things.add("invitations", &waiting.is(201).string("/invitation/id"));
        let mails = story.manager.get(&format!("cohorts/{}/mails", story.cohort)).await;
        things.add("mails", mails.is(200).items()[0]["id"].as_str().unwrap());
        Self { story, things, stranger, officer }
    }

    pub fn address(&self, route: &str) -> String {
        let kind = route.strip_prefix("/api/v1/").unwrap_or(route).split('/').next().unwrap();
        let id = self.things.all(kind).first().map_or("", String::as_str);
        let lina = &self.story.candidates[0].enrolment;
        let slug = if route.contains("acquired-blocks") { "b1" } else { "garde" };
        let filled = [
            ("{id}", id),
            ("{enrolment}", lina),
            ("{target}", "b2"),
            ("{seat}", &self.story.jurors[1].seat),
            ("{slug}", slug),
            ("{criterion}", "k1"),
            ("{token}", "aucune-invitation-de-ce-nom"),
            ("{_:.*}", ""),
        ];
        let address = filled.iter().fold(route.to_owned(), |path, (name, value)| path.replace(name, value));
        assert!(!address.contains('{'), "{route}: a parameter without a value");
        if route == "/api/v1/documents" {
            format!("{address}?sheet={}", self.things.all("sheets")[0])
        } else {
            address
        }
    }

    /// A body in which nothing is wrong but who sends it.
    pub fn body(&self, route: &str) -> Value {
        let story = &self.story;
        let (lina, seat) = (&story.candidates[0].enrolment, &story.jurors[0].seat);
        let score = json!({ "state": "scored", "rank": 2, "reason": null, "comment": "Autre." });
        match route.strip_prefix("/api/v1/").unwrap_or(route) {
            "accounts/{id}/disabling" => json!({ "reason": "mistake" }),
            "centres" => json!({ "name": "Autre centre", "timezone": "Europe/Paris" }),
            "cohorts" => json!({
                "centre_id": story.centre, "version_id": story.version, "name": "Autre promotion",
                "starts_on": "2025-09-01", "ends_on": "2026-06-30",
            }),
            "cohorts/{id}/enrolments" => json!({ "enrolments": [{
                "birth_name": "Intrus", "first_names": "Yann", "email": "yann@example.test",
                "access_route": "initial_training",
            }] }),
            "cohorts/{id}/trainers" => json!({ "account_id": self.stranger.account }),
            "decisions/{id}/revocation" => json!({ "reason": "Une erreur sur la personne." }),
            "deliberations" => summons(story),
            "deliberations/{id}/members/{seat}" => json!({ "present": false, "reason": "En mer." }),
            "deliberations/{id}/signatures/{seat}/impediment" => json!({ "reason": "Hospitalisé." }),
            "deliberations/{id}/decisions/{enrolment}/{target}" => json!({ "outcome": "acquired" }),
            "deliberations/{id}/signatures" => json!({ "document_sha256": "0".repeat(64) }),
            "enrolments/{id}/acquired-blocks/{slug}" => {
                json!({ "origin": "Ailleurs", "acquired_on": "2024-01-01" })
            }
            "enrolments/{id}/identity" => {
                json!({ "birth_name": "Intrus", "first_names": "Yann", "reason": "Non." })
            }
            "enrolments/{id}/requirements/{slug}" => json!({ "state": "met" }),
            "enrolments/{id}/settlements/{criterion}" => {
                json!({ "state": "scored", "rank": 2, "reason": "Parce que." })
            }
            "enrolments/{id}/what-if" => {
                json!({ "changes": [{ "rank": { "criterion": "k1", "rank": 1 } }] })
            }
            "enrolments/{id}/carried-blocks" => json!({ "from": story.candidates[1].enrolment }),
            "enrolments/{id}/requirements/{slug}/attestations" => json!({
                "name": "Tuteur", "email": "tuteur@example.test", "position": "tuteur", "organisation": "Phares",
            }),
            "enrolments/{id}/requirements/{slug}/evidence" => {
                json!({ "evidence_id": self.things.all("evidence")[0] })
            }
            "evidence/{id}/links" => json!({ "criteria": ["k1"] }),
            "grids/{id}/choices" => json!({ "choice": "source", "options": ["petrole"] }),
            "grids/{id}/scores" => json!({ "scores": [{ "criterion": "k1", "seen": 1, "score": score }] }),
            "grids/{id}/scores/{criterion}" => score,
            "password-resets" => json!({ "email": "personne@example.test" }),
            "invitations" => json!({
                "email": "yann@example.test", "display_name": "Yann Intrus", "locale": "fr", "role": "juror",
                "centre": story.centre,
            }),
            "juries" => json!({ "cohort_id": story.cohort, "name": "Autre jury", "mandate": "both" }),
            "juries/{id}/recusals" => {
                json!({ "seat_id": seat, "enrolment_id": lina, "kind": "tie", "reason": "Non." })
            }
            "juries/{id}/seats" => json!({
                "account_id": self.stranger.account, "function": "member", "side": "external",
                "employer": "Ailleurs", "occupation": "gardien", "practising_since": 2010,
            }),
            "late-scores/{id}/answer" => json!({ "outcome": "dismissed", "reason": "Pour voir." }),
            // Too short: nobody's password changes here.
            "me/password" => json!({ "password": "court" }),
            "referentials" => json!({ "yaml": STANDARD }),
            "referentials/{id}/registration" => json!({ "registered_from": "2020-01-01" }),
            "resits" => json!({
                "sitting": {
                    "cohort_id": story.cohort, "title": "Rattrapage", "kind": "event", "place": "Ailleurs",
                    "starts_at": "2026-03-10T08:00:00Z", "ends_at": "2026-03-10T18:00:00Z", "methods": ["m1-1"],
                },
                "slots": {
                    "jury_id": story.jury, "first_at": "2026-03-10T09:00:00Z", "minutes": 45, "break_minutes": 0,
                    "enrolments": [lina],
                },
            }),
            "seats/{id}/closing" => json!({ "reason": "Non." }),
            "seats/{id}/declaration" => json!({ "ties": [] }),
            "sheets/{id}/reopening" => json!({ "reason": "Pour voir." }),
            "sheets/{id}/signature" => json!({ "content_digest": "0".repeat(64) }),
            "sign-in" => json!({ "email": "personne@example.test", "password": "un mot de passe" }),
            "sittings" => json!({
                "cohort_id": story.cohort, "title": "Autre épreuve", "kind": "event", "place": "Ailleurs",
                "starts_at": "2026-03-05T08:00:00Z", "ends_at": "2026-03-05T18:00:00Z", "methods": ["m1-1"],
            }),
            "sittings/{id}/slots" => json!({
                "jury_id": story.jury, "first_at": "2026-03-03T15:00:00Z", "minutes": 45, "break_minutes": 0,
                "enrolments": [lina],
            }),
            "enrolments/{id}/adjustments" => json!({ "adjustments": [{ "kind": "room_apart" }] }),
            "juries/{id}/presiding/{enrolment}" => json!({ "seat_id": seat, "reason": "Non." }),
            "juries/{id}/waivers" => json!({ "rule": "jury_experience", "reason": "Non." }),
            "seats/{id}/replacement" => json!({ "reason": "Non.", "seat": {
                "account_id": self.stranger.account, "function": "member", "side": "external",
                "employer": "Ailleurs", "occupation": "gardien", "practising_since": 2010,
            } }),
            "sittings/{id}/cancellation" => json!({ "reason": "Non." }),
            "sittings/{id}/evidence-deadline" => json!({ "until": "2026-03-03T07:00:00Z" }),
            "sittings/{id}/extensions" => {
                json!({ "enrolment_id": lina, "until": "2026-03-03T07:30:00Z", "reason": "Non." })
            }
            "sittings/{id}/merging" => {
                json!({ "into": story.sitting, "first_at": "2026-03-03T15:00:00Z", "reason": "Non." })
            }
            "sittings/{id}/moves" => json!({
                "starts_at": "2026-03-05T08:00:00Z", "ends_at": "2026-03-05T18:00:00Z", "reason": "Non.",
            }),
            "slots/{id}/transfer" => json!({
                "sitting_id": story.sitting, "jury_id": story.jury, "starts_at": "2026-03-05T09:00:00Z",
                "reason": "Non.",
            }),
            "slots/{id}/attendance" => json!({ "attendance": "absent", "identity_checked": false }),
            _ => json!({}),
        }
    }

    pub async fn ask(&self, person: &Person, method: &str, route: &str) -> Answer {
        let address = self.address(route);
        let call = person.request(Method::from_bytes(method.as_bytes()).unwrap(), &address);
        if method == "POST" && route == "/api/v1/enrolments/{id}/evidence" {
            let file = reqwest::multipart::Part::bytes(b"un texte".to_vec()).file_name("texte.txt");
            let form = reqwest::multipart::Form::new().text("title", "Intrus").part("file", file);
            return call.form(form).send().await;
        }
        match method {
            "POST" => call.json(&self.body(route)).send().await,
            "PUT" => call.key(&new_key()).seen(1).json(&self.body(route)).send().await,
            _ => call.send().await,
        }
    }
}
