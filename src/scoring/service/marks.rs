//! The marks that count, line by line, for the engine and for the chair's agenda.
//!
//! Only signed sheets whose seat is not recused; for each method the newest sitting in which the candidate
//! was scored; the criteria of an option not chosen are *not applicable* (MODEL §1, §3).

use std::collections::HashMap;

use crate::db::AnyConn;
use crate::error::AppError;
use crate::ids::{EnrolmentId, GridId, LineId, SeatId, SittingId};
use crate::jury::rows::SeatFunction;
use crate::referential::versions::Version;
use crate::scoring::model::{Answer, LineMarks, LineTerms, Mark, SeatMark};
use crate::scoring::rows::{ScoreRow, SettlementRow, SheetState};
use crate::scoring::service::choice::chosen;
use crate::scoring::service::sheet::mark_of;
use crate::scoring::{rules, store};

/// One juror's mark on one line, with the words beside it.
#[derive(Debug, Clone)]
pub struct JurorMark {
    pub seat: SeatId,
    pub function: SeatFunction,
    pub mark: Mark,
    /// Absent where the mark comes from an option that was not chosen.
    pub score: Option<ScoreRow>,
}

/// All that is known of one line of one candidate.
#[derive(Debug, Clone)]
pub struct LineFacts {
    pub line: LineId,
    pub sitting: Option<SittingId>,
    pub marks: Vec<JurorMark>,
    pub expected: usize,
    pub settlement: Option<SettlementRow>,
}

impl LineFacts {
    /// As the engine takes them.
    pub fn for_engine(&self) -> LineMarks {
        let marks = self
            .marks
            .iter()
            .map(|one| SeatMark { mark: one.mark, chair: one.function == SeatFunction::Chair });
        let settlement = self.settlement.as_ref().and_then(|row| mark_of(row.state, row.rank));
        LineMarks::new(marks.collect(), self.expected, settlement)
    }
}

/// For each candidate every line of the version, in its order. A constant number of statements.
///
/// # Errors
/// Those of the database.
pub fn of_enrolments(
    conn: &mut AnyConn,
    version: &Version,
    enrolments: &[EnrolmentId],
) -> Result<HashMap<EnrolmentId, Vec<LineFacts>>, AppError> {
    let known = Known::load(conn, version, enrolments)?;
    Ok(enrolments.iter().map(|id| (*id, known.lines_of(version, *id))).collect())
}

struct Known {
    grids: HashMap<EnrolmentId, Vec<store::MarkRow>>,
    scores: HashMap<(GridId, LineId), ScoreRow>,
    answers: HashMap<GridId, Vec<Answer>>,
    settlements: HashMap<(EnrolmentId, LineId), Vec<SettlementRow>>,
    /// Sheets expected of a candidate in a sitting, and how many of them are signed.
    expected: HashMap<(EnrolmentId, SittingId), usize>,
    unsigned: HashMap<(EnrolmentId, SittingId), bool>,
    quorum: usize,
}

impl Known {
    fn load(conn: &mut AnyConn, version: &Version, of: &[EnrolmentId]) -> Result<Self, AppError> {
        let mut grids: HashMap<EnrolmentId, Vec<store::MarkRow>> = HashMap::new();
        for grid in store::signed_grids(conn, of)? {
            grids.entry(grid.enrolment).or_default().push(grid);
        }
        let mut answers: HashMap<GridId, Vec<Answer>> = HashMap::new();
        for row in store::signed_choices(conn, of)? {
            answers.entry(row.grid_id).or_default().push(chosen(&row)?);
        }
        let mut settlements: HashMap<(EnrolmentId, LineId), Vec<SettlementRow>> = HashMap::new();
        for row in store::settlements(conn, of)? {
            settlements.entry((row.enrolment_id, row.line_id)).or_default().push(row);
        }
        let mut expected = HashMap::new();
        let mut unsigned = HashMap::new();
        for sheet in store::expected_sheets(conn, of)? {
            *expected.entry((sheet.enrolment_id, sheet.sitting_id)).or_insert(0) += 1;
            *unsigned.entry((sheet.enrolment_id, sheet.sitting_id)).or_insert(false) |=
                sheet.state != SheetState::Signed;
        }
        let scores = store::signed_scores(conn, of)?;
        Ok(Self {
            grids,
            scores: scores.into_iter().map(|row| ((row.grid_id, row.line_id), row)).collect(),
            answers,
            settlements,
            expected,
            unsigned,
            quorum: usize::try_from(version.referential.jury.default.members_at_least).unwrap_or(usize::MAX),
        })
    }

    fn lines_of(&self, version: &Version, id: EnrolmentId) -> Vec<LineFacts> {
        let grids = self.grids.get(&id).map_or(&[][..], Vec::as_slice);
        let newest: HashMap<&str, SittingId> =
            grids.iter().rev().map(|grid| (grid.method.as_str(), grid.sitting)).collect();
        version
            .lines
            .iter()
            .map(|line| {
                let sitting = newest.get(line.method.as_str()).copied();
                let marks = grids
                    .iter()
                    .filter(|grid| grid.method == line.method.as_str() && Some(grid.sitting) == sitting)
                    .filter_map(|grid| self.mark(grid, line));
                let settled = self.settlements.get(&(id, line.id)).into_iter().flatten();
                LineFacts {
                    line: line.id,
                    sitting,
                    marks: marks.collect(),
                    expected: self.expected_of(id, sitting),
                    settlement: settled.into_iter().find(|row| Some(row.sitting_id) == sitting).cloned(),
                }
            })
            .collect()
    }

    /// Never fewer than the quorum: what too few signed is not scored.
    fn expected_of(&self, id: EnrolmentId, sitting: Option<SittingId>) -> usize {
        let Some(sitting) = sitting else { return self.quorum };
        let seats = self.expected.get(&(id, sitting)).copied().unwrap_or(0);
        let waiting = usize::from(self.unsigned.get(&(id, sitting)).copied().unwrap_or(false));
        // A signed sheet of a seat closed since then counts beside the open ones, so that one unsigned
        // open seat must still be missed.
        let signed = self.grids.get(&id).map_or(0, |grids| {
            let mut seats: Vec<SeatId> =
                grids.iter().filter(|grid| grid.sitting == sitting).map(|grid| grid.seat).collect();
            seats.sort_unstable();
            seats.dedup();
            seats.len()
        });
        seats.max(signed + waiting).max(self.quorum)
    }

    fn mark(
        &self,
        grid: &store::MarkRow,
        line: &crate::referential::versions::LineInfo,
    ) -> Option<JurorMark> {
        let score = self.scores.get(&(grid.grid, line.id));
        let answers = self.answers.get(&grid.grid).map_or(&[][..], Vec::as_slice);
        let terms =
            LineTerms { optional: line.optional, applies: rules::applies(line.when.as_ref(), answers) };
        let written = score.and_then(|row| mark_of(row.state, row.rank));
        let mark = rules::effective_mark(terms, written)?;
        Some(JurorMark {
            seat: grid.seat,
            function: grid.function,
            mark,
            score: if written == Some(mark) { score.cloned() } else { None },
        })
    }
}
