//! Juries: rules said one by one, a chair who steps aside, a tie found too late, a seat replaced on the morning.

use super::three;
use crate::common::story::{Candidate, Juror};
use crate::common::{Answer, Story, TestApp};
use crate::on_both_engines;
use crate::stories::{Table, everything};
use serde_json::{Value, json};

fn tie(juror: &Juror, candidate: &Candidate) -> Value {
    json!({ "seat_id": juror.seat, "enrolment_id": candidate.enrolment, "kind": "tie", "reason": "Employeur du candidat." })
}

async fn recuse(story: &Story, juror: &Juror, candidate: &Candidate) -> Answer {
    story.manager.post(&format!("juries/{}/recusals", story.jury), tie(juror, candidate)).await
}

/// State and mending of a rule, in a list of rules.
fn rule(rules: &Value, name: &str) -> (String, bool) {
    let found = rules.as_array().unwrap().iter().find(|one| one["rule"] == name).unwrap();
    (found["state"].as_str().unwrap().to_owned(), found["mend"].is_string())
}

on_both_engines! {
    async fn every_rule_is_said_with_what_would_mend_it(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = Story::begin(&app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        story.compose().await;
        let young = story.invite("juror", "Zoé Amer").await;
        let seat = json!({
            "account_id": young.account, "function": "member", "side": "external", "employer": "Phares Zoé",
            "occupation": "gardienne de phare", "practising_since": 2025,
        });
        let seats = format!("juries/{}/seats", story.jury);
        let seat = story.manager.post(&seats, seat).await.is(201).id();
        story.plan(&crate::common::story::METHODS).await;
        story.lay_out().await;
        let path = format!("juries/{}/quorum", story.jury);
        let before = story.manager.get(&path).await;
        let state = |answer: &Answer, name: &str| rule(answer.at("/compositions/0/rules"), name);
        let of_lina = |answer: &Answer, name: &str| rule(answer.at("/candidates/0/rules"), name);
        let says = |word: &str, mend| (word.to_owned(), mend);
        assert_eq!(before.is(200).at("/holds"), &json!(false));
        assert_eq!(state(&before, "jury_members_at_least"), says("satisfied", false));
        assert_eq!(state(&before, "jury_experience"), says("broken", true));
        assert_eq!(state(&before, "jury_gender_balance"), says("not_asked", false));
        assert_eq!(of_lina(&before, "jury_not_declared"), says("broken", true));
        assert_eq!(of_lina(&before, "quorum_members"), says("broken", true));
        assert_eq!(of_lina(&before, "jury_tie_self"), says("satisfied", false));

        story.jurors.push(Juror { person: young, seat });
        story.declare().await;
        let waivers = format!("juries/{}/waivers", story.jury);
        let waiver = |rule: &str| json!({ "rule": rule, "reason": "Seule gardienne de ce feu." });
        story.manager.post(&waivers, waiver("quorum_members")).await.problem("invalid");
        story.chair().person.post(&waivers, waiver("jury_experience")).await.is(403);
        let opening = format!("sittings/{}/opening", story.sitting);
        story.manager.post(&opening, json!({})).await.broken("jury_experience");
        story.manager.post(&waivers, waiver("jury_experience")).await.is(201);
        assert_eq!(story.manager.post(&waivers, waiver("jury_experience")).await.is(409).body["rule"], "one_waiver_per_rule");
        let after = story.manager.get(&path).await;
        assert_eq!((after.at("/holds"), state(&after, "jury_experience")), (&json!(true), says("waived", false)));
        assert_eq!(after.at("/candidates/0/presides"), &json!(story.chair().seat));
        story.manager.post(&opening, json!({})).await.is(200);
    }

    async fn a_chair_who_stepped_aside_decides_nothing_on_that_candidate(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = three(&app).await;
        let (lina, omar) = (&story.candidates[0], &story.candidates[1]);
        let (chair, member) = (story.chair(), story.member());
        let aside = recuse(&story, chair, lina).await;
        assert_eq!((aside.is(201).at("/presides"), aside.at("/broken")), (&json!(null), &json!([])));
        for juror in &story.jurors {
            for candidate in [lina, omar] {
                if juror.seat == chair.seat && candidate.number == lina.number {
                    continue;
                }
                story.fill(juror, candidate, |_| 3).await;
                story.sign(juror, candidate).await.is(200);
            }
        }
        let table = Table::convene(&story).await;
        let acquired = json!({ "outcome": "acquired" });
        let by_chair = table.decide(lina, "b1", 0, acquired.clone()).await;
        assert_eq!(by_chair.is(403).problem("forbidden").body["rule"], "chair_is_recused");
        table.decide(omar, "b1", 0, acquired.clone()).await.is(200);
        let decide = table.target(lina, "b1");
        member.person.put_seen(&decide, 0, acquired.clone()).await.is(403);

        let presiding = |candidate: &Candidate| format!("juries/{}/presiding/{}", story.jury, candidate.enrolment);
        let named = |juror: &Juror| json!({ "seat_id": juror.seat, "reason": "Doyen des membres." });
        story.manager.put(&presiding(omar), named(member)).await.broken("chair_presides");
        story.manager.put(&presiding(lina), named(chair)).await.broken("presiding_member_assesses");
        member.person.put(&presiding(lina), named(member)).await.is(403);
        let quorum = format!("juries/{}/quorum", story.jury);
        let before = story.manager.get(&quorum).await;
        assert_eq!(rule(before.is(200).at("/candidates/0/rules"), "quorum_without_presiding").0, "broken");
        story.manager.put(&presiding(lina), named(member)).await.is(200);
        assert_eq!(story.manager.get(&quorum).await.at("/candidates/0/presides"), &json!(member.seat));
        table.decide(lina, "b1", 0, acquired.clone()).await.is(403);
        member.person.put_seen(&decide, 0, acquired.clone()).await.is(200);
        // Named for Lina, not for Omar.
        member.person.put_seen(&table.target(omar, "b2"), 0, acquired).await.is(403);
    }

    async fn an_employer_found_after_the_fact_counts_no_longer(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = three(&app).await;
        let lina = &story.candidates[0];
        for (juror, rank) in story.jurors.iter().zip([2, 3, 3]) {
            story.fill(juror, lina, |_| rank).await;
            story.sign(juror, lina).await.is(200);
        }
        let found = &story.jurors[2];
        let proposal = format!("enrolments/{}/proposal", lina.enrolment);
        let before = story.manager.get(&proposal).await.is(200).body.clone();
        let late = recuse(&story, found, lina).await;
        assert_eq!((late.is(201).at("/after_signature"), late.at("/broken")), (&json!(true), &json!([])));
        assert_eq!(late.at("/standing_decisions"), &json!(0));
        let after = story.manager.get(&proposal).await;
        assert_ne!(after.is(200).body, before, "the median of two is the lower: partly acquired");
        let twice = recuse(&story, found, lina).await;
        assert_eq!(twice.is(409).body["rule"], "one_recusal_per_candidate");
        // On record, for whoever wrote it.
        let mine = story.manager.get(&format!("juries/{}", story.jury)).await;
        assert_eq!(mine.is(200).at("/recusals/0/seat_id"), &json!(found.seat));
        let journal = everything(&app).await.remove("journal_entry").unwrap();
        assert!(journal.iter().any(|entry| entry.contains("recused_after_signature")));
        // One more, and nobody could sit: it is said.
        let last = recuse(&story, &story.jurors[1], lina).await;
        assert_eq!(last.is(201).at("/broken/0/rule"), &json!("quorum_members"));
    }

    async fn a_seat_is_replaced_on_the_morning(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, chair, leaves) = (&story.candidates[0], story.chair(), story.member());
        let sheet = story.sheet(leaves, lina).await;
        let score = format!("grids/{}/scores/k1", sheet.string("/grids/0/id"));
        leaves.person.put_seen(&score, 0, json!({ "state": "scored", "rank": 3 })).await.is(200);
        let comes = story.invite("juror", "Zoé Amer").await;
        let seat = |account: &str, function: &str| json!({ "reason": "Mal de mer.", "seat": {
            "account_id": account, "function": function, "side": "external", "employer": "Phares Zoé",
            "occupation": "gardienne de phare", "practising_since": 2010,
        } });
        let path = format!("seats/{}/replacement", leaves.seat);
        let taken = story.manager.post(&path, seat(&comes.account, "chair")).await;
        assert_eq!(taken.is(409).body["rule"], "one_chair_per_jury");
        story.manager.post(&path, seat(&story.manager.account, "member")).await.broken("seat_needs_a_juror");
        let done = story.manager.post(&path, seat(&comes.account, "member")).await;
        assert_eq!(done.is(201).at("/left/closed_reason"), &json!("Mal de mer."));
        let filled = done.string("/filled/id");
        let again = story.manager.post(&path, seat(&comes.account, "member")).await;
        assert_eq!(again.is(409).body["rule"], "seat_is_open");
        leaves.person.put_seen(&score, 1, json!({ "state": "scored", "rank": 1 })).await.is(403);

        comes.post(&format!("seats/{filled}/declaration"), json!({ "ties": [] })).await.is(200);
        story.open().await;
        let comes = Juror { person: comes, seat: filled };
        for juror in [chair, &comes] {
            story.fill(juror, lina, |_| 2).await;
            story.sign(juror, lina).await.is(200);
        }
        let progress = story.manager.get(&format!("sittings/{}/progress", story.sitting)).await;
        assert_eq!((progress.at("/items/0/expected"), progress.at("/items/0/signed")), (&json!(2), &json!(2)));
        let kept = leaves.person.get(&format!("sheets/{}", sheet.id())).await;
        assert_eq!(kept.is(200).at("/grids/0/lines/0/score/rank"), &json!(3));
    }
}
