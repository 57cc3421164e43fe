//! Sittings moved, cancelled, merged; deadlines; slots that cannot be.

use super::{another, slot_of, slots, three};
use crate::common::story::Candidate;
use crate::common::{Answer, TestApp};
use crate::on_both_engines;
use crate::stories::{NOTHING, changed, everything};
use chrono::Duration;
use reqwest::Method;
use serde_json::json;

async fn file(candidate: &Candidate, criteria: &str) -> Answer {
    let part = reqwest::multipart::Part::bytes(b"Registre du feu.".to_vec()).file_name("registre.txt");
    let form =
        reqwest::multipart::Form::new().text("title", "Registre").text("criteria", criteria.to_owned());
    let path = format!("enrolments/{}/evidence", candidate.enrolment);
    candidate.person.request(Method::POST, &path).form(form.part("file", part)).send().await
}

on_both_engines! {
    async fn a_sitting_is_moved_and_whoever_was_called_is_to_be_again(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (manager, path) = (&story.manager, format!("sittings/{}", story.sitting));
        let calls = format!("{path}/summons");
        let called = manager.post(&calls, json!({})).await;
        let called = called.is(200).at("/notices").as_array().unwrap().clone();
        assert_eq!(called.len(), 4, "two candidates, two jurors");
        assert_eq!(called[0]["timezone"], "Europe/Paris");
        assert_eq!(manager.post(&calls, json!({})).await.is(200).body, json!({ "notices": [] }), "nobody twice");

        // A juror has received the rules; the proof keeps the first time.
        let chair = &story.chair().person;
        let mine = chair.get("me/summons").await.is(200).items()[0]["id"].as_str().unwrap().to_owned();
        let receipt = format!("summons/{mine}/receipt");
        story.member().person.post(&receipt, json!({})).await.is(404);
        let received = chair.post(&receipt, json!({})).await.is(200).string("/rules_received_at");
        app.advance(Duration::hours(1));
        assert_eq!(chair.post(&receipt, json!({})).await.is(200).string("/rules_received_at"), received);

        let deadline = format!("{path}/evidence-deadline");
        manager.put(&deadline, json!({ "until": "2026-03-03T08:00:01Z" })).await.broken("deadline_before_the_sitting");
        manager.put(&deadline, json!({ "until": "2026-03-02T08:59:59Z" })).await.broken("deadline_is_to_come");
        manager.put(&deadline, json!({ "until": "2026-03-03T07:00:00Z" })).await.is(200);
        let before = everything(&app).await;
        let to = |from: &str, until: &str| json!({ "starts_at": from, "ends_at": until, "reason": "Tempête." });
        let moves = format!("{path}/moves");
        manager.post(&moves, to("2026-03-02T07:00:00Z", "2026-03-02T18:00:00Z")).await.broken("moved_into_the_past");
        let early = manager.post(&moves, to("2026-03-03T06:00:00Z", "2026-03-03T18:00:00Z")).await;
        early.broken("moved_before_its_deadline");
        let short = manager.post(&moves, to("2026-03-05T08:00:00Z", "2026-03-05T09:30:00Z")).await;
        short.broken("slot_out_of_bounds");
        let backwards = manager.post(&moves, to("2026-03-05T18:00:00Z", "2026-03-05T08:00:00Z")).await;
        backwards.is(422).problem("invalid");
        story.candidates[0].person.post(&moves, to("2026-03-05T08:00:00Z", "2026-03-05T18:00:00Z")).await.is(404);
        assert_eq!(changed(&app, &before).await, NOTHING);

        let mut wish = to("2026-03-05T08:00:00Z", "2026-03-05T18:00:00Z");
        wish["place"] = json!("Salle de veille");
        let moved = manager.post(&moves, wish).await;
        assert_eq!(moved.is(200).at("/sitting/version"), &json!(2));
        let told = moved.at("/notices").as_array().unwrap();
        assert_eq!(told.len(), 4);
        assert_eq!(told[0]["starts_at"], "2026-03-05T09:00:00.000000Z");
        assert_eq!((&told[0]["place"], &told[0]["version"]), (&json!("Salle de veille"), &json!(2)));
        let list = manager.get(&calls).await;
        let people = list.is(200).at("/people").as_array().unwrap();
        assert!(people.iter().all(|one| one["due"] == true), "{people:?}");
        assert_eq!(manager.post(&calls, json!({})).await.is(200).at("/notices").as_array().unwrap().len(), 4);
    }

    async fn no_sitting_is_held_after_the_last_day_of_issue(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let registration = format!("referentials/{}/registration", story.version);
        let dates = json!({ "registered_until": "2026-03-04", "last_issue_on": "2026-03-05" });
        story.administrator.put_seen(&registration, 0, dates).await.is(200);
        let moves = format!("sittings/{}/moves", story.sitting);
        let to = |from: &str, until: &str| json!({ "starts_at": from, "ends_at": until, "reason": "Tempête." });
        // By the calendar of Paris: the last minute of the 5th is 22:59 in UTC.
        let late = story.manager.post(&moves, to("2026-03-05T14:00:00Z", "2026-03-05T23:00:00Z")).await;
        assert_eq!(late.broken("sitting_after_last_issue").at("/last_issue_on"), "2026-03-05");
        let new = json!({
            "cohort_id": story.cohort, "title": "Épreuve tardive", "kind": "event", "place": "Phare",
            "starts_at": "2026-03-06T08:00:00Z", "ends_at": "2026-03-06T18:00:00Z", "methods": ["m1-1"],
        });
        story.manager.post("sittings", new).await.broken("sitting_after_last_issue");
        story.manager.post(&moves, to("2026-03-05T12:59:00Z", "2026-03-05T22:59:00Z")).await.is(200);
    }

    async fn one_person_files_later_than_the_others(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let path = format!("sittings/{}", story.sitting);
        let noon = json!({ "until": "2026-03-02T12:00:00Z" });
        let extensions = format!("{path}/extensions");
        let extend = |until: &str| json!({ "enrolment_id": lina.enrolment, "until": until, "reason": "Panne du centre." });
        story.manager.post(&extensions, extend("2026-03-02T14:00:00Z")).await.broken("extension_is_later");
        story.manager.put(&format!("{path}/evidence-deadline"), noon).await.is(200);
        let same = story.manager.post(&extensions, extend("2026-03-02T12:00:00Z")).await;
        same.broken("extension_is_later");
        let late = story.manager.post(&extensions, extend("2026-03-03T09:00:01Z")).await;
        late.broken("deadline_before_the_sitting");
        let granted = story.manager.post(&extensions, extend("2026-03-02T14:00:00Z")).await;
        assert_eq!(granted.is(201).at("/notices/0/evidence_until"), &json!("2026-03-02T14:00:00.000000Z"));
        assert_eq!(granted.at("/notices").as_array().unwrap().len(), 1);
        assert_eq!(slot_of(&story, &story.sitting, 0).await["evidence_until"], "2026-03-02T14:00:00.000000Z");

        app.advance(Duration::hours(4));
        let piece = file(omar, "[\"k1\"]").await.is(201).id();
        app.advance(Duration::microseconds(1));
        file(omar, "[\"k1\"]").await.broken("evidence_deadline");
        let link = json!({ "criteria": ["k2"] });
        omar.person.post(&format!("evidence/{piece}/links"), link).await.broken("evidence_deadline");
        file(omar, "[]").await.is(201);
        file(lina, "[\"k1\"]").await.is(201);
        app.advance(Duration::hours(2));
        file(lina, "[\"k1\"]").await.broken("evidence_deadline");
    }

    async fn a_cancelled_sitting_counts_for_nothing(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, chair) = (&story.candidates[0], story.chair());
        let path = format!("sittings/{}", story.sitting);
        let sheet = story.sheet(chair, lina).await;
        let score = format!("grids/{}/scores/k1", sheet.string("/grids/0/id"));
        chair.person.put_seen(&score, 0, json!({ "state": "scored", "rank": 3 })).await.is(200);
        let other = another(&story).await;
        let nowhere = json!({ "reason": "La lanterne est en panne.", "why": "x" });
        story.manager.post(&format!("{path}/cancellation"), nowhere).await.problem("invalid");
        let reason = json!({ "reason": "La lanterne est en panne." });
        let ended = story.manager.post(&format!("{path}/cancellation"), reason.clone()).await;
        assert_eq!(ended.is(200).at("/sitting/ended/kind"), &json!("cancelled"));
        story.manager.post(&format!("{path}/cancellation"), reason).await.broken("sitting_is_over");
        story.manager.post(&format!("{path}/opening"), json!({})).await.broken("sitting_is_over");
        let late = chair.person.put_seen(&score, 1, json!({ "state": "scored", "rank": 2 })).await;
        late.broken("sitting_is_over");
        assert!(chair.person.get("me/sheets").await.is(200).items().is_empty());
        let progress = chair.person.get(&format!("sheets/{}", sheet.id())).await;
        assert_eq!(progress.is(200).at("/grids/0/lines/0/score/rank"), &json!(3), "what was begun is kept");
        // The jury is free again, on the same day.
        let again = json!({ "starts_at": "2026-03-03T08:00:00Z", "ends_at": "2026-03-03T18:00:00Z", "reason": "Place libre." });
        slots(&story, &other, &story.jury, "2026-03-04T09:00:00Z", json!({})).await.is(201);
        story.manager.post(&format!("sittings/{other}/moves"), again).await.is(200);
        story.manager.post(&format!("sittings/{other}/opening"), json!({})).await.is(200);
    }

    async fn what_was_signed_took_place(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        story.fill(story.chair(), &story.candidates[0], |_| 3).await;
        story.sign(story.chair(), &story.candidates[0]).await.is(200);
        let path = format!("sittings/{}", story.sitting);
        let cancel = story.manager.post(&format!("{path}/cancellation"), json!({ "reason": "Trop tard." })).await;
        cancel.broken("sitting_has_signed_sheets");
        let wish = json!({ "starts_at": "2026-03-05T08:00:00Z", "ends_at": "2026-03-05T18:00:00Z", "reason": "Trop tard." });
        story.manager.post(&format!("{path}/moves"), wish).await.broken("sitting_has_signed_sheets");
    }

    async fn two_sittings_become_one(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let into = another(&story).await;
        let path = format!("sittings/{}", story.sitting);
        story.manager.post(&format!("{path}/summons"), json!({})).await.is(200);
        let merging = format!("{path}/merging");
        let wish = |into: &str, first_at: &str| json!({ "into": into, "first_at": first_at, "reason": "Trop peu de candidats." });
        let itself = story.manager.post(&merging, wish(&story.sitting, "2026-03-03T09:00:00Z")).await;
        itself.broken("merged_sittings_are_alike");
        let outside = story.manager.post(&merging, wish(&into, "2026-03-04T17:00:00Z")).await;
        outside.broken("slot_out_of_bounds");
        let merged = story.manager.post(&merging, wish(&into, "2026-03-04T10:00:00Z")).await;
        assert_eq!(merged.is(200).at("/sitting/id"), &json!(into));
        let told = merged.at("/notices").as_array().unwrap();
        assert_eq!(told.len(), 4, "everybody called to the one that ended");
        assert!(told.iter().all(|one| one["sitting_id"] == into.as_str()));
        assert_eq!(slot_of(&story, &into, 1).await["starts_at"], "2026-03-04T11:00:00.000000Z");
        let ended = story.manager.get(&path).await;
        assert_eq!((ended.at("/ended/into"), ended.at("/slots")), (&json!(into), &json!([])));
        story.manager.post(&merging, wish(&into, "2026-03-04T10:00:00Z")).await.broken("sitting_is_over");
        let due = story.manager.get(&format!("sittings/{into}/summons")).await;
        assert!(due.at("/people").as_array().unwrap().iter().all(|one| one["due"] == true));
        story.manager.post(&format!("sittings/{into}/opening"), json!({})).await.is(200);
    }

    async fn a_slot_that_overlaps_names_what_is_busy(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = app.story().await;
        story.enrol(&["Rosa Digue"]).await;
        let rosa = json!({ "enrolments": [story.candidates[2].enrolment], "room": "Salle haute" });
        let first = slots(&story, &story.sitting, &story.jury, "2026-03-03T09:30:00Z", rosa.clone()).await;
        first.broken("slot_overlaps_jury");
        slots(&story, &story.sitting, &story.jury, "2026-03-03T15:00:00Z", rosa).await.is(201);
        // Another jury of the same day, on which the outside member sits too.
        let jury = json!({ "cohort_id": story.cohort, "name": "Second jury", "mandate": "blocks" });
        let second = story.manager.post("juries", jury).await.is(201).id();
        let seat = |account: &str| json!({
            "account_id": account, "function": "member", "side": "external", "employer": "Ailleurs",
            "occupation": "gardien", "practising_since": 2010,
        });
        let member = story.member().person.account.clone();
        story.manager.post(&format!("juries/{second}/seats"), seat(&member)).await.is(201);
        let other = another(&story).await;
        let day = json!({ "starts_at": "2026-03-03T08:00:00Z", "ends_at": "2026-03-03T18:00:00Z", "reason": "Même jour." });
        story.manager.post(&format!("sittings/{other}/moves"), day).await.is(200);
        let rosa = json!({ "enrolments": [story.candidates[2].enrolment], "room": "Salle haute" });
        let busy = slots(&story, &other, &second, "2026-03-03T10:30:00Z", rosa.clone()).await;
        busy.broken("slot_overlaps_juror");
        let lina = json!({ "room": "Salle haute" });
        let all = slots(&story, &other, &second, "2026-03-03T15:00:00Z", lina.clone()).await;
        let rules: Vec<&str> = all.is(422).at("/broken").as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
        assert_eq!(rules, ["slot_overlaps_juror", "slot_overlaps_room"]);
        // Once somebody holds hours there, who sits elsewhere at that time takes no seat.
        let third = story.manager.post("juries", json!({ "cohort_id": story.cohort, "name": "Troisième", "mandate": "blocks" })).await;
        let third = third.is(201).id();
        slots(&story, &other, &third, "2026-03-03T15:00:00Z", json!({})).await.is(201);
        story.manager.post(&format!("juries/{third}/seats"), seat(&member)).await.broken("seat_overlaps_another_jury");
    }

    async fn a_candidate_goes_to_another_sitting(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = three(&app).await;
        let (lina, chair) = (&story.candidates[0], story.chair());
        story.fill(chair, lina, |_| 3).await;
        story.sign(chair, lina).await.is(200);
        // Both outside members leave: the second would leave too few.
        let missing = |place: usize| json!({
            "seat_id": story.jurors[place].seat, "enrolment_id": lina.enrolment, "kind": "missing", "reason": "Dernier bateau.",
        });
        let recusals = format!("juries/{}/recusals", story.jury);
        story.manager.post(&recusals, missing(1)).await.is(201);
        chair.person.post(&recusals, missing(2)).await.broken("quorum");
        let into = another(&story).await;
        let slot = slot_of(&story, &story.sitting, 0).await["id"].as_str().unwrap().to_owned();
        let wish = json!({
            "sitting_id": into, "jury_id": story.jury, "starts_at": "2026-03-04T09:00:00Z", "reason": "Le jury n’était plus au complet.",
        });
        let transfer = format!("slots/{slot}/transfer");
        let mut outside = wish.clone();
        outside["starts_at"] = json!("2026-03-04T07:00:00Z");
        story.manager.post(&transfer, outside).await.broken("slot_out_of_bounds");
        let gone = story.manager.post(&transfer, wish.clone()).await;
        assert_eq!(gone.is(201).at("/from/attendance"), &json!("excused"));
        assert_eq!(gone.at("/to/starts_at"), &json!("2026-03-04T09:00:00.000000Z"));
        assert_eq!(gone.at("/notices/0/sitting_id"), &json!(into));
        let twice = story.manager.post(&transfer, wish).await;
        assert_eq!(twice.is(409).problem("conflict").body["rule"], "one_transfer_per_slot");
    }
}
