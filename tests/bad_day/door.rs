//! At the door, and what was granted to somebody beforehand.

use super::{slot_of, slots};
use crate::common::story::METHODS;
use crate::common::{Story, TestApp};
use crate::on_both_engines;
use chrono::Duration;
use serde_json::json;

on_both_engines! {
    async fn late_absent_excused_and_put_right(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&METHODS).await;
        let both = json!({
            "enrolments": [story.candidates[0].enrolment, story.candidates[1].enrolment],
            "pauses": [{ "starts_at": "2026-03-03T10:45:00Z", "ends_at": "2026-03-03T12:30:00Z" }],
        });
        slots(&story, &story.sitting, &story.jury, "2026-03-03T10:00:00Z", both).await.is(201);
        story.open().await;
        let path = |slot: &serde_json::Value| format!("slots/{}/attendance", slot["id"].as_str().unwrap());
        let (lina, omar) = (slot_of(&story, &story.sitting, 0).await, slot_of(&story, &story.sitting, 1).await);
        assert_eq!(omar["starts_at"], "2026-03-03T12:30:00.000000Z", "after lunch");
        // 11:20 in the centre, where the day begins an hour before UTC.
        app.advance(Duration::minutes(26 * 60 + 20));
        let manager = crate::common::Person::unknown(&app.url);
        let again = json!({ "email": story.manager.email, "password": crate::common::person::PASSWORD });
        let token = manager.post("sign-in", again).await.is(200).string("/token");
        let manager = manager.with_token(&token);
        let late = |arrived: &str| json!({ "attendance": "present", "identity_checked": true, "arrived_at": arrived });
        manager.put(&path(&lina), late("2026-03-03T10:21:00Z")).await.broken("arrival_is_past");
        let unchecked = json!({ "attendance": "present", "identity_checked": false });
        manager.put(&path(&lina), unchecked).await.broken("identity_is_checked");
        let absent = json!({ "attendance": "absent", "identity_checked": true, "arrived_at": "2026-03-03T10:17:00Z" });
        manager.put(&path(&lina), absent).await.broken("absent_has_not_arrived");
        manager.put(&path(&lina), json!({ "attendance": "absent", "identity_checked": false })).await.is(200);
        manager.put(&path(&lina), late("2026-03-03T10:17:00Z")).await.broken("correction_has_a_reason");
        let mut mended = late("2026-03-03T10:17:00Z");
        mended["correction"] = json!("Elle attendait à la mauvaise porte.");
        assert_eq!(manager.put(&path(&lina), mended).await.is(200).string("/arrived_at"), "2026-03-03T10:17:00.000000Z");
        let sent_home = json!({
            "attendance": "excused", "identity_checked": true, "arrived_at": "2026-03-03T10:10:00Z", "reason": "Malaise à l’arrivée.",
        });
        manager.put(&path(&omar), sent_home).await.is(200);

        let list = manager.get(&format!("sittings/{}/attendance-list", story.sitting)).await;
        assert_eq!(list.is(200).string("/timezone"), "Europe/Paris");
        let halves = list.at("/half_days").as_array().unwrap();
        let told: Vec<_> = halves.iter().map(|one| (one["day"].as_str().unwrap(), one["half"].as_str().unwrap())).collect();
        assert_eq!(told, [("2026-03-03", "morning"), ("2026-03-03", "afternoon")]);
        let lina = &halves[0]["candidates"][0];
        assert_eq!((&lina["minutes_late"], &lina["corrections"], &lina["identity_checked"]), (&json!(17), &json!(1), &json!(true)));
        assert_eq!(halves[0]["jurors"].as_array().unwrap().len(), 2);
        assert_eq!(halves[1]["candidates"][0]["attendance"], "excused");
        assert!(!list.text().contains("Malaise"), "no reason on a list that lies on a table");
    }

    async fn extra_time_lengthens_and_nobody_reads_why(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal", "Omar Balise", "Rosa Digue", "Yann Quai"]).await;
        story.compose().await;
        story.declare().await;
        story.plan(&METHODS).await;
        let auditor = story.invite("auditor", "Aude Compas").await;
        let path = |place: usize| format!("enrolments/{}/adjustments", story.candidates[place].enrolment);
        let third = json!({ "adjustments": [{ "kind": "extra_time", "share": "1/3" }, { "kind": "room_apart" }] });
        for (wrong, code) in [
            (json!([{ "kind": "extra_time" }]), "required"),
            (json!([{ "kind": "extra_time", "share": "1/0" }]), "not_a_share"),
            (json!([{ "kind": "extra_time", "share": "120%" }]), "not_a_share"),
            (json!([{ "kind": "reader", "share": "1/3" }]), "only_extra_time"),
            (json!([{ "kind": "reader" }, { "kind": "reader" }]), "twice"),
        ] {
            let refused = story.manager.put(&path(0), json!({ "adjustments": wrong })).await;
            assert_eq!(refused.is(422).problem("invalid").body["faults"][0]["code"], code);
        }
        let why = json!({ "adjustments": [{ "kind": "reader", "reason": "CANARI" }] });
        story.manager.put(&path(0), why).await.problem("invalid");
        story.candidates[0].person.put(&path(0), third.clone()).await.is(403);
        let granted = story.manager.put(&path(0), third.clone()).await;
        assert_eq!(granted.is(200).at("/adjustments/0/share"), &json!("1/3"));
        assert_eq!(story.manager.put(&path(0), third).await.is(200).body, granted.body, "said again, nothing changes");
        story.candidates[0].person.get(&path(0)).await.is(200);
        story.candidates[1].person.get(&path(0)).await.is(404);
        auditor.get(&path(0)).await.is(403);

        let all: Vec<&str> = story.candidates.iter().map(|one| one.enrolment.as_str()).collect();
        let pairs = json!({ "enrolments": all, "together": 2 });
        let made = slots(&story, &story.sitting, &story.jury, "2026-03-03T09:00:00Z", pairs).await;
        let told: Vec<_> = made.is(201).items().iter()
            .map(|slot| (slot["starts_at"].as_str().unwrap()[11..16].to_owned(), slot["minutes"].as_i64().unwrap()))
            .collect();
        let hour = |hour: &str, minutes| (hour.to_owned(), minutes);
        assert_eq!(told, [hour("09:00", 60), hour("09:00", 60), hour("10:15", 45), hour("10:15", 45)]);
        story.open().await;
        let juror = story.member().person.get(&format!("sittings/{}", story.sitting)).await;
        assert_eq!(juror.is(200).at("/slots/0/extra_minutes"), &json!(15));
        let seen = auditor.get(&format!("sittings/{}", story.sitting)).await;
        assert_eq!(seen.is(200).at("/slots/0/extra_minutes"), &json!(null));
        story.member().person.get(&path(0)).await.is(200);
        let late = json!({ "adjustments": [{ "kind": "extra_time", "share": "25%" }] });
        let short = story.manager.put(&path(2), late).await;
        assert_eq!(short.is(200).at("/short_slots/0"), &slot_of(&story, &story.sitting, 2).await["id"]);
        let ended = story.manager.put(&path(0), json!({ "adjustments": [] })).await;
        assert_eq!(ended.is(200).at("/adjustments"), &json!([]));
    }
}
