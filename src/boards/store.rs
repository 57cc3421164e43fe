//! Rows and queries of the summaries, and of what they sum up.

use diesel::dsl::{count_star, exists, not, sum};
use diesel::prelude::*;

use super::rows::{BlockState, BlockSummaryRow, EnrolmentSummaryRow, FileState, ShownProposal};
use crate::access::rows::{AccountState, Locale};
use crate::candidates::rows::{EnrolmentRow, RequirementStatus};
use crate::db::conn::MultiBackend;
use crate::db::schema::{
    account, block_summary, candidate, centre, cohort, decision, deliberation, enrolment, enrolment_summary,
    evidence, evidence_link, grid, recusal, requirement_state, score, seat, sheet, sitting, sitting_change,
    slot,
};
use crate::db::{AnyConn, At, for_update};
use crate::deliberation::rows::DecisionOutcome;
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, GridId, LineId, SeatId, SheetId, SittingId};
use crate::scoring::rows::SheetState;
use crate::sittings::rows::{Attendance, ChangeKind};
use crate::sittings::store::display_name;

/// Somebody enrolled, with the calendar of their centre.
#[derive(Debug, Clone, Queryable)]
pub struct Enrolled {
    pub row: EnrolmentRow,
    pub timezone: String,
}

/// In the order of the ids.
pub fn enrolled(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<Enrolled>, AppError> {
    Ok(enrolment::table
        .inner_join(cohort::table.inner_join(centre::table))
        .filter(enrolment::id.eq_any(of))
        .order(enrolment::id.asc())
        .select((EnrolmentRow::as_select(), centre::timezone))
        .load(conn)?)
}

/// A grid of a sheet that is expected of a juror: an open seat that is not recused, a candidate who was not
/// away. The same sheets as those that veil a candidate (`access::facts::unveiled`).
#[derive(Debug, Clone, Queryable)]
pub struct ExpectedGrid {
    pub enrolment: EnrolmentId,
    pub sheet: SheetId,
    pub state: SheetState,
    pub grid: GridId,
    pub method: String,
}

pub fn expected_grids(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<ExpectedGrid>, AppError> {
    let away = slot::table
        .filter(slot::sitting_id.eq(sheet::sitting_id))
        .filter(slot::enrolment_id.eq(sheet::enrolment_id))
        .filter(slot::attendance.eq_any([Attendance::Absent, Attendance::Excused]));
    let recused = recusal::table
        .filter(recusal::seat_id.eq(sheet::seat_id))
        .filter(recusal::enrolment_id.eq(sheet::enrolment_id));
    let ended = sitting_change::table
        .filter(sitting_change::sitting_id.eq(sheet::sitting_id))
        .filter(sitting_change::kind.ne(ChangeKind::Moved));
    Ok(grid::table
        .inner_join(sheet::table.inner_join(seat::table))
        .filter(sheet::enrolment_id.eq_any(of))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(away)))
        .filter(not(exists(recused)))
        .filter(not(exists(ended)))
        .select((sheet::enrolment_id, sheet::id, sheet::state, grid::id, grid::method))
        .load(conn)?)
}

/// How many lines are written on each grid of the sheets that are not signed.
pub fn written_lines(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<(GridId, i64)>, AppError> {
    Ok(score::table
        .inner_join(grid::table.inner_join(sheet::table))
        .filter(sheet::enrolment_id.eq_any(of))
        .filter(sheet::state.eq(SheetState::Open))
        .group_by(score::grid_id)
        .select((score::grid_id, count_star()))
        .load(conn)?)
}

pub fn pieces(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<(EnrolmentId, i64)>, AppError> {
    Ok(evidence::table
        .filter(evidence::enrolment_id.eq_any(of))
        .group_by(evidence::enrolment_id)
        .select((evidence::enrolment_id, count_star()))
        .load(conn)?)
}

/// The lines for which something is filed.
pub fn linked_lines(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<(EnrolmentId, LineId)>, AppError> {
    Ok(evidence_link::table
        .inner_join(evidence::table)
        .filter(evidence::enrolment_id.eq_any(of))
        .select((evidence::enrolment_id, evidence_link::line_id))
        .distinct()
        .load(conn)?)
}

/// A decision that stands, and how far its deliberation has come.
#[derive(Debug, Clone, Queryable)]
pub struct Standing {
    pub enrolment: EnrolmentId,
    /// Empty for the certification.
    pub block: String,
    pub outcome: DecisionOutcome,
    pub decided_at: At,
    pub closed_at: Option<At>,
    pub published_at: Option<At>,
}

pub fn standing_decisions(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<Standing>, AppError> {
    Ok(decision::table
        .inner_join(deliberation::table)
        .filter(decision::enrolment_id.eq_any(of))
        .filter(decision::ended_at.is_null())
        .select((
            decision::enrolment_id,
            decision::block,
            decision::outcome,
            decision::decided_at,
            deliberation::closed_at,
            deliberation::published_at,
        ))
        .load(conn)?)
}

pub fn blocks(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<BlockSummaryRow>, AppError> {
    let query = block_summary::table
        .filter(block_summary::enrolment_id.eq_any(of))
        .order((block_summary::enrolment_id.asc(), block_summary::block.asc()));
    Ok(crate::each!(conn, c => query.select(BlockSummaryRow::as_select()).load(c))?)
}

/// The same, held alone until the end of the transaction: two acts on one candidate count one after the other.
pub fn hold_blocks(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<BlockSummaryRow>, AppError> {
    let query = block_summary::table
        .filter(block_summary::enrolment_id.eq_any(of))
        .order((block_summary::enrolment_id.asc(), block_summary::block.asc()))
        .select(BlockSummaryRow::as_select());
    Ok(for_update(query).load(conn)?)
}

pub fn enrolments(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<EnrolmentSummaryRow>, AppError> {
    Ok(enrolment_summary::table
        .filter(enrolment_summary::enrolment_id.eq_any(of))
        .order(enrolment_summary::enrolment_id.asc())
        .select(EnrolmentSummaryRow::as_select())
        .load(conn)?)
}

/// Which candidates of a cohort a page of its board shows.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    All,
    File(FileState),
    /// Who seek this block or have it, in this state if one is told.
    Block(&'a str, Option<BlockState>),
}

/// A candidate's counts with the words that name them.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    pub row: EnrolmentSummaryRow,
    pub number: String,
    pub first_names: String,
    pub usage_name: Option<String>,
    pub birth_name: String,
}

impl Named {
    pub fn name(&self) -> String {
        display_name(&self.first_names, self.usage_name.as_deref(), &self.birth_name)
    }
}

/// By number.
pub fn board(
    conn: &mut AnyConn,
    of: CohortId,
    wanted: Wanted<'_>,
    after: Option<&str>,
    count: i64,
) -> Result<Vec<Named>, AppError> {
    let mut query = enrolment::table
        .inner_join(enrolment_summary::table)
        .inner_join(candidate::table)
        .filter(enrolment::cohort_id.eq(of))
        .order(enrolment::number.asc())
        .limit(count)
        .select((
            EnrolmentSummaryRow::as_select(),
            enrolment::number,
            candidate::first_names,
            candidate::usage_name,
            candidate::birth_name,
        ))
        .into_boxed::<MultiBackend>();
    if let Some(number) = after {
        query = query.filter(enrolment::number.gt(number));
    }
    let of_block = |slug| {
        block_summary::table
            .filter(block_summary::enrolment_id.eq(enrolment::id))
            .filter(block_summary::block.eq(slug))
    };
    match wanted {
        Wanted::All => {}
        Wanted::File(state) => query = query.filter(enrolment_summary::state.eq(state)),
        Wanted::Block(slug, Some(state)) => {
            query = query.filter(exists(of_block(slug).filter(block_summary::state.eq(state))));
        }
        Wanted::Block(slug, None) => {
            let concerned = of_block(slug).filter(block_summary::state.ne(BlockState::NotSought));
            query = query.filter(exists(concerned));
        }
    }
    Ok(query.load(conn)?)
}

/// Candidates of a cohort who stand alike in one block, and what they amount to together.
#[derive(Debug, Clone, Queryable)]
pub struct BlockGroup {
    pub block: String,
    pub state: BlockState,
    pub proposal: ShownProposal,
    pub decision: Option<DecisionOutcome>,
    pub candidates: i64,
    pub lines_expected: Option<i64>,
    pub lines_scored: Option<i64>,
    pub sheets_expected: Option<i64>,
    pub sheets_signed: Option<i64>,
    pub evidence_expected: Option<i64>,
    pub evidence_found: Option<i64>,
}

pub fn block_groups(conn: &mut AnyConn, of: CohortId) -> Result<Vec<BlockGroup>, AppError> {
    let query = block_summary::table
        .filter(block_summary::cohort_id.eq(of))
        .filter(block_summary::state.ne(BlockState::NotSought))
        .group_by((
            block_summary::block,
            block_summary::state,
            block_summary::proposal,
            block_summary::decision,
        ))
        .select((
            block_summary::block,
            block_summary::state,
            block_summary::proposal,
            block_summary::decision,
            count_star(),
            sum(block_summary::lines_expected),
            sum(block_summary::lines_scored),
            sum(block_summary::sheets_expected),
            sum(block_summary::sheets_signed),
            sum(block_summary::evidence_expected),
            sum(block_summary::evidence_found),
        ));
    Ok(crate::each!(conn, c => query.load(c))?)
}

/// Candidates of a cohort whose files stand alike.
#[derive(Debug, Clone, Queryable)]
pub struct FileGroup {
    pub state: FileState,
    pub proposal: ShownProposal,
    pub decision: Option<DecisionOutcome>,
    pub candidates: i64,
    pub sheets_expected: Option<i64>,
    pub sheets_signed: Option<i64>,
    pub evidence_missing: Option<i64>,
    pub requirements_pending: Option<i64>,
}

pub fn file_groups(conn: &mut AnyConn, of: CohortId) -> Result<Vec<FileGroup>, AppError> {
    let query = enrolment_summary::table
        .filter(enrolment_summary::cohort_id.eq(of))
        .group_by((enrolment_summary::state, enrolment_summary::proposal, enrolment_summary::decision))
        .select((
            enrolment_summary::state,
            enrolment_summary::proposal,
            enrolment_summary::decision,
            count_star(),
            sum(enrolment_summary::sheets_expected),
            sum(enrolment_summary::sheets_signed),
            sum(enrolment_summary::evidence_missing),
            sum(enrolment_summary::requirements_pending),
        ));
    Ok(crate::each!(conn, c => query.load(c))?)
}

/// A candidate who may lack something, and where to reach them.
#[derive(Debug, Clone, Queryable)]
pub struct Lacking {
    pub enrolment: EnrolmentId,
    pub number: String,
    pub first_names: String,
    pub usage_name: Option<String>,
    pub birth_name: String,
    pub birth_date: Option<String>,
    pub birth_place: Option<String>,
    pub email: String,
    pub account: Option<AccountId>,
    /// Of the account.
    pub locale: Option<Locale>,
}

impl Lacking {
    pub fn name(&self) -> String {
        display_name(&self.first_names, self.usage_name.as_deref(), &self.birth_name)
    }
}

/// Candidates of a cohort whose identity, evidence or requirements want something, or, where told so, whose
/// jurors have not all signed. By number.
pub fn lacking(
    conn: &mut AnyConn,
    of: CohortId,
    or_unsigned: bool,
    after: Option<&str>,
    count: i64,
) -> Result<Vec<Lacking>, AppError> {
    let blank = |text: &'static str| Some(text.to_owned());
    let wants = enrolment_summary::evidence_missing
        .gt(0)
        .or(enrolment_summary::requirements_pending.gt(0))
        .or(candidate::birth_date.is_null())
        .or(candidate::birth_place.is_null())
        .or(candidate::birth_place.eq(blank("")));
    let mut query = enrolment::table
        .inner_join(enrolment_summary::table)
        .inner_join(candidate::table.left_join(account::table))
        .filter(enrolment::cohort_id.eq(of))
        .order(enrolment::number.asc())
        .limit(count)
        .select((
            enrolment::id,
            enrolment::number,
            candidate::first_names,
            candidate::usage_name,
            candidate::birth_name,
            candidate::birth_date,
            candidate::birth_place,
            candidate::email,
            candidate::account_id,
            account::locale.nullable(),
        ))
        .into_boxed::<MultiBackend>();
    query = if or_unsigned {
        let unsigned = enrolment_summary::sheets_signed.lt(enrolment_summary::sheets_expected);
        query.filter(wants.or(unsigned).assume_not_null())
    } else {
        query.filter(wants.assume_not_null())
    };
    if let Some(number) = after {
        query = query.filter(enrolment::number.gt(number));
    }
    Ok(query.load(conn)?)
}

/// Requirements that nobody has settled yet.
pub fn pending(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<(EnrolmentId, String)>, AppError> {
    Ok(requirement_state::table
        .filter(requirement_state::enrolment_id.eq_any(of))
        .filter(requirement_state::state.eq(RequirementStatus::Pending))
        .select((requirement_state::enrolment_id, requirement_state::requirement))
        .load(conn)?)
}

/// A sheet that is expected of a juror and not signed.
#[derive(Debug, Clone, Queryable)]
pub struct Unsigned {
    pub enrolment: EnrolmentId,
    pub sheet: SheetId,
    pub seat: SeatId,
    pub sitting: SittingId,
    pub title: String,
    pub starts_at: At,
    pub account: AccountId,
    pub juror: String,
    pub email: String,
    pub locale: Locale,
    pub account_state: AccountState,
}

/// In the order of the sittings, of the seats, of the candidates.
pub fn unsigned(conn: &mut AnyConn, of: UnsignedOf<'_>) -> Result<Vec<Unsigned>, AppError> {
    let away = slot::table
        .filter(slot::sitting_id.eq(sheet::sitting_id))
        .filter(slot::enrolment_id.eq(sheet::enrolment_id))
        .filter(slot::attendance.eq_any([Attendance::Absent, Attendance::Excused]));
    let recused = recusal::table
        .filter(recusal::seat_id.eq(sheet::seat_id))
        .filter(recusal::enrolment_id.eq(sheet::enrolment_id));
    let mut query = sheet::table
        .inner_join(seat::table.inner_join(account::table))
        .inner_join(sitting::table)
        .filter(sheet::state.eq(SheetState::Open))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(away)))
        .filter(not(exists(recused)))
        .order((sitting::starts_at.asc(), sitting::id.asc(), seat::id.asc(), sheet::id.asc()))
        .select((
            sheet::enrolment_id,
            sheet::id,
            seat::id,
            sitting::id,
            sitting::title,
            sitting::starts_at,
            account::id,
            account::display_name,
            account::email,
            account::locale,
            account::state,
        ))
        .into_boxed::<MultiBackend>();
    query = match of {
        UnsignedOf::Candidates(of) => query.filter(sheet::enrolment_id.eq_any(of)),
        UnsignedOf::Begun(cohort, at) => {
            query.filter(sitting::cohort_id.eq(cohort)).filter(sitting::starts_at.le(at))
        }
    };
    Ok(query.load(conn)?)
}

#[derive(Debug, Clone, Copy)]
pub enum UnsignedOf<'a> {
    Candidates(&'a [EnrolmentId]),
    /// In sittings of this cohort that have begun.
    Begun(CohortId, At),
}

/// How candidates are called day by day, with their numbers.
pub fn names(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<(EnrolmentId, String, String)>, AppError> {
    let rows: Vec<(EnrolmentId, String, String, Option<String>, String)> = enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::id.eq_any(of))
        .select((
            enrolment::id,
            enrolment::number,
            candidate::first_names,
            candidate::usage_name,
            candidate::birth_name,
        ))
        .load(conn)?;
    let name = |(id, number, first, usage, birth): (_, _, String, Option<String>, String)| {
        (id, number, display_name(&first, usage.as_deref(), &birth))
    };
    Ok(rows.into_iter().map(name).collect())
}
