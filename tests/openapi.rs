//! The contract of the API as it is served: whole, truthful about its bounds, readable without a network.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::collections::BTreeSet;

use common::TestApp;
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

/// Nobody need be signed in for these.
const OPEN: [&str; 4] = ["/healthz", "/readyz", "/api/v1/sign-in", "/api/v1/password-resets"];

/// Every operation, as «METHOD path», with what is said of it.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &'_ Value)| -> Vec<(String, Value)> {
        let known = METHODS.iter().filter_map(|method| item.get(method).map(|told| (method, told.clone())));
        known.map(|(method, told)| (format!("{} {path}", method.to_uppercase()), told)).collect()
    };
    let names: Vec<String> = paths.iter().flat_map(of_path).map(|(name, _)| name).collect();
    let mut found: Vec<(String, &Value)> = names
        .into_iter()
        .map(|name| {
            let (method, path) = name.split_once(' ').unwrap();
            let told = &paths[path][method.to_lowercase()];
            (name.clone(), told)
        })
        .collect();
    found
        .sort_by(|(one, _), (other, _)| one.split_once(' ').unwrap().1.cmp(other.split_once(' ').unwrap().1));
    found
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                found.insert(target.to_owned());
            }
            members.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

on_both_engines! {
    async fn the_document_is_whole(engine: Engine) {
        let app = TestApp::start(engine).await;
        let served = app.anybody().get("openapi.json").await;
        let document = served.is(200).body.clone();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
        assert_eq!(document["info"]["title"], "Parchemin");
        let mut wanting = Vec::new();
        let mut want = |told: bool, name: &str, what: &str| {
            if !told {
                wanting.push(format!("{name}: {what}"));
            }
        };
        for (name, told) in operations(&document) {
            let path = name.split_once(' ').unwrap().1;
            let words = told["summary"].as_str().unwrap_or_default();
            want(words.len() > 5, &name, "no summary");
            want(told["tags"].as_array().is_some_and(|tags| !tags.is_empty()), &name, "no tag");
            let answers = told["responses"].as_object().unwrap();
            want(answers.keys().any(|status| status.starts_with('2')), &name, "no success");
            want(OPEN.contains(&path) || answers.contains_key("401"), &name, "no 401");
            let takes_json = told["requestBody"]["content"].get("application/json").is_some();
            for status in ["413", "415", "422"] {
                want(!takes_json || answers.contains_key(status), &name, &format!("takes JSON, no {status}"));
            }
            for (status, answer) in answers.iter().filter(|(status, _)| status.starts_with('4')) {
                let problem = answer["content"]["application/problem+json"]["schema"]["$ref"].as_str();
                want(problem == Some("#/components/schemas/Problem"), &name, &format!("{status} is no problem"));
            }
        }
        assert!(wanting.is_empty(), "{} wanting:\n{}", wanting.len(), wanting.join("\n"));
        let mut targets = BTreeSet::new();
        references(&document, &mut targets);
        assert!(targets.len() > 50, "{}", targets.len());
        let lost: Vec<&String> = targets
            .iter()
            .filter(|target| target.strip_prefix('#').is_none_or(|pointer| document.pointer(pointer).is_none()))
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    async fn the_page_is_readable_without_a_network(engine: Engine) {
        let app = TestApp::start(engine).await;
        let anybody = app.anybody();
        let page = anybody.get("docs/").await;
        let html = page.is(200).text();
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("http"), "{policy}");
        let named = html.split(['"', '\'']).filter(|part| part.starts_with("./") && part.contains('.'));
        let files: Vec<&str> = named.collect();
        assert!(files.len() >= 3, "{html}");
        for file in files {
            anybody.get(&format!("docs/{}", file.trim_start_matches("./"))).await.is(200);
        }
        let start = anybody.get("docs/swagger-initializer.js").await;
        assert!(start.is(200).text().contains("/api/v1/openapi.json"));
        for text in [html, start.text()] {
            let elsewhere = text.split("//").skip(1).any(|rest| rest.starts_with(|one: char| one.is_alphanumeric()));
            assert!(!elsewhere, "another host is named: {text}");
        }
    }

    async fn each_bound_is_kept_where_it_is_told(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let document = app.anybody().get("openapi.json").await.body;
        let sheet = story.sheet(story.chair(), &story.candidates[0]).await;
        let grid = sheet.string("/grids/0/id");
        let score = json!({ "state": "scored", "rank": 2, "reason": "R", "comment": "C", "why": "W" });
        let seat = json!({
            "account_id": story.manager.account, "function": "member", "side": "external", "employer": "E",
            "occupation": "O", "practising_since": 2010,
        });
        let sitting = json!({
            "cohort_id": story.cohort, "title": "T", "kind": "event", "place": "P", "methods": ["m1-1"],
            "starts_at": "2026-03-05T08:00:00Z", "ends_at": "2026-03-05T18:00:00Z",
        });
        let slots = json!({
            "jury_id": story.jury, "first_at": "2026-03-03T15:00:00Z", "minutes": 45, "break_minutes": 0,
            "enrolments": [story.candidates[0].enrolment],
        });
        let supposed = json!({ "changes": [{ "rank": { "criterion": "k1", "rank": 1 } }] });
        let summons = json!({ "jury_id": story.jury, "title": "T", "sittings": [story.sitting] });
        let cohort = json!({
            "centre_id": story.centre, "version_id": story.version, "name": "N", "starts_on": "2025-09-01",
            "ends_on": "2026-06-30",
        });
        let lina = &story.candidates[0].enrolment;
        let bodies = [
            ("ScoreBody", "PUT", format!("grids/{grid}/scores/k1"), score),
            ("NewSeat", "POST", format!("juries/{}/seats", story.jury), seat),
            ("NewSitting", "POST", "sittings".to_owned(), sitting),
            ("NewSlots", "POST", format!("sittings/{}/slots", story.sitting), slots),
            ("WhatIfBody", "POST", format!("enrolments/{lina}/what-if"), supposed),
            ("NewDeliberation", "POST", "deliberations".to_owned(), summons),
            ("NewCohort", "POST", "cohorts".to_owned(), cohort),
        ];
        let mut tried = 0;
        for (schema, method, path, body) in bodies {
            let properties = document["components"]["schemas"][schema]["properties"].as_object().unwrap();
            for (field, told) in properties {
                for value in beyond(told, &body[field]) {
                    let mut wrong = body.clone();
                    wrong[field] = value;
                    let by = if method == "PUT" { &story.chair().person } else { &story.manager };
                    let answer = match method {
                        "PUT" => by.put_seen(&path, 0, wrong).await,
                        _ => by.post(&path, wrong).await,
                    };
                    assert_eq!(answer.status, 422, "{schema}.{field} {told}: {}", answer.text());
                    answer.problem("invalid");
                    tried += 1;
                }
            }
        }
        assert!(tried >= 25, "{tried} bounds tried");
    }
}

/// Values one step out of the bounds that a schema tells.
fn beyond(told: &Value, sample: &Value) -> Vec<Value> {
    let bound = |name: &str| told[name].as_u64().and_then(|most| usize::try_from(most).ok());
    let mut found = Vec::new();
    if let Some(most) = bound("maxLength") {
        found.push(json!("é".repeat(most + 1)));
    }
    if let Some(least) = bound("minLength").filter(|least| *least > 0) {
        found.push(json!("é".repeat(least - 1)));
    }
    if let Some(most) = bound("maxItems") {
        found.push(Value::Array(vec![sample[0].clone(); most + 1]));
    }
    if let Some(least) = bound("minItems").filter(|least| *least > 0) {
        found.push(Value::Array(vec![sample[0].clone(); least - 1]));
    }
    found.extend(told["maximum"].as_i64().map(|most| json!(most + 1)));
    found.extend(told["minimum"].as_i64().map(|least| json!(least - 1)));
    found
}

/// A route that comes, goes or moves is read as a change of this list.
#[test]
fn the_list_of_routes() {
    let document = serde_json::to_value(parchemin::app::openapi()).unwrap();
    let names: Vec<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
    insta::assert_snapshot!(names.join("\n"));
}
