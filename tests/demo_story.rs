//! The demo as a newcomer runs it: its one object, its proof, its decisions counted again, and what becomes of
//! the proof when one score is changed by hand.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const REFERENTIALS: [(&str, &str); 2] = [
    (
        "expert-infrastructure-donnees-massives",
        include_str!("../referentials/expert-infrastructure-donnees-massives.yaml"),
    ),
    ("chef-de-projet-data-ia", include_str!("../referentials/chef-de-projet-data-ia.yaml")),
];

fn parchemin(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parchemin"));
    command.args(args).env_remove("PARCHEMIN_DATA").env_remove("PARCHEMIN_DATABASE_URL");
    command.output().expect("the binary was built with this test")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn play(folder: &str) -> Value {
    let played = parchemin(&["demo", "--no-serve", "--json", "--data", folder]);
    assert!(played.status.success(), "{}", out(&played));
    serde_json::from_slice(&played.stdout).expect("one JSON object and nothing else")
}

fn totals(object: &Value, code: &str) -> [u64; 5] {
    let all = object["referentials"].as_array().unwrap();
    let one = all.iter().find(|one| one["code"] == code).unwrap();
    ["blocks", "activities", "competencies", "methods", "criteria"]
        .map(|key| one["totals"][key].as_u64().unwrap())
}

#[test]
fn a_certification_from_its_standard_to_its_proof() {
    let room = tempfile::tempdir().unwrap();
    let folder = room.path().join("demo");
    let path = folder.to_str().unwrap();
    let object = play(path);

    assert_eq!(totals(&object, REFERENTIALS[0].0), [4, 9, 20, 17, 69]);
    assert_eq!(totals(&object, REFERENTIALS[1].0), [5, 28, 46, 34, 141]);
    assert_eq!(object["candidates"], 12);
    for outcome in ["full", "partial", "refused", "absent", "excused"] {
        assert!(object["outcomes"][outcome].as_u64().unwrap() >= 1, "nobody is {outcome}");
    }
    documents_are_as_told(&folder, &object);
    assert!(object["journal"]["entries"].as_u64().unwrap() > 1_000);

    assert_eq!(play(path), object, "a finished demo is told again, not played again");
    let other = room.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("mine.txt"), "not a demo").unwrap();
    let refused = parchemin(&["demo", "--no-serve", "--data", other.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{}", out(&refused));

    counted_again(room.path(), path);
    proved(&folder, path, &object);
}

fn documents_are_as_told(folder: &Path, object: &Value) {
    use sha2::{Digest, Sha256};
    let documents = object["documents"].as_array().unwrap();
    let minutes = documents.iter().filter(|one| one["kind"] == "minutes").count();
    assert_eq!(minutes, 4, "two deliberations, at the closing and signed");
    assert_eq!(documents.len() - minutes, usize::try_from(object["sheets"].as_u64().unwrap()).unwrap());
    for document in documents {
        let bytes = std::fs::read(folder.join(document["path"].as_str().unwrap())).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), document["sha256"].as_str().unwrap());
    }
    let first = folder.join(documents[0]["path"].as_str().unwrap());
    let checked =
        Command::new("qpdf").arg("--check").arg(first).output().expect("qpdf: run the tests by ./test");
    assert!(checked.status.success(), "{}", out(&checked));
}

/// By a script that shares no code with the engine.
fn counted_again(room: &Path, demo: &str) {
    let mut tally = Command::new("python3");
    tally.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tally.py")).arg(demo);
    for (code, yaml) in REFERENTIALS {
        let (file, shown) = (room.join(format!("{code}.yaml")), room.join(format!("{code}.json")));
        std::fs::write(&file, yaml).unwrap();
        let json = parchemin(&["referential", "show", "--json", file.to_str().unwrap()]);
        assert!(json.status.success(), "{}", out(&json));
        std::fs::write(&shown, json.stdout).unwrap();
        tally.arg(shown);
    }
    let counted = tally.output().expect("python3: run the tests by ./test");
    assert!(counted.status.success(), "{}", out(&counted));
}

fn proved(folder: &Path, path: &str, object: &Value) {
    let head = format!("{}:{}", object["journal"]["entries"], object["journal"]["head"].as_str().unwrap());
    let verified = parchemin(&["verify", "--data", path, "--head", &head]);
    assert!(verified.status.success(), "{}", out(&verified));

    let changed = sqlite(
        folder,
        "UPDATE score SET rank = 1 WHERE (grid_id, line_id) = (SELECT grid_id, line_id FROM score WHERE rank = 3 \
         ORDER BY grid_id, line_id LIMIT 1) RETURNING lower(hex(grid_id)), lower(hex(line_id))",
    );
    assert!(changed.status.success(), "{}", out(&changed));
    let ids = String::from_utf8_lossy(&changed.stdout).trim().to_owned();
    let verified = parchemin(&["verify", "--data", path, "--json"]);
    assert_eq!(verified.status.code(), Some(1), "{}", out(&verified));
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    let faults = report["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0]["table"], "score");
    let named = faults[0]["key"].as_str().unwrap().replace('-', "").replace('/', "|");
    assert_eq!(named, ids, "the record that was touched");
}

fn sqlite(folder: &Path, statement: &str) -> Output {
    let mut shell = Command::new("sqlite3");
    shell.arg(folder.join("parchemin.db")).arg(statement);
    shell.output().expect("sqlite3: run the tests by ./test")
}
