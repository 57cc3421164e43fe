//! Cohorts as they arrive: files written by hand with each of their irregularities, files written by
//! LibreOffice, and the command line. Everything goes through the service, on both engines.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "../common/mod.rs"]
mod common;

mod bad_lines;
mod command_line;
mod known_people;
mod sheets;
mod spreadsheets;

use common::{Answer, Story, TestApp};
use reqwest::Method;
use serde_json::Value;

/// Two people as a secretary would write them down.
pub const TWO: &str = "\
Nom de naissance;Nom d'usage;Prénoms;Sexe;Date de naissance;Lieu de naissance;Courriel;Entreprise;Voie d'accès;Blocs visés
Delcourt;;Anaïs Zoé;Mme;03/02/1999;Brest;anais@exemple.fr;Phares et Balises;apprentissage;tous
Le Goff;Martin;Yann;M.;14/07/1985;Le Conquet;yann@exemple.fr;;VAE;1
";

/// A centre with its standard and an empty cohort.
pub async fn cohort(app: &TestApp) -> Story {
    let mut story = Story::begin(app).await;
    story.found_cohort().await;
    story
}

pub async fn import(story: &Story, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    let path = format!("cohorts/{}/imports?{query}", story.cohort);
    story.manager.request(Method::POST, &path).body("text/csv", file.into()).send().await
}

/// Says first what it will do, then does it: both must agree.
pub async fn import_twice_told(story: &Story, query: &str, file: impl Into<Vec<u8>>) -> Value {
    let file = file.into();
    let before = people(story).await;
    let told = import(story, &format!("dry_run=true&{query}"), file.clone()).await.is(200).body.clone();
    assert_eq!(people(story).await, before, "a dry run writes nothing");
    let done = import(story, query, file).await;
    if told["blocking"].as_array().unwrap().is_empty() {
        let done = &done.is(200).body;
        assert_eq!(done["created"], told["would_create"], "{done}");
        assert_eq!(done["changed"], told["would_change"], "{done}");
        let after = people(story).await;
        assert_eq!(
            after.len() - before.len(),
            usize::try_from(told["would_create"].as_u64().unwrap()).unwrap()
        );
    } else {
        done.problem("import_blocked");
        assert_eq!((&done.body["created"], &done.body["changed"]), (&0.into(), &0.into()));
        assert_eq!(people(story).await, before, "nothing is written while something blocks");
    }
    for member in ["lines", "would_create", "would_change", "blocking", "warnings"] {
        assert_eq!(done.body[member], told[member], "{member}");
    }
    told
}

/// Everybody of the cohort, whole, by number.
pub async fn people(story: &Story) -> Vec<Value> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("cohorts/{}/enrolments?limit=200{after}", story.cohort);
        let page = story.manager.get(&path).await;
        found.extend(page.is(200).items().iter().cloned());
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

/// `line column code` of each fault.
pub fn told(faults: &Value) -> Vec<String> {
    let show = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let faults = faults.as_array().unwrap().iter();
    faults
        .map(|fault| format!("{} {} {}", show(&fault["line"]), show(&fault["column"]), show(&fault["code"])))
        .collect()
}
