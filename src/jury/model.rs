//! What the rules of a jury must know, and what they answer.

use std::collections::BTreeSet;

use serde::Serialize;

use super::rows::{Gender, SeatFunction, Side};
use crate::db::At;
use crate::ids::{AccountId, EnrolmentId, JuryId, SeatId};
use crate::referential::model::AccessRoute;

/// An open seat.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatFacts {
    pub id: SeatId,
    pub account: AccountId,
    pub function: SeatFunction,
    pub side: Side,
    pub gender: Option<Gender>,
    pub employer: String,
    /// Year in which the member began to practise the trade.
    pub practising_since: Option<i32>,
    /// When the member last said which ties bind to candidates, or that none does.
    pub declared_at: Option<At>,
}

/// A candidate, before one jury.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateFacts {
    pub enrolment: EnrolmentId,
    /// As printed on lists: words name a candidate by it, never by name.
    pub number: String,
    pub account: Option<AccountId>,
    pub employer: Option<String>,
    pub route: AccessRoute,
    pub enrolled_at: At,
    /// Who trains the cohort.
    pub trainers: BTreeSet<AccountId>,
    /// Who works for the centre of the cohort, as its manager or a trainer.
    pub centre_staff: BTreeSet<AccountId>,
    /// Seats that do not count for this candidate: a tie, or a juror who is missing.
    pub recused: BTreeSet<SeatId>,
}

/// A rule of the version that does not hold, with what is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct BrokenRule {
    /// Stable, for programs.
    pub rule: &'static str,
    pub fr: String,
    pub en: String,
    /// The jury at fault, where several are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jury: Option<JuryId>,
    /// The seat at fault, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<SeatId>,
    /// The candidate for whom it does not hold, when it holds for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<EnrolmentId>,
}

impl BrokenRule {
    pub fn new(rule: &'static str, (fr, en): (String, String)) -> Self {
        Self { rule, fr, en, jury: None, seat: None, enrolment: None }
    }

    #[must_use]
    pub fn of(mut self, jury: JuryId) -> Self {
        self.jury = Some(jury);
        self
    }

    #[must_use]
    pub fn at(mut self, seat: SeatId) -> Self {
        self.seat = Some(seat);
        self
    }

    #[must_use]
    pub fn before(mut self, enrolment: EnrolmentId) -> Self {
        self.enrolment = Some(enrolment);
        self
    }
}

/// How a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    Satisfied,
    Broken,
    /// Set aside by somebody who answers for it.
    Waived,
    /// The version does not ask for it.
    NotAsked,
}

/// One rule, how it stands, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RuleReport {
    /// Stable, for programs.
    pub rule: &'static str,
    pub state: RuleState,
    /// What is wrong, one by one; what would be, when it is waived.
    pub faults: Vec<BrokenRule>,
    /// What would mend it, in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend_en: Option<&'static str>,
}

/// Who may assess one candidate, and what is missing for it to be valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumFacts {
    pub present: Vec<SeatId>,
    pub broken: Vec<BrokenRule>,
}
