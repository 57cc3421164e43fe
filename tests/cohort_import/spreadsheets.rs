//! Workbooks that LibreOffice writes: real dates, merged heads, formulas, hidden zeros.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use super::common::TestApp;
use super::{TWO, cohort, import, import_twice_told, people, told};
use crate::on_both_engines;
use serde_json::json;

/// By what a file held and what it was to become.
type Made = BTreeMap<(Vec<u8>, String), Vec<u8>>;

/// What LibreOffice made of a file: once for both engines, one at a time.
static MADE: Mutex<Made> = Mutex::new(BTreeMap::new());

/// LibreOffice converts a file of ours, as a user's «Save as» does.
fn converted(name: &str, content: &[u8], to: &str, how: &[&str]) -> Vec<u8> {
    let mut made = MADE.lock().unwrap();
    made.entry((content.to_vec(), to.to_owned())).or_insert_with(|| convert(name, content, to, how)).clone()
}

fn convert(name: &str, content: &[u8], to: &str, how: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join(name);
    std::fs::write(&source, content).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.path().join("profile").display());
    let ran = Command::new("soffice")
        .args([&profile, "--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(folder.path().join("out"))
        .args(how)
        .arg(&source)
        .env("HOME", folder.path())
        .output()
        .unwrap_or_else(|error| panic!("soffice ({error}): ./test installs libreoffice-calc"));
    let ending = to.split(':').next().unwrap();
    let made = folder.path().join("out").join(Path::new(name).with_extension(ending));
    std::fs::read(&made).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
    })
}

/// A flat workbook, as LibreOffice reads it.
fn workbook(rows: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
 xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles>
 <number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
 <style:style style:name="date" style:family="table-cell" style:data-style-name="N1"/>
</office:automatic-styles>
<office:body><office:spreadsheet>
 <table:table table:name="Candidats">{rows}</table:table>
 <table:table table:name="Notes"><table:table-row>{}</table:table-row></table:table>
</office:spreadsheet></office:body></office:document>"#,
        text("Rien d’utile")
    )
    .into_bytes()
}

fn text(words: &str) -> String {
    format!(r#"<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>"#)
}

fn date(iso: &str) -> String {
    format!(
        r#"<table:table-cell table:style-name="date" office:value-type="date" office:date-value="{iso}"/>"#
    )
}

fn wide(words: &str, columns: usize) -> String {
    let covered = "<table:covered-table-cell/>".repeat(columns - 1);
    format!(
        r#"<table:table-cell office:value-type="string" table:number-columns-spanned="{columns}" table:number-rows-spanned="1"><text:p>{words}</text:p></table:table-cell>{covered}"#
    )
}

fn formula(formula: &str) -> String {
    format!(r#"<table:table-cell table:formula="of:{formula}"/>"#)
}

fn row(cells: &[String]) -> String {
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

on_both_engines! {
    async fn a_csv_saved_as_a_workbook_is_the_same_cohort(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        // Semicolons, quotes, UTF-8, French words: what looks like a date becomes one.
        let reading = "--infilter=CSV:59,34,76,1,,1036,false,true,false";
        let book = converted("promotion.csv", TWO.as_bytes(), "xlsx", &[reading]);
        assert!(book.starts_with(b"PK"));
        let report = import_twice_told(&story, "", book).await;
        assert_eq!(report, json!({ "lines": 2, "would_create": 2, "would_change": 0, "blocking": [], "warnings": [] }));
        assert_eq!(people(&story).await[1]["candidate"]["birth_date"], "1985-07-14");
        // And as text in Windows-1252, as LibreOffice writes it.
        let line = |line: &str| row(&line.split(';').map(text).collect::<Vec<_>>());
        let rows: String = TWO.lines().map(line).collect();
        let to = "csv:Text - txt - csv (StarCalc):59,34,1,1,,1036,false,true,false";
        let text = converted("promotion.fods", &workbook(&rows), to, &[]);
        assert!(String::from_utf8(text.clone()).is_err(), "it is Windows-1252");
        let report = import_twice_told(&story, "", text).await;
        assert_eq!(report["would_change"], 0, "{report:#}");
        assert_eq!(report["blocking"], json!([]));
    }

    async fn merged_heads_real_dates_and_formulas(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let heads = ["Nom", "Date", "Lieu", "Code INSEE"].map(text);
        let lower = [&[text("Prénoms")][..], &heads, &["Courriel", "Voie d’accès", "Blocs visés"].map(text)].concat();
        let lina = [
            text("Lina"), text("Fanal"), date("1990-02-01"), text("Brest"),
            r#"<table:table-cell office:value-type="float" office:value="1004"/>"#.to_owned(),
            formula(r#"=LOWER(&quot;LINA&quot;)&amp;&quot;@exemple.fr&quot;"#), text("VAE"),
            r#"<table:table-cell office:value-type="float" office:value="2"/>"#.to_owned(),
        ];
        let omar = [
            text("Omar\u{a0}"), text(" Balise"), text("03/04/1991"), text("Oran"), text("99352"),
            text("omar@exemple.fr"), text("Candidat libre"), text("tous"),
        ];
        let rows = [
            row(&[wide("Promotion 2026", 8)]),
            row(&[]),
            row(&[text(""), wide("Naissance", 4), wide("Contact", 1), wide("Suivi", 2)]),
            row(&lower),
            row(&lina),
            row(&[]),
            row(&omar),
        ].concat();
        let book = converted("promotion.fods", &workbook(&rows), "xlsx", &[]);
        let report = import_twice_told(&story, "", book.clone()).await;
        assert_eq!(told(&report["blocking"]), Vec::<String>::new(), "{report:#}");
        assert_eq!(told(&report["warnings"]), ["null null sheet_ignored", "5 Courriel formula_value"]);
        assert_eq!((&report["lines"], &report["would_create"]), (&json!(2), &json!(2)));
        let people = people(&story).await;
        let lina = &people[0];
        assert_eq!(lina["candidate"]["birth_date"], "1990-02-01");
        assert_eq!(lina["candidate"]["birth_insee"], "01004", "the zero that the number had lost");
        assert_eq!(lina["candidate"]["email"], "lina@exemple.fr");
        assert_eq!(lina["blocks"], json!(["b2"]));
        assert_eq!(people[1]["candidate"]["birth_name"], "Balise");
        assert_eq!(import_twice_told(&story, "", book).await["would_change"], 0);
    }

    async fn a_broken_formula_blocks(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let heads = ["Nom", "Prénom", "Date de naissance", "Courriel", "Voie d’accès"].map(text);
        let line = [text("Fanal"), formula("=1/0"), date("1990-02-01"), text("lina@exemple.fr"), text("FC")];
        let book = converted("promotion.fods", &workbook(&[row(&heads), row(&line)].concat()), "xlsx", &[]);
        let report = import(&story, "dry_run=true", book).await;
        assert_eq!(told(&report.is(200).body["blocking"]), ["2 Prénom broken_cell"]);
    }
}
