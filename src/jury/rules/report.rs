//! Every rule of a composition said one by one: satisfied, broken, waived or not asked.

use std::collections::BTreeSet;

use super::{
    EXPERIENCE, EXTERNAL_SHARE, GENDER_BALANCE, MEMBERS_AT_LEAST, NOT_DECLARED, QUORUM_EXTERNAL_SHARE,
    QUORUM_MEMBERS, TIE_CENTRE, TIE_EMPLOYER, TIE_SELF, TIE_TRAINER, WITHOUT_CHAIR, candidate_broken,
    composition_broken, quorum,
};
use crate::ids::SeatId;
use crate::jury::model::{BrokenRule, CandidateFacts, RuleReport, RuleState, SeatFacts};
use crate::jury::words;
use crate::referential::model::{Composition, Tie};

/// Nobody leads the jury before this candidate.
pub const WITHOUT_PRESIDING: &str = "quorum_without_presiding";

/// Rules of the jury itself, in the order in which they are told.
pub fn composition(
    asked: &Composition,
    seats: &[SeatFacts],
    year: i32,
    waived: &BTreeSet<String>,
) -> Vec<RuleReport> {
    let broken = composition_broken(asked, seats, year);
    let rules = [
        (MEMBERS_AT_LEAST, true),
        (EXTERNAL_SHARE, true),
        (WITHOUT_CHAIR, true),
        (EXPERIENCE, asked.experience_years_at_least.is_some()),
        (GENDER_BALANCE, asked.gender_balance),
    ];
    rules.into_iter().map(|(rule, is_asked)| one(rule, is_asked, waived.contains(rule), &broken)).collect()
}

/// Rules before one candidate. `presides`: whose voice leads, when somebody does.
pub fn before(
    asked: &Composition,
    seats: &[SeatFacts],
    candidate: &CandidateFacts,
    presides: Option<SeatId>,
) -> Vec<RuleReport> {
    let mut broken = candidate_broken(asked, seats, candidate);
    broken.extend(quorum(asked, seats, candidate).broken);
    if presides.is_none() {
        let words = words::without_presiding(&candidate.number);
        broken.push(BrokenRule::new(WITHOUT_PRESIDING, words).before(candidate.enrolment));
    }
    let excludes = |tie| asked.excluded_ties.contains(&tie);
    let rules = [
        (TIE_SELF, true),
        (TIE_TRAINER, excludes(Tie::Trainer)),
        (TIE_EMPLOYER, excludes(Tie::SameEmployer)),
        (TIE_CENTRE, excludes(Tie::SameCentre)),
        (NOT_DECLARED, excludes(Tie::Declared)),
        (QUORUM_MEMBERS, true),
        (QUORUM_EXTERNAL_SHARE, true),
        (WITHOUT_PRESIDING, true),
    ];
    rules.into_iter().map(|(rule, is_asked)| one(rule, is_asked, false, &broken)).collect()
}

fn one(rule: &'static str, asked: bool, waived: bool, broken: &[BrokenRule]) -> RuleReport {
    let faults: Vec<BrokenRule> = broken.iter().filter(|fault| fault.rule == rule).cloned().collect();
    let state = match (asked, faults.is_empty()) {
        (false, _) => RuleState::NotAsked,
        (true, true) => RuleState::Satisfied,
        (true, false) if waived => RuleState::Waived,
        (true, false) => RuleState::Broken,
    };
    let mend = words::mend(rule).filter(|_| state == RuleState::Broken);
    RuleReport { rule, state, faults, mend: mend.map(|(fr, _)| fr), mend_en: mend.map(|(_, en)| en) }
}
