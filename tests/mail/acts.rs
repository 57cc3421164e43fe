//! Which act tells whom, and what managers see.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::{Value, json};

use super::common::person::PASSWORD;
use super::common::{Person, TestApp};
use super::{all_settled, start, until};
use crate::on_both_engines;
use crate::sink::eml_files;
use crate::stories::Table;

/// How many letters of each kind a list shows.
fn kinds(letters: &[Value]) -> BTreeMap<&str, usize> {
    let mut found = BTreeMap::new();
    for letter in letters {
        *found.entry(letter["kind"].as_str().unwrap()).or_insert(0) += 1;
    }
    found
}

/// The letters kept in the folder that say this.
fn saying(app: &TestApp, words: &str) -> Vec<String> {
    eml_files(app.data.join("mail")).into_iter().filter(|mail| mail.contains(words)).collect()
}

/// The link in a letter, on a line of its own.
fn link(mail: &str) -> String {
    mail.lines().find(|line| line.contains("/invitation/")).unwrap().trim().to_owned()
}

on_both_engines! {
    async fn the_candidates_and_the_jurors_of_a_sitting_are_summoned_once(engine: Engine) {
        let app = start(engine, None).await;
        let mut story = app.story().await;
        let summon = format!("sittings/{}/summons", story.sitting);
        story.manager.post(&summon, json!({})).await.is(200);
        all_settled(&app).await;
        let list = format!("cohorts/{}/mails", story.cohort);
        let seen = story.manager.get(&list).await;
        assert_eq!(kinds(seen.is(200).items()), BTreeMap::from([("summons", 4)]));
        for letter in seen.items() {
            assert_eq!(letter["state"], "sent");
            assert!(letter["sent_at"].is_string() && letter["failure"].is_null());
        }
        let summoned = saying(&app, "Subject: Convocation");
        let summoned = if summoned.is_empty() { saying(&app, "METHOD:REQUEST") } else { summoned };
        assert_eq!(summoned.len(), 4);
        let slots = saying(&app, "DTSTART:20260303T090000Z");
        assert_eq!(slots.len(), 3, "the first candidate's slot, and both jurors' day");
        assert!(slots.iter().any(|mail| mail.contains("mardi 3 mars 2026, de 10\u{a0}h à 10\u{a0}h\u{a0}45 (Europe/Paris)")));

        // One more seat: only that juror is told.
        story.seat("Zoé Vigie", "member", "external").await;
        story.declare().await;
        story.open().await;
        story.manager.post(&summon, json!({})).await.is(200);
        all_settled(&app).await;
        let seen = story.manager.get(&list).await;
        assert_eq!(kinds(seen.is(200).items()), BTreeMap::from([("summons", 5)]));
        assert_eq!(seen.items()[0]["account_id"], story.jurors[2].person.account.as_str());

        // By pages, and by state.
        let first = story.manager.get(&format!("{list}?limit=2")).await;
        let after = first.is(200).string("/next");
        let second = story.manager.get(&format!("{list}?limit=3&after={after}")).await;
        assert_eq!((first.items().len(), second.is(200).items().len()), (2, 3));
        assert!(second.at("/next").is_null());
        assert_eq!(story.manager.get(&format!("{list}?state=dead")).await.is(200).items().len(), 0);
        story.manager.get(&format!("{list}?state=lost")).await.is(400);
    }

    async fn an_invitation_reaches_its_owner_and_its_link_is_not_kept(engine: Engine) {
        let app = start(engine, None).await;
        let story = crate::common::Story::begin(&app).await;
        let wish = json!({
            "email": "ada@example.test", "display_name": "Ada Amer", "locale": "en", "role": "juror",
            "centre": story.centre,
        });
        let made = story.manager.post("invitations", wish).await;
        all_settled(&app).await;
        let mails = saying(&app, "ada@example.test");
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains("Content-Language: en") && mails[0].contains("Your role: jury member."));
        assert_eq!(link(&mails[0]), made.is(201).string("/invitation/link"));
        let ada = Person::invited(&app.url, &link(&mails[0])).await;
        assert!(crate::outbox(&app).await.iter().all(|row| row.payload.is_none()));

        let letters = story.manager.get(&format!("accounts/{}/mails", ada.account)).await;
        let letter = &letters.is(200).items()[0];
        assert_eq!((&letter["kind"], &letter["state"]), (&json!("invitation"), &json!("sent")));
        assert_eq!(letter["can_be_sent_again"], false);
        let again = format!("mails/{}/sending", letter["id"].as_str().unwrap());
        let refused = story.manager.post(&again, json!({})).await;
        assert_eq!(refused.is(409).problem("conflict").string("/rule"), "link_not_kept");
        ada.get(&format!("accounts/{}/mails", ada.account)).await.is(404);
        ada.post(&again, json!({})).await.is(404);
    }

    async fn a_deposit_is_acknowledged_with_its_digest(engine: Engine) {
        let app = start(engine, None).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        let part = reqwest::multipart::Part::bytes(b"%PDF-1.7\nregistre\n%%EOF\n".to_vec()).file_name("registre.pdf");
        let form = reqwest::multipart::Form::new().text("title", "Registre").text("criteria", "[\"k1\"]").part("file", part);
        let path = format!("enrolments/{}/evidence", lina.enrolment);
        let filed = lina.person.request(reqwest::Method::POST, &path).form(form).send().await;
        let sha256 = filed.is(201).string("/sha256");
        all_settled(&app).await;
        let mails = saying(&app, &sha256);
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains("registre.pdf") && mails[0].contains("(Europe/Paris)"), "{}", mails[0]);
        assert!(mails[0].contains(&lina.person.email));
    }

    async fn published_candidates_learn_that_a_decision_is_there_and_nothing_of_it(engine: Engine) {
        let app = start(engine, None).await;
        let story = app.story().await;
        story.score_all(3).await;
        let table = Table::convene(&story).await;
        for candidate in &story.candidates {
            table.acquire_all(candidate).await;
        }
        table.close().await.is(200);
        let sha256 = table.minutes(&story.manager).await.is(200).string("/sha256");
        for juror in &story.jurors {
            table.sign(juror, &sha256).await.is(200);
        }
        for _ in 0..2 {
            table.publish().await.is(200);
        }
        all_settled(&app).await;
        let mails = saying(&app, "a publié une décision");
        assert_eq!(mails.len(), 2, "each once, however often it is published");
        for mail in mails {
            for told in ["acquis", "Le mémoire reste", "awarded", "Le geste"] {
                assert!(!mail.contains(told), "{told}: {mail}");
            }
        }
    }

    async fn whoever_lost_a_password_comes_back_and_nobody_learns_who_has_an_account(engine: Engine) {
        let app = start(engine, None).await;
        let story = crate::common::Story::begin(&app).await;
        all_settled(&app).await;
        let ask = async |email: &str| app.anybody().post("password-resets", json!({ "email": email })).await;
        let known = ask(&story.manager.email).await;
        let unknown = ask("personne@example.test").await;
        assert_eq!((known.is(202).text(), known.headers.len()), (unknown.is(202).text(), unknown.headers.len()));
        let mails = until("the letter comes", async || {
            let mails = saying(&app, "/invitation/");
            let mails: Vec<String> = mails.into_iter().filter(|mail| mail.contains("revenir dans votre espace")).collect();
            (!mails.is_empty()).then_some(mails)
        }).await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains(&story.manager.email));
        assert!(saying(&app, "personne@example.test").is_empty());

        // A scanner looks at the link first; then its owner chooses another password, once.
        let link = link(&mails[0]);
        for _ in 0..3 {
            app.anybody().request(reqwest::Method::GET, &link).send().await.is(200);
        }
        let other = "une lanterne neuve éclaire la côte";
        let choose = || app.anybody().request(reqwest::Method::POST, &link).json(&json!({ "password": other })).send();
        choose().await.is(200);
        choose().await.is(409);
        let sign_in = async |password: &str| {
            app.anybody().post("sign-in", json!({ "email": story.manager.email, "password": password })).await
        };
        sign_in(PASSWORD).await.is(401);
        sign_in(other).await.is(200);
        story.manager.get("me").await.is(401);
    }

    async fn nobodys_mailbox_is_flooded(engine: Engine) {
        let app = start(engine, None).await;
        let story = crate::common::Story::begin(&app).await;
        for _ in 0..8 {
            app.anybody().post("password-resets", json!({ "email": story.manager.email })).await.is(202);
        }
        let resets = async || {
            let rows = crate::outbox(&app).await;
            rows.iter().filter(|row| row.kind == parchemin::mail::rows::LetterKind::PasswordReset).count()
        };
        until("three letters", async || (resets().await == 3).then_some(())).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(resets().await, 3);
        for place in 0..22 {
            let email = format!("personne{place}@example.test");
            app.anybody().post("password-resets", json!({ "email": email })).await.is(202);
        }
        let many = app.anybody().post("password-resets", json!({ "email": "encore@example.test" })).await;
        many.is(429).problem("too_many_attempts");
        app.advance(Duration::minutes(16));
        app.anybody().post("password-resets", json!({ "email": story.manager.email })).await.is(202);
        until("a fourth letter", async || (resets().await == 4).then_some(())).await;

        for address in ["lina@example.test\r\nBcc: tous@example.test", "lina", "Lina <lina@example.test>"] {
            app.anybody().post("password-resets", json!({ "email": address })).await.is(422).problem("invalid");
        }
    }
}
