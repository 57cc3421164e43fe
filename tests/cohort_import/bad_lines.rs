//! Every bad line is named with its number, its column and its cure, all in one pass.

use super::common::TestApp;
use super::{TWO, cohort, import, import_twice_told, told};
use crate::on_both_engines;
use serde_json::Value;

const HEADS: &str =
    "Nom de naissance;Prénoms;Date de naissance;Courriel;Voie d'accès;Blocs visés;Sexe;N° d'inscription";

on_both_engines! {
    async fn every_fault_of_every_line_in_one_pass(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let file = format!("Liste\n\n{HEADS}\n\
            Delcourt;Anaïs;03/02/1999;anais@exemple.fr;FC;1;F;\n\
            ;Bob;31/02/1999;bob chez exemple;montgolfière;1, 9;X;0\n\
            =1+1;@Zoé;03/02/2126;zoe@exemple.fr;FC;;;\n\
            -Tiret;Léa;07/14/1985;lea@exemple.fr;;;;\n\
            Dupont;Max;1899-01-01;anais@exemple.fr;FC;b1 et b1;;\n\
            Durand;\"A\nB\";04/05/1990;\"durand@exemple.fr\nBcc: x@y.fr\";FC;;;7\n\
            Durant;Ève;04/05/1991;eve@exemple.fr;FC;;;7\n\
            Durand;Luc;04/05/1992;luc@exemple.fr;FC;;;007\n");
        let report = import_twice_told(&story, "", file).await;
        assert_eq!(told(&report["blocking"]), [
                        "5 N° d'inscription number",
            "5 Nom de naissance required",
            "5 Date de naissance date", "5 Sexe sex",
            "5 Courriel email",
            "5 Voie d'accès unknown_route",
            "5 Blocs visés unknown_block",
            "6 Nom de naissance formula",
            "6 Prénoms formula",
            "6 Date de naissance future",
            "7 Nom de naissance formula",
            "7 Date de naissance month_first",
            "7 Voie d'accès required",
            "8 Date de naissance too_old",
            "8 Blocs visés twice",
            "9 Prénoms hidden_character",
            "9 Courriel hidden_character",
            "11 N° d'inscription twice",
        ], "{report:#}");
        assert_eq!(report["lines"], 8);
        let faults = report["blocking"].as_array().unwrap();
        let said = |code: &str| faults.iter().find(|fault| fault["code"] == code).unwrap();
        assert_eq!(said("unknown_block")["message"], "«\u{a0}9\u{a0}» n’est pas un bloc de cette version du référentiel.");
        assert_eq!(said("unknown_block")["cure"], "Écrivez les numéros des blocs\u{a0}: 1, 2.");
        for fault in faults {
            let keys: Vec<&String> = fault.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["code", "column", "cure", "line", "message"]);
            assert!(!fault["cure"].as_str().unwrap().is_empty() && !fault["message"].as_str().unwrap().contains('{'));
        }
    }

    async fn a_file_of_bad_lines_answers_clearly(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let bad = format!("{HEADS}\n") + &";;32/13/1999;personne;nulle part;12;?;x\n".repeat(5_000);
        let report = import(&story, "dry_run=true", bad.clone()).await.is(200).body.clone();
        let faults = report["blocking"].as_array().unwrap();
        assert_eq!((report["lines"].as_u64(), faults.len()), (Some(5_000), 201));
        assert_eq!(faults[200]["code"], "more");
        assert!(faults[200]["message"].as_str().unwrap().contains("39800"), "{}", faults[200]);
        import(&story, "", bad).await.problem("import_blocked");
    }

    async fn a_file_that_cannot_be_one(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let code = |answer: &Value| told(&answer["blocking"]);
        for (file, expected) in [
            (b"%PDF-1.7\n\x01".to_vec(), vec!["null null not_a_spreadsheet"]),
            (b"PK\x03\x04 and nothing else".to_vec(), vec!["null null not_a_spreadsheet"]),
            (b" \n \n".to_vec(), vec!["null null empty_file"]),
            (b"Bonjour,\nvoici la liste.\n".to_vec(), vec!["null null no_heads"]),
            (format!("{HEADS}\n").into_bytes(), vec!["null null no_lines"]),
            (
                b"Nom;Prenom;Courriel;E-mail;Voie\nA;B;c@d.fr;e@f.fr;FC\n".to_vec(),
                vec!["1 Date de naissance missing_column", "1 E-mail same_head"],
            ),
        ] {
            let answer = import(&story, "dry_run=true", file.clone()).await;
            assert_eq!(code(&answer.is(200).body), expected);
            import(&story, "", file).await.problem("import_blocked");
        }
        let large = vec![b'a'; 9 * 1024 * 1024];
        import(&story, "dry_run=true", large).await.problem("too_large");
        let path = format!("cohorts/{}/imports", story.cohort);
        story.manager.post(&path, serde_json::json!({})).await.problem("unsupported_media_type");
        story.manager.get(&format!("cohorts/{}", story.cohort)).await.is(200);
    }

    async fn only_those_who_may_enrol_import(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = cohort(&app).await;
        story.manager = story.invite("trainer", "Tim Formateur").await;
        import(&story, "dry_run=true", TWO).await.problem("not_found");
        story.manager = story.invite("auditor", "Aude Regard").await;
        import(&story, "dry_run=true", TWO).await.problem("forbidden");
        story.manager = app.anybody();
        import(&story, "dry_run=true", TWO).await.problem("unauthenticated");
    }
}
