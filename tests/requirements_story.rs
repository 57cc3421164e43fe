//! What the certification asks for outside its blocks: a period attested from outside, a piece filed, a defence
//! scored on sheets; each recorded with what shows it, and corrected by an act that keeps what was.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::story::Candidate;
use common::{Answer, Story, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use stories::{NOTHING, Table, changed, everything, file_evidence, text_of};

async fn record(story: &Story, one: &Candidate, slug: &str, seen: i64, state: Value) -> Answer {
    story.manager.put_seen(&format!("enrolments/{}/requirements/{slug}", one.enrolment), seen, state).await
}

async fn detail(story: &Story, one: &Candidate, slug: &str) -> Answer {
    let read = story.manager.get(&format!("enrolments/{}/requirements/{slug}", one.enrolment)).await;
    read.is(200);
    read
}

/// The address of the page, below the service's own.
async fn asked(story: &Story, one: &Candidate, name: &str) -> String {
    let path = format!("enrolments/{}/requirements/garde/attestations", one.enrolment);
    let tutor = json!({
        "name": name, "email": "tuteur@example.test", "position": "chef de poste", "organisation": "Phares d’Iroise",
    });
    let link = story.manager.post(&path, tutor).await.is(201).string("/link");
    format!("/attestation/{}", link.rsplit('/').next().unwrap())
}

on_both_engines! {
    async fn a_period_is_attested_from_outside_through_a_link_that_a_scanner_may_follow(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        let base = format!("enrolments/{}/requirements", lina.enrolment);
        let tutor = json!({ "name": "T", "email": "t@example.test", "position": "t", "organisation": "o" });
        lina.person.post(&format!("{base}/garde/attestations"), tutor.clone()).await.is(403).problem("forbidden");
        let filed = story.manager.post(&format!("{base}/memoire/attestations"), tutor).await;
        filed.broken("requirement_not_attested");
        let page = asked(&story, lina, "Anna Vigie").await;
        let mails = story.manager.get(&format!("cohorts/{}/mails", story.cohort)).await;
        let mails = mails.is(200).items();
        assert_eq!(mails.iter().filter(|mail| mail["kind"] == "attestation_asked").count(), 1, "{mails:?}");
        let broken = json!({ "name": "T\nBcc: tous@example.test", "email": "t@example.test", "position": "t", "organisation": "o" });
        let refused = story.manager.post(&format!("{base}/garde/attestations"), broken).await;
        refused.is(422).problem("invalid");
        let anybody = app.anybody();
        let ask = |method: Method, path: &str| anybody.request(method, path).header("accept", "text/html");

        // Reading it changes nothing, whoever reads and however often; nor does a form left empty.
        let before = everything(&app).await;
        for method in [Method::GET, Method::GET, Method::HEAD] {
            ask(method, &page).send().await.is(200);
        }
        let shown = ask(Method::GET, &page).send().await;
        for told in ["Anna Vigie", "Lina Fanal", "Phares d’Iroise", "4 mois"] {
            assert!(shown.is(200).text().contains(told), "{told}: {}", shown.text());
        }
        ask(Method::POST, &page).send().await.is(400);
        let period = |from: &str, to: &str| json!({ "starts_on": from, "ends_on": to });
        let future = ask(Method::POST, &page).json(&period("2025-10-01", "2030-01-31")).send().await;
        assert!(future.is(422).text().contains("role=\"alert\""), "{}", future.text());
        ask(Method::POST, &page).json(&period("2025-12-31", "2025-10-01")).send().await.is(422);
        ask(Method::GET, "/attestation/aucun-lien-de-ce-nom").send().await.is(410);
        assert_eq!(changed(&app, &before).await, NOTHING);

        // Three months are not four; another period makes them, days in common counted once.
        let given = ask(Method::POST, &page).json(&period("2025-10-01", "2025-12-31")).send().await;
        assert!(given.is(200).text().contains("Merci"), "{}", given.text());
        ask(Method::POST, &page).json(&period("2025-10-01", "2025-12-31")).send().await.is(410);
        ask(Method::GET, &page).send().await.is(410);
        let known = detail(&story, lina, "garde").await;
        assert_eq!((known.at("/state"), known.at("/months_attested")), (&json!("pending"), &json!(3)));
        assert_eq!(known.at("/attestations/0/given/months"), 3);
        assert_eq!(known.at("/attestations/0/email"), "tuteur@example.test");
        let own = lina.person.get(&format!("{base}/garde")).await;
        assert_eq!(own.is(200).at("/attestations/0/email"), &Value::Null, "not for everybody");
        let second = asked(&story, lina, "Bruno Vigie").await;
        let whole = period("2025-12-15", "2026-01-31");
        anybody.request(Method::POST, &second).json(&whole).send().await.is(204);
        let known = detail(&story, lina, "garde").await;
        assert_eq!((known.at("/state"), known.at("/months_attested")), (&json!("met"), &json!(4)));
        assert!(known.string("/reason").contains("Bruno Vigie"), "{}", known.text());
        assert_eq!(known.at("/past/0/state"), "pending");

        // A link taken back opens nothing.
        let third = asked(&story, lina, "Cléo Vigie").await;
        let id = detail(&story, lina, "garde").await.string("/attestations/2/id");
        story.manager.delete(&format!("attestations/{id}")).await.is(204);
        ask(Method::GET, &third).send().await.is(410);
    }

    async fn what_is_met_is_shown_and_a_correction_closes_what_was(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        record(&story, lina, "memoire", 1, json!({ "state": "met" })).await.broken("requirement_not_shown");
        let piece = file_evidence(&lina.person, lina, "Cent pages.").await;
        let path = format!("enrolments/{}/requirements/memoire/evidence", lina.enrolment);
        let foreign = file_evidence(&omar.person, omar, "Autre chose.").await;
        lina.person.post(&path, json!({ "evidence_id": foreign })).await.is(422).problem("invalid");
        omar.person.post(&path, json!({ "evidence_id": piece })).await.is(404).problem("not_found");
        for _ in 0..2 {
            let filed = lina.person.post(&path, json!({ "evidence_id": piece })).await;
            assert_eq!(filed.is(200).body, json!([piece]));
        }
        record(&story, lina, "memoire", 1, json!({ "state": "met" })).await.is(200);
        let wrong = json!({ "state": "unmet", "reason": "Le mémoire est celui d’un autre." });
        record(&story, lina, "memoire", 2, wrong).await.is(200);
        let waived = json!({ "state": "waived", "reason": "Dispense du 3 mars." });
        record(&story, lina, "memoire", 3, waived).await.is(200);
        let known = detail(&story, lina, "memoire").await;
        assert_eq!((known.at("/state"), known.at("/evidence/0")), (&json!("waived"), &json!(piece)));
        let past: Vec<(&Value, &Value)> = known
            .at("/past")
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["state"], &one["ended_reason"]))
            .collect();
        let (pending, met, unmet) = (json!("pending"), json!("met"), json!("unmet"));
        let (other, waiver) = (json!("Le mémoire est celui d’un autre."), json!("Dispense du 3 mars."));
        assert_eq!(past, [(&pending, &Value::Null), (&met, &other), (&unmet, &waiver)]);
    }

    async fn a_defence_is_scored_on_sheets_and_the_jury_alone_says_how_it_went(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&["m1-1", "m1-2", "m2-1", "m2-2", "soutenance"]).await;
        story.lay_out().await;
        story.open().await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        for juror in &story.jurors {
            story.fill(juror, lina, |_| 3).await;
            story.fill(juror, omar, |line| if line == "soutenance" { 1 } else { 3 }).await;
            for one in [lina, omar] {
                story.sign(juror, one).await.is(200);
            }
        }
        let met = json!({ "state": "met", "reason": "Vue au registre." });
        let refused = record(&story, lina, "soutenance", 1, met.clone()).await;
        refused.broken("requirement_scored_by_the_jury");
        let scores = story.manager.get(&format!("enrolments/{}/scores", omar.enrolment)).await;
        let lines = scores.is(200).at("/lines").as_array().unwrap();
        assert!(lines.iter().any(|line| line["criterion"] == "soutenance"));
        for one in [lina, omar] {
            for slug in ["garde", "memoire"] {
                record(&story, one, slug, 1, met.clone()).await.is(200);
            }
        }
        let table = Table::convene(&story).await;
        for one in [lina, omar] {
            for block in ["b1", "b2"] {
                table.decide(one, block, 0, json!({ "outcome": "acquired" })).await.is(200);
            }
        }
        let awarded = table.decide(lina, "certification", 0, json!({ "outcome": "awarded" })).await;
        assert_eq!(awarded.is(200).at("/proposal"), "proposed");
        let against = json!({ "outcome": "not_awarded", "reason": "La soutenance n’a pas convaincu." });
        let against = table.decide(omar, "certification", 0, against).await;
        assert_eq!((against.is(200).at("/proposal"), against.at("/departs")), (&json!("refused"), &json!(false)));

        // What an awarded certification stands on is not taken away under it.
        let unmet = json!({ "state": "unmet", "reason": "Trois mois seulement." });
        record(&story, lina, "garde", 2, unmet).await.broken("certification_stands");

        // On paper too.
        let sheet = story.sheet(story.chair(), lina).await;
        let paper = story.chair().person.post(&format!("sheets/{}/document", sheet.id()), json!({})).await;
        let pdf = story.chair().person.get(&format!("documents/{}/content", paper.is(200).id())).await;
        assert!(text_of(&pdf.is(200).bytes).contains("Soutenance"));
        table.close().await.is(200);
        table.minutes(&story.manager).await.is(200);

        // It may be held again, for whoever has not passed it: the newest sheets count.
        story.plan(&["soutenance"]).await;
        let omar = story.candidates[1].clone();
        let slots = json!({
            "jury_id": story.jury, "first_at": "2026-03-03T15:00:00Z", "minutes": 60, "break_minutes": 0,
            "enrolments": [omar.enrolment],
        });
        story.manager.post(&format!("sittings/{}/slots", story.sitting), slots).await.is(201);
        story.open().await;
        for juror in &story.jurors {
            story.fill(juror, &omar, |_| 3).await;
            story.sign(juror, &omar).await.is(200);
        }
        let proposal = story.manager.get(&format!("enrolments/{}/proposal", omar.enrolment)).await;
        assert_eq!(proposal.is(200).at("/certification/verdict"), "proposed");
    }
}
