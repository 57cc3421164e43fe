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
    /// Extra time included.
    pub minutes: i32,
    pub extra_minutes: i32,
    /// The place, in the order given, of the pair or group with whom the candidate comes.
    pub team: Option<usize>,
}

impl Planned {
    pub fn ends_at(&self) -> At {
        Self::ends(self.starts_at, self.minutes)
    }

    /// When so many minutes are over.
    pub fn ends(starts_at: At, minutes: i32) -> At {
        starts_at.plus(Duration::minutes(i64::from(minutes)))
    }
}

/// A slot of some event that stands already: its jury, its room and its candidate are not free then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub jury: JuryId,
    pub candidate: CandidateId,
    /// Of this centre, when the slot names its own.
    pub room: Option<String>,
    pub starts_at: At,
    pub ends_at: At,
}

/// A part of the time that everybody has, granted on top of it: a fraction of whole numbers, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub num: i32,
    pub den: i32,
}

impl Share {
    /// At the most, the time of everybody once more.
    pub fn new(num: i32, den: i32) -> Option<Self> {
        (den > 0 && num > 0 && num <= den).then_some(Self { num, den })
    }

    /// «1/3», «25%», «25 %».
    pub fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str| {
            let digits = digits.trim();
            let plain = !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse::<i32>().ok().filter(|_| plain)
        };
        match text.strip_suffix('%') {
            Some(percent) => Self::new(number(percent.trim_end_matches(['\u{a0}', '\u{202f}']))?, 100),
            None => {
                let (num, den) = text.split_once('/')?;
                Self::new(number(num)?, number(den)?)
            }
        }
    }

    /// Whole minutes: what is granted is never cut.
    pub fn of(self, minutes: i32) -> i32 {
        let wanted = i64::from(minutes) * i64::from(self.num);
        let den = i64::from(self.den);
        i32::try_from((wanted + den - 1) / den).unwrap_or(i32::MAX)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// Somebody to be given a slot, with the extra time granted to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comer {
    pub enrolment: EnrolmentId,
    pub extra: Option<Share>,
}

/// Lunch, for instance: no slot runs into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub starts_at: At,
    pub ends_at: At,
}

/// How slots follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    pub kind: SittingKind,
    pub first_at: At,
    /// Of each slot, without extra time.
    pub minutes: i32,
    pub break_minutes: i32,
    pub pauses: Vec<Pause>,
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
