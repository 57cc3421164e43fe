//! What the engine's tests share: référentiels made on the spot, an evaluator written from MODEL.md
//! alone, and deliberately wrong ones.

pub mod build;
pub mod generate;
pub mod oracle;

use std::collections::BTreeMap;

use parchemin::deliberation::facts::{Change, Facts};
use parchemin::deliberation::model::{BlockStanding, RequirementState, Verdict};
use parchemin::deliberation::plan::Plan;
use parchemin::deliberation::rules::propose_enrolment;
use parchemin::referential::model::{Combination, Referential, Slug};
use parchemin::scoring::model::{LineMarks, LineResult};
use parchemin::scoring::rules::combine;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use generate::{Draw, names};

/// One enrolment in its référentiel, by name.
#[derive(Debug, Clone)]
pub struct Case {
    pub referential: Referential,
    pub lines: BTreeMap<Slug, LineMarks>,
    pub blocks: BTreeMap<Slug, BlockStanding>,
    pub requirements: BTreeMap<Slug, RequirementState>,
}

impl Case {
    pub fn facts(&self, plan: &Plan) -> Facts {
        let mut facts = Facts::new(plan);
        for (id, marks) in &self.lines {
            facts.set_line(plan.line(id).unwrap(), marks.clone());
        }
        for (id, standing) in &self.blocks {
            facts.set_block(plan.block(id).unwrap(), *standing);
        }
        for (id, state) in &self.requirements {
            facts.set_requirement(plan.requirement(id).unwrap(), *state);
        }
        facts
    }

    pub fn pick_line(&self, draw: &mut Draw) -> Slug {
        let (lines, _) = names(&self.referential.blocks);
        draw.pick(&lines)
    }

    #[must_use]
    pub fn with_line(&self, line: &Slug, marks: LineMarks) -> Self {
        let mut changed = self.clone();
        changed.lines.insert(line.clone(), marks);
        changed
    }
}

/// The same cases at each run: a red test stays red until its cause is gone.
pub fn runner(cases: u32, shrink: u32) -> TestRunner {
    let config = Config { cases, max_shrink_iters: shrink, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Verdicts by name; `None` where nothing is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdicts {
    pub blocks: BTreeMap<Slug, Option<Verdict>>,
    pub certification: Verdict,
}

impl Verdicts {
    pub fn all(&self) -> Vec<Option<Verdict>> {
        self.blocks.values().copied().chain([Some(self.certification)]).collect()
    }
}

/// What a property asks of an engine, right or wrong.
pub trait Engine {
    fn line(&self, combination: Combination, line: &LineMarks) -> LineResult;
    fn verdicts(&self, case: &Case) -> Verdicts;
    fn change(&self, facts: &Facts, change: &Change) -> Facts;
}

/// The engine that ships.
pub struct Shipped;

impl Engine for Shipped {
    fn line(&self, combination: Combination, line: &LineMarks) -> LineResult {
        combine(combination, line)
    }

    fn verdicts(&self, case: &Case) -> Verdicts {
        let plan = Plan::compile(&case.referential);
        let proposal = propose_enrolment(&plan, &case.facts(&plan));
        let verdict = |id: &Slug| {
            let at = plan.block(id).unwrap();
            proposal.blocks.iter().find(|(block, _)| *block == at).map(|(_, proposal)| proposal.verdict)
        };
        Verdicts {
            blocks: case
                .referential
                .blocks
                .iter()
                .map(|block| (block.id.clone(), verdict(&block.id)))
                .collect(),
            certification: proposal.certification.verdict,
        }
    }

    fn change(&self, facts: &Facts, change: &Change) -> Facts {
        facts.with_change(change)
    }
}
