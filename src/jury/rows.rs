//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes};
use crate::ids::{AccountId, CohortId, EnrolmentId, JuryId, PresidingId, RecusalId, SeatId, WaiverId};

crate::word_type!(
    /// What the jury may decide on.
    Mandate { Blocks = "blocks", Certification = "certification", Both = "both" }
);
crate::word_type!(SeatFunction { Chair = "chair", Member = "member" });
crate::word_type!(
    /// External: neither of the awarding body nor of its centres.
    Side { Internal = "internal", External = "external" }
);
crate::word_type!(Gender { Woman = "woman", Man = "man" });
crate::word_type!(
    /// Why a seat does not count for a candidate: a tie, or a juror who is not there.
    RecusalKind { Tie = "tie", Missing = "missing" }
);

crate::word_type!(
    /// A rule of composition that may be set aside by somebody who answers for it: never members, never ties.
    Waivable { Experience = "jury_experience", GenderBalance = "jury_gender_balance" }
);

crate::protected_row!(
    JuryRow in jury keyed by id {
        id: JuryId,
        cohort_id: CohortId,
        name: String,
        mandate: Mandate,
        created_at: At,
    }
);

crate::protected_row!(
    SeatRow in seat keyed by id {
        id: SeatId,
        salt: Bytes,
        jury_id: JuryId,
        account_id: AccountId,
        function: SeatFunction,
        side: Side,
        gender: Option<Gender>,
        employer: String,
        occupation: String,
        practising_since: Option<i32>,
        created_at: At,
        declared_at: Option<At>,
        closed_at: Option<At>,
        closed_reason: Option<String>,
    }
);

crate::protected_row!(
    RecusalRow in recusal keyed by id {
        id: RecusalId,
        salt: Bytes,
        seat_id: SeatId,
        enrolment_id: EnrolmentId,
        kind: RecusalKind,
        reason: String,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    /// Who presides before one candidate when the chair has stepped aside or left.
    PresidingRow in presiding keyed by id {
        id: PresidingId,
        salt: Bytes,
        seat_id: SeatId,
        enrolment_id: EnrolmentId,
        jury_id: JuryId,
        reason: String,
        named_by: AccountId,
        named_at: At,
        ended_at: Option<At>,
    }
);

crate::protected_row!(
    WaiverRow in jury_waiver keyed by id {
        id: WaiverId,
        salt: Bytes,
        jury_id: JuryId,
        rule: Waivable,
        reason: String,
        granted_by: AccountId,
        granted_at: At,
    }
);
