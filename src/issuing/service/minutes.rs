//! The minutes as a document: at the closing, with the head of the journal, and again once all have signed.

use std::collections::HashMap;

use diesel::prelude::*;

use super::issue::{DocumentView, Subject, check_code, issue, views};
use super::sheet::{certification, function, sitting_facts};
use crate::access::{Action, Caller, Standing, facts, require};
use crate::candidates::rows::RequirementStatus;
use crate::db::schema::{account, candidate, centre, cohort, enrolment, recusal, seat};
use crate::db::{AnyConn, At};
use crate::deliberation::model::{
    BlockIndex, BlockStanding, CertificationDecision, Element, Outcome, RequirementIndex,
};
use crate::deliberation::rows::{
    DecisionOutcome, DecisionRow, DeliberationMemberRow, DeliberationRow, VerdictWord,
};
use crate::deliberation::sentences::ProposalView;
use crate::deliberation::service::members::waiting_signatures;
use crate::deliberation::service::room::{Room, Subject as Assessed};
use crate::deliberation::{rules, store as deliberations};
use crate::documents::Document;
use crate::documents::facts as paper;
use crate::error::AppError;
use crate::ids::{DeliberationId, EnrolmentId, SeatId};
use crate::issuing::rows::DocumentRow;
use crate::issuing::store;
use crate::journal::sequencer::Checkpoint;
use crate::jury::rows::{RecusalKind, SeatRow, Side};
use crate::referential::model::AccessRoute;
use crate::referential::versions::Versions;
use crate::sittings::rows::Attendance;
use crate::state::AppState;

/// Issues the minutes in the state where they are: closed, or signed by all. Asked again in the same state,
/// gives the same document.
///
/// # Errors
/// `rule_broken` while the deliberation is open.
pub async fn issue_minutes(
    app: &AppState,
    caller: &Caller,
    id: DeliberationId,
) -> Result<DocumentView, AppError> {
    let who = caller.clone();
    let (number, signed) = app
        .db
        .read(move |conn| {
            let standing = facts::on_deliberation(conn, &who, id)?;
            require(Action::ReadDocument, &Standing { unveiled: true, own: false, ..standing })?;
            let row = deliberations::deliberation(conn, id)?;
            let signed = waiting_signatures(conn, &row)?.is_empty();
            Ok((row.number.ok_or_else(open)?, signed))
        })
        .await?;
    let before = app
        .db
        .read(move |conn| match issued(conn, id, signed)? {
            Some(row) => Ok(views(conn, &[row])?.pop()),
            None => Ok(None),
        })
        .await?;
    if let Some(before) = before {
        return Ok(before);
    }
    // What is printed is the head that covers the closing, or the last signature.
    let head = app.journal.settle().await?;
    let (versions, url) = (app.versions.clone(), app.public_url.to_string());
    let code = check_code()?;
    let at = app.clock.now();
    let check = paper::CheckFacts { code: code.clone(), url: Some(format!("{url}/verify")) };
    let facts = app.db.read(move |conn| minutes_facts(conn, &versions, id, &head, check)).await?;
    issue(
        app,
        caller,
        Subject::Minutes(id, number),
        Document::Minutes(facts),
        (code, at),
        None,
        move |conn| {
            // Held alone: of two who ask at once, the second finds the first one's.
            deliberations::hold(conn, id)?;
            issued(conn, id, signed)
        },
    )
    .await
}

fn open() -> AppError {
    AppError::broken(
        "deliberation_open",
        ("La délibération n’est pas close.", "The deliberation is not closed."),
    )
}

/// The minutes already issued in this state: the first is that of the closing, the second is signed.
fn issued(conn: &mut AnyConn, id: DeliberationId, signed: bool) -> Result<Option<DocumentRow>, AppError> {
    let issued = store::minutes_of(conn, id)?;
    let (first, again): (Vec<_>, Vec<_>) = issued.into_iter().partition(|row| row.replaces.is_none());
    let Some(row) = first.into_iter().nth(usize::from(signed)) else { return Ok(None) };
    // Issued again when a name was corrected: the newest in its place.
    let newest =
        again.into_iter().fold(row, |newest, row| if row.replaces == Some(newest.id) { row } else { newest });
    Ok(Some(newest))
}

/// The certification in words that documents use.
fn minutes_facts(
    conn: &mut AnyConn,
    versions: &Versions,
    id: DeliberationId,
    head: &Checkpoint,
    check: paper::CheckFacts,
) -> Result<paper::MinutesFacts, AppError> {
    let row = deliberations::deliberation(conn, id)?;
    let closed_at = row.closed_at.ok_or_else(open)?;
    let number = row.number.clone().ok_or_else(open)?;
    // Signed, they say what they said at the closing, whatever was recorded since.
    if let Some(first) = store::minutes_of(conn, id)?.into_iter().next()
        && let Document::Minutes(facts) = first.facts.read::<Document>()?
    {
        let jury = members(conn, &row)?;
        return Ok(paper::MinutesFacts {
            jury,
            journal: Some(journal_head(head)),
            check: Some(check),
            ..facts
        });
    }
    let of = deliberations::cohort_of_jury(conn, row.jury_id)?;
    let (centre, zone): (String, String) = cohort::table
        .inner_join(centre::table)
        .filter(cohort::id.eq(of))
        .select((centre::name, centre::timezone))
        .first(conn)?;
    let manager: String = account::table.find(row.convened_by).select(account::display_name).first(conn)?;
    let room = Room::load(conn, versions, row)?;
    let names = names(conn, &room)?;
    let rectifies = match &room.rectification {
        Some(row) => deliberations::deliberation(conn, row.rectifies)?.number,
        None => None,
    };
    let candidates = room
        .subjects
        .iter()
        .map(|subject| candidate_facts(&room, subject, &names))
        .collect::<Result<Vec<_>, AppError>>()?;
    Ok(paper::MinutesFacts {
        number,
        rectifies,
        rectification_reason: room.rectification.as_ref().map(|row| row.reason.clone()),
        certification: certification(&room.version, &centre),
        centre: paper::CentreFacts { name: centre, address: None },
        zone,
        session: room.deliberation.title.clone(),
        starts_at: room.deliberation.convened_at.utc(),
        ends_at: Some(closed_at.utc()),
        place: room.sittings.last().map(|sitting| sitting.place.clone()),
        sittings: room.sittings.iter().map(sitting_facts).collect(),
        counts: counts(&room, &candidates),
        candidates,
        jury: members(conn, &room.deliberation)?,
        recusals: recusals(conn, &room, &names)?,
        quorum: None,
        manager: paper::ManagerFacts {
            name: manager,
            function: None,
            observations: room.deliberation.observations.clone(),
            signed_at: None,
        },
        journal: Some(journal_head(head)),
        check: Some(check),
        closed_at: closed_at.utc(),
    })
}

fn journal_head(head: &Checkpoint) -> paper::JournalHead {
    paper::JournalHead { origin: head.origin.clone(), size: head.size, root: head.root_base64() }
}

type Names = HashMap<EnrolmentId, (String, String)>;

fn names(conn: &mut AnyConn, room: &Room) -> Result<Names, AppError> {
    let of: Vec<EnrolmentId> = room.subjects.iter().map(|subject| subject.enrolment.id).collect();
    let rows: Vec<(EnrolmentId, String, Option<String>, String)> = enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::id.eq_any(of))
        .select((enrolment::id, candidate::birth_name, candidate::usage_name, candidate::first_names))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, birth, usage, first)| (id, (usage.unwrap_or(birth), first))).collect())
}

fn candidate_facts(
    room: &Room,
    subject: &Assessed,
    names: &Names,
) -> Result<paper::CandidateFacts, AppError> {
    let (last_name, first_names) = names.get(&subject.enrolment.id).cloned().unwrap_or_default();
    let certification = match taken_here(room, subject, "") {
        Some(row) => Some(paper::CertificationRow {
            proposal: proposal(row.proposal),
            decision: match row.outcome {
                DecisionOutcome::Awarded => paper::CertificationDecision::Awarded,
                _ => paper::CertificationDecision::NotAwarded,
            },
            words: words(room, row)?,
        }),
        None => None,
    };
    Ok(paper::CandidateFacts {
        person: paper::PersonFacts {
            last_name,
            first_names,
            reference: Some(subject.enrolment.number.clone()),
        },
        access_route: route(subject.enrolment.route()?).to_owned(),
        outcome: outcome(room, subject),
        blocks: block_rows(room, subject)?,
        requirements: requirement_rows(room, subject),
        certification,
        remark: None,
    })
}

/// Blocks decided here, and those held from before, in the order of the référentiel.
fn block_rows(room: &Room, subject: &Assessed) -> Result<Vec<paper::BlockRow>, AppError> {
    let mut rows = Vec::new();
    for block in &room.version.referential.blocks {
        let slug = block.id.as_str();
        let held = subject.acquired_before.contains(slug)
            || subject.decisions.get(slug).is_some_and(|row| row.outcome == DecisionOutcome::Acquired);
        let (proposal, decision, words) = match taken_here(room, subject, slug) {
            Some(row) => (proposal(row.proposal), block_decision(row.outcome), words(room, row)?),
            None if held => (
                paper::Proposal::None,
                paper::BlockDecision::AlreadyAcquired,
                paper::DecisionWords::default(),
            ),
            None => continue,
        };
        rows.push(paper::BlockRow {
            code: format!("Bloc {}", block.number),
            title: block.title.clone(),
            proposal,
            decision,
            words,
        });
    }
    Ok(rows)
}

/// The decision of this deliberation on a target: others are told in their own minutes.
fn taken_here<'a>(room: &Room, subject: &'a Assessed, target: &str) -> Option<&'a DecisionRow> {
    subject.decisions.get(target).filter(|row| row.deliberation_id == room.deliberation.id)
}

fn proposal(word: VerdictWord) -> paper::Proposal {
    match word {
        VerdictWord::Proposed => paper::Proposal::Proposed,
        VerdictWord::Refused => paper::Proposal::Refused,
        VerdictWord::Incomplete => paper::Proposal::Incomplete,
    }
}

fn block_decision(outcome: DecisionOutcome) -> paper::BlockDecision {
    match outcome {
        DecisionOutcome::Acquired => paper::BlockDecision::Acquired,
        DecisionOutcome::Absent => paper::BlockDecision::Absent,
        DecisionOutcome::Excused => paper::BlockDecision::Excused,
        _ => paper::BlockDecision::NotAcquired,
    }
}

/// The path, told where it explains something: a refusal, a gap, a departure, results of several sittings.
fn words(room: &Room, row: &DecisionRow) -> Result<paper::DecisionWords, AppError> {
    let away = matches!(row.outcome, DecisionOutcome::Absent | DecisionOutcome::Excused);
    let view: ProposalView = row.proposal_path.read()?;
    let resat =
        view.sources.iter().any(|source| Some(source.sitting) != view.sources.first().map(|one| one.sitting));
    let told = !away && (row.departs || resat || row.proposal != VerdictWord::Proposed);
    let casting = room.panels.get(&row.id).is_some_and(|panel| panel.casting_vote);
    Ok(paper::DecisionWords {
        path: told.then(|| view.sentences.fr.join(" ")),
        reason: row.reason.clone(),
        votes: votes(row, casting),
        dissent: row.dissent.clone(),
    })
}

/// How a divided jury voted; «voix prépondérante» where the chair's decided.
fn votes(row: &DecisionRow, casting: bool) -> Option<String> {
    let counted = format!("{} voix pour, {} contre", row.votes_for, row.votes_against);
    match (row.votes_against > 0, casting) {
        (_, true) => Some(format!("{counted}, voix prépondérante du président")),
        (true, false) => Some(counted),
        (false, false) => None,
    }
}

/// What the candidate came to, as far as this deliberation goes: blocks that it could not decide are left out.
fn outcome(room: &Room, subject: &Assessed) -> paper::Outcome {
    let blocks: Vec<BlockStanding> = (0..room.plan.block_count())
        .map(|place| match subject.facts.block(BlockIndex(place)) {
            BlockStanding::Sought => BlockStanding::NotSought,
            other => other,
        })
        .collect();
    let certification = taken_here(room, subject, "").map(|row| match row.outcome {
        DecisionOutcome::Awarded => CertificationDecision::Awarded,
        _ => CertificationDecision::NotAwarded,
    });
    match rules::outcome(&blocks, &subject.requirement_states(&room.plan), certification) {
        Some(Outcome::Full) => paper::Outcome::Full,
        Some(Outcome::Partial) => paper::Outcome::Partial,
        Some(Outcome::Absent) => paper::Outcome::Absent,
        Some(Outcome::Excused) => paper::Outcome::Excused,
        Some(Outcome::Refused) | None => paper::Outcome::Refused,
    }
}

fn requirement_rows(room: &Room, subject: &Assessed) -> Vec<paper::RequirementRow> {
    room.version
        .referential
        .requirements
        .iter()
        .enumerate()
        .filter(|(place, _)| room.plan.slug(Element::Requirement(RequirementIndex(*place))).is_some())
        .map(|(_, asked)| paper::RequirementRow {
            title: asked.label.fr.clone(),
            state: match subject.requirements.get(asked.id.as_str()) {
                Some(RequirementStatus::Met) => paper::RequirementState::Met,
                Some(RequirementStatus::Unmet) => paper::RequirementState::Unmet,
                Some(RequirementStatus::Waived) => paper::RequirementState::Waived,
                Some(RequirementStatus::Pending) | None => paper::RequirementState::Pending,
            },
            detail: None,
        })
        .collect()
}

fn counts(room: &Room, candidates: &[paper::CandidateFacts]) -> paper::Counts {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let of = |wanted: paper::Outcome| number(candidates.iter().filter(|one| one.outcome == wanted).count());
    let came = |subject: &&Assessed| subject.slots.iter().any(|slot| slot.attendance == Attendance::Present);
    paper::Counts {
        present: number(room.subjects.iter().filter(came).count()),
        absent: of(paper::Outcome::Absent),
        excused: of(paper::Outcome::Excused),
        full: of(paper::Outcome::Full),
        partial: of(paper::Outcome::Partial),
        refused: of(paper::Outcome::Refused),
    }
}

fn members(conn: &mut AnyConn, of: &DeliberationRow) -> Result<Vec<paper::MemberFacts>, AppError> {
    let signed: HashMap<SeatId, At> = deliberations::signatures(conn, of.id)?
        .into_iter()
        .map(|signature| (signature.seat_id, signature.signed_at))
        .collect();
    let impeded: HashMap<SeatId, String> = deliberations::impediments(conn, of.id)?
        .into_iter()
        .filter(|row| row.holds())
        .map(|row| (row.seat_id, row.reason))
        .collect();
    let said: HashMap<SeatId, DeliberationMemberRow> =
        deliberations::members(conn, of.id)?.into_iter().map(|row| (row.seat_id, row)).collect();
    let before = |seat: &SeatRow| of.closed_at.is_none_or(|closed| seat.created_at <= closed);
    let rows = store::members(conn, of.jury_id)?;
    Ok(rows
        .into_iter()
        .filter(|(seat, _)| said.contains_key(&seat.id) || before(seat))
        .map(|(seat, name)| paper::MemberFacts {
            name,
            function: function(seat.function),
            occupation: Some(seat.occupation),
            employer: Some(seat.employer),
            external: seat.side == Side::External,
            signature: match (signed.get(&seat.id), impeded.get(&seat.id), said.get(&seat.id)) {
                (Some(at), ..) => paper::MemberSignature::Signed { at: at.utc() },
                (None, Some(reason), _) => paper::MemberSignature::CannotSign { reason: reason.clone() },
                (None, None, Some(row)) if row.present => paper::MemberSignature::Pending,
                (None, None, Some(row)) => paper::MemberSignature::NotPresent { reason: row.reason.clone() },
                (None, None, None) if seat.closed_at.is_some() => {
                    paper::MemberSignature::NotPresent { reason: seat.closed_reason }
                }
                (None, None, None) => paper::MemberSignature::Pending,
            },
        })
        .collect())
}

fn recusals(conn: &mut AnyConn, room: &Room, names: &Names) -> Result<Vec<paper::RecusalFacts>, AppError> {
    let rows: Vec<(EnrolmentId, String)> = recusal::table
        .inner_join(seat::table.inner_join(account::table))
        .filter(seat::jury_id.eq(room.deliberation.jury_id))
        .filter(recusal::kind.eq(RecusalKind::Tie))
        .order(recusal::id.asc())
        .select((recusal::enrolment_id, account::display_name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, juror)| {
            let (last, first) = names.get(&id)?;
            Some(paper::RecusalFacts { juror, candidate: format!("{last} {first}") })
        })
        .collect())
}

fn route(route: AccessRoute) -> &'static str {
    match route {
        AccessRoute::InitialTraining => "Formation initiale",
        AccessRoute::Apprenticeship => "Apprentissage",
        AccessRoute::ContinuingTraining => "Formation continue",
        AccessRoute::ProfessionalisationContract => "Contrat de professionnalisation",
        AccessRoute::IndividualCandidate => "Candidature individuelle",
        AccessRoute::PriorExperience => "VAE",
    }
}
