//! A juror writes a whole grid at once: all of it or nothing.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::choice;
use super::save::{ScoreBody, check, rows, shown, standing, writable};
use crate::access::{Action, Caller, require};
use crate::boards::summary;
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{GridId, LineId};
use crate::journal::{Act, Protected, record};
use crate::referential::model::Slug;
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::scoring::model::LineTerms;
use crate::scoring::rows::{ScoreRow, ScoreVersionRow};
use crate::scoring::{rules, store};
use crate::web::repeat::{Answer, Repeat};

#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GridBody {
    /// One per line at the most.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub scores: Vec<LineBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineBody {
    #[schema(value_type = String)]
    pub criterion: Slug,
    /// The version that the juror had seen: 0 for none.
    #[validate(range(min = 0))]
    #[schema(minimum = 0)]
    pub seen: i32,
    #[validate(nested)]
    pub score: ScoreBody,
}

/// # Errors
/// As for one score: `not_found` to everybody but the juror; refusals are answers that are kept.
pub fn save(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (grid, body, repeat): (GridId, &GridBody, &Repeat),
    at: At,
) -> Result<Answer, AppError> {
    let facts = store::save_facts(conn, grid)?;
    require(Action::WriteScore, &standing(caller.account, &facts))?;
    // Held alone: what is read below stays true until it is written.
    store::hold_sheet(conn, facts.sheet)?;
    let version = versions.get(conn, facts.version)?;
    let answer = match attempt(conn, caller, &facts, &version, (grid, body), at) {
        Ok(answer) => answer,
        Err(refused @ AppError::Refused(_)) => match repeat.earlier(conn, caller.account)? {
            Some(earlier) => return Ok(earlier),
            None => Answer::refusal(&refused)?,
        },
        Err(broken) => return Err(broken),
    };
    repeat.keep(conn, caller.account, &answer, at)?;
    Ok(answer)
}

fn attempt(
    conn: &mut AnyConn,
    caller: &Caller,
    facts: &store::SaveFacts,
    version: &Version,
    (grid, body): (GridId, &GridBody),
    at: At,
) -> Result<Answer, AppError> {
    writable(facts)?;
    let lines = lines_of(version, &facts.method, body)?;
    let answers = choice::answers(conn, grid)?;
    for (line, sent) in &lines {
        let terms =
            LineTerms { optional: line.optional, applies: rules::applies(line.when.as_ref(), &answers) };
        check(version, terms, &sent.score).map_err(|fault| fault.with("criterion", line.slug.to_string()))?;
    }
    let present: HashMap<LineId, ScoreRow> =
        store::scores_of_grid(conn, grid)?.into_iter().map(|row| (row.line_id, row)).collect();
    refuse_stale(&lines, &present)?;
    let made = lines
        .iter()
        .map(|(line, sent)| rows(grid, line, sent.seen, &sent.score, caller.account, at))
        .collect::<Result<Vec<_>, _>>()?;
    let (written, history): (Vec<ScoreRow>, Vec<ScoreVersionRow>) = made.into_iter().unzip();
    if store::write_scores(conn, &written)? != written.len() {
        return Err(AppError::internal("a line changed on a sheet held alone"));
    }
    store::insert_versions(conn, &history)?;
    let first = lines.iter().filter(|(_, sent)| sent.seen == 0);
    if let Some((line, _)) = lines.first() {
        // One grid is of one method, and a method of one block.
        summary::first_scores(conn, facts, &line.block, first.count())?;
    }
    let act = Act::new("grid_written", caller.account, at)
        .about("enrolment", facts.enrolment)
        .about("sheet", facts.sheet);
    let protected: Vec<&dyn Protected> = written
        .iter()
        .map(|row| -> &dyn Protected { row })
        .chain(history.iter().map(|row| -> &dyn Protected { row }))
        .collect();
    record(conn, act, &protected)?;
    let shown: Vec<Value> =
        lines.iter().zip(&written).map(|((line, _), row)| shown(&line.slug, row)).collect();
    Answer::ok(&json!({ "scores": shown }))
}

fn lines_of<'a>(
    version: &'a Version,
    method: &str,
    body: &'a GridBody,
) -> Result<Vec<(&'a LineInfo, &'a LineBody)>, AppError> {
    let mut lines = Vec::with_capacity(body.scores.len());
    for sent in &body.scores {
        let line = version.by_slug(sent.criterion.as_str()).filter(|line| line.method.as_str() == method);
        let twice = lines.iter().any(|(known, _): &(&LineInfo, &LineBody)| known.slug == sent.criterion);
        match line {
            Some(line) if !twice => lines.push((line, sent)),
            _ => {
                return Err(AppError::invalid((
                    "Une ligne n’est pas de cette grille, ou s’y trouve deux fois ; rien n’a été enregistré.",
                    "A line is not of this grid, or stands there twice; nothing was saved.",
                ))
                .with("criterion", sent.criterion.to_string()));
            }
        }
    }
    Ok(lines)
}

fn refuse_stale(
    lines: &[(&LineInfo, &LineBody)],
    present: &HashMap<LineId, ScoreRow>,
) -> Result<(), AppError> {
    let stale: Vec<Value> = lines
        .iter()
        .filter(|(line, sent)| present.get(&line.id).map_or(0, |row| row.version) != sent.seen)
        .map(|(line, _)| match present.get(&line.id) {
            Some(row) => shown(&line.slug, row),
            None => json!({ "criterion": line.slug, "version": 0 }),
        })
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(AppError::stale((
        "Des lignes ont été modifiées ailleurs ; rien n’a été remplacé. Comparez les valeurs.",
        "Some lines were changed elsewhere; nothing was overwritten. Compare the values.",
    ))
    .with("present", stale))
}
