//! What a jury may decide, how it votes, and what the minutes make of it (MODEL §4).

use BlockDecision::{Absent, Acquired, Excused, NotAcquired};
use BlockStanding::{AcquiredBefore, Decided, NotSought, Sought};
use CertificationDecision::{Awarded, NotAwarded};
use parchemin::deliberation::model::{
    Ballot, BlockDecision, BlockStanding, CertificationDecision, Decision, DecisionFault, Outcome,
    RequirementState, Target, Verdict, Vote, VoteResult,
};
use parchemin::deliberation::rules::{check_decision, count_votes, outcome, parse_decision};

#[test]
fn a_departure_and_a_refusal_need_a_reason() {
    let departure = Err(DecisionFault::ReasonRequiredForDeparture);
    let refusal = Err(DecisionFault::ReasonRequiredForRefusal);
    for (proposal, decision, without_reason) in [
        (Verdict::Proposed, Decision::Block(Acquired), Ok(())),
        (Verdict::Refused, Decision::Block(Acquired), departure),
        (Verdict::Incomplete, Decision::Block(Acquired), departure),
        (Verdict::Refused, Decision::Block(NotAcquired), refusal),
        (Verdict::Proposed, Decision::Block(NotAcquired), refusal),
        (Verdict::Incomplete, Decision::Block(Absent), Ok(())),
        (Verdict::Incomplete, Decision::Block(Excused), Ok(())),
        (Verdict::Proposed, Decision::Block(Absent), departure),
        (Verdict::Proposed, Decision::Certification(Awarded), Ok(())),
        (Verdict::Refused, Decision::Certification(Awarded), departure),
        (Verdict::Refused, Decision::Certification(NotAwarded), refusal),
    ] {
        assert_eq!(check_decision(proposal, decision, None), without_reason, "{proposal:?} {decision:?}");
        assert_eq!(check_decision(proposal, decision, Some(" \n")), without_reason);
        assert_eq!(check_decision(proposal, decision, Some("Au vu de la soutenance.")), Ok(()));
    }
}

#[test]
fn the_certification_is_never_awarded_while_something_is_missing() {
    let award = Decision::Certification(Awarded);
    let refused = check_decision(Verdict::Incomplete, award, Some("Nous y tenons."));
    assert_eq!(refused, Err(DecisionFault::CertificationIncomplete));
    assert_eq!(refused.map_err(DecisionFault::code), Err("certification_incomplete"));
}

#[test]
fn each_target_has_its_own_outcomes() {
    assert_eq!(parse_decision(Target::Block, "excused"), Ok(Decision::Block(Excused)));
    assert_eq!(parse_decision(Target::Certification, "awarded"), Ok(Decision::Certification(Awarded)));
    for (target, name) in [
        (Target::Block, "awarded"),
        (Target::Certification, "acquired"),
        (Target::Certification, "absent"),
        (Target::Block, "partly_acquired"),
    ] {
        assert_eq!(parse_decision(target, name), Err(DecisionFault::OutcomeNotAllowed), "{name}");
    }
}

#[test]
fn a_majority_of_members_present_decides() {
    use VoteResult::{Carried, CarriedByCastingVote, Rejected, RejectedByCastingVote, Tied};
    // The chair votes first: + for, - against, 0 abstention.
    for (votes, with_casting_vote, without) in [
        ("++-", Carried, Carried),
        ("+--", Rejected, Rejected),
        ("+-", CarriedByCastingVote, Tied),
        ("-+", RejectedByCastingVote, Tied),
        ("0+-", Tied, Tied),
        // Two of four present are not more than half, though nobody is against.
        ("++00", Rejected, Rejected),
        ("+++-0", Carried, Carried),
        ("000", Tied, Tied),
        ("", Tied, Tied),
    ] {
        let ballot = |(place, sign)| {
            let vote = match sign {
                '+' => Vote::For,
                '-' => Vote::Against,
                _ => Vote::Abstention,
            };
            Ballot { vote, chair: place == 0 }
        };
        let ballots: Vec<Ballot> = votes.chars().enumerate().map(ballot).collect();
        assert_eq!(count_votes(&ballots, true), with_casting_vote, "{votes}");
        assert_eq!(count_votes(&ballots, false), without, "{votes}");
    }
}

#[test]
fn decisions_come_to_an_outcome() {
    let met = [RequirementState::Met, RequirementState::Waived];
    let pending = [RequirementState::Pending];
    let cases: [(&[BlockStanding], &[RequirementState], _, _); 16] = [
        (&[Decided(Acquired), Decided(Acquired)], &met, None, Some(Outcome::Full)),
        (&[AcquiredBefore, Decided(Acquired)], &met, None, Some(Outcome::Full)),
        (&[Decided(Acquired), Decided(Acquired)], &pending, None, Some(Outcome::Partial)),
        (&[Decided(Acquired)], &pending, Some(Awarded), Some(Outcome::Full)),
        (&[Decided(Acquired)], &met, Some(NotAwarded), Some(Outcome::Partial)),
        (&[Decided(Acquired), NotSought], &met, None, Some(Outcome::Partial)),
        (&[Decided(Acquired), Decided(Absent)], &met, None, Some(Outcome::Partial)),
        (&[Decided(NotAcquired), Decided(Absent)], &met, None, Some(Outcome::Refused)),
        (&[AcquiredBefore, Decided(NotAcquired)], &met, None, Some(Outcome::Refused)),
        (&[Decided(Absent), Decided(Excused)], &met, None, Some(Outcome::Absent)),
        (&[Decided(Excused), Decided(Excused)], &met, None, Some(Outcome::Excused)),
        (&[AcquiredBefore, Decided(Absent)], &met, None, Some(Outcome::Absent)),
        (&[AcquiredBefore], &met, Some(NotAwarded), Some(Outcome::Refused)),
        (&[Decided(Acquired), Sought], &met, None, None),
        (&[Sought], &met, Some(Awarded), None),
        (&[], &[], None, Some(Outcome::Refused)),
    ];
    for (blocks, requirements, certification, expected) in cases {
        let found = outcome(blocks, requirements, certification);
        assert_eq!(found, expected, "{blocks:?} {requirements:?} {certification:?}");
    }
}
