//! What the tests share: a service of their own on either engine, people who call it, and the story that
//! leads to an exam day. `CONTRIBUTING.md` shows a test.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![expect(dead_code, reason = "each test file uses its own part of this")]

pub mod answer;
pub mod engine;
pub mod person;
pub mod shape;
pub mod source;
pub mod story;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use parchemin::app::{Running, start};
use parchemin::clock::Clock;
use parchemin::settings::{Mode, Settings};
use parchemin::state::AppState;
use tempfile::TempDir;

pub use answer::Answer;
pub use engine::{Database, Engine};
pub use person::Person;
pub use story::Story;

/// When every story begins, unless told.
pub const MORNING: &str = "2026-03-02T08:00:00Z";

/// A service that runs in this process, on a port, a folder and a database of its own, with a clock that
/// the test moves. It stops, and everything of it goes, when it is dropped.
pub struct TestApp {
    pub engine: Engine,
    /// Without a slash at its end.
    pub url: String,
    pub clock: Clock,
    /// `--data` of the service.
    pub data: PathBuf,
    /// Link by which the first administrator comes in, on the very first start.
    pub first_invitation: Option<String>,
    settings: Settings,
    running: Option<Running>,
    database: Database,
    folder: TempDir,
}

impl TestApp {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| {}).await
    }

    /// With other settings than those of every test.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine, folder.path());
        let clock = Clock::scripted(instant(MORNING));
        let mut settings = Settings {
            data: folder.path().to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: None,
            database: database.url.clone(),
            mode: Mode::Local,
            signing_key: Some(b"a key for the tests, of 32 bytes or more".to_vec()),
            evidence_limit: 16 * 1024 * 1024,
            journal_seconds: 1,
            smtp: None,
            mail_from: "Parchemin <ne-pas-repondre@parchemin.test>".parse().unwrap(),
            // Nothing leaves by itself: the outbox stays as an act has left it.
            mail_every: std::time::Duration::from_secs(3600),
        };
        change(&mut settings);
        let mut app = Self {
            engine,
            url: String::new(),
            clock,
            data: folder.path().to_owned(),
            first_invitation: None,
            settings,
            running: None,
            database,
            folder,
        };
        app.run().await;
        app
    }

    async fn run(&mut self) {
        let running = start(self.settings.clone(), self.clock.clone()).await.unwrap();
        self.url = format!("http://{}", running.address);
        self.first_invitation = running.first_invitation.clone();
        self.running = Some(running);
    }

    /// Stops in good order and starts again on the same folder and database, at another port: people of
    /// before keep their tokens but must be [`Person::moved_to`] it.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    /// Stops in good order; the folder and the database stay until the drop.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.unwrap();
        }
    }

    /// What the service itself holds, for what HTTP does not show: the statement counter, the database.
    pub fn state(&self) -> &AppState {
        &self.running.as_ref().unwrap().state
    }

    pub fn database(&self) -> &parchemin::db::DbUrl {
        &self.database.url
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().utc()
    }

    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// The way to an exam day: standard, cohort, jury, an open sitting.
    pub async fn story(&self) -> Story {
        Story::new(self).await
    }

    /// Somebody who has not signed in.
    pub fn anybody(&self) -> Person {
        Person::unknown(&self.url)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // Tests run on several threads: this one may wait. A failing test drops us too.
            let stopped =
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(running.stop()));
            if let Err(error) = stopped
                && !std::thread::panicking()
            {
                panic!("the service did not stop in good order: {error:#}");
            }
        }
    }
}

pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// A file or folder of this repository.
pub fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file below a folder of this repository whose name ends so, in a steady order.
pub fn files_under(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![in_repository(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
