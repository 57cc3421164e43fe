//! Jurors who save and candidates who file, and what each was promised: on disk before the next request.

use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Who answers the clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The service.
    Honest,
    /// Something before it, that answers before it forwards: what this harness must catch.
    Liar,
}

/// Every acknowledgement, in the order in which it came.
#[derive(Clone)]
pub struct Journal(Arc<Mutex<File>>);

impl Journal {
    pub fn new(file: File) -> Self {
        Self(Arc::new(Mutex::new(file)))
    }

    fn note(&self, what: &Value) {
        let mut file = self.0.lock().unwrap();
        writeln!(file, "{what}").unwrap();
        file.sync_data().unwrap();
    }
}

/// One line of a sheet that one client alone writes.
#[derive(Debug, Clone)]
pub struct Row {
    pub sheet: String,
    pub grid: String,
    pub criterion: String,
    /// Acknowledged last.
    pub version: i64,
    /// Comments acknowledged, by version, those of before the test left out.
    pub acknowledged: Vec<(i64, String)>,
    /// Sent and not answered: it may have been written or not. Key and comment.
    pub pending: Option<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct Desk {
    pub token: String,
    pub rows: Vec<Row>,
    next: usize,
}

impl Desk {
    pub fn new(token: String, rows: Vec<Row>) -> Self {
        Self { token, rows, next: 0 }
    }

    /// Saves until the service is gone. A save that was not answered is sent again first, with its key.
    pub async fn work(mut self, url: String, door: Door, journal: Journal, stop: Arc<AtomicBool>) -> Self {
        let client = Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        let (line, mut queue) = tokio::sync::mpsc::unbounded_channel::<reqwest::RequestBuilder>();
        // In order, one after the other: without a kill, even what was answered too early gets there.
        let forwarder = tokio::spawn(async move {
            while let Some(request) = queue.recv().await {
                let _ = request.send().await;
            }
        });
        let early = (door == Door::Liar).then_some(&line);
        while !stop.load(Ordering::Relaxed) {
            let index = self.rows.iter().position(|row| row.pending.is_some()).unwrap_or(self.next);
            self.next = (self.next + 1) % self.rows.len();
            if !save(&client, &url, early, &self.token, &mut self.rows[index], &journal).await {
                break;
            }
        }
        drop(line);
        forwarder.await.unwrap();
        self
    }
}

type Queue = tokio::sync::mpsc::UnboundedSender<reqwest::RequestBuilder>;

/// Whether the service still answers. With a queue, the save is put there and acknowledged at once.
async fn save(
    client: &Client,
    url: &str,
    early: Option<&Queue>,
    token: &str,
    row: &mut Row,
    journal: &Journal,
) -> bool {
    let (key, comment) = row.pending.clone().unwrap_or_else(|| {
        let key = uuid::Uuid::new_v4().to_string();
        (key.clone(), format!("Relevé {key}"))
    });
    row.pending = Some((key.clone(), comment.clone()));
    let request = client
        .put(format!("{url}/api/v1/grids/{}/scores/{}", row.grid, row.criterion))
        .bearer_auth(token)
        .header("if-match", format!("\"{}\"", row.version))
        .header("idempotency-key", key)
        .json(&json!({ "state": "scored", "rank": 3, "comment": comment }));
    if let Some(queue) = early {
        queue.send(request).unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    } else {
        let Ok(answer) = request.send().await else { return false };
        let status = answer.status();
        let Ok(body) = answer.text().await else { return false };
        assert_eq!(status, StatusCode::OK, "{}: {body}", row.criterion);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["version"], row.version + 1, "applied once, whatever was sent again");
    }
    row.version += 1;
    row.pending = None;
    journal.note(
        &json!({ "grid": row.grid, "criterion": row.criterion, "version": row.version, "comment": comment }),
    );
    row.acknowledged.push((row.version, comment));
    true
}

/// A candidate who files one piece after the other.
#[derive(Debug, Clone)]
pub struct Filing {
    pub token: String,
    pub enrolment: String,
    /// Id and digest of what was acknowledged.
    pub acknowledged: Vec<(String, String)>,
    /// Sent, whatever became of it.
    pub sent: usize,
}

impl Filing {
    pub async fn work(mut self, url: String, journal: Journal, stop: Arc<AtomicBool>) -> Self {
        let client = Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        while !stop.load(Ordering::Relaxed) {
            let text = format!("Pièce {}\n", uuid::Uuid::new_v4()).repeat(6_000);
            let digest = hex::encode(Sha256::digest(&text));
            let file = reqwest::multipart::Part::bytes(text.into_bytes()).file_name("registre.txt");
            let form = reqwest::multipart::Form::new().text("title", "Registre").part("file", file);
            let address = format!("{url}/api/v1/enrolments/{}/evidence", self.enrolment);
            self.sent += 1;
            let Ok(answer) = client.post(address).bearer_auth(&self.token).multipart(form).send().await
            else {
                break;
            };
            let status = answer.status();
            let Ok(body) = answer.text().await else { break };
            assert_eq!(status, StatusCode::CREATED, "{body}");
            let body: Value = serde_json::from_str(&body).unwrap();
            let id = body["id"].as_str().unwrap().to_owned();
            journal.note(&json!({ "evidence": id, "sha256": digest }));
            self.acknowledged.push((id, digest));
            // A few pieces suffice: most of the load is saves.
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        self
    }
}
