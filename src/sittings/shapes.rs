//! What comes in and goes out as JSON.

pub mod changes;
pub mod people;

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use self::changes::SittingEnd;
use super::rows::{Attendance, SittingKind, SittingRow, SittingState};
use crate::db::At;
use crate::error::AppError;
use crate::ids::{CohortId, EnrolmentId, JuryId, SheetId, SittingId, SlotId};
use crate::referential::model::Slug;
use crate::scoring::rows::SheetState;

/// Says something: not only blanks, and no NUL, which PostgreSQL does not keep in a text.
///
/// # Errors
/// `blank` or `control`.
pub fn says_something(text: &str) -> Result<(), ValidationError> {
    if text.contains('\0') {
        return Err(ValidationError::new("control"));
    }
    if text.trim().is_empty() { Err(ValidationError::new("blank")) } else { Ok(()) }
}

/// An instant to which minutes can be added, and whose text sorts by time on SQLite: four figures a year.
///
/// # Errors
/// `range` before 2000 and from 2200 on.
pub fn of_our_days(at: &At) -> Result<(), ValidationError> {
    if (2000..2200).contains(&at.utc().year()) { Ok(()) } else { Err(ValidationError::new("range")) }
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSitting {
    pub cohort_id: CohortId,
    #[validate(length(max = 200), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    pub kind: SittingKind,
    #[validate(custom(function = "of_our_days"))]
    pub starts_at: At,
    #[validate(custom(function = "of_our_days"))]
    pub ends_at: At,
    /// An address or a link.
    #[validate(length(max = 500), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 500)]
    pub place: String,
    /// Methods of the cohort's version, by their slug.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200, value_type = Vec<String>)]
    pub methods: Vec<Slug>,
    /// Until when evidence is filed for it, that instant included.
    #[validate(custom(function = "of_our_days"))]
    pub evidence_until: Option<At>,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSlots {
    pub jury_id: JuryId,
    #[validate(custom(function = "of_our_days"))]
    pub first_at: At,
    #[validate(range(min = 1, max = 1440))]
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: i32,
    #[validate(range(min = 0, max = 1440))]
    #[schema(minimum = 0, maximum = 1440)]
    pub break_minutes: Option<i32>,
    /// In the order in which they come.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_items = 1, max_items = 500)]
    pub enrolments: Vec<EnrolmentId>,
    /// How many come in together, in the order given: 2 for pairs. Left out, each comes alone.
    #[validate(range(min = 1, max = 12))]
    #[schema(minimum = 1, maximum = 12)]
    pub together: Option<i32>,
    /// A room or a link of their own, when not that of the sitting.
    #[validate(length(max = 500), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 500)]
    pub room: Option<String>,
    /// Lunch, for instance: whoever would run into it comes after.
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub pauses: Option<Vec<NewPause>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPause {
    #[validate(custom(function = "of_our_days"))]
    pub starts_at: At,
    #[validate(custom(function = "of_our_days"))]
    pub ends_at: At,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttendance {
    pub attendance: Attendance,
    /// Mandatory for *excused*.
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
    /// Nobody is present at an event without it.
    pub identity_checked: bool,
    /// When they came, if late, or before they were excused at the door.
    pub arrived_at: Option<At>,
    /// Why what was recorded before is wrong; mandatory once something was.
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub correction: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SittingView {
    pub id: SittingId,
    pub cohort_id: CohortId,
    pub title: String,
    pub kind: SittingKind,
    pub starts_at: At,
    pub ends_at: At,
    pub place: String,
    pub methods: Vec<String>,
    pub state: SittingState,
    pub created_at: At,
    pub opened_at: Option<At>,
    /// 1 as planned; each move gives the next. A summons names the one that it called to.
    pub version: i32,
    /// Until when evidence is filed for it, that instant included.
    pub evidence_until: Option<At>,
    /// How it ended, when it did not take place.
    pub ended: Option<SittingEnd>,
}

impl SittingView {
    /// # Errors
    /// When its methods do not read.
    pub fn of(
        row: SittingRow,
        version: i32,
        evidence_until: Option<At>,
        ended: Option<SittingEnd>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            version,
            evidence_until,
            ended,
            methods: row.methods.read()?,
            id: row.id,
            cohort_id: row.cohort_id,
            title: row.title,
            kind: row.kind,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            place: row.place,
            state: row.state,
            created_at: row.created_at,
            opened_at: row.opened_at,
        })
    }
}

/// A sitting with its slots: to a candidate only their own, to a juror those whom they assess.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SittingDetail {
    #[serde(flatten)]
    pub sitting: SittingView,
    pub slots: Vec<SlotView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlotView {
    pub id: SlotId,
    pub sitting_id: SittingId,
    pub enrolment_id: EnrolmentId,
    pub jury_id: JuryId,
    pub number: String,
    pub candidate: String,
    pub starts_at: At,
    /// Extra time included.
    pub minutes: i32,
    /// Told to those who keep the time, and to the candidate.
    pub extra_minutes: Option<i32>,
    /// A room or a link of its own.
    pub room: Option<String>,
    /// Who comes in together bears the same name.
    pub team: Option<String>,
    /// Until when this candidate files evidence for it.
    pub evidence_until: Option<At>,
    pub attendance: Attendance,
    /// May tell of somebody's health: to the chair and to those who govern.
    pub attendance_reason: Option<String>,
    pub attendance_at: Option<At>,
    /// When somebody came who was late.
    pub arrived_at: Option<At>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Opened {
    pub sitting: SittingView,
    /// Sheets made now; none when all were there.
    pub sheets: usize,
    pub grids: usize,
}

/// How far the jury is with one candidate: counts, never content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    pub enrolment_id: EnrolmentId,
    pub number: String,
    pub attendance: Attendance,
    /// Seats that are open and not recused.
    pub expected: u32,
    pub signed: u32,
}

/// One of the caller's own sheets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MySheet {
    pub id: SheetId,
    pub state: SheetState,
    pub sitting: MySitting,
    pub slot: MySlot,
    pub enrolment_id: EnrolmentId,
    pub number: String,
    pub candidate: String,
    /// Lines that have a score.
    pub filled: i64,
    /// Lines of its grids, those that hang on a choice included.
    pub lines: i64,
    #[serde(skip)]
    pub cursor: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MySitting {
    pub id: SittingId,
    pub title: String,
    pub kind: SittingKind,
    pub place: String,
    pub starts_at: At,
    pub ends_at: At,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MySlot {
    pub id: SlotId,
    pub starts_at: At,
    pub minutes: i32,
    pub attendance: Attendance,
}
