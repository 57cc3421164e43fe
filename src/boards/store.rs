//! Rows and queries of the summaries, and of what they sum up.

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

use super::rows::{BlockSummaryRow, EnrolmentSummaryRow};
use crate::candidates::rows::EnrolmentRow;
use crate::db::schema::{
    block_summary, centre, cohort, decision, deliberation, enrolment, enrolment_summary, evidence,
    evidence_link, grid, recusal, score, seat, sheet, slot,
};
use crate::db::{AnyConn, At, for_update};
use crate::deliberation::rows::DecisionOutcome;
use crate::error::AppError;
use crate::ids::{EnrolmentId, GridId, LineId, SheetId};
use crate::scoring::rows::SheetState;
use crate::sittings::rows::Attendance;

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
    Ok(grid::table
        .inner_join(sheet::table.inner_join(seat::table))
        .filter(sheet::enrolment_id.eq_any(of))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(away)))
        .filter(not(exists(recused)))
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
