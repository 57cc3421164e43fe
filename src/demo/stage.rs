//! The stage: the real service on a scripted clock, and people who speak to it over HTTP alone.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Duration, Utc};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::{self, Running};
use crate::clock::Clock;
use crate::settings::{Mode, Settings};

/// Of everybody who must have one. The demo's people are nobody's secrets.
pub const PASSWORD: &str = "le parchemin se gagne sans hâte";

pub struct Stage {
    pub running: Running,
    clock: Clock,
    client: reqwest::Client,
    api: String,
}

impl Stage {
    /// The service in this process, on a port of its own, at the first hour of the story.
    ///
    /// # Errors
    /// Those of the service's start.
    pub async fn open(data: PathBuf, start: DateTime<Utc>) -> anyhow::Result<Self> {
        let clock = Clock::scripted(start);
        let running = app::start(settings(data, "127.0.0.1:0".parse()?), clock.clone()).await?;
        let client = reqwest::Client::builder().pool_max_idle_per_host(8).build()?;
        let api = format!("http://{}/api/v1/", running.address);
        Ok(Self { running, clock, client, api })
    }

    pub fn minutes_later(&self, minutes: i64) {
        self.clock.advance(Duration::minutes(minutes));
    }

    pub fn it_is(&self, instant: DateTime<Utc>) {
        self.clock.set(instant);
    }

    fn request(&self, method: Method, path: &str, person: &Person) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.api));
        match &person.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, person: &Person, path: &str) -> anyhow::Result<Value> {
        answered(self.request(Method::GET, path, person), "GET", path).await
    }

    pub async fn post(&self, person: &Person, path: &str, body: Value) -> anyhow::Result<Value> {
        answered(self.request(Method::POST, path, person).json(&body), "POST", path).await
    }

    /// A save: over the version seen, under a key of its own.
    pub async fn put(&self, person: &Person, path: &str, seen: i64, body: Value) -> anyhow::Result<Value> {
        let request = self
            .request(Method::PUT, path, person)
            .header("if-match", format!("\"{seen}\""))
            .header("idempotency-key", uuid::Uuid::new_v4().to_string());
        answered(request.json(&body), "PUT", path).await
    }

    pub async fn upload(
        &self,
        person: &Person,
        path: &str,
        form: reqwest::multipart::Form,
    ) -> anyhow::Result<Value> {
        answered(self.request(Method::POST, path, person).multipart(form), "POST", path).await
    }

    /// Reads a file to its end; gives its size.
    pub async fn download(&self, person: &Person, path: &str) -> anyhow::Result<usize> {
        let response = self.request(Method::GET, path, person).send().await?.error_for_status()?;
        Ok(response.bytes().await?.len())
    }

    /// Opens an invitation as its button does; staff choose a password on the way.
    ///
    /// # Errors
    /// When the link does not open.
    pub async fn comes_in(&self, person: &mut Person) -> anyhow::Result<()> {
        let opened = match (&person.link, person.has_password) {
            (_, true) => {
                let words = json!({ "email": person.email, "password": PASSWORD });
                answered(self.client.post(format!("{}sign-in", self.api)).json(&words), "POST", "sign-in")
                    .await?
            }
            (Some(link), false) => {
                let words = if person.staff { json!({ "password": PASSWORD }) } else { json!({}) };
                let request = self.client.post(link).header("accept", "application/json").json(&words);
                answered(request, "POST", "invitation").await?
            }
            (None, false) => bail!("{} has no way in", person.name),
        };
        person.has_password = person.staff;
        person.token = Some(text(&opened, "/token")?);
        person.account = text(&opened, "/account/id")?;
        person.email = text(&opened, "/account/email")?;
        Ok(())
    }

    /// Stops in good order: every entry of the journal placed, the database closed.
    ///
    /// # Errors
    /// Those of the service's stop.
    pub async fn close(self) -> anyhow::Result<()> {
        // Connections kept open would hold the stop up.
        drop(self.client);
        self.running.stop().await
    }
}

/// The settings of a demo: everything in one folder.
pub fn settings(data: PathBuf, listen: std::net::SocketAddr) -> Settings {
    Settings {
        database: crate::db::DbUrl::Sqlite(data.join("parchemin.db")),
        data,
        listen,
        public_url: None,
        mode: Mode::Local,
        signing_key: None,
        evidence_limit: 64 * 1024 * 1024,
        journal_seconds: 1,
        smtp: None,
        mail_from: crate::settings::local_sender(),
        mail_every: crate::settings::MAIL_EVERY,
    }
}

async fn answered(request: RequestBuilder, method: &str, path: &str) -> anyhow::Result<Value> {
    let response = request.send().await.with_context(|| format!("{method} {path}"))?;
    let status = response.status();
    let body = response.text().await?;
    if !status.is_success() {
        bail!("{method} {path}: {status} {body}");
    }
    if status == StatusCode::NO_CONTENT || body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&body).with_context(|| format!("{method} {path}: {body}"))
}

/// Somebody of the story.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub account: String,
    pub staff: bool,
    link: Option<String>,
    has_password: bool,
    token: Option<String>,
}

impl Person {
    pub fn invited(name: &str, link: String, staff: bool) -> Self {
        Self {
            name: name.to_owned(),
            email: String::new(),
            account: String::new(),
            staff,
            link: Some(link),
            has_password: false,
            token: None,
        }
    }
}

/// A text in an answer.
///
/// # Errors
/// When it is not there: the service answered something else than its document says.
pub fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    Ok(found.with_context(|| format!("no {pointer} in {answer}"))?.to_owned())
}

/// A list in an answer.
///
/// # Errors
/// As [`text`].
pub fn list<'a>(answer: &'a Value, pointer: &str) -> anyhow::Result<&'a Vec<Value>> {
    answer.pointer(pointer).and_then(Value::as_array).with_context(|| format!("no {pointer} in {answer}"))
}
