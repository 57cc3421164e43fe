//! The same person is found again by e-mail or number; anything else is asked, never guessed.

use super::common::TestApp;
use super::{TWO, cohort, import, import_twice_told, people, told};
use crate::on_both_engines;
use serde_json::json;

const HEADS: &str = "Nom de naissance;Prénoms;Date de naissance;Courriel;Voie d'accès;N° d'inscription\n";

on_both_engines! {
    async fn what_changes_is_listed_and_an_empty_cell_changes_nothing(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        import(&story, "", TWO).await.is(200);
        let changed = TWO.replace("Phares et Balises", "").replace("VAE;1", "FC;2").replace("Le Conquet", "Plouzané");
        let report = import_twice_told(&story, "", changed.clone()).await;
        assert_eq!((&report["would_create"], &report["would_change"]), (&json!(0), &json!(1)));
        assert_eq!(told(&report["warnings"]), [
            "3 Lieu de naissance change", "3 Voie d'accès change", "3 Blocs visés change",
        ]);
        assert_eq!(report["warnings"][0]["message"], "«\u{a0}Le Conquet\u{a0}» devient «\u{a0}Plouzané\u{a0}».");
        let after = people(&story).await;
        assert_eq!(after[0]["candidate"]["employer"], "Phares et Balises");
        assert_eq!(after[1]["access_route"], "continuing_training");
        assert_eq!(after[1]["candidate"]["version"], 2);
        assert_eq!(import_twice_told(&story, "", changed).await["would_change"], 0);
    }

    async fn the_same_name_under_another_address_is_asked(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        import(&story, "", TWO).await.is(200);
        let file = format!("{HEADS}DELCOURT;Anais-Zoé;03/02/1999;azoe@autre.fr;apprentissage;\n");
        let report = import_twice_told(&story, "", file.clone()).await;
        assert_eq!(told(&report["blocking"]), ["2 Nom de naissance perhaps_known"]);
        assert!(report["blocking"][0]["message"].as_str().unwrap().contains("anais@exemple.fr"));
        let idle = import(&story, "dry_run=true&same=2,9", file.clone()).await;
        assert_eq!(told(&idle.is(200).body["blocking"]), ["null null answer_unused"]);

        let another = import_twice_told(&story, "different=azoe@autre.fr", file.clone()).await;
        assert_eq!((&another["would_create"], &another["blocking"]), (&json!(1), &json!([])));
        // Answered once: by e-mail the new one is found from now on.
        assert_eq!(import_twice_told(&story, "", file).await["would_change"], 0);

        let moved = format!("{HEADS}Le Goff;Yann;14/07/1985;yann@nouveau.fr;VAE;\n");
        let same = import_twice_told(&story, "same=2", moved.clone()).await;
        assert_eq!((&same["would_create"], &same["would_change"]), (&json!(0), &json!(1)));
        assert_eq!(told(&same["warnings"]), ["2 Courriel change"]);
        assert_eq!(import_twice_told(&story, "", moved).await["would_change"], 0);
        assert_eq!(people(&story).await.len(), 3);
    }

    async fn a_number_is_a_person_of_the_cohort(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let file = format!("{HEADS}Un;A;01/01/1990;un@exemple.fr;FC;12\nDeux;B;02/01/1990;deux@exemple.fr;FC;\n");
        import_twice_told(&story, "", file).await;
        let numbers: Vec<String> = people(&story).await.iter().map(|one| one["number"].to_string()).collect();
        assert_eq!(numbers, ["\"0001\"", "\"0012\""]);
        let moved = format!("{HEADS}Un;A;01/01/1990;un@nouveau.fr;FC;0012\n");
        let report = import_twice_told(&story, "", moved).await;
        assert_eq!(told(&report["warnings"]), ["2 Courriel change"]);
        let wrong = format!("{HEADS}\
            Trois;C;03/01/1990;trois@exemple.fr;FC;12\n\
            Deux;B;02/01/1990;deux@exemple.fr;FC;14\n\
            Quatre;D;04/01/1990;un@nouveau.fr;FC;\n");
        let report = import_twice_told(&story, "", wrong).await;
        assert_eq!(told(&report["blocking"]), [
            "2 N° d'inscription number_of_another_person",
            "3 N° d'inscription number_differs",
            "4 Courriel email_of_another_person",
        ]);
    }

    async fn one_person_on_two_lines(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = cohort(&app).await;
        let twins = format!("{HEADS}\
            Phare;Ana;01/01/1990;ana@exemple.fr;FC;\n\
            PHARE;Ana;01/01/1990;ana.phare@exemple.fr;FC;\n\
            Phare;Bob;01/01/1991;ANA@exemple.fr;FC;\n");
        let report = import_twice_told(&story, "", twins.clone()).await;
        assert_eq!(told(&report["blocking"]), ["3 Nom de naissance same_person_in_file", "4 Courriel twice"]);
        let two = twins.replace("ANA@exemple.fr", "bob@exemple.fr");
        assert_eq!(import_twice_told(&story, "different=3", two.clone()).await["would_create"], 3);
        assert_eq!(import_twice_told(&story, "", two).await["would_change"], 0);
    }

    /// A manager is told of nobody of another centre.
    async fn whom_the_manager_may_not_see_is_not_proposed(engine: Engine) {
        let app = TestApp::start(engine).await;
        let mut story = cohort(&app).await;
        import(&story, "", TWO).await.is(200);
        let centre = json!({ "name": "Autre centre", "timezone": "Europe/Paris" });
        story.centre = story.administrator.post("centres", centre).await.is(201).id();
        story.manager = story.invite("centre_manager", "Mia Ailleurs").await;
        story.found_cohort().await;
        let file = format!("{HEADS}Delcourt;Anaïs Zoé;03/02/1999;azoe@autre.fr;FC;\n");
        let report = import(&story, "dry_run=true", file.clone()).await;
        assert_eq!(report.is(200).body["blocking"], json!([]));
        story.manager = story.administrator.clone();
        let report = import(&story, "dry_run=true", file).await;
        assert_eq!(told(&report.is(200).body["blocking"]), ["2 Nom de naissance perhaps_known"]);
    }
}
