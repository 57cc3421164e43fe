//! People once they are enrolled: found again, held blocks recorded, names corrected and what printed them
//! issued again.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::{Story, TestApp};
use serde_json::{Value, json};
use stories::{Table, text_of};

async fn names(by: &common::Person, query: &str) -> Vec<String> {
    let page = by.get(&format!("people?{query}")).await;
    let shown = |one: &Value| {
        format!("{} {}", one["first_names"].as_str().unwrap(), one["birth_name"].as_str().unwrap())
    };
    page.is(200).items().iter().map(shown).collect()
}

/// The identity of a candidate as it is on file, ready to be corrected.
async fn identity(story: &Story, enrolment: &str) -> (i64, Value) {
    let whole = story.manager.get(&format!("enrolments/{enrolment}")).await;
    let on_file = whole.is(200).body["candidate"].clone();
    let kept = ["birth_name", "usage_name", "first_names", "birth_date", "birth_place", "sex"];
    let body: serde_json::Map<String, Value> =
        kept.iter().map(|name| ((*name).to_owned(), on_file[name].clone())).collect();
    (on_file["version"].as_i64().unwrap(), Value::Object(body))
}

async fn minutes_text(by: &common::Person, id: &str) -> String {
    let pdf = by.get(&format!("documents/{id}/content")).await;
    text_of(&pdf.is(200).bytes).to_lowercase()
}

on_both_engines! {
    async fn somebody_is_found_by_a_few_letters(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Zoe Eglise", "Lina Fanal", "Noel Boeuf", "Ana Fanal"]).await;
        let (seen, mut zoe) = identity(&story, &story.candidates[0].enrolment).await;
        zoe["birth_name"] = json!("Église-Bœuf");
        zoe["first_names"] = json!("Zoé");
        zoe["reason"] = json!("Accents oubliés.");
        let path = format!("enrolments/{}/identity", story.candidates[0].enrolment);
        story.manager.put_seen(&path, seen, zoe).await.is(200);
        let manager = &story.manager;
        assert_eq!(names(manager, "q=EGLISE").await, ["Zoé Église-Bœuf"]);
        assert_eq!(names(manager, "q=boeuf%20zo").await, ["Zoé Église-Bœuf"]);
        assert_eq!(names(manager, "q=b%C5%93uf").await, ["Noel Boeuf", "Zoé Église-Bœuf"]);
        assert_eq!(names(manager, "q=%25").await.len(), 4, "a mark is no word: everybody");
        assert_eq!(names(manager, "q=_a@").await.len(), 0, "no pattern comes in by an e-mail");
        // Page after page, by name.
        let mut found = Vec::new();
        let mut after = String::new();
        for _ in 0..4 {
            let page = manager.get(&format!("people?limit=1{after}")).await;
            found.push(page.is(200).items()[0]["first_names"].as_str().unwrap().to_owned());
            after = page.body["next"].as_str().map(|next| format!("&after={next}")).unwrap_or_default();
        }
        assert_eq!(found, ["Noel", "Zoé", "Ana", "Lina"]);
        assert!(after.is_empty(), "the last page knows that it is the last");
        manager.get("people?after=nobody").await.problem("bad_request");
    }

    async fn one_finds_only_those_whom_one_may_see(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = app.story().await;
        assert_eq!(names(&story.manager, "q=fanal").await.len(), 1);
        assert_eq!(names(&story.candidates[0].person, "q=fanal").await.len(), 0);
        assert_eq!(names(&story.chair().person, "").await.len(), 0);
        let auditor = story.invite("auditor", "Aude Regard").await;
        let page = auditor.get("people?q=fanal").await;
        assert_eq!(page.is(200).items()[0]["email"], Value::Null, "names, not addresses");
        let centre = json!({ "name": "Autre centre", "timezone": "Europe/Paris" });
        story.centre = story.administrator.post("centres", centre).await.is(201).id();
        let other = story.invite("centre_manager", "Mia Ailleurs").await;
        assert_eq!(names(&other, "q=fanal").await.len(), 0);
        other.put_seen(
            &format!("enrolments/{}/identity", story.candidates[0].enrolment),
            2,
            json!({ "birth_name": "X", "first_names": "Y", "reason": "Z" }),
        ).await.problem("not_found");
    }

    async fn a_block_held_from_before_is_not_assessed_again(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        let path = format!("enrolments/{}/acquired-blocks", lina.enrolment);
        let proof = json!({ "origin": "Phares de France", "acquired_on": "2024-06-12", "document": "PV 2024-3" });
        let wrong = [
            ("b9", proof.clone(), "not_found"),
            ("b1", json!({ "origin": "Phares", "acquired_on": "2027-01-01" }), "invalid"),
            ("b1", json!({ "origin": " ", "acquired_on": "2024-01-01" }), "invalid"),
        ];
        for (block, body, code) in wrong {
            story.manager.put(&format!("{path}/{block}"), body).await.problem(code);
        }
        lina.person.put(&format!("{path}/b1"), proof.clone()).await.problem("forbidden");
        story.manager.put(&format!("{path}/b1"), proof).await.is(200);
        story.score_all(3).await;
        let proposal = story.manager.get(&format!("enrolments/{}/proposal", lina.enrolment)).await;
        let blocks = proposal.is(200).body["blocks"].as_array().unwrap().clone();
        assert!(blocks.iter().all(|block| block["block"] != "b1"), "{blocks:?}");
        let table = Table::convene(&story).await;
        table.decide(lina, "b1", 0, json!({ "outcome": "acquired" })).await.is(404);
        table.decide(lina, "b2", 0, json!({ "outcome": "acquired" })).await.is(200);
        let late = json!({ "origin": "Autre", "acquired_on": "2024-06-12" });
        story.manager.put(&format!("{path}/b2"), late).await.broken("already_decided");
    }

    async fn a_name_corrected_after_results_is_printed_again(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        story.score_all(3).await;
        let sheet = story.sheet(story.chair(), lina).await.id();
        let paper = story.chair().person.post(&format!("sheets/{sheet}/document"), json!({})).await.is(200).id();
        let table = Table::convene(&story).await;
        for candidate in &story.candidates {
            table.acquire_all(candidate).await;
        }
        table.close().await.is(200);
        let first = table.minutes(&story.manager).await;
        let first_id = first.is(200).id();
        for juror in &story.jurors {
            table.sign(juror, &first.string("/sha256")).await.is(200);
        }
        let signed = table.minutes(&story.manager).await.is(200).id();
        table.publish().await.is(200);

        let again = async |id: &str| story.manager.post(&format!("documents/{id}/replacement"), json!({})).await;
        again(&signed).await.broken("nothing_outdated");
        let (seen, mut corrected) = identity(&story, &lina.enrolment).await;
        let path = format!("enrolments/{}/identity", lina.enrolment);
        corrected["reason"] = json!("Faute de frappe à l’inscription.");
        story.manager.put_seen(&path, seen, corrected.clone()).await.broken("nothing_corrected");
        corrected["birth_name"] = json!("Fanale");
        lina.person.put_seen(&path, seen, corrected.clone()).await.problem("forbidden");
        story.manager.put(&path, corrected.clone()).await.problem("precondition_required");
        let lost = story.manager.put_seen(&path, seen - 1, corrected.clone()).await;
        assert_eq!(lost.problem("stale").body["present"]["birth_name"], "Fanal");
        let done = story.manager.put_seen(&path, seen, corrected).await;
        assert_eq!(done.is(200).header("etag"), Some(format!("\"{}\"", seen + 1).as_str()));

        let about = async || {
            let list = story.manager.get(&format!("enrolments/{}/documents", lina.enrolment)).await;
            list.is(200).body.as_array().unwrap().clone()
        };
        let outdated: Vec<Value> = about().await.iter().map(|one| one["outdated"].clone()).collect();
        assert_eq!(outdated, [true, true, true], "the sheet, the minutes, the signed minutes");
        again(&first_id).await.broken("minutes_unsigned");
        story.chair().person.post(&format!("documents/{signed}/replacement"), json!({})).await.problem("forbidden");
        let new = again(&signed).await;
        assert_eq!(new.is(200).body["replaces"], signed.as_str());
        assert_eq!(again(&signed).await.is(200).id(), new.id(), "asked again, the same");
        assert_eq!(table.minutes(&story.chair().person).await.is(200).id(), new.id());
        let old = minutes_text(&story.manager, &signed).await;
        assert!(old.contains("fanal") && !old.contains("fanale"), "the old one is kept: {old}");
        assert!(minutes_text(&story.manager, &new.id()).await.contains("fanale"));
        let sheet_again = again(&paper).await;
        assert_eq!(sheet_again.is(200).body["kind"], "sheet");
        let marked = about().await;
        let old = marked.iter().find(|one| one["id"] == signed.as_str()).unwrap();
        assert_eq!((&old["replaced_by"], &old["outdated"]), (&json!(new.id()), &json!(false)));
        again(&new.id()).await.broken("nothing_outdated");
        app.state().journal.settle().await.unwrap();
        let report = parchemin::proof::verify_data(&app.data, app.database(), None).unwrap();
        assert!(report.ok, "{report}");
    }
}
