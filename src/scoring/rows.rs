//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{
    AccountId, EnrolmentId, GridId, LateScoreId, LineId, SeatId, SettlementId, SheetId, SignatureId,
    SittingId,
};

crate::word_type!(
    ScoreState { Scored = "scored", NotObserved = "not_observed", NotApplicable = "not_applicable" }
);

impl ScoreState {
    /// The two columns that hold a mark.
    pub fn of(mark: super::model::Mark) -> (Self, Option<u8>) {
        match mark {
            super::model::Mark::Scored(rank) => (Self::Scored, Some(rank)),
            super::model::Mark::NotObserved => (Self::NotObserved, None),
            super::model::Mark::NotApplicable => (Self::NotApplicable, None),
        }
    }
}

crate::word_type!(SheetState { Open = "open", Signed = "signed" });

crate::protected_row!(
    SheetRow in sheet keyed by id {
        id: SheetId,
        sitting_id: SittingId,
        seat_id: SeatId,
        enrolment_id: EnrolmentId,
        state: SheetState,
        version: i32,
        created_at: At,
    }
);

crate::protected_row!(
    GridRow in grid keyed by id {
        id: GridId,
        sheet_id: SheetId,
        method: String,
    }
);

crate::protected_row!(
    ScoreRow in score keyed by grid_id, line_id {
        grid_id: GridId,
        line_id: LineId,
        salt: Bytes,
        state: ScoreState,
        rank: Option<i32>,
        reason: Option<String>,
        comment: Option<String>,
        version: i32,
        updated_by: AccountId,
        updated_at: At,
    }
);

crate::protected_row!(
    ScoreVersionRow in score_version keyed by grid_id, line_id, version {
        grid_id: GridId,
        line_id: LineId,
        version: i32,
        salt: Bytes,
        state: ScoreState,
        rank: Option<i32>,
        reason: Option<String>,
        comment: Option<String>,
        why: Option<String>,
        written_by: AccountId,
        written_at: At,
    }
);

crate::protected_row!(
    GridChoiceRow in grid_choice keyed by grid_id, choice {
        grid_id: GridId,
        choice: String,
        options: Json,
        version: i32,
        chosen_by: AccountId,
        chosen_at: At,
    }
);

crate::protected_row!(
    SheetSignatureRow in sheet_signature keyed by id {
        id: SignatureId,
        salt: Bytes,
        sheet_id: SheetId,
        account_id: AccountId,
        content_digest: Bytes,
        signed_at: At,
        reopened_by: Option<AccountId>,
        reopened_at: Option<At>,
        reopened_reason: Option<String>,
    }
);

crate::protected_row!(
    LateScoreRow in late_score keyed by id {
        id: LateScoreId,
        salt: Bytes,
        grid_id: GridId,
        line_id: LineId,
        body: Json,
        received_by: AccountId,
        received_at: At,
    }
);

crate::protected_row!(
    SettlementRow in settlement keyed by id {
        id: SettlementId,
        salt: Bytes,
        sitting_id: SittingId,
        enrolment_id: EnrolmentId,
        line_id: LineId,
        state: ScoreState,
        rank: Option<i32>,
        reason: String,
        seat_id: SeatId,
        settled_at: At,
        replaced_at: Option<At>,
    }
);

crate::word_type!(LateOutcome { Accepted = "accepted", Dismissed = "dismissed" });

crate::protected_row!(
    LateScoreAnswerRow in late_score_answer keyed by late_score_id {
        late_score_id: LateScoreId,
        salt: Bytes,
        outcome: LateOutcome,
        reason: String,
        answered_by: AccountId,
        answered_at: At,
    }
);
