//! Whatever is sent, the answer is a problem document that says what to do, nothing is half done, and the
//! service goes on.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::person::new_key;
use common::story::{METHODS, STANDARD, Story};
use common::{Answer, Person, TestApp};
use parchemin::error::CODES;
use reqwest::Method;
use serde_json::{Value, json};
use stories::world::World;
use stories::{NOTHING, changed, everything};

/// Refusals that have words of their own wherever they are made.
const OWN_WORDS: [&str; 3] = ["not_found", "idempotency_key_reused", "referential_faults"];

/// A refusal that a caller can act on: a known code, no 5xx, both languages.
#[track_caller]
fn sound(answer: &Answer) {
    let code = answer.body["code"].as_str().unwrap_or_default();
    assert!(answer.status < 500, "{}: {} {}", answer.asked, answer.status, answer.text());
    assert!(
        CODES.iter().any(|(known, status)| *known == code && *status == answer.status)
            || OWN_WORDS.contains(&code),
        "{}: {} {}",
        answer.asked,
        answer.status,
        answer.text()
    );
    answer.problem(code);
}

/// The service still answers, and still saves.
async fn still_alive(app: &TestApp, story: &Story) {
    app.anybody().get("/readyz").await.is(200);
    let sheet = story.sheet(story.member(), &story.candidates[1]).await;
    let path = format!("grids/{}/scores/k2", sheet.string("/grids/0/id"));
    let score = json!({ "state": "scored", "rank": 3 });
    story.member().person.put_seen(&path, 0, score).await.is(200);
}

/// The first grid of the chair for the first candidate, where k1 stands.
async fn first_grid(story: &Story) -> String {
    let sheet = story.sheet(story.chair(), &story.candidates[0]).await;
    format!("grids/{}/scores", sheet.string("/grids/0/id"))
}

async fn raw(person: &Person, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    person.request(Method::PUT, path).key(&new_key()).seen(0).body(kind, body).send().await
}

/// The faults told, by their codes.
fn codes(answer: &Answer) -> Vec<&str> {
    let faults = answer.body["faults"].as_array();
    faults.into_iter().flatten().filter_map(|fault| fault["code"].as_str()).collect()
}

on_both_engines! {
    async fn a_body_of_another_shape_is_refused_whole(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (chair, grid) = (&story.chair().person, first_grid(&story).await);
        let k1 = format!("{grid}/k1");
        let before = everything(&app).await;
        for (body, status, code) in [
            (r#"{"state":"scored","rank":"three"}"#, 422, "invalid"),
            (r#"{"state":"scored","rank":2.5}"#, 422, "invalid"),
            (r#"{"state":"scored","rank":-1}"#, 422, "invalid"),
            (r#"{"state":"scored","rank":300}"#, 422, "invalid"),
            (r#"{"state":"scored","rank":true}"#, 422, "invalid"),
            (r#"{"state":"scored"}"#, 422, "invalid"),
            (r#"{"state":"perfect","rank":2}"#, 422, "invalid"),
            (r#"{"rank":2}"#, 422, "invalid"),
            (r#"{"state":"scored","rank":2,"weight":9}"#, 422, "invalid"),
            (r#"{"state":"scored","rank":2,"rank":3}"#, 422, "invalid"),
            (r#"{"state":"scored","state":"not_observed"}"#, 422, "invalid"),
            ("[]", 422, "invalid"),
            ("null", 422, "invalid"),
            ("\"scored\"", 422, "invalid"),
            ("", 400, "bad_request"),
            ("{", 400, "bad_request"),
            (r#"{"state":"scored","rank":2}x"#, 400, "bad_request"),
            (r#"{"state":"scored","rank":1e999}"#, 400, "bad_request"),
            ("{'state':'scored'}", 400, "bad_request"),
            ("{\"state\":\"scored\",\"rank\":2,\"comment\":\"\0\"}", 400, "bad_request"),
        ] {
            let answer = raw(chair, &k1, "application/json", body).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
            answer.problem(code);
        }
        let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        raw(chair, &k1, "application/json", deep).await.is(400).problem("bad_request");
        let cut = raw(chair, &k1, "application/json", b"{\"comment\":\"\xff\xfe\"}".to_vec()).await;
        cut.is(400).problem("bad_request");

        let sound = r#"{"state":"scored","rank":2}"#;
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/json", ""] {
            let answer = raw(chair, &k1, kind, sound).await;
            assert_eq!(answer.status, 415, "{kind}: {}", answer.text());
            answer.problem("unsupported_media_type");
        }
        assert_eq!(changed(&app, &before).await, ["idempotency"], "the refusals that are kept, and nothing else");
        raw(chair, &k1, "application/json; charset=utf-8", sound).await.is(200);
        still_alive(&app, &story).await;
    }

    async fn ten_megabytes_are_too_much(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let k1 = format!("{}/k1", first_grid(&story).await);
        let long = format!(r#"{{"state":"scored","rank":2,"comment":"{}"}}"#, "a".repeat(10 * 1024 * 1024));
        raw(&story.chair().person, &k1, "application/json", long.clone()).await.is(413).problem("too_large");
        let yaml = json!({ "yaml": "a".repeat(10 * 1024 * 1024) });
        story.manager.post("referentials", yaml).await.is(413).problem("too_large");
        let anybody = app.anybody().request(Method::POST, "sign-in").body("application/json", long).send().await;
        anybody.is(413).problem("too_large");
        still_alive(&app, &story).await;
    }

    async fn words_that_cannot_be_seen_are_told(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (chair, k1) = (&story.chair().person, format!("{}/k1", first_grid(&story).await));
        for hidden in ["\0", "\u{1b}[2J", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}"] {
            for field in ["comment", "reason", "why"] {
                let mut score = json!({ "state": "scored", "rank": 2 });
                score[field] = json!(format!("Vu{hidden} de près."));
                let answer = chair.put_seen(&k1, 0, score).await;
                let faults = json!([{ "field": field, "code": "hidden_character" }]);
                assert_eq!(answer.is(422).problem("invalid").at("/faults"), &faults, "{hidden:?}");
            }
        }
        let nested = json!({ "scores": [{
            "criterion": "k1", "seen": 0, "score": { "state": "scored", "rank": 2, "comment": "\0" },
        }] });
        let told = chair.put(&first_grid(&story).await, nested).await;
        assert_eq!(told.is(422).at("/faults/0/field"), "scores[0].score.comment");
        let lines = "Première ligne.\r\nSeconde ligne :\tl’optique, 光, 👩🏽‍🚀.";
        let seen = json!({ "state": "scored", "rank": 2, "comment": lines });
        assert_eq!(chair.put_seen(&k1, 0, seen).await.is(200).at("/comment"), lines);

        // Also where nobody is signed in, in a form, and in a file that is read by its own rules.
        let nobody = json!({ "email": "a\0@example.test", "password": "un mot de passe" });
        app.anybody().post("sign-in", nobody).await.is(422).problem("invalid");
        let file = reqwest::multipart::Part::bytes(b"texte".to_vec()).file_name("a\0b.txt");
        let form = reqwest::multipart::Form::new().text("title", "a\0b").part("file", file);
        let lina = &story.candidates[0];
        let path = format!("enrolments/{}/evidence", lina.enrolment);
        sound(&lina.person.request(Method::POST, &path).form(form).send().await);
        let yaml = STANDARD.replace("title: Gardien de phare", "title: \"Gardien\\0de phare\"");
        sound(&story.publish(&yaml).await);
        still_alive(&app, &story).await;
    }

    async fn an_address_or_a_header_that_names_nothing(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (chair, manager, grid) = (&story.chair().person, &story.manager, first_grid(&story).await);
        let random = uuid::Uuid::now_v7().to_string();
        for id in ["7", "nope", "%00", "..%2f..%2fetc", "%ff%fe", "null", random.as_str(), &"a".repeat(4000)] {
            for kind in ["cohorts", "enrolments", "sittings", "juries", "sheets", "deliberations", "documents"] {
                manager.get(&format!("{kind}/{id}")).await.is(404).problem("not_found");
            }
        }
        for slug in ["k99", "K1", "%00", "k1%20", "b1"] {
            let answer = chair.put_seen(&format!("{grid}/{slug}"), 0, json!({ "state": "not_observed" })).await;
            answer.is(404).problem("not_found");
        }
        for query in ["limit=many", "limit=", "limit=1e3", "after=zzz", "after=%00", "page=2", "limit=1&limit=2"] {
            let answer = manager.get(&format!("cohorts?{query}")).await;
            assert_eq!(answer.status, 400, "{query}: {}", answer.text());
            answer.problem("bad_request");
        }
        for query in ["limit=0", "limit=-5", "limit=100000"] {
            manager.get(&format!("cohorts?{query}")).await.is(200);
        }
        let k1 = format!("{grid}/k1");
        let score = json!({ "state": "scored", "rank": 2 });
        for seen in ["3", "\"x\"", "W/\"1\"", "\"-1\"", "\"99999999999\"", "*", "\"0\", \"1\""] {
            let call = chair.request(Method::PUT, &k1).key(&new_key()).header("if-match", seen);
            let answer = call.json(&score).send().await;
            assert_eq!(answer.status, 400, "{seen}: {}", answer.text());
            answer.problem("bad_request");
        }
        for key in ["", &"k".repeat(256)] {
            let call = chair.request(Method::PUT, &k1).key(key).seen(0);
            call.json(&score).send().await.is(400).problem("bad_request");
        }
        let keyless = chair.request(Method::PUT, &k1).seen(0).json(&score).send().await;
        keyless.is(428).problem("precondition_required");
        chair.delete("cohorts").await.is(404).problem("not_found");
        still_alive(&app, &story).await;
    }

    async fn a_token_that_is_not_ours_opens_nothing(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let chair = &story.chair().person;
        let token = chair.token.clone().unwrap();
        let foreign = TestApp::start_with(engine, |settings| {
            settings.signing_key = Some(b"another key for the tests, 32 bytes or more".to_vec());
        })
        .await;
        let theirs = Story::begin(&foreign).await.administrator.token.unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        let mut last = parts[2].to_owned();
        last.replace_range(..1, if last.starts_with('A') { "B" } else { "A" });
        for bad in [
            theirs,
            format!("{}.{}.{last}", parts[0], parts[1]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            token.to_uppercase(),
            "x".repeat(5000),
            String::new(),
        ] {
            let answer = chair.clone().with_token(&bad).get("me").await;
            answer.is(401).problem("unauthenticated");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let basic = app.anybody().request(Method::GET, "me").header("authorization", "Basic YTpi").send().await;
        basic.is(401).problem("unauthenticated");
        chair.get("me").await.is(200);
        app.advance(chrono::Duration::days(400));
        chair.get("me").await.is(401).problem("unauthenticated");
    }

    async fn a_score_after_the_signature_is_kept_aside_and_shown(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, member) = (&story.candidates[0], story.member());
        story.score_all(3).await;
        let sheet = story.sheet(member, lina).await;
        let k1 = format!("grids/{}/scores/k1", sheet.string("/grids/0/id"));
        let late = json!({ "state": "scored", "rank": 1, "comment": "Arrivé après la signature." });
        let key = new_key();
        let send = || member.person.request(Method::PUT, &k1).key(&key).seen(1).json(&late).send();
        send().await.is(423).problem("sheet_signed");
        send().await.is(423).problem("sheet_signed");
        for (name, person) in [("the juror", &member.person), ("the chair", &story.chair().person)] {
            let seen = person.get(&format!("sheets/{}", sheet.id())).await;
            let kept = seen.is(200).at("/late").as_array().unwrap();
            assert_eq!(kept.len(), 1, "{name}: sent twice, kept once");
            assert_eq!(kept[0]["score"]["comment"], "Arrivé après la signature.");
            assert_eq!(seen.at("/grids/0/lines/0/score/rank"), 3, "{name}: it does not count");
            assert_eq!(seen.at("/state"), "signed");
        }
    }

    async fn of_two_tabs_one_wins_and_the_other_is_told(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (chair, k1) = (&story.chair().person, format!("{}/k1", first_grid(&story).await));
        let first = json!({ "state": "scored", "rank": 2 });
        chair.put_seen(&k1, 0, first).await.is(200);
        let saves: Vec<(String, Value)> = (0..32)
            .map(|tab| (new_key(), json!({ "state": "scored", "rank": 3, "comment": format!("Onglet {tab}") })))
            .collect();
        let send = |(key, score): &(String, Value)| {
            chair.request(Method::PUT, &k1).key(key).seen(1).json(score).send()
        };
        let answers = futures_util::future::join_all(saves.iter().map(send)).await;
        let won: Vec<usize> = (0..32).filter(|tab| answers[*tab].status == 200).collect();
        assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|one| one.status).collect::<Vec<_>>());
        let winner = won[0];
        let value = format!("Onglet {winner}");
        for (tab, answer) in answers.iter().enumerate().filter(|(tab, _)| *tab != winner) {
            answer.is(412).problem("stale");
            assert_eq!(answer.at("/present/comment"), value.as_str(), "tab {tab} sees what stands");
            assert_eq!(answer.at("/version"), 2);
        }
        let sheet = story.sheet(story.chair(), &story.candidates[0]).await;
        assert_eq!(sheet.at("/grids/0/lines/0/score/comment"), value.as_str());
        assert_eq!(sheet.at("/grids/0/lines/0/score/version"), 2);

        // Sent again, each save is answered as it was; its key serves for nothing else.
        let before = everything(&app).await;
        let again = send(&saves[winner]).await;
        assert_eq!(again.is(200).body, answers[winner].body);
        let loser = usize::from(winner == 0);
        assert_eq!(send(&saves[loser]).await.is(412).body, answers[loser].body);
        let other = (saves[winner].0.clone(), json!({ "state": "scored", "rank": 1, "comment": "Autre" }));
        send(&other).await.is(422).problem("idempotency_key_reused");
        assert_eq!(changed(&app, &before).await, NOTHING, "nothing was written again");
    }

    async fn the_same_save_sent_many_times_at_once_is_one(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (chair, k1) = (&story.chair().person, format!("{}/k1", first_grid(&story).await));
        let (key, score) = (new_key(), json!({ "state": "scored", "rank": 3 }));
        let sent = (0..16).map(|_| chair.request(Method::PUT, &k1).key(&key).seen(0).json(&score).send());
        let answers = futures_util::future::join_all(sent).await;
        for answer in &answers {
            assert_eq!(answer.is(200).body, answers[0].body);
        }
        let sheet = story.sheet(story.chair(), &story.candidates[0]).await;
        assert_eq!(sheet.at("/grids/0/lines/0/score/version"), 1);
    }

    async fn a_score_keeps_to_its_scale_and_its_line(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let chair = &story.chair().person;
        let sheet = story.sheet(story.chair(), &story.candidates[0]).await;
        let before = everything(&app).await;
        let of = |grid: usize, line: &str| {
            format!("grids/{}/scores/{line}", sheet.string(&format!("/grids/{grid}/id")))
        };
        for (path, score, fault) in [
            (of(0, "k1"), json!({ "state": "scored", "rank": 4 }), "rank_outside_scale"),
            (of(0, "k1"), json!({ "state": "scored", "rank": 0 }), "rank_outside_scale"),
            (of(0, "k1"), json!({ "state": "scored", "rank": 255 }), "rank_outside_scale"),
            (of(1, "k5"), json!({ "state": "not_applicable" }), "reason_required"),
            (of(1, "k5"), json!({ "state": "not_applicable", "reason": " \n" }), "reason_required"),
            (of(0, "k1"), json!({ "state": "not_applicable", "reason": "Non." }), "not_applicable_not_allowed"),
        ] {
            let refused = chair.put_seen(&path, 0, score.clone()).await;
            assert_eq!(codes(refused.is(422).problem("invalid")), [fault], "{score}");
        }
        let both = json!({ "state": "not_observed", "rank": 2 });
        chair.put_seen(&of(0, "k1"), 0, both).await.is(422).problem("invalid");
        chair.put_seen(&of(1, "k1"), 0, json!({ "state": "not_observed" })).await.is(404);
        // A grid is written whole or not at all.
        let line = |criterion: &str, rank: u8| {
            json!({ "criterion": criterion, "seen": 0, "score": { "state": "scored", "rank": rank } })
        };
        let grid = format!("grids/{}/scores", sheet.string("/grids/0/id"));
        let half = json!({ "scores": [line("k1", 3), line("k2", 9)] });
        chair.put(&grid, half).await.is(422).problem("invalid");
        chair.put(&grid, json!({ "scores": [line("k1", 3), line("k1", 2)] })).await.is(422).problem("invalid");
        assert_eq!(changed(&app, &before).await, ["idempotency"], "the refusals that are kept, and nothing else");
        still_alive(&app, &story).await;
    }

    async fn a_jury_without_quorum_does_not_sit(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal"]).await;
        let jury = json!({ "cohort_id": story.cohort, "name": "Jury seul", "mandate": "both" });
        story.jury = story.manager.post("juries", jury).await.is(201).id();
        story.seat("Paule Brisant", "member", "internal").await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        let before = everything(&app).await;
        let opened = story.manager.post(&format!("sittings/{}/opening", story.sitting), json!({})).await;
        let broken = opened.is(422).problem("rule_broken").at("/broken").as_array().unwrap();
        let told: Vec<&str> = broken.iter().filter_map(|rule| rule["rule"].as_str()).collect();
        for rule in ["jury_members_at_least", "jury_external_share", "jury_without_chair", "jury_not_declared",
            "quorum_members"] {
            assert!(told.contains(&rule), "{rule}: all are told at once: {told:?}");
        }
        assert_eq!(changed(&app, &before).await, NOTHING, "no sheet was made");
        let mine = story.jurors[0].person.get("me/sheets").await;
        assert_eq!(mine.is(200).items().len(), 0);
    }

    async fn a_standard_with_ten_faults_tells_the_ten(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = Story::begin(&app).await;
        let wrong = [
            ("version: \"2026-1\"", "version: \"2026-2\"\ncolour: red"),
            ("      - id: k2\n", "      - id: k1\n"),
            ("        serves: [c1-1]\n", "        serves: []\n"),
            ("        when: { choice: source, option: petrole }", "        when: { choice: source, option: gaz }"),
            ("        when: { choice: source, option: electricite }", "        when: { choice: feu, option: gaz }"),
            ("            code: C1.2\n", "            code: C1.1\n"),
            ("        observed: live\n        optional: true", "        observed: sometimes\n        optional: true"),
            ("        weight: 3\n", "        weight: 0\n"),
            ("              eliminatory: [k7]", "              eliminatory: [k77]"),
            ("                - at_least: 1\n", "                - at_least: 9\n"),
            ("  met_from: 3", "  met_from: 7"),
            ("        covers: [c2-2]", "        covers: [c9-9]"),
        ];
        let mut yaml = STANDARD.to_owned();
        for (good, bad) in wrong {
            assert!(yaml.contains(good), "{good}");
            yaml = yaml.replacen(good, bad, 1);
        }
        let before = everything(&app).await;
        let refused = story.publish(&yaml).await;
        let faults = refused.is(422).problem("referential_faults").at("/faults").as_array().unwrap();
        assert!(faults.len() >= wrong.len(), "{} told of {}: {}", faults.len(), wrong.len(), refused.text());
        for fault in faults {
            assert!(fault["line"].as_u64().is_some_and(|line| line > 0), "{fault}");
            assert!(["code", "message", "message_en"].iter().all(|key| fault[key].is_string()), "{fault}");
        }
        assert_eq!(changed(&app, &before).await, NOTHING);
    }

    async fn no_value_anywhere_breaks_the_service(engine: Engine) {
        let app = TestApp::start(engine).await;
        let world = World::new(&app).await;
        let mut sent = 0;
        for (path, item) in parchemin::app::openapi().paths.paths {
            for method in ["POST", "PUT"] {
                let told = if method == "POST" { &item.post } else { &item.put };
                let session = ["sign-out", "sign-in", "evidence"].iter().any(|word| path.ends_with(word));
                if told.as_ref().is_none_or(|told| told.request_body.is_none()) || session {
                    continue;
                }
                let by = entitled(&world, &path);
                for wrong in mutants(&world.body(&path)) {
                    let call = by.request(Method::from_bytes(method.as_bytes()).unwrap(), &world.address(&path));
                    let answer = call.key(&new_key()).seen(0).json(&wrong).send().await;
                    sent += 1;
                    if answer.status >= 400 {
                        sound(&answer);
                    }
                }
            }
        }
        assert!(sent > 1000, "{sent} bodies sent");
        app.anybody().get("/readyz").await.is(200);
        world.story.administrator.get("cohorts").await.is(200);
    }
}

/// Whoever may do what this route does.
fn entitled<'a>(world: &'a World, path: &str) -> &'a Person {
    let story = &world.story;
    match path.split('/').nth(3).unwrap_or_default() {
        "grids" | "sheets" | "seats" => &story.chair().person,
        "deliberations" if path.contains('{') => &story.chair().person,
        "enrolments" if path.contains("settlements") => &story.chair().person,
        "accounts" | "centres" | "invitations" => &story.administrator,
        "me" => &story.candidates[1].person,
        _ => &story.manager,
    }
}

/// The body with one leaf after the other replaced by something that it should not be, and without it.
fn mutants(body: &Value) -> Vec<Value> {
    let nasty = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1.5),
        json!(""),
        json!("\0"),
        json!("\u{202e}"),
        json!("a".repeat(70_000)),
        json!("'; DROP TABLE score; --"),
        json!("0000-00-00"),
        json!("9999-12-31T23:59:60Z"),
        json!("+275760-09-13T00:00:00Z"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!([]),
        json!({}),
        json!([[]]),
    ];
    let mut places = Vec::new();
    leaves(body, String::new(), &mut places);
    let mut found = vec![json!([body]), json!({})];
    for place in places {
        for value in &nasty {
            let mut wrong = body.clone();
            *wrong.pointer_mut(&place).unwrap() = value.clone();
            found.push(wrong);
        }
    }
    found
}

fn leaves(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| leaves(inner, format!("{at}/{name}"), places));
        }
        Value::Array(items) if !items.is_empty() => {
            let inner = items.iter().enumerate();
            inner.for_each(|(place, inner)| leaves(inner, format!("{at}/{place}"), places));
        }
        _ => {}
    }
    if !at.is_empty() {
        places.push(at);
    }
}
