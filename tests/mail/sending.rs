//! The worker against a server that takes, refuses, dies and comes back.

use chrono::Duration;
use parchemin::db::Db;
use parchemin::mail::carrier::Carrier;
use parchemin::mail::message::Sender;
use parchemin::mail::rows::LetterState;
use parchemin::mail::worker::Postman;
use serde_json::json;

use super::common::{Story, TestApp};
use super::sink::Sink;
use super::{all_settled, outbox, post, reminder, reminders, start, until};
use crate::on_both_engines;

/// What becomes of three letters at their first attempt: the failures, and how many the server received.
async fn first_attempt(engine: super::common::Engine, sink: &Sink, tls: &str) -> (Vec<String>, usize) {
    let url = sink.url_with(tls);
    let app = TestApp::start_with(engine, move |settings| {
        settings.smtp = Some(url);
        settings.mail_every = std::time::Duration::from_millis(20);
    })
    .await;
    post(&app, reminders(3)).await;
    until("each was tried", async || {
        let rows = outbox(&app).await;
        rows.iter().all(|row| row.attempts > 0 && row.claimed_by.is_none()).then_some(())
    })
    .await;
    let failures = outbox(&app).await.into_iter().filter_map(|row| row.failure).collect();
    (failures, sink.received().len())
}

on_both_engines! {
    async fn a_server_that_dies_and_comes_back_loses_nothing(engine: Engine) {
        let mut sink = Sink::dying_after(20);
        let app = start(engine, Some(&sink)).await;
        post(&app, reminders(60)).await;
        until("the server dies", async || sink.has_died().then_some(())).await;
        until("the others fail", async || {
            outbox(&app).await.iter().all(|row| row.attempts > 0 && row.claimed_by.is_none()).then_some(())
        }).await;
        let (sent, waiting): (Vec<_>, Vec<_>) =
            outbox(&app).await.into_iter().partition(|row| row.state == LetterState::Sent);
        assert!(sent.len() < 20 && !waiting.is_empty(), "{} acknowledged", sent.len());
        assert!(waiting.iter().all(|row| row.run_after > row.queued_at && row.failure.is_some()));

        sink.start_again();
        app.advance(Duration::minutes(10));
        all_settled(&app).await;
        let received = sink.received();
        assert_eq!(received.len(), 60, "each letter came in");
        let copies: usize = received.values().map(Vec::len).sum();
        assert!((61..=64).contains(&copies), "what was not acknowledged came twice: {copies}");
        assert!(received.values().all(|copies| copies.iter().all(|copy| *copy == copies[0])), "byte for byte");
        for row in outbox(&app).await {
            assert_eq!((row.state, &row.payload, &row.failure), (LetterState::Sent, &None, &None));
            assert!(received.contains_key(&format!("<{}@parchemin.test>", row.id)));
        }
    }

    async fn two_workers_never_send_the_same_letter(engine: Engine) {
        let sink = Sink::start();
        let app = start(engine, Some(&sink)).await;
        let state = app.state();
        let sender = Sender {
            from: "Parchemin <ne-pas-repondre@parchemin.test>".parse().unwrap(),
            site: app.url.clone(),
            readable: false,
        };
        let carrier = Carrier::smtp(&sink.url(), 4).unwrap();
        let every = std::time::Duration::from_millis(20);
        let other = Postman::start(state.db.clone(), state.clock.clone(), carrier, sender, every);
        for _ in 0..4 {
            post(&app, reminders(40)).await;
        }
        all_settled(&app).await;
        other.stop().await;
        let received = sink.received();
        assert_eq!(received.len(), 160);
        assert!(received.values().all(|copies| copies.len() == 1));
        assert!(outbox(&app).await.iter().all(|row| row.attempts == 1));
    }

    async fn a_letter_that_is_refused_is_given_up_at_once_and_one_put_off_is_tried_again(engine: Engine) {
        let sink = Sink::start();
        let app = start(engine, Some(&sink)).await;
        post(&app, vec![reminder("refuse@example.test"), reminder("later@example.test")]).await;
        let rows = until("both were tried", async || {
            let rows = outbox(&app).await;
            rows.iter().all(|row| row.failure.is_some()).then_some(rows)
        }).await;
        let refused = &rows[0];
        assert_eq!((refused.state, refused.attempts), (LetterState::Dead, 1));
        assert_eq!(refused.failure.as_deref(), Some("refused_550"), "a code, not what the server said");
        assert!(refused.payload.is_some(), "no secret in it: it can be sent again");
        let later = &rows[1];
        assert_eq!((later.state, later.failure.as_deref()), (LetterState::Waiting, Some("deferred_451")));
        assert_eq!(later.run_after, later.queued_at.plus(Duration::seconds(30)));
        sink.accept_everybody();
        app.advance(Duration::seconds(31));
        until("it leaves", async || (sink.received().len() == 1).then_some(())).await;

        // Sent again by hand: a letter of its own, once.
        let story = Story::begin(&app).await;
        let path = format!("mails/{}/sending", refused.id);
        story.administrator.post(&path, json!({})).await.is(202);
        until("it leaves too", async || (sink.received().len() >= 2).then_some(())).await;
        let again = story.administrator.post(&path, json!({})).await;
        assert_eq!(again.is(409).problem("conflict").string("/rule"), "letter_erased");
    }

    async fn without_a_server_letters_die_after_two_days(engine: Engine) {
        let mut sink = Sink::dying_after(1);
        let app = start(engine, Some(&sink)).await;
        post(&app, vec![reminder("lina@example.test")]).await;
        until("the server dies", async || sink.has_died().then_some(())).await;
        for attempt in 1..20 {
            until("it was tried", async || {
                let row = outbox(&app).await.remove(0);
                (row.attempts == attempt && row.claimed_by.is_none()).then_some(())
            }).await;
            app.advance(Duration::hours(4));
        }
        all_settled(&app).await;
        let row = outbox(&app).await.remove(0);
        assert_eq!((row.state, row.attempts), (LetterState::Dead, 20));
        assert_eq!(row.failure.as_deref(), Some("connection"));
    }

    async fn a_worker_that_died_leaves_its_letters_to_another(engine: Engine) {
        // Claimed by somebody who is no more: the worker of this service does not look for an hour.
        let app = TestApp::start(engine).await;
        post(&app, reminders(3)).await;
        claim_by_somebody_else(&app).await;
        let carrier = Carrier::folder(app.data.join("mail")).unwrap();
        let sender = Sender {
            from: "ne-pas-repondre@parchemin.test".parse().unwrap(),
            site: app.url.clone(),
            readable: true,
        };
        let state = app.state();
        let every = std::time::Duration::from_millis(20);
        let other = Postman::start(state.db.clone(), state.clock.clone(), carrier, sender, every);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(outbox(&app).await.iter().all(|row| row.state == LetterState::Waiting), "the lease holds");
        app.advance(Duration::minutes(10));
        all_settled(&app).await;
        other.stop().await;
        assert_eq!(crate::sink::eml_files(app.data.join("mail")).len(), 3);
    }

    async fn reminders_to_two_hundred_take_as_many_statements_as_to_two(engine: Engine) {
        let app = TestApp::start(engine).await;
        let db = Db::open(app.database()).unwrap();
        let mut counted = Vec::new();
        for people in [2, 200] {
            let (letters, at) = (reminders(people), app.clock.now());
            let before = db.statements();
            db.write(move |conn| parchemin::mail::post_all(conn, &letters, at)).await.unwrap();
            counted.push(db.statements() - before);
        }
        db.close().await;
        assert_eq!(counted[0], counted[1]);
        assert!(counted[0] <= 3, "{counted:?}");
        assert_eq!(outbox(&app).await.len(), 202);
    }

    async fn no_letter_for_an_act_that_did_not_happen(engine: Engine) {
        let app = start(engine, None).await;
        let at = app.clock.now();
        let refused: Result<(), _> = app
            .state()
            .db
            .write(move |conn| {
                parchemin::mail::post(conn, &reminder("lina@example.test"), at)?;
                Err(parchemin::error::AppError::not_found())
            })
            .await;
        assert!(refused.is_err());
        assert_eq!(outbox(&app).await, []);
    }
}

async fn claim_by_somebody_else(app: &TestApp) {
    use diesel::prelude::*;
    use parchemin::db::schema::outbox;
    let until = app.clock.now().plus(Duration::minutes(10));
    app.state()
        .db
        .write(move |conn| {
            let claim = (
                outbox::claimed_by.eq(Some(parchemin::ids::PostmanId::new())),
                outbox::claimed_until.eq(Some(until)),
            );
            Ok(diesel::update(outbox::table).set(claim).execute(conn)?)
        })
        .await
        .unwrap();
}

on_both_engines! {
    /// Where TLS is required, no letter goes to a server that offers none, nor to one that nobody vouches for.
    async fn a_letter_that_is_to_be_sealed_never_leaves_open(engine: Engine) {
        let plain = Sink::start();
        let refused = first_attempt(engine, &plain, "?tls=required").await;
        assert_eq!(refused, (vec!["not_offered".to_owned(); 3], 0));
        assert_eq!(first_attempt(engine, &plain, "?tls=opportunistic").await, (Vec::new(), 3));
        let unvouched = Sink::unvouched();
        for tls in ["?tls=required", "?tls=opportunistic"] {
            let refused = first_attempt(engine, &unvouched, tls).await;
            assert_eq!(refused, (vec!["tls".to_owned(); 3], 0), "{tls}");
        }
        assert_eq!(first_attempt(engine, &unvouched, "").await, (Vec::new(), 3), "the server itself is sound");
    }
}
