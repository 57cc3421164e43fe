//! Saved while people work, brought back elsewhere, verified before and after.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parchemin::db::DbUrl;
use serde_json::{Value, json};

use crate::common::{Database, Engine, Story, TestApp};
use crate::stories::file_evidence;
use crate::{done, on_both_engines, parchemin, refused};

fn save(app: &TestApp, out: &Path) -> Value {
    let words = ["backup", "--json", "--out", out.to_str().unwrap()];
    done(&parchemin(&words, &app.data, Some(app.database())))
}

fn verify(data: &Path, database: Option<&DbUrl>, head: &str) -> Value {
    done(&parchemin(&["verify", "--json", "--head", head], data, database))
}

/// Writes scores and files evidence until told to stop; counts what was acknowledged.
async fn work(story: &Story, stop: &AtomicBool, done: &AtomicUsize) {
    let (chair, lina) = (story.chair(), &story.candidates[0]);
    let grid = story.sheet(chair, lina).await.string("/grids/0/id");
    let (mut seen, mut filed) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let score = json!({ "state": "scored", "rank": 1 + seen % 3, "comment": format!("note {seen}") });
        let saved = chair.person.put_seen(&format!("grids/{grid}/scores/k1"), seen, score).await;
        seen = saved.is(200).version();
        if seen % 8 == 0 {
            file_evidence(&lina.person, lina, &format!("travail {filed}")).await;
            filed += 1;
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits until so many saves were acknowledged.
async fn worked(done: &AtomicUsize, least: usize) {
    while done.load(Ordering::Relaxed) < least {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

on_both_engines! {
    async fn a_backup_taken_under_load_comes_back_whole(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let folder = tempfile::tempdir().unwrap();
        let (out, again) = (folder.path().join("saved"), folder.path().join("again"));
        let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        let saving = async {
            worked(&count, 20).await;
            let before = count.load(Ordering::Relaxed);
            let saved = tokio::task::block_in_place(|| save(&app, &out));
            let during = count.load(Ordering::Relaxed) - before;
            worked(&count, before + during + 10).await;
            stop.store(true, Ordering::Relaxed);
            (saved, during)
        };
        let (_, (saved, during)) = tokio::join!(
            async { tokio::join!(work(&story, &stop, &count)) },
            async { tokio::join!(saving).0 }
        );
        let head = saved["head"].as_str().unwrap().to_owned();
        let held = verify(&out, None, &head);
        assert_eq!((&held["ok"], &held["faults"]), (&json!(true), &json!([])), "{during} saves during the backup");
        assert!(held["files"].as_u64().unwrap() >= 1, "{held}");

        // The head of the backup is a prefix of what went on.
        app.state().journal.settle().await.unwrap();
        let live = verify(&app.data, Some(app.database()), &head);
        assert!(live["entries"].as_u64() > held["entries"].as_u64(), "nothing was written meanwhile");

        let target = Database::empty(engine, &again);
        let words = ["restore", "--json", "--from", out.to_str().unwrap()];
        let restored = done(&parchemin(&words, &again, Some(&target.url)));
        assert_eq!(restored["head"], saved["head"]);
        let back = verify(&again, Some(&target.url), &head);
        for member in ["ok", "entries", "rows", "files", "checkpoints"] {
            assert_eq!(back[member], held[member], "{member}");
        }
        let full = refused(&parchemin(&words, &again, Some(&target.url)), 2);
        assert!(full.contains("not an empty folder"), "{full}");
    }

    async fn a_byte_that_flipped_in_a_backup_is_told_by_name(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        file_evidence(&story.candidates[0].person, &story.candidates[0], "un phare").await;
        let folder = tempfile::tempdir().unwrap();
        let (out, back) = (folder.path().join("saved"), folder.path().join("back"));
        save(&app, &out);
        let manifest: Value = serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
        let paths: Vec<&String> = manifest["files"].as_object().unwrap().keys().collect();
        assert!(paths.iter().any(|path| path.starts_with("files/")), "{paths:?}");
        let words = ["restore", "--from", out.to_str().unwrap()];
        for path in paths.iter().map(|path| path.as_str()).chain(["manifest.json"]) {
            let whole = std::fs::read(out.join(path)).unwrap();
            let mut flipped = whole.clone();
            let middle = flipped.len() / 2;
            flipped[middle] ^= 1;
            std::fs::write(out.join(path), flipped).unwrap();
            let code = if path == "manifest.json" { 2 } else { 1 };
            let said = refused(&parchemin(&words, &back, None), code);
            assert!(said.contains(path), "{path}: {said}");
            assert!(!back.exists(), "{path}: something is left");
            std::fs::write(out.join(path), whole).unwrap();
        }
        std::fs::write(out.join("files/stranger"), "nobody named me").unwrap();
        assert!(refused(&parchemin(&words, &back, None), 1).contains("files/stranger"));
        std::fs::remove_file(out.join("files/stranger")).unwrap();
        let head = done(&parchemin(&["restore", "--json", "--from", out.to_str().unwrap()], &back, None));
        verify(&back, None, head["head"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_saved_is_refused_and_nothing_is_left() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let story = app.story().await;
    file_evidence(&story.candidates[0].person, &story.candidates[0], "un phare").await;
    app.stop().await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("saved");
    let words = ["backup", "--out", out.to_str().unwrap()];
    let nowhere = folder.path().join("nowhere");
    assert!(refused(&parchemin(&words, &nowhere, None), 2).contains("there is no database"));
    assert!(!nowhere.exists());
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("kept"), "").unwrap();
    assert!(refused(&parchemin(&words, &app.data, None), 2).contains("not an empty folder"));
    std::fs::remove_dir_all(&out).unwrap();

    // Without its keys it says so, and holds the public one alone.
    let without = [&words[..], &["--without-keys", "--json"]].concat();
    assert_eq!(done(&parchemin(&without, &app.data, None))["keys"], false);
    let keys: Vec<_> =
        std::fs::read_dir(out.join("keys")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(keys, ["journal.vkey"]);
    std::fs::remove_dir_all(&out).unwrap();

    // A file that is broken already would make a backup that is broken.
    let mut files = vec![app.data.join("files")];
    while files.last().unwrap().is_dir() {
        let inside = std::fs::read_dir(files.last().unwrap()).unwrap().next().unwrap().unwrap().path();
        files.push(inside);
    }
    std::fs::write(files.last().unwrap(), "another work").unwrap();
    assert!(refused(&parchemin(&words, &app.data, None), 2).contains("is not what its name says"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
}
