//! Rows and queries of sheets, grids and scores.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Binary, Integer, Nullable, Text};

use super::rows::{
    GridChoiceRow, GridRow, LateScoreRow, ScoreRow, ScoreVersionRow, SettlementRow, SheetRow,
    SheetSignatureRow, SheetState,
};
use crate::access::rows::AccountState;
use crate::db::conn::MultiBackend;
use crate::db::schema::{
    account, enrolment, grid, grid_choice, late_score, login, recusal, score, score_version, seat,
    settlement, sheet, sheet_signature, sitting_change, slot,
};
use crate::db::types::sql::{Stamp, Uid};
use crate::db::{AnyConn, At, Each, holding_sheet, sharing_sheet};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, GridId, LineId, LoginId, SeatId, SheetId, SittingId, VersionId};
use crate::jury::rows::{RecusalKind, SeatFunction};
use crate::sittings::rows::{Attendance, ChangeKind};

/// What a save must know, read in one statement under a lock that keeps it true until the commit.
#[derive(Debug, Clone, Queryable)]
pub struct SaveFacts {
    pub sheet: SheetId,
    pub sheet_state: SheetState,
    pub method: String,
    pub enrolment: EnrolmentId,
    pub version: VersionId,
    pub juror: AccountId,
    pub function: SeatFunction,
    pub seat_closed_at: Option<At>,
    pub recused_at: Option<At>,
    pub attendance: Attendance,
    /// The version by which the sitting was cancelled.
    pub ended: Option<i32>,
}

// `NOT kind = ?`, for `kind <> ?` is the condition of a partial index: SQLite then looks at the value bound to
// know whether the index will do, and compiles the statement anew at each use.
macro_rules! facts_of {
    ($grid:expr) => {
        grid::table
            .inner_join(sheet::table.inner_join(seat::table).inner_join(enrolment::table))
            .inner_join(
                slot::table.on(slot::sitting_id
                    .eq(sheet::sitting_id)
                    .and(slot::enrolment_id.eq(sheet::enrolment_id))),
            )
            .left_join(
                recusal::table
                    .on(recusal::seat_id.eq(seat::id).and(recusal::enrolment_id.eq(sheet::enrolment_id))),
            )
            .left_join(
                sitting_change::table.on(sitting_change::sitting_id
                    .eq(sheet::sitting_id)
                    .and(not(sitting_change::kind.eq(ChangeKind::Moved)))),
            )
            .filter(grid::id.eq($grid))
            .select((
                sheet::id,
                sheet::state,
                grid::method,
                sheet::enrolment_id,
                enrolment::version_id,
                seat::account_id,
                seat::function,
                seat::closed_at,
                recusal::recorded_at.nullable(),
                slot::attendance,
                sitting_change::version.nullable(),
            ))
    };
}

/// # Errors
/// `not_found` when there is no such grid.
pub fn save_facts(conn: &mut AnyConn, id: GridId) -> Result<SaveFacts, AppError> {
    let query = facts_of!(id);
    Ok(crate::each!(conn, c => sharing_sheet(query).get_result(c))?)
}

/// The same in one statement with the look at the login: nothing unless it is that of the juror of the grid
/// and still holds.
///
/// # Errors
/// Those of the database.
pub fn own_save_facts(
    conn: &mut AnyConn,
    id: GridId,
    (of, at): (LoginId, At),
) -> Result<Option<SaveFacts>, AppError> {
    let query = facts_of!(id)
        .inner_join(login::table.on(login::account_id.eq(seat::account_id)))
        .inner_join(account::table.on(account::id.eq(seat::account_id)))
        .filter(login::id.eq(of))
        .filter(login::ended_at.is_null())
        .filter(login::expires_at.gt(at))
        .filter(account::state.eq(AccountState::Active));
    Ok(crate::each!(conn, c => sharing_sheet(query).get_result(c).optional())?)
}

/// Writes many scores of one grid in one statement; those whose present version is not the one before are
/// left alone. Gives the number written.
///
/// # Errors
/// Those of the database.
pub fn write_scores(conn: &mut AnyConn, rows: &[ScoreRow]) -> Result<usize, AppError> {
    Ok(Upsert(rows).execute(conn)?)
}

/// Several rows at once with `ON CONFLICT`: valid on both engines, refused by diesel's types for SQLite.
struct Upsert<'a>(&'a [ScoreRow]);

impl diesel::query_builder::QueryId for Upsert<'_> {
    type QueryId = ();
    // The text changes with the number of rows.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<MultiBackend> for Upsert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO score (grid_id, line_id, salt, state, rank, reason, comment, version, updated_by, updated_at) VALUES ",
        );
        for (index, row) in self.0.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_bind_param::<Uid, _>(&row.grid_id)?;
            out.push_sql(", ");
            out.push_bind_param::<Uid, _>(&row.line_id)?;
            out.push_sql(", ");
            out.push_bind_param::<Binary, _>(&row.salt.0)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(row.state.as_str())?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Integer>, _>(&row.rank)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(&row.reason)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(&row.comment)?;
            out.push_sql(", ");
            out.push_bind_param::<Integer, _>(&row.version)?;
            out.push_sql(", ");
            out.push_bind_param::<Uid, _>(&row.updated_by)?;
            out.push_sql(", ");
            out.push_bind_param::<Stamp, _>(&row.updated_at)?;
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (grid_id, line_id) DO UPDATE SET salt = excluded.salt, state = excluded.state, \
             rank = excluded.rank, reason = excluded.reason, comment = excluded.comment, version = excluded.version, \
             updated_by = excluded.updated_by, updated_at = excluded.updated_at \
             WHERE score.version = excluded.version - 1",
        );
        Ok(())
    }
}

impl diesel::query_dsl::RunQueryDsl<AnyConn> for Upsert<'_> {}

/// # Errors
/// Those of the database.
pub fn insert_versions(conn: &mut AnyConn, rows: &[ScoreVersionRow]) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(score_version::table).values(rows).execute(c))?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn score(conn: &mut AnyConn, of: GridId, line: LineId) -> Result<Option<ScoreRow>, AppError> {
    Ok(score::table.find((of, line)).select(ScoreRow::as_select()).first(conn).optional()?)
}

/// # Errors
/// Those of the database.
pub fn insert_late(conn: &mut AnyConn, row: &LateScoreRow) -> Result<(), AppError> {
    diesel::insert_into(late_score::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// A sheet, held alone until the end of the transaction.
///
/// # Errors
/// `not_found` when there is no such sheet.
pub fn hold_sheet(conn: &mut AnyConn, id: SheetId) -> Result<SheetRow, AppError> {
    Ok(holding_sheet(sheet::table.filter(sheet::id.eq(id)).select(SheetRow::as_select())).get_result(conn)?)
}

/// # Errors
/// `not_found` when there is no such sheet.
pub fn sheet(conn: &mut AnyConn, id: SheetId) -> Result<SheetRow, AppError> {
    Ok(sheet::table.find(id).select(SheetRow::as_select()).first(conn)?)
}

/// # Errors
/// Those of the database.
pub fn update_sheet(conn: &mut AnyConn, row: &SheetRow) -> Result<(), AppError> {
    diesel::update(sheet::table.find(row.id))
        .set((sheet::state.eq(row.state), sheet::version.eq(row.version)))
        .execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn grids(conn: &mut AnyConn, of: SheetId) -> Result<Vec<GridRow>, AppError> {
    Ok(grid::table
        .filter(grid::sheet_id.eq(of))
        .order(grid::id.asc())
        .select(GridRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn scores_of_sheet(conn: &mut AnyConn, of: SheetId) -> Result<Vec<ScoreRow>, AppError> {
    Ok(score::table
        .inner_join(grid::table)
        .filter(grid::sheet_id.eq(of))
        .select(ScoreRow::as_select())
        .order((score::grid_id.asc(), score::line_id.asc()))
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn choices_of_sheet(conn: &mut AnyConn, of: SheetId) -> Result<Vec<GridChoiceRow>, AppError> {
    Ok(grid_choice::table
        .inner_join(grid::table)
        .filter(grid::sheet_id.eq(of))
        .select(GridChoiceRow::as_select())
        .order((grid_choice::grid_id.asc(), grid_choice::choice.asc()))
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn late_of_sheet(conn: &mut AnyConn, of: SheetId) -> Result<Vec<LateScoreRow>, AppError> {
    Ok(late_score::table
        .inner_join(grid::table)
        .filter(grid::sheet_id.eq(of))
        .select(LateScoreRow::as_select())
        .order(late_score::id.asc())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn choice(conn: &mut AnyConn, of: GridId, choice: &str) -> Result<Option<GridChoiceRow>, AppError> {
    Ok(grid_choice::table.find((of, choice)).select(GridChoiceRow::as_select()).first(conn).optional()?)
}

/// Writes an answer over the version seen (0: none). False when it is not that one any more.
///
/// # Errors
/// Those of the database.
pub fn write_choice(conn: &mut AnyConn, row: &GridChoiceRow, seen: i32) -> Result<bool, AppError> {
    let written = if seen == 0 {
        Each(diesel::insert_into(grid_choice::table).values(row).on_conflict_do_nothing()).execute(conn)?
    } else {
        diesel::update(grid_choice::table.find((row.grid_id, &row.choice)))
            .filter(grid_choice::version.eq(seen))
            .set((
                grid_choice::options.eq(&row.options),
                grid_choice::version.eq(row.version),
                grid_choice::chosen_by.eq(row.chosen_by),
                grid_choice::chosen_at.eq(row.chosen_at),
            ))
            .execute(conn)?
    };
    Ok(written == 1)
}

/// # Errors
/// Those of the database.
pub fn insert_signature(conn: &mut AnyConn, row: &SheetSignatureRow) -> Result<(), AppError> {
    diesel::insert_into(sheet_signature::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// The signature that stands, if the sheet is signed.
///
/// # Errors
/// Those of the database.
pub fn standing_signature(conn: &mut AnyConn, of: SheetId) -> Result<Option<SheetSignatureRow>, AppError> {
    Ok(sheet_signature::table
        .filter(sheet_signature::sheet_id.eq(of))
        .filter(sheet_signature::reopened_at.is_null())
        .select(SheetSignatureRow::as_select())
        .first(conn)
        .optional()?)
}

/// # Errors
/// Those of the database.
pub fn update_signature(conn: &mut AnyConn, row: &SheetSignatureRow) -> Result<(), AppError> {
    diesel::update(sheet_signature::table.find(row.id))
        .set((
            sheet_signature::reopened_by.eq(row.reopened_by),
            sheet_signature::reopened_at.eq(row.reopened_at),
            sheet_signature::reopened_reason.eq(&row.reopened_reason),
        ))
        .execute(conn)?;
    Ok(())
}

/// One mark of a signed sheet that counts, with whose it is.
#[derive(Debug, Clone, Queryable)]
pub struct MarkRow {
    pub enrolment: EnrolmentId,
    pub sitting: SittingId,
    pub sitting_starts: At,
    pub seat: SeatId,
    pub function: SeatFunction,
    pub grid: GridId,
    pub method: String,
}

/// The grids of signed, unrecused sheets of some candidates, newest sitting first.
///
/// # Errors
/// Those of the database.
pub fn signed_grids(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<MarkRow>, AppError> {
    use crate::db::schema::sitting;
    Ok(grid::table
        .inner_join(sheet::table.inner_join(seat::table).inner_join(sitting::table))
        .left_join(
            recusal::table
                .on(recusal::seat_id.eq(seat::id).and(recusal::enrolment_id.eq(sheet::enrolment_id))),
        )
        .filter(sheet::enrolment_id.eq_any(of.iter().copied()))
        .filter(sheet::state.eq(SheetState::Signed))
        .filter(recusal::recorded_at.is_null())
        .order((sitting::starts_at.desc(), sitting::id.desc(), seat::id.asc()))
        .select((
            sheet::enrolment_id,
            sheet::sitting_id,
            sitting::starts_at,
            seat::id,
            seat::function,
            grid::id,
            grid::method,
        ))
        .load(conn)?)
}

/// Scores of the signed sheets of some candidates.
///
/// # Errors
/// Those of the database.
pub fn signed_scores(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<ScoreRow>, AppError> {
    Ok(score::table
        .inner_join(grid::table.inner_join(sheet::table))
        .filter(sheet::enrolment_id.eq_any(of.iter().copied()))
        .filter(sheet::state.eq(SheetState::Signed))
        .select(ScoreRow::as_select())
        .load(conn)?)
}

/// Answers to the printed alternatives on the signed sheets of some candidates.
///
/// # Errors
/// Those of the database.
pub fn signed_choices(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<GridChoiceRow>, AppError> {
    Ok(grid_choice::table
        .inner_join(grid::table.inner_join(sheet::table))
        .filter(sheet::enrolment_id.eq_any(of.iter().copied()))
        .filter(sheet::state.eq(SheetState::Signed))
        .select(GridChoiceRow::as_select())
        .load(conn)?)
}

/// Settlements that stand, of some candidates; not those of a chair whose tie to the candidate was found
/// since.
///
/// # Errors
/// Those of the database.
pub fn settlements(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<SettlementRow>, AppError> {
    let tied = recusal::table
        .filter(recusal::seat_id.eq(settlement::seat_id))
        .filter(recusal::enrolment_id.eq(settlement::enrolment_id))
        .filter(recusal::kind.eq(RecusalKind::Tie));
    Ok(settlement::table
        .filter(settlement::enrolment_id.eq_any(of.iter().copied()))
        .filter(settlement::replaced_at.is_null())
        .filter(not(exists(tied)))
        .select(SettlementRow::as_select())
        .load(conn)?)
}

/// Sheets that are expected of some candidates: of open seats that are not recused, where the candidate was
/// not away. Signed or not.
///
/// # Errors
/// Those of the database.
pub fn expected_sheets(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Vec<SheetRow>, AppError> {
    let away = slot::table
        .filter(slot::sitting_id.eq(sheet::sitting_id))
        .filter(slot::enrolment_id.eq(sheet::enrolment_id))
        .filter(slot::attendance.eq_any([Attendance::Absent, Attendance::Excused]));
    Ok(sheet::table
        .inner_join(seat::table)
        .left_join(
            recusal::table
                .on(recusal::seat_id.eq(seat::id).and(recusal::enrolment_id.eq(sheet::enrolment_id))),
        )
        .filter(sheet::enrolment_id.eq_any(of.iter().copied()))
        .filter(seat::closed_at.is_null())
        .filter(recusal::recorded_at.is_null())
        .filter(not(exists(away)))
        .filter(not(exists(
            sitting_change::table
                .filter(sitting_change::sitting_id.eq(sheet::sitting_id))
                .filter(sitting_change::kind.ne(ChangeKind::Moved)),
        )))
        .select(SheetRow::as_select())
        .load(conn)?)
}

/// Closes the settlement that stands on a line, if any.
///
/// # Errors
/// Those of the database.
pub fn replace_settlement(
    conn: &mut AnyConn,
    sitting: SittingId,
    of: EnrolmentId,
    line: LineId,
    at: At,
) -> Result<Option<SettlementRow>, AppError> {
    let old: Option<SettlementRow> = settlement::table
        .filter(settlement::sitting_id.eq(sitting))
        .filter(settlement::enrolment_id.eq(of))
        .filter(settlement::line_id.eq(line))
        .filter(settlement::replaced_at.is_null())
        .select(SettlementRow::as_select())
        .first(conn)
        .optional()?;
    let Some(mut old) = old else { return Ok(None) };
    old.replaced_at = Some(at);
    diesel::update(settlement::table.find(old.id)).set(settlement::replaced_at.eq(Some(at))).execute(conn)?;
    Ok(Some(old))
}

/// # Errors
/// Those of the database.
pub fn insert_settlement(conn: &mut AnyConn, row: &SettlementRow) -> Result<(), AppError> {
    diesel::insert_into(settlement::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn choices_of_grid(conn: &mut AnyConn, of: GridId) -> Result<Vec<GridChoiceRow>, AppError> {
    Ok(grid_choice::table
        .filter(grid_choice::grid_id.eq(of))
        .select(GridChoiceRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn scores_of_grid(conn: &mut AnyConn, of: GridId) -> Result<Vec<ScoreRow>, AppError> {
    Ok(score::table.filter(score::grid_id.eq(of)).select(ScoreRow::as_select()).load(conn)?)
}

/// Whether a decision that stands was taken on one of these blocks, or on the certification, since a sitting was
/// opened: an earlier one knows nothing of it, as before a resit.
///
/// # Errors
/// Those of the database.
pub fn is_decided(
    conn: &mut AnyConn,
    of: EnrolmentId,
    blocks: &[String],
    sat: SittingId,
) -> Result<bool, AppError> {
    use crate::db::schema::{decision, sitting};
    let opened: Option<At> = sitting::table.find(sat).select(sitting::opened_at).first(conn)?;
    let Some(opened) = opened else { return Ok(false) };
    let on = blocks.iter().map(String::as_str).chain(std::iter::once(""));
    Ok(diesel::select(exists(
        decision::table
            .filter(decision::enrolment_id.eq(of))
            .filter(decision::ended_at.is_null())
            .filter(decision::decided_at.ge(opened))
            .filter(decision::block.eq_any(on)),
    ))
    .get_result(conn)?)
}
