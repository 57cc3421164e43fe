//! Which of a method's printed alternatives apply, asked once per grid.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::save::{standing, writable};
use crate::access::{Action, Caller, require};
use crate::db::{AnyConn, At, Json};
use crate::error::AppError;
use crate::ids::GridId;
use crate::journal::{Act, record};
use crate::referential::model::Slug;
use crate::referential::versions::Versions;
use crate::scoring::model::Answer as Chosen;
use crate::scoring::rows::GridChoiceRow;
use crate::scoring::{rules, store};
use crate::web::repeat::{Answer, Repeat};

#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceBody {
    #[schema(value_type = String)]
    pub choice: Slug,
    /// At least one.
    #[validate(length(min = 1, max = 20))]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    pub options: Vec<Slug>,
}

/// The answers already given on a grid.
///
/// # Errors
/// Those of the database.
pub fn answers(conn: &mut AnyConn, grid: GridId) -> Result<Vec<Chosen>, AppError> {
    store::choices_of_grid(conn, grid)?.iter().map(chosen).collect()
}

/// # Errors
/// `internal` when what is stored is not a list of slugs.
pub fn chosen(row: &GridChoiceRow) -> Result<Chosen, AppError> {
    Ok(Chosen {
        choice: Slug::try_from(row.choice.as_str()).map_err(AppError::internal)?,
        options: row.options.read()?,
    })
}

/// # Errors
/// As for a score: `not_found` to everybody but the juror; refusals are answers that are kept.
pub fn save(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (grid, seen, body, repeat): (GridId, i32, &ChoiceBody, &Repeat),
    at: At,
) -> Result<Answer, AppError> {
    let facts = store::save_facts(conn, grid)?;
    require(Action::WriteScore, &standing(caller.account, &facts))?;
    let version = versions.get(conn, facts.version)?;
    let (_, method) = version.method(&facts.method).ok_or_else(AppError::not_found)?;
    let answered = Chosen { choice: body.choice.clone(), options: body.options.clone() };
    let outcome = writable(&facts).and_then(|()| match rules::answer_fault(method, &answered) {
        Some(fault) => Err(AppError::invalid((
            "Cette réponse n’est pas possible ; rien n’a été enregistré.",
            "This answer is not possible; nothing was saved.",
        ))
        .with("faults", vec![json!({ "code": fault.code() })])),
        None => Ok(()),
    });
    let outcome = outcome.and_then(|()| {
        let row = GridChoiceRow {
            grid_id: grid,
            choice: body.choice.to_string(),
            options: Json::of(&body.options)?,
            version: seen.saturating_add(1),
            chosen_by: caller.account,
            chosen_at: at,
        };
        if !store::write_choice(conn, &row, seen)? {
            let present = store::choice(conn, grid, body.choice.as_str())?;
            return Err(AppError::stale((
                "Cette réponse a été modifiée ailleurs ; rien n’a été remplacé.",
                "This answer was changed elsewhere; nothing was overwritten.",
            ))
            .with("present", present.map(|row| shown(&row))));
        }
        let act = Act::new("choice_answered", caller.account, at)
            .about("enrolment", facts.enrolment)
            .about("sheet", facts.sheet);
        record(conn, act, &[&row])?;
        Answer::ok(&shown(&row))
    });
    let answer = match outcome {
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

fn shown(row: &GridChoiceRow) -> Value {
    json!({ "choice": row.choice, "options": row.options, "version": row.version })
}
