//! What the API shows of a cohort.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::rows::{AcquiredBy, BlockState, BlockSummaryRow, EnrolmentSummaryRow, FileState, ShownProposal};
use crate::access::policy::{Action, Standing, may};
use crate::access::rows::Locale;
use crate::db::At;
use crate::deliberation::rows::DecisionOutcome;
use crate::ids::{AccountId, EnrolmentId, SeatId, SheetId, SittingId};
use crate::referential::model::RequirementKind;
use crate::web::PageQuery;

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// What the page before gave as `next`.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// How many candidates at the most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// This block alone, of the candidates who seek it or have acquired it.
    #[param(max_length = 100)]
    pub block: Option<String>,
    /// Those whose file stands so; with `block`, those whose block does.
    pub state: Option<BlockState>,
}

impl BoardQuery {
    pub fn limit(&self) -> i64 {
        PageQuery { after: None, limit: self.limit }.limit()
    }
}

/// How much somebody sees of a board: a trainer, no count of what jurors do and no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// How many lines are scored and sheets signed.
    pub progress: bool,
    /// What the rules propose, once all have signed. What is kept says nothing before.
    pub proposals: bool,
    pub decisions: bool,
}

impl Sight {
    pub fn of(who: &Standing) -> Self {
        Self {
            progress: may(Action::ReadProgress, who),
            proposals: may(Action::ReadProposal, &Standing { unveiled: true, ..*who }),
            decisions: may(Action::ReadResults, who),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardView {
    pub items: Vec<BoardLine>,
    /// To be sent as `after`; absent on the last page.
    pub next: Option<String>,
    /// Of the whole cohort, whatever the filters; on the first page only.
    pub totals: Option<BoardTotals>,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardLine {
    pub enrolment: EnrolmentId,
    pub number: String,
    pub candidate: String,
    pub state: Option<FileState>,
    pub evidence_pieces: i32,
    pub evidence_missing: i32,
    pub requirements_pending: i32,
    pub requirements_unmet: i32,
    pub sheets: Option<CountView>,
    /// For the certification. Pencil.
    pub proposal: Option<ShownProposal>,
    /// On the certification. Ink.
    pub decision: Option<BoardDecision>,
    /// In the order of the référentiel.
    pub blocks: Vec<BoardBlock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct CountView {
    pub done: i64,
    pub expected: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardDecision {
    pub outcome: DecisionOutcome,
    pub decided_at: At,
    /// When the candidate could read it.
    pub published_at: Option<At>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AcquiredView {
    #[schema(format = Date)]
    pub on: String,
    pub by: AcquiredBy,
}

/// One block of one candidate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardBlock {
    pub block: String,
    pub sought: bool,
    pub acquired: Option<AcquiredView>,
    pub state: Option<BlockState>,
    /// Lines scored over the sheets that are expected.
    pub lines: Option<CountView>,
    pub sheets: Option<CountView>,
    pub evidence_missing: i32,
    /// Pencil: `pending` until every juror has signed.
    pub proposal: Option<ShownProposal>,
    /// Ink.
    pub decision: Option<BoardDecision>,
}

fn decision(
    outcome: Option<DecisionOutcome>,
    decided_at: Option<At>,
    published_at: Option<At>,
    sight: Sight,
) -> Option<BoardDecision> {
    let (outcome, decided_at) = (outcome?, decided_at?);
    sight.decisions.then_some(BoardDecision { outcome, decided_at, published_at })
}

fn counted(done: i32, expected: i32, sight: Sight) -> Option<CountView> {
    sight.progress.then_some(CountView { done: done.into(), expected: expected.into() })
}

impl BoardBlock {
    pub fn new(row: BlockSummaryRow, sight: Sight) -> Self {
        let acquired = row.acquired_on.zip(row.acquired_by);
        let acquired = acquired.filter(|(_, by)| *by == AcquiredBy::Before || sight.decisions);
        Self {
            block: row.block,
            sought: row.sought,
            acquired: acquired.map(|(on, by)| AcquiredView { on, by }),
            state: sight.progress.then_some(row.state),
            lines: counted(row.lines_scored, row.lines_expected, sight),
            sheets: counted(row.sheets_signed, row.sheets_expected, sight),
            evidence_missing: row.evidence_expected - row.evidence_found,
            proposal: sight.proposals.then_some(row.proposal),
            decision: decision(row.decision, row.decided_at, row.published_at, sight),
        }
    }
}

impl BoardLine {
    pub fn new(
        row: EnrolmentSummaryRow,
        (number, candidate): (String, String),
        blocks: Vec<BoardBlock>,
        sight: Sight,
    ) -> Self {
        Self {
            enrolment: row.enrolment_id,
            number,
            candidate,
            state: sight.progress.then_some(row.state),
            evidence_pieces: row.evidence_pieces,
            evidence_missing: row.evidence_missing,
            requirements_pending: row.requirements_pending,
            requirements_unmet: row.requirements_unmet,
            sheets: counted(row.sheets_signed, row.sheets_expected, sight),
            proposal: sight.proposals.then_some(row.proposal),
            decision: decision(row.decision, row.decided_at, row.published_at, sight),
            blocks,
        }
    }
}

/// A cohort as a whole. The maps count candidates by state, by proposal and by outcome.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct BoardTotals {
    pub candidates: i64,
    pub evidence_missing: i64,
    pub requirements_pending: i64,
    pub sheets: Option<CountView>,
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub states: Option<BTreeMap<FileState, i64>>,
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub proposals: Option<BTreeMap<ShownProposal, i64>>,
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub decisions: Option<BTreeMap<DecisionOutcome, i64>>,
    /// In the order of the référentiel.
    pub blocks: Vec<BlockTotals>,
}

/// One block over the candidates who seek it or have it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct BlockTotals {
    pub block: String,
    pub candidates: i64,
    pub acquired_before: i64,
    pub evidence_missing: i64,
    pub lines: Option<CountView>,
    pub sheets: Option<CountView>,
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub states: Option<BTreeMap<BlockState, i64>>,
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub proposals: Option<BTreeMap<ShownProposal, i64>>,
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub decisions: Option<BTreeMap<DecisionOutcome, i64>>,
}

/// A candidate who lacks something, or whose jurors do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MissingLine {
    pub enrolment: EnrolmentId,
    pub number: String,
    pub candidate: String,
    #[serde(flatten)]
    pub lacks: Lacks,
    /// Not signed yet, for those who may know; whose, never what is on it.
    pub sheets: Option<Vec<UnsignedSheet>>,
}

/// What one candidate has still to bring.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Lacks {
    /// Fields of the identity that documents need.
    pub identity: Vec<&'static str>,
    /// Criteria that expect filed work and have none, in the order of the grids.
    pub evidence: Vec<EvidenceLack>,
    /// Outside the blocks.
    pub requirements: Vec<RequirementLack>,
}

impl Lacks {
    pub fn is_empty(&self) -> bool {
        self.identity.is_empty() && self.evidence.is_empty() && self.requirements.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceLack {
    pub block: String,
    pub criterion: String,
    /// Printed codes of the competencies that it serves.
    pub codes: Vec<String>,
    pub text: String,
    /// Of printed alternatives: asked for only if this option is the candidate's.
    pub option: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RequirementLack {
    pub requirement: String,
    /// scored, attested or filed.
    #[schema(value_type = String)]
    pub kind: RequirementKind,
    pub label: String,
    pub label_en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UnsignedSheet {
    pub sheet: SheetId,
    pub seat: SeatId,
    pub juror: String,
    pub sitting: SittingId,
    pub title: String,
    pub starts_at: At,
}

/// Somebody to be reminded, and of what.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reminder {
    pub to: Addressee,
    /// Of a candidate; empty for a juror.
    #[serde(flatten)]
    pub lacks: Lacks,
    /// Of a juror: sheets of sittings that have begun, not signed yet.
    pub sheets: Vec<SheetToSign>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Addressee {
    /// Stable while the cohort lasts: `c` and the number of a candidate, `j` and the account of a juror.
    pub key: String,
    pub name: String,
    pub email: String,
    pub locale: Locale,
    /// None for a candidate who has not been given one.
    pub account: Option<AccountId>,
    /// Of a candidate.
    pub enrolment: Option<EnrolmentId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SheetToSign {
    pub sheet: SheetId,
    pub sitting: SittingId,
    pub title: String,
    pub starts_at: At,
    pub number: String,
    pub candidate: String,
}

/// Whom to write to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReminders {
    /// Keys of [`Addressee`]; without it, everybody who is due. Somebody who is not due any more is left out.
    #[serde(default)]
    #[validate(length(min = 1, max = "ADDRESSEES_MAX"))]
    #[schema(min_items = 1, max_items = 2000)]
    pub to: Option<Vec<String>>,
    /// Written in the letter: until when it can be brought.
    #[serde(default)]
    pub until: Option<At>,
}

/// At most so many people named in one request.
pub const ADDRESSEES_MAX: u64 = 2_000;

/// Who is written to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reminded {
    /// Keys of [`Addressee`].
    pub queued: Vec<String>,
}
