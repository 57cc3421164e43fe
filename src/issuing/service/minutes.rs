//! The minutes as a document: at the closing, with the head of the journal, and again once all have signed.

use std::collections::HashMap;

use diesel::prelude::*;

use super::issue::{DocumentView, Subject, check_code, issue};
use super::sheet::{certification, function, sitting_facts};
use crate::access::{Action, Caller, Standing, facts, require};
use crate::candidates::rows::RequirementStatus;
use crate::db::schema::{account, candidate, centre, cohort, enrolment, recusal, seat};
use crate::db::{AnyConn, At};
use crate::deliberation::model::{
    BlockIndex, BlockStanding, CertificationDecision, Element, Outcome, RequirementIndex,
};
use crate::deliberation::rows::{DecisionOutcome, DecisionRow, VerdictWord};
use crate::deliberation::sentences::ProposalView;
use crate::deliberation::service::publishing::unsigned_seats;
use crate::deliberation::service::room::{Room, Subject as Assessed};
use crate::deliberation::{rules, store as deliberations};
use crate::documents::Document;
use crate::documents::facts as paper;
use crate::error::AppError;
use crate::ids::{DeliberationId, EnrolmentId, SeatId};
use crate::issuing::rows::DocumentRow;
use crate::issuing::store;
use crate::journal::sequencer::Checkpoint;
use crate::jury::rows::{RecusalKind, Side};
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
            let signed = unsigned_seats(conn, row.jury_id, id)?.is_empty();
            Ok((row.number.ok_or_else(open)?, signed))
        })
        .await?;
    if let Some(issued) = app.db.read(move |conn| issued(conn, id, signed)).await? {
        return Ok(DocumentView::from(&issued));
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
    let of = deliberations::cohort_of_jury(conn, row.jury_id)?;
    let (centre, zone): (String, String) = cohort::table
        .inner_join(centre::table)
        .filter(cohort::id.eq(of))
        .select((centre::name, centre::timezone))
        .first(conn)?;
    let manager: String = account::table.find(row.convened_by).select(account::display_name).first(conn)?;
    let room = Room::load(conn, versions, row)?;
    let names = names(conn, &room)?;
    let candidates = room
        .subjects
        .iter()
        .map(|subject| candidate_facts(&room, subject, &names))
        .collect::<Result<Vec<_>, AppError>>()?;
    Ok(paper::MinutesFacts {
        number,
        rectifies: None,
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
        jury: members(conn, &room)?,
        recusals: recusals(conn, &room, &names)?,
        quorum: None,
        manager: paper::ManagerFacts {
            name: manager,
            function: None,
            observations: room.deliberation.observations.clone(),
            signed_at: None,
        },
        journal: Some(paper::JournalHead {
            origin: head.origin.clone(),
            size: head.size,
            root: head.root_base64(),
        }),
        check: Some(check),
        closed_at: closed_at.utc(),
    })
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
    let certification = match subject.decisions.get("") {
        Some(row) => Some(paper::CertificationRow {
            proposal: proposal(row.proposal),
            decision: match row.outcome {
                DecisionOutcome::Awarded => paper::CertificationDecision::Awarded,
                _ => paper::CertificationDecision::NotAwarded,
            },
            words: words(row)?,
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
        let decided = subject.decisions.get(block.id.as_str());
        let (proposal, decision, words) = match decided {
            Some(row) => (proposal(row.proposal), block_decision(row.outcome), words(row)?),
            None if subject.acquired_before.contains(block.id.as_str()) => (
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

/// The path, told where it explains something: a refusal, a gap, a departure.
fn words(row: &DecisionRow) -> Result<paper::DecisionWords, AppError> {
    let away = matches!(row.outcome, DecisionOutcome::Absent | DecisionOutcome::Excused);
    let told = !away && (row.departs || row.proposal != VerdictWord::Proposed);
    let view: ProposalView = row.proposal_path.read()?;
    Ok(paper::DecisionWords {
        path: told.then(|| view.sentences.fr.join(" ")),
        reason: row.reason.clone(),
        votes: (row.votes_against > 0)
            .then(|| format!("{} voix pour, {} contre", row.votes_for, row.votes_against)),
        dissent: row.dissent.clone(),
    })
}

/// What the candidate came to, as far as this deliberation goes: blocks that it could not decide are left out.
fn outcome(room: &Room, subject: &Assessed) -> paper::Outcome {
    let blocks: Vec<BlockStanding> = (0..room.plan.block_count())
        .map(|place| match subject.facts.block(BlockIndex(place)) {
            BlockStanding::Sought => BlockStanding::NotSought,
            other => other,
        })
        .collect();
    let certification = subject.decisions.get("").map(|row| match row.outcome {
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

fn members(conn: &mut AnyConn, room: &Room) -> Result<Vec<paper::MemberFacts>, AppError> {
    let signed: HashMap<SeatId, At> = store::signatures(conn, room.deliberation.id)?
        .into_iter()
        .map(|signature| (signature.seat_id, signature.signed_at))
        .collect();
    let rows = store::members(conn, room.deliberation.jury_id)?;
    Ok(rows
        .into_iter()
        .map(|(seat, name)| paper::MemberFacts {
            name,
            function: function(seat.function),
            occupation: Some(seat.occupation),
            employer: Some(seat.employer),
            external: seat.side == Side::External,
            signature: match (signed.get(&seat.id), seat.closed_at) {
                (Some(at), _) => paper::MemberSignature::Signed { at: at.utc() },
                (None, Some(_)) => paper::MemberSignature::NotPresent { reason: seat.closed_reason },
                (None, None) => paper::MemberSignature::Pending,
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
