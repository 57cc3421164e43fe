//! The rows of this subject: every column, in the order of the table. They sum up what is under proof, and are
//! recomputed rather than proved.

use diesel::prelude::*;

use crate::db::At;
use crate::deliberation::rows::DecisionOutcome;
use crate::ids::{CohortId, EnrolmentId};

crate::word_type!(
    /// What the rules say, as far as it may be shown: `pending` until every expected juror has signed.
    ShownProposal { Pending = "pending", Proposed = "proposed", Refused = "refused", Incomplete = "incomplete" }
);
crate::word_type!(
    /// Where one block of one candidate stands.
    BlockState {
        NotSought = "not_sought",
        /// From before this enrolment.
        Acquired = "acquired",
        /// Sheets or evidence are missing.
        Incomplete = "incomplete",
        /// Everything is there for the jury to deliberate.
        Complete = "complete",
        Decided = "decided",
    }
);
crate::word_type!(
    /// Where one candidate stands over all blocks sought.
    FileState { Incomplete = "incomplete", Complete = "complete", Decided = "decided" }
);
crate::word_type!(AcquiredBy { Before = "before", Decision = "decision" });

/// One candidate.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::enrolment_summary)]
pub struct EnrolmentSummaryRow {
    pub enrolment_id: EnrolmentId,
    pub cohort_id: CohortId,
    /// Of seats that are open and not recused, in sittings from which the candidate was not away.
    pub sheets_expected: i32,
    pub sheets_signed: i32,
    pub evidence_pieces: i32,
    /// Criteria that expect filed work and have none, over the blocks still asked for.
    pub evidence_missing: i32,
    pub requirements_pending: i32,
    pub requirements_unmet: i32,
    /// For the certification.
    pub proposal: ShownProposal,
    /// On the certification.
    pub decision: Option<DecisionOutcome>,
    pub decided_at: Option<At>,
    pub published_at: Option<At>,
    pub state: FileState,
}

/// One block of one candidate; every block of the version has its row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::block_summary)]
pub struct BlockSummaryRow {
    pub enrolment_id: EnrolmentId,
    pub block: String,
    pub cohort_id: CohortId,
    pub sought: bool,
    /// A day: that of the proof for a block from before, that of the closing in the centre's own calendar.
    pub acquired_on: Option<String>,
    pub acquired_by: Option<AcquiredBy>,
    /// Over the sheets expected, each with its lines of this block.
    pub lines_expected: i32,
    /// Lines written on those sheets; a signed sheet counts whole, for nothing was missing on it.
    pub lines_scored: i32,
    pub sheets_expected: i32,
    pub sheets_signed: i32,
    pub evidence_expected: i32,
    pub evidence_found: i32,
    pub proposal: ShownProposal,
    pub decision: Option<DecisionOutcome>,
    pub decided_at: Option<At>,
    pub published_at: Option<At>,
    pub state: BlockState,
}
