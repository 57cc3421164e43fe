//! The path in words: the same data give the screen, the minutes and the answer to an appeal.
//!
//! Sentences are ours, in French and in English; a criterion is quoted to the letter, in the
//! language of the référentiel.

mod english;
mod french;
mod sources;
mod words;

use serde::{Deserialize, Serialize};

use super::model::{
    BlockIndex, Deciding, Element, EnrolmentProposal, Proposal, RuleKind, RuleStep, RuleVerdict, Step, Tally,
    Verdict, Why,
};
use super::plan::Plan;
use crate::referential::model::Slug;
use english::English;
use french::French;
pub use sources::{SourceView, tell_sources};
use words::{Language, Noun, unique};

/// A proposal that can be stored and shown: slugs instead of indices, and the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    pub verdict: Verdict,
    /// The verdict, then why: for one reader, from top to bottom.
    pub sentences: Sentences,
    pub path: StepView,
    /// From which sitting the results of each method come; empty where nothing is signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceView>,
}

/// One sentence after another, in both languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sentences {
    pub fr: Vec<String>,
    pub en: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Competency,
    Block,
    Certification,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    pub stage: Stage,
    /// None for the certification, which the référentiel's code names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<Slug>,
    pub verdict: Verdict,
    pub rule: RuleView,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<DecidingView>,
    /// What the rule of this element says, without the stages below.
    pub sentences: Sentences,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<StepView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleView {
    pub kind: RuleKind,
    pub verdict: RuleVerdict,
    pub tally: Tally,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deciding: Vec<DecidingView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<RuleView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidingView {
    pub item: Slug,
    pub why: Why,
}

/// An enrolment's proposals with their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentView {
    /// By slug of the block, in the order of the référentiel.
    pub blocks: Vec<(Slug, ProposalView)>,
    pub certification: ProposalView,
}

pub fn describe_enrolment(plan: &Plan, proposal: &EnrolmentProposal) -> EnrolmentView {
    let named = |(at, proposal): &(BlockIndex, Proposal)| {
        Some((plan.slug(Element::Block(*at))?.clone(), describe(plan, proposal)))
    };
    EnrolmentView {
        blocks: proposal.blocks.iter().filter_map(named).collect(),
        certification: describe(plan, &proposal.certification),
    }
}

/// `plan` must be the one that made the proposal.
pub fn describe(plan: &Plan, proposal: &Proposal) -> ProposalView {
    ProposalView {
        verdict: proposal.verdict,
        sentences: Sentences {
            fr: summary(&French, plan, &proposal.path),
            en: summary(&English, plan, &proposal.path),
        },
        path: step_view(plan, &proposal.path),
        sources: Vec::new(),
    }
}

fn step_view(plan: &Plan, step: &Step) -> StepView {
    StepView {
        stage: match step.element {
            Element::Certification | Element::Requirement(_) => Stage::Certification,
            Element::Block(_) => Stage::Block,
            Element::Competency(_) | Element::Line(_) => Stage::Competency,
        },
        element: plan.slug(step.element).cloned(),
        verdict: step.verdict,
        rule: rule_view(plan, &step.rule),
        requirements: deciding_views(plan, &step.requirements),
        sentences: Sentences { fr: own(&French, plan, step, false), en: own(&English, plan, step, false) },
        below: step.below.iter().map(|step| step_view(plan, step)).collect(),
    }
}

fn rule_view(plan: &Plan, rule: &RuleStep) -> RuleView {
    RuleView {
        kind: rule.kind,
        verdict: rule.verdict,
        tally: rule.tally,
        deciding: deciding_views(plan, &rule.deciding),
        parts: rule.parts.iter().map(|part| rule_view(plan, part)).collect(),
    }
}

fn deciding_views(plan: &Plan, deciding: &[Deciding]) -> Vec<DecidingView> {
    let view = |one: &Deciding| Some(DecidingView { item: plan.slug(one.item)?.clone(), why: one.why });
    deciding.iter().filter_map(view).collect()
}

/// The verdict, what the element's own rule says, then each competency that explains it.
fn summary(language: &dyn Language, plan: &Plan, step: &Step) -> Vec<String> {
    let mut sentences = vec![language.headline(plan, step.element, step.verdict)];
    sentences.extend(own(language, plan, step, true));
    if step.verdict != Verdict::Proposed {
        for below in step.below.iter().filter(|below| below.verdict == step.verdict) {
            sentences.extend(own(language, plan, below, false));
        }
    }
    sentences
}

/// What the rule of one element says, with the items that decided. Items that have steps of their
/// own below are explained there.
fn own(language: &dyn Language, plan: &Plan, step: &Step, named: bool) -> Vec<String> {
    let noun = match step.element {
        Element::Block(_) => Noun::Competency,
        Element::Certification | Element::Requirement(_) => Noun::Block,
        Element::Competency(_) | Element::Line(_) => Noun::Criterion,
    };
    let mut teller = Teller { language, plan, noun, rules: Vec::new(), items: Vec::new() };
    teller.tell(&step.rule);
    if is_direct(plan, step.element) && step.rule.kind != RuleKind::Unfit {
        teller.rules = vec![language.direct(step.rule.verdict).to_owned()];
    }
    let subject = |place: usize| language.subject(plan, step.element, named || place > 0);
    let said = unique(teller.rules).into_iter().enumerate();
    let mut sentences: Vec<String> = said.map(|(place, rule)| subject(place) + &rule).collect();
    if step.below.is_empty() {
        sentences.extend(unique(teller.items));
    }
    sentences.extend(step.requirements.iter().map(|one| language.deciding(plan, *one)));
    sentences
}

/// Its only item bears its own name: there is no criterion to count.
fn is_direct(plan: &Plan, element: Element) -> bool {
    matches!(element, Element::Competency(competency) if plan.direct_line(competency).is_some())
}

struct Teller<'a> {
    language: &'a dyn Language,
    plan: &'a Plan,
    noun: Noun,
    rules: Vec<String>,
    items: Vec<String>,
}

impl Teller<'_> {
    fn tell(&mut self, rule: &RuleStep) {
        let (language, plan) = (self.language, self.plan);
        self.items.extend(rule.deciding.iter().map(|one| language.deciding(plan, *one)));
        let joined = matches!(rule.kind, RuleKind::AllOf | RuleKind::AnyOf);
        if !joined || matches!(rule.verdict, RuleVerdict::Open | RuleVerdict::Empty) {
            self.rules.push(language.rule(plan, self.noun, rule));
            return;
        }
        if rule.kind == RuleKind::AnyOf && rule.verdict == RuleVerdict::NotMet {
            self.rules.push(language.no_alternative());
        }
        // The parts that agree with the whole explain it; of several alternatives met, one is enough.
        let agreeing = rule.parts.iter().filter(|part| part.verdict == rule.verdict);
        let one_is_enough = rule.kind == RuleKind::AnyOf && rule.verdict == RuleVerdict::Met;
        agreeing.take(if one_is_enough { 1 } else { usize::MAX }).for_each(|part| self.tell(part));
    }
}
