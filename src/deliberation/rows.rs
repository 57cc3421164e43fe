//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{AccountId, DecisionId, DeliberationId, EnrolmentId, JuryId, SeatId};

crate::word_type!(DeliberationState { Open = "open", Closed = "closed" });
crate::word_type!(
    /// For a block the first four, for the certification the last two. A block is never partly acquired.
    DecisionOutcome {
        Acquired = "acquired",
        NotAcquired = "not_acquired",
        Absent = "absent",
        Excused = "excused",
        Awarded = "awarded",
        NotAwarded = "not_awarded",
    }
);
crate::word_type!(
    /// What the rules said when the decision was taken.
    VerdictWord { Proposed = "proposed", Refused = "refused", Incomplete = "incomplete" }
);

crate::protected_row!(
    DeliberationRow in deliberation keyed by id {
        id: DeliberationId,
        salt: Bytes,
        jury_id: JuryId,
        title: String,
        sittings: Json,
        state: DeliberationState,
        observations: Option<String>,
        convened_by: AccountId,
        convened_at: At,
        closed_by: Option<AccountId>,
        closed_at: Option<At>,
        number: Option<String>,
        published_by: Option<AccountId>,
        published_at: Option<At>,
    }
);

crate::protected_row!(
    DecisionRow in decision keyed by id {
        id: DecisionId,
        salt: Bytes,
        deliberation_id: DeliberationId,
        enrolment_id: EnrolmentId,
        block: String,
        outcome: DecisionOutcome,
        proposal: VerdictWord,
        proposal_path: Json,
        departs: bool,
        reason: Option<String>,
        votes_for: i32,
        votes_against: i32,
        dissent: Option<String>,
        version: i32,
        decided_by: AccountId,
        decided_at: At,
        ended_at: Option<At>,
        ended_reason: Option<String>,
    }
);

crate::protected_row!(
    MinutesSignatureRow in minutes_signature keyed by deliberation_id, seat_id {
        deliberation_id: DeliberationId,
        seat_id: SeatId,
        account_id: AccountId,
        document_sha256: Bytes,
        signed_at: At,
    }
);
