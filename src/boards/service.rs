//! Use case: the board of a cohort. Its lists are in [`super::lists`].

use std::collections::{BTreeMap, HashMap};

use super::rows::{BlockState, BlockSummaryRow, FileState};
use super::store::{self, BlockGroup, Named, Wanted};
use super::views::{
    BlockTotals, BoardBlock, BoardLine, BoardQuery, BoardTotals, BoardView, CountView, Sight,
};
use crate::access::{Action, Caller, facts, require};
use crate::db::AnyConn;
use crate::error::AppError;
use crate::ids::{CohortId, EnrolmentId};
use crate::referential::versions::{Version, Versions};
use crate::sittings::standards;
use crate::web::Page;

/// A page of candidates by number, each with their blocks; on the first page, the totals of the cohort. As
/// many statements whatever the cohort.
///
/// # Errors
/// `not_found`; `forbidden` to those who may not know states and ask for one; `invalid` for a block or a state
/// that does not exist.
pub fn board(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    cohort: CohortId,
    query: &BoardQuery,
) -> Result<BoardView, AppError> {
    let who = facts::on_cohort(conn, caller, cohort)?;
    require(Action::ReadCohort, &who)?;
    if query.state.is_some() {
        require(Action::ReadProgress, &who)?;
    }
    let sight = Sight::of(&who);
    let version = standards::of_cohort(conn, versions, cohort)?;
    let wanted = wanted(&version, query)?;
    let limit = query.limit();
    let found = store::board(conn, cohort, wanted, query.after.as_deref(), limit.saturating_add(1))?;
    let Page { items, next } = Page::from_more(found, limit, |one: &Named| one.number.clone());
    let of: Vec<EnrolmentId> = items.iter().map(|one| one.row.enrolment_id).collect();
    let mut blocks: HashMap<EnrolmentId, Vec<BlockSummaryRow>> = HashMap::with_capacity(of.len());
    for row in store::blocks(conn, &of)? {
        if query.block.as_ref().is_none_or(|only| *only == row.block) {
            blocks.entry(row.enrolment_id).or_default().push(row);
        }
    }
    let places = places(&version);
    let line = |one: Named| {
        let mut rows = blocks.remove(&one.row.enrolment_id).unwrap_or_default();
        rows.sort_by_key(|row| places.get(row.block.as_str()).copied());
        let blocks = rows.into_iter().map(|row| BoardBlock::new(row, sight)).collect();
        let named = (one.number.clone(), one.name());
        BoardLine::new(one.row, named, blocks, sight)
    };
    let items = items.into_iter().map(line).collect();
    let totals = match query.after {
        None => Some(totals(conn, cohort, &version, sight)?),
        Some(_) => None,
    };
    Ok(BoardView { items, next, totals })
}

/// How many to load so that a page knows whether it is the last.
pub(super) fn one_more(limit: i64) -> usize {
    usize::try_from(limit.saturating_add(1)).unwrap_or(usize::MAX)
}

fn places(version: &Version) -> HashMap<&str, usize> {
    version.referential.blocks.iter().enumerate().map(|(place, block)| (block.id.as_str(), place)).collect()
}

fn wanted<'a>(version: &Version, query: &'a BoardQuery) -> Result<Wanted<'a>, AppError> {
    let unknown = |field: &str| {
        AppError::invalid((
            "Ce filtre ne correspond à rien dans cette promotion.",
            "This filter matches nothing in this cohort.",
        ))
        .with("faults", vec![serde_json::json!({ "field": field, "code": "unknown" })])
    };
    match (query.block.as_deref(), query.state) {
        (Some(slug), state) if version.has_block(slug) => Ok(Wanted::Block(slug, state)),
        (Some(_), _) => Err(unknown("block")),
        (None, None) => Ok(Wanted::All),
        (None, Some(BlockState::Incomplete)) => Ok(Wanted::File(FileState::Incomplete)),
        (None, Some(BlockState::Complete)) => Ok(Wanted::File(FileState::Complete)),
        (None, Some(BlockState::Decided)) => Ok(Wanted::File(FileState::Decided)),
        // Of a block only.
        (None, Some(BlockState::NotSought | BlockState::Acquired)) => Err(unknown("state")),
    }
}

fn totals(
    conn: &mut AnyConn,
    cohort: CohortId,
    version: &Version,
    sight: Sight,
) -> Result<BoardTotals, AppError> {
    let mut totals = BoardTotals {
        sheets: sight.progress.then(CountView::default),
        states: sight.progress.then(BTreeMap::new),
        proposals: sight.proposals.then(BTreeMap::new),
        decisions: sight.decisions.then(BTreeMap::new),
        ..BoardTotals::default()
    };
    for group in store::file_groups(conn, cohort)? {
        totals.candidates += group.candidates;
        totals.evidence_missing += group.evidence_missing.unwrap_or(0);
        totals.requirements_pending += group.requirements_pending.unwrap_or(0);
        add(&mut totals.sheets, group.sheets_signed, group.sheets_expected);
        tally(&mut totals.states, Some(group.state), group.candidates);
        tally(&mut totals.proposals, Some(group.proposal), group.candidates);
        tally(&mut totals.decisions, group.decision, group.candidates);
    }
    let mut by_block: HashMap<String, BlockTotals> = HashMap::new();
    for group in store::block_groups(conn, cohort)? {
        let of = by_block.entry(group.block.clone()).or_insert_with(|| no_block_yet(sight));
        add_group(of, &group);
    }
    totals.blocks = version
        .referential
        .blocks
        .iter()
        .map(|block| {
            let found = by_block.remove(block.id.as_str()).unwrap_or_else(|| no_block_yet(sight));
            BlockTotals { block: block.id.to_string(), ..found }
        })
        .collect();
    Ok(totals)
}

fn no_block_yet(sight: Sight) -> BlockTotals {
    BlockTotals {
        lines: sight.progress.then(CountView::default),
        sheets: sight.progress.then(CountView::default),
        states: sight.progress.then(BTreeMap::new),
        proposals: sight.proposals.then(BTreeMap::new),
        decisions: sight.decisions.then(BTreeMap::new),
        ..BlockTotals::default()
    }
}

fn add_group(of: &mut BlockTotals, group: &BlockGroup) {
    of.candidates += group.candidates;
    if group.state == BlockState::Acquired {
        of.acquired_before += group.candidates;
    }
    of.evidence_missing += group.evidence_expected.unwrap_or(0) - group.evidence_found.unwrap_or(0);
    add(&mut of.lines, group.lines_scored, group.lines_expected);
    add(&mut of.sheets, group.sheets_signed, group.sheets_expected);
    tally(&mut of.states, Some(group.state), group.candidates);
    tally(&mut of.proposals, Some(group.proposal), group.candidates);
    tally(&mut of.decisions, group.decision, group.candidates);
}

fn add(to: &mut Option<CountView>, done: Option<i64>, expected: Option<i64>) {
    if let Some(count) = to {
        count.done += done.unwrap_or(0);
        count.expected += expected.unwrap_or(0);
    }
}

fn tally<K: Ord>(to: &mut Option<BTreeMap<K, i64>>, key: Option<K>, candidates: i64) {
    if let (Some(counts), Some(key)) = (to.as_mut(), key) {
        *counts.entry(key).or_insert(0) += candidates;
    }
}
