//! From facts to what the rules propose: criterion → competency → block → certification (MODEL §4).
//!
//! Strict on purpose: while one applicable item of an element is unscored, unsettled or incomplete,
//! the element is incomplete, even where the rule could already be lost. So nothing incomplete is
//! ever proposed, and nobody is refused on half a sheet.

mod decisions;
mod evaluate;
pub mod registration;

pub use decisions::{allowed_outcomes, check_decision, count_votes, departs, outcome, parse_decision};

use super::facts::Facts;
use super::model::{
    BlockDecision, BlockIndex, BlockStanding, CompetencyIndex, Deciding, Element, EnrolmentProposal,
    LineIndex, Proposal, RequirementIndex, RequirementState, RuleVerdict, Step, Verdict, Why,
};
use super::plan::{Plan, PlanBlock, PlanRule};
use crate::scoring::model::LineResult;
use crate::scoring::rules::combine;
use evaluate::{Item, Value};

/// What the rules say of one block; none when it is not asked for: not sought, or acquired before.
pub fn propose_block(plan: &Plan, facts: &Facts, block: BlockIndex) -> Option<Proposal> {
    Evaluation::new(plan, facts).block(block)
}

/// What the rules say of the certification.
pub fn propose_certification(plan: &Plan, facts: &Facts) -> Proposal {
    propose_enrolment(plan, facts).certification
}

/// Every block sought, then the certification.
///
/// A block acquired before counts as acquired; one with a decision counts as decided; one neither
/// acquired nor sought counts as not acquired.
pub fn propose_enrolment(plan: &Plan, facts: &Facts) -> EnrolmentProposal {
    let mut work = Evaluation::new(plan, facts);
    let indices = (0..plan.blocks.len()).map(BlockIndex);
    let blocks: Vec<_> = indices.filter_map(|at| Some((at, work.block(at)?))).collect();
    let certification = work.certification(&blocks);
    EnrolmentProposal { blocks, certification }
}

/// The result of one line, as the engine counts it.
pub fn line_result(plan: &Plan, facts: &Facts, line: LineIndex) -> LineResult {
    facts.line(line).map_or(LineResult::Unscored, |marks| combine(plan.combination, marks))
}

/// One evaluation at work, with the buffers that it uses over and over.
struct Evaluation<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    results: Vec<LineResult>,
    items: Vec<Item>,
}

impl<'a> Evaluation<'a> {
    fn new(plan: &'a Plan, facts: &'a Facts) -> Self {
        Self { plan, facts, results: Vec::new(), items: Vec::new() }
    }

    fn block(&mut self, at: BlockIndex) -> Option<Proposal> {
        match self.facts.block(at) {
            BlockStanding::NotSought | BlockStanding::AcquiredBefore => return None,
            BlockStanding::Sought | BlockStanding::Decided(_) => {}
        }
        let plan = self.plan;
        let block = plan.blocks.get(at.0)?;
        self.results.clear();
        let results = block.lines.clone().map(|line| line_result(plan, self.facts, LineIndex(line)));
        self.results.extend(results);
        let below: Vec<Step> =
            block.competencies.clone().filter_map(|competency| self.competency(competency, block)).collect();
        self.items.clear();
        self.items.extend(below.iter().map(|step| Item::judged(step.element, step.verdict)));
        let path = conclude(plan, Element::Block(at), &block.rule, &self.items, below);
        Some(Proposal { verdict: path.verdict, path })
    }

    fn competency(&mut self, at: usize, block: &PlanBlock) -> Option<Step> {
        let competency = self.plan.competencies.get(at)?;
        self.items.clear();
        for item in &competency.items {
            let result = self.results.get(item.line - block.lines.start);
            let result = result.copied().unwrap_or(LineResult::Unscored);
            let element = Element::Line(LineIndex(item.line));
            self.items.push(Item::scored(element, result, item.weight, self.plan.met_from));
        }
        let element = Element::Competency(CompetencyIndex(at));
        Some(conclude(self.plan, element, &competency.rule, &self.items, Vec::new()))
    }

    fn certification(&mut self, proposals: &[(BlockIndex, Proposal)]) -> Proposal {
        self.items.clear();
        for at in (0..self.plan.blocks.len()).map(BlockIndex) {
            let element = Element::Block(at);
            let item = match self.facts.block(at) {
                BlockStanding::AcquiredBefore | BlockStanding::Decided(BlockDecision::Acquired) => {
                    Item::new(element, Value::Met)
                }
                BlockStanding::Decided(_) => Item::new(element, Value::NotMet(Why::NotAcquired)),
                BlockStanding::NotSought => Item::new(element, Value::NotMet(Why::NotSought)),
                BlockStanding::Sought => {
                    let proposal = proposals.iter().find(|(block, _)| *block == at);
                    let verdict = proposal.map_or(Verdict::Incomplete, |(_, proposal)| proposal.verdict);
                    Item::judged(element, verdict)
                }
            };
            self.items.push(item);
        }
        let rule = &self.plan.certification;
        let mut path = conclude(self.plan, Element::Certification, rule, &self.items, Vec::new());
        path.requirements = self.requirements();
        path.verdict = with_requirements(path.verdict, &path.requirements);
        Proposal { verdict: path.verdict, path }
    }

    fn requirements(&self) -> Vec<Deciding> {
        let indices = (0..self.plan.requirements.len()).map(RequirementIndex);
        let open = indices.filter_map(|at| {
            let why = match self.facts.requirement(at) {
                RequirementState::Pending => Why::RequirementPending,
                RequirementState::Unmet => Why::RequirementUnmet,
                RequirementState::Met | RequirementState::Waived => return None,
            };
            Some(Deciding { item: Element::Requirement(at), why })
        });
        open.collect()
    }
}

/// Requirements are asked for besides the rule, always: pending is incomplete, unmet is refused.
fn with_requirements(verdict: Verdict, open: &[Deciding]) -> Verdict {
    let any = |why| open.iter().any(|deciding| deciding.why == why);
    match verdict {
        Verdict::Incomplete => Verdict::Incomplete,
        _ if any(Why::RequirementPending) => Verdict::Incomplete,
        _ if any(Why::RequirementUnmet) => Verdict::Refused,
        decided => decided,
    }
}

fn conclude(plan: &Plan, element: Element, rule: &PlanRule, items: &[Item], below: Vec<Step>) -> Step {
    let missing: Vec<Deciding> = items.iter().filter_map(Item::missing).collect();
    let step = if missing.is_empty() {
        evaluate::evaluate(rule, items, plan.lowest)
    } else {
        evaluate::open(rule, items, plan.lowest, missing)
    };
    let verdict = match step.verdict {
        RuleVerdict::Met => Verdict::Proposed,
        RuleVerdict::NotMet => Verdict::Refused,
        RuleVerdict::Empty | RuleVerdict::Open => Verdict::Incomplete,
    };
    Step { element, verdict, rule: step, requirements: Vec::new(), below }
}
