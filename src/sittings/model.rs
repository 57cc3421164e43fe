//! Slots as they are laid out, before they are written.

use std::collections::BTreeSet;

use chrono::Duration;
use serde::Serialize;

use super::rows::SittingKind;
use crate::db::At;
use crate::ids::{CandidateId, EnrolmentId, JuryId};

/// From when to when a sitting lasts, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub kind: SittingKind,
    pub starts_at: At,
    pub ends_at: At,
}

/// One slot to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub enrolment: EnrolmentId,
    pub starts_at: At,
    pub minutes: i32,
}

impl Planned {
    pub fn ends_at(&self) -> At {
        self.starts_at.plus(Duration::minutes(i64::from(self.minutes)))
    }
}

/// A slot of some event that stands already: its jury and its candidate are not free then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub jury: JuryId,
    pub candidate: CandidateId,
    pub starts_at: At,
    pub ends_at: At,
}

/// What an enrolment still seeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeking {
    pub candidate: CandidateId,
    /// As printed on lists: words name a candidate by it, never by name.
    pub number: String,
    /// Slugs of the blocks sought and not acquired, and of the requirements neither met nor waived.
    pub blocks: BTreeSet<String>,
}

/// Why a slot cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SlotFault {
    /// Stable, for programs.
    pub rule: &'static str,
    pub fr: String,
    pub en: String,
    pub enrolment: EnrolmentId,
}
