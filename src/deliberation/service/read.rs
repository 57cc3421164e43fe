//! Convening a deliberation, and what each may see of it.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use validator::Validate;

use super::members::{MemberView, MemberVote};
use super::room::{Room, Subject, told};
use crate::access::{Action, Caller, facts, policy, require};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::deliberation::model::Verdict;
use crate::deliberation::rows::{
    DecisionOutcome, DecisionPanelRow, DecisionRow, DeliberationRow, DeliberationState, VerdictWord,
};
use crate::deliberation::sentences::{Sentences, SourceView};
use crate::deliberation::{rules, store};
use crate::error::AppError;
use crate::ids::{DecisionId, DeliberationId, EnrolmentId, JuryId, SittingId};
use crate::journal::{Act, record};
use crate::jury::panel::Quorum;
use crate::jury::rows::Mandate;
use crate::referential::model::Slug;
use crate::referential::versions::Versions;
use crate::scoring::rows::SheetState;
use crate::web::{Page, PageQuery};

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeliberation {
    pub jury_id: JuryId,
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Sittings in which this jury assessed.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    pub sittings: Vec<SittingId>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliberationLine {
    pub id: DeliberationId,
    pub jury_id: JuryId,
    pub title: String,
    pub state: DeliberationState,
    pub convened_at: At,
    pub closed_at: Option<At>,
    pub number: Option<String>,
    pub published_at: Option<At>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliberationView {
    #[serde(flatten)]
    pub line: DeliberationLine,
    pub mandate: Mandate,
    pub rectifies: Option<RectifiesView>,
    /// What was said of who is in the room; of whom nothing was said is taken to be there.
    pub members: Vec<MemberView>,
    pub candidates: Vec<SubjectView>,
}

/// The former minutes that these rectify, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RectifiesView {
    pub deliberation: DeliberationId,
    pub number: Option<String>,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubjectView {
    pub enrolment: EnrolmentId,
    pub number: String,
    /// Every juror who counts has signed: what the rules say may be shown.
    pub unveiled: bool,
    /// Rules of the jury that do not hold for this candidate.
    #[schema(value_type = Vec<Object>)]
    pub broken: Vec<crate::jury::model::BrokenRule>,
    pub targets: Vec<TargetView>,
}

/// One block, or the certification, of one candidate.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TargetView {
    /// A block's slug, or `certification`.
    pub target: String,
    /// What the rules say. Pencil.
    pub proposal: Option<ProposedView>,
    /// What the jury decided. Ink.
    pub decision: Option<DecisionView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposedView {
    #[schema(value_type = String)]
    pub verdict: Verdict,
    #[schema(value_type = Object)]
    pub sentences: Sentences,
    /// From which sitting the results of each method come.
    #[schema(value_type = Vec<Object>)]
    pub sources: Vec<SourceView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionView {
    pub id: DecisionId,
    pub outcome: DecisionOutcome,
    /// What the rules said when it was taken. Pencil.
    pub proposal: VerdictWord,
    pub reason: Option<String>,
    pub departs: bool,
    pub votes_for: i32,
    pub votes_against: i32,
    /// Members present when it was taken; their votes where a vote was asked for.
    pub members: Vec<MemberVote>,
    /// Votes were equal and the chair's decided.
    pub casting_vote: bool,
    pub dissent: Option<String>,
    pub version: i32,
    pub decided_at: At,
    /// Revoked, or replaced after a resit, since these minutes were closed.
    pub ended_at: Option<At>,
    pub ended_reason: Option<String>,
}

impl DecisionView {
    pub fn new(row: &DecisionRow, panel: Option<&DecisionPanelRow>) -> Self {
        Self {
            id: row.id,
            outcome: row.outcome,
            proposal: row.proposal,
            reason: row.reason.clone(),
            departs: row.departs,
            votes_for: row.votes_for,
            votes_against: row.votes_against,
            members: panel.and_then(|panel| panel.members.read().ok()).unwrap_or_default(),
            casting_vote: panel.is_some_and(|panel| panel.casting_vote),
            dissent: row.dissent.clone(),
            version: row.version,
            decided_at: row.decided_at,
            ended_at: row.ended_at,
            ended_reason: row.ended_reason.clone(),
        }
    }
}

impl From<&DeliberationRow> for DeliberationLine {
    fn from(row: &DeliberationRow) -> Self {
        Self {
            id: row.id,
            jury_id: row.jury_id,
            title: row.title.clone(),
            state: row.state,
            convened_at: row.convened_at,
            closed_at: row.closed_at,
            number: row.number.clone(),
            published_at: row.published_at,
        }
    }
}

/// The manager convenes a jury over sittings in which it assessed. No vote comes with it.
///
/// # Errors
/// `rule_broken` when a sitting is another cohort's, or the jury assessed nobody in it.
pub fn convene(
    conn: &mut AnyConn,
    caller: &Caller,
    new: &NewDeliberation,
    at: At,
) -> Result<DeliberationLine, AppError> {
    let who = facts::on_jury(conn, caller, new.jury_id)?;
    require(Action::Convene, &who)?;
    let cohort = store::cohort_of_jury(conn, new.jury_id)?;
    let wanted: HashSet<SittingId> = new.sittings.iter().copied().collect();
    let ids: Vec<SittingId> = wanted.iter().copied().collect();
    let sittings = store::sittings(conn, &ids)?;
    let slots = store::slots(conn, new.jury_id, &ids)?;
    let served: HashSet<SittingId> = slots.iter().map(|slot| slot.sitting_id).collect();
    if sittings.len() != wanted.len()
        || sittings.iter().any(|sitting| sitting.cohort_id != cohort)
        || served != wanted
    {
        return Err(AppError::broken(
            "sitting_of_another_jury",
            (
                "Chaque épreuve délibérée doit être de la promotion du jury, et ce jury doit y avoir des candidats.",
                "Each sitting must be of the jury's cohort, and this jury must have candidates in it.",
            ),
        ));
    }
    let row = DeliberationRow {
        id: DeliberationId::new(),
        salt: Bytes::salt(),
        jury_id: new.jury_id,
        title: new.title.clone(),
        sittings: Json::of(&sittings.iter().map(|sitting| sitting.id).collect::<Vec<_>>())?,
        state: DeliberationState::Open,
        observations: None,
        convened_by: caller.account,
        convened_at: at,
        closed_by: None,
        closed_at: None,
        number: None,
        published_by: None,
        published_at: None,
    };
    store::insert(conn, &row)?;
    let act = Act::new("deliberation_convened", caller.account, at)
        .about("deliberation", row.id)
        .about("jury", row.jury_id);
    record(conn, act, &[&row])?;
    Ok(DeliberationLine::from(&row))
}

/// # Errors
/// `not_found` to whoever has nothing to do with the jury.
pub fn read(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: DeliberationId,
) -> Result<DeliberationView, AppError> {
    let who = facts::on_deliberation(conn, caller, id)?;
    require(Action::ReadDeliberation, &who)?;
    let row = store::deliberation(conn, id)?;
    let mandate = crate::jury::store::jury(conn, row.jury_id)?.mandate;
    let room = Room::load(conn, versions, row)?;
    let quorums = crate::jury::service::quorums(conn, &room.version.referential, room.deliberation.jury_id)?;
    let unveiled = unveiled(conn, &room)?;
    let recused = facts::recused_for(conn, caller, room.deliberation.jury_id)?;
    let candidates = room.subjects.iter().map(|subject| {
        let id = subject.enrolment.id;
        let sits = who.sits && !recused.contains(&id);
        let seen = unveiled.contains(&id)
            && policy::may(Action::ReadProposal, &policy::Standing { unveiled: true, sits, ..who });
        subject_view(&room, subject, mandate, &quorums, seen)
    });
    let candidates: Vec<SubjectView> = candidates.collect();
    let rectifies = match &room.rectification {
        Some(row) => Some(RectifiesView {
            deliberation: row.rectifies,
            number: store::deliberation(conn, row.rectifies)?.number,
            reason: row.reason.clone(),
        }),
        None => None,
    };
    Ok(DeliberationView {
        rectifies,
        members: room.members.iter().map(MemberView::from).collect(),
        candidates,
        line: DeliberationLine::from(&room.deliberation),
        mandate,
    })
}

/// The candidates whose every expected sheet is signed.
///
/// # Errors
/// Those of the database.
pub fn unveiled(conn: &mut AnyConn, room: &Room) -> Result<HashSet<EnrolmentId>, AppError> {
    let of: Vec<EnrolmentId> = room.subjects.iter().map(|subject| subject.enrolment.id).collect();
    let mut signed: BTreeMap<EnrolmentId, bool> = BTreeMap::new();
    for sheet in crate::scoring::store::expected_sheets(conn, &of)? {
        *signed.entry(sheet.enrolment_id).or_insert(true) &= sheet.state == SheetState::Signed;
    }
    Ok(signed.into_iter().filter(|(_, all)| *all).map(|(id, _)| id).collect())
}

fn subject_view(
    room: &Room,
    subject: &Subject,
    mandate: Mandate,
    quorums: &BTreeMap<EnrolmentId, Quorum>,
    seen: bool,
) -> SubjectView {
    let mut targets: Vec<TargetView> = subject
        .blocks
        .iter()
        .filter_map(|block| {
            let slug = room.plan.slug(crate::deliberation::model::Element::Block(*block))?;
            let proposal = if seen { rules::propose_block(&room.plan, &subject.facts, *block) } else { None };
            Some(TargetView {
                target: slug.to_string(),
                proposal: proposal.map(|proposal| proposed(room, subject, &proposal)),
                decision: decision(room, subject, slug.as_str()),
            })
        })
        .collect();
    if mandate != Mandate::Blocks && subject.certification {
        let proposal = rules::propose_certification(&room.plan, &subject.facts);
        targets.push(TargetView {
            target: CERTIFICATION.to_owned(),
            proposal: seen.then(|| proposed(room, subject, &proposal)),
            decision: decision(room, subject, ""),
        });
    }
    let id = subject.enrolment.id;
    SubjectView {
        enrolment: id,
        number: subject.enrolment.number.clone(),
        unveiled: seen,
        broken: quorums.get(&id).map(|quorum| quorum.broken.clone()).unwrap_or_default(),
        targets,
    }
}

fn decision(room: &Room, subject: &Subject, target: &str) -> Option<DecisionView> {
    let row = subject.decisions.get(target)?;
    Some(DecisionView::new(row, room.panels.get(&row.id)))
}

/// How the certification is named where a block's slug could stand.
pub const CERTIFICATION: &str = "certification";

fn proposed(room: &Room, subject: &Subject, proposal: &crate::deliberation::model::Proposal) -> ProposedView {
    let view = told(&room.plan, subject, proposal);
    ProposedView { verdict: view.verdict, sentences: view.sentences, sources: view.sources }
}

/// A block's slug, or nothing for the certification.
pub fn target(word: &str) -> Result<Option<Slug>, AppError> {
    if word == CERTIFICATION {
        return Ok(None);
    }
    Slug::try_from(word).map(Some).map_err(|_| AppError::not_found())
}

/// # Errors
/// `not_found` to whoever has nothing to do with the jury.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    of: JuryId,
    page: &PageQuery,
) -> Result<Page<DeliberationLine>, AppError> {
    let who = facts::on_jury(conn, caller, of)?;
    require(Action::ReadDeliberation, &who)?;
    let after = page.after.as_deref().map(crate::web::page::id_after).transpose()?.map(DeliberationId);
    let rows = store::of_jury(conn, of, after, page.limit() + 1)?;
    let lines = rows.iter().map(DeliberationLine::from).collect();
    Ok(Page::from_more(lines, page.limit(), |line: &DeliberationLine| line.id.to_string()))
}
