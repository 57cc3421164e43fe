//! Sittings that change: deadlines, moves, ends, transfers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::people::Notice;
use super::{SittingView, SlotView, of_our_days, says_something};
use crate::db::At;
use crate::ids::{AccountId, DeadlineExtensionId, EnrolmentId, JuryId, SittingId};
use crate::sittings::rows::ChangeKind;

/// How a sitting ended that did not take place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SittingEnd {
    /// `cancelled` or `merged`.
    pub kind: ChangeKind,
    pub into: Option<SittingId>,
    pub reason: String,
    pub at: At,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeadline {
    /// That instant included.
    #[validate(custom(function = "of_our_days"))]
    pub until: At,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExtension {
    pub enrolment_id: EnrolmentId,
    #[validate(custom(function = "of_our_days"))]
    pub until: At,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Extended {
    pub id: DeadlineExtensionId,
    pub sitting_id: SittingId,
    pub enrolment_id: EnrolmentId,
    pub until: At,
    pub reason: String,
    pub granted_by: AccountId,
    pub granted_at: At,
    /// Whom to tell.
    pub notices: Vec<Notice>,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMove {
    #[validate(custom(function = "of_our_days"))]
    pub starts_at: At,
    #[validate(custom(function = "of_our_days"))]
    pub ends_at: At,
    /// Left out, it stays.
    #[validate(length(max = 500), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 500)]
    pub place: Option<String>,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCancellation {
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerging {
    /// The sitting that takes over the slots.
    pub into: SittingId,
    /// When the first of them comes there; the others keep their distance to it.
    #[validate(custom(function = "of_our_days"))]
    pub first_at: At,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A sitting that has changed, and whom to write to: mail takes it from here.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Changed {
    pub sitting: SittingView,
    pub reason: String,
    /// Those who had been summoned to what is no more, with what they must know now.
    pub notices: Vec<Notice>,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTransfer {
    pub sitting_id: SittingId,
    pub jury_id: JuryId,
    #[validate(custom(function = "of_our_days"))]
    pub starts_at: At,
    #[validate(length(max = 1000), custom(function = "says_something"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Transferred {
    /// The slot left: excused.
    pub from: SlotView,
    pub to: SlotView,
    pub reason: String,
    /// Whom to tell.
    pub notices: Vec<Notice>,
}
