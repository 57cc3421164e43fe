//! The demo as a newcomer runs it: its one object, its mishaps each with the act behind it, its letters, its
//! proof, its decisions counted again, and what becomes of the proof when one score is changed by hand.

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

/// What happens once: the mishap, the act that the journal keeps of it, and where its reason was written down
/// when the act takes one.
const MISHAPS: &[(&str, &str, &str)] = &[
    ("attendance_corrected", "attendance_corrected", "attendance_record.correction"),
    ("block_acquired_earlier", "cohort_imported", ""),
    ("blocks_carried", "blocks_carried", ""),
    ("candidate_absent", "attendance_recorded", "attendance_record.reason"),
    ("candidate_late", "attendance_recorded", "attendance_record.reason"),
    ("candidate_transferred", "candidate_transferred", "slot_transfer.reason"),
    ("casting_vote", "decision_taken", ""),
    ("deadline_extended", "deadline_extended", "deadline_extension.reason"),
    ("decision_revoked", "decision_revoked", "rectification.reason"),
    ("departure", "decision_taken", "decision.reason"),
    ("disagreement_settled", "line_settled", "settlement.reason"),
    ("dissent", "decision_taken", "decision.dissent"),
    ("duplicate_answered", "cohort_imported", ""),
    ("excused_at_the_door", "attendance_recorded", "attendance_record.reason"),
    ("extra_time", "adjustments_granted", ""),
    ("faulty_list", "cohort_imported", ""),
    ("juror_left", "juror_missing", "recusal.reason"),
    ("juror_recused", "tie_declared", "recusal.reason"),
    ("late_score", "late_score_answered", "late_score_answer.reason"),
    ("name_corrected", "identity_corrected", "identity_correction.reason"),
    ("requirement_attested", "attestation_given", ""),
    ("requirement_filed", "requirement_filed", "requirement_state.reason"),
    ("requirement_scored", "sheet_signed", ""),
    ("requirement_unmet", "requirement_recorded", "requirement_state.reason"),
    ("requirement_waived", "requirement_recorded", "requirement_state.reason"),
    ("resit", "resit_planned", ""),
    ("rule_waived", "jury_rule_waived", "jury_waiver.reason"),
    ("rules_received", "rules_received", ""),
    ("seat_replaced", "seat_replaced", "seat.closed_reason"),
    ("sheet_reopened", "sheet_reopened", "sheet_signature.reopened_reason"),
    ("signature_impeded", "signature_impeded", "signature_impediment.reason"),
    ("sitting_cancelled", "sitting_cancelled", "sitting_change.reason"),
    ("sitting_moved", "sitting_moved", "sitting_change.reason"),
    ("sittings_merged", "sitting_merged", "sitting_change.reason"),
    ("unobserved_settled", "line_settled", "settlement.reason"),
    ("upload_in_grace", "evidence_filed_in_grace", ""),
];

/// Acts that happen once in the story, and only for their mishap.
const ONCE: &[&str] = &[
    "attendance_corrected",
    "blocks_carried",
    "candidate_transferred",
    "deadline_extended",
    "decision_revoked",
    "evidence_filed_in_grace",
    "identity_corrected",
    "juror_missing",
    "late_score_answered",
    "resit_planned",
    "jury_rule_waived",
    "recused_after_signature",
    "score_late",
    "seat_replaced",
    "sheet_reopened",
    "sitting_cancelled",
    "sitting_merged",
    "sitting_moved",
    "tie_declared",
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
    // Played twice, it is the same story.
    let twin = room.path().join("twin").to_str().unwrap().to_owned();
    let twin = std::thread::spawn(move || play(&twin));
    let object = play(path);
    let twin = twin.join().unwrap();
    for told in ["candidates", "evidence", "sheets", "scores", "outcomes", "mails", "mishaps"] {
        assert_eq!(object[told], twin[told], "{told}");
    }

    assert_eq!(totals(&object, REFERENTIALS[0].0), [4, 9, 20, 17, 69]);
    assert_eq!(totals(&object, REFERENTIALS[1].0), [5, 28, 46, 34, 141]);
    assert_eq!(object["candidates"], 24);
    let outcomes = ["full", "partial", "refused", "absent", "excused"];
    let counted: Vec<u64> = outcomes.map(|one| object["outcomes"][one].as_u64().unwrap()).to_vec();
    assert!(counted.iter().all(|count| *count >= 1), "{counted:?}");
    assert_eq!(counted.iter().sum::<u64>(), 24, "each candidate came to something");
    documents_are_as_told(&folder, &object);
    mishaps_are_acts(&folder, &object);
    let letters = std::fs::read_dir(folder.join("mail")).unwrap();
    let letters = letters.filter(|one| one.as_ref().unwrap().path().extension().is_some_and(|e| e == "eml"));
    assert_eq!(object["mails"], letters.count());
    assert!(object["mails"].as_u64().unwrap() > 200);
    assert!(object["journal"]["entries"].as_u64().unwrap() > 1_000);

    assert_eq!(play(path), object, "a finished demo is told again, not played again");
    told_to_people(path, &object);
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
    let of = |kind: &str| documents.iter().filter(|one| one["kind"] == kind).count();
    let numbers = ["spring, data", "spring, AI", "rectifying", "after the resit", "autumn"];
    assert_eq!(of("minutes"), 2 * numbers.len() + 1, "at each closing and signed; once more for a name");
    let sheets = usize::try_from(object["sheets"].as_u64().unwrap()).unwrap();
    assert_eq!(of("sheet"), sheets + 1 + 12, "one was signed again, twelve had printed another name");
    for document in documents {
        let bytes = std::fs::read(folder.join(document["path"].as_str().unwrap())).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), document["sha256"].as_str().unwrap());
    }
    let first = folder.join(documents[0]["path"].as_str().unwrap());
    let checked =
        Command::new("qpdf").arg("--check").arg(first).output().expect("qpdf: run the tests by ./test");
    assert!(checked.status.success(), "{}", out(&checked));
}

/// Each kind once, its reason where the act wrote it, its act in the journal.
fn mishaps_are_acts(folder: &Path, object: &Value) {
    let mishaps = object["mishaps"].as_array().unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let mut kinds: Vec<String> = mishaps.iter().map(|one| text(one, "kind")).collect();
    kinds.sort();
    assert_eq!(kinds, MISHAPS.iter().map(|(kind, ..)| kind.to_string()).collect::<Vec<_>>());
    let mut lines: Vec<String> = mishaps.iter().map(|one| text(one, "told")).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), mishaps.len());
    let number = |statement: &str| -> u64 {
        let found = sqlite(folder, statement);
        assert!(found.status.success(), "{statement}: {}", out(&found));
        String::from_utf8_lossy(&found.stdout).trim().parse().unwrap()
    };
    for (kind, act, written) in MISHAPS {
        let one = mishaps.iter().find(|one| one["kind"] == *kind).unwrap();
        let reason = text(one, "reason");
        assert!(!reason.trim().is_empty(), "{kind}");
        let acts = number(&format!("SELECT count(*) FROM journal_entry WHERE kind = '{act}'"));
        assert!(acts >= 1, "{kind}: no {act} in the journal");
        if let Some((table, column)) = written.split_once('.') {
            let quoted = reason.replace('\'', "''");
            let rows = number(&format!("SELECT count(*) FROM {table} WHERE {column} = '{quoted}'"));
            assert_eq!(rows, 1, "{kind}: {reason}");
        }
    }
    for act in ONCE {
        assert_eq!(number(&format!("SELECT count(*) FROM journal_entry WHERE kind = '{act}'")), 1, "{act}");
    }
}

/// One line for each mishap, in French.
fn told_to_people(path: &str, object: &Value) {
    let shown = out(&parchemin(&["demo", "--no-serve", "--data", path]));
    let lines: Vec<&str> = shown.lines().map(str::trim).collect();
    for mishap in object["mishaps"].as_array().unwrap() {
        let told = mishap["told"].as_str().unwrap();
        assert_eq!(lines.iter().filter(|line| **line == told).count(), 1, "{told}\n{shown}");
        assert!(told.contains("\u{a0}:") && told.ends_with('.') && told.chars().count() < 180, "{told}");
    }
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
