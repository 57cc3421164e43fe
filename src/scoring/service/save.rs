//! A juror writes one score.
//!
//! The whole contract of MODEL §3 and §7 in one transaction: the same save again gives the same answer, a
//! newer value is never overwritten, what reaches us after the signature is kept and shown but not counted.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::choice;
use crate::access::{Action, Standing, Ticket, require};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{AccountId, GridId, LateScoreId};
use crate::journal::act::entry;
use crate::journal::{Act, record};
use crate::referential::model::Slug;
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::scoring::keeping::{self, Outcome, Written};
use crate::scoring::model::{LineTerms, Mark, Score, ScoreFault};
use crate::scoring::rows::{LateScoreRow, ScoreRow, ScoreState, ScoreVersionRow, SheetState};
use crate::scoring::{rules, store};
use crate::sittings::rows::Attendance;
use crate::web::repeat::{Answer, Repeat, reused};

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
/// `unauthenticated`; `not_found` to everybody but the juror of the grid; `idempotency_key_reused`. Every other
/// refusal is an answer that is kept: 412, 422, 423.
pub fn save(
    conn: &mut AnyConn,
    ticket: Ticket,
    versions: &Versions,
    save: &Save,
    at: At,
) -> Result<Answer, AppError> {
    let Some(facts) = store::own_save_facts(conn, save.grid, ticket.login())? else {
        // Whoever is signed in and is not that juror learns nothing of the grid.
        ticket.caller(conn)?;
        return Err(AppError::not_found());
    };
    let juror = facts.juror;
    require(Action::WriteScore, &standing(juror, &facts))?;
    let version = versions.get(conn, facts.version)?;
    let line = version.by_slug(save.line.as_str()).filter(|line| line.method.as_str() == facts.method);
    let line = line.ok_or_else(AppError::not_found)?;
    match attempt(conn, &facts, &version, line, save, at) {
        Ok(Some(answer)) => Ok(answer),
        // What was written under it is undone with the transaction.
        Ok(None) => Err(reused()),
        Err(refused) => answer_refusal(conn, &facts, line, save, refused, at),
    }
}

/// How the caller stands to the grid, from what the save read anyway.
pub(super) fn standing(account: AccountId, facts: &store::SaveFacts) -> Standing {
    Standing {
        signed_in: true,
        own: facts.juror == account,
        sits: facts.juror == account && facts.seat_closed_at.is_none() && facts.recused_at.is_none(),
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

/// Nothing when the key was used for another request.
fn attempt(
    conn: &mut AnyConn,
    facts: &store::SaveFacts,
    version: &Version,
    line: &LineInfo,
    save: &Save,
    at: At,
) -> Result<Option<Answer>, AppError> {
    writable(facts)?;
    let answers = match &line.when {
        Some(_) => choice::answers(conn, save.grid)?,
        None => Vec::new(),
    };
    let terms = LineTerms { optional: line.optional, applies: rules::applies(line.when.as_ref(), &answers) };
    check(version, terms, &save.body)?;
    let (row, history) = rows(save.grid, line, save.seen, &save.body, facts.juror, at)?;
    let act = Act::new("score_written", facts.juror, at)
        .about("enrolment", facts.enrolment)
        .about("sheet", facts.sheet);
    let entry = entry(act, &[&row, &history])?;
    let answer = Answer::ok(&Shown::of(&line.slug, &row))?;
    let kept = save.repeat.kept(facts.juror, &answer, at);
    match keeping::write(conn, &Written { row: &row, history: &history, seen: save.seen, entry, kept })? {
        Outcome::Kept => {
            crate::boards::summary::saved(conn, facts, line, save.seen)?;
            Ok(Some(answer))
        }
        Outcome::KeyUsed => Ok(None),
        Outcome::Stale => {
            let present = store::score(conn, save.grid, line.id)?;
            Err(stale(present.map(|row| shown(&line.slug, &row))))
        }
    }
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
    by: AccountId,
    at: At,
) -> Result<(ScoreRow, ScoreVersionRow), AppError> {
    let [salt, history_salt] = Bytes::two_salts()?;
    let row = ScoreRow {
        grid_id: grid,
        line_id: line.id,
        salt,
        state: body.state,
        rank: body.rank.map(i32::from),
        reason: body.reason.clone(),
        comment: body.comment.clone(),
        version: seen.saturating_add(1),
        updated_by: by,
        updated_at: at,
    };
    let history = ScoreVersionRow {
        grid_id: grid,
        line_id: line.id,
        version: row.version,
        salt: history_salt,
        state: row.state,
        rank: row.rank,
        reason: row.reason.clone(),
        comment: row.comment.clone(),
        why: body.why.clone(),
        written_by: by,
        written_at: at,
    };
    Ok((row, history))
}

/// A score as it is shown to its author.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    criterion: &'a Slug,
    state: ScoreState,
    rank: Option<i32>,
    reason: Option<&'a str>,
    comment: Option<&'a str>,
    version: i32,
    updated_at: At,
}

impl<'a> Shown<'a> {
    fn of(criterion: &'a Slug, row: &'a ScoreRow) -> Self {
        Self {
            criterion,
            state: row.state,
            rank: row.rank,
            reason: row.reason.as_deref(),
            comment: row.comment.as_deref(),
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// A score as it is shown to its author.
pub fn shown(line: &Slug, row: &ScoreRow) -> Value {
    json!(Shown::of(line, row))
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
    facts: &store::SaveFacts,
    line: &LineInfo,
    save: &Save,
    refused: AppError,
    at: At,
) -> Result<Answer, AppError> {
    let AppError::Refused(_) = refused else { return Err(refused) };
    if let Some(earlier) = save.repeat.earlier(conn, facts.juror)? {
        return Ok(earlier);
    }
    if facts.sheet_state == SheetState::Signed {
        let late = LateScoreRow {
            id: LateScoreId::new(),
            salt: Bytes::salt(),
            grid_id: save.grid,
            line_id: line.id,
            body: Json::of(&save.body)?,
            received_by: facts.juror,
            received_at: at,
        };
        store::insert_late(conn, &late)?;
        let act = Act::new("score_late", facts.juror, at)
            .about("enrolment", facts.enrolment)
            .about("sheet", facts.sheet);
        record(conn, act, &[&late])?;
    }
    let answer = Answer::refusal(&refused)?;
    save.repeat.keep(conn, facts.juror, &answer, at)?;
    Ok(answer)
}
