//! Routes of sheets, scores, signatures and settlements.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::service::agenda::{AgendaView, SettlementBody, SettlementView};
use super::service::choice::ChoiceBody;
use super::service::grid::GridBody;
use super::service::late::{LateAnswerBody, LateAnswerView, LateScoreView};
use super::service::save::{Save, ScoreBody};
use super::service::sheet::SheetView;
use super::service::signing::{ReopeningBody, SignatureBody, SignatureView};
use super::service::{agenda, choice, grid, late, save, sheet, signing};
use crate::access::{Caller, Ticket};
use crate::db::AnyConn;
use crate::error::{AppError, Problem};
use crate::ids::{EnrolmentId, GridId, JuryId, LateScoreId, SheetId};
use crate::referential::model::Slug;
use crate::state::App;
use crate::web::Checked;
use crate::web::repeat::{Repeat, answered, seen_version};

/// A sheet, whole: to its juror, and to the jury once all have signed.
#[utoipa::path(tag = "scoring", params(("id" = SheetId, Path)), responses(
    (status = 200, body = SheetView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/sheets/{id}")]
pub async fn read_sheet(app: App, caller: Caller, id: Path<SheetId>) -> Result<HttpResponse, AppError> {
    let versions = app.versions.clone();
    let view = app.db.read(move |conn| sheet::read(conn, &caller, &versions, *id)).await?;
    Ok(HttpResponse::Ok().insert_header(("etag", format!("\"{}\"", view.version))).json(view))
}

/// Writes one score. `If-Match` names the version seen, `Idempotency-Key` the save: sent again, it gives the
/// same answer.
#[utoipa::path(tag = "scoring", request_body = ScoreBody,
    params(("id" = GridId, Path), ("criterion" = String, Path, max_length = 64),
        ("If-Match" = String, Header, description = "\"0\" when unscored"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Written", body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 423, body = Problem), (status = 428, body = Problem), (status = 503, body = Problem)))]
#[put("/grids/{id}/scores/{criterion}")]
pub async fn put_score(
    app: App,
    ticket: Ticket,
    path: Path<(GridId, Slug)>,
    request: HttpRequest,
    body: Checked<ScoreBody>,
) -> Result<HttpResponse, AppError> {
    let (grid, line) = path.into_inner();
    let repeat = Repeat::of(&request, &serde_json::to_value(&body.0)?)?;
    let save = Save { grid, line, seen: seen_version(&request)?, body: body.0, repeat: repeat.clone() };
    let (at, versions, first) = (app.clock.now(), app.versions.clone(), save.seen == 0);
    let work = move |conn: &mut AnyConn| save::save(conn, ticket, &versions, &save, at);
    // A first score also counts in a row of the candidate's, which all jurors write: with others' saves in its
    // commit two of them could wait for each other.
    let answer = if first { app.db.write(work).await } else { app.db.write_again(work).await };
    answered(&app, (ticket, &repeat), answer).await
}

/// Writes a whole grid, all or nothing; each line names the version seen.
#[utoipa::path(tag = "scoring", request_body = GridBody,
    params(("id" = GridId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Written", body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 423, body = Problem), (status = 428, body = Problem), (status = 503, body = Problem)))]
#[put("/grids/{id}/scores")]
pub async fn put_grid(
    app: App,
    ticket: Ticket,
    id: Path<GridId>,
    request: HttpRequest,
    body: Checked<GridBody>,
) -> Result<HttpResponse, AppError> {
    let repeat = Repeat::of(&request, &serde_json::to_value(&body.0)?)?;
    let (at, versions, kept) = (app.clock.now(), app.versions.clone(), repeat.clone());
    let answer = app
        .db
        .write(move |conn| {
            let caller = ticket.caller(conn)?;
            grid::save(conn, &caller, &versions, (*id, &body.0, &kept), at)
        })
        .await;
    answered(&app, (ticket, &repeat), answer).await
}

/// Says which printed alternatives apply, once per grid.
#[utoipa::path(tag = "scoring", request_body = ChoiceBody,
    params(("id" = GridId, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Written", body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 423, body = Problem), (status = 428, body = Problem), (status = 503, body = Problem)))]
#[put("/grids/{id}/choices")]
pub async fn put_choice(
    app: App,
    ticket: Ticket,
    id: Path<GridId>,
    request: HttpRequest,
    body: Checked<ChoiceBody>,
) -> Result<HttpResponse, AppError> {
    let repeat = Repeat::of(&request, &serde_json::to_value(&body.0)?)?;
    let seen = seen_version(&request)?;
    let (at, versions, kept) = (app.clock.now(), app.versions.clone(), repeat.clone());
    let answer = app
        .db
        .write(move |conn| {
            let caller = ticket.caller(conn)?;
            choice::save(conn, &caller, &versions, (*id, seen, &body.0, &kept), at)
        })
        .await;
    answered(&app, (ticket, &repeat), answer).await
}

/// Signs a sheet: every line is filled, and it is what the juror has seen.
#[utoipa::path(tag = "scoring", request_body = SignatureBody, params(("id" = SheetId, Path)), responses(
    (status = 200, body = SignatureView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/sheets/{id}/signature")]
pub async fn sign_sheet(
    app: App,
    caller: Caller,
    id: Path<SheetId>,
    body: Checked<SignatureBody>,
) -> Result<Json<SignatureView>, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let signed =
        app.db.write(move |conn| signing::sign(conn, &caller, &versions, (*id, &body.0), at)).await?;
    Ok(Json(signed))
}

/// The chair reopens a signed sheet, with a reason; the signature stays on record.
#[utoipa::path(tag = "scoring", request_body = ReopeningBody, params(("id" = SheetId, Path)), responses(
    (status = 200, body = SignatureView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/sheets/{id}/reopening")]
pub async fn reopen_sheet(
    app: App,
    caller: Caller,
    id: Path<SheetId>,
    body: Checked<ReopeningBody>,
) -> Result<Json<SignatureView>, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let reopened =
        app.db.write(move |conn| signing::reopen(conn, &caller, &versions, (*id, &body.0), at)).await?;
    Ok(Json(reopened))
}

/// Every juror's scores of a candidate side by side, once all have signed: the chair's agenda.
#[utoipa::path(tag = "scoring", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, body = AgendaView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/enrolments/{id}/scores")]
pub async fn read_scores(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<Json<AgendaView>, AppError> {
    let versions = app.versions.clone();
    let view = app.db.read(move |conn| agenda::read(conn, &caller, &versions, *id)).await?;
    Ok(Json(view))
}

/// The chair settles a line on which the jurors disagree.
#[utoipa::path(tag = "scoring", request_body = SettlementBody,
    params(("id" = EnrolmentId, Path), ("criterion" = String, Path, max_length = 64)), responses(
    (status = 200, body = SettlementView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[put("/enrolments/{id}/settlements/{criterion}")]
pub async fn settle(
    app: App,
    caller: Caller,
    path: Path<(EnrolmentId, Slug)>,
    body: Checked<SettlementBody>,
) -> Result<Json<SettlementView>, AppError> {
    let (id, line) = path.into_inner();
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let settled =
        app.db.write(move |conn| agenda::settle(conn, &caller, &versions, (id, &line, &body.0), at)).await?;
    Ok(Json(settled))
}

/// The scores that reached a jury after their signature, and what the chair made of them.
#[utoipa::path(tag = "scoring", params(("id" = JuryId, Path)), responses(
    (status = 200, body = Vec<LateScoreView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/juries/{id}/late-scores")]
pub async fn list_late(
    app: App,
    caller: Caller,
    id: Path<JuryId>,
) -> Result<Json<Vec<LateScoreView>>, AppError> {
    Ok(Json(app.db.read(move |conn| late::list(conn, &caller, *id)).await?))
}

/// The chair accepts a late score, which reopens its sheet, or dismisses it.
#[utoipa::path(tag = "scoring", request_body = LateAnswerBody, params(("id" = LateScoreId, Path)), responses(
    (status = 200, body = LateAnswerView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/late-scores/{id}/answer")]
pub async fn answer_late(
    app: App,
    caller: Caller,
    id: Path<LateScoreId>,
    body: Checked<LateAnswerBody>,
) -> Result<Json<LateAnswerView>, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    Ok(Json(app.db.write(move |conn| late::answer(conn, &caller, &versions, (*id, &body.0), at)).await?))
}

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read_sheet)
        .service(put_score)
        .service(put_grid)
        .service(put_choice)
        .service(sign_sheet)
        .service(reopen_sheet)
        .service(read_scores)
        .service(settle)
        .service(list_late)
        .service(answer_late);
}
