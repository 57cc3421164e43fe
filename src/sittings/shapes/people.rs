//! People of a sitting: who is summoned, who was there, what was granted to them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::access::rows::Locale;
use crate::db::At;
use crate::ids::{AccountId, EnrolmentId, SeatId, SittingId, SlotId, SummonsId};
use crate::sittings::rows::{AdjustmentKind, Attendance};

/// As what somebody is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalledAs {
    Juror,
    Candidate,
}

/// Somebody to write to, and the facts of the letter. One per person and sitting.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Notice {
    pub called_as: CalledAs,
    /// Nobody's when a candidate has no account yet.
    pub account_id: Option<AccountId>,
    pub seat_id: Option<SeatId>,
    pub enrolment_id: Option<EnrolmentId>,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    pub sitting_id: SittingId,
    /// Of the sitting, that the letter tells.
    pub version: i32,
    pub title: String,
    /// Of the slot for a candidate, of the first slot before the jury for a juror.
    pub starts_at: At,
    pub ends_at: At,
    /// Of the centre, by its IANA name.
    pub timezone: String,
    /// The room of the slot, else the place of the sitting.
    pub place: String,
    pub evidence_until: Option<At>,
}

/// Somebody called to a sitting, or who is still to be.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Called {
    pub called_as: CalledAs,
    pub seat_id: Option<SeatId>,
    pub enrolment_id: Option<EnrolmentId>,
    pub name: String,
    /// The last summons.
    pub summons_id: Option<SummonsId>,
    pub summoned_at: Option<At>,
    /// That of the sitting when it was made.
    pub summoned_to_version: Option<i32>,
    /// When they said that they have received it, and the rules with it.
    pub rules_received_at: Option<At>,
    /// Not summoned yet, or to hours that are no more.
    pub due: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Calls {
    pub sitting_id: SittingId,
    pub version: i32,
    pub people: Vec<Called>,
}

/// One's own summons.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MySummons {
    pub id: SummonsId,
    pub sitting_id: SittingId,
    pub version: i32,
    pub summoned_at: At,
    pub rules_received_at: Option<At>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Summoned {
    /// Whom to write to.
    pub notices: Vec<Notice>,
}

/// Who was there, half-day by half-day, as it is signed on paper.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AttendanceList {
    pub sitting_id: SittingId,
    pub title: String,
    /// In which days and half-days are reckoned.
    pub timezone: String,
    pub half_days: Vec<HalfDay>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HalfDay {
    pub day: NaiveDate,
    pub half: Half,
    pub candidates: Vec<Attending>,
    pub jurors: Vec<SittingJuror>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// Before noon.
    Morning,
    Afternoon,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Attending {
    pub slot_id: SlotId,
    pub number: String,
    pub name: String,
    pub starts_at: At,
    pub attendance: Attendance,
    pub identity_checked: bool,
    pub arrived_at: Option<At>,
    /// Whole minutes after the beginning of the slot.
    pub minutes_late: i64,
    pub recorded_at: Option<At>,
    /// How often what was recorded was put right.
    pub corrections: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct SittingJuror {
    pub seat_id: SeatId,
    pub name: String,
}

/// Everything that is granted, in place of what was.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdjustments {
    #[validate(length(max = 12))]
    #[schema(max_items = 12)]
    pub adjustments: Vec<NewAdjustment>,
}

/// What, never why: there is nowhere to write it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdjustment {
    pub kind: AdjustmentKind,
    /// For extra time alone: «1/3» or «25%» of the time of everybody.
    #[schema(max_length = 20)]
    pub share: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AdjustmentView {
    pub kind: AdjustmentKind,
    pub share: Option<String>,
    pub granted_at: At,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Adjustments {
    pub enrolment_id: EnrolmentId,
    pub adjustments: Vec<AdjustmentView>,
    /// Slots to come that are shorter than the extra time granted asks for: they are to be laid out again.
    pub short_slots: Vec<SlotId>,
}
