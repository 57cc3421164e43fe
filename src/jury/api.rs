//! The routes of this subject.

use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::shapes::{
    Closing, Declaration, JuryLine, JuryQuorum, JuryView, NewJury, NewPresiding, NewRecusal, NewReplacement,
    NewSeat, NewWaiver, PresidingView, Recused, Replaced, SeatView, WaiverView,
};
use super::{leading, seats, service};
use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{CohortId, EnrolmentId, JuryId, SeatId};
use crate::state::App;
use crate::web::{Checked, Page, PageQuery};

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(compose)
        .service(read)
        .service(list)
        .service(fill)
        .service(close)
        .service(declare)
        .service(recuse)
        .service(quorum)
        .service(replace)
        .service(name_presiding)
        .service(waive);
}

/// Composes a jury for a cohort; its seats come after.
#[utoipa::path(tag = "juries", request_body = NewJury, responses(
    (status = 201, description = "The jury, still empty", body = JuryLine),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
))]
#[post("/juries")]
async fn compose(app: App, caller: Caller, body: Checked<NewJury>) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let made = app.db.write(move |conn| service::compose(conn, &caller, body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// A jury: seats, declarations, recusals, and every rule that does not hold.
#[utoipa::path(tag = "juries", params(("id" = JuryId, Path)), responses(
    (status = 200, description = "The jury", body = JuryView),
    (status = 404, body = Problem),
))]
#[get("/juries/{id}")]
async fn read(app: App, caller: Caller, id: web::Path<JuryId>) -> Result<web::Json<JuryView>, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let id = id.into_inner();
    Ok(web::Json(app.db.read(move |conn| service::read(conn, &caller, &versions, id, at)).await?))
}

/// The juries of a cohort.
#[utoipa::path(tag = "juries", params(("id" = CohortId, Path), PageQuery), responses(
    (status = 200, description = "In the order of their making", body = Page<JuryLine>),
    (status = 404, body = Problem),
))]
#[get("/cohorts/{id}/juries")]
async fn list(
    app: App,
    caller: Caller,
    id: web::Path<CohortId>,
    query: web::Query<PageQuery>,
) -> Result<web::Json<Page<JuryLine>>, AppError> {
    let limit = query.limit();
    let after = query.after.as_deref().map(cursor).transpose()?;
    let id = id.into_inner();
    let found = app.db.read(move |conn| service::list(conn, &caller, id, after, limit)).await?;
    Ok(web::Json(Page::from_more(found, limit, |jury| jury.id.to_string())))
}

fn cursor(text: &str) -> Result<JuryId, AppError> {
    let id = uuid::Uuid::parse_str(text).map_err(|_| {
        AppError::bad_request(("Le paramètre after ne se lit pas.", "The parameter after cannot be read."))
    })?;
    Ok(JuryId(id))
}

/// Fills a seat. Also on the morning, to replace somebody: the seat left is closed first.
#[utoipa::path(tag = "juries", params(("id" = JuryId, Path)), request_body = NewSeat, responses(
    (status = 201, description = "The seat", body = SeatView),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "Sits already, or the jury has its chair", body = Problem),
    (status = 422, description = "Not a juror", body = Problem),
))]
#[post("/juries/{id}/seats")]
async fn fill(
    app: App,
    caller: Caller,
    id: web::Path<JuryId>,
    body: Checked<NewSeat>,
) -> Result<HttpResponse, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    let made = app.db.write(move |conn| seats::fill(conn, &caller, id, body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Closes a seat with a reason. What was scored there is kept and no longer counts.
#[utoipa::path(tag = "juries", params(("id" = SeatId, Path)), request_body = Closing, responses(
    (status = 200, description = "The seat, closed", body = SeatView),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 409, description = "Closed already", body = Problem),
))]
#[post("/seats/{id}/closing")]
async fn close(
    app: App,
    caller: Caller,
    id: web::Path<SeatId>,
    body: Checked<Closing>,
) -> Result<web::Json<SeatView>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let close = move |conn: &mut _| seats::close(conn, &caller, &versions, id, &body.0.reason, at);
    Ok(web::Json(app.db.write(close).await?))
}

/// Declares, for one's own seat, that no tie binds to any candidate of this jury but those listed: for
/// these the seat is recused at once.
#[utoipa::path(tag = "juries", params(("id" = SeatId, Path)), request_body = Declaration, responses(
    (status = 200, description = "The seat, its ties declared", body = SeatView),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem),
))]
#[post("/seats/{id}/declaration")]
async fn declare(
    app: App,
    caller: Caller,
    id: web::Path<SeatId>,
    body: Checked<Declaration>,
) -> Result<web::Json<SeatView>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| seats::declare(conn, &caller, &versions, id, body.0, at)).await?))
}

/// Sets a seat aside for one candidate, after a signature too: that sheet then counts no longer.
#[utoipa::path(tag = "juries", params(("id" = JuryId, Path)), request_body = NewRecusal, responses(
    (status = 201, description = "The recusal, and what follows from it", body = Recused),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "Set aside already, or missing after having signed", body = Problem),
    (status = 422, description = "The quorum would no longer hold (`quorum`)", body = Problem),
))]
#[post("/juries/{id}/recusals")]
async fn recuse(
    app: App,
    caller: Caller,
    id: web::Path<JuryId>,
    body: Checked<NewRecusal>,
) -> Result<HttpResponse, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let made = app.db.write(move |conn| seats::recuse(conn, &caller, &versions, id, body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Every rule of a jury, said one by one with what would mend it; before each of its candidates too.
#[utoipa::path(tag = "juries", params(("id" = JuryId, Path)), responses(
    (status = 200, description = "Satisfied, broken, waived or not asked", body = JuryQuorum),
    (status = 404, body = Problem),
))]
#[get("/juries/{id}/quorum")]
async fn quorum(app: App, caller: Caller, id: web::Path<JuryId>) -> Result<web::Json<JuryQuorum>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    Ok(web::Json(app.db.read(move |conn| leading::quorum(conn, &caller, &versions, id, at)).await?))
}

/// Replaces whoever leaves a seat, in one act.
#[utoipa::path(tag = "juries", params(("id" = SeatId, Path)), request_body = NewReplacement, responses(
    (status = 201, description = "The seat left and the seat filled", body = Replaced),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "Closed already, or sits already", body = Problem),
    (status = 422, description = "Not a juror, or sits elsewhere at the same hours", body = Problem),
))]
#[post("/seats/{id}/replacement")]
async fn replace(
    app: App,
    caller: Caller,
    id: web::Path<SeatId>,
    body: Checked<NewReplacement>,
) -> Result<HttpResponse, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let made = app.db.write(move |conn| seats::replace(conn, &caller, &versions, id, body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Names who presides before one candidate when the chair has stepped aside or left.
#[utoipa::path(tag = "juries", params(("id" = JuryId, Path), ("enrolment" = EnrolmentId, Path)),
    request_body = NewPresiding, responses(
    (status = 200, description = "Who presides", body = PresidingView),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "The chair presides, or the member may not sit", body = Problem),
))]
#[put("/juries/{id}/presiding/{enrolment}")]
async fn name_presiding(
    app: App,
    caller: Caller,
    path: web::Path<(JuryId, EnrolmentId)>,
    body: Checked<NewPresiding>,
) -> Result<web::Json<PresidingView>, AppError> {
    let (at, versions, (id, enrolment)) = (app.clock.now(), app.versions.clone(), path.into_inner());
    let named = app
        .db
        .write(move |conn| leading::name_presiding(conn, &caller, &versions, (id, enrolment, &body.0), at));
    Ok(web::Json(named.await?))
}

/// Sets a rule of composition aside for one jury, with a reason.
#[utoipa::path(tag = "juries", params(("id" = JuryId, Path)), request_body = NewWaiver, responses(
    (status = 201, description = "The waiver", body = WaiverView),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "Waived already", body = Problem), (status = 422, body = Problem),
))]
#[post("/juries/{id}/waivers")]
async fn waive(
    app: App,
    caller: Caller,
    id: web::Path<JuryId>,
    body: Checked<NewWaiver>,
) -> Result<HttpResponse, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    let made = app.db.write(move |conn| leading::waive(conn, &caller, id, &body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}
