//! What the service answered, and what a test asks of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// One answer. Every question that it does not meet fails with the request and the body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and address, for the words of a failure.
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// `Null` when the body is not JSON.
    pub body: Value,
}

impl Answer {
    pub async fn read(asked: String, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self { asked, status, headers, bytes, body }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        self
    }

    /// A problem document (RFC 9457) of this code, with everything that it must carry.
    #[track_caller]
    pub fn problem(&self, code: &str) -> &Self {
        let found = (self.body["code"].as_str(), self.body["status"].as_u64());
        assert_eq!(found, (Some(code), Some(u64::from(self.status))), "{}: {}", self.asked, self.text());
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("application/problem+json"), "{}: {kind}", self.asked);
        for member in ["type", "title", "title_en"] {
            assert!(self.body[member].is_string(), "{}: no {member}: {}", self.asked, self.text());
        }
        self
    }

    /// A broken rule of the field, by its name.
    #[track_caller]
    pub fn broken(&self, rule: &str) -> &Self {
        self.is(422).problem("rule_broken");
        assert_eq!(self.body["rule"], rule, "{}: {}", self.asked, self.text());
        self
    }

    /// What stands at a JSON pointer (`/items/0/id`).
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        let found = self.body.pointer(pointer);
        found.unwrap_or_else(|| panic!("{}: nothing at {pointer}: {}", self.asked, self.text()))
    }

    #[track_caller]
    pub fn string(&self, pointer: &str) -> String {
        let found = self.at(pointer).as_str();
        found.unwrap_or_else(|| panic!("{}: no text at {pointer}: {}", self.asked, self.text())).to_owned()
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.string("/id")
    }

    #[track_caller]
    pub fn items(&self) -> &Vec<Value> {
        let found = self.at("/items").as_array();
        found.unwrap_or_else(|| panic!("{}: no list: {}", self.asked, self.text()))
    }

    #[track_caller]
    pub fn version(&self) -> i64 {
        let found = self.at("/version").as_i64();
        found.unwrap_or_else(|| panic!("{}: no version: {}", self.asked, self.text()))
    }
}
