//! The jury decides one block, or the certification, of one candidate.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::closing::local_day;
use super::members::{self, MemberVote};
use super::read::{DecisionView, target};
use super::room::{Room, Subject, told};
use crate::access::{Action, Caller, facts, require};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes, Json};
use crate::deliberation::model::{
    Ballot, BlockDecision, Decision, DecisionFault, Element, Proposal, Target, Verdict, Vote, VoteResult,
};
use crate::deliberation::rows::{
    DecisionOutcome, DecisionPanelRow, DecisionRow, DeliberationState, VerdictWord,
};
use crate::deliberation::{rules, store};
use crate::error::AppError;
use crate::ids::{DecisionId, DeliberationId, EnrolmentId, SeatId};
use crate::journal::{Act, Protected, record};
use crate::jury::panel::Quorum;
use crate::jury::rows::Mandate;
use crate::referential::model::Slug;
use crate::referential::registration;
use crate::referential::versions::Versions;
use crate::sittings::rows::Attendance;

#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// `acquired`, `not_acquired`, `absent` or `excused` for a block; `awarded` or `not_awarded` for the
    /// certification.
    pub outcome: DecisionOutcome,
    /// Needed for a refusal, and when the decision departs from what the rules propose.
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
    /// The members who take part, when one of those in the room steps out for this candidate.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    pub present: Option<Vec<SeatId>>,
    /// How the members present voted, when a vote is asked for; whoever has no ballot abstains. Left out, all
    /// of them agree.
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub ballots: Option<Vec<BallotBody>>,
    /// Recorded at its author's request.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub dissent: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BallotBody {
    pub seat: SeatId,
    #[schema(value_type = String)]
    pub vote: Vote,
}

/// What a decision is about and over which version of it.
#[derive(Debug, Clone)]
pub struct Motion {
    pub deliberation: DeliberationId,
    pub enrolment: EnrolmentId,
    /// A block's slug, or `certification`.
    pub target: String,
    /// The version that the chair had seen: 0 for none.
    pub seen: i32,
    pub body: DecisionBody,
}

/// # Errors
/// `rule_broken` naming the rule: quorum, mandate, reason, votes, presence, closed deliberation.
pub fn decide(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    motion: &Motion,
    at: At,
) -> Result<DecisionView, AppError> {
    let who = facts::on_motion(conn, caller, motion.deliberation, motion.enrolment)?;
    require(Action::Decide, &who)?;
    let held = store::hold(conn, motion.deliberation)?;
    if held.state != DeliberationState::Open {
        return Err(members::closed());
    }
    let mandate = crate::jury::store::jury(conn, held.jury_id)?.mandate;
    let room = Room::load(conn, versions, held)?;
    let subject = room.subject(motion.enrolment)?;
    let block = target(&motion.target)?;
    within_mandate(mandate, block.as_ref())?;
    let quorum = members::deciding(conn, &room, subject, motion.body.present.as_deref())?;
    hold_quorum(&quorum)?;
    let unveiled = facts::unveiled(conn, motion.enrolment)?;
    let (decision, proposal) = judged(&room, subject, block.as_ref(), &motion.body, unveiled)?;
    registered(conn, &room, decision, at)?;
    rules::check_decision(proposal.verdict, decision, motion.body.reason.as_deref()).map_err(fault)?;
    let votes = vote(&room, subject, &quorum, motion.body.ballots.as_deref())?;
    let key = block.as_ref().map(Slug::to_string).unwrap_or_default();
    let before = replaceable(&room, subject, &key, motion)?;
    let row = DecisionRow {
        id: DecisionId::new(),
        salt: Bytes::salt(),
        deliberation_id: motion.deliberation,
        enrolment_id: motion.enrolment,
        block: key,
        outcome: motion.body.outcome,
        proposal: verdict_word(proposal.verdict),
        proposal_path: Json::of(&told(&room.plan, subject, &proposal))?,
        departs: rules::departs(proposal.verdict, decision),
        reason: motion.body.reason.clone().filter(|reason| !reason.trim().is_empty()),
        votes_for: votes.votes_for,
        votes_against: votes.votes_against,
        dissent: motion.body.dissent.clone(),
        version: motion.seen + 1,
        decided_by: caller.account,
        decided_at: at,
        ended_at: None,
        ended_reason: None,
    };
    let panel = DecisionPanelRow {
        decision_id: row.id,
        salt: Bytes::salt(),
        members: Json::of(&votes.members)?,
        casting_vote: votes.casting,
    };
    let decided = write(conn, caller, before, (row, panel), at)?;
    summary::keep(conn, versions, &[motion.enrolment])?;
    Ok(decided)
}

/// The earlier decision is closed, never overwritten: one of the same deliberation, or a refusal that a resit
/// puts in question.
fn write(
    conn: &mut AnyConn,
    caller: &Caller,
    before: Option<DecisionRow>,
    (row, panel): (DecisionRow, DecisionPanelRow),
    at: At,
) -> Result<DecisionView, AppError> {
    let mut rows: Vec<&dyn Protected> = vec![&row, &panel];
    let ended = before.map(|before| {
        let why = if before.deliberation_id == row.deliberation_id {
            store::REPLACED
        } else {
            "decided again in a later deliberation"
        };
        DecisionRow { ended_at: Some(at), ended_reason: Some(why.to_owned()), ..before }
    });
    if let Some(ended) = &ended {
        store::end_decision(conn, ended.id, at, ended.ended_reason.as_deref().unwrap_or_default())?;
        rows.push(ended);
    }
    store::insert_decision(conn, &row, &panel)?;
    let act = Act::new("decision_taken", caller.account, at)
        .about("deliberation", row.deliberation_id)
        .about("enrolment", row.enrolment_id);
    record(conn, act, &rows)?;
    Ok(DecisionView::new(&row, Some(&panel)))
}

fn within_mandate(mandate: Mandate, block: Option<&Slug>) -> Result<(), AppError> {
    let allowed = match block {
        Some(_) => mandate != Mandate::Certification,
        None => mandate != Mandate::Blocks,
    };
    if allowed {
        return Ok(());
    }
    Err(AppError::broken(
        "outside_mandate",
        (
            "Le mandat de ce jury ne comprend pas cette décision.",
            "This jury's mandate does not include this decision.",
        ),
    ))
}

/// Nothing is awarded outside the dates of registration, by the calendar of the centre.
fn registered(conn: &mut AnyConn, room: &Room, decision: Decision, at: At) -> Result<(), AppError> {
    let Some(row) = registration::find(conn, room.version.id)? else { return Ok(()) };
    let dates = registration::dates(&row)?;
    let bounds = rules::registration::Registration {
        from: dates.registered_from,
        until: dates.registered_until,
        last_issue: dates.last_issue_on,
    };
    let cohort = store::cohort_of_jury(conn, room.deliberation.jury_id)?;
    let day = local_day(conn, cohort, at)?;
    let Some(rule) = rules::registration::outside(decision, bounds, day) else { return Ok(()) };
    Err(AppError::broken(
        rule,
        (
            "Rien n’est délivré hors des dates d’enregistrement de la certification.",
            "Nothing is awarded outside the dates of registration of the certification.",
        ),
    )
    .with("registration", serde_json::to_value(dates)?)
    .with("day", day.to_string()))
}

fn hold_quorum(quorum: &Quorum) -> Result<(), AppError> {
    if quorum.broken.is_empty() {
        return Ok(());
    }
    Err(AppError::broken(
        "quorum",
        ("Le quorum n’est pas réuni pour ce candidat.", "The quorum does not hold for this candidate."),
    )
    .with("broken", serde_json::to_value(&quorum.broken)?))
}

/// What the rules say of the target, and the decision as the engine knows it.
fn judged(
    room: &Room,
    subject: &Subject,
    block: Option<&Slug>,
    body: &DecisionBody,
    unveiled: bool,
) -> Result<(Decision, Proposal), AppError> {
    let kind = if block.is_some() { Target::Block } else { Target::Certification };
    let decision = rules::parse_decision(kind, body.outcome.as_str()).map_err(fault)?;
    let Some(slug) = block else {
        if !subject.certification {
            return Err(AppError::not_found());
        }
        if subject.blocks.iter().any(|block| undecided(room, subject, *block)) {
            return Err(AppError::broken(
                "blocks_undecided",
                (
                    "Les blocs se décident avant la certification.",
                    "The blocks are decided before the certification.",
                ),
            ));
        }
        return Ok((decision, rules::propose_certification(&room.plan, &subject.facts)));
    };
    let index = room
        .plan
        .block(slug)
        .filter(|index| subject.blocks.contains(index))
        .ok_or_else(AppError::not_found)?;
    let away = subject.away(&room.sittings, &room.version, slug);
    let said = match decision {
        Decision::Block(BlockDecision::Absent) => Some(Attendance::Absent),
        Decision::Block(BlockDecision::Excused) => Some(Attendance::Excused),
        _ => None,
    };
    if away != said {
        return Err(AppError::broken(
            "attendance_disagrees",
            (
                "La décision ne s’accorde pas avec l’émargement de l’épreuve.",
                "The decision does not agree with the attendance of the sitting.",
            ),
        ));
    }
    if away.is_none() && !unveiled {
        return Err(AppError::broken(
            "sheets_unsigned",
            (
                "Toutes les feuilles de ce candidat ne sont pas signées.",
                "Not every sheet of this candidate is signed.",
            ),
        ));
    }
    let proposal = rules::propose_block(&room.plan, &subject.facts, index).ok_or_else(AppError::not_found)?;
    Ok((decision, proposal))
}

fn undecided(room: &Room, subject: &Subject, block: crate::deliberation::model::BlockIndex) -> bool {
    room.plan.slug(Element::Block(block)).is_none_or(|slug| subject.decided(room, slug.as_str()).is_none())
}

/// How a motion was carried, and by whom.
struct Votes {
    votes_for: i32,
    votes_against: i32,
    casting: bool,
    members: Vec<MemberVote>,
}

/// Counts the votes of the members present. Ballots left out: all agree, and no vote is recorded.
fn vote(
    room: &Room,
    subject: &Subject,
    quorum: &Quorum,
    ballots: Option<&[BallotBody]>,
) -> Result<Votes, AppError> {
    let Some(ballots) = ballots else {
        let members = quorum.present.iter().map(|seat| MemberVote { seat: seat.id, vote: None });
        return Ok(Votes {
            votes_for: i32::try_from(quorum.present.len()).unwrap_or(i32::MAX),
            votes_against: 0,
            casting: false,
            members: members.collect(),
        });
    };
    let mut cast = Vec::with_capacity(ballots.len());
    for (place, ballot) in ballots.iter().enumerate() {
        let seat = quorum.present.iter().find(|seat| seat.id == ballot.seat);
        let twice = ballots.iter().take(place).any(|other| other.seat == ballot.seat);
        match seat {
            Some(seat) if !twice => {
                cast.push(Ballot { vote: ballot.vote, chair: Some(seat.id) == quorum.presides })
            }
            _ => {
                return Err(AppError::broken(
                    "ballot_not_valid",
                    (
                        "Un bulletin n’est pas d’un membre présent, ou il est compté deux fois.",
                        "A ballot is not of a member present, or is counted twice.",
                    ),
                ));
            }
        }
    }
    let composition =
        crate::jury::rules::composition_for(&room.version.referential.jury, subject.enrolment.route()?);
    if u32::try_from(cast.len()).unwrap_or(0) < composition.members_at_least {
        return Err(AppError::broken("quorum", ("Trop peu de membres ont voté.", "Too few members voted.")));
    }
    // More than half of the members present: whoever gave no ballot abstains.
    let silent = quorum.present.iter().filter(|seat| !ballots.iter().any(|ballot| ballot.seat == seat.id));
    let silent: Vec<(SeatId, bool)> =
        silent.map(|seat| (seat.id, Some(seat.id) == quorum.presides)).collect();
    cast.extend(silent.iter().map(|(_, chair)| Ballot { vote: Vote::Abstention, chair: *chair }));
    let given = ballots.iter().map(|ballot| MemberVote { seat: ballot.seat, vote: Some(ballot.vote) });
    let members = given
        .chain(silent.iter().map(|(seat, _)| MemberVote { seat: *seat, vote: Some(Vote::Abstention) }))
        .collect();
    let count =
        |wanted| i32::try_from(cast.iter().filter(|one| one.vote == wanted).count()).unwrap_or(i32::MAX);
    match rules::count_votes(&cast, composition.casting_vote) {
        result @ (VoteResult::Carried | VoteResult::CarriedByCastingVote) => Ok(Votes {
            votes_for: count(Vote::For),
            votes_against: count(Vote::Against),
            casting: result == VoteResult::CarriedByCastingVote,
            members,
        }),
        VoteResult::Rejected | VoteResult::RejectedByCastingVote | VoteResult::Tied => Err(AppError::broken(
            "vote_not_carried",
            (
                "La proposition n’a pas la majorité des membres présents.",
                "The motion has no majority of the members present.",
            ),
        )),
    }
}

/// The decision that stands, if the chair had seen it and it may be replaced here.
fn replaceable(
    room: &Room,
    subject: &Subject,
    key: &str,
    motion: &Motion,
) -> Result<Option<DecisionRow>, AppError> {
    let standing = subject.decisions.get(key);
    let version = standing.map_or(0, |row| row.version);
    let elsewhere = standing.filter(|row| row.deliberation_id != motion.deliberation);
    if let Some(other) = elsewhere.filter(|row| !subject.superseded(room, row)) {
        return Err(AppError::broken(
            "already_decided",
            (
                "Une autre délibération a déjà décidé : sa décision se révoque d’abord.",
                "Another deliberation has decided already: its decision is revoked first.",
            ),
        )
        .with("deliberation", other.deliberation_id.to_string()));
    }
    if version != motion.seen {
        let present = standing.map(|row| DecisionView::new(row, room.panels.get(&row.id)));
        return Err(AppError::stale((
            "Une décision a été prise entre-temps ; rien n’a été remplacé.",
            "A decision was taken meanwhile; nothing was overwritten.",
        ))
        .with("version", version)
        .with("present", serde_json::to_value(present)?));
    }
    Ok(standing.cloned())
}

fn verdict_word(verdict: Verdict) -> VerdictWord {
    match verdict {
        Verdict::Proposed => VerdictWord::Proposed,
        Verdict::Refused => VerdictWord::Refused,
        Verdict::Incomplete => VerdictWord::Incomplete,
    }
}

fn fault(fault: DecisionFault) -> AppError {
    let words = match fault {
        DecisionFault::OutcomeNotAllowed => {
            ("Cette issue n’existe pas pour cet objet.", "This outcome does not exist for this target.")
        }
        DecisionFault::ReasonRequiredForDeparture => (
            "Une décision qui s’écarte de la proposition se motive.",
            "A decision that departs from the proposal needs a reason.",
        ),
        DecisionFault::ReasonRequiredForRefusal => ("Un refus se motive.", "A refusal needs a reason."),
        DecisionFault::CertificationIncomplete => (
            "La certification ne peut pas être délivrée tant que quelque chose manque.",
            "The certification cannot be awarded while something is missing.",
        ),
    };
    AppError::broken(fault.code(), words)
}
