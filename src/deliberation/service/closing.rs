//! The chair closes a deliberation: nothing is undecided, the minutes get their number.

use chrono::Datelike;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::members;
use super::read::DeliberationLine;
use super::room::Room;
use crate::access::{Action, Caller, facts, require};
use crate::boards::summary;
use crate::db::{AnyConn, At};
use crate::deliberation::model::Element;
use crate::deliberation::rows::DeliberationState;
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{CohortId, DeliberationId};
use crate::journal::{Act, Protected, record};
use crate::jury::rows::Mandate;
use crate::referential::versions::Versions;
pub use crate::sittings::registered::local_day;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingBody {
    /// What the jury wants kept in the minutes.
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    pub observations: Option<String>,
}

/// # Errors
/// `rule_broken` with every target that is still undecided; `conflict` when it is closed already.
pub fn close(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (DeliberationId, &ClosingBody),
    at: At,
) -> Result<DeliberationLine, AppError> {
    let who = facts::on_deliberation(conn, caller, id)?;
    require(Action::CloseDeliberation, &who)?;
    let held = store::hold(conn, id)?;
    if held.state == DeliberationState::Closed {
        return Err(AppError::conflict((
            "La délibération est déjà close.",
            "The deliberation is closed already.",
        )));
    }
    let jury = crate::jury::store::jury(conn, held.jury_id)?;
    let room = Room::load(conn, versions, held)?;
    refuse_undecided(&room, jury.mandate)?;
    let mut row = room.deliberation;
    row.state = DeliberationState::Closed;
    row.observations = body.observations.clone().filter(|words| !words.trim().is_empty());
    row.closed_by = Some(caller.account);
    row.closed_at = Some(at);
    row.number = Some(number(conn, jury.cohort_id, at)?);
    store::update(conn, &row)?;
    let members = members::complete(conn, caller, &row, at)?;
    let act = Act::new("deliberation_closed", caller.account, at)
        .about("deliberation", id)
        .about("jury", row.jury_id);
    let rows: Vec<&dyn Protected> =
        std::iter::once::<&dyn Protected>(&row).chain(members::protected(&members)).collect();
    record(conn, act, &rows)?;
    summary::keep_deliberation(conn, versions, id)?;
    Ok(DeliberationLine::from(&row))
}

fn refuse_undecided(room: &Room, mandate: Mandate) -> Result<(), AppError> {
    let mut undecided = Vec::new();
    for subject in &room.subjects {
        let mut missing = |target: &str| {
            undecided.push(serde_json::json!({ "enrolment": subject.enrolment.id, "target": target }));
        };
        if mandate != Mandate::Certification {
            for block in &subject.blocks {
                match room.plan.slug(Element::Block(*block)) {
                    Some(slug) if subject.decided(room, slug.as_str()).is_none() => missing(slug.as_str()),
                    _ => {}
                }
            }
        }
        let whole = mandate != Mandate::Blocks && subject.certification && !subject.away_from_all();
        if whole && subject.decided(room, "").is_none() {
            missing(super::read::CERTIFICATION);
        }
    }
    if undecided.is_empty() {
        return Ok(());
    }
    Err(AppError::broken(
        "undecided",
        (
            "Des décisions manquent : la délibération ne peut pas être close.",
            "Decisions are missing: the deliberation cannot be closed.",
        ),
    )
    .with("undecided", undecided))
}

/// `PV-2026-0001`: the year is that of the centre's own calendar.
fn number(conn: &mut AnyConn, of: CohortId, at: At) -> Result<String, AppError> {
    let year = local_day(conn, of, at)?.year();
    let number = store::next_number(conn, &format!("minutes/{year}"))?;
    Ok(format!("PV-{year}-{number:04}"))
}
