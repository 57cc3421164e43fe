//! What comes in and goes out as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::model::{BrokenRule, RuleReport};
use super::rows::{
    Gender, JuryRow, Mandate, RecusalKind, RecusalRow, SeatFunction, SeatRow, Side, Waivable, WaiverRow,
};
use crate::db::At;
use crate::ids::{AccountId, CohortId, EnrolmentId, JuryId, RecusalId, SeatId, WaiverId};
use crate::referential::model::AccessRoute;
use crate::sittings::shapes::says_something;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJury {
    pub cohort_id: CohortId,
    #[validate(length(max = 200), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub mandate: Mandate,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeat {
    /// Must hold the role of juror.
    pub account_id: AccountId,
    pub function: SeatFunction,
    pub side: Side,
    #[validate(length(max = 200), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 200)]
    pub employer: String,
    #[validate(length(max = 200), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 200)]
    pub occupation: String,
    /// Year in which the member began to practise the trade.
    #[validate(range(min = 1900, max = 2200))]
    #[schema(minimum = 1900, maximum = 2200)]
    pub practising_since: Option<i32>,
    /// Only where the composition asks for women and men.
    pub gender: Option<Gender>,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// «No tie with any candidate of this jury», but for those listed.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    #[validate(length(max = 500), nested)]
    #[schema(max_items = 500)]
    pub ties: Vec<DeclaredTie>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredTie {
    pub enrolment_id: EnrolmentId,
    /// A juror need not say which tie it is.
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecusal {
    pub seat_id: SeatId,
    pub enrolment_id: EnrolmentId,
    /// `tie`: the juror, a manager or the chair. `missing`: a manager or the chair, if the quorum still holds.
    pub kind: RecusalKind,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JuryLine {
    pub id: JuryId,
    pub cohort_id: CohortId,
    pub name: String,
    pub mandate: Mandate,
    pub created_at: At,
}

impl From<JuryRow> for JuryLine {
    fn from(row: JuryRow) -> Self {
        Self {
            id: row.id,
            cohort_id: row.cohort_id,
            name: row.name,
            mandate: row.mandate,
            created_at: row.created_at,
        }
    }
}

/// A jury, who sits on it, and whether it may sit so.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JuryView {
    #[serde(flatten)]
    pub jury: JuryLine,
    pub seats: Vec<SeatView>,
    pub recusals: Vec<RecusalView>,
    /// Every rule of the version that does not hold now, for the candidates who have a slot before it.
    pub broken: Vec<BrokenRule>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeatView {
    pub id: SeatId,
    pub jury_id: JuryId,
    pub account_id: AccountId,
    pub name: String,
    pub function: SeatFunction,
    pub side: Side,
    pub employer: String,
    pub occupation: String,
    pub practising_since: Option<i32>,
    /// Told to those alone who compose the jury.
    pub gender: Option<Gender>,
    pub declared_at: Option<At>,
    pub closed_at: Option<At>,
    pub closed_reason: Option<String>,
}

impl SeatView {
    pub fn of(row: SeatRow, name: String, composes: bool) -> Self {
        Self {
            id: row.id,
            jury_id: row.jury_id,
            account_id: row.account_id,
            name,
            function: row.function,
            side: row.side,
            employer: row.employer,
            occupation: row.occupation,
            practising_since: row.practising_since,
            gender: row.gender.filter(|_| composes),
            declared_at: row.declared_at,
            closed_at: row.closed_at,
            closed_reason: row.closed_reason,
        }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecusalView {
    pub id: RecusalId,
    pub seat_id: SeatId,
    pub enrolment_id: EnrolmentId,
    pub kind: RecusalKind,
    /// A tie may be private: told to the person who sits there, to the chair and to those who govern.
    pub reason: Option<String>,
    pub recorded_by: AccountId,
    pub recorded_at: At,
}

impl RecusalView {
    pub fn of(row: RecusalRow, with_reason: bool) -> Self {
        Self {
            id: row.id,
            seat_id: row.seat_id,
            enrolment_id: row.enrolment_id,
            kind: row.kind,
            reason: Some(row.reason).filter(|_| with_reason),
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        }
    }
}

/// A recusal, and what follows from it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recused {
    #[serde(flatten)]
    pub recusal: RecusalView,
    /// The juror had signed this candidate: that sheet stays on record and counts no longer.
    pub after_signature: bool,
    /// What no longer holds for this candidate, if anything.
    pub broken: Vec<BrokenRule>,
    /// Who leads before this candidate now; nobody until somebody is named.
    pub presides: Option<SeatId>,
    /// Decisions that stand for this candidate, taken with this juror: to be revoked, for all that follows.
    pub standing_decisions: i64,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReplacement {
    /// Why the seat is left.
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    #[validate(nested)]
    pub seat: NewSeat,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Replaced {
    /// What was scored there and not signed is kept and does not count.
    pub left: SeatView,
    pub filled: SeatView,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPresiding {
    pub seat_id: SeatId,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresidingView {
    pub jury_id: JuryId,
    pub enrolment_id: EnrolmentId,
    pub seat_id: SeatId,
    pub reason: String,
    pub named_by: AccountId,
    pub named_at: At,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWaiver {
    pub rule: Waivable,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaiverView {
    pub id: WaiverId,
    pub rule: Waivable,
    pub reason: String,
    pub granted_by: AccountId,
    pub granted_at: At,
}

impl From<&WaiverRow> for WaiverView {
    fn from(row: &WaiverRow) -> Self {
        Self {
            id: row.id,
            rule: row.rule,
            reason: row.reason.clone(),
            granted_by: row.granted_by,
            granted_at: row.granted_at,
        }
    }
}

/// Every rule of the version, said one by one: of the jury itself, then before each candidate.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JuryQuorum {
    pub jury_id: JuryId,
    /// Nothing asked for is broken.
    pub holds: bool,
    pub compositions: Vec<CompositionReport>,
    pub candidates: Vec<CandidateQuorum>,
    pub waivers: Vec<WaiverView>,
}

/// The rules that the version has for some access routes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompositionReport {
    /// Of the candidates before this jury; none when nobody comes yet.
    #[schema(value_type = Vec<String>)]
    pub routes: Vec<AccessRoute>,
    /// The voice of whoever presides decides when votes are equal.
    pub casting_vote: bool,
    pub rules: Vec<RuleReport>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CandidateQuorum {
    pub enrolment_id: EnrolmentId,
    pub number: String,
    pub holds: bool,
    /// Seats that may assess this candidate.
    pub present: Vec<SeatId>,
    pub presides: Option<SeatId>,
    pub rules: Vec<RuleReport>,
}
