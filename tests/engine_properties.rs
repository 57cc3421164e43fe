//! What MODEL §3 and §4 promise of the engine, on random référentiels and enrolments.
//!
//! Each property is asked of the engine that ships, of a naive one written from MODEL.md, and of wrong
//! ones that it must catch: a property that lets its mutants live proves nothing.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod engine_support;

use engine_support::build::{block, competency, criterion, ratio, referential, scale, slug};
use engine_support::generate::{self, Draw, draw_mark, items_of, names};
use engine_support::oracle::{Fault, Oracle};
use engine_support::{Case, Engine, Shipped, Verdicts, runner};
use parchemin::deliberation::facts::Change;
use parchemin::deliberation::model::{BlockDecision, BlockStanding, RequirementState, Verdict};
use parchemin::deliberation::plan::Plan;
use parchemin::deliberation::rules::propose_enrolment;
use parchemin::referential::model::{Combination, Ratio, Rule, Slug};
use parchemin::scoring::model::{LineMarks, LineResult, Mark, SeatMark};
use parchemin::scoring::rules::disagreement;
use proptest::prelude::*;
use proptest::test_runner::TestError;

type Property = fn(&dyn Engine, Vec<u8>) -> Result<(), TestCaseError>;

fn holds(property: Property, caught: &[Fault]) {
    let on = |engine: &dyn Engine, cases, shrink| {
        runner(cases, shrink).run(&generate::bytes(), |bytes| property(engine, bytes))
    };
    on(&Shipped, 1_500, 2_000).unwrap();
    on(&Oracle(Fault::None), 500, 2_000).unwrap();
    for fault in caught {
        let outcome = on(&Oracle(*fault), 5_000, 0);
        assert!(matches!(outcome, Err(TestError::Fail(..))), "{fault:?} lives");
    }
}

fn pick_block(case: &Case, draw: &mut Draw) -> Slug {
    let ids: Vec<Slug> = case.referential.blocks.iter().map(|block| block.id.clone()).collect();
    draw.pick(&ids)
}

fn never(
    before: &Verdicts,
    after: &Verdicts,
    wrong: impl Fn(Verdict, Verdict) -> bool,
) -> Result<(), TestCaseError> {
    for (then, now) in before.all().into_iter().zip(after.all()) {
        if let (Some(then), Some(now)) = (then, now) {
            prop_assert!(!wrong(then, now), "{then:?} became {now:?}");
        }
    }
    Ok(())
}

#[test]
fn the_order_of_jurors_is_irrelevant() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let (mut shuffled, turn) = (case.clone(), draw.below(4));
        for line in shuffled.lines.values_mut() {
            let mut marks = line.marks().to_vec();
            marks.reverse();
            let seats = marks.len().max(1);
            marks.rotate_left(turn % seats);
            *line = LineMarks::new(marks, line.expected(), line.settlement());
        }
        for (id, line) in &case.lines {
            let combination = case.referential.combination;
            let other = engine.line(combination, &shuffled.lines[id]);
            prop_assert_eq!(engine.line(combination, line), other);
        }
        prop_assert_eq!(engine.verdicts(&case), engine.verdicts(&shuffled));
        Ok(())
    }
    holds(property, &[Fault::FirstJurorWins]);
}

#[test]
fn raising_a_rank_never_turns_proposed_into_refused() {
    fn raised(mark: Mark, levels: u8) -> Mark {
        match mark {
            Mark::NotObserved => Mark::Scored(1),
            Mark::Scored(rank) => Mark::Scored((rank + 1).min(levels)),
            Mark::NotApplicable => Mark::NotApplicable,
        }
    }
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let levels = u8::try_from(case.referential.scale.levels.len()).unwrap();
        let line = case.pick_line(&mut draw);
        let before = &case.lines[&line];
        let (one, everyone) = (draw.below(4), draw.chance(60));
        let raise = |(place, seat): (usize, &SeatMark)| {
            let mark = if everyone || place == one { raised(seat.mark, levels) } else { seat.mark };
            SeatMark { mark, ..*seat }
        };
        let marks = before.marks().iter().enumerate().map(raise).collect();
        let settlement = before.settlement().map(|settled| raised(settled, levels));
        let after = case.with_line(&line, LineMarks::new(marks, before.expected(), settlement));
        let wrong = |then, now| then == Verdict::Proposed && now == Verdict::Refused;
        never(&engine.verdicts(&case), &engine.verdicts(&after), wrong)
    }
    let mutants =
        [Fault::NotObservedLeavesDenominator, Fault::OnlyThresholdRankIsMet, Fault::NotObservedAboveLowest];
    holds(property, &mutants);
}

#[test]
fn removing_a_score_never_makes_something_proposed() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let line = case.pick_line(&mut draw);
        let seat = draw.below(case.lines[&line].marks().len());
        let after = case.with_line(&line, case.lines[&line].without_mark(seat));
        let wrong = |then, now| then != Verdict::Proposed && now == Verdict::Proposed;
        never(&engine.verdicts(&case), &engine.verdicts(&after), wrong)
    }
    holds(property, &[Fault::MissingSheetsIgnored, Fault::UnscoredIsMet]);
}

/// Missing or unsettled, told from the marks alone.
fn is_open(line: &LineMarks) -> bool {
    let ranks: Vec<u8> = line
        .marks()
        .iter()
        .filter_map(|seat| if let Mark::Scored(rank) = seat.mark { Some(rank) } else { None })
        .collect();
    let mixed = line
        .marks()
        .iter()
        .any(|seat| std::mem::discriminant(&seat.mark) != std::mem::discriminant(&line.marks()[0].mark));
    let gap = ranks.iter().max().copied().unwrap_or(0) - ranks.iter().min().copied().unwrap_or(0);
    line.is_short() || line.settlement().is_none() && (mixed || gap >= 2)
}

#[test]
fn nothing_incomplete_is_ever_proposed() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, _) = generate::case(bytes);
        let verdicts = engine.verdicts(&case);
        let not_applicable = |line: &Slug| {
            let line = &case.lines[line];
            let all = line.marks().iter().all(|seat| seat.mark == Mark::NotApplicable);
            line.settlement().map_or(all, |settled| settled == Mark::NotApplicable)
        };
        let mut sought_open = false;
        for block in &case.referential.blocks {
            let (lines, competencies) = names(std::slice::from_ref(block));
            let open = lines.iter().any(|line| is_open(&case.lines[line]));
            // An empty rule is incomplete, never met.
            let empty = competencies.iter().any(|id| items_of(block, id).iter().all(not_applicable));
            if let Some(verdict) = verdicts.blocks[&block.id].filter(|_| open || empty) {
                prop_assert_eq!(verdict, Verdict::Incomplete);
                sought_open |= case.blocks[&block.id] == BlockStanding::Sought;
            }
        }
        let pending = case.requirements.values().any(|state| *state == RequirementState::Pending);
        if sought_open || pending {
            prop_assert_eq!(verdicts.certification, Verdict::Incomplete);
        }
        Ok(())
    }
    let mutants = [
        Fault::UnscoredIsMet,
        Fault::MissingSheetsIgnored,
        Fault::MixedStatesDropped,
        Fault::GapsIgnored,
        Fault::EmptyIsMet,
        Fault::PendingIsMet,
    ];
    holds(property, &mutants);
}

/// The rule without a name in its eliminatory lists.
fn unnamed(rule: &Rule, gone: &Slug) -> Rule {
    let each = |rules: &[Rule]| rules.iter().map(|rule| unnamed(rule, gone)).collect();
    match rule {
        Rule::Eliminatory(ids) => Rule::Eliminatory(ids.iter().filter(|id| *id != gone).cloned().collect()),
        Rule::AllOf(rules) => Rule::AllOf(each(rules)),
        Rule::AnyOf(rules) => Rule::AnyOf(each(rules)),
        other => other.clone(),
    }
}

fn without_criterion(case: &Case, gone: &Slug) -> Case {
    let mut other = case.clone();
    other.lines.remove(gone);
    let rules = &mut other.referential.rules;
    rules.competency = unnamed(&rules.competency, gone);
    for block in &mut other.referential.blocks {
        block.criteria.retain(|criterion| &criterion.id != gone);
        for competency in block.activities.iter_mut().flat_map(|activity| &mut activity.competencies) {
            competency.rule = competency.rule.as_ref().map(|rule| unnamed(rule, gone));
        }
    }
    other
}

#[test]
fn not_applicable_by_all_is_as_if_the_criterion_did_not_exist() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let line = case.pick_line(&mut draw);
        let seat = |seat: &SeatMark| SeatMark { mark: Mark::NotApplicable, ..*seat };
        let before = &case.lines[&line];
        let marks: Vec<_> = before.marks().iter().map(seat).collect();
        prop_assume!(!marks.is_empty());
        let expected = marks.len();
        let case = case.with_line(&line, LineMarks::new(marks, expected, None));
        let combination = case.referential.combination;
        prop_assert_eq!(engine.line(combination, &case.lines[&line]), LineResult::NotApplicable);
        let block = case
            .referential
            .blocks
            .iter()
            .find(|block| block.criteria.iter().any(|criterion| criterion.id == line));
        let Some(block) = block else { return Ok(()) };
        let criterion = block.criteria.iter().find(|criterion| criterion.id == line).unwrap();
        let others_remain = criterion.serves.iter().all(|competency| {
            items_of(block, competency).iter().any(|item| {
                *item != line && engine.line(combination, &case.lines[item]) != LineResult::NotApplicable
            })
        });
        if others_remain {
            prop_assert_eq!(engine.verdicts(&case), engine.verdicts(&without_criterion(&case, &line)));
        }
        Ok(())
    }
    holds(property, &[Fault::NotApplicableInDenominator, Fault::NotApplicableIsMet]);
}

#[test]
fn a_settlement_is_the_result_and_replaces_no_mark() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let line = case.pick_line(&mut draw);
        let settlement = draw_mark(&mut draw, 3);
        let before = &case.lines[&line];
        if !before.is_short() {
            let result = engine.line(case.referential.combination, &before.settled(Some(settlement)));
            prop_assert_eq!(result, LineResult::from(settlement));
        }
        let plan = Plan::compile(&case.referential);
        let at = plan.line(&line).unwrap();
        let facts = case.facts(&plan);
        let settled = engine.change(&facts, &Change::Settlement(at, Some(settlement)));
        prop_assert_eq!(settled.line(at).unwrap().marks(), before.marks());
        prop_assert_eq!(
            disagreement(plan.combination(), settled.line(at).unwrap().marks()),
            disagreement(plan.combination(), before.marks())
        );
        let taken_back = engine.change(&settled, &Change::Settlement(at, before.settlement()));
        prop_assert_eq!(taken_back, facts);
        Ok(())
    }
    holds(property, &[Fault::SettlementIgnored, Fault::SettlementOverwrites]);
}

#[test]
fn a_what_if_that_changes_nothing_answers_the_same() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let plan = Plan::compile(&case.referential);
        let facts = case.facts(&plan);
        let (line, block) = (case.pick_line(&mut draw), pick_block(&case, &mut draw));
        let changes = [
            Change::Marks(plan.line(&line).unwrap(), case.lines[&line].clone()),
            Change::Settlement(plan.line(&line).unwrap(), case.lines[&line].settlement()),
            Change::Block(plan.block(&block).unwrap(), case.blocks[&block]),
        ];
        for change in changes {
            let same = engine.change(&facts, &change);
            prop_assert_eq!(&same, &facts);
            prop_assert_eq!(propose_enrolment(&plan, &same), propose_enrolment(&plan, &facts));
        }
        Ok(())
    }
    holds(property, &[Fault::WhatIfForgetsRequirements, Fault::WhatIfForgetsSettlements]);
}

#[test]
fn the_median_is_the_lower_of_two_middles_and_stays_between_the_extremes() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let mut draw = Draw::from(bytes);
        let low = 1 + draw.small(5);
        let ranks: Vec<u8> = (0..=draw.below(7)).map(|_| low + draw.small(2)).collect();
        let seat = |rank: &u8| SeatMark { mark: Mark::Scored(*rank), chair: false };
        let line = LineMarks::new(ranks.iter().map(seat).collect(), 1, None);
        let LineResult::Rank(median) = engine.line(Combination::Median, &line) else {
            return Err(TestCaseError::fail("neighbouring ranks have a median"));
        };
        prop_assert!(ranks.iter().min() <= Some(&median) && Some(&median) <= ranks.iter().max());
        // The lowest rank that at least half of the jurors do not go above.
        let half_within = |rank: u8| ranks.iter().filter(|one| **one <= rank).count() * 2 >= ranks.len();
        prop_assert!(half_within(median) && !half_within(median - 1));
        Ok(())
    }
    holds(property, &[Fault::UpperMedian, Fault::MedianAboveAll]);
}

#[test]
fn scaling_every_weight_changes_nothing() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let (mut scaled, by) = (case.clone(), 2 + u32::from(draw.small(200)));
        for criterion in scaled.referential.blocks.iter_mut().flat_map(|block| &mut block.criteria) {
            criterion.weight *= by;
        }
        prop_assert_eq!(engine.verdicts(&case), engine.verdicts(&scaled));
        Ok(())
    }
    holds(property, &[Fault::WeightsCapped, Fault::ShareForgivesOne]);
}

#[test]
fn another_alternative_never_hurts() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let (lines, _) = names(&case.referential.blocks);
        let extra = match draw.below(5) {
            0 => Rule::AtLeast(u32::from(draw.small(4))),
            1 => Rule::NoneBelow(1 + draw.small(3)),
            2 => Rule::WeightedMean(ratio("2")),
            3 => Rule::Eliminatory(vec![draw.pick(&lines)]),
            _ => Rule::All,
        };
        let mut wider = case.clone();
        let rules = &mut wider.referential.rules;
        rules.competency = Rule::AnyOf(vec![rules.competency.clone(), extra]);
        let wrong = |then, now| {
            then == Verdict::Proposed && now != Verdict::Proposed
                || then == Verdict::Refused && now == Verdict::Incomplete
        };
        never(&engine.verdicts(&case), &engine.verdicts(&wider), wrong)
    }
    holds(property, &[Fault::AnyOfNeedsAll]);
}

/// One block, one competency, one criterion for each (rank, weight), five levels met from the third.
fn one_competency(rule: Rule, ranks: &[(u8, u32)]) -> Case {
    let ids: Vec<String> = (0..ranks.len()).map(|place| format!("k{place}")).collect();
    let criteria = ids.iter().zip(ranks).map(|(id, (_, weight))| criterion(id, &["c1"], *weight)).collect();
    let mut made = referential(vec![block(1, vec![competency("c1", "C1.1", "Savoir")], criteria)]);
    made.scale = scale(5, 3);
    made.rules.competency = rule;
    let marks = |rank| LineMarks::new(vec![SeatMark { mark: Mark::Scored(rank), chair: true }], 1, None);
    Case {
        referential: made,
        lines: ids.iter().zip(ranks).map(|(id, (rank, _))| (slug(id), marks(*rank))).collect(),
        blocks: [(slug("b1"), BlockStanding::Sought)].into(),
        requirements: Default::default(),
    }
}

#[test]
fn share_and_mean_are_exact_at_their_boundary() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let mut draw = Draw::from(bytes);
        let mut ranks: Vec<(u8, u32)> = Vec::new();
        for _ in 0..=draw.below(12) {
            ranks.push((1 + draw.small(5), 1 + u32::from(draw.small(9))));
        }
        let sum = |value: fn(u8) -> u64| -> u64 {
            ranks.iter().map(|(rank, weight)| value(*rank) * u64::from(*weight)).sum()
        };
        let (weight, met, total) = (sum(|_| 1), sum(|rank| u64::from(rank >= 3)), sum(u64::from));
        let finer = 1 + u64::from(draw.small(100));
        let exactly = |num| Ratio { num, den: weight };
        let above = |num| Ratio { num: num * finer + 1, den: weight * finer };
        for (rule, verdict) in [
            (Rule::Share(exactly(met)), Verdict::Proposed),
            (Rule::Share(above(met)), Verdict::Refused),
            (Rule::WeightedMean(exactly(total)), Verdict::Proposed),
            (Rule::WeightedMean(above(total)), Verdict::Refused),
        ] {
            let case = one_competency(rule, &ranks);
            prop_assert_eq!(engine.verdicts(&case).blocks[&slug("b1")], Some(verdict));
        }
        Ok(())
    }
    holds(property, &[Fault::StrictShare, Fault::StrictMean, Fault::PercentShare, Fault::ShareForgivesOne]);
}

#[test]
fn only_blocks_sought_are_asked_and_acquired_ones_count() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let id = pick_block(&case, &mut draw);
        let standing = |standing, erased| {
            let mut other = case.clone();
            other.blocks.insert(id.clone(), standing);
            let block = other.referential.block(&id).unwrap();
            for line in names(std::slice::from_ref(block)).0.into_iter().filter(|_| erased) {
                other.lines.insert(line, LineMarks::unscored());
            }
            engine.verdicts(&other)
        };
        for (not_asked, decided) in [
            (BlockStanding::AcquiredBefore, BlockDecision::Acquired),
            (BlockStanding::NotSought, BlockDecision::NotAcquired),
        ] {
            let verdicts = standing(not_asked, false);
            prop_assert_eq!(verdicts.blocks[&id], None);
            prop_assert_eq!(&verdicts, &standing(not_asked, true));
            let as_decided = standing(BlockStanding::Decided(decided), true).certification;
            prop_assert_eq!(verdicts.certification, as_decided);
        }
        Ok(())
    }
    holds(property, &[Fault::AcquiredAskedAgain, Fault::UnsoughtAsked, Fault::UnsoughtIsAcquired]);
}

#[test]
fn requirements_are_asked_for_besides_always() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let ids: Vec<Slug> = case.requirements.keys().cloned().collect();
        prop_assume!(!ids.is_empty());
        let id = draw.pick(&ids);
        let with = |state| {
            let mut other = case.clone();
            other.requirements.insert(id.clone(), state);
            engine.verdicts(&other)
        };
        prop_assert_eq!(with(RequirementState::Pending).certification, Verdict::Incomplete);
        prop_assert_ne!(with(RequirementState::Unmet).certification, Verdict::Proposed);
        prop_assert_eq!(with(RequirementState::Met), with(RequirementState::Waived));
        prop_assert_eq!(with(RequirementState::Unmet).blocks, with(RequirementState::Met).blocks);
        Ok(())
    }
    holds(property, &[Fault::PendingIsMet, Fault::UnmetIgnored, Fault::WaivedIsUnmet]);
}

#[test]
fn a_rule_that_cannot_be_asked_proposes_nothing() {
    fn property(engine: &dyn Engine, bytes: Vec<u8>) -> Result<(), TestCaseError> {
        let (case, mut draw) = generate::case(bytes);
        let mut wrong = case.clone();
        let nowhere = Rule::Eliminatory(vec![slug("nowhere")]);
        let rules = &mut wrong.referential.rules;
        match draw.below(3) {
            0 => rules.competency = Rule::AnyOf(vec![rules.competency.clone(), nowhere]),
            1 => rules.block = Rule::AllOf(vec![rules.block.clone(), nowhere]),
            _ => rules.block = Rule::NoneBelow(1),
        }
        for block in &mut wrong.referential.blocks {
            block.rule = None;
            block.activities[0].competencies.iter_mut().for_each(|competency| competency.rule = None);
        }
        for verdict in engine.verdicts(&wrong).blocks.values().flatten() {
            prop_assert_eq!(*verdict, Verdict::Incomplete);
        }
        Ok(())
    }
    holds(property, &[Fault::UnfitIgnored]);
}
