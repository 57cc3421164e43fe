//! What people read: the words of a proposal, from the same data as its verdict.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(dead_code, reason = "the properties use the rest of the support")]

mod engine_support;

use std::collections::BTreeMap;

use engine_support::Case;
use engine_support::build::{block, competency, criterion, ratio, referential, requirement, slug};
use parchemin::deliberation::model::{BlockStanding, RequirementState, Verdict};
use parchemin::deliberation::plan::Plan;
use parchemin::deliberation::rules::{propose_block, propose_certification};
use parchemin::deliberation::sentences::{ProposalView, describe};
use parchemin::referential::model::Rule;
use parchemin::scoring::model::{LineMarks, Mark, SeatMark};

const STATEMENT: &str = "Réaliser une veille technologique et réglementaire continue, afin d’anticiper les évolutions du secteur.";

/// Block 1: C1.1 with six criteria, C1.2 scored directly; block 2, one competency; a thesis.
fn case(marks: &[&str]) -> Case {
    let ids = ["k1", "k2", "k3", "k4", "k5", "k6"];
    let criteria = ids.iter().map(|id| criterion(id, &["c1"], 1)).collect();
    let first = vec![competency("c1", "C1.1", STATEMENT), competency("c2", "C1.2", "Rendre compte.")];
    let second = vec![competency("c3", "C2.1", "Conduire un projet")];
    let mut made = referential(vec![block(1, first, criteria), block(2, second, Vec::new())]);
    made.rules.competency = Rule::AllOf(vec![Rule::NoneBelow(2), Rule::Share(ratio("1/2"))]);
    made.requirements.push(requirement("these"));
    let lines = ids.iter().chain(&["c2", "c3"]).zip(marks);
    Case {
        referential: made,
        lines: lines.map(|(id, marks)| (slug(id), line(marks))).collect(),
        blocks: ["b1", "b2"].map(|id| (slug(id), BlockStanding::Sought)).into(),
        requirements: BTreeMap::from([(slug("these"), RequirementState::Met)]),
    }
}

/// Two seats; `.` for a sheet that is not signed, `-` not observed, `/` not applicable.
fn line(marks: &str) -> LineMarks {
    let seat = |(place, sign): (usize, char)| {
        let mark = match sign {
            '.' => return None,
            '-' => Mark::NotObserved,
            '/' => Mark::NotApplicable,
            digit => Mark::Scored(u8::try_from(digit.to_digit(10).unwrap()).unwrap()),
        };
        Some(SeatMark { mark, chair: place == 0 })
    };
    LineMarks::new(marks.chars().enumerate().filter_map(seat).collect(), 2, None)
}

fn block_one(case: &Case) -> ProposalView {
    let plan = Plan::compile(&case.referential);
    let at = plan.block(&slug("b1")).unwrap();
    describe(&plan, &propose_block(&plan, &case.facts(&plan), at).unwrap())
}

fn certification(case: &Case) -> ProposalView {
    let plan = Plan::compile(&case.referential);
    describe(&plan, &propose_certification(&plan, &case.facts(&plan)))
}

/// No-break spaces shown as `~`, so that they can be read.
fn shown(sentences: &[String]) -> String {
    sentences.join("\n").replace('\u{a0}', "~")
}

#[test]
fn a_refusal_names_the_rule_and_the_criteria() {
    let view = block_one(&case(&["33", "33", "11", "22", "--", "22", "33", "33"]));
    assert_eq!(view.verdict, Verdict::Refused);
    insta::assert_snapshot!(shown(&view.sentences.fr), @r"
    Bloc 1 (Le bloc 1)~: l’acquisition n’est pas proposée.
    Bloc 1~: 1 compétence sur 2 est acquise~; il les faut toutes.
    C1.1 (Réaliser une veille technologique et réglementaire continue…)~: 2 critères sont en dessous de «~partiellement acquis~»~; aucun ne doit l’être.
    C1.1~: 2 critères sur 6 sont acquis~; il en faut la moitié.
    «~Le critère k3 est tenu~»~: non acquis.
    «~Le critère k5 est tenu~»~: non observé.
    «~Le critère k4 est tenu~»~: partiellement acquis.
    «~Le critère k6 est tenu~»~: partiellement acquis.
    ");
    insta::assert_snapshot!(shown(&view.sentences.en), @r"
    Block 1 (Le bloc 1): not proposed as acquired.
    Block 1: 1 of 2 competencies is acquired; all are needed.
    C1.1 (Réaliser une veille technologique et réglementaire continue…): 2 criteria are below “partly acquired”; none may be.
    C1.1: 2 of 6 criteria are met; half are needed.
    “Le critère k3 est tenu”: not acquired.
    “Le critère k5 est tenu”: not observed.
    “Le critère k4 est tenu”: partly acquired.
    “Le critère k6 est tenu”: partly acquired.
    ");
}

#[test]
fn a_proposal_says_what_was_asked() {
    let view = block_one(&case(&["33", "33", "//", "22", "//", "22", "33", "33"]));
    assert_eq!(view.verdict, Verdict::Proposed);
    insta::assert_snapshot!(shown(&view.sentences.fr), @r"
    Bloc 1 (Le bloc 1)~: l’acquisition est proposée.
    Bloc 1~: 2 compétences sur 2 sont acquises~; il les faut toutes.
    ");
    insta::assert_snapshot!(shown(&view.path.below[0].sentences.fr), @r"
    C1.1 (Réaliser une veille technologique et réglementaire continue…)~: aucun critère n’est en dessous de «~partiellement acquis~».
    C1.1~: 2 critères sur 4 sont acquis~; il en faut la moitié.
    ");
    insta::assert_snapshot!(shown(&view.path.below[0].sentences.en), @r"
    C1.1 (Réaliser une veille technologique et réglementaire continue…): no criterion is below “partly acquired”.
    C1.1: 2 of 4 criteria are met; half are needed.
    ");
}

#[test]
fn what_is_missing_is_named_and_what_the_chair_has_to_settle() {
    let view = block_one(&case(&["33", "13", "3-", "3.", "33", "33", "..", "33"]));
    assert_eq!(view.verdict, Verdict::Incomplete);
    insta::assert_snapshot!(shown(&view.sentences.fr), @r"
    Bloc 1 (Le bloc 1)~: il manque de quoi conclure.
    Bloc 1~: 2 compétences sur 2 restent sans conclusion.
    C1.1 (Réaliser une veille technologique et réglementaire continue…)~: 3 critères sur 6 restent à noter ou à trancher.
    «~Le critère k2 est tenu~»~: l’écart va de «~non acquis~» à «~acquis~»~; la présidence du jury doit trancher.
    «~Le critère k3 est tenu~»~: noté, non observé ou sans objet selon les membres du jury~; la présidence du jury doit trancher.
    «~Le critère k4 est tenu~»~: pas encore noté par tous.
    C1.2 (Rendre compte)~: notée directement, elle reste à noter ou à trancher.
    C1.2 «~Rendre compte.~»~: pas encore noté par tous.
    ");
    insta::assert_snapshot!(shown(&view.sentences.en), @r"
    Block 1 (Le bloc 1): something is missing to conclude.
    Block 1: 2 of 2 competencies remain without a conclusion.
    C1.1 (Réaliser une veille technologique et réglementaire continue…): 3 of 6 criteria remain to be scored or settled.
    “Le critère k2 est tenu”: scores go from “not acquired” to “acquired”; the chair has to settle.
    “Le critère k3 est tenu”: scored, not observed or not applicable depending on the member; the chair has to settle.
    “Le critère k4 est tenu”: not yet scored by all.
    C1.2 (Rendre compte): scored directly, it remains to be scored or settled.
    C1.2 “Rendre compte.”: not yet scored by all.
    ");
}

#[test]
fn a_competency_without_applicable_criterion_cannot_be_concluded() {
    let view = block_one(&case(&["//", "//", "//", "//", "//", "//", "33", "33"]));
    assert_eq!(view.verdict, Verdict::Incomplete);
    insta::assert_snapshot!(shown(&view.sentences.fr), @r"
    Bloc 1 (Le bloc 1)~: il manque de quoi conclure.
    Bloc 1~: 1 compétence sur 2 reste sans conclusion.
    C1.1 (Réaliser une veille technologique et réglementaire continue…)~: aucun critère n’est applicable~; la règle ne peut pas conclure.
    ");
}

#[test]
fn the_certification_names_blocks_and_requirements() {
    let mut case = case(&["33", "33", "33", "33", "33", "33", "33", "11"]);
    case.requirements.insert(slug("these"), RequirementState::Unmet);
    let view = certification(&case);
    assert_eq!(view.verdict, Verdict::Refused);
    insta::assert_snapshot!(shown(&view.sentences.fr), @r"
    Certification~: la délivrance n’est pas proposée.
    Certification~: 1 bloc sur 2 est acquis~; il les faut tous.
    Bloc 2 (Le bloc 2)~: non acquis.
    Condition «~Thèse professionnelle~»~: non satisfaite.
    ");
    insta::assert_snapshot!(shown(&view.sentences.en), @r"
    Certification: not proposed for award.
    Certification: 1 of 2 blocks is acquired; all are needed.
    Block 2 (Le bloc 2): not acquired.
    Requirement “Professional thesis”: unmet.
    ");
    case.requirements.insert(slug("these"), RequirementState::Pending);
    assert_eq!(certification(&case).verdict, Verdict::Incomplete);
}

#[test]
fn every_other_rule_has_its_words() {
    let marks = ["33", "33", "11", "22", "--", "22", "33", "33"];
    let mut said = Vec::new();
    for rule in [
        Rule::All,
        Rule::AtLeast(3),
        Rule::AtLeast(2),
        Rule::Share(ratio("2/3")),
        Rule::Share(ratio("0.35")),
        Rule::WeightedMean(ratio("2.5")),
        Rule::Eliminatory(vec![slug("k1")]),
        Rule::Eliminatory(vec![slug("k3"), slug("k4"), slug("k1")]),
        Rule::AnyOf(vec![Rule::AtLeast(3), Rule::NoneBelow(2)]),
        Rule::Eliminatory(vec![slug("nowhere")]),
    ] {
        let mut case = case(&marks);
        case.referential.blocks[0].activities[0].competencies[0].rule = Some(rule);
        case.referential.blocks[0].criteria[1].weight = 3;
        let competency = &block_one(&case).path.below[0];
        let own = |sentences: &[String]| {
            let rules = sentences.iter().filter_map(|sentence| sentence.strip_prefix("C1.1"));
            let said: Vec<_> = rules.map(|rule| rule.split_once(": ").unwrap().1).collect();
            said.join(" / ")
        };
        said.push(format!(
            "{:?}
{}
{}",
            competency.verdict,
            own(&competency.sentences.fr),
            own(&competency.sentences.en)
        ));
    }
    insta::assert_snapshot!(shown(&said), @r"
    Refused
    2 critères sur 6 sont acquis~; il les faut tous.
    2 of 6 criteria are met; all are needed.
    Refused
    2 critères sur 6 sont acquis~; il en faut 3.
    2 of 6 criteria are met; 3 needed.
    Proposed
    2 critères sur 6 sont acquis~; il en faut 2.
    2 of 6 criteria are met; 2 needed.
    Refused
    2 critères sur 6 sont acquis, pour un poids de 4 sur 8~; il en faut les deux tiers.
    2 of 6 criteria are met, with a weight of 4 out of 8; two thirds are needed.
    Proposed
    2 critères sur 6 sont acquis, pour un poids de 4 sur 8~; il en faut 35~%.
    2 of 6 criteria are met, with a weight of 4 out of 8; 35% are needed.
    Refused
    la moyenne des niveaux est de 2,25~; il faut 2,5.
    the mean of the levels is 2.25; 2.5 needed.
    Proposed
    le critère éliminatoire est acquis.
    the eliminatory criterion is met.
    Refused
    2 critères éliminatoires ne sont pas acquis.
    2 eliminatory criteria are not met.
    Refused
    aucune des conditions possibles n’est remplie. / 2 critères sur 6 sont acquis~; il en faut 3. / 2 critères sont en dessous de «~partiellement acquis~»~; aucun ne doit l’être.
    none of the possible conditions is met. / 2 of 6 criteria are met; 3 needed. / 2 criteria are below “partly acquired”; none may be.
    Incomplete
    la règle écrite ne peut pas s’appliquer ici~; elle est à corriger.
    the rule as written cannot apply here and has to be corrected.
    ");
}

#[test]
fn what_is_stored_names_elements_by_slug() {
    let view = block_one(&case(&["33", "33", "33", "3.", "33", "33", "33", "33"]));
    let stored = serde_json::to_value(&view.path.below[0].rule).unwrap();
    insta::assert_snapshot!(stored.to_string(), @r#"{"deciding":[{"item":"k4","why":"unscored"}],"kind":"all_of","tally":{"met":5,"met_weight":5,"of":6,"of_weight":6,"rank_weight":16},"verdict":"open"}"#);
}
