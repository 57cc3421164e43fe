//! Nobody learns what a juror wrote of a candidate before every juror who counts has signed: whatever the
//! address, whoever asks. Afterwards, only those who may.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::story::{Candidate, Juror, METHODS, Story};
use common::{Person, TestApp};
use serde_json::{Value, json};
use stories::{Table, Things, attend, file_evidence, text_of};

/// What one juror writes of one candidate and nobody else would: found in an answer, it tells who leaked.
fn canary(juror: &Juror, candidate: &Candidate) -> String {
    format!("CANARI-{}-{}", &juror.seat[24..], candidate.number)
}

/// Everybody who has something to do with the service, under the name that a failure tells.
struct People {
    story: Story,
    others: Vec<(&'static str, Person)>,
}

impl People {
    /// A chair and two outside members, so that one may step aside.
    async fn gather(app: &TestApp) -> Self {
        let mut story = Story::begin(app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        let trainer = story.invite("trainer", "Tom Feu").await;
        let trains = json!({ "account_id": trainer.account });
        story.manager.post(&format!("cohorts/{}/trainers", story.cohort), trains).await.is(201);
        story.compose().await;
        story.seat("Zoé Amer", "member", "external").await;
        story.declare().await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        story.open().await;
        let others = vec![
            ("trainer", trainer),
            ("auditor", story.invite("auditor", "Aude Compas").await),
            ("data-protection officer", story.invite("data_protection_officer", "Dora Sextant").await),
            ("juror of another jury", story.invite("juror", "Jo Ailleurs").await),
            ("manager", story.manager.clone()),
            ("administrator", story.administrator.clone()),
            ("candidate", story.candidates[0].person.clone()),
            ("other candidate", story.candidates[1].person.clone()),
            ("nobody", app.anybody()),
        ];
        Self { story, others }
    }

    fn everybody(&self) -> Vec<(&'static str, &Person)> {
        let jurors = ["chair", "second juror", "third juror"].into_iter();
        let seated = jurors.zip(self.story.jurors.iter().map(|juror| &juror.person));
        seated.chain(self.others.iter().map(|(name, person)| (*name, person))).collect()
    }

    fn called(&self, name: &str) -> &Person {
        self.everybody().into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    /// Who finds the canary of this juror for this candidate, reading every address there is.
    async fn finders(&self, things: &Things, juror: &Juror, candidate: &Candidate) -> Vec<&'static str> {
        let wanted = canary(juror, candidate);
        let mut found = Vec::new();
        for (name, person) in self.everybody() {
            for address in things.readable() {
                let answer = person.get(&address).await;
                assert!(answer.status < 500, "{name}: {}: {}", answer.asked, answer.text());
                let pdf = answer.header("content-type") == Some("application/pdf");
                let text = if pdf { text_of(&answer.bytes) } else { answer.text() };
                if text.contains(&wanted) {
                    found.push(name);
                    break;
                }
            }
        }
        found
    }
}

/// Fills a sheet with the juror's canary beside every rank.
async fn write(story: &Story, juror: &Juror, candidate: &Candidate) {
    story.fill(juror, candidate, |_| 3).await;
    let sheet = story.sheet(juror, candidate).await;
    for grid in sheet.at("/grids").as_array().unwrap() {
        let lines = grid["lines"].as_array().unwrap().iter().filter(|line| line["applies"] == true);
        let scores: Vec<Value> = lines
            .map(|line| {
                let score = json!({ "state": "scored", "rank": 2, "comment": canary(juror, candidate) });
                json!({ "criterion": line["criterion"], "seen": line["score"]["version"], "score": score })
            })
            .collect();
        let path = format!("grids/{}/scores", grid["id"].as_str().unwrap());
        juror.person.put(&path, json!({ "scores": scores })).await.is(200);
    }
}

on_both_engines! {
    async fn not_a_word_reaches_anybody_until_the_last_signature(engine: Engine) {
        let app = TestApp::start(engine).await;
        let people = People::gather(&app).await;
        let story = &people.story;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        for juror in &story.jurors {
            for candidate in &story.candidates {
                write(story, juror, candidate).await;
            }
        }
        let table = Table::convene(story).await;
        let mut things = Things::of(story).await;
        things.add("deliberations", &table.id);
        things.add("evidence", &file_evidence(&lina.person, lina, "Le registre de Lina.").await);

        // Two of three have signed Lina, and one of them has the sheet as a document.
        for juror in &story.jurors[..2] {
            story.sign(juror, lina).await.is(200);
        }
        let own = story.sheet(story.chair(), lina).await.id();
        let issue = format!("sheets/{own}/document");
        story.manager.post(&issue, json!({})).await.is(404).problem("not_found");
        things.add("documents", &story.chair().person.post(&issue, json!({})).await.is(200).id());
        for (juror, name) in story.jurors.iter().zip(["chair", "second juror", "third juror"]) {
            for candidate in &story.candidates {
                let finders = people.finders(&things, juror, candidate).await;
                assert_eq!(finders, [name], "what the {name} wrote is the {name}'s alone");
            }
        }
        for (name, person) in people.everybody() {
            for hidden in ["scores", "proposal"] {
                let path = format!("enrolments/{}/{hidden}", lina.enrolment);
                let answer = person.get(&path).await;
                assert!([401, 403, 404].contains(&answer.status), "{name}: {path}: {}", answer.text());
            }
            let supposed = json!({ "changes": [{ "not_observed": { "criterion": "k7" } }] });
            let answer = person.post(&format!("enrolments/{}/what-if", lina.enrolment), supposed).await;
            assert!([401, 403, 404].contains(&answer.status), "{name}: what-if: {}", answer.text());
        }
        let seen = table.read().await;
        assert_eq!(seen.at("/candidates/0/unveiled"), false);
        for target in seen.at("/candidates/0/targets").as_array().unwrap() {
            assert_eq!(target["proposal"], Value::Null, "no proposal shines through");
        }
        let counts = story.manager.get(&format!("sittings/{}/progress", story.sitting)).await;
        assert_eq!(counts.is(200).at("/items/0/signed"), 2, "counts only");

        // The last signature opens Lina to those who may see, and Omar to nobody.
        story.sign(&story.jurors[2], lina).await.is(200);
        let may = ["chair", "second juror", "third juror", "auditor", "manager", "administrator"];
        for juror in &story.jurors {
            assert_eq!(people.finders(&things, juror, lina).await, may);
        }
        assert_eq!(people.finders(&things, story.chair(), omar).await, ["chair"]);
        let agenda = story.manager.get(&format!("enrolments/{}/scores", lina.enrolment)).await;
        assert_eq!(agenda.is(200).at("/seats").as_array().unwrap().len(), 3);
        assert_eq!(table.read().await.at("/candidates/0/unveiled"), true);
    }

    async fn a_reopened_sheet_draws_the_veil_again(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let lina = &story.candidates[0];
        let scores = format!("enrolments/{}/scores", lina.enrolment);
        story.manager.get(&scores).await.is(200);
        let sheet = story.sheet(story.member(), lina).await.id();
        let why = json!({ "reason": "Un critère à relire." });
        story.chair().person.post(&format!("sheets/{sheet}/reopening"), why).await.is(200);
        for person in [&story.chair().person, &story.manager, &story.administrator] {
            person.get(&scores).await.is(404).problem("not_found");
            person.get(&format!("sheets/{sheet}")).await.is(404).problem("not_found");
        }
    }

    async fn a_juror_who_steps_aside_reads_nothing_more_of_that_candidate(engine: Engine) {
        let app = TestApp::start(engine).await;
        let people = People::gather(&app).await;
        let story = &people.story;
        let (lina, omar, aside) = (&story.candidates[0], &story.candidates[1], &story.jurors[2]);
        let piece = file_evidence(&omar.person, omar, "Le registre d’Omar.").await;
        let evidence = [
            format!("enrolments/{}", omar.enrolment),
            format!("enrolments/{}/evidence", omar.enrolment),
            format!("evidence/{piece}"),
            format!("evidence/{piece}/content"),
        ];
        for path in &evidence {
            aside.person.get(path).await.is(200);
        }
        for juror in &story.jurors[..2] {
            write(story, juror, omar).await;
            story.sign(juror, omar).await.is(200);
        }
        let scores = format!("enrolments/{}/scores", omar.enrolment);
        story.chair().person.get(&scores).await.is(404).problem("not_found");
        let table = Table::convene(story).await;
        let tie = json!({
            "seat_id": aside.seat, "enrolment_id": omar.enrolment, "kind": "tie", "reason": "Cousins.",
        });
        story.manager.post(&format!("juries/{}/recusals", story.jury), tie).await.is(201);

        // Two of two have signed now.
        let counts = story.manager.get(&format!("sittings/{}/progress", story.sitting)).await;
        let of_omar = counts.is(200).items().iter().find(|one| one["enrolment_id"] == omar.enrolment.as_str());
        assert_eq!((&of_omar.unwrap()["expected"], &of_omar.unwrap()["signed"]), (&json!(2), &json!(2)));
        story.chair().person.get(&scores).await.is(200);
        let mut things = Things::of(story).await;
        things.add("deliberations", &table.id);
        things.add("evidence", &piece);
        let sheet = story.sheet(story.chair(), omar).await.id();
        let paper = story.chair().person.post(&format!("sheets/{sheet}/document"), json!({})).await;
        things.add("documents", &paper.is(200).id());
        let may = ["chair", "second juror", "auditor", "manager", "administrator"];
        assert_eq!(people.finders(&things, story.chair(), omar).await, may);
        for path in &evidence {
            aside.person.get(path).await.is(404).problem("not_found");
        }
        aside.person.get(&format!("enrolments/{}/evidence", lina.enrolment)).await.is(200);
        let proposed = |answer: &common::Answer| {
            let candidates = answer.is(200).at("/candidates").as_array().unwrap();
            let of = candidates.iter().find(|one| one["enrolment"] == omar.enrolment.as_str()).unwrap();
            of["targets"][0]["proposal"].clone()
        };
        assert_eq!(proposed(&table.read().await)["verdict"], "refused");
        let theirs = aside.person.get(&table.path("")).await;
        assert_eq!(proposed(&theirs), Value::Null, "nor what the rules make of it");

        // The quorum is reckoned without them: two hold it, one does not.
        let refused = json!({ "outcome": "not_acquired", "reason": "Rien d’acquis." });
        table.decide(omar, "b1", 0, refused.clone()).await.is(200);
        let missing = json!({
            "seat_id": story.member().seat, "enrolment_id": omar.enrolment, "kind": "tie", "reason": "Voisins.",
        });
        story.manager.post(&format!("juries/{}/recusals", story.jury), missing).await.is(201);
        table.decide(omar, "b2", 0, refused).await.broken("quorum");
        let own = people.called("second juror").get(&format!("enrolments/{}/scores", omar.enrolment)).await;
        own.is(404).problem("not_found");
    }

    async fn what_was_begun_for_somebody_who_is_absent_stays_its_jurors(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&METHODS[..2]).await;
        story.lay_out().await;
        story.open().await;
        let lina = story.candidates[0].clone();
        write(&story, story.chair(), &lina).await;
        let begun = story.sheet(story.chair(), &lina).await.id();
        attend(&story, &lina, json!({ "attendance": "absent", "identity_checked": false })).await.is(200);
        story.plan(&METHODS[2..]).await;
        let slots = json!({
            "jury_id": story.jury, "first_at": "2026-03-03T14:00:00Z", "minutes": 45, "break_minutes": 15,
            "enrolments": [lina.enrolment],
        });
        story.manager.post(&format!("sittings/{}/slots", story.sitting), slots).await.is(201);
        story.open().await;
        for juror in &story.jurors {
            story.fill(juror, &lina, |_| 3).await;
            story.sign(juror, &lina).await.is(200);
        }
        let scores = story.member().person.get(&format!("enrolments/{}/scores", lina.enrolment)).await;
        assert!(!scores.is(200).text().contains("CANARI"));
        story.chair().person.get(&format!("sheets/{begun}")).await.is(200);
        for other in [&story.member().person, &story.manager, &story.administrator] {
            other.get(&format!("sheets/{begun}")).await.is(404).problem("not_found");
        }
    }
}
