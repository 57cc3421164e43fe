//! A sheet as its juror sees it: every line, what was written, what is missing before it can be signed.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::choice::chosen;
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::{candidate, enrolment, seat, sheet, sitting};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{EnrolmentId, GridId, LineId, SheetId, SittingId, VersionId};
use crate::jury::rows::SeatFunction;
use crate::referential::model::{Bilingual, MethodKind, Observed, Slug};
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::scoring::model::{Answer, Applies, LineTerms, Mark, Score, SheetFault, SheetGrid, SheetLine};
use crate::scoring::rows::{
    GridChoiceRow, GridRow, LateScoreRow, ScoreRow, ScoreState, SheetRow, SheetState,
};
use crate::scoring::{rules, store};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SheetView {
    pub id: SheetId,
    pub sitting: SittingId,
    pub sitting_title: String,
    pub enrolment: EnrolmentId,
    pub candidate: String,
    pub candidate_number: String,
    pub function: SeatFunction,
    pub state: SheetState,
    pub version: i32,
    /// SHA-256 over every line as it stands: what a signature signs.
    pub content_digest: String,
    pub grids: Vec<GridView>,
    /// What keeps the sheet from being signed.
    pub missing: Vec<MissingView>,
    /// Scores that arrived after the signature: kept, not counted.
    pub late: Vec<LateView>,
    pub signed_at: Option<At>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GridView {
    pub id: GridId,
    #[schema(value_type = String)]
    pub method: Slug,
    #[schema(value_type = String)]
    pub kind: MethodKind,
    pub title: String,
    #[schema(value_type = String)]
    pub block: Slug,
    pub choices: Vec<ChoiceView>,
    pub lines: Vec<LineView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChoiceView {
    #[schema(value_type = String)]
    pub choice: Slug,
    #[schema(value_type = Object)]
    pub question: Bilingual,
    #[schema(value_type = Vec<Object>)]
    pub options: Vec<(Slug, Bilingual)>,
    /// Options that the juror holds to apply; empty until answered.
    #[schema(value_type = Vec<String>)]
    pub chosen: Vec<Slug>,
    pub version: i32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineView {
    #[schema(value_type = String)]
    pub criterion: Slug,
    /// Printed codes of the competencies that it serves.
    pub codes: Vec<String>,
    /// Registered wording, to the letter.
    pub text: String,
    /// Nothing for a competency that is scored directly.
    #[schema(value_type = Option<String>)]
    pub observed: Option<Observed>,
    pub optional: bool,
    /// False when it belongs to an option that was not chosen.
    pub applies: bool,
    pub score: Option<ScoreView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoreView {
    pub state: ScoreState,
    pub rank: Option<i32>,
    pub reason: Option<String>,
    pub comment: Option<String>,
    pub version: i32,
    pub updated_at: At,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MissingView {
    /// The line or the choice.
    #[schema(value_type = String)]
    pub subject: Slug,
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LateView {
    #[schema(value_type = Object)]
    pub score: serde_json::Value,
    pub received_at: At,
}

impl From<&ScoreRow> for ScoreView {
    fn from(row: &ScoreRow) -> Self {
        Self {
            state: row.state,
            rank: row.rank,
            reason: row.reason.clone(),
            comment: row.comment.clone(),
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// A sheet with everything that it rests on, loaded in a constant number of statements.
pub struct Loaded {
    pub sheet: SheetRow,
    pub heads: Heads,
    pub version: std::sync::Arc<Version>,
    pub grids: Vec<GridRow>,
    pub scores: HashMap<(GridId, LineId), ScoreRow>,
    choice_rows: Vec<GridChoiceRow>,
    answers: HashMap<GridId, Vec<Answer>>,
    late: Vec<LateScoreRow>,
}

#[derive(Debug, Clone, Queryable)]
pub struct Heads {
    pub version: VersionId,
    pub number: String,
    pub birth_name: String,
    pub usage_name: Option<String>,
    pub first_names: String,
    pub sitting_title: String,
    pub function: SeatFunction,
}

impl Heads {
    /// As a person is called in a list: usage name if there is one, then first names.
    pub fn candidate(&self) -> String {
        format!("{} {}", self.usage_name.as_ref().unwrap_or(&self.birth_name), self.first_names)
    }
}

/// # Errors
/// Those of the database.
pub fn load(conn: &mut AnyConn, versions: &Versions, row: SheetRow) -> Result<Loaded, AppError> {
    let heads: Heads = sheet::table
        .inner_join(enrolment::table.inner_join(candidate::table))
        .inner_join(sitting::table)
        .inner_join(seat::table)
        .filter(sheet::id.eq(row.id))
        .select((
            enrolment::version_id,
            enrolment::number,
            candidate::birth_name,
            candidate::usage_name,
            candidate::first_names,
            sitting::title,
            seat::function,
        ))
        .first(conn)?;
    let version = versions.get(conn, heads.version)?;
    let mut grids = store::grids(conn, row.id)?;
    grids.sort_by_key(|grid| version.lines.iter().position(|line| line.method.as_str() == grid.method));
    let scores = store::scores_of_sheet(conn, row.id)?;
    let choice_rows = store::choices_of_sheet(conn, row.id)?;
    let mut answers: HashMap<GridId, Vec<Answer>> = HashMap::new();
    for choice in &choice_rows {
        answers.entry(choice.grid_id).or_default().push(chosen(choice)?);
    }
    Ok(Loaded {
        heads,
        version,
        grids,
        scores: scores.into_iter().map(|score| ((score.grid_id, score.line_id), score)).collect(),
        choice_rows,
        answers,
        late: store::late_of_sheet(conn, row.id)?,
        sheet: row,
    })
}

impl Loaded {
    fn answers(&self, grid: GridId) -> &[Answer] {
        self.answers.get(&grid).map_or(&[], Vec::as_slice)
    }

    pub fn terms(&self, grid: GridId, line: &LineInfo) -> LineTerms {
        LineTerms { optional: line.optional, applies: rules::applies(line.when.as_ref(), self.answers(grid)) }
    }

    pub fn has_chosen(&self, grid: GridId, choice: &Slug, option: &Slug) -> bool {
        self.answers(grid).iter().any(|answer| &answer.choice == choice && answer.options.contains(option))
    }

    /// What keeps the sheet from being signed.
    pub fn faults(&self) -> Vec<SheetFault> {
        let grids: Vec<SheetGrid<'_>> = self
            .grids
            .iter()
            .filter_map(|grid| {
                let (_, method) = self.version.method(&grid.method)?;
                let lines = self.version.lines_of_method(&grid.method).map(|line| {
                    let terms = self.terms(grid.id, line);
                    let score = self
                        .scores
                        .get(&(grid.id, line.id))
                        .filter(|_| terms.applies != Applies::OptionNotChosen);
                    SheetLine { line: &line.slug, terms, score: score.and_then(as_score) }
                });
                Some(SheetGrid { method, answers: self.answers(grid.id), lines: lines.collect() })
            })
            .collect();
        rules::sheet_faults(&self.version.referential.scale, &grids)
    }

    /// The blocks that its grids belong to.
    pub fn blocks(&self) -> Vec<String> {
        let of = |grid: &GridRow| Some(self.version.method(&grid.method)?.0.id.to_string());
        let mut blocks: Vec<String> = self.grids.iter().filter_map(of).collect();
        blocks.dedup();
        blocks
    }

    /// SHA-256 over every line as it stands, in the order of the sheet.
    pub fn content_digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"parchemin/sheet/v1\n");
        hash.update(self.sheet.id.to_string());
        for grid in &self.grids {
            for choice in self.choice_rows.iter().filter(|choice| choice.grid_id == grid.id) {
                hash.update(format!("\nchoice {} {} {}", grid.method, choice.choice, choice.options.0));
            }
            for line in self.version.lines_of_method(&grid.method) {
                let Some(score) = self.scores.get(&(grid.id, line.id)) else { continue };
                let words =
                    serde_json::json!([score.state, score.rank, score.reason, score.comment, score.version]);
                hash.update(format!("\nline {} {} {words}", grid.method, line.slug));
            }
        }
        hash.finalize().into()
    }

    fn view(&self, signed_at: Option<At>) -> SheetView {
        SheetView {
            id: self.sheet.id,
            sitting: self.sheet.sitting_id,
            sitting_title: self.heads.sitting_title.clone(),
            enrolment: self.sheet.enrolment_id,
            candidate: self.heads.candidate(),
            candidate_number: self.heads.number.clone(),
            function: self.heads.function,
            state: self.sheet.state,
            version: self.sheet.version,
            content_digest: hex::encode(self.content_digest()),
            grids: self.grids.iter().filter_map(|grid| self.grid_view(grid)).collect(),
            missing: missing(&self.faults()),
            late: self
                .late
                .iter()
                .map(|late| LateView { score: late.body.0.clone(), received_at: late.received_at })
                .collect(),
            signed_at,
        }
    }

    fn grid_view(&self, grid: &GridRow) -> Option<GridView> {
        let (block, method) = self.version.method(&grid.method)?;
        let choices = method.choices.iter().map(|choice| {
            let row = self
                .choice_rows
                .iter()
                .find(|row| row.grid_id == grid.id && row.choice == choice.id.as_str());
            let answer = self.answers(grid.id).iter().find(|answer| answer.choice == choice.id);
            ChoiceView {
                choice: choice.id.clone(),
                question: choice.question.clone(),
                options: choice.options.iter().map(|one| (one.id.clone(), one.label.clone())).collect(),
                chosen: answer.map(|answer| answer.options.clone()).unwrap_or_default(),
                version: row.map_or(0, |row| row.version),
            }
        });
        let lines: Vec<LineView> =
            self.version.lines_of_method(&grid.method).map(|line| self.line_view(grid.id, line)).collect();
        Some(GridView {
            id: grid.id,
            method: method.id.clone(),
            kind: method.kind,
            title: method.title.clone(),
            block: block.id.clone(),
            choices: choices.collect(),
            lines,
        })
    }

    fn line_view(&self, grid: GridId, line: &LineInfo) -> LineView {
        LineView {
            criterion: line.slug.clone(),
            codes: line.codes.clone(),
            text: line.text.clone(),
            observed: line.observed,
            optional: line.optional,
            applies: self.terms(grid, line).applies != Applies::OptionNotChosen,
            score: self.scores.get(&(grid, line.id)).map(ScoreView::from),
        }
    }
}

pub fn missing(faults: &[SheetFault]) -> Vec<MissingView> {
    faults
        .iter()
        .map(|fault| MissingView { subject: fault.subject.clone(), code: fault.fault.code().to_owned() })
        .collect()
}

/// The mark that a stored score holds; nothing for a rank that no scale could have.
pub fn mark_of(state: ScoreState, rank: Option<i32>) -> Option<Mark> {
    match state {
        ScoreState::Scored => rank.and_then(|rank| u8::try_from(rank).ok()).map(Mark::Scored),
        ScoreState::NotObserved => Some(Mark::NotObserved),
        ScoreState::NotApplicable => Some(Mark::NotApplicable),
    }
}

fn as_score(row: &ScoreRow) -> Option<Score<'_>> {
    let mark = mark_of(row.state, row.rank)?;
    Some(Score { mark, reason: row.reason.as_deref(), comment: row.comment.as_deref() })
}

/// A sheet, to its juror at any time, to the others of the jury once all have signed.
///
/// # Errors
/// `not_found` to everybody else.
pub fn read(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SheetId,
) -> Result<SheetView, AppError> {
    let who = facts::on_sheet(conn, caller, id)?;
    require(Action::ReadSheet, &who)?;
    let row = store::sheet(conn, id)?;
    let signed_at = store::standing_signature(conn, id)?.map(|signature| signature.signed_at);
    Ok(load(conn, versions, row)?.view(signed_at))
}
