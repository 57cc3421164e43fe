//! What lies on the table of a deliberation: the candidates, the blocks that may be decided, what the rules
//! say of each, and what was decided. A constant number of statements, however many candidates there are.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::candidates::rows::{EnrolmentRow, RequirementStatus};
use crate::db::{AnyConn, At};
use crate::deliberation::facts::Facts;
use crate::deliberation::model::{BlockDecision, BlockIndex, BlockStanding, Proposal, RequirementState};
use crate::deliberation::plan::Plan;
use crate::deliberation::rows::{
    DecisionOutcome, DecisionPanelRow, DecisionRow, DeliberationMemberRow, DeliberationRow, RectificationRow,
};
use crate::deliberation::sentences::{ProposalView, SourceView, describe, tell_sources};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{DecisionId, DeliberationId, EnrolmentId, SittingId, VersionId};
use crate::referential::model::Slug;
use crate::referential::versions::{Version, Versions};
use crate::scoring::model::LineResult;
use crate::scoring::rules::combine;
use crate::scoring::service::marks::{LineFacts, of_enrolments};
use crate::sittings::rows::{Attendance, SittingRow, SlotRow};

/// One candidate before the jury.
pub struct Subject {
    pub enrolment: EnrolmentRow,
    /// For the engine, the decisions that stand included.
    pub facts: Facts,
    /// Blocks that this deliberation may decide: sought, not held from before, assessed in its sittings; in
    /// one that rectifies, those whose decision was revoked.
    pub blocks: Vec<BlockIndex>,
    /// The certification may be decided here; see [`Room::load`].
    pub certification: bool,
    /// Where the candidate was in each of the sittings.
    pub slots: Vec<SlotRow>,
    /// By block slug; the certification is the empty one.
    pub decisions: HashMap<String, DecisionRow>,
    pub requirements: HashMap<String, RequirementStatus>,
    /// When one of them was last recorded.
    pub requirements_at: Option<At>,
    pub acquired_before: HashSet<String>,
    pub lines: Vec<LineFacts>,
    /// By block, in the order of the référentiel, from which sitting each method's results come.
    pub sources: Vec<(Slug, SourceView)>,
}

impl Subject {
    /// Absent or excused from every sitting that assesses this block.
    pub fn away(&self, sittings: &[SittingRow], version: &Version, block: &Slug) -> Option<Attendance> {
        let assessing: Vec<SittingId> = sittings
            .iter()
            .filter(|sitting| methods(sitting).iter().any(|method| in_block(version, method, block)))
            .map(|sitting| sitting.id)
            .collect();
        let mut away = None;
        for slot in self.slots.iter().filter(|slot| assessing.contains(&slot.sitting_id)) {
            match slot.attendance {
                Attendance::Absent | Attendance::Excused => away = Some(slot.attendance),
                Attendance::Present | Attendance::Expected => return None,
            }
        }
        away
    }

    /// Away from everything: the certification is not decided for somebody who did not come.
    pub fn away_from_all(&self) -> bool {
        !self.slots.is_empty()
            && self
                .slots
                .iter()
                .all(|slot| matches!(slot.attendance, Attendance::Absent | Attendance::Excused))
    }

    /// The decision on a target, when it is this deliberation's to leave or to replace: its own, or one that
    /// nothing new in this deliberation puts in question.
    pub fn decided(&self, room: &Room, target: &str) -> Option<&DecisionRow> {
        self.decisions.get(target).filter(|standing| !self.superseded(room, standing))
    }

    /// Whether a refusal or an absence decided elsewhere gives way here: the candidate has sat the block again
    /// since, or, for the certification, something that it stands on was decided or recorded since. What was
    /// acquired or awarded gives way to a revocation alone.
    pub fn superseded(&self, room: &Room, standing: &DecisionRow) -> bool {
        if standing.deliberation_id == room.deliberation.id
            || matches!(standing.outcome, DecisionOutcome::Acquired | DecisionOutcome::Awarded)
        {
            return false;
        }
        let since = standing.decided_at;
        let sat_again = |block: Option<&str>| {
            room.sittings.iter().filter(|sitting| sitting.opened_at.is_some_and(|opened| opened > since)).any(
                |sitting| {
                    self.slots.iter().any(|slot| slot.sitting_id == sitting.id)
                        && methods(sitting).iter().any(|method| match (block, room.version.method(method)) {
                            (Some(block), Some((of, _))) => of.id.as_str() == block,
                            (None, found) => found.is_some(),
                            (Some(_), None) => false,
                        })
                },
            )
        };
        if !standing.block.is_empty() {
            return sat_again(Some(&standing.block));
        }
        sat_again(None)
            || self.requirements_at.is_some_and(|recorded| recorded > since)
            || self.decisions.values().any(|row| !row.block.is_empty() && row.decided_at > since)
    }

    pub fn requirement_states(&self, plan: &Plan) -> Vec<RequirementState> {
        (0..plan.requirement_count())
            .map(|place| self.facts.requirement(crate::deliberation::model::RequirementIndex(place)))
            .collect()
    }
}

pub struct Room {
    pub deliberation: DeliberationRow,
    pub version: Arc<Version>,
    pub plan: Plan,
    pub sittings: Vec<SittingRow>,
    pub subjects: Vec<Subject>,
    /// What was said of who is in the room.
    pub members: Vec<DeliberationMemberRow>,
    pub panels: HashMap<DecisionId, DecisionPanelRow>,
    pub rectification: Option<RectificationRow>,
}

/// The methods assessed in a sitting.
pub fn methods(sitting: &SittingRow) -> Vec<String> {
    sitting.methods.read().unwrap_or_default()
}

fn in_block(version: &Version, method: &str, block: &Slug) -> bool {
    version.method(method).is_some_and(|(of, _)| &of.id == block)
}

impl Room {
    /// The room as it is, or, once closed, as it was at the closing: what was revoked or decided since belongs
    /// to other minutes. One that rectifies has before it the candidates of the revoked decisions alone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(
        conn: &mut AnyConn,
        versions: &Versions,
        deliberation: DeliberationRow,
    ) -> Result<Self, AppError> {
        let ids: Vec<SittingId> = deliberation.sittings.read()?;
        let sittings = store::sittings(conn, &ids)?;
        let rectification = store::rectification(conn, deliberation.id)?;
        let again = match &rectification {
            Some(_) => Some(store::decided_again(conn, deliberation.id)?),
            None => None,
        };
        let before_it = |id: EnrolmentId| match &again {
            Some(rows) => rows.iter().any(|row| row.enrolment_id == id),
            None => true,
        };
        let mut slots: BTreeMap<EnrolmentId, Vec<SlotRow>> = BTreeMap::new();
        for slot in store::slots(conn, deliberation.jury_id, &ids)? {
            if before_it(slot.enrolment_id) {
                slots.entry(slot.enrolment_id).or_default().push(slot);
            }
        }
        let of: Vec<EnrolmentId> = slots.keys().copied().collect();
        let enrolments = store::enrolments(conn, &of)?;
        let version = version_of(conn, versions, &deliberation, &enrolments)?;
        let plan = Plan::compile(&version.referential);
        let assessed: HashSet<Slug> = sittings
            .iter()
            .flat_map(methods)
            .filter_map(|method| version.method(&method).map(|(block, _)| block.id.clone()))
            .collect();
        let closed = deliberation.closed_at.map(|at| (deliberation.id, at));
        let mut subjects = subjects(conn, &version, &plan, enrolments, closed)?;
        for subject in &mut subjects {
            let id = subject.enrolment.id;
            subject.slots = slots.remove(&id).unwrap_or_default();
            let here = |block: &str| match &again {
                Some(rows) => rows.iter().any(|row| row.enrolment_id == id && row.block == block),
                None => true,
            };
            subject.certification = here("");
            subject.blocks = sought(&subject.enrolment)?
                .iter()
                .filter(|block| {
                    assessed.contains(*block) && !subject.acquired_before.contains(block.as_str())
                })
                .filter(|block| here(block.as_str()))
                .filter_map(|block| plan.block(block))
                .collect();
        }
        let members = store::members(conn, deliberation.id)?;
        let panels = store::panels(conn, &of)?.into_iter().map(|row| (row.decision_id, row)).collect();
        Ok(Self { deliberation, version, plan, sittings, subjects, members, panels, rectification })
    }

    pub fn subject(&self, id: EnrolmentId) -> Result<&Subject, AppError> {
        self.subjects.iter().find(|subject| subject.enrolment.id == id).ok_or_else(AppError::not_found)
    }
}

fn version_of(
    conn: &mut AnyConn,
    versions: &Versions,
    deliberation: &DeliberationRow,
    enrolments: &[EnrolmentRow],
) -> Result<Arc<Version>, AppError> {
    use crate::db::schema::cohort;
    use diesel::prelude::*;
    if let Some(first) = enrolments.first() {
        return versions.get(conn, first.version_id);
    }
    let of = store::cohort_of_jury(conn, deliberation.jury_id)?;
    let id: VersionId = cohort::table.find(of).select(cohort::version_id).first(conn)?;
    versions.get(conn, id)
}

/// The blocks that somebody seeks.
///
/// # Errors
/// `internal` when what is stored is not a list of slugs.
pub fn sought(enrolment: &EnrolmentRow) -> Result<Vec<Slug>, AppError> {
    Ok(enrolment.blocks.read()?)
}

/// Candidates with everything that the engine is told of them; the decisions that stand, or stood when a
/// deliberation was closed. No slots, no deliberation.
///
/// # Errors
/// Those of the database.
pub fn subjects(
    conn: &mut AnyConn,
    version: &Version,
    plan: &Plan,
    enrolments: Vec<EnrolmentRow>,
    closed: Option<(DeliberationId, At)>,
) -> Result<Vec<Subject>, AppError> {
    let of: Vec<EnrolmentId> = enrolments.iter().map(|enrolment| enrolment.id).collect();
    let mut lines = of_enrolments(conn, version, &of)?;
    let mut acquired: HashMap<EnrolmentId, HashSet<String>> = HashMap::new();
    for row in store::acquired_before(conn, &of)? {
        acquired.entry(row.enrolment_id).or_default().insert(row.block);
    }
    let mut requirements: HashMap<EnrolmentId, HashMap<String, RequirementStatus>> = HashMap::new();
    let mut recorded: HashMap<EnrolmentId, At> = HashMap::new();
    for row in store::requirements(conn, &of)? {
        let latest = recorded.entry(row.enrolment_id).or_insert(row.recorded_at);
        *latest = (*latest).max(row.recorded_at);
        requirements.entry(row.enrolment_id).or_default().insert(row.requirement, row.state);
    }
    let mut decisions: HashMap<EnrolmentId, HashMap<String, DecisionRow>> = HashMap::new();
    for row in store::decisions(conn, &of, closed)? {
        decisions.entry(row.enrolment_id).or_default().insert(row.block.clone(), row);
    }
    let sat: BTreeSet<SittingId> = lines.values().flatten().filter_map(|line| line.sitting).collect();
    let held = store::held(conn, &sat.into_iter().collect::<Vec<_>>())?;
    enrolments
        .into_iter()
        .map(|enrolment| {
            let id = enrolment.id;
            let mut subject = Subject {
                facts: Facts::new(plan),
                blocks: Vec::new(),
                certification: true,
                slots: Vec::new(),
                decisions: decisions.remove(&id).unwrap_or_default(),
                requirements: requirements.remove(&id).unwrap_or_default(),
                requirements_at: recorded.remove(&id),
                acquired_before: acquired.remove(&id).unwrap_or_default(),
                lines: lines.remove(&id).unwrap_or_default(),
                sources: Vec::new(),
                enrolment,
            };
            tell(&mut subject, version, plan)?;
            subject.sources = sources(&subject, version, &held);
            Ok(subject)
        })
        .collect()
}

fn sources(
    subject: &Subject,
    version: &Version,
    held: &HashMap<SittingId, (String, NaiveDate)>,
) -> Vec<(Slug, SourceView)> {
    let mut found: Vec<(Slug, SourceView)> = Vec::new();
    for known in &subject.lines {
        let Some(line) = version.by_line_id(known.line) else { continue };
        let Some((sitting, (title, day))) =
            known.sitting.and_then(|sitting| Some((sitting, held.get(&sitting)?)))
        else {
            continue;
        };
        let Some((block, method)) = version.method(line.method.as_str()) else { continue };
        if !found.iter().any(|(_, source)| source.method == method.id) {
            let source = SourceView {
                method: method.id.clone(),
                title: method.title.clone(),
                sitting,
                sitting_title: title.clone(),
                held_on: *day,
            };
            found.push((block.id.clone(), source));
        }
    }
    found
}

/// A proposal in words, with the sittings that its results come from.
pub fn told(plan: &Plan, subject: &Subject, proposal: &Proposal) -> ProposalView {
    let mut view = describe(plan, proposal);
    let of_block = plan.slug(proposal.path.element).map(|slug| {
        subject.sources.iter().filter(|(block, _)| block == slug).map(|(_, source)| source.clone()).collect()
    });
    tell_sources(&mut view, of_block.unwrap_or_default());
    view
}

/// Fills in the engine's facts from what was loaded.
fn tell(subject: &mut Subject, version: &Version, plan: &Plan) -> Result<(), AppError> {
    for known in &subject.lines {
        let line = version.by_line_id(known.line).and_then(|line| plan.line(&line.slug));
        if let Some(line) = line {
            subject.facts.set_line(line, known.for_engine());
        }
    }
    for slug in sought(&subject.enrolment)? {
        if let Some(block) = plan.block(&slug) {
            subject.facts.set_block(block, standing(subject, slug.as_str()));
        }
    }
    for slug in &subject.acquired_before {
        let block = Slug::try_from(slug.as_str()).ok().and_then(|slug| plan.block(&slug));
        if let Some(block) = block {
            subject.facts.set_block(block, BlockStanding::AcquiredBefore);
        }
    }
    for defence in &version.defences {
        let slug = defence.id.as_str();
        let waived = subject.requirements.get(slug) == Some(&RequirementStatus::Waived);
        if let Some(state) = scored(subject, version, slug).filter(|_| !waived) {
            subject.requirements.insert(slug.to_owned(), state);
        }
    }
    for (slug, state) in &subject.requirements {
        let requirement = Slug::try_from(slug.as_str()).ok().and_then(|slug| plan.requirement(&slug));
        if let Some(requirement) = requirement {
            subject.facts.set_requirement(requirement, requirement_state(*state));
        }
    }
    Ok(())
}

/// How a defence stands by the newest signed sheets; nothing while it was never held.
fn scored(subject: &Subject, version: &Version, slug: &str) -> Option<RequirementStatus> {
    let line = version.by_slug(slug)?;
    let known = subject.lines.iter().find(|known| known.line == line.id && known.sitting.is_some())?;
    let referential = &version.referential;
    Some(match combine(referential.combination, &known.for_engine()) {
        LineResult::Rank(rank) if rank >= referential.scale.met_from => RequirementStatus::Met,
        LineResult::Rank(_) | LineResult::NotObserved => RequirementStatus::Unmet,
        LineResult::NotApplicable | LineResult::Unscored | LineResult::Unsettled(_) => {
            RequirementStatus::Pending
        }
    })
}

fn standing(subject: &Subject, block: &str) -> BlockStanding {
    if subject.acquired_before.contains(block) {
        return BlockStanding::AcquiredBefore;
    }
    match subject.decisions.get(block).and_then(|row| block_decision(row.outcome)) {
        Some(decided) => BlockStanding::Decided(decided),
        None => BlockStanding::Sought,
    }
}

pub fn block_decision(outcome: DecisionOutcome) -> Option<BlockDecision> {
    match outcome {
        DecisionOutcome::Acquired => Some(BlockDecision::Acquired),
        DecisionOutcome::NotAcquired => Some(BlockDecision::NotAcquired),
        DecisionOutcome::Absent => Some(BlockDecision::Absent),
        DecisionOutcome::Excused => Some(BlockDecision::Excused),
        DecisionOutcome::Awarded | DecisionOutcome::NotAwarded => None,
    }
}

fn requirement_state(state: RequirementStatus) -> RequirementState {
    match state {
        RequirementStatus::Pending => RequirementState::Pending,
        RequirementStatus::Met => RequirementState::Met,
        RequirementStatus::Unmet => RequirementState::Unmet,
        RequirementStatus::Waived => RequirementState::Waived,
    }
}
