//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{AccountId, CohortId, EnrolmentId, JuryId, SittingId, SlotId};

crate::word_type!(
    /// An event has slots of minutes; a window is days during which filed work is read.
    SittingKind { Event = "event", Window = "window" }
);
crate::word_type!(SittingState { Planned = "planned", Open = "open" });
crate::word_type!(
    Attendance { Expected = "expected", Present = "present", Absent = "absent", Excused = "excused" }
);

crate::protected_row!(
    SittingRow in sitting keyed by id {
        id: SittingId,
        cohort_id: CohortId,
        title: String,
        kind: SittingKind,
        starts_at: At,
        ends_at: At,
        place: String,
        methods: Json,
        state: SittingState,
        created_at: At,
        opened_at: Option<At>,
    }
);

crate::protected_row!(
    SlotRow in slot keyed by id {
        id: SlotId,
        salt: Bytes,
        sitting_id: SittingId,
        enrolment_id: EnrolmentId,
        jury_id: JuryId,
        starts_at: At,
        minutes: i32,
        attendance: Attendance,
        attendance_reason: Option<String>,
        attendance_by: Option<AccountId>,
        attendance_at: Option<At>,
    }
);
