//! A juror writes one score.
//!
//! The whole contract of MODEL §3 and §7 in one transaction: the same save again gives the same answer, a
//! newer value is never overwritten, what reaches us after the signature is kept and shown but not counted.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::choice;
use crate::access::{Action, Caller, Standing, require};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{GridId, LateScoreId};
use crate::journal::{Act, record};
use crate::referential::model::Slug;
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::scoring::model::{LineTerms, Mark, Score, ScoreFault};
use crate::scoring::rows::{LateScoreRow, ScoreRow, ScoreState, ScoreVersionRow, SheetState};
use crate::scoring::{rules, store};
use crate::sittings::rows::Attendance;
use crate::web::repeat::{Answer, Repeat};

/// A score as a juror sends it.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreBody {
    pub state: ScoreState,
    /// A rank of the version's scale, with `scored` and only then.
    #[schema(minimum = 1, maximum = 255)]
    pub rank: Option<u8>,
    /// Why the line is not applicable.
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    pub comment: Option<String>,
    /// Why an earlier score is changed; kept with the version.
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub why: Option<String>,
}

impl ScoreBody {
    /// The mark, when state and rank agree.
    ///
    /// # Errors
    /// `invalid` for a rank without `scored`, or `scored` without a rank.
    pub fn mark(&self) -> Result<Mark, AppError> {
        match (self.state, self.rank) {
            (ScoreState::Scored, Some(rank)) => Ok(Mark::Scored(rank)),
            (ScoreState::NotObserved, None) => Ok(Mark::NotObserved),
            (ScoreState::NotApplicable, None) => Ok(Mark::NotApplicable),
            _ => Err(AppError::invalid((
                "Un rang accompagne l’état « scored », et lui seul.",
                "A rank goes with the state “scored”, and with it alone.",
            ))),
        }
    }
}

/// One save: where, over which version, and under which key.
#[derive(Debug, Clone)]
pub struct Save {
    pub grid: GridId,
    pub line: Slug,
    pub seen: i32,
    pub body: ScoreBody,
    pub repeat: Repeat,
}

/// # Errors
/// `not_found` to everybody but the juror of the grid; `idempotency_key_reused`. Every other refusal is an
/// answer that is kept: 412, 422, 423.
pub fn save(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    save: &Save,
    at: At,
) -> Result<Answer, AppError> {
    let facts = store::save_facts(conn, save.grid)?;
    require(Action::WriteScore, &standing(caller, &facts))?;
    let version = versions.get(conn, facts.version)?;
    let line = version.by_slug(save.line.as_str()).filter(|line| line.method.as_str() == facts.method);
    let line = line.ok_or_else(AppError::not_found)?;
    match attempt(conn, caller, &facts, &version, line, save, at) {
        Ok(answer) => {
            save.repeat.keep(conn, caller.account, &answer, at)?;
            Ok(answer)
        }
        Err(refused) => answer_refusal(conn, caller, &facts, line, save, refused, at),
    }
}

/// How the caller stands to the grid, from what the save read anyway.
pub(super) fn standing(caller: &Caller, facts: &store::SaveFacts) -> Standing {
    Standing {
        signed_in: true,
        own: facts.juror == caller.account,
        sits: facts.juror == caller.account && facts.seat_closed_at.is_none() && facts.recused_at.is_none(),
        ..Standing::default()
    }
}

/// What keeps any score of this sheet from being written.
pub(super) fn writable(facts: &store::SaveFacts) -> Result<(), AppError> {
    if facts.sheet_state == SheetState::Signed {
        return Err(AppError::signed((
            "La feuille est signée : cette saisie est gardée à part et montrée au président du jury, sans être comptée.",
            "The sheet is signed: this score is kept apart and shown to the chair, without being counted.",
        )));
    }
    if facts.ended.is_some() {
        return Err(AppError::broken(
            "sitting_is_over",
            ("Cette session a été annulée.", "This sitting was cancelled."),
        ));
    }
    if matches!(facts.attendance, Attendance::Absent | Attendance::Excused) {
        return Err(AppError::broken(
            "candidate_not_present",
            ("Le candidat est porté absent ou excusé.", "The candidate is recorded as absent or excused."),
        ));
    }
    Ok(())
}

fn attempt(
    conn: &mut AnyConn,
    caller: &Caller,
    facts: &store::SaveFacts,
    version: &Version,
    line: &LineInfo,
    save: &Save,
    at: At,
) -> Result<Answer, AppError> {
    writable(facts)?;
    let answers = match &line.when {
        Some(_) => choice::answers(conn, save.grid)?,
        None => Vec::new(),
    };
    let terms = LineTerms { optional: line.optional, applies: rules::applies(line.when.as_ref(), &answers) };
    check(version, terms, &save.body)?;
    let (row, history) = rows(save.grid, line, save.seen, &save.body, caller, at);
    if !store::write_score(conn, &row, save.seen)? {
        let present = store::score(conn, save.grid, line.id)?;
        return Err(stale(present.map(|row| shown(&line.slug, &row))));
    }
    store::insert_version(conn, &history)?;
    let act = Act::new("score_written", caller.account, at)
        .about("enrolment", facts.enrolment)
        .about("sheet", facts.sheet);
    record(conn, act, &[&row, &history])?;
    Ok(Answer::ok(shown(&line.slug, &row)))
}

/// # Errors
/// `invalid` with every fault of the score.
pub(super) fn check(version: &Version, terms: LineTerms, body: &ScoreBody) -> Result<(), AppError> {
    let score =
        Score { mark: body.mark()?, reason: body.reason.as_deref(), comment: body.comment.as_deref() };
    let faults: Vec<ScoreFault> = rules::score_faults(&version.referential.scale, terms, score)
        .into_iter()
        .filter(|fault| !fault.only_at_signature())
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    let faults: Vec<Value> = faults.iter().map(|fault| json!({ "code": fault.code() })).collect();
    Err(AppError::invalid((
        "Cette saisie n’est pas possible sur ce critère ; rien n’a été enregistré.",
        "This score is not possible on this line; nothing was saved.",
    ))
    .with("faults", faults))
}

/// The row as it will stand and the version that keeps it for ever.
pub(super) fn rows(
    grid: GridId,
    line: &LineInfo,
    seen: i32,
    body: &ScoreBody,
    caller: &Caller,
    at: At,
) -> (ScoreRow, ScoreVersionRow) {
    let row = ScoreRow {
        grid_id: grid,
        line_id: line.id,
        salt: Bytes::salt(),
        state: body.state,
        rank: body.rank.map(i32::from),
        reason: body.reason.clone(),
        comment: body.comment.clone(),
        version: seen.saturating_add(1),
        updated_by: caller.account,
        updated_at: at,
    };
    let history = ScoreVersionRow {
        grid_id: grid,
        line_id: line.id,
        version: row.version,
        salt: Bytes::salt(),
        state: row.state,
        rank: row.rank,
        reason: row.reason.clone(),
        comment: row.comment.clone(),
        why: body.why.clone(),
        written_by: caller.account,
        written_at: at,
    };
    (row, history)
}

/// A score as it is shown to its author.
pub fn shown(line: &Slug, row: &ScoreRow) -> Value {
    json!({
        "criterion": line,
        "state": row.state,
        "rank": row.rank,
        "reason": row.reason,
        "comment": row.comment,
        "version": row.version,
        "updated_at": row.updated_at,
    })
}

fn stale(present: Option<Value>) -> AppError {
    let version = present.as_ref().and_then(|value| value.get("version").cloned()).unwrap_or(json!(0));
    AppError::stale((
        "Cette ligne a été modifiée ailleurs ; rien n’a été remplacé. Comparez les deux valeurs.",
        "This line was changed elsewhere; nothing was overwritten. Compare both values.",
    ))
    .with("version", version)
    .with("present", present)
}

/// The same save seen before is answered as before; a new refusal is kept; a late score too.
fn answer_refusal(
    conn: &mut AnyConn,
    caller: &Caller,
    facts: &store::SaveFacts,
    line: &LineInfo,
    save: &Save,
    refused: AppError,
    at: At,
) -> Result<Answer, AppError> {
    let AppError::Refused(_) = refused else { return Err(refused) };
    if let Some(earlier) = save.repeat.earlier(conn, caller.account)? {
        return Ok(earlier);
    }
    if facts.sheet_state == SheetState::Signed {
        let late = LateScoreRow {
            id: LateScoreId::new(),
            salt: Bytes::salt(),
            grid_id: save.grid,
            line_id: line.id,
            body: Json::of(&save.body)?,
            received_by: caller.account,
            received_at: at,
        };
        store::insert_late(conn, &late)?;
        let act = Act::new("score_late", caller.account, at)
            .about("enrolment", facts.enrolment)
            .about("sheet", facts.sheet);
        record(conn, act, &[&late])?;
    }
    let answer = Answer::refusal(&refused)?;
    save.repeat.keep(conn, caller.account, &answer, at)?;
    Ok(answer)
}
