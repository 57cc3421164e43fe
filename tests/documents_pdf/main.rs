//! The documents, opened by tools that did not make them: qpdf and poppler. A missing tool fails the test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests stop at the first surprise, as tests do"
)]

mod facts;

use std::path::PathBuf;
use std::process::Command;

use parchemin::documents::facts::*;
use parchemin::documents::{DocumentError, Lang, render};

use facts::{at, block, candidate, line, minutes, person, registered, sheet, some};

/// A document as drawn, on disk for the tools.
struct Drawn {
    path: PathBuf,
    bytes: Vec<u8>,
}

fn draw_in(lang: Lang, name: &str, document: &Document) -> Drawn {
    let bytes = render(document, lang).expect("the facts are sound");
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
    std::fs::write(&path, &bytes).expect("the temporary folder is writable");
    Drawn { path, bytes }
}

fn draw(name: &str, document: &Document) -> Drawn {
    draw_in(Lang::Fr, name, document)
}

fn run(tool: &str, arguments: &[&str], drawn: &Drawn) -> String {
    let output = Command::new(tool)
        .args(arguments)
        .arg(&drawn.path)
        .args(if tool == "pdftotext" { &["-"][..] } else { &[] })
        .output()
        .unwrap_or_else(|cause| panic!("{tool} must be installed for this test: {cause}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} on {}: {said}", drawn.path.display());
    said.into_owned()
}

impl Drawn {
    /// Text as laid out, page by page.
    fn pages(&self) -> Vec<String> {
        let text = run("pdftotext", &["-layout"], self);
        let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
        assert_eq!(pages.pop().as_deref(), Some(""), "pdftotext ends each page with a form feed");
        pages
    }

    /// All words in reading order, one space between them, so that wrapped lines read as they were said.
    fn words(&self) -> String {
        let text = run("pdftotext", &["-raw"], self);
        text.split([' ', '\n', '\u{c}']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn is_sound(&self) {
        let said = run("qpdf", &["--check"], self);
        assert!(said.contains("No syntax or stream encoding errors found"), "{said}");
        let fonts = run("pdffonts", &[], self);
        let listed: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!listed.is_empty(), "{fonts}");
        for font in listed {
            assert!(font.contains("CID TrueType"), "{font}");
            // The columns «emb sub uni».
            assert!(font.contains("yes yes yes"), "{font}");
        }
    }

    fn info(&self, key: &str) -> String {
        let said = run("pdfinfo", &[], self);
        let line = said.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.trim_start_matches(key).trim_start_matches(':').trim().to_owned()
    }
}

/// pdftotext writes every blank as a plain space.
fn says(drawn: &Drawn, expected: &[&str]) {
    let words = drawn.words();
    for text in expected {
        let plain = text.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(words.contains(&plain), "«{plain}» is missing from:\n{words}");
    }
}

#[test]
fn the_sheet_says_every_fact_with_its_accents_and_ligatures() {
    let drawn = draw("sheet", &Document::Sheet(sheet()));
    drawn.is_sound();
    says(
        &drawn,
        &[
            "Chef de projet data & intelligence artificielle",
            "CPDIA, version 2024",
            "École fictive des données",
            "Centre d’Île-Exemple, 1, rue de l’Œuvre, 99000 Exemple",
            "Bloc 1\u{a0}: étude de cas et jeu de rôle",
            "25 novembre 2026, de 9\u{a0}h à 17\u{a0}h\u{a0}30 (Europe/Paris)",
            "Salle Ampère",
            "MODÈLE Dominique Aïcha (D-0042)",
            "Présidence du jury, externe, Directrice de projet, Atelier Croquis",
            "Bloc 1 · Analyser le besoin du client",
            "Étude de cas",
            "Apprentissage\u{a0}: classification",
            "C1.1, C1.2",
            "Les différents besoins du client sont recueillis de façon efficace.",
            "Acquis 3 sur 3",
            "Mise en œuvre claire ; l’affichage « avant–après » est chiffré à 1\u{202f}200\u{a0}€.",
            "Non acquis 1 sur 3 Aucune source — à revoir.",
            "Non applicable Motif\u{a0}: projet sans interface",
            "Non observé Motif\u{a0}: échange écourté",
            "Partiellement acquis 2 sur 3 Deux oublis.",
            "5 au total · Acquis 1 · Partiellement acquis 1 · Non acquis 1 · Non observé 1 · Non applicable 1",
            "Signée le 25 novembre 2026 à 10\u{a0}h\u{a0}42 (Europe/Paris)",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "Code de contrôle\u{a0}: 7QK4-M2XP-9TRD",
            "https://verif.exemple.test",
        ],
    );
}

#[test]
fn the_minutes_say_what_was_proposed_and_what_was_decided() {
    let drawn = draw("minutes", &Document::Minutes(minutes()));
    drawn.is_sound();
    says(
        &drawn,
        &[
            "PV-2026-0001",
            "1. Session",
            "27 novembre 2026, de 14\u{a0}h à 16\u{a0}h\u{a0}15 (Europe/Paris)",
            "https://visio.exemple.test/salle-3",
            "2 Présents 1 Absents 0 Excusés 1 Admis totalement 1 Admis partiellement 0 Refusés",
            "2. Candidats et décisions",
            "SPÉCIMEN Alix Formation continue Admis totalement",
            "Bloc 1 Analyser le besoin du client Proposé\u{a0}: acquis Décidé\u{a0}: acquis",
            "Thèse professionnelle Remplie remise le 18 novembre 2026",
            "Certification dans son ensemble Proposée\u{a0}: délivrée Décidée\u{a0}: délivrée",
            "MODÈLE Dominique Aïcha D-0042 · Formation continue Admis partiellement",
            "Proposé\u{a0}: non acquis Décidé\u{a0}: acquis S’écarte de la proposition. Réclamation mal comprise",
            "Règle\u{a0}: C1.3 sans la moitié des critères acquis",
            "Voix\u{a0}: 2 pour, 1 contre",
            "Opinion divergente\u{a0}: Kim Étalon : le besoin venait du client.",
            "Proposé\u{a0}: non acquis Décidé\u{a0}: non acquis Jeux de données non décrits.",
            "Concevoir une solution Sans proposition Acquis auparavant",
            "Incomplète Décidée\u{a0}: non délivrée Le bloc 2 n’est pas acquis.",
            "Rattrapage possible sous douze mois.",
            "TÉMOIN Sacha Formation continue Absent",
            "Sans proposition Décidé\u{a0}: absent",
            "3. Jury",
            "Ariel Canevas Présidence du jury Cheffe de projet Atelier Croquis Externe Signé le",
            "À signer",
            "N’a pas délibéré souffrant",
            "Jo Épure n’a pas pris part pour Sacha Témoin",
            "deux membres présents, deux au moins requis",
            "4. Responsable de session",
            "Épreuves tenues à l’heure ; une salle changée à 8 h 40.",
            "Sans voix délibérative",
            "Cachet du centre",
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I= · 1284 entrées",
            "exemple.test/journal",
            "Code de contrôle\u{a0}: 4HBN-6WZC-1YVF",
        ],
    );
}

#[test]
fn the_text_of_both_documents_reads_as_laid_out() {
    insta::assert_snapshot!("sheet", draw("sheet_snapshot", &Document::Sheet(sheet())).pages().join("⏎\n"));
    insta::assert_snapshot!(
        "minutes",
        draw("minutes_snapshot", &Document::Minutes(minutes())).pages().join("⏎\n")
    );
}

#[test]
fn the_english_chrome_keeps_the_wording_of_the_referentiel() {
    let drawn = draw_in(Lang::En, "sheet_en", &Document::Sheet(sheet()));
    drawn.is_sound();
    says(
        &drawn,
        &[
            "Assessment sheet",
            "25 November 2026, 09:00 to 17:30 (Europe/Paris)",
            "Signed on 25 November 2026 at 10:42 (Europe/Paris)",
            "Les différents besoins du client sont recueillis de façon efficace.",
            "Not applicable Reason: projet sans interface",
        ],
    );
    let drawn = draw_in(Lang::En, "minutes_en", &Document::Minutes(minutes()));
    says(
        &drawn,
        &["Proposed: not acquired Decided: acquired Departs from the proposal.", "No deliberative vote"],
    );
}

#[test]
fn the_same_facts_give_the_same_bytes_and_other_facts_do_not() {
    for document in [Document::Sheet(sheet()), Document::Minutes(minutes())] {
        let once = render(&document, Lang::Fr).unwrap();
        assert_eq!(once, render(&document, Lang::Fr).unwrap());
        // Facts stored as JSON beside the document draw it again.
        let kept: Document = serde_json::from_str(&serde_json::to_string(&document).unwrap()).unwrap();
        assert_eq!(once, render(&kept, Lang::Fr).unwrap());
        assert_ne!(once, render(&document, Lang::En).unwrap());
    }
    let mut later = sheet();
    later.issued_at = at(25, 9, 44);
    let (first, second) = (Document::Sheet(sheet()), Document::Sheet(later));
    assert_ne!(render(&first, Lang::Fr).unwrap(), render(&second, Lang::Fr).unwrap());
}

#[test]
fn a_file_says_what_it_is() {
    let drawn = draw("about", &Document::Minutes(minutes()));
    assert_eq!(
        drawn.info("Title"),
        "Procès-verbal PV-2026-0001 – Chef de projet data & intelligence artificielle"
    );
    assert_eq!(drawn.info("PDF version"), "1.7");
    assert_eq!(drawn.info("Tagged"), "yes");
    assert!(drawn.info("Page size").contains("A4"), "{}", drawn.info("Page size"));
    assert!(drawn.info("CreationDate").contains("Nov 27 15:16:00 2026"), "{}", drawn.info("CreationDate"));
    let file = lopdf::Document::load_mem(&drawn.bytes).unwrap();
    let language = file.catalog().unwrap().get(b"Lang").unwrap().as_str().unwrap();
    assert_eq!(language, b"fr-FR");
}

#[test]
fn the_tag_tree_reads_tables_as_tables_and_headings_as_headings() {
    let drawn = draw("tags", &Document::Sheet(sheet()));
    let tree = run("pdfinfo", &["-struct"], &drawn);
    let count = |name: &str| {
        tree.lines().filter(|line| line.split([' ', ':']).find(|word| !word.is_empty()) == Some(name)).count()
    };
    assert_eq!(count("H1"), 1, "{tree}");
    assert_eq!((count("H2"), count("H3"), count("Table")), (2, 2, 2), "{tree}");
    assert!(!tree.contains("Error"), "{tree}");
    // Two heads and five criteria; in each, the codes are a heading of their row.
    assert_eq!((count("TR"), count("TH"), count("TD")), (7, 2 * 4 + 5, 5 * 3), "{tree}");
    // Each page numbers its own marked content: what belongs to an element is found under it.
    let spoken = run("pdfinfo", &["-struct-text"], &drawn);
    let heading = spoken.find("\"Jeu de rôle\"").unwrap();
    let line = spoken.find("L’écoute est active.").unwrap();
    let signature = spoken.find("9f86d081884c7d65").unwrap();
    let sitting = "\"Épreuve Bloc 1\u{a0}: étude de cas et jeu de rôle\"";
    assert!(spoken.replace('\u{a0}', " ").contains(&sitting.replace('\u{a0}', " ")), "{spoken}");
    assert!(heading < line && line < signature, "{spoken}");
    assert!(!spoken.contains("Page 1"), "the foot is not content: {spoken}");
}

#[test]
fn a_specimen_says_so_on_every_page_until_the_registration_is_known() {
    let mut facts = sheet();
    facts.blocks = vec![facts.blocks[0].clone(); 5];
    let drawn = draw("specimen", &Document::Sheet(facts.clone()));
    let pages = drawn.pages();
    assert!(pages.len() > 1);
    assert!(pages.iter().all(|page| page.contains("SPÉCIMEN")), "{pages:?}");
    facts.certification = registered();
    let drawn = draw("registered", &Document::Sheet(facts));
    assert!(!drawn.words().contains("SPÉCIMEN"));
    says(&drawn, &["RNCP00000, niveau 7, NSF 326n"]);
}

fn many_lines(count: usize) -> SheetFacts {
    let mut facts = sheet();
    let lines = (1..=count)
        .map(|index| line(&format!("C{index}"), "Un critère.", LineMark::Scored { rank: 2 }, None));
    facts.blocks[0].methods[0].lines = lines.collect();
    facts.blocks[0].methods.truncate(1);
    facts
}

#[test]
fn heads_are_repeated_on_every_page_and_every_line_is_there_once() {
    let drawn = draw("many_lines", &Document::Sheet(many_lines(90)));
    drawn.is_sound();
    let pages = drawn.pages();
    assert!(pages.len() > 3);
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} / {}", index + 1, pages.len())), "{page}");
        if page.contains("Un critère.") {
            assert!(page.contains("Compétence") && page.contains("Commentaire"), "{page}");
        }
        if index > 0 && page.contains("Un critère.") {
            assert!(page.contains("Bloc 1 · Analyser le besoin du client · Étude de cas (suite)"), "{page}");
        }
    }
    let words = drawn.words();
    for index in 1..=90 {
        assert_eq!(words.matches(&format!(" C{index} ")).count(), 1, "C{index}");
    }
}

#[test]
fn one_line_more_than_a_page_holds_goes_overleaf_with_its_heads() {
    let last_page_of = |count| {
        let pages = draw("one_more", &Document::Sheet(many_lines(count))).pages();
        pages.iter().rposition(|page| page.contains("Un critère.")).unwrap()
    };
    // However many the first page holds, it holds them all, and the next one alone goes on.
    let held = (1..60).take_while(|count| last_page_of(*count) == 0).last().unwrap();
    let pages = draw("one_more", &Document::Sheet(many_lines(held + 1))).pages();
    assert_eq!(pages[0].matches("Un critère.").count(), held);
    assert_eq!(pages[1].matches("Un critère.").count(), 1);
    assert!(pages[1].contains("Compétence"));
}

#[test]
fn a_comment_longer_than_a_page_is_cut_between_lines_and_loses_nothing() {
    let sentences: Vec<String> =
        (1..=400).map(|index| format!("Phrase numéro {index} du commentaire.")).collect();
    let mut facts = sheet();
    facts.blocks[0].methods[0].lines[1].comment = Some(sentences.join(" "));
    let drawn = draw("long_comment", &Document::Sheet(facts));
    drawn.is_sound();
    let pages = drawn.pages();
    assert!(pages.len() >= 4, "{}", pages.len());
    // The column is narrow, so page furniture may stand between two lines of it: count the sentences.
    let text = pages.join("\n");
    let numbers: std::collections::BTreeSet<u32> =
        text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!((1..=400).all(|index| numbers.contains(&index)));
    assert_eq!(text.matches("commentaire.").count(), 400);
}

#[test]
fn names_too_long_and_facts_left_empty_do_not_break_the_page() {
    let mut facts = sheet();
    facts.candidate = person(&"Interminable-".repeat(30), &"Anne".repeat(200));
    facts.juror.name = "de la Très Longue Maison ".repeat(20);
    let drawn = draw("long_names", &Document::Sheet(facts));
    drawn.is_sound();
    let joined: String = drawn.words().split(' ').collect();
    assert!(joined.contains(&"INTERMINABLE-".repeat(30)));
    assert!(joined.contains(&"Anne".repeat(200)));

    let mut facts = sheet();
    facts.candidate = person("Témoin", "Sacha");
    facts.centre.address = None;
    facts.sitting = SittingFacts { ends_at: None, place: None, ..facts.sitting };
    (facts.juror.occupation, facts.juror.employer) = (None, None);
    (facts.signature, facts.check) = (None, None);
    facts.scale.clear();
    facts.blocks.clear();
    let drawn = draw("empty_sheet", &Document::Sheet(facts));
    drawn.is_sound();
    says(&drawn, &["Feuille non signée", "25 novembre 2026 à 9\u{a0}h (Europe/Paris)", "0 au total"]);

    let mut facts = minutes();
    (facts.place, facts.ends_at, facts.quorum, facts.journal, facts.check) = (None, None, None, None, None);
    (facts.manager.function, facts.manager.observations) = (None, None);
    facts.candidates.clear();
    facts.sittings.clear();
    facts.recusals.clear();
    facts.jury.clear();
    let drawn = draw("empty_minutes", &Document::Minutes(facts));
    drawn.is_sound();
    says(&drawn, &["Aucun candidat.", "Sans observation."]);
}

#[test]
fn two_hundred_candidates_keep_their_rows_together_under_repeated_heads() {
    let mut facts = minutes();
    facts.candidates = (1..=200)
        .map(|index| {
            let mut one = candidate(&format!("Candidat{index:03}"), "Camille", Outcome::Refused);
            one.blocks.push(block(
                "Bloc 3",
                &format!("Dernier bloc {index:03}"),
                Proposal::Refused,
                BlockDecision::NotAcquired,
            ));
            one
        })
        .collect();
    let drawn = draw("two_hundred", &Document::Minutes(facts));
    drawn.is_sound();
    let pages = drawn.pages();
    for index in 1..=200 {
        let (name, last) = (format!("CANDIDAT{index:03}"), format!("Dernier bloc {index:03}"));
        let page: Vec<_> = pages.iter().filter(|page| page.contains(&name)).collect();
        assert_eq!(page.len(), 1, "{name} stands on one page");
        assert!(page[0].contains(&last), "{name} is not cut");
        assert!(page[0].contains("Proposition de la règle") && page[0].contains("Décision du jury"));
    }
    assert_eq!(drawn.info("Pages"), pages.len().to_string());
}

#[test]
fn marks_out_of_twenty_are_said_in_figures() {
    let mut facts = sheet();
    facts.scale = (1..=20).map(|rank| LevelFacts { rank, label: format!("{rank}/20") }).collect();
    facts.blocks[0].methods[0].lines[0].mark = LineMark::Scored { rank: 14 };
    says(&draw("twenty", &Document::Sheet(facts)), &["14/20 14 sur 20"]);
}

#[test]
fn what_the_typeface_lacks_is_spelt_and_what_hides_is_dropped() {
    let mut facts = sheet();
    facts.blocks[0].methods[0].lines[0].comment = some("Très bien 👍, e\u{301}tude\tclaire\u{202e}.\r\nFin");
    let drawn = draw("spelt", &Document::Sheet(facts));
    drawn.is_sound();
    says(&drawn, &["Très bien [U+1F44D], e\u{301}tude claire. Fin"]);
}

#[test]
fn copied_text_keeps_its_blanks_and_takes_ligatures_apart() {
    let drawn = draw("unicode", &Document::Sheet(sheet()));
    let file = lopdf::Document::load_mem(&drawn.bytes).unwrap();
    let streams: String = file
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter_map(|stream| stream.get_plain_content().ok())
        .filter_map(|content| String::from_utf8(content).ok())
        .collect();
    // Narrow and ordinary no-break space, «ff» of «efficace», «œ».
    for code in ["> <202F>", "> <00A0>", "> <00660066>", "> <0153>"] {
        assert!(streams.contains(code), "{code} is missing");
    }
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    let mut facts = sheet();
    facts.zone = "Europe/Nulle-Part".to_owned();
    let refused = render(&Document::Sheet(facts), Lang::Fr).unwrap_err();
    assert!(matches!(refused, DocumentError::UnknownZone(zone) if zone == "Europe/Nulle-Part"));
}
