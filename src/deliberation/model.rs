//! What the engine answers and what a jury decides, as plain types (MODEL §4).

use serde::{Deserialize, Serialize};

use crate::referential::model::Ratio;
use crate::scoring::model::Disagreement;

/// What the rules say of a block or of the certification, and how they came to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub verdict: Verdict,
    pub path: Step,
}

/// Every block asked for, and the certification that stands on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentProposal {
    /// In the order of the référentiel; only the blocks sought.
    pub blocks: Vec<(BlockIndex, Proposal)>,
    pub certification: Proposal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The rules propose it.
    Proposed,
    /// Everything is known, and it is not enough.
    Refused,
    /// Something is missing or unsettled: the rules say nothing yet.
    Incomplete,
}

/// Place of a line in the plan; see [`super::plan::Plan`] for all four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineIndex(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompetencyIndex(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockIndex(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementIndex(pub usize);

/// What a step is about, or what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Element {
    Certification,
    Requirement(RequirementIndex),
    Block(BlockIndex),
    Competency(CompetencyIndex),
    Line(LineIndex),
}

/// One element judged by its rule, with the steps of the stage below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub element: Element,
    pub verdict: Verdict,
    pub rule: RuleStep,
    /// Requirements that are pending or unmet; for the certification only.
    pub requirements: Vec<Deciding>,
    /// The competencies of a block. Empty for the certification: each block has its own proposal.
    pub below: Vec<Step>,
}

/// One rule, or one part of a joined rule, with what it counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleStep {
    pub kind: RuleKind,
    pub verdict: RuleVerdict,
    pub tally: Tally,
    /// Why it is not met, or what is missing; empty when it is met.
    pub deciding: Vec<Deciding>,
    /// The parts of `all_of` and `any_of`; empty while something is missing.
    pub parts: Vec<RuleStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    All,
    AtLeast(u32),
    Share(Ratio),
    WeightedMean(Ratio),
    NoneBelow(u8),
    Eliminatory,
    AllOf,
    AnyOf,
    /// The file's rule cannot be asked at this stage: it needs ranks where there are none, or names
    /// an item that does not exist. The checks of a référentiel refuse it; the engine never lets it pass.
    Unfit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleVerdict {
    Met,
    NotMet,
    /// No applicable item: it says nothing, and alone it leaves its element incomplete.
    Empty,
    /// Something is missing: it was not asked.
    Open,
}

/// What a rule counted, over its applicable items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub met: u32,
    pub of: u32,
    pub met_weight: u64,
    pub of_weight: u64,
    /// Sum of rank × weight: over `of_weight`, it is the weighted mean.
    pub rank_weight: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deciding {
    pub item: Element,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A line at this rank.
    Rank(u8),
    NotObserved,
    Unscored,
    Unsettled(Disagreement),
    /// An element that its own rule refuses.
    Refused,
    /// An element that is itself incomplete.
    Incomplete,
    /// A block that was neither acquired before nor asked for.
    NotSought,
    /// A block that the jury decided otherwise than acquired.
    NotAcquired,
    RequirementPending,
    RequirementUnmet,
}

/// Where a block stands for an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockStanding {
    NotSought,
    Sought,
    /// Acquired before this enrolment or carried by reference: touched only by revocation.
    AcquiredBefore,
    /// Sought, with an active decision: the certification stands on that, not on the proposal.
    Decided(BlockDecision),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementState {
    Pending,
    Met,
    Unmet,
    Waived,
}

/// A block is never partly acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockDecision {
    Acquired,
    NotAcquired,
    Absent,
    Excused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificationDecision {
    Awarded,
    NotAwarded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    Block(BlockDecision),
    Certification(CertificationDecision),
}

/// What the decision of a deliberation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Block,
    Certification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DecisionFault {
    #[error("this outcome is not one of those that the target allows")]
    OutcomeNotAllowed,
    #[error("a decision that departs from the proposal needs a reason")]
    ReasonRequiredForDeparture,
    #[error("a refusal needs a reason")]
    ReasonRequiredForRefusal,
    #[error("the certification cannot be awarded while something is missing")]
    CertificationIncomplete,
}

impl DecisionFault {
    /// A code that clients may rely on.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutcomeNotAllowed => "outcome_not_allowed",
            Self::ReasonRequiredForDeparture => "reason_required_for_departure",
            Self::ReasonRequiredForRefusal => "reason_required_for_refusal",
            Self::CertificationIncomplete => "certification_incomplete",
        }
    }
}

/// What an enrolment came to, for the minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Full,
    Partial,
    Refused,
    Absent,
    Excused,
}

/// How one member present voted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    pub vote: Vote,
    pub chair: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    For,
    Against,
    Abstention,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteResult {
    Carried,
    CarriedByCastingVote,
    Rejected,
    RejectedByCastingVote,
    /// Votes are equal and nobody's decides: the jury goes on deliberating.
    Tied,
}
