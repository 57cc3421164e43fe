//! The summary from scratch: what every act leaves behind, and what `verify` compares with.
//!
//! A constant number of statements per version, however many candidates; the engine is asked only of those
//! whose every expected juror has signed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::{BlockFacts, Evidence, Sheets};
use super::rows::{AcquiredBy, BlockSummaryRow, EnrolmentSummaryRow, ShownProposal};
use super::rules;
use super::store::{self, Enrolled, ExpectedGrid, Standing};
use crate::candidates::rows::RequirementStatus;
use crate::db::AnyConn;
use crate::deliberation::model::{Element, Verdict};
use crate::deliberation::plan::Plan;
use crate::deliberation::rows::DecisionOutcome;
use crate::deliberation::rules::propose_enrolment;
use crate::deliberation::service::room::subjects;
use crate::error::AppError;
use crate::ids::{EnrolmentId, GridId, LineId, SheetId, VersionId};
use crate::referential::model::Block;
use crate::referential::versions::{Version, Versions};
use crate::scoring::rows::SheetState;

/// The rows of some candidates, by enrolment, those of a block in the order of the version.
#[derive(Debug, Default)]
pub struct Recount {
    pub enrolments: Vec<EnrolmentSummaryRow>,
    pub blocks: Vec<BlockSummaryRow>,
}

/// # Errors
/// Those of the database.
pub fn recount(conn: &mut AnyConn, versions: &Versions, of: &[EnrolmentId]) -> Result<Recount, AppError> {
    let mut by_version: BTreeMap<VersionId, Vec<Enrolled>> = BTreeMap::new();
    for one in store::enrolled(conn, of)? {
        by_version.entry(one.row.version_id).or_default().push(one);
    }
    let known = Known::load(conn, of)?;
    let mut recount = Recount::default();
    // One round per version, and a cohort has one.
    for (id, enrolled) in by_version {
        let version = versions.get(conn, id)?;
        let proposals = Proposals::ask(conn, &version, &enrolled, &known)?;
        for one in enrolled {
            known.count(&version, &proposals, one, &mut recount)?;
        }
    }
    Ok(recount)
}

/// Everything that is counted, loaded at once.
struct Known {
    grids: HashMap<EnrolmentId, Vec<ExpectedGrid>>,
    written: HashMap<GridId, i64>,
    pieces: HashMap<EnrolmentId, i64>,
    linked: HashMap<EnrolmentId, HashSet<LineId>>,
    acquired: HashMap<(EnrolmentId, String), String>,
    decisions: HashMap<(EnrolmentId, String), Standing>,
    requirements: HashMap<EnrolmentId, Vec<RequirementStatus>>,
}

impl Known {
    fn load(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Self, AppError> {
        let mut grids: HashMap<EnrolmentId, Vec<ExpectedGrid>> = HashMap::new();
        for grid in store::expected_grids(conn, of)? {
            grids.entry(grid.enrolment).or_default().push(grid);
        }
        let mut linked: HashMap<EnrolmentId, HashSet<LineId>> = HashMap::new();
        for (id, line) in store::linked_lines(conn, of)? {
            linked.entry(id).or_default().insert(line);
        }
        let mut requirements: HashMap<EnrolmentId, Vec<RequirementStatus>> = HashMap::new();
        for row in crate::deliberation::store::requirements(conn, of)? {
            requirements.entry(row.enrolment_id).or_default().push(row.state);
        }
        let acquired = crate::deliberation::store::acquired_before(conn, of)?;
        let decisions = store::standing_decisions(conn, of)?;
        Ok(Self {
            written: store::written_lines(conn, of)?.into_iter().collect(),
            pieces: store::pieces(conn, of)?.into_iter().collect(),
            acquired: acquired
                .into_iter()
                .map(|row| ((row.enrolment_id, row.block), row.acquired_on))
                .collect(),
            decisions: decisions.into_iter().map(|one| ((one.enrolment, one.block.clone()), one)).collect(),
            grids,
            linked,
            requirements,
        })
    }

    fn grids_of(&self, id: EnrolmentId) -> &[ExpectedGrid] {
        self.grids.get(&id).map_or(&[], Vec::as_slice)
    }

    fn sheets(&self, id: EnrolmentId) -> Sheets {
        sheets(self.grids_of(id).iter())
    }

    fn count(
        &self,
        version: &Version,
        proposals: &Proposals,
        one: Enrolled,
        recount: &mut Recount,
    ) -> Result<(), AppError> {
        let id = one.row.id;
        let sought: Vec<String> = one.row.blocks.read()?;
        let mut missing = 0;
        let mut states = Vec::new();
        for block in &version.referential.blocks {
            let is_sought = sought.iter().any(|slug| slug == block.id.as_str());
            let row = self.block(version, proposals, &one, block, is_sought)?;
            missing += row.evidence_expected - row.evidence_found;
            states.push(row.state);
            recount.blocks.push(row);
        }
        let requirements = self.requirements.get(&id).map_or(&[][..], Vec::as_slice);
        let in_state = |state| whole(requirements.iter().filter(|one| **one == state).count());
        let decision = self.decisions.get(&(id, String::new()));
        let sheets = self.sheets(id);
        let requirements_pending = in_state(RequirementStatus::Pending);
        recount.enrolments.push(EnrolmentSummaryRow {
            enrolment_id: id,
            cohort_id: one.row.cohort_id,
            sheets_expected: sheets.expected,
            sheets_signed: sheets.signed,
            evidence_pieces: self
                .pieces
                .get(&id)
                .map_or(0, |count| i32::try_from(*count).unwrap_or(i32::MAX)),
            evidence_missing: missing,
            requirements_pending,
            requirements_unmet: in_state(RequirementStatus::Unmet),
            proposal: proposals.of(id, ""),
            decision: decision.map(|one| one.outcome),
            decided_at: decision.map(|one| one.decided_at),
            published_at: decision.and_then(|one| one.published_at),
            state: rules::file_state(&states, decision.is_some(), requirements_pending),
        });
        Ok(())
    }

    fn block(
        &self,
        version: &Version,
        proposals: &Proposals,
        one: &Enrolled,
        block: &Block,
        sought: bool,
    ) -> Result<BlockSummaryRow, AppError> {
        let (id, slug) = (one.row.id, block.id.to_string());
        let mine = |method: &str| block.methods.iter().any(|known| known.id.as_str() == method);
        let grids: Vec<&ExpectedGrid> = self.grids_of(id).iter().filter(|grid| mine(&grid.method)).collect();
        let (mut lines_expected, mut lines_scored) = (0, 0);
        for grid in &grids {
            let lines = whole(version.lines_of_method(&grid.method).count());
            lines_expected += lines;
            lines_scored += match grid.state {
                SheetState::Signed => lines,
                SheetState::Open => {
                    i32::try_from(self.written.get(&grid.grid).copied().unwrap_or(0)).unwrap_or(i32::MAX)
                }
            };
        }
        let before = self.acquired.get(&(id, slug.clone()));
        let decision = self.decisions.get(&(id, slug.clone()));
        let mut facts = BlockFacts {
            sought,
            acquired_before: before.is_some(),
            decided: decision.is_some(),
            sheets: sheets(grids.into_iter()),
            evidence: Evidence::default(),
        };
        if facts.is_asked() && !facts.decided {
            facts.evidence = self.evidence(version, id, block);
        }
        let (acquired_on, acquired_by) = acquired(before, decision, one)?;
        Ok(BlockSummaryRow {
            enrolment_id: id,
            cohort_id: one.row.cohort_id,
            sought,
            acquired_on,
            acquired_by,
            lines_expected,
            lines_scored,
            sheets_expected: facts.sheets.expected,
            sheets_signed: facts.sheets.signed,
            evidence_expected: facts.evidence.expected,
            evidence_found: facts.evidence.found,
            proposal: proposals.of(id, &slug),
            decision: decision.map(|one| one.outcome),
            decided_at: decision.map(|one| one.decided_at),
            published_at: decision.and_then(|one| one.published_at),
            state: rules::block_state(facts),
            block: slug,
        })
    }

    fn evidence(&self, version: &Version, id: EnrolmentId, block: &Block) -> Evidence {
        let none = HashSet::new();
        let linked = self.linked.get(&id).unwrap_or(&none);
        let lines = version.lines.iter().filter(|line| line.block == block.id);
        let expected = rules::evidence_expected(lines, linked);
        let found = expected.iter().filter(|line| linked.contains(&line.id)).count();
        Evidence { expected: whole(expected.len()), found: whole(found) }
    }
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn sheets<'a>(grids: impl Iterator<Item = &'a ExpectedGrid>) -> Sheets {
    let states: HashMap<SheetId, SheetState> = grids.map(|grid| (grid.sheet, grid.state)).collect();
    let signed = states.values().filter(|state| **state == SheetState::Signed).count();
    Sheets { expected: whole(states.len()), signed: whole(signed) }
}

/// A block from before keeps the day of its proof; one decided has that of the closing, in the calendar of the
/// centre, as the number of the minutes does.
fn acquired(
    before: Option<&String>,
    decision: Option<&Standing>,
    one: &Enrolled,
) -> Result<(Option<String>, Option<AcquiredBy>), AppError> {
    if let Some(day) = before {
        return Ok((Some(day.clone()), Some(AcquiredBy::Before)));
    }
    let closed =
        decision.filter(|one| one.outcome == DecisionOutcome::Acquired).and_then(|one| one.closed_at);
    let Some(closed) = closed else { return Ok((None, None)) };
    let zone: chrono_tz::Tz = one.timezone.parse().map_err(AppError::internal)?;
    let day = closed.utc().with_timezone(&zone).date_naive().to_string();
    Ok((Some(day), Some(AcquiredBy::Decision)))
}

/// What the rules say of each target, for the candidates of whom it may be shown.
struct Proposals(HashMap<(EnrolmentId, String), ShownProposal>);

impl Proposals {
    fn ask(
        conn: &mut AnyConn,
        version: &Version,
        enrolled: &[Enrolled],
        known: &Known,
    ) -> Result<Self, AppError> {
        let unveiled: Vec<_> = enrolled
            .iter()
            .filter(|one| known.sheets(one.row.id).all_signed())
            .map(|one| one.row.clone())
            .collect();
        let mut said = HashMap::new();
        if unveiled.is_empty() {
            return Ok(Self(said));
        }
        let plan = Plan::compile(&version.referential);
        for subject in subjects(conn, version, &plan, unveiled, None)? {
            let id = subject.enrolment.id;
            let proposal = propose_enrolment(&plan, &subject.facts);
            said.insert((id, String::new()), shown(proposal.certification.verdict));
            for (block, proposed) in proposal.blocks {
                if let Some(slug) = plan.slug(Element::Block(block)) {
                    said.insert((id, slug.to_string()), shown(proposed.verdict));
                }
            }
        }
        Ok(Self(said))
    }

    fn of(&self, id: EnrolmentId, target: &str) -> ShownProposal {
        self.0.get(&(id, target.to_owned())).copied().unwrap_or(ShownProposal::Pending)
    }
}

fn shown(verdict: Verdict) -> ShownProposal {
    match verdict {
        Verdict::Proposed => ShownProposal::Proposed,
        Verdict::Refused => ShownProposal::Refused,
        Verdict::Incomplete => ShownProposal::Incomplete,
    }
}
