//! What every operation of the API has in common, told once in its OpenAPI document.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Response};

/// Nobody need be signed in for these.
const OPEN: &[&str] = &["/healthz", "/readyz", "/api/v1/sign-in"];

const SCHEME: &str = "bearer";

/// How [`super::Checked`] answers to a body that it does not take.
const BODY: &[(&str, &str)] = &[
    ("400", "Not readable JSON"),
    ("413", "Larger than 2 MiB"),
    ("415", "Not of the type expected"),
    ("422", "Of another shape, or out of bounds: `faults` says where"),
];

/// Adds to each operation what it does not say itself: who may call, what any body may be answered, and that
/// refusals are problem documents (RFC 9457).
pub fn complete(document: &mut OpenApi) {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    for (path, item) in &mut document.paths.paths {
        let told = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
        for operation in told.into_iter().flatten() {
            if !OPEN.contains(&path.as_str()) {
                let needed = SecurityRequirement::new(SCHEME, Vec::<String>::new());
                operation.security = Some(vec![needed]);
                add(operation, "401", "Nobody is signed in");
            }
            if operation.request_body.is_some() {
                BODY.iter().for_each(|(status, words)| add(operation, status, words));
            }
            refusals_are_problems(operation);
        }
    }
}

fn add(operation: &mut Operation, status: &str, words: &str) {
    let answer = || {
        let mut answer = Response::new(words);
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        answer.content.insert(PROBLEM.to_owned(), RefOr::T(problem));
        RefOr::T(answer)
    };
    operation.responses.responses.entry(status.to_owned()).or_insert_with(answer);
}

const PROBLEM: &str = "application/problem+json";

/// The type that refusals are sent with, where the shape alone was told.
fn refusals_are_problems(operation: &mut Operation) {
    for (status, answer) in &mut operation.responses.responses {
        let RefOr::T(answer) = answer else { continue };
        if !status.starts_with(['4', '5']) {
            continue;
        }
        if let Some(shape) = answer.content.shift_remove("application/json") {
            answer.content.insert(PROBLEM.to_owned(), shape);
        }
    }
}
