//! Routes of what befalls a sitting.

use actix_web::{HttpResponse, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{SittingId, SlotId};
use crate::sittings::shapes::SittingView;
use crate::sittings::shapes::changes::{
    Changed, Extended, NewCancellation, NewDeadline, NewExtension, NewMerging, NewMove, NewTransfer,
    Transferred,
};
use crate::sittings::{changes, deadlines, transfers};
use crate::state::App;
use crate::web::Checked;

pub(super) fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(set_deadline)
        .service(extend_deadline)
        .service(move_sitting)
        .service(cancel)
        .service(merge)
        .service(transfer);
}

/// Sets until when evidence is filed for a sitting, that instant included.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), request_body = NewDeadline, responses(
    (status = 200, description = "The sitting", body = SittingView),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "Passed already, or after the sitting", body = Problem),
))]
#[put("/sittings/{id}/evidence-deadline")]
async fn set_deadline(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
    body: Checked<NewDeadline>,
) -> Result<web::Json<SittingView>, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| deadlines::set(conn, &caller, id, &body.0, at)).await?))
}

/// Extends the deadline for one person, with a reason.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), request_body = NewExtension, responses(
    (status = 201, description = "The extension, and whom to tell", body = Extended),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "No later than what stands, passed, or after the slot", body = Problem),
))]
#[post("/sittings/{id}/extensions")]
async fn extend_deadline(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
    body: Checked<NewExtension>,
) -> Result<HttpResponse, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    let made = app.db.write(move |conn| deadlines::extend(conn, &caller, id, &body.0, at)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Moves a sitting, its slots with it; those who were summoned are to be again.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), request_body = NewMove, responses(
    (status = 200, description = "The sitting, and whom to write to", body = Changed),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "Into the past, before its deadline, after a signature, or where somebody is \
        busy (`broken`)", body = Problem),
))]
#[post("/sittings/{id}/moves")]
async fn move_sitting(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
    body: Checked<NewMove>,
) -> Result<web::Json<Changed>, AppError> {
    let (at, id) = (app.clock.now(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| changes::move_sitting(conn, &caller, id, &body.0, at)).await?))
}

/// Cancels a sitting in which nobody has signed.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), request_body = NewCancellation, responses(
    (status = 200, description = "The sitting, and whom to write to", body = Changed),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "Signed, or over already", body = Problem),
))]
#[post("/sittings/{id}/cancellation")]
async fn cancel(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
    body: Checked<NewCancellation>,
) -> Result<web::Json<Changed>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    Ok(web::Json(app.db.write(move |conn| changes::cancel(conn, &caller, &versions, id, &body.0, at)).await?))
}

/// Merges a sitting into another, which takes over its slots.
#[utoipa::path(tag = "sittings", params(("id" = SittingId, Path)), request_body = NewMerging, responses(
    (status = 200, description = "The sitting that goes on, and whom to write to", body = Changed),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, description = "Not alike, begun, over, or where somebody is busy (`broken`)", body = Problem),
))]
#[post("/sittings/{id}/merging")]
async fn merge(
    app: App,
    caller: Caller,
    id: web::Path<SittingId>,
    body: Checked<NewMerging>,
) -> Result<web::Json<Changed>, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let merged =
        app.db.write(move |conn| changes::merge(conn, &caller, &versions, (id, &body.0), at)).await?;
    Ok(web::Json(merged))
}

/// Sends a candidate to another sitting, with a reason: the slot left says excused.
#[utoipa::path(tag = "sittings", params(("id" = SlotId, Path)), request_body = NewTransfer, responses(
    (status = 201, description = "Both slots, and whom to write to", body = Transferred),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "Left already", body = Problem),
    (status = 422, description = "Decided, absent, or a slot that cannot be (`broken`)", body = Problem),
))]
#[post("/slots/{id}/transfer")]
async fn transfer(
    app: App,
    caller: Caller,
    id: web::Path<SlotId>,
    body: Checked<NewTransfer>,
) -> Result<HttpResponse, AppError> {
    let (at, versions, id) = (app.clock.now(), app.versions.clone(), id.into_inner());
    let made =
        app.db.write(move |conn| transfers::transfer(conn, &caller, &versions, (id, &body.0), at)).await?;
    Ok(HttpResponse::Created().json(made))
}
