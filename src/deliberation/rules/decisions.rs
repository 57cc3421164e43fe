//! What a jury may decide, on which condition, and what its decisions come to (MODEL §4).

use crate::deliberation::model::{
    Ballot, BlockDecision, BlockStanding, CertificationDecision, Decision, DecisionFault, Outcome,
    RequirementState, Target, Verdict, Vote, VoteResult,
};

/// The outcomes that each target allows, by their stable names.
pub fn allowed_outcomes(target: Target) -> &'static [(&'static str, Decision)] {
    const BLOCK: &[(&str, Decision)] = &[
        ("acquired", Decision::Block(BlockDecision::Acquired)),
        ("not_acquired", Decision::Block(BlockDecision::NotAcquired)),
        ("absent", Decision::Block(BlockDecision::Absent)),
        ("excused", Decision::Block(BlockDecision::Excused)),
    ];
    const CERTIFICATION: &[(&str, Decision)] = &[
        ("awarded", Decision::Certification(CertificationDecision::Awarded)),
        ("not_awarded", Decision::Certification(CertificationDecision::NotAwarded)),
    ];
    match target {
        Target::Block => BLOCK,
        Target::Certification => CERTIFICATION,
    }
}

pub fn parse_decision(target: Target, name: &str) -> Result<Decision, DecisionFault> {
    let found = allowed_outcomes(target).iter().find(|(allowed, _)| *allowed == name);
    found.map(|(_, decision)| *decision).ok_or(DecisionFault::OutcomeNotAllowed)
}

/// Whether a jury may decide so, given what the rules say and the reason that it writes.
///
/// The jury is sovereign over a block, even an incomplete one, with a reason. The certification
/// cannot be awarded while something is missing.
pub fn check_decision(
    proposal: Verdict,
    decision: Decision,
    reason: Option<&str>,
) -> Result<(), DecisionFault> {
    let award = Decision::Certification(CertificationDecision::Awarded);
    if decision == award && proposal == Verdict::Incomplete {
        return Err(DecisionFault::CertificationIncomplete);
    }
    if reason.is_some_and(|reason| !reason.trim().is_empty()) {
        return Ok(());
    }
    match decision {
        Decision::Block(BlockDecision::NotAcquired)
        | Decision::Certification(CertificationDecision::NotAwarded) => {
            Err(DecisionFault::ReasonRequiredForRefusal)
        }
        _ if departs(proposal, decision) => Err(DecisionFault::ReasonRequiredForDeparture),
        _ => Ok(()),
    }
}

/// Whether a decision says something else than the proposal. An absence agrees with what is
/// incomplete: nobody scored somebody who was not there.
pub fn departs(proposal: Verdict, decision: Decision) -> bool {
    let agrees = match decision {
        Decision::Block(BlockDecision::Acquired)
        | Decision::Certification(CertificationDecision::Awarded) => Verdict::Proposed,
        Decision::Block(BlockDecision::NotAcquired)
        | Decision::Certification(CertificationDecision::NotAwarded) => Verdict::Refused,
        Decision::Block(BlockDecision::Absent | BlockDecision::Excused) => Verdict::Incomplete,
    };
    proposal != agrees
}

/// What an enrolment came to; none while a block sought has no decision.
///
/// The jury's word on the certification prevails; where it has no mandate for that, *full* asks for
/// every block and every requirement. Blocks acquired before make nobody *partial*: the minutes tell
/// what this enrolment brought. *Excused* asks that every block be; one absence among them is an absence.
pub fn outcome(
    blocks: &[BlockStanding],
    requirements: &[RequirementState],
    certification: Option<CertificationDecision>,
) -> Option<Outcome> {
    if blocks.contains(&BlockStanding::Sought) {
        return None;
    }
    let acquired = |standing: &BlockStanding| {
        matches!(standing, BlockStanding::AcquiredBefore | BlockStanding::Decided(BlockDecision::Acquired))
    };
    let held = |state: &RequirementState| matches!(state, RequirementState::Met | RequirementState::Waived);
    let full = match certification {
        Some(decision) => decision == CertificationDecision::Awarded,
        None => !blocks.is_empty() && blocks.iter().all(acquired) && requirements.iter().all(held),
    };
    let decided = |wanted| blocks.contains(&BlockStanding::Decided(wanted));
    Some(if full {
        Outcome::Full
    } else if decided(BlockDecision::Acquired) {
        Outcome::Partial
    } else if decided(BlockDecision::NotAcquired) {
        Outcome::Refused
    } else if decided(BlockDecision::Absent) {
        Outcome::Absent
    } else if decided(BlockDecision::Excused) {
        Outcome::Excused
    } else {
        Outcome::Refused
    })
}

/// Counts the votes of the members present on one motion: more than half of them carry it; where
/// votes for and against are equal, the chair's decides if the composition gives a casting vote.
pub fn count_votes(ballots: &[Ballot], casting_vote: bool) -> VoteResult {
    let votes = |wanted| ballots.iter().filter(|ballot| ballot.vote == wanted).count();
    let (votes_for, votes_against) = (votes(Vote::For), votes(Vote::Against));
    if votes_for * 2 > ballots.len() {
        return VoteResult::Carried;
    }
    if votes_for != votes_against {
        return VoteResult::Rejected;
    }
    let chair = ballots.iter().find(|ballot| ballot.chair).map(|ballot| ballot.vote);
    match chair {
        Some(Vote::For) if casting_vote => VoteResult::CarriedByCastingVote,
        Some(Vote::Against) if casting_vote => VoteResult::RejectedByCastingVote,
        _ => VoteResult::Tied,
    }
}
