//! What follows a refusal: a resit whose results join those that stand, blocks kept for life, late scores that
//! the chair accepts, and the days on which something may be awarded.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::story::{Candidate, METHODS};
use common::{Answer, Story, TestApp};
use serde_json::{Value, json};
use stories::{NOTHING, Table, changed, everything, text_of};

fn resit(story: &Story, methods: &[&str], candidates: &[&Candidate]) -> Value {
    let enrolments: Vec<&str> = candidates.iter().map(|one| one.enrolment.as_str()).collect();
    json!({
        "sitting": {
            "cohort_id": story.cohort, "title": "Rattrapage du registre", "kind": "event", "place": "Sémaphore",
            "starts_at": "2026-03-10T08:00:00Z", "ends_at": "2026-03-10T18:00:00Z", "methods": methods,
        },
        "slots": {
            "jury_id": story.jury, "first_at": "2026-03-10T09:00:00Z", "minutes": 45, "break_minutes": 15,
            "enrolments": enrolments,
        },
    })
}

fn rules(answer: &Answer) -> Vec<&str> {
    answer.at("/broken").as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect()
}

/// Scored and signed by both jurors, with the lowest rank on these lines.
async fn score(story: &Story, candidate: &Candidate, low: &[&str]) {
    for juror in &story.jurors {
        story.fill(juror, candidate, |line| if low.contains(&line) { 1 } else { 3 }).await;
        story.sign(juror, candidate).await.is(200);
    }
}

async fn refuse(table: &Table<'_>, candidate: &Candidate, target: &str, seen: i64) {
    let outcome = if target == "certification" { "not_awarded" } else { "not_acquired" };
    let refused = json!({ "outcome": outcome, "reason": "Le registre n’est pas tenu." });
    table.decide(candidate, target, seen, refused).await.is(200);
}

async fn targets(table: &Table<'_>, candidate: &Candidate) -> Vec<Value> {
    let seen = table.read().await;
    let all = seen.at("/candidates").as_array().unwrap();
    let one = all.iter().find(|one| one["enrolment"] == candidate.enrolment.as_str()).unwrap();
    one["targets"].as_array().unwrap().clone()
}

on_both_engines! {
    async fn a_resit_carries_the_rest_and_says_where_each_result_comes_from(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = app.story().await;
        let (lina, omar) = (story.candidates[0].clone(), story.candidates[1].clone());
        score(&story, &lina, &["k7"]).await;
        score(&story, &omar, &[]).await;
        app.advance(chrono::Duration::minutes(1));
        story.manager.post("resits", resit(&story, &["m2-1"], &[&lina])).await.broken("resit_without_refusal");
        {
            let table = Table::convene(&story).await;
            table.decide(&lina, "b1", 0, json!({ "outcome": "acquired" })).await.is(200);
            refuse(&table, &lina, "b2", 0).await;
            refuse(&table, &lina, "certification", 0).await;
            table.acquire_all(&omar).await;
            let open = story.manager.post("resits", resit(&story, &["m2-1"], &[&lina])).await;
            open.broken("resit_without_refusal");
            table.close().await.is(200);
        }

        // Of what was refused, and never of what is acquired; all of it or nothing.
        let before = everything(&app).await;
        let acquired = story.manager.post("resits", resit(&story, &["m1-1", "m2-1"], &[&lina, &omar])).await;
        acquired.broken("acquired_block_not_resat");
        assert_eq!(rules(&acquired), ["acquired_block_not_resat"; 3]);
        story.manager.post("resits", resit(&story, &["m9"], &[&lina])).await.is(422).problem("invalid");
        let chair = &story.chair().person;
        chair.post("resits", resit(&story, &["m2-1"], &[&lina])).await.is(404).problem("not_found");
        assert_eq!(changed(&app, &before).await, NOTHING);
        app.advance(chrono::Duration::minutes(1));
        let planned = story.manager.post("resits", resit(&story, &["m2-1"], &[&lina])).await;
        assert_eq!(planned.is(201).at("/resits/0/block"), "b2");
        let first = std::mem::replace(&mut story.sitting, planned.string("/sitting/id"));
        story.open().await;
        score(&story, &lina, &[]).await;

        // The newest signed sitting counts for its method; the other method keeps its own.
        let proposal = story.manager.get(&format!("enrolments/{}/proposal", lina.enrolment)).await;
        let blocks = proposal.is(200).at("/blocks").as_array().unwrap();
        let b2 = &blocks.iter().find(|one| one[0] == "b2").unwrap()[1];
        assert_eq!(b2["verdict"], "proposed");
        let sources: Vec<(&Value, &Value)> =
            b2["sources"].as_array().unwrap().iter().map(|one| (&one["method"], &one["sitting"])).collect();
        let (one, two) = (json!("m2-1"), json!("m2-2"));
        assert_eq!(sources, [(&one, &json!(story.sitting)), (&two, &json!(first))]);
        let told = b2["sentences"]["fr"].to_string();
        assert!(told.contains("Rattrapage du registre") && told.contains("10/03/2026"), "{told}");

        // The deliberation over the resit decides the block again; the refusal is closed, not overwritten.
        app.advance(chrono::Duration::minutes(1));
        let table = Table::convene(&story).await;
        let names: Vec<Value> = targets(&table, &lina).await.iter().map(|one| one["target"].clone()).collect();
        assert_eq!(names, ["b2", "certification"]);
        assert_eq!(table.close().await.broken("undecided").at("/undecided").as_array().unwrap().len(), 2);
        table.decide(&lina, "certification", 1, json!({ "outcome": "awarded" })).await.broken("blocks_undecided");
        table.decide(&lina, "b2", 0, json!({ "outcome": "acquired" })).await.is(412).problem("stale");
        let decided = table.decide(&lina, "b2", 1, json!({ "outcome": "acquired" })).await;
        assert_eq!((decided.is(200).at("/proposal"), decided.at("/departs")), (&json!("proposed"), &json!(false)));
        refuse(&table, &lina, "certification", 1).await;
        assert_eq!(table.close().await.is(200).at("/number"), "PV-2026-0002");
        let minutes = table.minutes(&story.manager).await;
        let pdf = story.manager.get(&format!("documents/{}/content", minutes.is(200).id())).await;
        let text = text_of(&pdf.is(200).bytes).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Rattrapage du registre"), "{text}");

        // Acquired now: not to be sat once more.
        let again = story.manager.post("resits", resit(&story, &["m2-1"], &[&lina])).await;
        again.broken("acquired_block_not_resat");
    }

    async fn a_method_never_sat_is_not_resat(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&METHODS[..3]).await;
        story.lay_out().await;
        story.open().await;
        let lina = &story.candidates[0];
        score(&story, lina, &["k7"]).await;
        let table = Table::convene(&story).await;
        table.decide(lina, "b1", 0, json!({ "outcome": "acquired" })).await.is(200);
        refuse(&table, lina, "b2", 0).await;
        refuse(&table, lina, "certification", 0).await;
        table.close().await.is(200);
        let never = story.manager.post("resits", resit(&story, &["m2-1", "m2-2"], &[lina])).await;
        assert_eq!(never.broken("method_never_sat").at("/broken/0/method"), "m2-2");
        assert_eq!(rules(&never), ["method_never_sat"]);
        story.manager.post("resits", resit(&story, &["m2-1"], &[lina])).await.is(201);
    }

    async fn an_acquired_block_is_carried_for_life_and_falls_with_its_decision(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let table = Table::convene(&story).await;
        let b1 = table.decide(lina, "b1", 0, json!({ "outcome": "acquired" })).await.is(200).id();
        refuse(&table, lina, "b2", 0).await;
        refuse(&table, lina, "certification", 0).await;
        table.acquire_all(omar).await;

        // The year after, in another cohort.
        let cohort = json!({
            "centre_id": story.centre, "version_id": story.version, "name": "Promotion 2027",
            "starts_on": "2026-09-01", "ends_on": "2027-06-30",
        });
        let cohort = story.manager.post("cohorts", cohort).await.is(201).id();
        let enrolment = json!({
            "birth_name": "Fanal", "first_names": "Lina", "birth_date": "1999-05-17", "birth_place": "Ouessant",
            "email": "lina.fanal@example.test", "access_route": "initial_training",
        });
        let path = format!("cohorts/{cohort}/enrolments");
        let made = story.manager.post(&path, json!({ "enrolments": [enrolment] })).await;
        let next = made.is(201).items()[0]["id"].as_str().unwrap().to_owned();
        let carry = format!("enrolments/{next}/carried-blocks");
        let from = |one: &Candidate| json!({ "from": one.enrolment });
        story.manager.post(&carry, from(lina)).await.broken("nothing_to_carry");
        table.close().await.is(200);
        lina.person.post(&carry, from(lina)).await.is(403).problem("forbidden");
        story.manager.post(&carry, from(omar)).await.broken("carried_within_one_certification");
        let carried = story.manager.post(&carry, from(lina)).await;
        assert_eq!(carried.is(201).at("/0/block"), "b1");
        assert_eq!((carried.at("/0/decision"), carried.at("/0/minutes")), (&json!(b1), &json!("PV-2026-0001")));
        assert_eq!(carried.body.as_array().unwrap().len(), 1, "a refused block is not carried");
        story.manager.post(&carry, from(lina)).await.broken("nothing_to_carry");
        let held = |answer: &Answer| answer.at("/acquired_blocks").as_array().unwrap().len();
        let new = format!("enrolments/{next}");
        assert_eq!(held(story.manager.get(&new).await.is(200)), 1);

        // Touched by revocation alone.
        let why = json!({ "reason": "Fraude établie depuis." });
        story.manager.post(&format!("decisions/{b1}/revocation"), why).await.is(201);
        assert_eq!(held(story.manager.get(&new).await.is(200)), 0, "held as long as its decision stands");
    }

    async fn a_late_score_counts_once_the_chair_accepts_it_and_its_juror_writes_it_again(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, chair, member) = (&story.candidates[0], story.chair(), story.member());
        story.fill(member, lina, |_| 3).await;
        story.sign(member, lina).await.is(200);
        let sheet = story.sheet(member, lina).await;
        let line = |criterion: &str| format!("grids/{}/scores/{criterion}", sheet.string("/grids/0/id"));
        let late = json!({ "state": "scored", "rank": 2, "comment": "Réseau coupé." });
        for criterion in ["k1", "k2"] {
            member.person.put_seen(&line(criterion), 1, late.clone()).await.is(423).problem("sheet_signed");
        }
        let list = format!("juries/{}/late-scores", story.jury);
        lina.person.get(&list).await.is(404).problem("not_found");
        let veiled = chair.person.get(&list).await;
        assert_eq!((veiled.is(200).at("/0/criterion"), veiled.at("/0/score")), (&json!("k1"), &Value::Null));
        assert_eq!(member.person.get(&list).await.is(200).at("/0/score/rank"), 2, "one's own");
        story.fill(chair, lina, |_| 3).await;
        story.sign(chair, lina).await.is(200);
        let told = chair.person.get(&list).await;
        assert_eq!(told.is(200).at("/0/score/rank"), 2);

        // By the chair alone, each once.
        let answer = |at: usize| format!("late-scores/{}/answer", told.body[at]["id"].as_str().unwrap());
        let accepted = json!({ "outcome": "accepted", "reason": "Le réseau de la salle était coupé." });
        let dismissed = json!({ "outcome": "dismissed", "reason": "Sans lien avec la coupure." });
        member.person.post(&answer(0), accepted.clone()).await.is(403).problem("forbidden");
        story.manager.post(&answer(0), accepted.clone()).await.is(403).problem("forbidden");
        chair.person.post(&answer(1), dismissed.clone()).await.is(200);
        assert_eq!(story.sheet(member, lina).await.at("/state"), "signed", "left as it was signed");
        chair.person.post(&answer(0), accepted.clone()).await.is(200);
        chair.person.post(&answer(0), dismissed).await.is(409).problem("conflict");
        assert_eq!(story.sheet(member, lina).await.at("/state"), "open");
        member.person.put_seen(&line("k1"), 1, late).await.is(200);
        story.sign(member, lina).await.is(200);
        let scores = story.manager.get(&format!("enrolments/{}/scores", lina.enrolment)).await;
        let lines = scores.is(200).at("/lines").as_array().unwrap();
        let rank = |criterion: &str| {
            let line = lines.iter().find(|line| line["criterion"] == criterion).unwrap();
            let marks = line["marks"].as_array().unwrap();
            marks.iter().map(|mark| mark["rank"].as_i64().unwrap()).min()
        };
        assert_eq!((rank("k1"), rank("k2")), (Some(2), Some(3)));
        let answers = chair.person.get(&list).await;
        assert_eq!(answers.is(200).at("/0/answer/outcome"), "accepted");
        assert_eq!(answers.at("/1/answer/outcome"), "dismissed");
    }

    async fn nothing_is_awarded_outside_the_dates_of_registration(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let lina = &story.candidates[0];
        let path = format!("referentials/{}/registration", story.version);
        assert_eq!(story.manager.get(&path).await.is(200).at("/version"), 0);
        let say = |seen: i64, from: &str, until: &str, last: Option<&str>| {
            let dates = json!({ "registered_from": from, "registered_until": until, "last_issue_on": last });
            story.administrator.put_seen(&path, seen, dates)
        };
        let dates = json!({ "registered_from": "2030-01-01" });
        story.manager.put_seen(&path, 0, dates).await.is(403).problem("forbidden");
        say(0, "2030-01-01", "2029-01-01", None).await.broken("registration_dates_in_order");
        let table = Table::convene(&story).await;
        let acquired = json!({ "outcome": "acquired" });

        say(0, "2030-01-01", "2035-01-01", None).await.is(200);
        table.decide(lina, "b1", 0, acquired.clone()).await.broken("before_registration");
        refuse(&table, lina, "b1", 0).await;
        say(0, "2020-01-01", "2025-01-01", None).await.is(412).problem("stale");
        say(1, "2020-01-01", "2025-01-01", None).await.is(200);
        table.decide(lina, "b1", 1, acquired.clone()).await.broken("after_registration");
        say(2, "2020-01-01", "2025-01-01", Some("2026-01-01")).await.is(200);
        table.decide(lina, "b1", 1, acquired.clone()).await.broken("after_last_issue");
        say(3, "2020-01-01", "2025-01-01", Some("2028-01-01")).await.is(200);
        table.decide(lina, "b1", 1, acquired).await.is(200);
    }
}
