//! The routes of this subject.

mod changes;
mod people;

use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::mine::{self, Cursor, unreadable_cursor};
use super::shapes::{
    MySheet, NewAttendance, NewSitting, NewSlots, Opened, Progress, SittingDetail, SittingView, SlotView,
};
use super::{attendance, opening, service, slots};
use crate::access::Caller;
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::{CohortId, SittingId, SlotId};
use crate::state::App;
use crate::web::{Checked, Page, PageQuery};

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(plan).service(list).service(read).service(lay_out).service(open).service(attend);
    cfg.service(progress).service(my_sheets);
    changes::routes(cfg);
    people::routes(cfg);
}

/// Plans a sitting for a cohort.
#[utoipa::path(tag = "sittings", request_body = NewSitting, responses(
    (status = 201, description = "The sitting, planned", body = SittingView),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
))]
#[post("/sittings")]
async fn plan(app: App, caller: Caller, body: Checked<NewSitting>) -> Result<HttpResponse, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let made = app.db.write(move |conn| service::plan(conn, &caller, &versions, body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// The sittings of a cohort, in the order in which they begin.
#[utoipa::path(tag = "sittings", params(("id" = CohortId, Path), PageQuery), responses(
    (status = 200, description = "Sittings", body = Page<SittingView>),
    (status = 404, body = Problem),
))]
#[get("/cohorts/{id}/sittings")]
async fn list(
    app: App,
    caller: Caller,
    id: web::Path<CohortId>,
    query: web::Query<PageQuery>,
) -> Result<web::Json<Page<SittingView>>, AppError> {
    let limit = query.limit();
    let after = query.after.as_deref().map(after_sitting).transpose()?;
    let id = id.into_inner();
    let found = app.db.read(move |conn| service::list(conn, &caller, id, after, limit)).await?;
    Ok(web::Json(Page::from_more(found, limit, |one| {
        format!("{}_{}", one.starts_at.utc().timestamp_micros(), one.id)
    })))
}

fn after_sitting(text: &str) -> Result<(At, SittingId), AppError> {
    let parsed = || {
        let (micros, id) = text.split_once('_')?;
        let at = chrono::DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        Some((At::from(at), SittingId(Uuid::parse_str(id).ok()?)))
    };
    parsed().ok_or_else(unreadable_cursor)
}

/// A sitting and its slots; a candidate sees their own, a juror those whom they assess.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), responses(
    (status = 200, description = "The sitting", body = SittingDetail),
    (status = 404, body = Problem),
))]
#[get("/sittings/{id}")]
async fn read(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
) -> Result<web::Json<SittingDetail>, AppError> {
    let id = id.into_inner();
    Ok(web::Json(app.db.read(move |conn| service::read(conn, &caller, id)).await?))
}

/// Lays out the slots of some candidates before one jury, one after the other.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), request_body = NewSlots, responses(
    (status = 201, description = "The slots, in their order", body = Page<SlotView>),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "Every fault of every slot, in `broken`", body = Problem),
))]
#[post("/sittings/{id}/slots")]
async fn lay_out(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
    body: Checked<NewSlots>,
) -> Result<HttpResponse, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let items = app.db.write(move |conn| slots::lay_out(conn, &caller, &versions, id, body.0, at)).await?;
    Ok(HttpResponse::Created().json(Page { items, next: None }))
}

/// Opens a sitting when every jury may sit, and makes its sheets. May be repeated: only what is missing is
/// made, for seats filled since.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), responses(
    (status = 200, description = "The sitting, open", body = Opened),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "Every rule that does not hold, in `broken`", body = Problem),
))]
#[post("/sittings/{id}/opening")]
async fn open(app: App, caller: Caller, id: web::Path<SittingId>) -> Result<web::Json<Opened>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| opening::open(conn, &caller, &versions, id, at)).await?))
}

/// Records that a candidate is there, late, absent or excused; corrects it with a reason.
#[utoipa::path(tag = "sittings", params(("id" = SlotId, Path)), request_body = NewAttendance, responses(
    (status = 200, description = "The slot", body = SlotView),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "A juror has signed: they were there", body = Problem),
    (status = 422, description = "Reason or identity check missing", body = Problem),
))]
#[put("/slots/{id}/attendance")]
async fn attend(
    app: App,
    caller: Caller,
    id: web::Path<SlotId>,
    body: Checked<NewAttendance>,
) -> Result<web::Json<SlotView>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    Ok(web::Json(
        app.db.write(move |conn| attendance::attend(conn, &caller, &versions, id, body.0, at)).await?,
    ))
}

/// How many of the expected seats have signed each candidate; never what they wrote.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), responses(
    (status = 200, description = "Counts", body = Page<Progress>),
    (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/sittings/{id}/progress")]
async fn progress(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
) -> Result<web::Json<Page<Progress>>, AppError> {
    let id = id.into_inner();
    let items = app.db.read(move |conn| service::progress(conn, &caller, id)).await?;
    Ok(web::Json(Page { items, next: None }))
}

/// The caller's own sheets: today and later first.
#[utoipa::path(tag = "sittings", params(PageQuery), responses(
    (status = 200, description = "Sheets", body = Page<MySheet>),
))]
#[get("/me/sheets")]
async fn my_sheets(
    app: App,
    caller: Caller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<Page<MySheet>>, AppError> {
    let (at, limit) = (app.clock.now(), query.limit());
    let after: Option<Cursor> = query.after.as_deref().map(str::parse).transpose()?;
    let found = app.db.read(move |conn| mine::list(conn, &caller, after, limit, at)).await?;
    Ok(web::Json(Page::from_more(found, limit, |sheet| sheet.cursor.clone())))
}
