//! Boards: what they show to whom, and that their counts are those of a recount after every act.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;
mod stories;

#[path = "boards_story/acts.rs"]
mod acts;
#[path = "boards_story/oracle.rs"]
mod oracle;

use std::collections::BTreeSet;

use acts::Play;
use common::story::{METHODS, Story};
use common::{Answer, Person, TestApp};
use oracle::agrees;
use serde_json::{Value, json};
use stories::{Table, attend, file_evidence, meet_requirements};

/// Without the turns of the sequencer: nothing but the request counts.
async fn quiet(engine: common::Engine) -> TestApp {
    TestApp::start_with(engine, |settings| settings.journal_seconds = 3600).await
}

async fn board(by: &Person, story: &Story, query: &str) -> Answer {
    by.get(&format!("cohorts/{}/board{query}", story.cohort)).await
}

/// How many letters of a kind wait to leave for the cohort.
async fn letters(story: &Story, kind: &str) -> usize {
    let mails = story.manager.get(&format!("cohorts/{}/mails?limit=200", story.cohort)).await;
    mails.is(200).items().iter().filter(|mail| mail["kind"] == kind).count()
}

/// One block of one candidate as the board tells it.
fn block<'a>(board: &'a Answer, number: &str, slug: &str) -> &'a Value {
    let line = board.is(200).items().iter().find(|line| line["number"] == number).unwrap();
    line["blocks"].as_array().unwrap().iter().find(|block| block["block"] == slug).unwrap()
}

/// Somebody who seeks the first block alone, or has it already.
async fn enrol_otherwise(story: &Story, first: &str, more: Value) -> String {
    let mut one = json!({
        "birth_name": "Amer", "first_names": first, "email": format!("{first}.amer@example.test").to_lowercase(),
        "access_route": "initial_training",
    });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let path = format!("cohorts/{}/enrolments", story.cohort);
    story.manager.post(&path, json!({ "enrolments": [one] })).await.is(201).string("/items/0/id")
}

async fn with_trainer(story: &Story) -> Person {
    let trainer = story.invite("trainer", "Tom Feu").await;
    let trains = json!({ "account_id": trainer.account });
    story.manager.post(&format!("cohorts/{}/trainers", story.cohort), trains).await.is(201);
    trainer
}

on_both_engines! {
    async fn a_board_follows_a_candidate_from_the_first_line_to_publication(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, chair, member) = (&story.candidates[0], story.chair(), story.member());
        let seen = board(&story.manager, &story, "").await;
        let b1 = block(&seen, &lina.number, "b1");
        assert_eq!(b1["lines"], json!({ "done": 0, "expected": 12 }), "six lines on each of two sheets");
        assert_eq!(b1["sheets"], json!({ "done": 0, "expected": 2 }));
        assert_eq!((&b1["evidence_missing"], &b1["state"]), (&json!(3), &json!("incomplete")));
        assert_eq!((&b1["proposal"], &b1["decision"], &b1["acquired"]), (&json!("pending"), &Value::Null, &Value::Null));
        assert_eq!(seen.at("/items/0/requirements_pending"), 3);

        let sheet = story.sheet(chair, lina).await;
        let path = format!("grids/{}/scores/k1", sheet.string("/grids/0/id"));
        let score = |rank: u8| json!({ "state": "scored", "rank": rank, "comment": "Vu." });
        chair.person.put_seen(&path, 0, score(2)).await.is(200);
        chair.person.put_seen(&path, 1, score(3)).await.is(200);
        let seen = board(&story.manager, &story, "").await;
        assert_eq!(block(&seen, &lina.number, "b1")["lines"]["done"], 1, "a line rewritten is still one");

        let piece = file_evidence(&lina.person, lina, "La mèche, photographiée.").await;
        let links = json!({ "criteria": ["k2", "k3"] });
        lina.person.post(&format!("evidence/{piece}/links"), links).await.is(200);
        let seen = board(&story.manager, &story, "").await;
        assert_eq!(block(&seen, &lina.number, "b1")["evidence_missing"], 0, "oil it is: nothing is asked for electricity");
        assert_eq!(block(&seen, &lina.number, "b2")["evidence_missing"], 1);
        lina.person.post(&format!("evidence/{piece}/links"), json!({ "criteria": ["k7"] })).await.is(200);

        for juror in [chair, member] {
            let before = board(&story.manager, &story, "").await;
            assert_eq!(block(&before, &lina.number, "b1")["proposal"], "pending");
            story.fill(juror, lina, |_| 3).await;
            story.sign(juror, lina).await.is(200);
        }
        let seen = board(&story.manager, &story, "").await;
        let b1 = block(&seen, &lina.number, "b1");
        assert_eq!(b1["lines"], json!({ "done": 12, "expected": 12 }), "a signed sheet counts whole");
        assert_eq!((&b1["proposal"], &b1["state"]), (&json!("proposed"), &json!("complete")));
        assert_eq!(seen.at("/items/0/proposal"), "incomplete", "requirements are pending");
        assert_eq!(seen.at("/items/0/state"), "incomplete");
        meet_requirements(&story, lina).await;
        let seen = board(&story.manager, &story, "").await;
        assert_eq!((seen.at("/items/0/proposal"), seen.at("/items/0/state")), (&json!("proposed"), &json!("complete")));

        let omar = &story.candidates[1];
        for juror in [chair, member] {
            story.fill(juror, omar, |_| 3).await;
            story.sign(juror, omar).await.is(200);
        }
        let table = Table::convene(&story).await;
        for target in ["b1", "b2"] {
            table.decide(lina, target, 0, json!({ "outcome": "acquired" })).await.is(200);
        }
        table.decide(lina, "certification", 0, json!({ "outcome": "awarded" })).await.is(200);
        table.acquire_all(omar).await;
        let seen = board(&story.manager, &story, "").await;
        let b1 = block(&seen, &lina.number, "b1");
        assert_eq!((&b1["decision"]["outcome"], &b1["acquired"], &b1["state"]), (&json!("acquired"), &Value::Null, &json!("decided")));
        table.close().await.is(200);
        let seen = board(&story.manager, &story, "").await;
        let b1 = block(&seen, &lina.number, "b1");
        assert_eq!(b1["acquired"], json!({ "on": "2026-03-02", "by": "decision" }));
        assert_eq!(b1["decision"]["published_at"], Value::Null);
        let sha = table.minutes(&chair.person).await.string("/sha256");
        for juror in &story.jurors {
            table.sign(juror, &sha).await.is(200);
        }
        table.publish().await.is(200);
        let seen = board(&story.manager, &story, "").await;
        assert!(block(&seen, &lina.number, "b1")["decision"]["published_at"].is_string());
        assert_eq!(seen.at("/items/0/decision/outcome"), "awarded");
        assert_eq!(seen.at("/totals/states"), &json!({ "decided": 2 }));
        assert_eq!(seen.at("/totals/decisions"), &json!({ "awarded": 1, "not_awarded": 1 }));
        agrees(&app).await;
    }

    async fn a_board_is_read_by_filters_and_pages(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        enrol_otherwise(&story, "Ana", json!({ "blocks": ["b1"] })).await;
        let held = json!([{ "block": "b1", "origin": "Centre des Bouées", "acquired_on": "2024-06-28" }]);
        enrol_otherwise(&story, "Noa", json!({ "acquired_blocks": held, "birth_date": "2001-01-01" })).await;
        let numbers = |answer: &Answer| -> Vec<String> {
            answer.is(200).items().iter().map(|line| line["number"].as_str().unwrap().to_owned()).collect()
        };
        let manager = &story.manager;
        let all = board(manager, &story, "").await;
        assert_eq!(numbers(&all), ["0001", "0002", "0003", "0004"]);
        assert_eq!(all.at("/items/3/candidate"), "Noa Amer");
        assert_eq!(block(&all, "0003", "b2")["state"], "not_sought");
        let before = block(&all, "0004", "b1");
        assert_eq!((&before["state"], &before["acquired"]), (&json!("acquired"), &json!({ "on": "2024-06-28", "by": "before" })));
        assert_eq!(before["evidence_missing"], 0, "what is acquired asks for nothing");
        assert_eq!(all.at("/totals/candidates"), 4);
        assert_eq!(all.at("/totals/blocks/0/states"), &json!({ "acquired": 1, "incomplete": 3 }));
        assert_eq!(all.at("/totals/blocks/1/candidates"), 3);

        let first = board(manager, &story, "?limit=3").await;
        assert_eq!(numbers(&first), ["0001", "0002", "0003"]);
        let rest = board(manager, &story, &format!("?limit=3&after={}", first.string("/next"))).await;
        assert_eq!((numbers(&rest), rest.at("/next"), rest.at("/totals")), (vec!["0004".to_owned()], &Value::Null, &Value::Null));

        let second = board(manager, &story, "?block=b2").await;
        assert_eq!(numbers(&second), ["0001", "0002", "0004"]);
        assert_eq!(second.at("/items/0/blocks").as_array().unwrap().len(), 1);
        assert_eq!(numbers(&board(manager, &story, "?block=b1&state=acquired").await), ["0004"]);
        assert_eq!(numbers(&board(manager, &story, "?block=b1&state=incomplete").await), ["0001", "0002", "0003"]);
        assert_eq!(numbers(&board(manager, &story, "?state=incomplete").await), ["0001", "0002", "0003", "0004"]);
        assert!(numbers(&board(manager, &story, "?state=decided").await).is_empty());
        for (wrong, field) in [("?block=b9", "block"), ("?state=acquired", "state")] {
            let refused = board(manager, &story, wrong).await;
            refused.is(422).problem("invalid");
            assert_eq!(refused.at("/faults/0/field"), field);
        }
        board(manager, &story, "?state=asleep").await.is(400).problem("bad_request");
        board(manager, &story, "?sort=name").await.is(400).problem("bad_request");
    }

    async fn a_trainer_sees_work_and_no_result(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let trainer = with_trainer(&story).await;
        story.score_all(3).await;
        let table = Table::convene(&story).await;
        for candidate in &story.candidates {
            table.acquire_all(candidate).await;
        }
        table.close().await.is(200);
        let seen = board(&trainer, &story, "").await;
        assert_eq!(seen.is(200).items().len(), 2);
        assert_eq!(seen.at("/items/0/evidence_missing"), 0, "everything is decided");
        for hidden in ["state", "sheets", "proposal", "decision"] {
            assert_eq!(seen.at(&format!("/items/0/{hidden}")), &Value::Null, "{hidden}");
            assert_eq!(seen.at("/totals").get(format!("{hidden}s")).unwrap_or(&Value::Null), &Value::Null, "{hidden}");
        }
        for hidden in ["state", "lines", "sheets", "proposal", "decision", "acquired"] {
            assert_eq!(seen.at(&format!("/items/0/blocks/0/{hidden}")), &Value::Null, "{hidden}");
        }
        board(&trainer, &story, "?state=decided").await.is(403).problem("forbidden");
        let auditor = story.invite("auditor", "Aude Compas").await;
        let seen = board(&auditor, &story, "?state=decided").await;
        assert_eq!(seen.at("/items/0/blocks/0/decision/outcome"), "acquired");
        for (person, list) in [(&trainer, 403), (&auditor, 403), (&story.chair().person, 404)] {
            person.get(&format!("cohorts/{}/reminders", story.cohort)).await.is(list);
        }
        board(&story.chair().person, &story, "").await.is(404);
    }

    async fn what_is_missing_is_told_by_name(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        enrol_otherwise(&story, "Ana", json!({ "blocks": ["b1"] })).await;
        let piece = file_evidence(&lina.person, lina, "L'optique.").await;
        lina.person.post(&format!("evidence/{piece}/links"), json!({ "criteria": ["k2", "k4"] })).await.is(200);
        meet_requirements(&story, omar).await;
        story.fill(story.chair(), omar, |_| 2).await;
        story.sign(story.chair(), omar).await.is(200);
        let path = format!("cohorts/{}/missing", story.cohort);
        let found = story.manager.get(&path).await;
        let criteria = |place: usize| -> Vec<&str> {
            let told = found.at(&format!("/items/{place}/evidence")).as_array().unwrap();
            told.iter().map(|one| one["criterion"].as_str().unwrap()).collect()
        };
        assert_eq!(found.is(200).items().len(), 3);
        assert_eq!(criteria(0), ["k7"], "{}", found.text());
        assert_eq!(criteria(1), ["k2", "k3", "k4", "k7"]);
        assert_eq!(found.at("/items/1/evidence/1/option"), "petrole");
        assert_eq!(found.at("/items/0/requirements").as_array().unwrap().len(), 3);
        assert_eq!(found.at("/items/1/requirements"), &json!([]));
        let unsigned = found.at("/items/1/sheets").as_array().unwrap();
        assert_eq!(unsigned.len(), 1, "the chair has signed: {unsigned:?}");
        assert_eq!(unsigned[0]["juror"], "Yves Corne");
        assert_eq!(found.at("/items/2/identity"), &json!(["birth_date", "birth_place"]));
        assert_eq!((criteria(2), found.at("/items/2/sheets")), (vec!["k2", "k3", "k4"], &json!([])));
        let page = story.manager.get(&format!("{path}?limit=2")).await;
        let rest = story.manager.get(&format!("{path}?limit=2&after={}", page.string("/next"))).await;
        assert_eq!((rest.is(200).items().len(), rest.at("/items/0/number")), (1, &json!("0003")));
        let trainer = with_trainer(&story).await;
        assert_eq!(trainer.get(&path).await.is(200).at("/items/0/sheets"), &Value::Null);
    }

    async fn each_is_reminded_of_what_they_can_do(engine: Engine) {
        let app = TestApp::start(engine).await;
        app.advance(chrono::Duration::hours(20));
        let story = app.story().await;
        let lina = &story.candidates[0];
        let path = format!("cohorts/{}/reminders", story.cohort);
        let before = story.manager.get(&path).await;
        let keys = |answer: &Answer| -> Vec<String> {
            answer.items().iter().map(|one| one["to"]["key"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(keys(before.is(200)), ["c0001", "c0002"], "the sitting is tomorrow: no juror is late");
        assert_eq!(before.at("/items/0/to/email"), lina.person.email.as_str());
        let asked: Vec<&str> = before.at("/items/0/requirements").as_array().unwrap().iter().map(|one| one["requirement"].as_str().unwrap()).collect();
        assert_eq!(asked, ["garde", "memoire"], "a defence is the jury's");
        app.advance(chrono::Duration::hours(6));
        story.fill(story.member(), lina, |_| 3).await;
        story.sign(story.member(), lina).await.is(200);
        let now = story.manager.get(&path).await;
        assert_eq!(now.is(200).items().len(), 4);
        let of = |person: &Person| {
            let key = format!("j{}", person.account);
            now.items().iter().find(|one| one["to"]["key"] == key.as_str()).unwrap()["sheets"].as_array().unwrap().clone()
        };
        assert_eq!(of(&story.chair().person).len(), 2);
        let left = of(&story.member().person);
        assert_eq!((left.len(), &left[0]["candidate"], &left[0]["number"]), (1, &json!("Omar Balise"), &json!("0002")));
        let page = story.manager.get(&format!("{path}?limit=3")).await;
        let rest = story.manager.get(&format!("{path}?limit=3&after={}", page.string("/next"))).await;
        assert_eq!([keys(&page), keys(&rest)].concat(), keys(&now));
    }

    async fn a_press_writes_to_all_who_are_due_and_a_second_press_to_nobody(engine: Engine) {
        let app = TestApp::start(engine).await;
        app.advance(chrono::Duration::hours(26));
        let story = app.story().await;
        let path = format!("cohorts/{}/reminders", story.cohort);
        let due: Vec<Value> =
            story.manager.get(&path).await.items().iter().map(|one| one["to"]["key"].clone()).collect();
        let until = json!({ "until": "2020-01-01T12:00:00Z" });
        assert_eq!(story.manager.post(&path, until).await.is(422).at("/faults/0/code"), "past");
        assert_eq!(letters(&story, "reminder").await, 0);
        let written = story.manager.post(&path, json!({})).await;
        assert_eq!(written.is(200).at("/queued"), &Value::from(due.clone()));
        assert_eq!(letters(&story, "reminder").await, due.len());
        let again = story.manager.post(&path, json!({})).await;
        assert_eq!(again.is(422).at("/rule"), "reminded_already");
        let one = json!({ "to": ["c0002", "c9999"] });
        assert_eq!(story.manager.post(&path, one).await.is(200).at("/queued"), &json!(["c0002"]));
        app.advance(chrono::Duration::minutes(11));
        story.manager.post(&path, json!({})).await.is(200);
        assert_eq!(letters(&story, "reminder").await, 2 * due.len() + 1);
        let trainer = with_trainer(&story).await;
        trainer.post(&path, json!({})).await.is(403);
    }

    async fn reminding_nine_more_takes_as_many_statements(engine: Engine) {
        let mut found = Vec::new();
        for more in [0, 9] {
            let app = quiet(engine).await;
            let mut story = Story::begin(&app).await;
            story.enrol(&["Lina Fanal"]).await;
            for place in 0..more {
                enrol_otherwise(&story, &format!("Ana{}", char::from(b'a' + place)), json!({})).await;
            }
            let before = app.state().db.statements();
            let written = story.manager.post(&format!("cohorts/{}/reminders", story.cohort), json!({})).await;
            found.push(app.state().db.statements() - before);
            assert_eq!(written.is(200).at("/queued").as_array().unwrap().len(), usize::from(more) + 1);
        }
        assert_eq!(found[0], found[1]);
        assert!(found[0] <= 20, "{} statements", found[0]);
    }

    async fn a_board_and_its_lists_take_as_many_statements_whoever_is_enrolled(engine: Engine) {
        let mut found = Vec::new();
        for more in [0, 9] {
            let app = quiet(engine).await;
            app.advance(chrono::Duration::hours(20));
            let mut story = Story::begin(&app).await;
            story.enrol(&["Lina Fanal"]).await;
            for place in 0..more {
                enrol_otherwise(&story, &format!("Ana{}", char::from(b'a' + place)), json!({})).await;
            }
            story.compose().await;
            story.declare().await;
            story.plan(&METHODS).await;
            story.lay_out().await;
            let opening = app.state().db.statements();
            story.open().await;
            let mut counts = vec![app.state().db.statements() - opening];
            app.advance(chrono::Duration::hours(6));
            for list in ["board?limit=200", "board?limit=200&block=b1&state=incomplete", "missing", "reminders"] {
                let before = app.state().db.statements();
                let answer = story.manager.get(&format!("cohorts/{}/{list}", story.cohort)).await;
                counts.push(app.state().db.statements() - before);
                assert!(answer.is(200).items().len() > usize::from(more), "{list}: {}", answer.text());
            }
            found.push(counts);
        }
        assert_eq!(found[0], found[1], "opening, board, board by block, missing, reminders");
        assert!(found[0][1] <= 10, "{} statements for a board", found[0][1]);
    }

    async fn a_first_score_adds_one_statement_and_a_rewrite_none(engine: Engine) {
        let app = quiet(engine).await;
        let story = app.story().await;
        let (lina, chair) = (&story.candidates[0], story.chair());
        let sheet = story.sheet(chair, lina).await;
        let path = format!("grids/{}/scores/k1", sheet.string("/grids/0/id"));
        let mut counts = Vec::new();
        for seen in 0..3 {
            let before = app.state().db.statements();
            let score = json!({ "state": "scored", "rank": 3, "comment": format!("Vu {seen} fois.") });
            chair.person.put_seen(&path, seen, score).await.is(200);
            counts.push(app.state().db.statements() - before);
        }
        assert_eq!(counts[0], counts[1] + 1);
        assert_eq!(counts[1], counts[2]);
        assert!(counts[0] <= 9, "{counts:?}");
    }

    /// The property behind every count: after each of many acts in random order, done or refused, the summary
    /// is what a recount gives, and what plain SQL counts in the tables.
    async fn the_summary_is_what_a_recount_gives_after_every_act(engine: Engine) {
        let mut done = BTreeSet::new();
        for seed in [11, 42, 2026] {
            let app = quiet(engine).await;
            let mut play = Play::begin(&app, seed).await;
            for _ in 0..45 {
                let act = play.act().await;
                agrees(&app).await;
                done.extend(act);
            }
            play.end().await;
            agrees(&app).await;
        }
        let wanted: BTreeSet<&str> = acts::ALL.iter().copied().collect();
        assert_eq!(done, wanted, "acts that never went through prove nothing");
    }

    async fn two_jurors_who_write_and_sign_at_once_are_counted_both(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        let write = |juror: &'static str| {
            let juror = if juror == "chair" { story.chair() } else { story.member() };
            let story = &story;
            async move {
                let sheet = story.sheet(juror, lina).await;
                for grid in sheet.at("/grids").as_array().unwrap() {
                    for line in grid["lines"].as_array().unwrap() {
                        let path = format!("grids/{}/scores/{}", grid["id"].as_str().unwrap(), line["criterion"].as_str().unwrap());
                        let score = json!({ "state": "scored", "rank": 3, "comment": "Vu." });
                        juror.person.put_seen(&path, 0, score).await;
                    }
                }
                story.fill(juror, lina, |_| 3).await;
                story.sign(juror, lina).await.is(200);
            }
        };
        let absence = async {
            for attendance in ["present", "present", "present"] {
                let sent = json!({ "attendance": attendance, "identity_checked": true, "correction": "Relu." });
                attend(&story, lina, sent).await.is(200);
            }
        };
        tokio::join!(write("chair"), write("member"), absence);
        agrees(&app).await;
    }

    async fn verify_names_a_summary_that_was_changed(engine: Engine) {
        use diesel::connection::SimpleConnection as _;
        let mut app = TestApp::start(engine).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        let report = || parchemin::proof::verify_data(&app.data, app.database(), None).unwrap();
        app.state().journal.settle().await.unwrap();
        assert!(report().ok, "{}", report());
        let change = "UPDATE block_summary SET lines_scored = 5 WHERE block = 'b2'; DELETE FROM enrolment_summary";
        let mut conn = parchemin::db::open::establish(app.database()).unwrap();
        parchemin::each!(&mut conn, c => c.batch_execute(change)).unwrap();
        let found = report();
        assert!(!found.ok);
        let told: BTreeSet<String> = found.faults.iter().map(|fault| format!("{} {} {}", fault.code.as_str(), fault.table, fault.key)).collect();
        assert_eq!(told.len(), 4, "{found}");
        assert!(told.contains(&format!("summary_differs block_summary {}/b2", lina.enrolment)), "{found}");
        assert!(told.contains(&format!("summary_differs enrolment_summary {}", lina.enrolment)), "{found}");
        drop(conn);
        // Enrolments without a summary are counted at the start: those made before there was one.
        app.restart().await;
        let found = parchemin::proof::verify_data(&app.data, app.database(), None).unwrap();
        assert!(found.ok, "{found}");
    }
}
