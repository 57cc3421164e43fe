//! The stage: the real service on a scripted clock, and people who speak to it over HTTP alone.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Duration, Utc};
use futures_util::StreamExt as _;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::{self, Running};
use crate::clock::Clock;
use crate::settings::{Mode, Settings};

/// Of everybody who must have one. The demo's people are nobody's secrets.
pub const PASSWORD: &str = "le parchemin se gagne sans hâte";

/// How often the outbox is looked at while the story is played, and how often the story looks back at it.
const MAIL_EVERY: std::time::Duration = std::time::Duration::from_millis(25);
const LOOKS: usize = 2_400;

pub struct Stage {
    pub running: Running,
    clock: Clock,
    client: reqwest::Client,
    api: String,
    incoming: PathBuf,
}

impl Stage {
    /// The service in this process, on a port of its own, at the first hour of the story.
    ///
    /// # Errors
    /// Those of the service's start.
    pub async fn open(data: PathBuf, start: DateTime<Utc>) -> anyhow::Result<Self> {
        let clock = Clock::scripted(start);
        let incoming = data.join("incoming");
        // The story waits for its letters before the clock jumps: they leave at once.
        let settings = Settings { mail_every: MAIL_EVERY, ..settings(data, "127.0.0.1:0".parse()?) };
        let running = app::start(settings, clock.clone()).await?;
        let client = reqwest::Client::builder().pool_max_idle_per_host(8).build()?;
        let api = format!("http://{}/api/v1/", running.address);
        Ok(Self { running, clock, client, api, incoming })
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().utc()
    }

    pub fn minutes_later(&self, minutes: i64) {
        self.clock.advance(Duration::minutes(minutes));
    }

    /// The clock never goes back: what was to happen earlier happens now.
    pub fn it_is(&self, instant: DateTime<Utc>) {
        self.clock.set(instant.max(self.now()));
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

    /// What the story wants the service to refuse, by the rule or the code of the refusal; gives the problem.
    pub async fn refused(
        &self,
        person: &Person,
        (method, path): (Method, &str),
        body: Value,
        rule: &str,
    ) -> anyhow::Result<Value> {
        let request = self
            .request(method.clone(), path, person)
            .header("if-match", "\"1\"")
            .header("idempotency-key", uuid::Uuid::new_v4().to_string());
        refused(request.json(&body), &format!("{method} {path}"), rule).await
    }

    /// Sends a spreadsheet; gives the report, whether it was imported or not.
    pub async fn spreadsheet(&self, person: &Person, path: &str, file: &str) -> anyhow::Result<Value> {
        let request = self.request(Method::POST, path, person).header("content-type", "text/csv");
        // With the byte-order mark that spreadsheets put first.
        let response = request.body(format!("\u{feff}{file}")).send().await?;
        let status = response.status();
        let report: Value = response.json().await?;
        let blocked = status == StatusCode::UNPROCESSABLE_ENTITY && report["code"] == "import_blocked";
        if !status.is_success() && !blocked {
            bail!("POST {path}: {status} {report}");
        }
        Ok(report)
    }

    /// Answers a link that asks for no account, as the page behind it does.
    pub async fn answer_link(&self, link: &str, body: Value) -> anyhow::Result<()> {
        let request = self.client.post(link).header("accept", "application/json").json(&body);
        answered(request, "POST", "attestation").await.map(drop)
    }

    /// An upload in two halves, with so much time between them.
    pub async fn upload_slowly(
        &self,
        person: &Person,
        path: &str,
        form: Form,
        (filename, bytes): (&'static str, Vec<u8>),
        between: Duration,
    ) -> anyhow::Result<Value> {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let halves = [first.to_vec(), second.to_vec()].into_iter().enumerate();
        let (clock, incoming) = (self.clock.clone(), self.incoming.clone());
        let halves = futures_util::stream::iter(halves).then(move |(place, half)| {
            let (clock, incoming) = (clock.clone(), incoming.clone());
            async move {
                if place == 1 {
                    begun(&incoming).await?;
                    clock.advance(between);
                }
                Ok::<Vec<u8>, std::io::Error>(half)
            }
        });
        let file = Part::stream(reqwest::Body::wrap_stream(halves)).file_name(filename);
        self.upload(person, path, form.part("file", file)).await
    }

    /// Waits until every letter of these cohorts has left.
    pub async fn letters_leave(&self, manager: &Person, cohorts: &[&str]) -> anyhow::Result<()> {
        for cohort in cohorts {
            self.nothing_waits(manager, &format!("cohorts/{cohort}/mails?state=waiting&limit=1")).await?;
        }
        Ok(())
    }

    /// The same of the letters to somebody: an invitation belongs to no cohort.
    pub async fn letters_arrive(&self, administrator: &Person, account: &str) -> anyhow::Result<()> {
        self.nothing_waits(administrator, &format!("accounts/{account}/mails?state=waiting&limit=1")).await
    }

    async fn nothing_waits(&self, person: &Person, path: &str) -> anyhow::Result<()> {
        for _ in 0..LOOKS {
            if list(&self.get(person, path).await?, "/items")?.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(MAIL_EVERY).await;
        }
        bail!("{path}: letters do not leave")
    }

    pub async fn upload(&self, person: &Person, path: &str, form: Form) -> anyhow::Result<Value> {
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
        person.opened += 1;
        person.token = Some(text(&opened, "/token")?);
        person.account = text(&opened, "/account/id")?;
        person.email = text(&opened, "/account/email")?;
        Ok(())
    }

    /// Comes in by a link that still opens: a new one is asked for before the last one ends.
    ///
    /// # Errors
    /// As [`Stage::comes_in`].
    pub async fn comes_back(&self, manager: &Person, person: &mut Person) -> anyhow::Result<()> {
        let old = self.now() - person.since > Duration::days(13) || person.opened >= 9;
        if let Some((path, wish)) = person.again.clone().filter(|_| old && !person.staff) {
            let made = self.post(manager, &path, wish).await?;
            person.link = Some(text(&made, "/invitation/link")?);
            (person.since, person.opened) = (self.now(), 0);
        }
        self.comes_in(person).await
    }

    /// Invites somebody and has them come in.
    ///
    /// # Errors
    /// As [`Stage::comes_in`].
    pub async fn invite(&self, by: &Person, path: &str, wish: Value, staff: bool) -> anyhow::Result<Person> {
        let made = self.post(by, path, wish.clone()).await?;
        let name = wish["display_name"].as_str().unwrap_or_default();
        let mut person = Person::invited(name, text(&made, "/invitation/link")?, staff);
        person.since = self.now();
        person.again = Some((path.to_owned(), wish));
        self.comes_in(&mut person).await?;
        Ok(person)
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

/// The service has begun to receive a file: from then on it knows when the upload began.
async fn begun(incoming: &std::path::Path) -> std::io::Result<()> {
    for _ in 0..LOOKS {
        if incoming.read_dir()?.next().is_some() {
            return Ok(());
        }
        tokio::time::sleep(MAIL_EVERY).await;
    }
    Err(std::io::Error::other("the upload does not begin"))
}

async fn refused(request: RequestBuilder, what: &str, rule: &str) -> anyhow::Result<Value> {
    let response = request.send().await?;
    let status = response.status();
    let problem: Value = response.json().await?;
    let listed = problem["broken"].as_array().into_iter().flatten().any(|one| one["rule"] == rule);
    if status.is_success() || !(problem["code"] == rule || problem["rule"] == rule || listed) {
        bail!("{what}: {status} for a refusal by {rule}: {problem}");
    }
    Ok(problem)
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
    /// How to get another link, and how old and how often opened this one is.
    again: Option<(String, Value)>,
    since: DateTime<Utc>,
    opened: usize,
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
            again: None,
            since: DateTime::<Utc>::MIN_UTC,
            opened: 0,
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
