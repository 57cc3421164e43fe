//! English sentences. What the référentiel prints stays as registered, inside quotation marks.

use super::words::{Language, Noun, level, number, reduced, short};
use crate::deliberation::model::{Deciding, Element, RuleKind, RuleStep, RuleVerdict, Tally, Verdict, Why};
use crate::deliberation::plan::Plan;
use crate::referential::model::Ratio;
use crate::scoring::model::Disagreement;

pub(super) struct English;

impl Language for English {
    fn headline(&self, plan: &Plan, element: Element, verdict: Verdict) -> String {
        let said = match (element, verdict) {
            (Element::Certification, Verdict::Proposed) => "proposed for award",
            (Element::Certification, Verdict::Refused) => "not proposed for award",
            (_, Verdict::Proposed) => "proposed as acquired",
            (_, Verdict::Refused) => "not proposed as acquired",
            (_, Verdict::Incomplete) => "something is missing to conclude",
        };
        format!("{}{said}.", self.subject(plan, element, false))
    }

    fn subject(&self, plan: &Plan, element: Element, named: bool) -> String {
        let name = if named { again(plan, element) } else { None };
        format!("{}: ", name.unwrap_or_else(|| full_name(plan, element)))
    }

    fn direct(&self, verdict: RuleVerdict) -> &'static str {
        match verdict {
            RuleVerdict::Met => "scored directly, it is acquired.",
            RuleVerdict::NotMet => "scored directly, it is not acquired.",
            RuleVerdict::Empty => "scored directly, it is not applicable, so the rule cannot conclude.",
            RuleVerdict::Open => "scored directly, it remains to be scored or settled.",
        }
    }

    fn rule(&self, plan: &Plan, noun: Noun, step: &RuleStep) -> String {
        let (one, many) = forms(noun);
        match step.verdict {
            RuleVerdict::Open => return missing(noun, step),
            RuleVerdict::Empty if step.kind == RuleKind::Unfit => {
                return "the rule as written cannot apply here and has to be corrected.".to_owned();
            }
            RuleVerdict::Empty => return format!("no {one} is applicable, so the rule cannot conclude."),
            RuleVerdict::Met | RuleVerdict::NotMet => {}
        }
        let tally = step.tally;
        match step.kind {
            RuleKind::All => format!("{}; all are needed.", counted(noun, tally)),
            RuleKind::AtLeast(least) => format!("{}; {least} needed.", counted(noun, tally)),
            RuleKind::Share(share) => format!("{}; {} needed.", weighed(noun, tally), fraction(share)),
            RuleKind::WeightedMean(mean) => format!(
                "the mean of the levels is {}; {} needed.",
                number(tally.rank_weight, tally.of_weight, '.'),
                number(mean.num, mean.den, '.')
            ),
            RuleKind::NoneBelow(rank) => none_below(plan, noun, step, rank),
            RuleKind::Eliminatory if step.verdict == RuleVerdict::Met => match tally.of {
                1 => format!("the eliminatory {one} is {}.", acquired(noun)),
                of => format!("the {of} eliminatory {many} are {}.", acquired(noun)),
            },
            RuleKind::Eliminatory => match tally.of - tally.met {
                1 => format!("1 eliminatory {one} is not {}.", acquired(noun)),
                failed => format!("{failed} eliminatory {many} are not {}.", acquired(noun)),
            },
            RuleKind::AllOf | RuleKind::AnyOf | RuleKind::Unfit => format!("{}.", counted(noun, tally)),
        }
    }

    fn no_alternative(&self) -> String {
        "none of the possible conditions is met.".to_owned()
    }

    fn deciding(&self, plan: &Plan, deciding: Deciding) -> String {
        let said = match deciding.why {
            Why::Rank(rank) => label(plan, rank),
            Why::NotObserved => "not observed".to_owned(),
            Why::Unscored => "not yet scored by all".to_owned(),
            Why::Unsettled(disagreement) => unsettled(plan, disagreement),
            Why::Refused | Why::NotAcquired => "not acquired".to_owned(),
            Why::Incomplete => "something is missing to conclude".to_owned(),
            Why::NotSought => "neither acquired nor asked for".to_owned(),
            Why::RequirementPending => "pending".to_owned(),
            Why::RequirementUnmet => "unmet".to_owned(),
        };
        format!("{}{said}.", self.subject(plan, deciding.item, false))
    }
}

fn forms(noun: Noun) -> (&'static str, &'static str) {
    match noun {
        Noun::Criterion => ("criterion", "criteria"),
        Noun::Competency => ("competency", "competencies"),
        Noun::Block => ("block", "blocks"),
    }
}

fn acquired(noun: Noun) -> &'static str {
    if noun == Noun::Criterion { "met" } else { "acquired" }
}

fn counted(noun: Noun, tally: Tally) -> String {
    let (one, many) = forms(noun);
    let of = if tally.of == 1 { one } else { many };
    let verb = if tally.met == 1 { "is" } else { "are" };
    let met = if tally.met == 0 { "none".to_owned() } else { tally.met.to_string() };
    format!("{met} of {} {of} {verb} {}", tally.of, acquired(noun))
}

/// Weights are told where they are not all one.
fn weighed(noun: Noun, tally: Tally) -> String {
    let counted = counted(noun, tally);
    if tally.of_weight == u64::from(tally.of) && tally.met_weight == u64::from(tally.met) {
        counted
    } else {
        format!("{counted}, with a weight of {} out of {}", tally.met_weight, tally.of_weight)
    }
}

fn fraction(share: Ratio) -> String {
    match reduced(share) {
        (1, 2) => "half are".to_owned(),
        (1, 3) => "a third are".to_owned(),
        (2, 3) => "two thirds are".to_owned(),
        (1, 4) => "a quarter are".to_owned(),
        (3, 4) => "three quarters are".to_owned(),
        (num, den) if num == den => "all are".to_owned(),
        (num, den) if den > 0 && 100 % den == 0 => format!("{}% are", num * (100 / den)),
        (num, den) => format!("{num}/{den} are"),
    }
}

fn none_below(plan: &Plan, noun: Noun, step: &RuleStep, rank: u8) -> String {
    let (one, many) = forms(noun);
    let label = label(plan, rank);
    match step.deciding.len() {
        0 => format!("no {one} is below “{label}”."),
        1 => format!("1 {one} is below “{label}”; none may be."),
        below => format!("{below} {many} are below “{label}”; none may be."),
    }
}

fn missing(noun: Noun, step: &RuleStep) -> String {
    let (one, many) = forms(noun);
    let what = if noun == Noun::Criterion { "to be scored or settled" } else { "without a conclusion" };
    let of = if step.tally.of == 1 { one } else { many };
    let verb = if step.deciding.len() == 1 { "remains" } else { "remain" };
    format!("{} of {} {of} {verb} {what}.", step.deciding.len(), step.tally.of)
}

fn unsettled(plan: &Plan, disagreement: Disagreement) -> String {
    let why = match disagreement {
        Disagreement::Gap { low, high } => {
            format!("scores go from “{}” to “{}”", label(plan, low), label(plan, high))
        }
        Disagreement::MixedStates => {
            "scored, not observed or not applicable depending on the member".to_owned()
        }
        Disagreement::NoConsensus => "the members of the jury are not unanimous".to_owned(),
        Disagreement::NoMajority => "no level has a majority".to_owned(),
        Disagreement::ChairSilent => return "the chair has not scored it".to_owned(),
    };
    format!("{why}; the chair has to settle")
}

fn label(plan: &Plan, rank: u8) -> String {
    level(plan, rank).map_or_else(|| format!("level {rank}"), |label| label.en.clone())
}

fn again(plan: &Plan, element: Element) -> Option<String> {
    match element {
        Element::Block(at) => plan.blocks.get(at.0).map(|found| format!("Block {}", found.number)),
        Element::Competency(at) => plan.competencies.get(at.0).map(|found| found.code.clone()),
        Element::Certification | Element::Requirement(_) | Element::Line(_) => None,
    }
}

fn full_name(plan: &Plan, element: Element) -> String {
    match element {
        Element::Certification => Some("Certification".to_owned()),
        Element::Requirement(at) => {
            plan.requirements.get(at.0).map(|found| format!("Requirement “{}”", found.label.en))
        }
        Element::Block(at) => {
            plan.blocks.get(at.0).map(|found| format!("Block {} ({})", found.number, short(&found.title)))
        }
        Element::Competency(at) => {
            plan.competencies.get(at.0).map(|found| format!("{} ({})", found.code, short(&found.text)))
        }
        Element::Line(at) => plan.lines.get(at.0).map(|found| match &found.code {
            Some(code) => format!("{code} “{}”", found.text),
            None => format!("“{}”", found.text),
        }),
    }
    .unwrap_or_default()
}
