//! Statements counted where people wait: they depend on what is done, never on how much there is.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod stories;

use common::story::{METHODS, STANDARD, Story};
use common::{Answer, TestApp};
use serde_json::json;
use stories::Table;

/// Of a save, who is calling and the transaction included.
const SAVE: u64 = 9;

/// Without the turns of the sequencer: nothing but the request counts.
async fn start(engine: common::Engine) -> TestApp {
    TestApp::start_with(engine, |settings| settings.journal_seconds = 3600).await
}

/// The answer, and the statements that it took.
async fn counted(app: &TestApp, answer: impl Future<Output = Answer>) -> (Answer, u64) {
    let before = app.state().db.statements();
    let answer = answer.await;
    (answer, app.state().db.statements() - before)
}

/// An open sitting for so many candidates, of a standard where the first method has more criteria.
async fn story_of(app: &TestApp, candidates: usize, more_criteria: usize) -> Story {
    let mut story = Story::begin(app).await;
    let more: String = (0..more_criteria)
        .map(|place| {
            format!(
                "      - id: plus{place}\n        text: Le geste numéro {place} est sûr.\n        \
                 method: m1-1\n        serves: [c1-1]\n        observed: live\n"
            )
        })
        .collect();
    let yaml = STANDARD.replace("version: \"2026-1\"", "version: \"2026-2\"");
    let yaml = yaml.replacen("    criteria:\n", &format!("    criteria:\n{more}"), 1);
    story.version = story.publish(&yaml).await.is(201).id();
    let names: Vec<String> = (0..candidates).map(|place| format!("Lina Fanal{}", letters(place))).collect();
    story.enrol(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    story.compose().await;
    story.declare().await;
    story.plan(&METHODS).await;
    story.lay_out().await;
    story.open().await;
    story
}

fn letters(mut place: usize) -> String {
    let mut word = String::new();
    for _ in 0..2 {
        word.push(char::from(b'a' + u8::try_from(place % 26).unwrap()));
        place /= 26;
    }
    word
}

on_both_engines! {
    async fn a_save_takes_nine_statements_at_the_most(engine: Engine) {
        let app = start(engine).await;
        let story = story_of(&app, 1, 0).await;
        let chair = &story.chair().person;
        let sheet = story.sheet(story.chair(), &story.candidates[0]).await;
        let path = format!("grids/{}/scores/k1", sheet.string("/grids/0/id"));
        let score = |rank: u8| json!({ "state": "scored", "rank": rank, "comment": "Vu." });
        let (first, statements) = counted(&app, chair.put_seen(&path, 0, score(2))).await;
        first.is(200);
        assert!(statements > 0, "the counter counts");
        for seen in 1..4 {
            let (saved, statements) = counted(&app, chair.put_seen(&path, seen, score(3))).await;
            saved.is(200);
            assert!(statements <= SAVE, "{statements} statements");
        }
        let (stale, statements) = counted(&app, chair.put_seen(&path, 1, score(3))).await;
        stale.is(412);
        assert!(statements <= SAVE + 2, "{statements} statements for a refusal that is kept");
    }

    async fn a_sheet_and_a_grid_take_as_many_whatever_their_lines(engine: Engine) {
        let mut found = Vec::new();
        for more in [0, 60] {
            let app = start(engine).await;
            let story = story_of(&app, 1, more).await;
            let (chair, lina) = (story.chair(), &story.candidates[0]);
            story.fill(chair, lina, |_| 3).await;
            let sheet = story.sheet(chair, lina).await;
            let path = format!("sheets/{}", sheet.id());
            let (read, reading) = counted(&app, chair.person.get(&path)).await;
            let lines = read.is(200).at("/grids/0/lines").as_array().unwrap().clone();
            assert_eq!(lines.len(), 4 + more);
            let scores: Vec<_> = lines
                .iter()
                .filter(|line| line["applies"] == true)
                .map(|line| {
                    let score = json!({ "state": "scored", "rank": 2 });
                    json!({ "criterion": line["criterion"], "seen": line["score"]["version"], "score": score })
                })
                .collect();
            let grid = format!("grids/{}/scores", read.string("/grids/0/id"));
            let (written, writing) = counted(&app, chair.person.put(&grid, json!({ "scores": scores }))).await;
            written.is(200);
            let mine = chair.person.get("me/sheets");
            let (_, listing) = counted(&app, mine).await;
            let (signed, signing) = counted(&app, story.sign(chair, lina)).await;
            signed.is(200);
            found.push((reading, writing, listing, signing));
        }
        assert_eq!(found[0], found[1], "reading, writing, listing, signing");
        assert!(found[0].0 <= 20, "{} statements to read a sheet", found[0].0);
        assert!(found[0].1 <= 16, "{} statements to write a grid", found[0].1);
    }

    async fn a_deliberation_takes_as_many_whoever_comes_before_it(engine: Engine) {
        let mut found = Vec::new();
        for candidates in [2, 9] {
            let app = start(engine).await;
            let story = story_of(&app, candidates, 0).await;
            story.score_all(3).await;
            let table = Table::convene(&story).await;
            table.acquire_all(&story.candidates[0]).await;
            let chair = &story.chair().person;
            let (read, reading) = counted(&app, chair.get(&table.path(""))).await;
            assert_eq!(read.is(200).at("/candidates").as_array().unwrap().len(), candidates);
            let last = story.candidates.last().unwrap();
            let acquired = json!({ "outcome": "acquired" });
            let (decided, deciding) = counted(&app, table.decide(last, "b1", 0, acquired)).await;
            decided.is(200);
            let progress = format!("sittings/{}/progress", story.sitting);
            let (counts, counting) = counted(&app, story.manager.get(&progress)).await;
            counts.is(200);
            let listed = format!("cohorts/{}/enrolments", story.cohort);
            let (enrolled, listing) = counted(&app, story.manager.get(&listed)).await;
            assert_eq!(enrolled.is(200).items().len(), candidates);
            found.push((reading, deciding, counting, listing));
        }
        assert_eq!(found[0], found[1], "reading, deciding, counting, listing");
    }
}
