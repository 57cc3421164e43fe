//! Tokens that are not ours, or not for this, or not now: none is taken (RFC 8725).

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use chrono::DateTime;
use jsonwebtoken::{Algorithm, EncodingKey};
use parchemin::access::token::{Purpose, Refused, Tokens};
use parchemin::db::At;
use parchemin::ids::LoginId;
use serde_json::{Value, json};

const KEY: [u8; 32] = [42; 32];
const NOW: i64 = 1_800_000_000;
const OUR_HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

fn at(seconds: i64) -> At {
    At::from(DateTime::from_timestamp(NOW + seconds, 0).unwrap())
}

fn claims() -> Value {
    json!({
        "iss": "parchemin/login", "aud": "parchemin/api", "sub": "01920000-0000-7000-8000-000000000000",
        "iat": NOW, "nbf": NOW, "exp": NOW + 60, "typ": "login",
    })
}

fn with(key: &str, value: Value) -> String {
    let mut claims = claims();
    claims[key] = value;
    claims.to_string()
}

fn without(key: &str) -> String {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(key);
    claims.to_string()
}

/// Signs any header and any text with our own key: the worst that a forger could hope for.
fn signed(header: &str, claims: &str) -> String {
    signed_by(&KEY, Algorithm::HS256, header, claims)
}

fn signed_by(key: &[u8], algorithm: Algorithm, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(key), algorithm).unwrap();
    format!("{message}.{signature}")
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

fn hostile() -> Vec<(&'static str, String)> {
    let ours = claims().to_string();
    let good = signed(OUR_HEADER, &ours);
    let [header, body, signature] = parts(&good);
    let unsigned = |algorithm: &str| {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{algorithm}"}}"#));
        format!("{header}.{body}.")
    };
    let headed = |header: &str| signed(header, &ours);
    let claimed = |claims: String| signed(OUR_HEADER, &claims);
    let twice = ours.replacen('{', &format!("{{\"exp\":{},", NOW + 999), 1);
    let other_end = {
        // Bits that a lenient reader of base64 drops.
        let last = signature.chars().last().unwrap();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let next = alphabet.chars().nth((alphabet.find(last).unwrap() ^ 1) % 64).unwrap();
        format!("{}{next}", good.strip_suffix(last).unwrap())
    };
    vec![
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg nOnE", unsigned("nOnE")),
        ("none with our signature", format!("{}{signature}", unsigned("none"))),
        ("empty signature", format!("{header}.{body}.")),
        ("no signature", format!("{header}.{body}")),
        ("signature of zeros", format!("{header}.{body}.{}", URL_SAFE_NO_PAD.encode([0; 32]))),
        ("HS384", signed_by(&KEY, Algorithm::HS384, r#"{"typ":"JWT","alg":"HS384"}"#, &ours)),
        ("HS512", signed_by(&KEY, Algorithm::HS512, r#"{"typ":"JWT","alg":"HS512"}"#, &ours)),
        ("HS512 called HS256", signed_by(&KEY, Algorithm::HS512, OUR_HEADER, &ours)),
        ("RS256 named", headed(r#"{"typ":"JWT","alg":"RS256"}"#)),
        ("ES256 named", headed(r#"{"typ":"JWT","alg":"ES256"}"#)),
        ("EdDSA named", headed(r#"{"typ":"JWT","alg":"EdDSA"}"#)),
        ("alg twice", headed(r#"{"typ":"JWT","alg":"HS256","alg":"none"}"#)),
        ("no alg", headed(r#"{"typ":"JWT"}"#)),
        ("kid path", headed(r#"{"typ":"JWT","alg":"HS256","kid":"../../dev/null"}"#)),
        ("kid SQL", headed(r#"{"typ":"JWT","alg":"HS256","kid":"' OR 1=1 --"}"#)),
        ("jku", headed(r#"{"typ":"JWT","alg":"HS256","jku":"https://evil.example/keys"}"#)),
        ("x5u", headed(r#"{"typ":"JWT","alg":"HS256","x5u":"https://evil.example/cert"}"#)),
        ("jwk", headed(r#"{"typ":"JWT","alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}"#)),
        ("crit", headed(r#"{"typ":"JWT","alg":"HS256","crit":["exp"]}"#)),
        ("b64 false", headed(r#"{"typ":"JWT","alg":"HS256","b64":false,"crit":["b64"]}"#)),
        ("zip", headed(r#"{"typ":"JWT","alg":"HS256","zip":"DEF"}"#)),
        ("another header type", headed(r#"{"typ":"at+jwt","alg":"HS256"}"#)),
        ("five parts", format!("{good}.{body}.{signature}")),
        ("another key", signed_by(&[43; 32], Algorithm::HS256, OUR_HEADER, &ours)),
        ("empty key", signed_by(&[], Algorithm::HS256, OUR_HEADER, &ours)),
        ("no exp", claimed(without("exp"))),
        ("exp as text", claimed(with("exp", json!((NOW + 60).to_string())))),
        ("exp as a list", claimed(with("exp", json!([NOW + 60])))),
        ("exp null", claimed(with("exp", Value::Null))),
        ("exp true", claimed(with("exp", json!(true)))),
        ("exp negative", claimed(with("exp", json!(-1)))),
        ("exp with a fraction", claimed(with("exp", json!(1_800_000_060.5)))),
        ("exp of 2^63", claimed(with("exp", json!(1_u64 << 63)))),
        ("exp beyond 64 bits", claimed(ours.replace(&(NOW + 60).to_string(), "1e30"))),
        ("exp twice", claimed(twice)),
        ("expired", claimed(with("exp", json!(NOW)))),
        ("no nbf", claimed(without("nbf"))),
        ("nbf as text", claimed(with("nbf", json!("0")))),
        ("nbf to come", claimed(with("nbf", json!(NOW + 61)))),
        ("no iat", claimed(without("iat"))),
        ("iat to come", claimed(with("iat", json!(NOW + 3600)))),
        ("no aud", claimed(without("aud"))),
        ("aud of another purpose", claimed(with("aud", json!("parchemin/files")))),
        ("aud as a list", claimed(with("aud", json!(["parchemin/api", "parchemin/files"])))),
        ("no iss", claimed(without("iss"))),
        ("iss of another purpose", claimed(with("iss", json!("parchemin/download")))),
        ("no typ", claimed(without("typ"))),
        ("typ of another purpose", claimed(with("typ", json!("download")))),
        ("no sub", claimed(without("sub"))),
        ("sub that is no id", claimed(with("sub", json!("admin")))),
        ("a claim more", claimed(with("role", json!("administrator")))),
        ("not JSON", claimed("exp".to_owned())),
        ("a list", claimed("[]".to_owned())),
        (
            "another body",
            format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(with("exp", json!(NOW + 99)))),
        ),
        ("trailing byte", format!("{good}A")),
        ("trailing dot", format!("{good}.")),
        ("trailing space", format!("{good} ")),
        ("leading space", format!(" {good}")),
        ("a line end inside", good.replace('.', "\n.")),
        (
            "padded base64",
            format!("{header}.{body}.{}", URL_SAFE.encode(URL_SAFE_NO_PAD.decode(signature).unwrap())),
        ),
        ("loose end of base64", other_end),
        ("encrypted", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA".to_owned()),
        ("a megabyte", claimed(with("sub", json!("a".repeat(1 << 20))))),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
    ]
}

#[test]
fn no_hostile_token_is_taken() {
    let tokens = Tokens::new(&KEY);
    let good = signed(OUR_HEADER, &claims().to_string());
    assert!(tokens.login(&good, at(0)).is_ok(), "what the list starts from is a good token");
    let list = hostile();
    assert!(list.len() >= 40, "{}", list.len());
    for (name, token) in list {
        assert_ne!(token, good, "{name} is no other token");
        assert!(tokens.login(&token, at(0)).is_err(), "taken: {name}");
    }
}

#[test]
fn a_token_of_one_purpose_does_not_serve_another() {
    let tokens = Tokens::new(&KEY);
    let id = LoginId::new();
    let download = tokens.issue(Purpose::Download, id.0, at(0), at(60)).unwrap();
    assert_eq!(tokens.read(Purpose::Download, &download, at(1)), Ok(id.0));
    assert_eq!(tokens.login(&download, at(1)), Err(Refused::Foreign));
    let login = tokens.for_login(id, at(0), at(60)).unwrap();
    assert_eq!(tokens.read(Purpose::Download, &login, at(1)), Err(Refused::Foreign));
}
