//! Routes of the people of a sitting: summonses, attendance lists, adjustments.

use actix_web::{get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{EnrolmentId, SittingId, SummonsId};
use crate::sittings::shapes::people::{
    Adjustments, AttendanceList, Calls, MySummons, NewAdjustments, Summoned,
};
use crate::sittings::{adjustments, attendance, summons};
use crate::state::App;
use crate::web::{Checked, Page};

pub(super) fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_summons)
        .service(summon)
        .service(receive)
        .service(my_summons)
        .service(attendance_list)
        .service(read_adjustments)
        .service(put_adjustments);
}

/// Who comes to a sitting, when they were summoned and received the rules, who is to be summoned.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), responses(
    (status = 200, description = "Candidates in their order, then jurors", body = Calls),
    (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/sittings/{id}/summons")]
async fn list_summons(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
) -> Result<web::Json<Calls>, AppError> {
    let id = id.into_inner();
    Ok(web::Json(app.db.read(move |conn| summons::list(conn, &caller, id)).await?))
}

/// Summons everybody who is not yet, or was to hours that are no more.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), responses(
    (status = 200, description = "Whom to write to; nobody twice", body = Summoned),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "No slot, or over", body = Problem),
))]
#[post("/sittings/{id}/summons")]
async fn summon(app: App, caller: Caller, id: web::Path<SittingId>) -> Result<web::Json<Summoned>, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| summons::summon(conn, &caller, id, at)).await?))
}

/// Says that one has received one's summons, and the rules with it.
#[utoipa::path(tag = "sittings", params(("id" = SummonsId, Path)), responses(
    (status = 200, description = "The summons", body = MySummons),
    (status = 404, body = Problem),
))]
#[post("/summons/{id}/receipt")]
async fn receive(
    app: App,
    caller: Caller,
    id: web::Path<SummonsId>,
) -> Result<web::Json<MySummons>, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| summons::receive(conn, &caller, id, at)).await?))
}

/// The caller's own summonses, the latest first.
#[utoipa::path(tag = "sittings", responses(
    (status = 200, description = "Summonses", body = Page<MySummons>),
))]
#[get("/me/summons")]
async fn my_summons(app: App, caller: Caller) -> Result<web::Json<Page<MySummons>>, AppError> {
    let items = app.db.read(move |conn| summons::mine(conn, &caller)).await?;
    Ok(web::Json(Page { items, next: None }))
}

/// Who is expected and who was there, by half-day in the zone of the centre.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), responses(
    (status = 200, description = "The list", body = AttendanceList),
    (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/sittings/{id}/attendance-list")]
async fn attendance_list(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
) -> Result<web::Json<AttendanceList>, AppError> {
    let id = id.into_inner();
    Ok(web::Json(app.db.read(move |conn| attendance::list(conn, &caller, id)).await?))
}

/// What is granted to a candidate for the way they are assessed.
#[utoipa::path(tag = "enrolments", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, description = "What stands", body = Adjustments),
    (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/enrolments/{id}/adjustments")]
async fn read_adjustments(
    app: App,
    caller: Caller,
    id: web::Path<EnrolmentId>,
) -> Result<web::Json<Adjustments>, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    Ok(web::Json(app.db.read(move |conn| adjustments::read(conn, &caller, id, at)).await?))
}

/// Grants all this and nothing else.
#[utoipa::path(tag = "enrolments", params(("id" = EnrolmentId, Path)), request_body = NewAdjustments, responses(
    (status = 200, description = "What stands now", body = Adjustments),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
))]
#[put("/enrolments/{id}/adjustments")]
async fn put_adjustments(
    app: App,
    caller: Caller,
    id: web::Path<EnrolmentId>,
    body: Checked<NewAdjustments>,
) -> Result<web::Json<Adjustments>, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| adjustments::put(conn, &caller, id, &body.0, at)).await?))
}
