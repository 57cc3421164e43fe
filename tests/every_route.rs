//! Every route that the running router serves, and what it answers to those who have no business there.
//! A route without a row fails, and so does a row without a route.

mod common;
mod stories;

use std::collections::BTreeSet;

use common::{Person, TestApp};
use stories::served::served;
use stories::world::{CANARIES, World};
use stories::{NOTHING, changed, everything};

/// Nobody signed in; a juror of another jury; another candidate of the same cohort; the data-protection
/// officer, who reads registers and journal, no contents. The thing at hand is always Lina's.
const WHO: [&str; 4] = ["nobody", "stranger", "other candidate", "data-protection officer"];

/// Method, route, and the status that each of [`WHO`] gets for a request in which nothing else is wrong.
const TABLE: &[(&str, &str, [u16; 4])] = &[
    ("POST", "/api/v1/accounts/{id}/disabling", [401, 404, 404, 404]),
    ("GET", "/api/v1/accounts/{id}/mails", [401, 404, 404, 404]),
    ("DELETE", "/api/v1/attestations/{id}", [401, 404, 404, 404]),
    ("GET", "/api/v1/centres", [401, 404, 404, 404]),
    ("POST", "/api/v1/centres", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts", [401, 200, 200, 200]),
    ("POST", "/api/v1/cohorts", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/board", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/enrolments", [401, 404, 404, 404]),
    ("POST", "/api/v1/cohorts/{id}/enrolments", [401, 404, 404, 404]),
    ("POST", "/api/v1/cohorts/{id}/imports", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/juries", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/missing", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/reminders", [401, 404, 404, 404]),
    ("POST", "/api/v1/cohorts/{id}/reminders", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/mails", [401, 404, 404, 404]),
    ("GET", "/api/v1/cohorts/{id}/sittings", [401, 404, 404, 404]),
    ("POST", "/api/v1/cohorts/{id}/trainers", [401, 404, 404, 404]),
    ("POST", "/api/v1/decisions/{id}/revocation", [401, 404, 404, 404]),
    ("POST", "/api/v1/deliberations", [401, 404, 404, 404]),
    ("GET", "/api/v1/deliberations/{id}", [401, 404, 404, 404]),
    ("POST", "/api/v1/deliberations/{id}/closing", [401, 404, 404, 404]),
    ("PUT", "/api/v1/deliberations/{id}/decisions/{enrolment}/{target}", [401, 404, 404, 404]),
    ("PUT", "/api/v1/deliberations/{id}/members/{seat}", [401, 404, 404, 404]),
    ("POST", "/api/v1/deliberations/{id}/minutes", [401, 404, 404, 404]),
    ("POST", "/api/v1/deliberations/{id}/publication", [401, 404, 404, 404]),
    ("POST", "/api/v1/deliberations/{id}/signatures", [401, 404, 404, 404]),
    ("POST", "/api/v1/deliberations/{id}/signatures/{seat}/impediment", [401, 404, 404, 404]),
    ("GET", "/api/v1/docs/{_:.*}", [200, 200, 200, 200]),
    ("GET", "/api/v1/documents", [401, 404, 404, 404]),
    ("GET", "/api/v1/documents/{id}", [401, 404, 404, 404]),
    ("GET", "/api/v1/documents/{id}/content", [401, 404, 404, 404]),
    ("POST", "/api/v1/documents/{id}/replacement", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}", [401, 404, 404, 404]),
    ("POST", "/api/v1/enrolments/{id}/carried-blocks", [401, 404, 404, 404]),
    ("PUT", "/api/v1/enrolments/{id}/acquired-blocks/{slug}", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/documents", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/evidence", [401, 404, 404, 404]),
    ("POST", "/api/v1/enrolments/{id}/evidence", [401, 404, 404, 404]),
    ("PUT", "/api/v1/enrolments/{id}/identity", [401, 404, 404, 404]),
    ("POST", "/api/v1/enrolments/{id}/invitation", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/proposal", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/requirements", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/requirements/{slug}", [401, 404, 404, 404]),
    ("PUT", "/api/v1/enrolments/{id}/requirements/{slug}", [401, 404, 404, 404]),
    ("POST", "/api/v1/enrolments/{id}/requirements/{slug}/attestations", [401, 404, 404, 404]),
    ("POST", "/api/v1/enrolments/{id}/requirements/{slug}/evidence", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/results", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/scores", [401, 404, 404, 404]),
    ("PUT", "/api/v1/enrolments/{id}/settlements/{criterion}", [401, 404, 404, 404]),
    ("POST", "/api/v1/enrolments/{id}/what-if", [401, 404, 404, 404]),
    ("GET", "/api/v1/evidence/{id}", [401, 404, 404, 404]),
    ("GET", "/api/v1/evidence/{id}/content", [401, 404, 404, 404]),
    ("POST", "/api/v1/evidence/{id}/links", [401, 404, 404, 404]),
    ("PUT", "/api/v1/grids/{id}/choices", [401, 404, 404, 404]),
    ("PUT", "/api/v1/grids/{id}/scores", [401, 404, 404, 404]),
    ("PUT", "/api/v1/grids/{id}/scores/{criterion}", [401, 404, 404, 404]),
    ("POST", "/api/v1/invitations", [401, 404, 404, 404]),
    ("DELETE", "/api/v1/invitations/{id}", [401, 404, 404, 404]),
    ("GET", "/api/v1/journal", [401, 404, 404, 200]),
    ("GET", "/api/v1/journal/checkpoint", [401, 404, 404, 200]),
    ("POST", "/api/v1/juries", [401, 404, 404, 404]),
    ("GET", "/api/v1/juries/{id}", [401, 404, 404, 404]),
    ("GET", "/api/v1/juries/{id}/deliberations", [401, 404, 404, 404]),
    ("GET", "/api/v1/juries/{id}/late-scores", [401, 404, 404, 404]),
    ("POST", "/api/v1/juries/{id}/recusals", [401, 404, 404, 404]),
    ("POST", "/api/v1/juries/{id}/seats", [401, 404, 404, 404]),
    ("POST", "/api/v1/mails/{id}/sending", [401, 404, 404, 404]),
    ("POST", "/api/v1/late-scores/{id}/answer", [401, 404, 404, 404]),
    ("GET", "/api/v1/me", [401, 200, 200, 200]),
    ("GET", "/api/v1/me/logins", [401, 200, 200, 200]),
    ("DELETE", "/api/v1/me/logins/{id}", [401, 404, 404, 404]),
    ("POST", "/api/v1/me/password", [401, 422, 422, 422]),
    ("GET", "/api/v1/me/sheets", [401, 200, 200, 200]),
    ("GET", "/api/v1/openapi.json", [200, 200, 200, 200]),
    ("POST", "/api/v1/password-resets", [202, 202, 202, 202]),
    ("GET", "/api/v1/people", [401, 200, 200, 200]),
    ("GET", "/api/v1/referentials", [401, 200, 200, 200]),
    ("POST", "/api/v1/referentials", [401, 403, 403, 403]),
    ("GET", "/api/v1/referentials/{id}", [401, 200, 200, 200]),
    ("POST", "/api/v1/referentials/{id}/publication", [401, 403, 403, 403]),
    ("GET", "/api/v1/referentials/{id}/registration", [401, 200, 200, 200]),
    ("PUT", "/api/v1/referentials/{id}/registration", [401, 403, 403, 403]),
    ("POST", "/api/v1/resits", [401, 404, 404, 404]),
    ("POST", "/api/v1/seats/{id}/closing", [401, 404, 404, 404]),
    ("POST", "/api/v1/seats/{id}/declaration", [401, 404, 404, 404]),
    ("GET", "/api/v1/sheets/{id}", [401, 404, 404, 404]),
    ("POST", "/api/v1/sheets/{id}/document", [401, 404, 404, 404]),
    ("POST", "/api/v1/sheets/{id}/reopening", [401, 404, 404, 404]),
    ("POST", "/api/v1/sheets/{id}/signature", [401, 404, 404, 404]),
    ("POST", "/api/v1/sign-in", [401, 401, 401, 401]),
    ("POST", "/api/v1/sign-out", [401, 204, 204, 204]),
    ("POST", "/api/v1/sittings", [401, 404, 404, 404]),
    ("GET", "/api/v1/sittings/{id}", [401, 404, 200, 404]),
    ("POST", "/api/v1/sittings/{id}/opening", [401, 404, 403, 404]),
    ("GET", "/api/v1/sittings/{id}/progress", [401, 404, 403, 404]),
    ("POST", "/api/v1/sittings/{id}/slots", [401, 404, 404, 404]),
    ("PUT", "/api/v1/slots/{id}/attendance", [401, 404, 403, 404]),
    ("POST", "/api/v1/sittings/{id}/cancellation", [401, 404, 404, 404]),
    ("PUT", "/api/v1/sittings/{id}/evidence-deadline", [401, 404, 404, 404]),
    ("POST", "/api/v1/sittings/{id}/extensions", [401, 404, 404, 404]),
    ("POST", "/api/v1/sittings/{id}/merging", [401, 404, 404, 404]),
    ("POST", "/api/v1/sittings/{id}/moves", [401, 404, 404, 404]),
    ("POST", "/api/v1/slots/{id}/transfer", [401, 404, 404, 404]),
    ("PUT", "/api/v1/enrolments/{id}/adjustments", [401, 404, 404, 404]),
    ("GET", "/api/v1/enrolments/{id}/adjustments", [401, 404, 404, 404]),
    ("GET", "/api/v1/juries/{id}/quorum", [401, 404, 404, 404]),
    ("PUT", "/api/v1/juries/{id}/presiding/{enrolment}", [401, 404, 404, 404]),
    ("POST", "/api/v1/juries/{id}/waivers", [401, 404, 404, 404]),
    ("POST", "/api/v1/seats/{id}/replacement", [401, 404, 404, 404]),
    ("POST", "/api/v1/summons/{id}/receipt", [401, 404, 404, 404]),
    ("GET", "/api/v1/sittings/{id}/attendance-list", [401, 404, 403, 404]),
    ("GET", "/api/v1/sittings/{id}/summons", [401, 404, 403, 404]),
    ("POST", "/api/v1/sittings/{id}/summons", [401, 404, 404, 404]),
    ("GET", "/api/v1/me/summons", [401, 200, 200, 200]),
    ("GET", "/", [200, 200, 200, 200]),
    ("HEAD", "/", [200, 200, 200, 200]),
    ("GET", "/sign-in", [200, 200, 200, 200]),
    ("POST", "/sign-in", [400, 400, 400, 400]),
    // Back to the home page, whoever it was.
    ("POST", "/sign-out", [200, 200, 200, 200]),
    ("GET", "/assets/page.css", [200, 200, 200, 200]),
    ("HEAD", "/assets/page.css", [200, 200, 200, 200]),
    ("GET", "/attestation/{token}", [410, 410, 410, 410]),
    ("HEAD", "/attestation/{token}", [410, 410, 410, 410]),
    ("POST", "/attestation/{token}", [410, 410, 410, 410]),
    ("GET", "/healthz", [200, 200, 200, 200]),
    ("GET", "/invitation/{token}", [410, 410, 410, 410]),
    ("HEAD", "/invitation/{token}", [410, 410, 410, 410]),
    ("POST", "/invitation/{token}", [410, 410, 410, 410]),
    ("GET", "/readyz", [200, 200, 200, 200]),
];

/// Rows that answer with something: what, and why that may be.
const MEANT: &[(&str, &str)] = &[
    ("/healthz", "for whoever watches the service: one word"),
    ("/readyz", "for whoever watches the service: one word"),
    ("/", "the way in, or one's own name and roles"),
    ("/sign-in", "the way in"),
    ("/sign-out", "oneself"),
    ("/assets/page.css", "the look of the pages"),
    ("/api/v1/openapi.json", "the contract of the API, which is public"),
    ("/api/v1/docs/{_:.*}", "the contract of the API, for people"),
    ("/api/v1/me", "oneself"),
    (
        "/api/v1/password-resets",
        "the way back in: it says nothing, and a letter goes to the owner of the e-mail",
    ),
    ("/api/v1/me/logins", "one's own"),
    ("/api/v1/me/sheets", "one's own: none here"),
    ("/api/v1/me/summons", "one's own: none here"),
    ("/api/v1/cohorts", "those that one may see: none here"),
    ("/api/v1/people", "those whom one may see: none here"),
    ("/api/v1/sign-out", "oneself"),
    ("/api/v1/referentials", "standards are public"),
    ("/api/v1/referentials/{id}", "standards are public"),
    ("/api/v1/referentials/{id}/registration", "so is their registration"),
    ("/api/v1/journal", "the data-protection officer reads ids and kinds"),
    ("/api/v1/journal/checkpoint", "the data-protection officer keeps the head"),
    ("/api/v1/sittings/{id}", "a candidate of the sitting sees their own slot"),
];

/// In the order of [`WHO`].
fn people(app: &TestApp, world: &World) -> [Person; 4] {
    let other = world.story.candidates[1].person.clone();
    [app.anybody(), world.stranger.clone(), other, world.officer.clone()]
}

on_both_engines! {
    async fn a_route_has_a_row_and_a_row_a_route(engine: Engine) {
        let app = TestApp::start(engine).await;
        let served = served(&app).await;
        let written: BTreeSet<(String, String)> =
            TABLE.iter().map(|(method, route, _)| (method.to_string(), route.to_string())).collect();
        assert_eq!(written.len(), TABLE.len(), "no row stands twice");
        let without_row: Vec<_> = served.difference(&written).collect();
        assert!(without_row.is_empty(), "say who is answered what: {without_row:#?}");
        let without_route: Vec<_> = written.difference(&served).collect();
        assert!(without_route.is_empty(), "not served any more: {without_route:#?}");
        // The document of the API tells the same routes, but for the pages and itself.
        let told = parchemin::app::openapi().paths.paths;
        let beside = [
            "/", "/sign-in", "/sign-out", "/invitation/{token}", "/attestation/{token}", "/assets/page.css", "/api/v1/docs/{_:.*}",
            "/api/v1/openapi.json",
        ];
        for (_, route) in &served {
            let known = beside.contains(&route.as_str());
            assert!(known || told.contains_key(route), "{route} is not documented");
        }
    }

    async fn nobody_gets_what_is_not_theirs(engine: Engine) {
        let app = TestApp::start(engine).await;
        let world = World::new(&app).await;
        let before = everything(&app).await;
        let mut wrong = Vec::new();
        // Signing out comes last: it is meant, and ends what the others are asked with.
        let (last, rest): (Vec<_>, Vec<_>) = TABLE.iter().partition(|row| row.1.ends_with("/sign-out"));
        for &(method, route, expected) in rest.into_iter().chain(last) {
            for ((person, who), status) in people(&app, &world).iter().zip(WHO).zip(expected) {
                let answer = world.ask(person, method, route).await;
                if answer.status != status {
                    wrong.push(format!("{method} {route}: {who}: {} for {status}: {}", answer.status, answer.text()));
                }
                let text = answer.text();
                if CANARIES.iter().any(|canary| text.contains(canary)) {
                    wrong.push(format!("{method} {route}: {who} reads {text}"));
                }
                if answer.status >= 400 && method != "HEAD" && route.starts_with("/api/") {
                    answer.problem(answer.body["code"].as_str().unwrap_or_default());
                }
                if answer.status < 400 && !MEANT.iter().any(|(meant, _)| *meant == route) {
                    wrong.push(format!("{method} {route}: {who} is answered {}, meant by nobody", answer.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(changed(&app, &before).await, NOTHING, "what was refused left nothing behind");
    }
}
