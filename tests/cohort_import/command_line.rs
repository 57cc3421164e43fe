//! `parchemin cohort import`, beside a service that runs.

use std::process::{Command, Output};

use super::common::TestApp;
use super::{TWO, cohort, people, told};
use crate::on_both_engines;
use parchemin::db::DbUrl;
use serde_json::{Value, json};

fn run(app: &TestApp, file: &str, flags: &[&str]) -> Output {
    let path = app.data.join("promotion.csv");
    std::fs::write(&path, file).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_parchemin"));
    command.args(["cohort", "import", "--json", "--data"]).arg(&app.data).arg(&path).args(flags);
    if let DbUrl::Postgres(address) = app.database() {
        command.args(["--database-url", address]);
    }
    command.output().unwrap()
}

fn report(output: &Output, exit: i32) -> Value {
    assert_eq!(output.status.code(), Some(exit), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

on_both_engines! {
    async fn a_dry_run_tells_and_two_runs_leave_one_cohort(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let told = report(&run(&app, TWO, &["--dry-run"]), 0);
        assert_eq!(told, json!({ "lines": 2, "would_create": 2, "would_change": 0, "blocking": [], "warnings": [] }));
        assert_eq!(people(&story).await.len(), 0);
        let done = report(&run(&app, TWO, &["--cohort", "Promotion 2026"]), 0);
        assert_eq!((&done["created"], &done["changed"]), (&json!(2), &json!(0)));
        let again = report(&run(&app, TWO, &["--cohort", &story.cohort]), 0);
        assert_eq!((&again["created"], &again["changed"]), (&json!(0), &json!(0)));
        assert_eq!(people(&story).await.len(), 2, "the service that runs sees them");
        app.state().journal.settle().await.unwrap();
        let entries = story.administrator.get("journal?limit=200").await;
        let acts: Vec<&Value> =
            entries.is(200).items().iter().filter(|entry| entry["kind"] == "cohort_imported").collect();
        assert_eq!(acts.len(), 1);
        assert_eq!(acts[0]["actor"], story.administrator.account.as_str());
    }

    async fn what_blocks_is_told_and_exits_with_one(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let bad = TWO.replace("14/07/1985", "hier");
        for flags in [&["--dry-run", "--lang", "en"][..], &["--lang", "en"]] {
            let said = report(&run(&app, &bad, flags), 1);
            assert_eq!(told(&said["blocking"]), ["3 Date de naissance date"]);
            assert_eq!(said["blocking"][0]["message"], "“hier” is no date.");
        }
        report(&run(&app, "%PDF-1.7", &["--dry-run"]), 1);
        assert_eq!(people(&story).await.len(), 0);
    }

    async fn a_cohort_is_created_with_its_people_or_not_at_all(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let creation = [
            "--cohort", "Promotion 2027", "--create", "--referential", "gardien-de-phare@2026-1", "--starts",
            "2026-09-01", "--ends", "2027-06-30",
        ];
        let cohorts = async || story.manager.get("cohorts").await.is(200).items().len();
        assert_eq!(report(&run(&app, TWO, &[&creation[..], &["--dry-run"]].concat()), 0)["would_create"], 2);
        report(&run(&app, &TWO.replace("14/07/1985", "hier"), &creation), 1);
        assert_eq!(cohorts().await, 1, "nothing was created");
        for created in [2, 0] {
            assert_eq!(report(&run(&app, TWO, &creation), 0)["created"], created);
        }
        assert_eq!(cohorts().await, 2);
        assert!(refusal(&run(&app, TWO, &[])).contains("Promotion 2027"), "several: one must be named");
        assert!(refusal(&run(&app, TWO, &["--cohort", "Promotion 1926"])).contains("--create"));
        assert!(refusal(&run(&app, TWO, &["--cohort", "Promotion 2026", "--as", "maud@nulle.part"])).contains("administrator"));
    }
}
