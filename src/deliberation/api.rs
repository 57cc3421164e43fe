//! Routes of proposals, deliberations and decisions.

use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::sentences::EnrolmentView;
use super::service::carrying::{CarriedView, CarryingBody};
use super::service::closing::ClosingBody;
use super::service::decide::{DecisionBody, Motion};
use super::service::impediment::{ImpedimentBody, ImpedimentView};
use super::service::members::{MemberView, PresenceBody};
use super::service::proposal::WhatIfBody;
use super::service::publishing::ResultView;
use super::service::read::{DecisionView, DeliberationLine, DeliberationView, NewDeliberation};
use super::service::resit::{NewResit, ResitView};
use super::service::revoking::{RevocationBody, RevocationView};
use super::service::{
    carrying, closing, decide, impediment, members, proposal, publishing, read, resit, revoking,
};
use crate::access::Caller;
use crate::error::{AppError, Problem};
use crate::ids::{DecisionId, DeliberationId, EnrolmentId, JuryId, SeatId};
use crate::state::App;
use crate::web::repeat::seen_version;
use crate::web::{Checked, Page, PageQuery};

/// What the rules say of a candidate, with the path that decided: once every juror has signed.
#[utoipa::path(tag = "deliberation", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, body = Object), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/enrolments/{id}/proposal")]
pub async fn read_proposal(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<Json<EnrolmentView>, AppError> {
    let versions = app.versions.clone();
    Ok(Json(app.db.read(move |conn| proposal::read(conn, &caller, &versions, *id)).await?))
}

/// What they would say if something were otherwise; nothing is written.
#[utoipa::path(tag = "deliberation", request_body = WhatIfBody, params(("id" = EnrolmentId, Path)), responses(
    (status = 200, body = Object), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
))]
#[post("/enrolments/{id}/what-if")]
pub async fn what_if(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
    body: Checked<WhatIfBody>,
) -> Result<Json<EnrolmentView>, AppError> {
    let versions = app.versions.clone();
    Ok(Json(app.db.read(move |conn| proposal::what_if(conn, &caller, &versions, (*id, &body.0))).await?))
}

/// The decisions on a candidate, once published.
#[utoipa::path(tag = "deliberation", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, body = Vec<ResultView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/enrolments/{id}/results")]
pub async fn read_results(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<Json<Vec<ResultView>>, AppError> {
    Ok(Json(app.db.read(move |conn| publishing::results(conn, &caller, *id)).await?))
}

/// The manager convenes a jury over sittings in which it assessed.
#[utoipa::path(tag = "deliberation", request_body = NewDeliberation, responses(
    (status = 201, body = DeliberationLine), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/deliberations")]
pub async fn convene(
    app: App,
    caller: Caller,
    body: Checked<NewDeliberation>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let made = app.db.write(move |conn| read::convene(conn, &caller, &body.0, at)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/deliberations/{}", made.id)))
        .json(made))
}

/// The deliberations of a jury.
#[utoipa::path(tag = "deliberation", params(("id" = JuryId, Path), PageQuery), responses(
    (status = 200, body = Page<DeliberationLine>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/juries/{id}/deliberations")]
pub async fn list(
    app: App,
    caller: Caller,
    id: Path<JuryId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<DeliberationLine>>, AppError> {
    Ok(Json(app.db.read(move |conn| read::list(conn, &caller, *id, &page)).await?))
}

/// Everything on the table: per candidate and block what the rules propose and what the jury decided.
#[utoipa::path(tag = "deliberation", params(("id" = DeliberationId, Path)), responses(
    (status = 200, body = DeliberationView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
#[get("/deliberations/{id}")]
pub async fn read_deliberation(
    app: App,
    caller: Caller,
    id: Path<DeliberationId>,
) -> Result<Json<DeliberationView>, AppError> {
    let versions = app.versions.clone();
    Ok(Json(app.db.read(move |conn| read::read(conn, &caller, &versions, *id)).await?))
}

/// Decides one block, or `certification`, of one candidate. `If-Match` names the decision seen.
#[utoipa::path(tag = "deliberation", request_body = DecisionBody,
    params(("id" = DeliberationId, Path), ("enrolment" = EnrolmentId, Path), ("target" = String, Path, max_length = 64),
        ("If-Match" = String, Header, description = "\"0\" when undecided")),
    responses((status = 200, body = DecisionView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem), (status = 503, body = Problem)))]
#[put("/deliberations/{id}/decisions/{enrolment}/{target}")]
pub async fn put_decision(
    app: App,
    caller: Caller,
    path: Path<(DeliberationId, EnrolmentId, String)>,
    request: HttpRequest,
    body: Checked<DecisionBody>,
) -> Result<HttpResponse, AppError> {
    let (deliberation, enrolment, target) = path.into_inner();
    let motion = Motion { deliberation, enrolment, target, seen: seen_version(&request)?, body: body.0 };
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let decided = app.db.write(move |conn| decide::decide(conn, &caller, &versions, &motion, at)).await?;
    Ok(HttpResponse::Ok().insert_header(("etag", format!("\"{}\"", decided.version))).json(decided))
}

/// The chair closes the deliberation: the minutes get their number.
#[utoipa::path(tag = "deliberation", request_body = ClosingBody, params(("id" = DeliberationId, Path)), responses(
    (status = 200, body = DeliberationLine), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/deliberations/{id}/closing")]
pub async fn close(
    app: App,
    caller: Caller,
    id: Path<DeliberationId>,
    body: Checked<ClosingBody>,
) -> Result<Json<DeliberationLine>, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    Ok(Json(app.db.write(move |conn| closing::close(conn, &caller, &versions, (*id, &body.0), at)).await?))
}

/// The manager publishes the decisions to the candidates, after the last signature.
#[utoipa::path(tag = "deliberation", params(("id" = DeliberationId, Path)), responses(
    (status = 200, body = DeliberationLine), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/deliberations/{id}/publication")]
pub async fn publish(
    app: App,
    caller: Caller,
    id: Path<DeliberationId>,
) -> Result<Json<DeliberationLine>, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    Ok(Json(app.db.write(move |conn| publishing::publish(conn, &caller, &versions, *id, at)).await?))
}

/// The chair says whether a member is in the room.
#[utoipa::path(tag = "deliberation", request_body = PresenceBody,
    params(("id" = DeliberationId, Path), ("seat" = SeatId, Path)), responses(
    (status = 200, body = MemberView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[put("/deliberations/{id}/members/{seat}")]
pub async fn put_presence(
    app: App,
    caller: Caller,
    path: Path<(DeliberationId, SeatId)>,
    body: Checked<PresenceBody>,
) -> Result<Json<MemberView>, AppError> {
    let ((id, seat), at) = (path.into_inner(), app.clock.now());
    Ok(Json(
        app.db.write(move |conn| members::record_presence(conn, &caller, (id, seat, &body.0), at)).await?,
    ))
}

/// The chair, and the manager, say that a member cannot sign any more: it holds once both have.
#[utoipa::path(tag = "deliberation", request_body = ImpedimentBody,
    params(("id" = DeliberationId, Path), ("seat" = SeatId, Path)), responses(
    (status = 200, body = ImpedimentView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/deliberations/{id}/signatures/{seat}/impediment")]
pub async fn attest_impediment(
    app: App,
    caller: Caller,
    path: Path<(DeliberationId, SeatId)>,
    body: Checked<ImpedimentBody>,
) -> Result<Json<ImpedimentView>, AppError> {
    let ((id, seat), at) = (path.into_inner(), app.clock.now());
    Ok(Json(app.db.write(move |conn| impediment::attest(conn, &caller, (id, seat, &body.0), at)).await?))
}

/// Revokes a decision, with a reason: another deliberation is opened, whose minutes rectify.
#[utoipa::path(tag = "deliberation", request_body = RevocationBody, params(("id" = DecisionId, Path)), responses(
    (status = 201, body = RevocationView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/decisions/{id}/revocation")]
pub async fn revoke(
    app: App,
    caller: Caller,
    id: Path<DecisionId>,
    body: Checked<RevocationBody>,
) -> Result<HttpResponse, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let revoked =
        app.db.write(move |conn| revoking::revoke(conn, &caller, &versions, (*id, &body.0), at)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/deliberations/{}", revoked.deliberation.id)))
        .json(revoked))
}

/// Plans a resit: a new sitting of named methods, for candidates who were refused or absent.
#[utoipa::path(tag = "deliberation", request_body = NewResit, responses(
    (status = 201, body = ResitView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/resits")]
pub async fn plan_resit(app: App, caller: Caller, body: Checked<NewResit>) -> Result<HttpResponse, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let planned = app.db.write(move |conn| resit::plan(conn, &caller, &versions, body.0, at)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/sittings/{}", planned.sitting.id)))
        .json(planned))
}

/// Carries the acquired blocks of an earlier enrolment of the same person, by reference to their decisions.
#[utoipa::path(tag = "deliberation", request_body = CarryingBody, params(("id" = EnrolmentId, Path)), responses(
    (status = 201, body = Vec<CarriedView>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
#[post("/enrolments/{id}/carried-blocks")]
pub async fn carry_blocks(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
    body: Checked<CarryingBody>,
) -> Result<HttpResponse, AppError> {
    let (at, versions) = (app.clock.now(), app.versions.clone());
    let carried =
        app.db.write(move |conn| carrying::carry(conn, &caller, &versions, (*id, body.0), at)).await?;
    Ok(HttpResponse::Created().json(carried))
}

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read_proposal)
        .service(what_if)
        .service(read_results)
        .service(convene)
        .service(list)
        .service(read_deliberation)
        .service(put_decision)
        .service(close)
        .service(publish)
        .service(put_presence)
        .service(attest_impediment)
        .service(revoke)
        .service(plan_resit)
        .service(carry_blocks);
}
