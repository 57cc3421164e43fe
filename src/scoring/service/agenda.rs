//! What the chair goes through once all have signed: every juror's scores side by side, where they
//! disagree, and the settlements, which stand beside the scores and replace none.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::marks::{LineFacts, of_enrolments};
use super::save::ScoreBody;
use super::sheet::ScoreView;
use crate::access::{Action, Caller, facts, require};
use crate::boards::summary;
use crate::db::schema::{account, enrolment, seat};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{EnrolmentId, SeatId, SettlementId, SittingId, VersionId};
use crate::journal::{Act, Protected, record};
use crate::jury::rows::SeatFunction;
use crate::referential::model::Slug;
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::scoring::model::{Applies, Disagreement, LineResult, LineTerms, Score};
use crate::scoring::rows::{ScoreState, SettlementRow};
use crate::scoring::{rules, store};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgendaView {
    pub enrolment: EnrolmentId,
    pub seats: Vec<SeatView>,
    pub lines: Vec<AgendaLine>,
    /// Lines that the chair has still to settle.
    pub to_settle: usize,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeatView {
    pub seat: SeatId,
    pub name: String,
    pub function: SeatFunction,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgendaLine {
    #[schema(value_type = String)]
    pub criterion: Slug,
    pub codes: Vec<String>,
    pub text: String,
    pub sitting: Option<SittingId>,
    pub marks: Vec<MarkView>,
    #[schema(value_type = Object)]
    pub result: LineResult,
    /// What has to be settled, whether or not it is already.
    #[schema(value_type = Option<Object>)]
    pub disagreement: Option<Disagreement>,
    pub settlement: Option<SettlementView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarkView {
    pub seat: SeatId,
    /// The mark that counts; a line of an option not chosen is *not applicable* without a score.
    pub state: ScoreState,
    pub rank: Option<u8>,
    pub score: Option<ScoreView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettlementView {
    pub state: ScoreState,
    pub rank: Option<i32>,
    pub reason: String,
    pub settled_at: At,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementBody {
    pub state: ScoreState,
    #[schema(minimum = 1, maximum = 255)]
    pub rank: Option<u8>,
    #[validate(length(min = 3, max = 2000))]
    #[schema(min_length = 3, max_length = 2000)]
    pub reason: String,
}

fn version_of(
    conn: &mut AnyConn,
    versions: &Versions,
    id: EnrolmentId,
) -> Result<std::sync::Arc<Version>, AppError> {
    let version: VersionId = enrolment::table.find(id).select(enrolment::version_id).first(conn)?;
    versions.get(conn, version)
}

/// Everything that the jurors wrote of a candidate, line by line.
///
/// # Errors
/// `not_found` or `forbidden` until every seat that is not recused has signed.
pub fn read(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EnrolmentId,
) -> Result<AgendaView, AppError> {
    let who = facts::on_enrolment(conn, caller, id)?;
    require(Action::ReadScores, &who)?;
    let version = version_of(conn, versions, id)?;
    let known = of_enrolments(conn, &version, &[id])?.remove(&id).unwrap_or_default();
    let mut ids: Vec<SeatId> =
        known.iter().flat_map(|line| line.marks.iter().map(|mark| mark.seat)).collect();
    ids.sort_unstable();
    ids.dedup();
    let seats: Vec<(SeatId, String, SeatFunction)> = seat::table
        .inner_join(account::table)
        .filter(seat::id.eq_any(ids))
        .order(seat::id.asc())
        .select((seat::id, account::display_name, seat::function))
        .load(conn)?;
    let lines: Vec<AgendaLine> = version
        .lines
        .iter()
        .zip(&known)
        // A defence is on the agenda of those who have had it.
        .filter(|(line, facts)| version.has_block(line.block.as_str()) || facts.sitting.is_some())
        .map(|(line, facts)| view(&version, line, facts))
        .collect();
    Ok(AgendaView {
        enrolment: id,
        seats: seats.into_iter().map(|(seat, name, function)| SeatView { seat, name, function }).collect(),
        to_settle: lines.iter().filter(|line| matches!(line.result, LineResult::Unsettled(_))).count(),
        lines,
    })
}

fn view(version: &Version, line: &LineInfo, known: &LineFacts) -> AgendaLine {
    let marks = known.for_engine();
    let combination = version.referential.combination;
    AgendaLine {
        criterion: line.slug.clone(),
        codes: line.codes.clone(),
        text: line.text.clone(),
        sitting: known.sitting,
        marks: known
            .marks
            .iter()
            .map(|one| {
                let (state, rank) = ScoreState::of(one.mark);
                MarkView { seat: one.seat, state, rank, score: one.score.as_ref().map(ScoreView::from) }
            })
            .collect(),
        result: rules::combine(combination, &marks),
        disagreement: rules::disagreement(combination, marks.marks()),
        settlement: known.settlement.as_ref().map(|row| SettlementView {
            state: row.state,
            rank: row.rank,
            reason: row.reason.clone(),
            settled_at: row.settled_at,
        }),
    }
}

/// The chair settles one line on which the jurors disagree, with a reason. A later settlement stands in the
/// place of the earlier one, which is kept.
///
/// # Errors
/// `rule_broken` when there is nothing to settle or the candidate is decided already.
pub fn settle(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, slug, body): (EnrolmentId, &Slug, &SettlementBody),
    at: At,
) -> Result<SettlementView, AppError> {
    let who = facts::on_enrolment(conn, caller, id)?;
    require(Action::Settle, &who)?;
    let version = version_of(conn, versions, id)?;
    let line = version.by_slug(slug.as_str()).ok_or_else(AppError::not_found)?;
    let known = of_enrolments(conn, &version, &[id])?.remove(&id).unwrap_or_default();
    let known = known.into_iter().find(|known| known.line == line.id).ok_or_else(AppError::not_found)?;
    let sitting = settleable(conn, &version, line, &known, id, body)?;
    let row = SettlementRow {
        id: SettlementId::new(),
        salt: Bytes::salt(),
        sitting_id: sitting,
        enrolment_id: id,
        line_id: line.id,
        state: body.state,
        rank: body.rank.map(i32::from),
        reason: body.reason.clone(),
        seat_id: chair_seat(caller, &known, conn)?,
        settled_at: at,
        replaced_at: None,
    };
    let old = store::replace_settlement(conn, sitting, id, line.id, at)?;
    store::insert_settlement(conn, &row)?;
    let mut rows: Vec<&dyn Protected> = vec![&row];
    if let Some(old) = &old {
        rows.push(old);
    }
    let act = Act::new("line_settled", caller.account, at).about("enrolment", id).about("sitting", sitting);
    record(conn, act, &rows)?;
    summary::keep(conn, versions, &[id])?;
    Ok(SettlementView { state: row.state, rank: row.rank, reason: row.reason, settled_at: at })
}

/// The sitting whose marks are settled, when they may be.
fn settleable(
    conn: &mut AnyConn,
    version: &Version,
    line: &LineInfo,
    known: &LineFacts,
    id: EnrolmentId,
    body: &SettlementBody,
) -> Result<SittingId, AppError> {
    let sitting = known.sitting.ok_or_else(nothing_to_settle)?;
    if store::is_decided(conn, id, &[line.block.to_string()], sitting)? {
        return Err(AppError::broken(
            "already_decided",
            ("Une décision existe déjà pour ce candidat.", "A decision exists for this candidate already."),
        ));
    }
    let marks = known.for_engine();
    if rules::disagreement(version.referential.combination, marks.marks()).is_none() {
        return Err(nothing_to_settle());
    }
    let written = ScoreBody { state: body.state, rank: body.rank, reason: None, comment: None, why: None };
    let score = Score { mark: written.mark()?, reason: Some(&body.reason), comment: Some(&body.reason) };
    // The jury may hold a line not applicable that the file does not call optional: that is what a
    // disagreement over it is about.
    let terms = LineTerms { optional: true, applies: Applies::Always };
    if let Some(fault) = rules::score_faults(&version.referential.scale, terms, score).first() {
        return Err(AppError::invalid(("Cette valeur n’est pas possible.", "This value is not possible."))
            .with("faults", vec![serde_json::json!({ "code": fault.code() })])
            .with("criterion", line.slug.to_string()));
    }
    Ok(sitting)
}

fn nothing_to_settle() -> AppError {
    AppError::broken(
        "nothing_to_settle",
        ("Les jurés ne divergent pas sur ce critère.", "The jurors do not disagree on this line."),
    )
}

/// The seat of whoever leads the jury before this candidate: the chair, or the member named in their stead.
fn chair_seat(caller: &Caller, known: &LineFacts, conn: &mut AnyConn) -> Result<SeatId, AppError> {
    let seats: Vec<SeatId> = known.marks.iter().map(|mark| mark.seat).collect();
    let own = seat::table
        .filter(seat::id.eq_any(seats))
        .filter(seat::account_id.eq(caller.account))
        .select(seat::id)
        .first(conn)
        .optional()?;
    own.ok_or_else(|| {
        AppError::broken(
            "chair_did_not_score",
            ("Le président n’a pas évalué ce critère.", "The chair did not score this line."),
        )
    })
}
