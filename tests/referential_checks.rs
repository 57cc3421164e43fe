//! Each check finds its fault, at its line, and nothing else; a note on that element answers it, when the
//! document may be printed so; a note elsewhere never does.

use std::collections::BTreeSet;

use parchemin::referential::checks::{Answer, CHECKS};
use parchemin::referential::{Checked, check};

const MINIMAL: &str = include_str!("data/minimal.yaml");

/// The elements that carry notes already: the line that their list starts with.
const C2_2: &str = "            text: Transmettre le registre\n            notes:\n";
const ROOT: &str = "\nnotes:\n";

/// One slip in the sound file.
struct Slip {
    code: &'static str,
    /// What it does to the text: each left side stands there exactly once.
    edits: &'static [(&'static str, &'static str)],
    /// Stands on the line of the fault, in the edited text.
    line_of: &'static str,
    /// Stands on a line of the element that the fault is on, after which a note may come.
    element: &'static str,
    /// Faults that the slip brings along, of other checks.
    besides: &'static [&'static str],
}

const fn slip(
    code: &'static str,
    edits: &'static [(&'static str, &'static str)],
    line_of: &'static str,
    element: &'static str,
) -> Slip {
    Slip { code, edits, line_of, element, besides: &[] }
}

const SLIPS: &[Slip] = &[
    slip("duplicate_id", &[("- id: garde\n", "- id: k2\n")], "- id: k2\n    kind", "text: Une garde"),
    slip("duplicate_id", &[("- id: petrole\n", "- id: a1-1\n"), ("option: petrole", "option: a1-1")],
        "- id: a1-1\n                label", "text: Le candidat prépare"),
    Slip {
        besides: &["gap_in_numbering"],
        ..slip("duplicate_code", &[("code: C1.2", "code: C1.1")], "code: C1.1\n            text: Ent", "text: Entretenir")
    },
    Slip {
        besides: &["gap_in_numbering"],
        ..slip("duplicate_code", &[("code: A1.2", "code: A1.1")], "code: A1.1\n        title: Veille", "title: Veille")
    },
    slip("malformed_code", &[("code: C1.2", "code: C.1.2")], "code: C.1.2", "text: Entretenir"),
    slip("malformed_code", &[("competency: C{b}.{n}", "competency: C{n}")], "competency: C{n}", ROOT),
    slip("code_of_other_block", &[("code: C2.2", "code: C3.2")], "code: C3.2", C2_2),
    slip("gap_in_numbering", &[("code: C1.3", "code: C1.4")], "code: C1.4", "text: Veiller"),
    slip("gap_in_numbering", &[("code: A1.2", "code: A1.3")], "code: A1.3", "title: Veille"),
    Slip {
        besides: &["code_of_other_block", "code_of_other_block", "code_of_other_block"],
        ..slip("gap_in_numbering", &[("number: 2", "number: 3")], "number: 3", "title: Tenir le registre")
    },
    Slip {
        besides: &["activity_without_competency", "activity_without_competency"],
        ..slip("block_without_competency", &[("\nrequirements:", "
  - id: b3
    number: 3
    title: Vide
    activities:
      - { id: a3-1, code: A3.1, title: t, tasks: [], competencies: [] }
      - { id: a3-2, code: A3.2, title: t, tasks: [], competencies: [] }
    methods: []
    criteria: []
\nrequirements:")], "- id: b3", "title: Vide")
    },
    slip("activity_without_competency", &[("    methods:\n      - id: m1-1", "
      - id: a1-3
        code: A1.3
        title: Rien
        tasks: []
        competencies: []
    methods:\n      - id: m1-1")], "competencies: []", "title: Rien"),
    slip("competency_without_criterion", &[("serves: [c1-1]", "serves: [c1-2]"), ("serves: [c1-1, c1-2]", "serves: [c1-2]")],
        "- id: c1-1", "text: Allumer"),
    slip("competency_without_method", &[("covers: [c2-2]", "covers: [c2-1]"), ("method: m2-1", "method: m2-2"),
        ("covers: [c2-1]\n      - id: m2-2", "covers: [c2-1]\n        notes: [{printed: p, read_as: r, why: w, check: method_without_criterion}]\n      - id: m2-2")],
        "- id: c2-2", C2_2),
    slip("criterion_without_method", &[("        method: m1-1\n        serves: [c1-1]\n", "        serves: [c1-1]\n")],
        "- id: k1", "text: L'heure"),
    slip("criterion_without_method", &[("        method: m1-1\n        serves: [c1-1]\n", "        method: m2-1\n        serves: [c1-1]\n")],
        "method: m2-1\n        serves: [c1-1]", "text: L'heure"),
    slip("criterion_serves_nobody", &[("serves: [c1-1]\n", "serves: []\n")], "serves: []", "text: L'heure"),
    slip("criterion_outside_method", &[("serves: [c1-1]\n", "serves: [c1-1, c1-3]\n")], "serves: [c1-1, c1-3]", "text: L'heure"),
    Slip {
        besides: &["competency_without_method", "criterion_outside_method"],
        ..slip("method_covers_nothing", &[("covers: [c2-1]", "covers: []")], "covers: []", "title: Rapport")
    },
    slip("method_without_criterion", &[("    criteria:\n      - id: k1", "
      - id: m1-3
        kind: report
        title: Livre
        text: Un livre de bord.
        grouping: team
        covers: [c1-1]
    criteria:\n      - id: k1")], "- id: m1-3", "title: Livre"),
    slip("unknown_reference", &[("serves: [c1-1]\n", "serves: [c1-1, c9-9]\n")], "serves: [c1-1, c9-9]", "text: L'heure"),
    slip("unknown_reference", &[("serves: [c1-1]\n", "serves: [c1-1, c2-1]\n")], "serves: [c1-1, c2-1]", "text: L'heure"),
    slip("unknown_reference", &[("covers: [c2-1]", "covers: [c2-1, k1]")], "covers: [c2-1, k1]", "title: Rapport"),
    Slip {
        besides: &["option_without_criterion"],
        ..slip("unknown_reference", &[("option: petrole", "option: charbon")], "option: charbon", "text: La mèche")
    },
    Slip {
        besides: &["option_without_criterion"],
        ..slip("unknown_reference", &[("choice: source, option: petrole", "choice: sauce, option: petrole")],
            "choice: sauce", "text: La mèche")
    },
    slip("choice_without_options", &[(
        "              - id: electricite\n                label: { fr: électricité, en: electricity }\n", ""),
        ("        when: { choice: source, option: electricite }\n", "")],
        "options:", "text: Le candidat prépare"),
    slip("option_without_criterion", &[("        when: { choice: source, option: electricite }\n", "")],
        "- id: electricite", "text: Le candidat prépare"),
    Slip {
        besides: &["unknown_level"],
        ..slip("scale_ranks", &[("rank: 3", "rank: 4")], "rank: 4", "met_from")
    },
    slip("unknown_level", &[("met_from: 3", "met_from: 0")], "met_from: 0", "met_from"),
    slip("unknown_level", &[("none_below: 2", "none_below: 4")], "none_below: 4", "block: all"),
    slip("weight_out_of_range", &[("weight: 3", "weight: 0")], "weight: 0", "text: L'heure"),
    slip("weight_out_of_range", &[("weight: 3", "weight: 1001")], "weight: 1001", "text: L'heure"),
    slip("threshold_unreachable", &[("- share: \"1/2\"", "- share: \"3/2\"")], "- share:", "block: all"),
    slip("threshold_unreachable", &[("at_least: 1\n                - w", "at_least: 3\n                - w")],
        "- at_least: 3", "text: Veiller"),
    slip("threshold_unreachable", &[("at_least: 1\n        - elim", "at_least: 3\n        - elim")],
        "- at_least: 3", "title: Tenir le registre"),
    slip("threshold_unreachable", &[("certification: all", "certification: { at_least: 3 }")],
        "certification: { at", "block: all"),
    slip("threshold_unreachable", &[("block: all", "block: { at_least: 4 }")], "block: { at", "certification: all"),
    slip("threshold_unreachable", &[("weighted_mean: \"2.5\"", "weighted_mean: \"3.1\"")], "weighted_mean", "text: Veiller"),
    slip("threshold_unreachable", &[("weighted_mean: \"2.5\"", "weighted_mean: \"0.9\"")], "weighted_mean", "text: Veiller"),
    slip("threshold_unreachable", &[("members_at_least: 2", "members_at_least: 0")], "members_at_least: 0", "printed: un jury"),
    slip("threshold_unreachable", &[("external_share_at_least: 1/2", "external_share_at_least: 9/8")],
        "external_share_at_least: 9/8", "printed: un jury"),
    slip("empty_rule", &[("block: all", "block: { any_of: [] }")], "block:", "certification: all"),
    slip("empty_rule", &[("block: all", "block: { at_least: 0 }")], "block:", "certification: all"),
    slip("empty_rule", &[("- share: \"1/2\"", "- share: \"0/5\"")], "- share:", "block: all"),
    slip("rule_not_for_stage", &[("block: all", "block: { none_below: 2 }")], "block: {", "certification: all"),
    slip("rule_not_for_stage", &[("certification: all", "certification: { weighted_mean: \"2\" }")],
        "certification: {", "block: all"),
    slip("rule_not_for_stage", &[("eliminatory: [c2-1]", "eliminatory: [k7]")], "- eliminatory: [k7]", "title: Tenir le registre"),
    slip("rule_not_for_stage", &[("certification: all", "certification: { eliminatory: [garde] }")],
        "certification: {", "block: all"),
    slip("unknown_eliminatory", &[("eliminatory: [k7]", "eliminatory: [k8]")], "eliminatory: [k8]", "text: Écrire"),
    slip("unknown_eliminatory", &[("eliminatory: [k7]", "eliminatory: [k1]")], "eliminatory: [k1]", "text: Écrire"),
    slip("unknown_eliminatory", &[("eliminatory: [c2-1]", "eliminatory: [c1-1]")], "eliminatory: [c1-1]", "title: Tenir le registre"),
    slip("duplicate_route", &[("\nblocks:", "    - route: prior_experience
      composition: { members_at_least: 1, external_share_at_least: \"0\", excluded_ties: [], casting_vote: false }
\nblocks:")], "- route: prior_experience\n      composition: {", "printed: un jury"),
    slip("requirement_shape", &[("minutes: 60", "months_at_least: 3")], "months_at_least: 3", "text: Une soutenance"),
    slip("requirement_shape", &[("months_at_least: 4", "minutes: 4")], "minutes: 4", "text: Une garde"),
    slip("requirement_shape", &[("minutes: 60", "minutes: 0")], "minutes: 0", "text: Une soutenance"),
    slip("empty_text", &[("title: Veille", "title: \"  \"")], "title: \"  \"", "code: A1.2"),
    slip("empty_text", &[("{ fr: pétrole, en: oil }", "{ fr: pétrole, en: '' }")], "en: ''", "text: Le candidat prépare"),
    slip("unknown_check", &[("la première promotion.", "la première promotion.\n    check: gap")], "check: gap", ROOT),
];

fn edited(slip: &Slip) -> String {
    slip.edits.iter().fold(MINIMAL.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{}: «{from}» must stand once", slip.code);
        text.replace(from, to)
    })
}

fn line_of(text: &str, part: &str) -> usize {
    assert_eq!(text.matches(part).count(), 1, "«{part}» must stand once");
    1 + text.split(part).next().map_or(0, |before| before.matches('\n').count())
}

fn note(code: &str) -> String {
    format!("{{printed: p, read_as: r, why: w, check: {code}}}")
}

/// The text with a note on the element that has `line` among its keys.
fn noted(text: &str, line: &str, code: &str) -> String {
    for (list, dash) in [(C2_2, "              - "), (ROOT, "  - ")] {
        if line == list {
            assert_eq!(text.matches(list).count(), 1);
            return text.replace(list, &format!("{list}{dash}{}\n", note(code)));
        }
    }
    let mut out = String::new();
    let mut done = 0;
    for one in text.lines() {
        out.push_str(one);
        out.push('\n');
        if one.contains(line) {
            let indent = one.len() - one.trim_start_matches([' ', '-']).len();
            out.push_str(&format!("{}notes: [{}]\n", " ".repeat(indent), note(code)));
            done += 1;
        }
    }
    assert_eq!(done, 1, "«{line}» must stand on one line");
    out
}

fn codes(checked: &Checked) -> Vec<&'static str> {
    checked.faults.iter().map(|fault| fault.code).collect()
}

fn sorted(codes: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_unstable();
    codes
}

#[test]
fn the_sound_file_has_no_fault() {
    let checked = check(MINIMAL);
    assert_eq!(checked.faults, []);
    assert_eq!(checked.notes, 2);
    assert!(checked.sound().is_ok());
}

#[test]
fn every_check_has_a_slip_that_it_finds() {
    let slipped: BTreeSet<_> = SLIPS.iter().map(|slip| slip.code).collect();
    let checks: BTreeSet<_> = CHECKS.iter().map(|check| check.code).collect();
    assert_eq!(slipped, checks);
}

#[test]
fn each_slip_is_told_at_its_line_and_nothing_else_is() {
    for slip in SLIPS {
        let text = edited(slip);
        let checked = check(&text);
        let expected = sorted(slip.besides.iter().copied().chain([slip.code]));
        assert_eq!(sorted(codes(&checked)), expected, "{:?}: {:#?}", slip.edits, checked.faults);
        let fault = checked.faults.iter().find(|fault| fault.code == slip.code).unwrap();
        assert_eq!(fault.line, line_of(&text, slip.line_of), "{}: {:?}", slip.code, slip.edits);
        assert!(checked.referential.is_some(), "the shape is sound: {}", slip.code);
        assert!(checked.clone().sound().is_err());
    }
}

#[test]
fn a_note_on_the_element_answers_its_fault_when_the_document_may_be_printed_so() {
    for slip in SLIPS {
        let check_of = CHECKS.iter().find(|check| check.code == slip.code).unwrap();
        let text = noted(&edited(slip), slip.element, slip.code);
        let checked = check(&text);
        let mut expected = sorted(slip.besides.iter().copied());
        if check_of.answer == Answer::Never {
            expected = sorted(expected.into_iter().chain([slip.code]));
        }
        assert_eq!(sorted(codes(&checked)), expected, "{}: {:#?}", slip.code, checked.faults);
        assert!(checked.notes >= 3);
    }
}

#[test]
fn a_note_on_another_element_or_of_another_check_answers_nothing() {
    for slip in SLIPS {
        let text = edited(slip);
        let expected = sorted(slip.besides.iter().copied().chain([slip.code]));
        // A neighbour, the block around most slips, the file around them all.
        for elsewhere in ["title: Jeu de rôle", "title: Tenir le feu", ROOT] {
            if elsewhere != slip.element {
                let found = codes(&check(&noted(&text, elsewhere, slip.code)));
                assert_eq!(sorted(found), expected, "{}: {elsewhere}", slip.code);
            }
        }
        let other = if slip.code == "empty_text" { "duplicate_code" } else { "empty_text" };
        assert_eq!(sorted(codes(&check(&noted(&text, slip.element, other)))), expected, "{}", slip.code);
    }
}

#[test]
fn the_format_page_names_every_check() {
    let page = include_str!("../docs/referential-format.md");
    for check in CHECKS {
        let row =
            format!("| `{}` | {} |", check.code, if check.answer == Answer::ByNote { "yes" } else { "no" });
        assert!(page.contains(&row), "docs/referential-format.md lacks: {row}");
    }
}
