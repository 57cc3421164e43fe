//! The routes of this subject.

use actix_web::web::{Json, Path, Query};
use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::views::{BoardQuery, BoardView, MissingLine, NewReminders, Reminded, Reminder};
use super::{lists, reminding, service};
use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::CohortId;
use crate::state::App;
use crate::web::{Checked, Page, PageQuery};

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(board).service(missing).service(reminders).service(remind);
}

/// Where each candidate of a cohort stands, block by block, and the cohort as a whole.
#[utoipa::path(tag = "boards", params(("id" = CohortId, Path), BoardQuery), responses(
    (status = 200, description = "A page, by number; a trainer sees no progress of jurors and no result", body = BoardView),
    (status = 403, description = "A state is asked for by somebody who may not know it", body = Problem),
    (status = 404, description = "No such cohort for the caller", body = Problem),
    (status = 422, description = "No such block, or a state that only a block has", body = Problem),
))]
#[get("/cohorts/{id}/board")]
pub async fn board(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    query: Query<BoardQuery>,
) -> Result<Json<BoardView>, AppError> {
    let (versions, id) = (app.versions.clone(), id.into_inner());
    Ok(Json(app.db.read(move |conn| service::board(conn, &caller, &versions, id, &query)).await?))
}

/// What is missing, candidate by candidate: identity, evidence, requirements, unsigned sheets.
#[utoipa::path(tag = "boards", params(("id" = CohortId, Path), PageQuery), responses(
    (status = 200, description = "A page, by number", body = Page<MissingLine>),
    (status = 404, description = "No such cohort for the caller", body = Problem),
))]
#[get("/cohorts/{id}/missing")]
pub async fn missing(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    query: Query<PageQuery>,
) -> Result<Json<Page<MissingLine>>, AppError> {
    let (versions, id, limit) = (app.versions.clone(), id.into_inner(), query.limit());
    let page =
        move |conn: &mut _| lists::missing(conn, &caller, &versions, id, (query.after.as_deref(), limit));
    let found = app.db.read(page).await?;
    Ok(Json(Page::from_more(found, limit, |line: &MissingLine| line.number.clone())))
}

/// Whom to remind of what: candidates of what they have still to bring, jurors of sheets to sign. Nothing is
/// sent.
#[utoipa::path(tag = "boards", params(("id" = CohortId, Path), PageQuery), responses(
    (status = 200, description = "A page: candidates by number, then jurors", body = Page<Reminder>),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such cohort for the caller", body = Problem),
))]
#[get("/cohorts/{id}/reminders")]
pub async fn reminders(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    query: Query<PageQuery>,
) -> Result<Json<Page<Reminder>>, AppError> {
    let (at, versions, id, limit) = (app.clock.now(), app.versions.clone(), id.into_inner(), query.limit());
    let page = move |conn: &mut _| {
        lists::reminders(conn, &caller, &versions, id, (query.after.as_deref(), limit), at)
    };
    let found = app.db.read(page).await?;
    Ok(Json(Page::from_more(found, limit, |one: &Reminder| one.to.key.clone())))
}

/// Write to those who have something to do: a letter to each, in their language, with what is missing.
#[utoipa::path(tag = "boards", params(("id" = CohortId, Path)), request_body = NewReminders, responses(
    (status = 200, description = "Who is written to; the letters leave by themselves", body = Reminded),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such cohort for the caller", body = Problem),
    (status = 422, description = "A deadline that is past, or everybody was reminded minutes ago", body = Problem),
))]
#[post("/cohorts/{id}/reminders")]
pub async fn remind(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    new: Checked<NewReminders>,
) -> Result<Json<Reminded>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let act = move |conn: &mut _| reminding::remind(conn, &caller, &versions, id, &new.0, at);
    Ok(Json(app.db.write(act).await?))
}
