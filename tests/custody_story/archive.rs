//! The archive of one person: everything of theirs, nothing of anybody else.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::story::Candidate;
use crate::common::{Engine, Story, TestApp};
use crate::stories::{Table, file_evidence, meet_requirements};
use crate::{done, on_both_engines, parchemin, refused};

/// Words of which none may be found in the archive of another.
const WORDS: [&str; 2] = ["cormoran", "albatros"];

/// Each candidate files a piece with their word in it; each juror writes a comment with it.
async fn plant(story: &Story) {
    for (candidate, word) in story.candidates.iter().zip(WORDS) {
        file_evidence(&candidate.person, candidate, &format!("travail {word}")).await;
        meet_requirements(story, candidate).await;
        for juror in &story.jurors {
            let grid = story.sheet(juror, candidate).await.string("/grids/0/id");
            let score = json!({ "state": "scored", "rank": 2, "comment": format!("remarque {word}") });
            juror.person.put_seen(&format!("grids/{grid}/scores/k1"), 0, score).await.is(200);
        }
    }
    story.score_all(3).await;
}

/// Decided with the word in the reason, closed, signed, published.
async fn publish(story: &Story) {
    let table = Table::convene(story).await;
    for (candidate, word) in story.candidates.iter().zip(WORDS) {
        for block in ["b1", "b2"] {
            table.decide(candidate, block, 0, json!({ "outcome": "acquired" })).await.is(200);
        }
        let refused = json!({ "outcome": "not_awarded", "reason": format!("motif {word}") });
        table.decide(candidate, "certification", 0, refused).await.is(200);
    }
    table.close().await.is(200);
    let sha256 = table.minutes(&story.manager).await.string("/sha256");
    for juror in &story.jurors {
        table.sign(juror, &sha256).await.is(200);
    }
    table.publish().await.is(200);
}

fn export(app: &TestApp, candidate: &Candidate, out: &Path) -> BTreeMap<String, Vec<u8>> {
    let out = out.to_str().unwrap();
    let words = ["candidate", "export", "--json", "--enrolment", &candidate.enrolment, "--out", out];
    let told = done(&parchemin(&words, &app.data, Some(app.database())));
    let mut zip = zip::ZipArchive::new(std::fs::File::open(out).unwrap()).unwrap();
    assert_eq!(told["entries"], zip.len());
    (0..zip.len())
        .map(|place| {
            let mut entry = zip.by_index(place).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().to_owned(), bytes)
        })
        .collect()
}

fn rows(archive: &BTreeMap<String, Vec<u8>>, table: &str) -> Vec<Value> {
    archive
        .get(&format!("data/{table}.json"))
        .map_or(Vec::new(), |bytes| serde_json::from_slice(bytes).unwrap())
}

/// In which entries a word stands.
fn where_is(archive: &BTreeMap<String, Vec<u8>>, word: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(word);
    archive
        .iter()
        .filter(|(name, bytes)| name.contains(word) || holds(bytes))
        .map(|(name, _)| name.clone())
        .collect()
}

on_both_engines! {
    async fn the_archive_holds_all_of_a_person_and_nothing_of_others(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        plant(&story).await;
        let folder = tempfile::tempdir().unwrap();

        // Before publication neither scores nor comments are theirs to read; what they filed is.
        let before = export(&app, &story.candidates[0], &folder.path().join("before.zip"));
        assert_eq!(rows(&before, "score_version"), Vec::<Value>::new());
        assert_eq!(where_is(&before, "remarque"), Vec::<String>::new());
        assert_eq!(rows(&before, "evidence").len(), 1);

        publish(&story).await;
        let surnames = ["Fanal", "Balise"];
        for (own, other) in [(0, 1), (1, 0)] {
            let archive = export(&app, &story.candidates[own], &folder.path().join(format!("{own}.zip")));
            let found = where_is(&archive, WORDS[own]);
            for place in ["data/score_version.json", "data/decision.json"] {
                assert!(found.contains(&place.to_owned()), "{place}: {found:?}");
            }
            assert!(found.iter().any(|name| name.starts_with("files/") && name.ends_with("/registre.txt")), "{found:?}");
            let remarks = rows(&archive, "score_version").iter().filter(|row| row["comment"] == format!("remarque {}", WORDS[own])).count();
            assert_eq!(remarks, 2, "both jurors' first comments");
            assert_eq!(rows(&archive, "decision").len(), 3);
            assert_eq!(rows(&archive, "candidate")[0]["birth_name"], surnames[own]);
            assert!(!where_is(&archive, surnames[own]).is_empty());
            assert!(rows(&archive, "journal_entry").iter().any(|act| act["kind"] == "personal_data_exported"));

            assert_eq!(where_is(&archive, WORDS[other]), Vec::<String>::new());
            for name in [surnames[other], "Brisant", "Corne", "Sémaphore", "password", "argon2", "salt"] {
                let found = where_is(&archive, name);
                // The sheet, signed by its juror, is a document about the candidate alone.
                assert!(found.iter().all(|entry| entry.starts_with("documents/")), "{name}: {found:?}");
            }
            let page = String::from_utf8(archive["index.html"].clone()).unwrap();
            assert!(page.contains("Vos données") && page.contains("Your data") && page.contains("score_version"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_that_cannot_be_made_is_refused_in_words() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let story = app.story().await;
    let lina = &story.candidates[0];
    file_evidence(&lina.person, lina, "un phare").await;
    app.stop().await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("lina.zip");
    let ask = |who: &str, id: &str| {
        parchemin(&["candidate", "export", who, id, "--out", out.to_str().unwrap()], &app.data, None)
    };
    let nobody = "0198f000-0000-7000-8000-000000000000";
    assert!(refused(&ask("--candidate", nobody), 2).contains("Nobody has this id"));
    assert!(refused(&ask("--candidate", "lina"), 2).contains("invalid value"));
    std::fs::write(&out, "kept").unwrap();
    assert!(refused(&ask("--enrolment", &lina.enrolment), 2).contains("is there already"));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "kept");
    std::fs::remove_file(&out).unwrap();
    std::fs::remove_dir_all(app.data.join("files")).unwrap();
    assert!(refused(&ask("--enrolment", &lina.enrolment), 2).contains("registre.txt"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
}
