//! Files that can be imported, in every way in which people write them.

use super::common::TestApp;
use super::{TWO, cohort, import, import_twice_told, people, told};
use crate::on_both_engines;
use serde_json::json;

on_both_engines! {
    async fn a_file_is_a_cohort(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let report = import_twice_told(&story, "", TWO).await;
        assert_eq!(report, json!({ "lines": 2, "would_create": 2, "would_change": 0, "blocking": [], "warnings": [] }));
        let people = people(&story).await;
        assert_eq!(people[0]["number"], "0001");
        let anais = &people[0]["candidate"];
        let expected = [
            ("birth_name", "Delcourt"), ("first_names", "Anaïs Zoé"), ("birth_date", "1999-02-03"),
            ("birth_place", "Brest"), ("email", "anais@exemple.fr"), ("employer", "Phares et Balises"), ("sex", "F"),
        ];
        for (field, value) in expected {
            assert_eq!(anais[field], value, "{field}");
        }
        assert_eq!((&people[0]["access_route"], &people[0]["blocks"]), (&json!("apprenticeship"), &json!(["b1", "b2"])));
        assert_eq!((&people[1]["access_route"], &people[1]["blocks"]), (&json!("prior_experience"), &json!(["b1"])));
        assert_eq!(people[1]["candidate"]["usage_name"], "Martin");

        // The same file again: nothing.
        let again = import_twice_told(&story, "", TWO).await;
        assert_eq!(again, json!({ "lines": 2, "would_create": 0, "would_change": 0, "blocking": [], "warnings": [] }));
        app.state().journal.settle().await.unwrap();
        let entries = story.administrator.get("journal?limit=200").await;
        let imports = entries.is(200).items().iter().filter(|entry| entry["kind"] == "cohort_imported").count();
        assert_eq!(imports, 1, "an import that changes nothing is no act");
    }

    async fn however_the_spreadsheet_wrote_it(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        import(&story, "", TWO).await.is(200);
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(TWO);
        let tabs = TWO.replace(';', "\t");
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(tabs.encode_utf16().flat_map(u16::to_le_bytes));
        let quoted: String =
            TWO.lines().map(|line| format!("\"{}\"\r\n", line.replace(';', "\",\""))).collect();
        let padded: String = TWO.lines().map(|line| format!("  {}\u{a0};;\n\n;;;;\n", line.replace(';', " ;\u{202f}"))).collect();
        let titled = format!("Promotion 2026;;;;\nListe arrêtée le 1er mars;;\n\n{TWO}");
        let english = "\
email,access route,first names,BIRTH NAME,Usage name,gender,Date of birth,place of birth,company,blocks
anais@exemple.fr,apprenticeship,Anaïs Zoé,Delcourt,,F,1999-02-03,Brest,Phares et Balises,all
yann@exemple.fr,prior experience,Yann,Le Goff,Martin,M,14.07.1985,Le Conquet,,BC01
";
        let two_lines = "\
Identité;;;;Naissance;;Contact;Suivi;;
Nom de naissance;Nom d'usage;Prénom(s);Civilité;Date;Lieu;Mél;Entreprise;Voie d'accès;Blocs visés
Delcourt;-;Anaïs Zoé;Mme;03-02-1999;Brest;ANAIS@exemple.fr;Phares et Balises;Apprentissage;Bloc 1 et Bloc 2
Le Goff;Martin;Yann;Monsieur;1985-07-14;Le Conquet;yann@exemple.fr;;VAE;bloc n°1
";
        let ways: [(&str, Vec<u8>); 9] = [
            ("Windows-1252", latin.to_vec()),
            ("with a byte-order mark", [b"\xef\xbb\xbf", TWO.as_bytes()].concat()),
            ("Unicode text of Excel", utf16),
            ("tabs", tabs.into_bytes()),
            ("quoted, with commas", quoted.into_bytes()),
            ("blanks everywhere", padded.into_bytes()),
            ("titles above", titled.into_bytes()),
            ("in English, in another order", english.as_bytes().to_vec()),
            ("heads of two lines", two_lines.as_bytes().to_vec()),
        ];
        for (way, file) in ways {
            let report = import_twice_told(&story, "", file).await;
            let nothing = json!({ "lines": 2, "would_create": 0, "would_change": 0, "blocking": [], "warnings": [] });
            assert_eq!(report, nothing, "{way}");
        }
    }

    async fn blocks_acquired_earlier_come_with_their_proof(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let file = "\
Nom;Prénom;Date de naissance;Courriel;Voie d'accès;Blocs déjà acquis;Origine;Date d'obtention;Preuve
Fanal;Lina;01/02/1990;lina@exemple.fr;FC;Bloc 1;Phares de France;12/06/2024;PV 2024-3
";
        import_twice_told(&story, "", file).await;
        let id = people(&story).await[0]["id"].as_str().unwrap().to_owned();
        let whole = story.manager.get(&format!("enrolments/{id}")).await;
        let held = &whole.is(200).body["acquired_blocks"][0];
        let shown = ["block", "origin", "acquired_on", "document"].map(|name| held[name].as_str().unwrap().to_owned());
        assert_eq!(shown, ["b1", "Phares de France", "2024-06-12", "PV 2024-3"]);
        assert_eq!(import_twice_told(&story, "", file).await["would_change"], 0);
        let other = import_twice_told(&story, "", file.replace("PV 2024-3", "PV 2024-4")).await;
        assert_eq!(other["would_change"], 1);
        assert_eq!(told(&other["warnings"]), ["2 Blocs déjà acquis change"]);
        let alone = import(&story, "dry_run=true", file.replace("Bloc 1", "")).await;
        assert_eq!(told(&alone.is(200).body["blocking"]), ["2 Origine proof_without_block"]);
    }

    async fn a_form_carries_a_file_too(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let path = format!("cohorts/{}/imports", story.cohort);
        let part = reqwest::multipart::Part::bytes(TWO.as_bytes().to_vec()).file_name("promo.csv");
        let call = story.manager.request(reqwest::Method::POST, &path);
        let done = call.form(reqwest::multipart::Form::new().part("file", part)).send().await;
        assert_eq!(done.is(200).body["created"], 2);
    }

    /// What an import costs does not depend on how many come, up to 500 lines and 1,000 rows at a time.
    async fn as_many_statements_for_few_as_for_many(engine: Engine) {
        let app = TestApp::start_with(engine, |settings| settings.journal_seconds = 60).await;
        let mut story = cohort(&app).await;
        let mut costs = Vec::new();
        for (cohort, count) in [("Premier", 2_usize), ("Peu", 3), ("Beaucoup", 320)] {
            let new = json!({
                "centre_id": story.centre, "version_id": story.version, "name": cohort,
                "starts_on": "2025-09-01", "ends_on": "2026-06-30",
            });
            story.cohort = story.manager.post("cohorts", new).await.is(201).id();
            let before = app.state().db.statements();
            import(&story, "", many(cohort, count)).await.is(200);
            costs.push(app.state().db.statements() - before);
            assert_eq!(people(&story).await.len(), count);
        }
        assert_eq!(costs[1], costs[2], "statements {costs:?}");
        assert!(costs[0] <= 36, "{} statements", costs[0]);
    }
}

/// A file of so many people.
pub fn many(family: &str, count: usize) -> String {
    let heads = "Nom de naissance;Prénoms;Date de naissance;Courriel;Voie d'accès\n".to_owned();
    (0..count).fold(heads, |text, place| {
        let (day, month) = (place % 28 + 1, place % 12 + 1);
        text + &format!(
            "{family};P{place};{day:02}/{month:02}/1990;{}{place}@exemple.fr;FC\n",
            family.to_lowercase()
        )
    })
}
