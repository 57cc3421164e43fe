//! What both languages need to make a sentence.

use std::collections::HashSet;

use crate::deliberation::model::{Deciding, Element, RuleStep, RuleVerdict, Verdict};
use crate::deliberation::plan::Plan;
use crate::referential::model::{Bilingual, Ratio};

/// One language of the interface.
pub(super) trait Language {
    /// What is proposed, or not, or not yet.
    fn headline(&self, plan: &Plan, element: Element, verdict: Verdict) -> String;

    /// The element that a sentence is about, with the colon that follows; by its printed code alone
    /// when the sentence before has just named it.
    fn subject(&self, plan: &Plan, element: Element, named: bool) -> String;

    /// What is said of a competency that no criterion serves.
    fn direct(&self, verdict: RuleVerdict) -> &'static str;

    /// What one rule counted and what it asks for; not for joined rules that were asked.
    fn rule(&self, plan: &Plan, noun: Noun, step: &RuleStep) -> String;

    /// Said of `any_of` when no part of it is met.
    fn no_alternative(&self) -> String;

    fn deciding(&self, plan: &Plan, deciding: Deciding) -> String;
}

/// What a rule counts at its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Criterion,
    Competency,
    Block,
}

/// Long statements are cut between words so that the printed code keeps its meaning beside it: one
/// of the sources prints the same code twice.
const SHORT: usize = 60;

pub(super) fn short(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= SHORT {
        return text.trim_end_matches(['.', ' ']).to_owned();
    }
    let mut cut = String::new();
    for word in text.split_whitespace() {
        if cut.chars().count() + word.chars().count() >= SHORT {
            break;
        }
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut.push_str(word);
    }
    if cut.is_empty() {
        cut = text.chars().take(SHORT).collect();
    }
    format!("{}…", cut.trim_end_matches([',', ';', ':', '.', ' ']))
}

pub(super) fn level(plan: &Plan, rank: u8) -> Option<&Bilingual> {
    plan.levels.iter().find(|level| level.rank == rank).map(|level| &level.label)
}

pub(super) fn unique(sentences: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    sentences.into_iter().filter(|sentence| seen.insert(sentence.clone())).collect()
}

/// An exact number as people write it: a whole, a decimal of at most four places, else a fraction.
pub(super) fn number(num: u64, den: u64, comma: char) -> String {
    let divisor = gcd(num, den).max(1);
    let (num, den) = (num / divisor, den / divisor);
    if den == 1 {
        return num.to_string();
    }
    for (places, scale) in [(1, 10_u64), (2, 100), (3, 1_000), (4, 10_000)] {
        if den > 0 && scale % den == 0 {
            let decimals = num % den * (scale / den);
            return format!("{}{comma}{decimals:0places$}", num / den);
        }
    }
    format!("{num}/{den}")
}

pub(super) fn reduced(ratio: Ratio) -> (u64, u64) {
    let divisor = gcd(ratio.num, ratio.den).max(1);
    (ratio.num / divisor, ratio.den / divisor)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
