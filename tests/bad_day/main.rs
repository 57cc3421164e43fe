//! What goes wrong around an exam day, through HTTP alone: each mishap is an act with its reason, and each bad
//! request names its rule and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../common/mod.rs"]
mod common;
mod door;
mod juries;
mod layout;
mod sittings;
#[path = "../stories/mod.rs"]
mod stories;

use common::{Answer, Story};
use serde_json::{Value, json};

/// An open sitting before a jury of three: an internal chair and two outside members.
async fn three(app: &common::TestApp) -> Story {
    let mut story = Story::begin(app).await;
    story.enrol(&["Lina Fanal", "Omar Balise"]).await;
    story.compose().await;
    story.seat("Zoé Amer", "member", "external").await;
    story.declare().await;
    story.plan(&common::story::METHODS).await;
    story.lay_out().await;
    story.open().await;
    story
}

/// Another sitting of the cohort, on 4 March.
async fn another(story: &Story) -> String {
    let sitting = json!({
        "cohort_id": story.cohort, "title": "Session de remplacement", "kind": "event", "place": "Salle du quai",
        "starts_at": "2026-03-04T08:00:00Z", "ends_at": "2026-03-04T18:00:00Z", "methods": common::story::METHODS,
    });
    story.manager.post("sittings", sitting).await.is(201).id()
}

async fn slots(story: &Story, sitting: &str, jury: &str, first_at: &str, more: Value) -> Answer {
    let mut body = json!({
        "jury_id": jury, "first_at": first_at, "minutes": 45, "break_minutes": 15,
        "enrolments": [story.candidates[0].enrolment],
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    story.manager.post(&format!("sittings/{sitting}/slots"), body).await
}

/// The slot of a candidate in a sitting, as the manager sees it.
async fn slot_of(story: &Story, sitting: &str, place: usize) -> Value {
    let seen = story.manager.get(&format!("sittings/{sitting}")).await;
    let enrolment = story.candidates[place].enrolment.as_str();
    let slots = seen.is(200).at("/slots").as_array().unwrap();
    slots.iter().find(|slot| slot["enrolment_id"] == enrolment).unwrap().clone()
}
