//! What the engine is told of one enrolment, and the changes that a what-if makes to it.

use super::model::{BlockIndex, BlockStanding, LineIndex, RequirementIndex, RequirementState};
use super::plan::Plan;
use crate::scoring::model::{LineMarks, Mark, SeatMark};

/// The facts of one enrolment, by index of its plan.
///
/// What is not told counts as unscored, not sought or pending: a gap never helps anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    lines: Vec<LineMarks>,
    blocks: Vec<BlockStanding>,
    requirements: Vec<RequirementState>,
}

/// One supposition of a what-if.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Other marks on a line.
    Marks(LineIndex, LineMarks),
    /// Another settlement beside the same marks, or none.
    Settlement(LineIndex, Option<Mark>),
    /// Every expected juror gives this mark.
    Unanimous(LineIndex, Mark),
    Block(BlockIndex, BlockStanding),
    Requirement(RequirementIndex, RequirementState),
}

impl Facts {
    /// An enrolment that seeks nothing, on which nothing is known.
    pub fn new(plan: &Plan) -> Self {
        Self {
            lines: vec![LineMarks::unscored(); plan.line_count()],
            blocks: vec![BlockStanding::NotSought; plan.block_count()],
            requirements: vec![RequirementState::Pending; plan.requirement_count()],
        }
    }

    pub fn line(&self, line: LineIndex) -> Option<&LineMarks> {
        self.lines.get(line.0)
    }

    pub fn block(&self, block: BlockIndex) -> BlockStanding {
        self.blocks.get(block.0).copied().unwrap_or(BlockStanding::NotSought)
    }

    pub fn requirement(&self, requirement: RequirementIndex) -> RequirementState {
        self.requirements.get(requirement.0).copied().unwrap_or(RequirementState::Pending)
    }

    pub fn blocks(&self) -> &[BlockStanding] {
        &self.blocks
    }

    pub fn requirements(&self) -> &[RequirementState] {
        &self.requirements
    }

    /// An index of another plan changes nothing.
    pub fn set_line(&mut self, line: LineIndex, marks: LineMarks) {
        if let Some(slot) = self.lines.get_mut(line.0) {
            *slot = marks;
        }
    }

    pub fn set_block(&mut self, block: BlockIndex, standing: BlockStanding) {
        if let Some(slot) = self.blocks.get_mut(block.0) {
            *slot = standing;
        }
    }

    pub fn set_requirement(&mut self, requirement: RequirementIndex, state: RequirementState) {
        if let Some(slot) = self.requirements.get_mut(requirement.0) {
            *slot = state;
        }
    }

    /// A what-if is the same engine on changed facts (MODEL §4).
    #[must_use]
    pub fn with_change(&self, change: &Change) -> Self {
        let mut facts = self.clone();
        match change {
            Change::Marks(line, marks) => facts.set_line(*line, marks.clone()),
            Change::Settlement(line, settlement) => {
                if let Some(before) = self.line(*line) {
                    facts.set_line(*line, before.settled(*settlement));
                }
            }
            Change::Unanimous(line, mark) => {
                if let Some(before) = self.line(*line) {
                    facts.set_line(*line, unanimous(before.expected(), *mark));
                }
            }
            Change::Block(block, standing) => facts.set_block(*block, *standing),
            Change::Requirement(requirement, state) => facts.set_requirement(*requirement, *state),
        }
        facts
    }
}

fn unanimous(expected: usize, mark: Mark) -> LineMarks {
    let marks = (0..expected).map(|seat| SeatMark { mark, chair: seat == 0 }).collect();
    LineMarks::new(marks, expected, None)
}
