//! What a deliberation lives through: members who are away or cannot sign, divided votes, two closings at once,
//! decisions revoked and taken again, a block sat again, dates of registration, blocks carried for life.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::story::Candidate;
use common::{Answer, Story, TestApp};
use parchemin::proof;
use serde_json::{Value, json};
use stories::{NOTHING, Table, changed, everything, text_of};

/// A jury of four before one candidate, everything scored and signed.
async fn jury_of_four(app: &TestApp, route: &str) -> Story {
    let mut story = Story::begin(app).await;
    if route == "prior_experience" {
        enrol_by_experience(&mut story).await;
    } else {
        story.enrol(&["Lina Fanal"]).await;
    }
    let jury = json!({ "cohort_id": story.cohort, "name": "Jury du phare", "mandate": "both" });
    story.jury = story.manager.post("juries", jury).await.is(201).id();
    for (name, function, side, gender) in [
        ("Paule Brisant", "chair", "internal", "woman"),
        ("Yves Corne", "member", "external", "man"),
        ("Zoé Amer", "member", "external", "woman"),
        ("Ivo Récif", "member", "internal", "man"),
    ] {
        seat(&mut story, name, function, side, gender).await;
    }
    story.declare().await;
    story.plan(&common::story::METHODS).await;
    story.lay_out().await;
    story.open().await;
    story.score_all(3).await;
    story
}

async fn seat(story: &mut Story, name: &str, function: &str, side: &str, gender: &str) {
    let person = story.invite("juror", name).await;
    let seat = json!({
        "account_id": person.account, "function": function, "side": side, "employer": format!("Phares {name}"),
        "occupation": "gardien de phare", "practising_since": 2010, "gender": gender,
    });
    let seat = story.manager.post(&format!("juries/{}/seats", story.jury), seat).await.is(201).id();
    story.jurors.push(common::story::Juror { person, seat });
}

async fn enrol_by_experience(story: &mut Story) {
    story.found_cohort().await;
    let person = story.invite("candidate", "Lina Fanal").await;
    let enrolment = json!({
        "birth_name": "Fanal", "first_names": "Lina", "birth_date": "1999-05-17", "birth_place": "Ouessant",
        "email": "lina.fanal@example.test", "access_route": "prior_experience",
    });
    let path = format!("cohorts/{}/enrolments", story.cohort);
    let made = story.manager.post(&path, json!({ "enrolments": [enrolment] })).await;
    let text = |key: &str| made.is(201).items()[0][key].as_str().unwrap().to_owned();
    story.candidates.push(Candidate { person, enrolment: text("id"), number: text("number") });
}

fn ballots(story: &Story, votes: &[(usize, &str)]) -> Value {
    let given = votes.iter().map(|(at, vote)| json!({ "seat": story.jurors[*at].seat, "vote": vote }));
    json!({ "outcome": "acquired", "ballots": given.collect::<Vec<_>>() })
}

/// The minutes as issued, signed by all who are awaited, and published.
async fn sign_and_publish(table: &Table<'_>) -> String {
    let minutes = table.minutes(&table.story.manager).await;
    let sha256 = minutes.is(200).string("/sha256");
    for juror in &table.story.jurors {
        table.sign(juror, &sha256).await.is(200);
    }
    table.publish().await.is(200);
    minutes.id()
}

/// A refusal of the second block and of the certification; the first block is acquired.
async fn refuse_b2(table: &Table<'_>, candidate: &Candidate) {
    table.decide(candidate, "b1", 0, json!({ "outcome": "acquired" })).await.is(200);
    let refused = json!({ "outcome": "not_acquired", "reason": "Le feu s’est éteint deux fois." });
    table.decide(candidate, "b2", 0, refused).await.is(200);
    let not_awarded = json!({ "outcome": "not_awarded", "reason": "Un bloc manque." });
    table.decide(candidate, "certification", 0, not_awarded).await.is(200);
}

async fn decision_of(story: &Story, table: &str, candidate: &Candidate, target: &str) -> Value {
    let seen = story.manager.get(&format!("deliberations/{table}")).await;
    let candidates = seen.is(200).at("/candidates").as_array().unwrap();
    let one = candidates.iter().find(|one| one["enrolment"] == candidate.enrolment.as_str()).unwrap();
    let targets = one["targets"].as_array().unwrap();
    targets.iter().find(|one| one["target"] == target).unwrap()["decision"].clone()
}

async fn printed(story: &Story, document: &str) -> String {
    let pdf = story.manager.get(&format!("documents/{document}/content")).await;
    text_of(&pdf.is(200).bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn revoke(story: &Story, decision: &Value, reason: &str) -> Answer {
    let path = format!("decisions/{}/revocation", decision["id"].as_str().unwrap());
    story.manager.post(&path, json!({ "reason": reason })).await
}

on_both_engines! {
    async fn a_decision_keeps_who_was_there_and_the_votes_that_were_asked_for(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = jury_of_four(&app, "initial_training").await;
        let lina = &story.candidates[0];
        let table = Table::convene(&story).await;
        let member = |at: usize| table.path(&format!("/members/{}", story.jurors[at].seat));
        let chair = &story.chair().person;

        // All agree: those present are written down, and no vote.
        let agreed = table.decide(lina, "b1", 0, json!({ "outcome": "acquired" })).await;
        let there = agreed.is(200).at("/members").as_array().unwrap();
        assert_eq!(there.len(), 4);
        assert!(there.iter().all(|one| one.get("vote").is_none()), "{there:?}");
        assert_eq!(agreed.at("/proposal"), "proposed");

        // One leaves the room; the chair says so, with a reason.
        let gone = json!({ "present": false, "reason": "Appelé en mer." });
        story.manager.put(&member(3), gone.clone()).await.is(403).problem("forbidden");
        chair.put(&member(3), json!({ "present": false })).await.broken("absence_without_reason");
        chair.put(&member(3), gone).await.is(200);
        let early = table.decide(lina, "b2", 0, ballots(&story, &[(3, "for"), (0, "for")])).await;
        early.broken("ballot_not_valid");
        let mut named = json!({ "outcome": "acquired", "present": [story.jurors[3].seat] });
        table.decide(lina, "b2", 0, named.clone()).await.broken("member_not_present");

        // Another steps out for this candidate: two are enough, one is not, and no external is not.
        named["present"] = json!([story.jurors[0].seat]);
        let alone = table.decide(lina, "b2", 0, named.clone()).await;
        assert!(!alone.broken("quorum").at("/broken").as_array().unwrap().is_empty());
        named["present"] = json!([story.jurors[0].seat, story.jurors[1].seat]);
        let two = table.decide(lina, "b2", 0, named).await;
        assert_eq!(two.is(200).at("/members").as_array().unwrap().len(), 2);

        // The majority is of those present: silence is an abstention.
        let one_of_three = table.decide(lina, "b2", 1, ballots(&story, &[(0, "for"), (1, "against")])).await;
        one_of_three.broken("vote_not_carried");
        let mut divided = ballots(&story, &[(0, "for"), (1, "for"), (2, "against")]);
        divided["dissent"] = json!("Zoé Amer aurait attendu le mémoire.");
        let divided = table.decide(lina, "b2", 1, divided).await;
        let votes: Vec<&Value> =
            divided.is(200).at("/members").as_array().unwrap().iter().map(|one| &one["vote"]).collect();
        assert_eq!(votes, ["for", "for", "against"]);
        assert_eq!(divided.at("/casting_vote"), false);
        let kept = decision_of(&story, &table.id, lina, "b1").await;
        assert_eq!(kept["members"].as_array().unwrap().len(), 4, "taken while all four were there");

        // The minutes tell it, and wait for those who were there.
        let refused = json!({ "outcome": "not_awarded", "reason": "Le mémoire reste à rendre." });
        table.decide(lina, "certification", 0, refused).await.is(200);
        table.close().await.is(200);
        chair.put(&member(3), json!({ "present": true })).await.broken("deliberation_closed");
        let minutes = table.minutes(&story.manager).await;
        let text = printed(&story, &minutes.is(200).id()).await;
        for told in ["2 voix pour, 1 contre", "Zoé Amer aurait attendu", "Appelé en mer."] {
            assert!(text.contains(told), "{told}: {text}");
        }
        let sha256 = minutes.string("/sha256");
        table.sign(&story.jurors[3], &sha256).await.broken("no_signature_awaited");
        for (at, waiting) in [(0, 2), (1, 1), (2, 0)] {
            assert_eq!(table.sign(&story.jurors[at], &sha256).await.is(200).at("/waiting"), waiting);
        }
        table.publish().await.is(200);
    }

    async fn the_chair_decides_between_equal_votes_where_the_rules_say_so(engine: Engine) {
        for (route, casting) in [("prior_experience", true), ("initial_training", false)] {
            let app = TestApp::start(engine).await;
            let story = jury_of_four(&app, route).await;
            let lina = &story.candidates[0];
            let table = Table::convene(&story).await;
            let equal = ballots(&story, &[(0, "for"), (1, "for"), (2, "against"), (3, "against")]);
            let decided = table.decide(lina, "b1", 0, equal).await;
            if !casting {
                decided.broken("vote_not_carried");
                continue;
            }
            assert_eq!(decided.is(200).at("/casting_vote"), true);
            let against = ballots(&story, &[(0, "against"), (1, "for"), (2, "for"), (3, "against")]);
            table.decide(lina, "b1", 1, against).await.broken("vote_not_carried");
            table.decide(lina, "b2", 0, json!({ "outcome": "acquired" })).await.is(200);
            let refused = json!({ "outcome": "not_awarded", "reason": "Le mémoire reste à rendre." });
            table.decide(lina, "certification", 0, refused).await.is(200);
            table.close().await.is(200);
            let minutes = table.minutes(&story.manager).await;
            let text = printed(&story, &minutes.is(200).id()).await;
            assert!(text.contains("voix prépondérante"), "{text}");
        }
    }

    async fn of_two_closings_at_once_one_wins_and_the_other_is_told(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let table = Table::convene(&story).await;
        for candidate in &story.candidates {
            table.acquire_all(candidate).await;
        }
        let answers = futures_util::future::join_all([table.close(), table.close(), table.close()]).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409]);
        let told = answers.iter().find(|answer| answer.status == 409).unwrap();
        assert!(told.text().contains("déjà close"), "{}", told.text());
        let next = Table::convene(&story).await;
        assert_eq!(next.close().await.is(200).at("/number"), "PV-2026-0002", "one number was taken");
    }

    async fn the_minutes_do_without_a_signature_when_the_chair_and_the_manager_say_so(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let table = Table::convene(&story).await;
        for candidate in &story.candidates {
            table.acquire_all(candidate).await;
        }
        let (chair, member) = (story.chair(), story.member());
        let path = table.path(&format!("/signatures/{}/impediment", member.seat));
        let why = json!({ "reason": "Hospitalisé depuis hier." });
        story.manager.post(&path, why.clone()).await.broken("deliberation_open");
        table.close().await.is(200);
        let sha256 = table.minutes(&story.manager).await.is(200).string("/sha256");
        table.sign(chair, &sha256).await.is(200);

        // A seat that is closed afterwards is awaited all the same: its holder deliberated.
        story.manager.post(&format!("seats/{}/closing", member.seat), why.clone()).await.is(200);
        table.publish().await.broken("minutes_unsigned");
        let half = story.manager.post(&path, why.clone()).await;
        assert_eq!((half.is(200).at("/holds"), half.at("/waiting")), (&json!(false), &json!(1)));
        story.administrator.post(&path, why.clone()).await.broken("impediment_said_already");
        table.publish().await.broken("minutes_unsigned");
        let own = table.path(&format!("/signatures/{}/impediment", chair.seat));
        chair.person.post(&own, why.clone()).await.broken("no_signature_awaited");
        let whole = chair.person.post(&path, why).await;
        assert_eq!((whole.is(200).at("/holds"), whole.at("/waiting")), (&json!(true), &json!(0)));
        let text = printed(&story, &table.minutes(&story.manager).await.is(200).id()).await;
        assert!(text.contains("Empêché de signer") && text.contains("Hospitalisé depuis hier."), "{text}");
        table.publish().await.is(200);
    }

    async fn a_revoked_decision_is_taken_again_in_minutes_that_rectify(engine: Engine) {
        let mut app = TestApp::start(engine).await;
        let story = app.story().await;
        story.score_all(3).await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let table = Table::convene(&story).await;
        refuse_b2(&table, lina).await;
        table.acquire_all(omar).await;
        let first = decision_of(&story, &table.id, lina, "b2").await;
        revoke(&story, &first, "Trop tôt.").await.broken("deliberation_open");
        table.close().await.is(200);
        let document = sign_and_publish(&table).await;

        // Of the manager, with a reason, once.
        let why = "La feuille d’un autre candidat avait été lue.";
        let path = format!("decisions/{}/revocation", first["id"].as_str().unwrap());
        let before = everything(&app).await;
        story.chair().person.post(&path, json!({ "reason": why })).await.is(403).problem("forbidden");
        lina.person.post(&path, json!({ "reason": why })).await.is(404).problem("not_found");
        story.manager.post(&path, json!({ "reason": "" })).await.is(422).problem("invalid");
        assert_eq!(changed(&app, &before).await, NOTHING);
        let revoked = revoke(&story, &first, why).await;
        assert_eq!(revoked.is(201).at("/revoked").as_array().unwrap().len(), 2, "and the certification on it");
        revoke(&story, &first, why).await.is(409).problem("conflict");

        // The former minutes stand as they were, and say what was revoked of them.
        let marked = story.manager.get(&format!("documents/{document}")).await;
        assert_eq!(marked.is(200).at("/revoked").as_array().unwrap().len(), 2);
        assert_eq!(marked.at("/revoked/0/reason"), why);
        let former = decision_of(&story, &table.id, lina, "b2").await;
        assert_eq!((&former["outcome"], &former["ended_reason"]), (&json!("not_acquired"), &json!(why)));
        let results = lina.person.get(&format!("enrolments/{}/results", lina.enrolment)).await;
        assert_eq!(results.is(200).body.as_array().unwrap().len(), 1, "only the first block is decided");

        // Before the other deliberation comes what was revoked, and nothing else.
        let again = Table { story: &story, id: revoked.string("/deliberation/id") };
        let seen = again.read().await;
        assert_eq!(seen.at("/candidates").as_array().unwrap().len(), 1);
        let names: Vec<&Value> =
            seen.at("/candidates/0/targets").as_array().unwrap().iter().map(|one| &one["target"]).collect();
        assert_eq!(names, ["b2", "certification"]);
        assert_eq!(seen.at("/rectifies/number"), "PV-2026-0001");
        again.decide(lina, "b1", 1, json!({ "outcome": "acquired" })).await.is(404).problem("not_found");
        again.close().await.broken("undecided");
        again.decide(lina, "b2", 0, json!({ "outcome": "acquired" })).await.is(200);
        let refused = json!({ "outcome": "not_awarded", "reason": "Le mémoire reste à rendre." });
        again.decide(lina, "certification", 0, refused).await.is(200);
        assert_eq!(again.close().await.is(200).at("/number"), "PV-2026-0002");
        let minutes = sign_and_publish(&again).await;
        let text = printed(&story, &minutes).await;
        for told in ["PV-2026-0002", "Rectifie le procès-verbal PV-2026-0001", why, "FANAL Lina"] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(!text.contains("BALISE"), "only what was revoked: {text}");
        let results = lina.person.get(&format!("enrolments/{}/results", lina.enrolment)).await;
        let told: Vec<_> =
            results.is(200).body.as_array().unwrap().iter().map(|one| (&one["outcome"], &one["minutes"])).collect();
        let (one, two) = (json!("PV-2026-0001"), json!("PV-2026-0002"));
        assert_eq!(told, [(&json!("not_awarded"), &two), (&json!("acquired"), &one), (&json!("acquired"), &two)]);

        // The signed minutes of before say what they said.
        let signed = table.minutes(&story.manager).await;
        let text = printed(&story, &signed.is(200).id()).await;
        assert!(text.contains("Le feu s’est éteint deux fois."), "{text}");

        app.stop().await;
        let report = proof::verify_data(&app.data, app.database(), None).unwrap();
        assert!(report.ok, "{:?}", report.faults);
    }
}
