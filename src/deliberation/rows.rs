//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{AccountId, DecisionId, DeliberationId, EnrolmentId, JuryId, SeatId, SittingId};

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

crate::protected_row!(
    /// Whether a member was in the room. The closing writes the rows that nobody had to write.
    DeliberationMemberRow in deliberation_member keyed by deliberation_id, seat_id {
        deliberation_id: DeliberationId,
        seat_id: SeatId,
        salt: Bytes,
        present: bool,
        reason: Option<String>,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    /// Who was present at one decision, and how they voted where a vote was asked for.
    DecisionPanelRow in decision_panel keyed by decision_id {
        decision_id: DecisionId,
        salt: Bytes,
        members: Json,
        casting_vote: bool,
    }
);

crate::protected_row!(
    /// A member who cannot sign any more: it holds once the jury and the manager have both said so.
    SignatureImpedimentRow in signature_impediment keyed by deliberation_id, seat_id {
        deliberation_id: DeliberationId,
        seat_id: SeatId,
        salt: Bytes,
        reason: String,
        jury_by: Option<AccountId>,
        jury_at: Option<At>,
        manager_by: Option<AccountId>,
        manager_at: Option<At>,
    }
);

impl SignatureImpedimentRow {
    pub fn holds(&self) -> bool {
        self.jury_by.is_some() && self.manager_by.is_some()
    }
}

crate::protected_row!(
    RectificationRow in rectification keyed by deliberation_id {
        deliberation_id: DeliberationId,
        rectifies: DeliberationId,
        salt: Bytes,
        reason: String,
        opened_by: AccountId,
        opened_at: At,
    }
);

crate::protected_row!(
    /// `deliberation_id` is the one that decides again.
    RevocationRow in revocation keyed by decision_id {
        decision_id: DecisionId,
        deliberation_id: DeliberationId,
        salt: Bytes,
        reason: String,
        revoked_by: AccountId,
        revoked_at: At,
    }
);

crate::protected_row!(
    ResitRow in resit keyed by sitting_id, enrolment_id, block {
        sitting_id: SittingId,
        enrolment_id: EnrolmentId,
        block: String,
        decision_id: DecisionId,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    CarriedBlockRow in carried_block keyed by enrolment_id, block {
        enrolment_id: EnrolmentId,
        block: String,
        decision_id: DecisionId,
        carried_by: AccountId,
        carried_at: At,
    }
);
