//! What reaches the socket: headers on every answer, requests that two readers would read differently, slow and
//! huge heads. And `docs/security.md` names tests that exist.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::source::functions;
use common::{Person, Story, TestApp};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Everything that comes back until the other side closes, or this long has passed.
async fn spoken(app: &TestApp, bytes: &[u8], patience: Duration) -> (String, bool) {
    let mut stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).await.unwrap();
    // It may close before it has read all.
    let _ = stream.write_all(bytes).await;
    let mut taken = Vec::new();
    let closed = tokio::time::timeout(patience, stream.read_to_end(&mut taken)).await.is_ok();
    (String::from_utf8_lossy(&taken).into_owned(), closed)
}

fn statuses(text: &str) -> Vec<&str> {
    text.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.get(..3)).collect()
}

on_both_engines! {
    async fn every_answer_is_strict_whatever_it_says(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = Story::begin(&app).await;
        let anybody = app.anybody();
        let asked: [(&Person, Method, &str); 9] = [
            (&anybody, Method::GET, "/"),
            (&anybody, Method::GET, "/sign-in"),
            (&anybody, Method::GET, "/nowhere"),
            (&anybody, Method::GET, "/healthz"),
            (&anybody, Method::GET, "me"),
            (&anybody, Method::GET, "openapi.json"),
            (&anybody, Method::POST, "sign-in"),
            (&story.manager, Method::GET, "cohorts"),
            (&story.manager, Method::GET, "cohorts/no-such"),
        ];
        for (person, method, path) in asked {
            let call = person.request(method, path).header("origin", "https://evil.example");
            let answer = call.header("host", "evil.example").send().await;
            let is = |name: &str, wanted: &str| {
                let found = answer.header(name).unwrap_or_default();
                assert!(found.contains(wanted), "{}: {name}: {found:?}", answer.asked);
            };
            is("x-content-type-options", "nosniff");
            is("referrer-policy", "no-referrer");
            is("strict-transport-security", "max-age=63072000");
            is("cache-control", "no-store");
            is("content-security-policy", "default-src 'none'");
            is("content-security-policy", "base-uri 'none'");
            is("content-security-policy", "frame-ancestors 'none'");
            is("x-request-id", "-");
            for (name, value) in &answer.headers {
                assert!(!name.as_str().starts_with("access-control-"), "{}: {name}", answer.asked);
                assert!(!value.as_bytes().windows(12).any(|some| some == b"evil.example"), "{name}: {value:?}");
            }
            assert!(!answer.text().contains("evil.example"), "{}: {}", answer.asked, answer.text());
        }
        let preflight = anybody.request(Method::OPTIONS, "cohorts").header("origin", "https://evil.example");
        let preflight = preflight.header("access-control-request-method", "POST").send().await;
        assert!(preflight.status >= 400 && preflight.header("access-control-allow-origin").is_none());
        // A link is made of the address that was set, never of the one that a request claims.
        let wish = json!({
            "email": "yann@example.test", "display_name": "Yann", "locale": "fr", "role": "juror",
            "centre": story.centre,
        });
        let call = story.manager.request(Method::POST, "invitations").header("host", "evil.example");
        let link = call.header("x-forwarded-host", "evil.example").json(&wish).send().await;
        assert!(link.is(201).string("/invitation/link").starts_with(&app.url), "{}", link.text());
    }

    async fn a_method_that_nobody_needs_does_nothing(engine: Engine) {
        let app = TestApp::start(engine).await;
        for method in ["TRACE", "CONNECT", "PATCH", "PROPFIND", "DEBUG"] {
            let head = format!("{method} /healthz HTTP/1.1\r\nhost: a\r\ncookie: secret=1\r\nconnection: close\r\n\r\n");
            let (text, _) = spoken(&app, head.as_bytes(), Duration::from_secs(5)).await;
            let status = statuses(&text);
            assert!(status.len() <= 1 && !status.iter().any(|one| one.starts_with('2')), "{method}: {text}");
            assert!(!text.contains("secret=1"), "{method} echoes the cookie: {text}");
        }
    }

    async fn two_readers_would_not_read_it_the_same_so_nobody_does(engine: Engine) {
        let app = TestApp::start(engine).await;
        let inner = "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let heads = [
            ("two lengths", format!("content-length: 0\r\ncontent-length: {}\r\n", inner.len())),
            ("length and chunked", "content-length: 5\r\ntransfer-encoding: chunked\r\n".to_owned()),
            ("chunked twice", "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n".to_owned()),
            ("unknown coding", "transfer-encoding: xchunked\r\n".to_owned()),
            ("signed length", "content-length: +5\r\n".to_owned()),
            ("length in hexadecimal", "content-length: 0x5\r\n".to_owned()),
            ("space before the colon", "content-length : 5\r\n".to_owned()),
            ("folded header", "content-length:\r\n 5\r\n".to_owned()),
            ("bare carriage return", "x: a\rcontent-length: 5\r\n".to_owned()),
        ];
        let hello = format!("POST /api/v1/sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n0\r\n\r\n{inner}");
        let (text, _) = spoken(&app, hello.as_bytes(), Duration::from_secs(15)).await;
        assert!(statuses(&text).contains(&"200"), "a request after another is answered: {:?}", statuses(&text));
        for (name, lines) in heads {
            let request = format!("POST /api/v1/sign-in HTTP/1.1\r\nhost: a\r\n{lines}\r\n0\r\n\r\n{inner}");
            let (text, _) = spoken(&app, request.as_bytes(), Duration::from_secs(3)).await;
            let status = statuses(&text);
            assert!(!status.contains(&"200"), "{name}: what was hidden in the body is answered: {status:?}");
        }
        app.anybody().get("/readyz").await.is(200);
    }

    async fn a_head_that_is_huge_or_never_ends_is_left(engine: Engine) {
        let app = TestApp::start(engine).await;
        let huge = format!("GET /healthz HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(300 * 1024));
        let (text, closed) = spoken(&app, huge.as_bytes(), Duration::from_secs(10)).await;
        assert!(closed && !statuses(&text).contains(&"200"), "{text}");
        let many = (0..200).map(|count| format!("x-{count}: a\r\n")).collect::<String>();
        let many = format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{many}\r\n");
        let (text, closed) = spoken(&app, many.as_bytes(), Duration::from_secs(10)).await;
        assert!(closed && !statuses(&text).contains(&"200"), "{text}");
        let half = b"GET /healthz HTTP/1.1\r\nhost: a\r\nx-slow: ";
        let (text, closed) = spoken(&app, half, Duration::from_secs(15)).await;
        assert!(closed, "a head that never ends holds its connection: {text}");
        app.anybody().get("/readyz").await.is(200);
    }
}

/// Names between `backquotes` in the third column of the tables of `docs/security.md`.
fn named() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(common::in_repository("docs/security.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() >= 4);
    let mut found = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let names = cells[3].split('`').skip(1).step_by(2);
        found.extend(names.map(|name| (cells[1].to_owned(), name.to_owned())));
    }
    found
}

#[test]
fn each_test_that_the_page_on_security_names_exists() {
    let mut known = BTreeSet::new();
    for folder in ["tests", "src"] {
        for file in common::files_under(folder, ".rs") {
            let text = std::fs::read_to_string(&file).unwrap();
            known.extend(functions(&text).into_iter().map(|(name, _, _)| name));
        }
    }
    let named = named();
    assert!(named.len() >= 30, "{}", named.len());
    let missing: Vec<_> = named.iter().filter(|(_, name)| !known.contains(name)).collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
}
