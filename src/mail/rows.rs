//! The rows of the outbox: not under proof, for a letter decides nothing.

use crate::db::{At, Json};
use crate::ids::{AccountId, CohortId, LetterId, PostmanId};

crate::word_type!(
    LetterKind {
        Invitation = "invitation",
        PasswordReset = "password_reset",
        Summons = "summons",
        Moved = "moved",
        Cancelled = "cancelled",
        Reminder = "reminder",
        DeadlineExtended = "deadline_extended",
        Receipt = "receipt",
        ResultAvailable = "result_available",
        AttestationAsked = "attestation_asked",
    }
);
crate::word_type!(
    LetterState {
        Waiting = "waiting",
        Sent = "sent",
        /// Given up.
        Dead = "dead",
    }
);

#[derive(Debug, Clone, PartialEq, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
#[diesel(table_name = crate::db::schema::outbox, treat_none_as_default_value = false)]
pub struct OutboxRow {
    pub id: LetterId,
    pub kind: LetterKind,
    pub account_id: Option<AccountId>,
    pub cohort_id: Option<CohortId>,
    /// The letter; gone once it has served.
    pub payload: Option<Json>,
    pub state: LetterState,
    pub queued_at: At,
    pub run_after: At,
    /// Times that a worker took it to send it.
    pub attempts: i32,
    pub claimed_by: Option<PostmanId>,
    pub claimed_until: Option<At>,
    /// When it was sent or given up.
    pub done_at: Option<At>,
    /// Stable code of the last failure.
    pub failure: Option<String>,
}
