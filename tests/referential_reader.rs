//! A file of référentiel is read: its faults are all told, in one pass, each at its line, in clear words.

use parchemin::referential::fault::Finding;
use parchemin::referential::schema::json_schema_text;
use parchemin::referential::{CheckReport, Checked, Lang, check, check_bytes, content_hash};
use proptest::prelude::*;

const MINIMAL: &str = include_str!("data/minimal.yaml");

fn replaced(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(MINIMAL.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "«{from}» must stand once");
        text.replace(from, to)
    })
}

/// Line, code and pointer of each fault, as one reads them in the file.
fn told(checked: &Checked) -> Vec<String> {
    let tell =
        |fault: &parchemin::referential::Fault| format!("{} {} {}", fault.line, fault.code, fault.pointer);
    checked.faults.iter().map(tell).collect()
}

#[test]
fn ten_faults_of_ten_kinds_are_all_told_each_at_its_line() {
    let text = replaced(&[
        ("combination: median", "combination: mediane"),
        ("casting_vote: false", "casting_vote: non"),
        ("  - id: b1\n    number: 1\n    title: Tenir le feu\n", "  - id: b1\n    number: 1\n"),
        ("code: C1.2", "code: C1.1"),
        ("kind: role_play", "kind: role_play\n        durée: 20"),
        (
            "text: L'heure d'allumage est respectée.\n        method: m1-1\n",
            "text: L'heure d'allumage est respectée.\n",
        ),
        ("weight: 3", "weight: 0"),
        ("serves: [c1-1, c1-2]", "serves: [c1-1, c1-9]"),
        ("- id: k4", "- id: K4"),
        ("eliminatory: [k7]", "eliminatory: [k70]"),
        ("                check: competency_without_criterion\n", ""),
        ("minutes: 60", "minutes: soixante"),
    ]);
    let checked = check(&text).of_file("phare.yaml");
    let expected = [
        "32 not_allowed /combination",
        "49 wrong_type /jury/default/casting_vote",
        "60 missing_key /blocks/0/title",
        "75 duplicate_code /blocks/0/activities/0/competencies/1/code",
        "75 gap_in_numbering /blocks/0/activities/0/competencies/1/code",
        "106 unknown_key /blocks/0/methods/1/durée",
        "112 criterion_without_method /blocks/0/criteria/0/method",
        "115 weight_out_of_range /blocks/0/criteria/0/weight",
        "120 unknown_reference /blocks/0/criteria/1/serves/1",
        "128 wrong_form /blocks/0/criteria/3/id",
        "164 unknown_eliminatory /blocks/1/activities/0/competencies/0/rule/eliminatory/0",
        "165 competency_without_criterion /blocks/1/activities/0/competencies/1",
        "198 wrong_type /requirements/0/minutes",
    ];
    assert_eq!(told(&checked), expected);
    assert_eq!(checked.referential, None, "a file of broken shape gives no référentiel");
    assert_eq!((checked.totals.blocks, checked.totals.criteria), (2, 7), "and is counted all the same");
    let lines: Vec<_> = checked.faults.iter().map(ToString::to_string).collect();
    for line in &lines {
        assert!(line.starts_with("phare.yaml:"), "{line}");
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    phare.yaml:32: not_allowed: « mediane » n’est pas admis ici (vouliez-vous dire « median » ?) ; un seul de : median, consensus, majority, chair
    phare.yaml:49: wrong_type: il faut true ou false, le fichier donne un texte (« non »)
    phare.yaml:60: missing_key: la clé « title » manque
    phare.yaml:75: duplicate_code: le code imprimé « C1.1 » est déjà celui de « c1-1 »
    phare.yaml:75: gap_in_numbering: le code « C1.1 » est imprimé à la place 2 du bloc, où l’on attend « C1.2 »
    phare.yaml:106: unknown_key: la clé « durée » n’existe pas ici ; clés admises : choices, covers, grouping, id, kind, notes, text, title
    phare.yaml:112: criterion_without_method: le critère « k1 » n’a pas de modalité
    phare.yaml:115: weight_out_of_range: un poids va de 1 à 1000, le fichier donne 0
    phare.yaml:120: unknown_reference: « c1-9 » n’est pas une compétence de ce bloc
    phare.yaml:128: wrong_form: « K4 » n’a pas la forme demandée : des minuscules sans accent et des chiffres, joints par de simples traits d’union
    phare.yaml:164: unknown_eliminatory: « k70 » ne nomme aucun des critères que lit cette règle
    phare.yaml:165: competency_without_criterion: aucun critère ne sert la compétence « C2.2 »
    phare.yaml:198: wrong_type: il faut un nombre entier, le fichier donne un texte (« soixante »)
    "#);
    let english: Vec<_> = checked.faults.iter().map(|fault| fault.in_lang(Lang::En).to_string()).collect();
    insta::assert_snapshot!(english.join("\n"), @r#"
    phare.yaml:32: not_allowed: “mediane” is not allowed here (did you mean “median”?); one of: median, consensus, majority, chair
    phare.yaml:49: wrong_type: true or false is needed, the file gives text (“non”)
    phare.yaml:60: missing_key: the key “title” is missing
    phare.yaml:75: duplicate_code: the printed code “C1.1” is already that of “c1-1”
    phare.yaml:75: gap_in_numbering: the code “C1.1” is printed at place 2 of the block, where “C1.2” is expected
    phare.yaml:106: unknown_key: there is no key “durée” here; allowed keys: choices, covers, grouping, id, kind, notes, text, title
    phare.yaml:112: criterion_without_method: the criterion “k1” has no method
    phare.yaml:115: weight_out_of_range: a weight is from 1 to 1000, the file gives 0
    phare.yaml:120: unknown_reference: “c1-9” is not a competency of this block
    phare.yaml:128: wrong_form: “K4” does not have the form asked for: lower-case letters and digits, joined by single hyphens
    phare.yaml:164: unknown_eliminatory: “k70” names none of the criteria that this rule reads
    phare.yaml:165: competency_without_criterion: no criterion serves the competency “C2.2”
    phare.yaml:198: wrong_type: a whole number is needed, the file gives text (“soixante”)
    "#);
}

#[test]
fn the_report_has_the_shape_that_scripts_read() {
    let text = replaced(&[("weight: 3", "weight: 0")]);
    let report = CheckReport::new("phare.yaml", &check(&text), Lang::En);
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap(), @r#"
    {
      "file": "phare.yaml",
      "code": "gardien-de-phare",
      "version": "2026-1",
      "faults": [
        {
          "file": "phare.yaml",
          "line": 116,
          "column": 9,
          "code": "weight_out_of_range",
          "message": "a weight is from 1 to 1000, the file gives 0"
        }
      ],
      "notes": 2,
      "totals": {
        "blocks": 2,
        "activities": 3,
        "competencies": 5,
        "methods": 4,
        "criteria": 7
      },
      "blocks": [
        {
          "code": "b1",
          "activities": 2,
          "competencies": 3,
          "methods": 2,
          "criteria": 6
        },
        {
          "code": "b2",
          "activities": 1,
          "competencies": 2,
          "methods": 2,
          "criteria": 1
        }
      ]
    }
    "#);
}

#[test]
fn a_key_given_twice_is_told_and_what_follows_is_read() {
    let text = replaced(&[
        ("title: Gardien de phare\nlanguage", "title: Gardien de phare\ntitle: Gardienne\nlanguage"),
        ("title: Rapport", "title: Rapport\n        title: Rapport"),
        ("weight: 3", "weight: 0"),
    ]);
    let checked = check(&text);
    let codes: Vec<_> = checked.faults.iter().map(|fault| (fault.line, fault.code)).collect();
    assert_eq!(codes, [(5, "duplicate_key"), (117, "weight_out_of_range"), (180, "duplicate_key")]);
    assert_eq!(checked.referential, None);
}

#[test]
fn text_that_is_no_yaml_is_one_fault_with_its_line() {
    for (text, line) in
        [("code: [a\ntitle: b\n", 2), ("code: a\n  title: b\n", 2), ("code: \"a\n", 1), ("a: @b", 1)]
    {
        let checked = check(text);
        let codes: Vec<_> = checked.faults.iter().map(|fault| (fault.line, fault.code)).collect();
        assert_eq!(codes, [(line, "yaml_syntax")], "{text}");
    }
    let checked = check_bytes(b"code: a\ntitle: \xe9\n");
    assert_eq!(told(&checked), ["2 yaml_syntax "]);
}

#[test]
fn what_unfolds_or_nests_without_end_is_refused_at_once() {
    let laughs = "a: &a [x, x]\nb: &b [*a, *a]\n";
    assert_eq!(told(&check(laughs)), ["1 yaml_feature "]);
    assert_eq!(told(&check("code: *a")), ["1 yaml_syntax "], "an alias of nothing");
    assert_eq!(told(&check("code: !!str 12")), ["1 yaml_feature /code"]);
    assert_eq!(told(&check("code: a\n---\ncode: b\n")), ["2 yaml_feature "]);
    for open in ["[", "- ", "{a: ", "? "] {
        let deep = check(&open.repeat(200_000));
        let codes: Vec<_> = deep.faults.iter().map(|fault| fault.code).collect();
        assert!(matches!(codes.as_slice(), ["too_deep" | "yaml_syntax"]), "{open}: {codes:?}");
    }
    let rule = format!("{}all{}", "{ all_of: [".repeat(14), "] }".repeat(14));
    let nested = check(&replaced(&[("block: all", &format!("block: {rule}"))]));
    assert_eq!(nested.faults, [], "rules may nest as deep as anyone needs");
    let large = check(&"#".repeat(2 * 1024 * 1024 + 1));
    assert_eq!(told(&large), ["1 file_too_large "]);
    let many = check(&"- 1\n".repeat(100_001));
    assert!(told(&many).iter().all(|fault| fault.ends_with(" file_too_large ")), "{:?}", told(&many));
    let wrong = check(&(0..3000).map(|key| format!("k{key}: 1\n")).collect::<String>());
    assert_eq!(wrong.faults.len(), 2001);
    assert_eq!(wrong.faults.last().map(|fault| fault.code), Some("too_many_faults"));
}

#[test]
fn an_empty_file_and_a_file_of_something_else_are_told_plainly() {
    for text in ["", "# rien\n", "null"] {
        assert_eq!(told(&check(text)), ["1 wrong_type "], "{text}");
    }
    assert_eq!(told(&check("- a\n- b")), ["1 wrong_type "]);
    let missing = check("code: a");
    assert!(missing.faults.iter().all(|fault| fault.code == "missing_key"), "{:?}", told(&missing));
    assert!(missing.faults.iter().any(|fault| fault.pointer == "/blocks"));
}

#[test]
fn a_bare_number_for_a_text_is_told_with_what_to_write() {
    let text = replaced(&[("version: \"2026-1\"", "version: 1.10"), ("title: Registre", "title: 12")]);
    let checked = check(&text);
    assert_eq!(told(&checked), ["3 wrong_type /version", "157 wrong_type /blocks/1/activities/0/title"]);
    let words = |at: usize| checked.faults.get(at).map(|fault| fault.message.fr.clone()).unwrap_or_default();
    assert!(words(0).contains("\"1.10\""), "{}", words(0));
    assert!(words(1).contains("\"12\""), "{}", words(1));
}

#[test]
fn numbers_that_do_not_fit_are_told_by_the_shape() {
    for (from, to) in [
        ("weight: 3", "weight: 5000000000"),
        ("weight: 3", "weight: -1"),
        ("weight: 3", "weight: 99999999999999999999999"),
        ("met_from: 3", "met_from: 256"),
        ("weight: 3", "weight: 3.0"),
        ("weight: 3", "weight: .nan"),
    ] {
        let checked = check(&replaced(&[(from, to)]));
        assert_eq!(checked.faults.len(), 1, "{to}: {:?}", told(&checked));
        assert!(matches!(checked.faults[0].code, "not_allowed" | "wrong_type"), "{to}: {:?}", told(&checked));
    }
}

#[test]
fn a_rule_is_told_where_it_goes_wrong() {
    let faults = |rule: &str| told(&check(&replaced(&[("  block: all", &format!("  block: {rule}"))])));
    assert_eq!(faults("{ at_least: deux }"), ["39 wrong_type /rules/block/at_least"]);
    assert_eq!(faults("{ at_leest: 2 }"), ["39 not_allowed /rules/block"]);
    assert_eq!(faults("{ at_least: 1, share: 1/2 }"), ["39 not_allowed /rules/block"]);
    assert_eq!(faults("any"), ["39 not_allowed /rules/block"]);
    assert_eq!(faults("{ share: une moitié }"), ["39 wrong_form /rules/block/share"]);
    assert_eq!(
        faults("{ any_of: [all, { all_of: [{ share: 1 }] }] }"),
        ["39 wrong_type /rules/block/any_of/1/all_of/0/share"]
    );
    assert_eq!(faults("{ at_least: 1, sure: true }"), ["39 unknown_key /rules/block/sure"]);
    let own = check(&replaced(&[("eliminatory: [k7]", "eliminatory: k7")]));
    assert_eq!(told(&own), ["165 wrong_type /blocks/1/activities/0/competencies/0/rule/eliminatory"]);
}

#[test]
fn a_mistyped_key_is_told_with_the_one_that_was_meant() {
    let checked = check(&replaced(&[("combination: median", "combinaison: median")]));
    assert_eq!(told(&checked), ["2 missing_key /combination", "32 unknown_key /combinaison"]);
    let unknown = checked.faults.iter().find(|fault| fault.code == "unknown_key").unwrap();
    assert!(
        unknown.message.fr.contains("vouliez-vous dire «\u{a0}combination\u{a0}»"),
        "{}",
        unknown.message.fr
    );
    assert!(unknown.message.en.contains("did you mean “combination”"), "{}", unknown.message.en);
}

#[test]
fn a_list_that_is_missing_whole_is_one_fault_and_not_all_that_follows_from_it() {
    for (from, fault) in [
        ("    methods:\n      - id: m1-1", "missing_key /blocks/0/methods"),
        ("    criteria:\n      - id: k1", "missing_key /blocks/0/criteria"),
        ("    activities:\n      - id: a1-1", "missing_key /blocks/0/activities"),
        ("  levels:\n    - rank: 1", "missing_key /scale/levels"),
    ] {
        let (key, _) = from.trim_start().split_once(':').unwrap();
        let text = replaced(&[(from, &from.replace(key, "liste"))]);
        let checked = check(&text);
        let codes: Vec<_> = checked.faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
        assert_eq!(codes.len(), 2, "the key that is not known and the one that is missing: {codes:?}");
        assert!(codes.iter().any(|(code, at)| format!("{code} {at}") == fault), "{codes:?}");
    }
}

#[test]
fn every_message_exists_in_both_languages() {
    let finding = Finding::new("empty_text", "/title", "vide", "empty");
    assert_ne!(finding.message.in_lang(Lang::Fr), finding.message.in_lang(Lang::En));
    let checked = check(&replaced(&[("weight: 3", "weight: 0"), ("block: all", "block: some")]));
    for fault in &checked.faults {
        assert_ne!(fault.message.fr, fault.message.en);
        assert!(!fault.message.fr.contains(" :"), "a no-break space before the colon: {}", fault.message.fr);
    }
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    if std::env::var_os("PARCHEMIN_WRITE_SCHEMA").is_some() {
        std::fs::write("referentials/schema.json", json_schema_text()).unwrap();
    }
    let committed = std::fs::read_to_string("referentials/schema.json").unwrap();
    assert!(
        committed == json_schema_text(),
        "the types have changed: `PARCHEMIN_WRITE_SCHEMA=1 cargo test --test referential_reader` writes the schema anew"
    );
}

#[test]
fn the_hash_is_that_of_the_content_and_not_of_the_layout() {
    let hash = |text: &str| content_hash(&check(text).sound().unwrap_or_else(|faults| panic!("{faults:?}")));
    let first = hash(MINIMAL);
    // JSON is YAML with its own quoting and folding; through a value, keys come out in alphabetical order.
    let value = serde_json::to_value(check(MINIMAL).referential).unwrap();
    assert_eq!(hash(&value.to_string()), first);
    assert_eq!(
        hash(&MINIMAL.replace("Gardien de phare\nlanguage", "'Gardien de phare' # le titre\nlanguage")),
        first
    );
    assert_eq!(hash(&MINIMAL.replace('\n', "\r\n")), first);
    assert_eq!(hash(&replaced(&[("weight: 3", "weight: 3\n        optional: false")])), first);
    assert_eq!(
        hash(&replaced(&[(
            "    number: 1\n    title: Tenir le feu\n",
            "    title: Tenir le feu\n    number: 1\n"
        )])),
        first
    );
    for (from, to) in [
        ("weight: 3", "weight: 2"),
        ("text: Un mémoire.", "text: Un mémoire"),
        ("why: La cellule est vide.", "why: La cellule est blanche."),
        ("covers: [c1-1, c1-2]", "covers: [c1-2, c1-1]"),
        ("comment_required: true", "comment_required: false"),
    ] {
        assert_ne!(hash(&replaced(&[(from, to)])), first, "{to}");
    }
    // Written down: a change of this value is a change of what freezes every published version.
    insta::assert_snapshot!(hex::encode(first), @"18f1c361bb83366a2148ffd6a98a526ec63853440c07777997784486faebe43c");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s).{0,200}") {
        prop_assert!(!check(&text).faults.is_empty(), "no short text is a référentiel");
    }

    #[test]
    fn no_yaml_like_text_makes_the_reader_panic(
        text in "([ \n]{0,3}(- |\\? |code: |blocks:|a: |[\\[\\]{},:&*!|>'\"#%@`~]|---|\\.\\.\\.|[0-9.]{1,3}|é|\t)){0,60}"
    ) {
        prop_assert!(!check(&text).faults.is_empty());
    }

    #[test]
    fn no_change_of_a_sound_file_makes_the_reader_panic(
        cuts in prop::collection::vec((0usize..1000, 0usize..40, "[\\PC\n]{0,8}"), 1..4)
    ) {
        let mut chars: Vec<char> = MINIMAL.chars().collect();
        for (at, length, insert) in cuts {
            let start = chars.len() * at / 1000;
            let end = (start + length).min(chars.len());
            chars.splice(start..end, insert.chars());
        }
        let text: String = chars.into_iter().collect();
        let lines = text.lines().count() + 1;
        let checked = check(&text);
        prop_assert!(checked.faults.iter().all(|fault| (1..=lines).contains(&fault.line)), "{:?}", told(&checked));
        prop_assert!(checked.faults.iter().all(|fault| !fault.message.fr.is_empty() && !fault.message.en.is_empty()));
    }

    #[test]
    fn lines_lost_or_moved_never_make_the_reader_panic(moves in prop::collection::vec((0usize..220, 0usize..220), 1..6)) {
        let mut lines: Vec<&str> = MINIMAL.lines().collect();
        for (from, to) in moves {
            if from < lines.len() {
                let line = lines.remove(from);
                if to < lines.len() { lines.insert(to, line); }
            }
        }
        let checked = check(&lines.join("\n"));
        prop_assert!(checked.referential.is_some() || !checked.faults.is_empty());
    }
}
