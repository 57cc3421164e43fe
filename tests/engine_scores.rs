//! From jurors' marks to one result, and what a sheet must hold before it is signed (MODEL §3).

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use parchemin::referential::model::{Combination, Criterion, Method, Scale, Slug};
use parchemin::scoring::model::{
    Answer, Applies, Disagreement, LineMarks, LineResult, LineTerms, Mark, Score, ScoreFault, SeatMark,
    SheetGrid, SheetLine,
};
use parchemin::scoring::rules::{
    answer_fault, applies, combine, disagreement, effective_mark, score_faults, sheet_faults,
};
use serde_json::json;

use Combination::{Chair, Consensus, Majority, Median};
use LineResult::{Rank, Unsettled};

/// Marks as people write them: the chair first; `-` not observed, `/` not applicable.
fn line(marks: &str) -> LineMarks {
    let seat = |(place, sign): (usize, char)| {
        let mark = match sign {
            '-' => Mark::NotObserved,
            '/' => Mark::NotApplicable,
            digit => Mark::Scored(u8::try_from(digit.to_digit(10).unwrap()).unwrap()),
        };
        SeatMark { mark, chair: place == 0 }
    };
    LineMarks::new(marks.chars().enumerate().map(seat).collect(), marks.len(), None)
}

fn slug(text: &str) -> Slug {
    Slug::try_from(text).unwrap()
}

#[test]
fn jurors_become_one_result() {
    let gap = |low, high| Unsettled(Disagreement::Gap { low, high });
    let mixed = Unsettled(Disagreement::MixedStates);
    for (combination, marks, result) in [
        (Median, "3", Rank(3)),
        (Median, "23", Rank(2)),
        (Median, "323", Rank(3)),
        (Median, "2323", Rank(2)),
        (Median, "13", gap(1, 3)),
        (Median, "123", gap(1, 3)),
        (Median, "---", LineResult::NotObserved),
        (Median, "//", LineResult::NotApplicable),
        (Median, "3-", mixed),
        (Median, "/3", mixed),
        (Median, "-/", mixed),
        (Consensus, "22", Rank(2)),
        (Consensus, "232", Unsettled(Disagreement::NoConsensus)),
        (Consensus, "--", LineResult::NotObserved),
        (Majority, "232", Rank(2)),
        (Majority, "323", Rank(3)),
        (Majority, "23", Unsettled(Disagreement::NoMajority)),
        (Majority, "242", gap(2, 4)),
        (Chair, "322", Rank(3)),
        (Chair, "233", Rank(2)),
        (Chair, "133", gap(1, 3)),
    ] {
        assert_eq!(combine(combination, &line(marks)), result, "{combination:?} of {marks}");
        let to_settle = disagreement(combination, line(marks).marks());
        assert_eq!(to_settle.map(Unsettled), Some(result).filter(|one| matches!(one, Unsettled(_))));
    }
    let without_chair = LineMarks::new(line("322").marks()[1..].to_vec(), 2, None);
    assert_eq!(combine(Chair, &without_chair), Unsettled(Disagreement::ChairSilent));
    assert_eq!(combine(Median, &without_chair), Rank(2));
}

#[test]
fn a_settlement_stands_beside_the_marks_while_all_have_signed() {
    let settled = line("13").settled(Some(Mark::Scored(2)));
    assert_eq!(combine(Median, &settled), Rank(2));
    assert_eq!(settled.marks(), line("13").marks());
    assert_eq!(disagreement(Median, settled.marks()), Some(Disagreement::Gap { low: 1, high: 3 }));

    // The second sheet is reopened: its seat is expected again, the settlement waits.
    assert_eq!(combine(Median, &settled.without_mark(1)), LineResult::Unscored);
    assert_eq!(combine(Median, &LineMarks::unscored().settled(Some(Mark::Scored(3)))), LineResult::Unscored);
    assert_eq!(disagreement(Median, &[]), None);
}

fn scale() -> Scale {
    let level = |rank: u8, comment: bool| json!({"rank": rank, "label": {"fr": "", "en": ""}, "meaning": {"fr": "", "en": ""}, "comment_required": comment});
    serde_json::from_value(
        json!({"levels": [level(1, true), level(2, false), level(3, false)], "met_from": 3}),
    )
    .unwrap()
}

const PLAIN: LineTerms = LineTerms { optional: false, applies: Applies::Always };

fn faults_of(terms: LineTerms, mark: Mark, reason: Option<&str>, comment: Option<&str>) -> Vec<ScoreFault> {
    score_faults(&scale(), terms, Score { mark, reason, comment })
}

#[test]
fn a_score_is_checked_against_its_line() {
    use ScoreFault::{
        CommentRequired, NotApplicableNotAllowed, OptionNotChosen, RankOutsideScale, ReasonRequired,
    };
    let optional = LineTerms { optional: true, ..PLAIN };
    let other_option = LineTerms { applies: Applies::OptionNotChosen, ..PLAIN };

    assert_eq!(faults_of(PLAIN, Mark::Scored(3), None, None), []);
    assert_eq!(faults_of(PLAIN, Mark::Scored(0), None, None), [RankOutsideScale]);
    assert_eq!(faults_of(PLAIN, Mark::Scored(4), None, None), [RankOutsideScale]);
    assert_eq!(faults_of(PLAIN, Mark::Scored(1), None, Some("  ")), [CommentRequired]);
    assert_eq!(faults_of(PLAIN, Mark::Scored(1), None, Some("Rien n’est chiffré.")), []);
    assert_eq!(faults_of(PLAIN, Mark::NotObserved, None, None), []);

    assert_eq!(faults_of(PLAIN, Mark::NotApplicable, None, None), [NotApplicableNotAllowed, ReasonRequired]);
    assert_eq!(faults_of(PLAIN, Mark::NotApplicable, Some("Hors sujet"), None), [NotApplicableNotAllowed]);
    assert_eq!(faults_of(optional, Mark::NotApplicable, Some(" "), None), [ReasonRequired]);
    assert_eq!(faults_of(optional, Mark::NotApplicable, Some("Pas de données"), None), []);

    // The option not chosen is the reason, and leaves nothing to score.
    assert_eq!(faults_of(other_option, Mark::NotApplicable, None, None), []);
    assert_eq!(faults_of(other_option, Mark::Scored(3), None, None), [OptionNotChosen]);
    assert_eq!(faults_of(other_option, Mark::NotObserved, None, None), [OptionNotChosen]);
    assert_eq!(effective_mark(other_option, None), Some(Mark::NotApplicable));
    assert_eq!(effective_mark(PLAIN, None), None);

    assert!(CommentRequired.only_at_signature() && !RankOutsideScale.only_at_signature());
    assert_eq!(NotApplicableNotAllowed.code(), "not_applicable_not_allowed");
}

#[test]
fn a_sheet_is_complete_when_choices_are_answered_and_lines_filled() {
    let option = |id: &str| json!({"id": id, "label": {"fr": id, "en": id}});
    let method: Method = serde_json::from_value(json!({
        "id": "etude", "kind": "case_study", "title": "Étude de cas", "text": "", "grouping": "individual",
        "covers": ["c1"],
        "choices": [{"id": "modele", "question": {"fr": "", "en": ""},
            "options": [option("regression"), option("classification")]}],
    }))
    .unwrap();
    let criterion = |id: &str, option: &str| -> Criterion {
        let when = json!({"choice": "modele", "option": option});
        serde_json::from_value(
            json!({"id": id, "text": "", "serves": ["c1"], "observed": "filed", "when": when}),
        )
        .unwrap()
    };
    let (rmse, auc) = (criterion("rmse", "regression"), criterion("auc", "classification"));
    let sheet = |answers: &[Answer], scored: bool| -> Vec<(String, &'static str)> {
        let score = Score { mark: Mark::Scored(1), reason: None, comment: None };
        let of = |criterion: &Criterion| LineTerms {
            optional: false,
            applies: applies(criterion.when.as_ref(), answers),
        };
        let grid = SheetGrid {
            method: &method,
            answers,
            lines: vec![
                SheetLine { line: &rmse.id, terms: of(&rmse), score: scored.then_some(score) },
                SheetLine { line: &auc.id, terms: of(&auc), score: None },
            ],
        };
        let faults = sheet_faults(&scale(), &[grid]);
        faults.into_iter().map(|one| (one.subject.to_string(), one.fault.code())).collect()
    };
    let said = |subject: &str, code| (subject.to_owned(), code);
    let answer = |options: &[&str]| {
        vec![Answer { choice: slug("modele"), options: options.iter().map(|id| slug(id)).collect() }]
    };

    assert_eq!(
        sheet(&[], false),
        [said("modele", "choice_unanswered"), said("rmse", "line_unscored"), said("auc", "line_unscored")]
    );
    assert_eq!(sheet(&answer(&[]), true)[0], said("modele", "choice_unanswered"));
    assert_eq!(sheet(&answer(&["regression"]), false), [said("rmse", "line_unscored")]);
    assert_eq!(sheet(&answer(&["regression"]), true), [said("rmse", "comment_required")]);
    assert_eq!(
        sheet(&answer(&["regression", "classification"]), true),
        [said("rmse", "comment_required"), said("auc", "line_unscored")]
    );
    let wrong = Answer { choice: slug("modele"), options: vec![slug("arbre")] };
    assert_eq!(answer_fault(&method, &wrong), Some(ScoreFault::OptionUnknown));
    let elsewhere = Answer { choice: slug("langage"), options: vec![slug("arbre")] };
    assert_eq!(answer_fault(&method, &elsewhere), Some(ScoreFault::ChoiceUnknown));
    assert_eq!(answer_fault(&method, &answer(&["regression"])[0]), None);
}
