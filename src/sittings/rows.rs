//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{
    AccountId, AdjustmentId, AttendanceRecordId, CohortId, DeadlineExtensionId, EnrolmentId, JuryId, SeatId,
    SittingId, SlotId, SummonsId,
};

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

crate::word_type!(
    /// What became of a sitting after it was planned. Cancelled and merged end it.
    ChangeKind { Moved = "moved", Cancelled = "cancelled", Merged = "merged" }
);

crate::word_type!(
    /// What may be granted: a closed list, so that no reason is ever written down (DOMAIN 1.8).
    AdjustmentKind {
        ExtraTime = "extra_time",
        RoomApart = "room_apart",
        Breaks = "breaks",
        OwnComputer = "own_computer",
        ScreenReader = "screen_reader",
        LargePrint = "large_print",
        Braille = "braille",
        AdaptedFurniture = "adapted_furniture",
        SignLanguageInterpreter = "sign_language_interpreter",
        Reader = "reader",
        Scribe = "scribe",
        Remote = "remote",
    }
);

crate::protected_row!(
    /// Until when evidence is filed for a sitting, that instant included.
    EvidenceDeadlineRow in evidence_deadline keyed by sitting_id {
        sitting_id: SittingId,
        until: At,
        set_by: AccountId,
        set_at: At,
    }
);

crate::protected_row!(
    DeadlineExtensionRow in deadline_extension keyed by id {
        id: DeadlineExtensionId,
        salt: Bytes,
        sitting_id: SittingId,
        enrolment_id: EnrolmentId,
        until: At,
        reason: String,
        granted_by: AccountId,
        granted_at: At,
    }
);

crate::protected_row!(
    SittingChangeRow in sitting_change keyed by sitting_id, version {
        sitting_id: SittingId,
        /// That of the sitting from now on.
        version: i32,
        salt: Bytes,
        kind: ChangeKind,
        /// Hours and place before.
        former: Json,
        into_id: Option<SittingId>,
        reason: String,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    /// Where a slot takes place when not where its sitting does, with whom, and how much of it is extra time.
    SlotArrangementRow in slot_arrangement keyed by slot_id {
        slot_id: SlotId,
        salt: Bytes,
        room: Option<String>,
        team: Option<String>,
        extra_minutes: i32,
    }
);

crate::protected_row!(
    SlotTransferRow in slot_transfer keyed by slot_id {
        slot_id: SlotId,
        to_slot_id: SlotId,
        salt: Bytes,
        reason: String,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    AttendanceRecordRow in attendance_record keyed by id {
        id: AttendanceRecordId,
        salt: Bytes,
        slot_id: SlotId,
        attendance: Attendance,
        identity_checked: bool,
        arrived_at: Option<At>,
        reason: Option<String>,
        corrects: Option<AttendanceRecordId>,
        /// Why the former record was wrong.
        correction: Option<String>,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    AdjustmentRow in adjustment keyed by id {
        id: AdjustmentId,
        salt: Bytes,
        enrolment_id: EnrolmentId,
        kind: AdjustmentKind,
        /// Extra time, as a share of the time of everybody.
        share_num: Option<i32>,
        share_den: Option<i32>,
        granted_by: AccountId,
        granted_at: At,
        ended_by: Option<AccountId>,
        ended_at: Option<At>,
    }
);

crate::protected_row!(
    /// Somebody called to a sitting as it stood in one version.
    SummonsRow in summons keyed by id {
        id: SummonsId,
        salt: Bytes,
        sitting_id: SittingId,
        sitting_version: i32,
        seat_id: Option<SeatId>,
        enrolment_id: Option<EnrolmentId>,
        summoned_by: AccountId,
        summoned_at: At,
        rules_received_at: Option<At>,
    }
);
