//! One rule over the items of one element: exact, without floating point.

use crate::deliberation::model::{Deciding, Element, RuleKind, RuleStep, RuleVerdict, Tally, Verdict, Why};
use crate::deliberation::plan::PlanRule;
use crate::referential::model::Ratio;
use crate::scoring::model::LineResult;

/// One item of a rule, known or missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    element: Element,
    value: Value,
    weight: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// A line at a rank, and whether that meets the scale's `met_from`.
    Rank(u8, bool),
    NotObserved,
    NotApplicable,
    /// An element of the stage below, without a rank.
    Met,
    NotMet(Why),
    Missing(Why),
}

impl Item {
    pub(super) fn new(element: Element, value: Value) -> Self {
        Self { element, value, weight: 1 }
    }

    pub(super) fn judged(element: Element, verdict: Verdict) -> Self {
        let value = match verdict {
            Verdict::Proposed => Value::Met,
            Verdict::Refused => Value::NotMet(Why::Refused),
            Verdict::Incomplete => Value::Missing(Why::Incomplete),
        };
        Self::new(element, value)
    }

    pub(super) fn scored(element: Element, result: LineResult, weight: u32, met_from: u8) -> Self {
        let value = match result {
            LineResult::Rank(rank) => Value::Rank(rank, rank >= met_from),
            LineResult::NotObserved => Value::NotObserved,
            LineResult::NotApplicable => Value::NotApplicable,
            LineResult::Unscored => Value::Missing(Why::Unscored),
            LineResult::Unsettled(disagreement) => Value::Missing(Why::Unsettled(disagreement)),
        };
        Self { element, value, weight }
    }

    pub(super) fn missing(&self) -> Option<Deciding> {
        match self.value {
            Value::Missing(why) => Some(Deciding { item: self.element, why }),
            _ => None,
        }
    }

    fn applies(&self) -> bool {
        !matches!(self.value, Value::NotApplicable)
    }

    fn is_met(&self) -> bool {
        matches!(self.value, Value::Met | Value::Rank(_, true))
    }

    /// *Not observed* is below every rank, the lowest included.
    fn is_below(&self, least: u8) -> bool {
        match self.value {
            Value::Rank(rank, _) => rank < least,
            Value::NotObserved => true,
            _ => false,
        }
    }

    /// In a mean, *not observed* counts as the lowest rank of the scale: a mean needs a number, and
    /// none of the scale's is lower; so raising it to any rank never lowers the mean.
    fn rank_in_mean(&self, lowest: u8) -> u8 {
        match self.value {
            Value::Rank(rank, _) => rank,
            _ => lowest,
        }
    }

    fn deciding(&self) -> Option<Deciding> {
        let why = match self.value {
            Value::Rank(rank, _) => Why::Rank(rank),
            Value::NotObserved => Why::NotObserved,
            Value::NotMet(why) | Value::Missing(why) => why,
            Value::NotApplicable | Value::Met => return None,
        };
        Some(Deciding { item: self.element, why })
    }
}

/// The rule while something is missing: not asked, only counted.
pub(super) fn open(rule: &PlanRule, items: &[Item], lowest: u8, missing: Vec<Deciding>) -> RuleStep {
    let tally = count(items.iter(), lowest);
    RuleStep { kind: kind(rule), verdict: RuleVerdict::Open, tally, deciding: missing, parts: Vec::new() }
}

/// The rule over items of which none is missing.
pub(super) fn evaluate(rule: &PlanRule, items: &[Item], lowest: u8) -> RuleStep {
    match rule {
        PlanRule::AllOf(rules) | PlanRule::AnyOf(rules) => joined(rule, rules, items, lowest),
        PlanRule::Eliminatory(places) => {
            let named = places.iter().filter_map(|place| items.get(*place));
            let tally = count(named.clone(), lowest);
            leaf(rule, tally, tally.of > 0, tally.met == tally.of, named, |item| !item.is_met())
        }
        PlanRule::All => {
            let tally = count(items.iter(), lowest);
            leaf(rule, tally, tally.of > 0, tally.met == tally.of, items.iter(), |item| !item.is_met())
        }
        PlanRule::AtLeast(least) => {
            let tally = count(items.iter(), lowest);
            leaf(rule, tally, tally.of > 0, tally.met >= *least, items.iter(), |item| !item.is_met())
        }
        PlanRule::Share(share) => {
            let tally = count(items.iter(), lowest);
            let reached = reaches(tally.met_weight, tally.of_weight, *share);
            leaf(rule, tally, tally.of_weight > 0, reached, items.iter(), |item| !item.is_met())
        }
        PlanRule::WeightedMean(mean) => {
            let tally = count(items.iter(), lowest);
            let reached = reaches(tally.rank_weight, tally.of_weight, *mean);
            let low = |item: &Item| !reaches(u64::from(item.rank_in_mean(lowest)), 1, *mean);
            leaf(rule, tally, tally.of_weight > 0, reached, items.iter(), low)
        }
        PlanRule::NoneBelow(least) => {
            let tally = count(items.iter(), lowest);
            let none = !items.iter().any(|item| item.is_below(*least));
            leaf(rule, tally, tally.of > 0, none, items.iter(), |item| item.is_below(*least))
        }
        PlanRule::Unfit => {
            let tally = count(items.iter(), lowest);
            leaf(rule, tally, false, false, items.iter(), |_| false)
        }
    }
}

fn leaf<'a>(
    rule: &PlanRule,
    tally: Tally,
    has_object: bool,
    met: bool,
    items: impl Iterator<Item = &'a Item>,
    fails: impl Fn(&Item) -> bool,
) -> RuleStep {
    let verdict = match (has_object, met) {
        (false, _) => RuleVerdict::Empty,
        (true, true) => RuleVerdict::Met,
        (true, false) => RuleVerdict::NotMet,
    };
    let deciding = if verdict == RuleVerdict::NotMet {
        items.filter(|item| fails(item)).filter_map(Item::deciding).collect()
    } else {
        Vec::new()
    };
    RuleStep { kind: kind(rule), verdict, tally, deciding, parts: Vec::new() }
}

/// A part without object says nothing: a criterion held not applicable by all must leave the same
/// verdict as a référentiel without it, also where it is the only eliminatory one.
fn joined(rule: &PlanRule, rules: &[PlanRule], items: &[Item], lowest: u8) -> RuleStep {
    let parts: Vec<RuleStep> = rules.iter().map(|part| evaluate(part, items, lowest)).collect();
    let has = |verdict| parts.iter().any(|part| part.verdict == verdict);
    let (met, not_met) = (has(RuleVerdict::Met), has(RuleVerdict::NotMet));
    let verdict = match rule {
        _ if !met && !not_met => RuleVerdict::Empty,
        PlanRule::AnyOf(_) if met => RuleVerdict::Met,
        PlanRule::AnyOf(_) => RuleVerdict::NotMet,
        _ if not_met => RuleVerdict::NotMet,
        _ => RuleVerdict::Met,
    };
    RuleStep { kind: kind(rule), verdict, tally: count(items.iter(), lowest), deciding: Vec::new(), parts }
}

fn count<'a>(items: impl Iterator<Item = &'a Item>, lowest: u8) -> Tally {
    let mut tally = Tally::default();
    for item in items.filter(|item| item.applies()) {
        let weight = u64::from(item.weight);
        tally.of += 1;
        tally.of_weight += weight;
        tally.rank_weight += weight * u64::from(item.rank_in_mean(lowest));
        if item.is_met() {
            tally.met += 1;
            tally.met_weight += weight;
        }
    }
    tally
}

/// `part / whole ≥ wanted`, by cross-multiplication of two 64-bit numbers into 128 bits.
fn reaches(part: u64, whole: u64, wanted: Ratio) -> bool {
    let ours = u128::from(part) * u128::from(wanted.den);
    let asked = u128::from(wanted.num) * u128::from(whole);
    ours >= asked
}

fn kind(rule: &PlanRule) -> RuleKind {
    match rule {
        PlanRule::All => RuleKind::All,
        PlanRule::AtLeast(least) => RuleKind::AtLeast(*least),
        PlanRule::Share(share) => RuleKind::Share(*share),
        PlanRule::WeightedMean(mean) => RuleKind::WeightedMean(*mean),
        PlanRule::NoneBelow(rank) => RuleKind::NoneBelow(*rank),
        PlanRule::Eliminatory(_) => RuleKind::Eliminatory,
        PlanRule::AllOf(_) => RuleKind::AllOf,
        PlanRule::AnyOf(_) => RuleKind::AnyOf,
        PlanRule::Unfit => RuleKind::Unfit,
    }
}
