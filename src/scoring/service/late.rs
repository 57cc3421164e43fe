//! Scores that arrived after the signature: shown, never counted by themselves. The chair accepts one by an
//! act, which reopens the sheet for its juror to write it again; or dismisses it, with a reason (MODEL §3).

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::signing::{ReopeningBody, reopen};
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::{account, grid, late_score, late_score_answer, line, seat, sheet};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, GridId, JuryId, LateScoreId, SheetId};
use crate::journal::{Act, record};
use crate::referential::versions::Versions;
use crate::scoring::rows::{LateOutcome, LateScoreAnswerRow, LateScoreRow};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LateScoreView {
    pub id: LateScoreId,
    pub sheet: SheetId,
    pub grid: GridId,
    pub enrolment: EnrolmentId,
    pub juror: String,
    pub criterion: String,
    /// As it was sent; kept back from everybody but its author until every juror has signed.
    #[schema(value_type = Option<Object>)]
    pub score: Option<serde_json::Value>,
    pub received_at: At,
    pub answer: Option<LateAnswerView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LateAnswerView {
    pub outcome: LateOutcome,
    pub reason: String,
    pub answered_at: At,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LateAnswerBody {
    /// `accepted` reopens the sheet; `dismissed` leaves it as it was signed.
    pub outcome: LateOutcome,
    #[validate(length(min = 3, max = 1000))]
    #[schema(min_length = 3, max_length = 1000)]
    pub reason: String,
}

type Found = (LateScoreRow, SheetId, EnrolmentId, AccountId, String, String, Option<LateScoreAnswerRow>);

/// The late scores of a jury, oldest first.
///
/// # Errors
/// `not_found` to whoever has nothing to do with the jury.
pub fn list(conn: &mut AnyConn, caller: &Caller, id: JuryId) -> Result<Vec<LateScoreView>, AppError> {
    let who = facts::on_jury(conn, caller, id)?;
    require(Action::ReadLateScores, &who)?;
    let rows: Vec<Found> = late_score::table
        .inner_join(grid::table.inner_join(sheet::table.inner_join(seat::table.inner_join(account::table))))
        .inner_join(line::table)
        .left_join(late_score_answer::table)
        .filter(seat::jury_id.eq(id))
        .order(late_score::id.asc())
        .select((
            LateScoreRow::as_select(),
            sheet::id,
            sheet::enrolment_id,
            account::id,
            account::display_name,
            line::slug,
            Option::<LateScoreAnswerRow>::as_select(),
        ))
        .load(conn)?;
    let mut of: Vec<EnrolmentId> = rows.iter().map(|row| row.2).collect();
    of.sort_unstable();
    of.dedup();
    let veiled: Vec<EnrolmentId> = crate::scoring::store::expected_sheets(conn, &of)?
        .into_iter()
        .filter(|sheet| sheet.state != crate::scoring::rows::SheetState::Signed)
        .map(|sheet| sheet.enrolment_id)
        .collect();
    let recused = facts::recused_for(conn, caller, id)?;
    let governs = who.administrator || who.manages || who.auditor;
    let shown = rows.into_iter().filter(|row| governs || !recused.contains(&row.2)).map(|row| {
        let (late, sheet, enrolment, account, juror, criterion, answer) = row;
        let seen = account == caller.account || !veiled.contains(&enrolment);
        LateScoreView {
            id: late.id,
            sheet,
            grid: late.grid_id,
            enrolment,
            juror,
            criterion,
            score: seen.then(|| content(late.body)),
            received_at: late.received_at,
            answer: answer.map(|row| LateAnswerView {
                outcome: row.outcome,
                reason: row.reason,
                answered_at: row.answered_at,
            }),
        }
    });
    Ok(shown.collect())
}

fn content(body: Json) -> serde_json::Value {
    body.0
}

/// The chair answers a late score, once.
///
/// # Errors
/// `conflict` when it is answered already; those of reopening a sheet.
pub fn answer(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (LateScoreId, &LateAnswerBody),
    at: At,
) -> Result<LateAnswerView, AppError> {
    let of: SheetId = late_score::table
        .inner_join(grid::table)
        .filter(late_score::id.eq(id))
        .select(grid::sheet_id)
        .first(conn)?;
    require(Action::ReopenSheet, &facts::on_sheet(conn, caller, of)?)?;
    crate::scoring::store::hold_sheet(conn, of)?;
    let known: Option<LateOutcome> =
        late_score_answer::table.find(id).select(late_score_answer::outcome).first(conn).optional()?;
    if known.is_some() {
        return Err(AppError::conflict((
            "Cette note tardive a déjà une réponse.",
            "This late score is answered already.",
        )));
    }
    // One sheet may have several late scores: the first one accepted opened it.
    if body.outcome == LateOutcome::Accepted && crate::scoring::store::standing_signature(conn, of)?.is_some()
    {
        reopen(conn, caller, versions, (of, &ReopeningBody { reason: body.reason.clone() }), at)?;
    }
    let row = LateScoreAnswerRow {
        late_score_id: id,
        salt: Bytes::salt(),
        outcome: body.outcome,
        reason: body.reason.clone(),
        answered_by: caller.account,
        answered_at: at,
    };
    diesel::insert_into(late_score_answer::table).values(row.clone()).execute(conn)?;
    let act = Act::new("late_score_answered", caller.account, at).about("sheet", of).about("late_score", id);
    record(conn, act, &[&row])?;
    Ok(LateAnswerView { outcome: row.outcome, reason: row.reason, answered_at: at })
}
