//! From signed sheets to published results: the agenda, the proposal, the deliberation, its minutes and
//! their signatures, through HTTP alone.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::TestApp;
use common::story::{METHODS, Story};
use parchemin::proof;
use serde_json::{Value, json};
use stories::{NOTHING, Table, attend, changed, everything, meet_requirements, summons, text_of};

fn line<'a>(agenda: &'a common::Answer, criterion: &str) -> &'a Value {
    let lines = agenda.at("/lines").as_array().unwrap();
    lines.iter().find(|line| line["criterion"] == criterion).unwrap()
}

/// What the rules say of a block, in one word.
fn verdict(proposal: &common::Answer, block: &str) -> Value {
    let blocks = proposal.at("/blocks").as_array().unwrap();
    blocks.iter().find(|one| one[0] == block).unwrap()[1]["verdict"].clone()
}

on_both_engines! {
    async fn a_disagreement_is_told_and_settled_beside_the_scores(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, chair, member) = (&story.candidates[0], story.chair(), story.member());
        story.fill(chair, lina, |_| 3).await;
        story.fill(member, lina, |criterion| if criterion == "k7" { 1 } else { 3 }).await;
        for juror in &story.jurors {
            story.sign(juror, lina).await.is(200);
        }
        let scores = format!("enrolments/{}/scores", lina.enrolment);
        let proposal = format!("enrolments/{}/proposal", lina.enrolment);
        let settle = |criterion: &str| format!("enrolments/{}/settlements/{criterion}", lina.enrolment);

        let before = chair.person.get(&scores).await;
        assert_eq!(before.is(200).at("/to_settle"), 1);
        assert_eq!(line(&before, "k7")["disagreement"], json!({ "gap": { "low": 1, "high": 3 } }));
        assert_eq!(line(&before, "k1")["disagreement"], Value::Null);
        assert_eq!(line(&before, "k7")["marks"].as_array().unwrap().len(), 2, "every juror's mark stands");
        let unsettled = story.manager.get(&proposal).await;
        assert_eq!(verdict(unsettled.is(200), "b2"), "incomplete");
        assert_eq!(verdict(&unsettled, "b1"), "proposed");

        // The chair alone settles, with a reason, within the scale, and only where the jurors disagree.
        let settled = json!({ "state": "scored", "rank": 2, "reason": "Relu ensemble : deux pages sans date." });
        member.person.put(&settle("k7"), settled.clone()).await.is(403).problem("forbidden");
        story.manager.put(&settle("k7"), settled.clone()).await.is(403).problem("forbidden");
        chair.person.put(&settle("k7"), json!({ "state": "scored", "rank": 2 })).await.is(422).problem("invalid");
        let blank = json!({ "state": "scored", "rank": 2, "reason": "" });
        chair.person.put(&settle("k7"), blank).await.is(422).problem("invalid");
        let high = json!({ "state": "scored", "rank": 4, "reason": "Au-delà de l’échelle." });
        chair.person.put(&settle("k7"), high).await.is(422).problem("invalid");
        chair.person.put(&settle("k1"), settled.clone()).await.broken("nothing_to_settle");
        chair.person.put(&settle("k99"), settled.clone()).await.is(404).problem("not_found");
        assert_eq!(chair.person.get(&scores).await.is(200).at("/to_settle"), 1, "nothing was settled so far");

        chair.person.put(&settle("k7"), settled).await.is(200);
        let after = chair.person.get(&scores).await;
        assert_eq!(after.is(200).at("/to_settle"), 0);
        assert_eq!(line(&after, "k7")["marks"], line(&before, "k7")["marks"], "it replaces no score");
        assert_eq!(line(&after, "k7")["result"], json!({ "rank": 2 }));
        let refused = story.manager.get(&proposal).await;
        assert_eq!(verdict(refused.is(200), "b2"), "refused", "k7 eliminates below «acquis»");
        for language in ["fr", "en"] {
            let sentences = refused.at(&format!("/blocks/1/1/sentences/{language}")).as_array().unwrap();
            assert!(sentences.len() >= 2, "the verdict and why: {sentences:?}");
        }

        // A later settlement stands in the place of the earlier one.
        let again = json!({ "state": "scored", "rank": 3, "reason": "La date est au dos de chaque page." });
        chair.person.put(&settle("k7"), again).await.is(200);
        assert_eq!(verdict(story.manager.get(&proposal).await.is(200), "b2"), "proposed");
    }

    async fn a_what_if_is_the_same_engine_and_changes_nothing(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let lina = &story.candidates[0];
        let what_if = format!("enrolments/{}/what-if", lina.enrolment);
        let before = everything(&app).await;
        let lower = json!({ "changes": [{ "rank": { "criterion": "k7", "rank": 1 } }] });
        let supposed = story.manager.post(&what_if, lower).await;
        assert_eq!(verdict(supposed.is(200), "b2"), "refused");
        assert_eq!(verdict(&supposed, "b1"), "proposed");
        let met = stories::REQUIREMENTS.map(|one| json!({ "requirement": { "requirement": one, "state": "met" } }));
        let whole = story.member().person.post(&what_if, json!({ "changes": met })).await;
        assert_eq!(whole.is(200).at("/certification/verdict"), "proposed");
        for unknown in [
            json!({ "rank": { "criterion": "k99", "rank": 1 } }),
            json!({ "rank": { "criterion": "k7", "rank": 4 } }),
            json!({ "undecided": { "block": "b9" } }),
        ] {
            story.manager.post(&what_if, json!({ "changes": [unknown] })).await.is(422).problem("invalid");
        }
        assert_eq!(changed(&app, &before).await, NOTHING);
        let present = story.manager.get(&format!("enrolments/{}/proposal", lina.enrolment)).await;
        assert_eq!(verdict(present.is(200), "b2"), "proposed");
    }

    async fn a_deliberation_is_convened_by_the_manager_over_what_the_jury_assessed(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let chair = &story.chair().person;
        chair.post("deliberations", summons(&story)).await.is(403).problem("forbidden");
        app.anybody().post("deliberations", summons(&story)).await.is(401).problem("unauthenticated");
        story.candidates[0].person.post("deliberations", summons(&story)).await.is(404).problem("not_found");

        let mut other = story.clone();
        other.plan(&["m1-1"]).await;
        let elsewhere = summons(&other);
        story.manager.post("deliberations", elsewhere).await.broken("sitting_of_another_jury");

        let table = Table::convene(&story).await;
        let seen = table.read().await;
        assert_eq!((seen.at("/state"), seen.at("/number")), (&json!("open"), &Value::Null));
        assert_eq!(seen.at("/candidates").as_array().unwrap().len(), 2);
        let targets = seen.at("/candidates/0/targets").as_array().unwrap();
        let names: Vec<&Value> = targets.iter().map(|target| &target["target"]).collect();
        assert_eq!(names, ["b1", "b2", "certification"]);
        let listed = story.manager.get(&format!("juries/{}/deliberations", story.jury)).await;
        assert_eq!(listed.is(200).items()[0]["id"], table.id.as_str());
        story.candidates[0].person.get(&table.path("")).await.is(404).problem("not_found");
    }

    async fn each_decision_keeps_to_the_rules(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let table = Table::convene(&story).await;
        let acquired = json!({ "outcome": "acquired" });
        table.decide(lina, "b1", 0, acquired.clone()).await.broken("sheets_unsigned");
        story.score_all(3).await;

        // Of the chair alone, over the decision that was seen.
        let b1 = table.target(lina, "b1");
        story.chair().person.put(&b1, acquired.clone()).await.is(428).problem("precondition_required");
        for not_the_chair in [&story.member().person, &story.manager, &story.administrator] {
            not_the_chair.put_seen(&b1, 0, acquired.clone()).await.is(403).problem("forbidden");
        }
        let ahead = table.decide(lina, "b1", 1, acquired.clone()).await;
        assert_eq!(ahead.is(412).problem("stale").at("/present"), &Value::Null);
        table.decide(lina, "b9", 0, acquired.clone()).await.is(404).problem("not_found");
        table.decide(lina, "b1", 0, json!({ "outcome": "awarded" })).await.broken("outcome_not_allowed");

        // A reason for a refusal, and for whatever departs from the proposal.
        table.decide(lina, "b1", 0, json!({ "outcome": "not_acquired" })).await.broken("reason_required_for_refusal");
        let spaces = json!({ "outcome": "not_acquired", "reason": "  " });
        table.decide(lina, "b1", 0, spaces).await.broken("reason_required_for_refusal");
        let against = json!({ "outcome": "not_acquired", "reason": "L’optique a été ternie." });
        let departed = table.decide(lina, "b1", 0, against).await;
        assert_eq!(departed.is(200).at("/departs"), true);

        // The blocks first, then the certification, which waits for its requirements.
        table.decide(lina, "certification", 0, json!({ "outcome": "awarded" })).await.broken("blocks_undecided");
        let again = table.decide(lina, "b1", 1, acquired.clone()).await;
        assert_eq!((again.is(200).version(), again.at("/departs")), (2, &json!(false)));
        let behind = table.decide(lina, "b1", 1, acquired.clone()).await;
        assert_eq!(behind.is(412).at("/present/version"), 2);
        table.decide(lina, "b2", 0, acquired.clone()).await.is(200);
        table.decide(lina, "certification", 0, json!({ "outcome": "awarded" })).await.broken("certification_incomplete");
        meet_requirements(&story, lina).await;
        table.decide(lina, "certification", 0, json!({ "outcome": "awarded" })).await.is(200);

        // Presence and decision agree, either way.
        table.decide(omar, "b1", 0, json!({ "outcome": "absent" })).await.broken("attendance_disagrees");
        table.decide(omar, "b1", 0, json!({ "outcome": "excused" })).await.broken("attendance_disagrees");
    }

    async fn who_did_not_come_is_absent_or_excused_and_nothing_else(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        attend(&story, lina, json!({ "attendance": "absent", "identity_checked": false })).await.is(200);
        let excused = json!({ "attendance": "excused", "reason": "Tempête.", "identity_checked": false });
        attend(&story, omar, excused).await.is(200);
        let table = Table::convene(&story).await;
        table.decide(lina, "b1", 0, json!({ "outcome": "acquired" })).await.broken("attendance_disagrees");
        table.decide(lina, "b1", 0, json!({ "outcome": "excused" })).await.broken("attendance_disagrees");
        table.decide(omar, "b1", 0, json!({ "outcome": "absent" })).await.broken("attendance_disagrees");
        for (candidate, outcome) in [(lina, "absent"), (omar, "excused")] {
            for block in ["b1", "b2"] {
                let decided = table.decide(candidate, block, 0, json!({ "outcome": outcome })).await;
                assert_eq!(decided.is(200).at("/departs"), false);
            }
        }
        // Nobody decides on the certification of somebody who did not come.
        table.close().await.is(200);
    }

    async fn an_absence_at_one_sitting_does_not_veil_the_other(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&METHODS[..2]).await;
        story.lay_out().await;
        story.open().await;
        let lina = story.candidates[0].clone();
        attend(&story, &lina, json!({ "attendance": "absent", "identity_checked": false })).await.is(200);
        let first = story.sitting.clone();
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
        let both = json!({ "jury_id": story.jury, "title": "Les deux jours", "sittings": [first, story.sitting] });
        let id = story.manager.post("deliberations", both).await.is(201).id();
        let table = Table { story: &story, id };
        assert_eq!(table.read().await.at("/candidates/0/unveiled"), true);
        table.decide(&lina, "b1", 0, json!({ "outcome": "absent" })).await.is(200);
        table.decide(&lina, "b2", 0, json!({ "outcome": "acquired" })).await.is(200);
    }

    async fn members_present_vote_and_the_mandate_and_the_quorum_hold(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal"]).await;
        story.compose().await;
        story.seat("Zoé Amer", "member", "external").await;
        story.declare().await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        story.open().await;
        story.score_all(3).await;
        let lina = &story.candidates[0];
        let table = Table::convene(&story).await;
        let seats: Vec<&str> = story.jurors.iter().map(|juror| juror.seat.as_str()).collect();
        let vote = |votes: &[(usize, &str)]| -> Value {
            let ballots = votes.iter().map(|(at, vote)| json!({ "seat": seats[*at], "vote": vote }));
            json!({ "outcome": "acquired", "ballots": ballots.collect::<Vec<_>>(), "dissent": "Trop tôt." })
        };
        let rejected = vote(&[(0, "for"), (1, "against"), (2, "against")]);
        table.decide(lina, "b1", 0, rejected).await.broken("vote_not_carried");
        let tied = vote(&[(0, "for"), (1, "against"), (2, "abstention")]);
        table.decide(lina, "b1", 0, tied).await.broken("vote_not_carried");
        let twice = vote(&[(0, "for"), (0, "for"), (1, "against")]);
        table.decide(lina, "b1", 0, twice).await.broken("ballot_not_valid");
        table.decide(lina, "b1", 0, vote(&[(0, "for")])).await.broken("quorum");
        let mut foreign = vote(&[(0, "for"), (1, "for")]);
        foreign["ballots"][1]["seat"] = json!(uuid::Uuid::now_v7());
        table.decide(lina, "b1", 0, foreign).await.broken("ballot_not_valid");
        let carried = table.decide(lina, "b1", 0, vote(&[(0, "for"), (1, "for"), (2, "against")])).await;
        assert_eq!((carried.is(200).at("/votes_for"), carried.at("/votes_against")), (&json!(2), &json!(1)));
        assert_eq!(carried.at("/dissent"), "Trop tôt.");

        // Another deliberation does not touch what this one decided.
        let second = Table::convene(&story).await;
        let theirs = second.decide(lina, "b1", 1, json!({ "outcome": "acquired" })).await;
        assert_eq!(theirs.broken("already_decided").at("/deliberation"), table.id.as_str());

        // Without its outside members the jury may not decide.
        let gone = json!({ "reason": "Appelé en mer." });
        for seat in &seats[1..] {
            story.manager.post(&format!("seats/{seat}/closing"), gone.clone()).await.is(200);
        }
        let alone = table.decide(lina, "b2", 0, json!({ "outcome": "acquired" })).await;
        assert!(!alone.broken("quorum").at("/broken").as_array().unwrap().is_empty());
    }

    async fn a_jury_of_blocks_leaves_the_certification_alone(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal"]).await;
        let jury = json!({ "cohort_id": story.cohort, "name": "Jury des blocs", "mandate": "blocks" });
        story.jury = story.manager.post("juries", jury).await.is(201).id();
        story.seat("Paule Brisant", "chair", "internal").await;
        story.seat("Yves Corne", "member", "external").await;
        story.declare().await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        story.open().await;
        story.score_all(3).await;
        let (lina, table) = (&story.candidates[0], Table::convene(&story).await);
        let awarded = json!({ "outcome": "awarded" });
        table.decide(lina, "certification", 0, awarded).await.broken("outside_mandate");
        for block in ["b1", "b2"] {
            table.decide(lina, block, 0, json!({ "outcome": "acquired" })).await.is(200);
        }
        table.close().await.is(200);
    }

    async fn a_sheet_does_not_reopen_under_a_decision(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let table = Table::convene(&story).await;
        table.decide(lina, "b1", 0, json!({ "outcome": "acquired" })).await.is(200);
        let why = json!({ "reason": "Une ligne à corriger." });
        for (candidate, decided) in [(lina, true), (omar, false)] {
            let sheet = story.sheet(story.member(), candidate).await.id();
            let path = format!("sheets/{sheet}/reopening");
            story.member().person.post(&path, why.clone()).await.is(403).problem("forbidden");
            let reopened = story.chair().person.post(&path, why.clone()).await;
            if decided {
                reopened.broken("already_decided");
            } else {
                reopened.is(200);
            }
        }
        let again = table.decide(omar, "b1", 0, json!({ "outcome": "acquired" })).await;
        again.broken("sheets_unsigned");
    }

    async fn minutes_are_numbered_without_a_gap(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let table = Table::convene(&story).await;
        let empty = table.close().await;
        assert_eq!(empty.broken("undecided").at("/undecided").as_array().unwrap().len(), 6);
        table.acquire_all(lina).await;
        table.decide(omar, "b2", 0, json!({ "outcome": "acquired" })).await.is(200);
        let early = table.close().await;
        let missing = early.broken("undecided").at("/undecided");
        let told = |target: &str| json!({ "enrolment": omar.enrolment, "target": target });
        assert_eq!(missing, &json!([told("b1"), told("certification")]), "every one is told");
        for not_the_chair in [&story.member().person, &story.manager] {
            not_the_chair.post(&table.path("/closing"), json!({})).await.is(403).problem("forbidden");
        }
        table.minutes(&story.manager).await.broken("deliberation_open");

        table.decide(omar, "b1", 0, json!({ "outcome": "acquired" })).await.is(200);
        let refused = json!({ "outcome": "not_awarded", "reason": "Le mémoire manque." });
        table.decide(omar, "certification", 0, refused).await.is(200);
        assert_eq!(table.close().await.is(200).at("/number"), "PV-2026-0001", "failed closings took no number");
        table.close().await.is(409).problem("conflict");
        let late = table.decide(omar, "b1", 1, json!({ "outcome": "acquired" })).await;
        late.broken("deliberation_closed");

        // Everything is decided already: the next closing has nothing to wait for.
        let next = Table::convene(&story).await;
        assert_eq!(next.close().await.is(200).at("/number"), "PV-2026-0002");
    }

    async fn minutes_are_issued_once_whoever_asks(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let table = Table::convene(&story).await;
        for candidate in &story.candidates {
            table.acquire_all(candidate).await;
        }
        table.close().await.is(200);
        let askers = [&story.manager, &story.chair().person, &story.member().person, &story.administrator];
        let issued = futures_util::future::join_all(askers.map(|person| table.minutes(person))).await;
        let again = table.minutes(&story.manager).await;
        for one in &issued {
            assert_eq!(one.is(200).body, again.is(200).body);
        }
        let listed = story.manager.get(&format!("documents?deliberation={}", table.id)).await;
        assert_eq!(listed.is(200).body, json!([again.body]));
        let kept = std::fs::read_dir(app.data.join("documents/minutes")).unwrap().count();
        assert_eq!(kept, 1, "no file of a document that was not issued");
        table.minutes(&story.candidates[0].person).await.is(404).problem("not_found");
    }

    async fn results_are_published_after_the_last_signature_and_the_whole_proves(engine: Engine) {
        let mut app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let table = Table::convene(&story).await;
        table.acquire_all(lina).await;
        let reason = "Le feu s’est éteint deux fois.";
        table.decide(omar, "b1", 0, json!({ "outcome": "not_acquired", "reason": reason })).await.is(200);
        table.decide(omar, "b2", 0, json!({ "outcome": "acquired" })).await.is(200);
        let refused = json!({ "outcome": "not_awarded", "reason": "Un bloc manque." });
        table.decide(omar, "certification", 0, refused).await.is(200);
        table.sign(story.chair(), &"0".repeat(64)).await.broken("minutes_not_issued");
        table.close().await.is(200);
        table.publish().await.broken("minutes_unsigned");
        let minutes = table.minutes(&story.chair().person).await;
        let sha256 = minutes.is(200).string("/sha256");

        // What was decided is what is printed, with the head of the journal as it then stood.
        let content = format!("documents/{}/content", minutes.id());
        let pdf = story.member().person.get(&content).await;
        assert_eq!(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&pdf.is(200).bytes)), sha256);
        let text = text_of(&pdf.bytes);
        let words: Vec<&str> = text.split_whitespace().collect();
        let flat = words.join(" ");
        for told in ["PV-2026-0001", "FANAL Lina", "BALISE Omar", "Le feu s’est éteint", "Paule Brisant", "Yves Corne"] {
            assert!(flat.contains(told), "{told}: {text}");
        }
        let head = printed_head(&words);
        story.candidates[0].person.get(&content).await.is(404).problem("not_found");

        // Each member signs what was read, once; another hash is refused.
        let stale = table.sign(story.member(), &"ab".repeat(32)).await;
        assert_eq!(stale.is(412).problem("stale").at("/document_sha256"), sha256.as_str());
        let first = table.sign(story.chair(), &sha256).await;
        assert_eq!(first.is(200).at("/waiting"), 1);
        app.advance(chrono::Duration::minutes(5));
        table.sign(story.chair(), &sha256).await.broken("minutes_signed_already");
        let manager = json!({ "document_sha256": sha256 });
        story.manager.post(&table.path("/signatures"), manager).await.is(403).problem("forbidden");
        table.publish().await.broken("minutes_unsigned");
        assert_eq!(table.sign(story.member(), &sha256).await.is(200).at("/waiting"), 0);

        // The candidates wait for the publication, a separate act of the manager.
        let results = format!("enrolments/{}/results", lina.enrolment);
        lina.person.get(&results).await.is(403).problem("forbidden");
        story.chair().person.post(&table.path("/publication"), json!({})).await.is(403).problem("forbidden");
        table.publish().await.is(200);
        let told = lina.person.get(&results).await;
        let outcomes: Vec<_> = told.is(200).body.as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
        assert_eq!(outcomes, ["not_awarded", "acquired", "acquired"]);
        omar.person.get(&results).await.is(404).problem("not_found");
        let own = omar.person.get(&format!("enrolments/{}/results", omar.enrolment)).await;
        assert!(own.is(200).text().contains(reason));
        assert!(!own.text().contains("votes"), "not how the members voted");

        // The signed minutes are a second document; the first stays as it was signed.
        let signed = table.minutes(&story.manager).await;
        assert_ne!(signed.is(200).string("/sha256"), sha256);
        assert_eq!(story.manager.get(&content).await.is(200).bytes, pdf.bytes);

        app.stop().await;
        let report = proof::verify_data(&app.data, app.database(), Some(&head)).unwrap();
        assert!(report.ok, "{:?}", report.faults);
        assert!(report.rows > 100 && report.files == 2, "{} rows, {} files", report.rows, report.files);
    }
}

/// `SIZE:ROOT` of the head printed in the minutes, the root in hexadecimal as `verify --head` takes it.
fn printed_head(words: &[&str]) -> String {
    use base64::Engine as _;
    let at =
        words.windows(2).position(|pair| pair[1].starts_with("entrées") && pair[0].parse::<u64>().is_ok());
    let size = words[at.unwrap()];
    let base64 = base64::engine::general_purpose::STANDARD;
    let roots = words.iter().filter_map(|word| base64.decode(word).ok()).filter(|root| root.len() == 32);
    let found: Vec<_> = roots.collect();
    assert_eq!(found.len(), 1, "one root: {words:?}");
    format!("{size}:{}", hex::encode(&found[0]))
}
