//! Letters leave once, whatever becomes of the mail server; who is told what, and what managers see of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod acts;
#[path = "../common/mod.rs"]
mod common;
mod sending;
mod sink;
#[path = "../stories/mod.rs"]
mod stories;

use std::time::Duration;

use common::{Engine, TestApp};
use parchemin::db::{AnyConn, At};
use parchemin::error::AppError;
use parchemin::mail::{Letter, Recipient};

/// With a worker that looks at its outbox all the time.
pub async fn start(engine: Engine, smtp: Option<&sink::Sink>) -> TestApp {
    let smtp = smtp.map(sink::Sink::url);
    TestApp::start_with(engine, move |settings| {
        settings.smtp = smtp;
        settings.mail_every = Duration::from_millis(20);
    })
    .await
}

/// Asks again until it is so; a test that waits in vain fails.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

pub fn reminder(address: &str) -> Letter {
    let to = Recipient::new(None, address, "Lina Fanal", parchemin::access::rows::Locale::Fr).unwrap();
    let missing = vec!["Mémoire".to_owned()];
    let part = parchemin::mail::Part::Candidate;
    Letter::reminder(to, part, "Promotion 2026".to_owned(), missing, None, "Europe/Paris".to_owned())
}

pub fn reminders(how_many: usize) -> Vec<Letter> {
    (0..how_many).map(|place| reminder(&format!("lina{place}@example.test"))).collect()
}

pub async fn post(app: &TestApp, letters: Vec<Letter>) {
    let at = app.clock.now();
    let work =
        move |conn: &mut AnyConn| -> Result<(), AppError> { parchemin::mail::post_all(conn, &letters, at) };
    app.state().db.write(work).await.unwrap();
}

/// The rows of the outbox in the order in which they were written.
pub async fn outbox(app: &TestApp) -> Vec<parchemin::mail::rows::OutboxRow> {
    use diesel::prelude::*;
    use parchemin::db::schema::outbox;
    let rows = |conn: &mut AnyConn| -> Result<_, AppError> {
        Ok(outbox::table
            .order(outbox::id)
            .select(parchemin::mail::rows::OutboxRow::as_select())
            .load(conn)?)
    };
    app.state().db.read(rows).await.unwrap()
}

/// Nothing waits any more.
pub async fn all_settled(app: &TestApp) {
    until("everything is sent or given up", async || {
        let waiting = outbox(app).await.iter().any(|row| row.done_at.is_none());
        (!waiting).then_some(())
    })
    .await;
}

pub fn now(app: &TestApp) -> At {
    app.clock.now()
}
