//! The engine beside a naive evaluator, and every answer beside its explanation, on random cases.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(dead_code, reason = "the properties use the rest of the support")]

mod engine_support;

use engine_support::build::slug;
use engine_support::generate::{self, draw_mark};
use engine_support::oracle::{Fault, Oracle};
use engine_support::{Engine, Shipped, runner};
use parchemin::deliberation::facts::Change;
use parchemin::deliberation::model::{RuleVerdict, Verdict};
use parchemin::deliberation::plan::Plan;
use parchemin::deliberation::rules::{propose_block, propose_certification, propose_enrolment};
use parchemin::deliberation::sentences::{ProposalView, describe, describe_enrolment};
use parchemin::scoring::model::{LineMarks, SeatMark};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

#[test]
fn a_what_if_answers_what_the_engine_would() {
    runner(500, 2_000)
        .run(&generate::bytes(), |bytes| {
            let (case, mut draw) = generate::case(bytes);
            let plan = Plan::compile(&case.referential);
            let line = case.pick_line(&mut draw);
            let mark = draw_mark(&mut draw, 3);
            let supposed = case.facts(&plan).with_change(&Change::Unanimous(plan.line(&line).unwrap(), mark));
            let expected = case.lines[&line].expected();
            let seats = (0..expected).map(|seat| SeatMark { mark, chair: seat == 0 }).collect();
            let real = case.with_line(&line, LineMarks::new(seats, expected, None));
            prop_assert_eq!(
                propose_enrolment(&plan, &supposed),
                propose_enrolment(&plan, &real.facts(&plan))
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_engine_agrees_with_a_naive_reading_of_the_model() {
    let mut seen = std::collections::HashMap::new();
    let agree = |bytes: Vec<u8>| {
        let (case, _) = generate::case(bytes);
        for (id, line) in &case.lines {
            let combination = case.referential.combination;
            let (ours, naive) =
                (Shipped.line(combination, line), Oracle(Fault::None).line(combination, line));
            prop_assert_eq!(ours, naive, "{}", id);
        }
        let verdicts = Shipped.verdicts(&case);
        prop_assert_eq!(&verdicts, &Oracle(Fault::None).verdicts(&case));
        Ok(verdicts.all())
    };
    runner(8_000, 5_000).run(&generate::bytes(), |bytes| agree(bytes).map(drop)).unwrap();

    // Cases that are all alike would agree for nothing.
    let mut tally = runner(1, 0);
    for _ in 0..2_000 {
        let bytes = generate::bytes().new_tree(&mut tally).unwrap().current();
        agree(bytes)
            .unwrap()
            .into_iter()
            .flatten()
            .for_each(|verdict| *seen.entry(verdict).or_insert(0) += 1);
    }
    for verdict in [Verdict::Proposed, Verdict::Refused, Verdict::Incomplete] {
        assert!(seen[&verdict] > 500, "{seen:?}");
    }
}

#[test]
fn every_answer_explains_itself_in_both_languages() {
    runner(1_500, 2_000)
        .run(&generate::bytes(), |bytes| {
            let (case, _) = generate::case(bytes);
            let plan = Plan::compile(&case.referential);
            let facts = case.facts(&plan);
            let proposal = propose_enrolment(&plan, &facts);
            prop_assert_eq!(&propose_certification(&plan, &facts), &proposal.certification);
            let view = describe_enrolment(&plan, &proposal);
            prop_assert_eq!(view.blocks.len(), proposal.blocks.len());
            for (at, block) in &proposal.blocks {
                prop_assert_eq!(propose_block(&plan, &facts, *at), Some(block.clone()));
                prop_assert_eq!(block.verdict, block.path.verdict);
                if block.path.rule.verdict == RuleVerdict::Open {
                    prop_assert!(!block.path.rule.deciding.is_empty());
                }
            }
            let certification = (slug("certification"), describe(&plan, &proposal.certification));
            for (_, view) in view.blocks.iter().chain([&certification]) {
                well_said(view)?;
                let stored = serde_json::to_string(view).unwrap();
                prop_assert_eq!(&serde_json::from_str::<ProposalView>(&stored).unwrap(), view);
            }
            Ok(())
        })
        .unwrap();
}

fn well_said(view: &ProposalView) -> Result<(), TestCaseError> {
    prop_assert!(view.sentences.fr.len() >= 2 && view.sentences.en.len() >= 2);
    for sentence in &view.sentences.fr {
        prop_assert!(sentence.ends_with('.'), "{}", sentence);
        for (place, sign) in sentence.char_indices().filter(|(_, sign)| ":;»%".contains(*sign)) {
            prop_assert!(sentence[..place].ends_with('\u{a0}'), "{} before {}", sentence, sign);
        }
        prop_assert!(!sentence.contains("« ") && !sentence.contains('\''), "{}", sentence);
    }
    Ok(())
}
