//! People who call the service, each with a client and a token of their own: access is part of every test.

use reqwest::header::{ACCEPT, AUTHORIZATION};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::Answer;

/// Of everybody who must have one.
pub const PASSWORD: &str = "la lanterne tourne à minuit";

#[derive(Debug, Clone)]
pub struct Person {
    /// Empty for somebody unknown.
    pub account: String,
    pub email: String,
    pub token: Option<String>,
    url: String,
    client: Client,
}

impl Person {
    pub fn unknown(url: &str) -> Self {
        // A connection kept open would hold up the good-order stop of the service.
        let client = Client::builder().pool_max_idle_per_host(0).build().unwrap();
        Self { account: String::new(), email: String::new(), token: None, url: url.to_owned(), client }
    }

    /// Opens an invitation link, as its button does, and holds the token that it gives. Staff choose
    /// [`PASSWORD`] on the way.
    pub async fn invited(url: &str, link: &str) -> Self {
        let mut person = Self::unknown(url);
        let mut answer = person.request(Method::POST, link).send().await;
        if answer.status == 422 && answer.body["faults"][0]["code"] == "required" {
            let chosen = json!({ "password": PASSWORD });
            answer = person.request(Method::POST, link).json(&chosen).send().await;
        }
        person.token = Some(answer.is(200).string("/token"));
        person.account = answer.string("/account/id");
        person.email = answer.string("/account/email");
        person
    }

    /// The same person, signed in as before, at the address where the service now listens.
    #[must_use]
    pub fn moved_to(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// `path` is under `/api/v1/`; with a slash before it, under the root; or a whole address.
    pub fn request(&self, method: Method, path: &str) -> Call {
        let address = match path {
            _ if path.starts_with("http") => path.to_owned(),
            _ if path.starts_with('/') => format!("{}{path}", self.url),
            _ => format!("{}/api/v1/{path}", self.url),
        };
        let mut request = self.client.request(method.clone(), &address);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        Call { asked: format!("{method} {path}"), request }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// With a new `Idempotency-Key`.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path).key(&new_key()).json(&body).send().await
    }

    /// With a new `Idempotency-Key` and no `If-Match`.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PUT, path).key(&new_key()).json(&body).send().await
    }

    /// With a new `Idempotency-Key` and the version that was seen: 0 when there was none.
    pub async fn put_seen(&self, path: &str, seen: i64, body: Value) -> Answer {
        self.request(Method::PUT, path).key(&new_key()).seen(seen).json(&body).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }
}

/// A request that is being written.
#[derive(Debug)]
pub struct Call {
    asked: String,
    request: RequestBuilder,
}

impl Call {
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    #[must_use]
    pub fn seen(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    #[must_use]
    pub fn body(mut self, kind: &str, bytes: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", kind).body(bytes);
        self
    }

    #[must_use]
    pub fn form(mut self, form: reqwest::multipart::Form) -> Self {
        self.request = self.request.multipart(form);
        self
    }

    pub async fn send(self) -> Answer {
        let response = self.request.header(ACCEPT, "application/json").send().await.unwrap();
        Answer::read(self.asked, response).await
    }
}

pub fn new_key() -> String {
    uuid::Uuid::new_v4().to_string()
}
