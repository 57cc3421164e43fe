//! The routes of cohorts and people.

use actix_web::http::header::ETAG;
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::identity::{self, Correction, Proof};
use super::model::{NewCohort, NewEnrolments, NewRequirementState, NewTrainer};
use super::search::{self, PeopleQuery, PersonView};
use super::views::{
    AcquiredBlockView, CandidateView, CohortView, EnrolmentView, RequirementView, TrainerView,
    WholeCohortView, WholeEnrolmentView,
};
use super::{account, intake, service};
use crate::access::Caller;
use crate::access::api::invitations::InvitationMade;
use crate::error::{AppError, Problem};
use crate::ids::{CandidateId, CohortId, EnrolmentId};
use crate::state::App;
use crate::web::page::id_after;
use crate::web::repeat::seen_version;
use crate::web::{Checked, Page, PageQuery};

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(create_cohort)
        .service(list_cohorts)
        .service(get_cohort)
        .service(assign_trainer)
        .service(enrol)
        .service(list_enrolments)
        .service(get_enrolment)
        .service(list_requirements)
        .service(record_requirement)
        .service(super::requirements::api::read)
        .service(super::requirements::api::file)
        .service(super::requirements::api::ask)
        .service(super::requirements::api::take_back)
        .service(invite_candidate)
        .service(intake::api::import_people)
        .service(search_people)
        .service(correct_identity)
        .service(record_acquired);
}

fn unreadable_page() -> AppError {
    AppError::bad_request(("Les paramètres de l’adresse ne se lisent pas.", "The query cannot be read."))
}

/// Create a cohort of one centre, for one published version.
#[utoipa::path(tag = "cohorts", request_body = NewCohort, responses(
    (status = 201, description = "Created", body = CohortView),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "Not a centre of the caller", body = Problem),
    (status = 409, description = "The centre has a cohort of this name", body = Problem),
    (status = 422, description = "`invalid`, or `version_not_published`", body = Problem),
))]
#[post("/cohorts")]
pub async fn create_cohort(
    app: App,
    caller: Caller,
    new: Checked<NewCohort>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let versions = app.versions.clone();
    let row = app.db.write(move |conn| service::create_cohort(conn, &caller, &versions, new.0, at)).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/cohorts/{}", row.id)))
        .json(CohortView::from(row)))
}

/// The cohorts that the caller may see, in the order in which they were created.
#[utoipa::path(tag = "cohorts", params(PageQuery), responses(
    (status = 200, description = "A page", body = Page<CohortView>),
))]
#[get("/cohorts")]
pub async fn list_cohorts(
    app: App,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<Json<Page<CohortView>>, AppError> {
    let after = page.after.as_deref().map(|text| text.parse().map(CohortId)).transpose();
    let after = after.map_err(|_| unreadable_page())?;
    let limit = page.limit();
    let found = app.db.read(move |conn| service::list_cohorts(conn, &caller, after, limit)).await?;
    let views = found.into_iter().map(CohortView::from).collect();
    Ok(Json(Page::from_more(views, limit, |view: &CohortView| view.id.to_string())))
}

/// One cohort and its trainers.
#[utoipa::path(tag = "cohorts", params(("id" = CohortId, Path)), responses(
    (status = 200, description = "The cohort", body = WholeCohortView),
    (status = 404, description = "No such cohort for the caller", body = Problem),
))]
#[get("/cohorts/{id}")]
pub async fn get_cohort(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
) -> Result<Json<WholeCohortView>, AppError> {
    let id = id.into_inner();
    Ok(Json(app.db.read(move |conn| service::get_cohort(conn, &caller, id)).await?))
}

/// Say who trains a cohort: they will never sit on its juries.
#[utoipa::path(tag = "cohorts", params(("id" = CohortId, Path)), request_body = NewTrainer, responses(
    (status = 201, description = "Assigned", body = TrainerView),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such cohort for the caller", body = Problem),
    (status = 409, description = "Trains it already", body = Problem),
    (status = 422, description = "`not_a_trainer`", body = Problem),
))]
#[post("/cohorts/{id}/trainers")]
pub async fn assign_trainer(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    new: Checked<NewTrainer>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let row = app.db.write(move |conn| service::assign_trainer(conn, &caller, id, &new.0, at)).await?;
    Ok(HttpResponse::Created().json(TrainerView::from(row)))
}

/// Enrol up to 500 people: all of them or nobody.
#[utoipa::path(tag = "enrolments", params(("id" = CohortId, Path)), request_body = NewEnrolments, responses(
    (status = 201, description = "In the order of the list", body = Page<EnrolmentView>),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such cohort for the caller", body = Problem),
    (status = 409, description = "Addresses that are taken, each with its place in the list", body = Problem),
    (status = 422, description = "`invalid`: every fault with its place in the list", body = Problem),
))]
#[post("/cohorts/{id}/enrolments")]
pub async fn enrol(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    new: Checked<NewEnrolments>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let versions = app.versions.clone();
    let list = new.0.enrolments;
    let items = app.db.write(move |conn| service::enrol(conn, &caller, &versions, id, &list, at)).await?;
    Ok(HttpResponse::Created().json(Page { items, next: None }))
}

/// The enrolments of a cohort, by number.
#[utoipa::path(tag = "enrolments", params(("id" = CohortId, Path), PageQuery), responses(
    (status = 200, description = "A page", body = Page<EnrolmentView>),
    (status = 404, description = "No such cohort for the caller", body = Problem),
))]
#[get("/cohorts/{id}/enrolments")]
pub async fn list_enrolments(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<EnrolmentView>>, AppError> {
    let id = id.into_inner();
    let limit = page.limit();
    let after = page.into_inner().after;
    if after.as_deref().is_some_and(|number| !number.bytes().all(|b| b.is_ascii_digit())) {
        return Err(unreadable_page());
    }
    let read = move |conn: &mut _| service::list_enrolments(conn, &caller, id, after.as_deref(), limit);
    let views = app.db.read(read).await?;
    Ok(Json(Page::from_more(views, limit, |view: &EnrolmentView| view.number.clone())))
}

/// One enrolment: who, which blocks, and the requirements outside them.
#[utoipa::path(tag = "enrolments", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, description = "The enrolment", body = WholeEnrolmentView),
    (status = 404, description = "No such enrolment for the caller", body = Problem),
))]
#[get("/enrolments/{id}")]
pub async fn get_enrolment(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<Json<WholeEnrolmentView>, AppError> {
    let id = id.into_inner();
    let versions = app.versions.clone();
    Ok(Json(app.db.read(move |conn| service::get_enrolment(conn, &caller, &versions, id)).await?))
}

/// How the requirements outside the blocks stand.
#[utoipa::path(tag = "enrolments", params(("id" = EnrolmentId, Path)), responses(
    (status = 200, description = "All of them, in the order of the référentiel", body = Page<RequirementView>),
    (status = 404, description = "No such enrolment for the caller", body = Problem),
))]
#[get("/enrolments/{id}/requirements")]
pub async fn list_requirements(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<Json<Page<RequirementView>>, AppError> {
    let id = id.into_inner();
    let versions = app.versions.clone();
    let items = app.db.read(move |conn| service::list_requirements(conn, &caller, &versions, id)).await?;
    Ok(Json(Page { items, next: None }))
}

/// Record how one requirement stands: pending, met, unmet or waived.
#[utoipa::path(
    tag = "enrolments",
    params(
        ("id" = EnrolmentId, Path),
        ("slug" = String, Path),
        ("If-Match" = String, Header, description = "The version seen, in quotes"),
    ),
    request_body = NewRequirementState,
    responses(
        (status = 200, description = "Recorded; the new version as ETag", body = RequirementView),
        (status = 403, description = "Not allowed", body = Problem),
        (status = 404, description = "No such requirement for the caller", body = Problem),
        (status = 412, description = "Changed meanwhile: the value as it stands in `present`", body = Problem),
        (status = 422, description = "No reason, or evidence of somebody else", body = Problem),
        (status = 428, description = "No If-Match", body = Problem),
    )
)]
#[put("/enrolments/{id}/requirements/{slug}")]
pub async fn record_requirement(
    app: App,
    caller: Caller,
    request: HttpRequest,
    path: Path<(EnrolmentId, String)>,
    new: Checked<NewRequirementState>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let seen = seen_version(&request)?;
    let (id, slug) = path.into_inner();
    let versions = app.versions.clone();
    let view = app
        .db
        .write(move |conn| service::record_requirement(conn, &caller, &versions, id, &slug, seen, new.0, at))
        .await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, format!("\"{}\"", view.version))).json(view))
}

/// Give an enrolled candidate an account, with a link to come in.
#[utoipa::path(tag = "cohorts", params(("id" = EnrolmentId, Path)), responses(
    (status = 201, description = "Invited", body = InvitationMade),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such enrolment for the caller", body = Problem),
    (status = 409, description = "Tied to another account", body = Problem),
))]
#[post("/enrolments/{id}/invitation")]
pub async fn invite_candidate(
    app: App,
    caller: Caller,
    id: Path<EnrolmentId>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let made = app.db.write(move |conn| account::invite(conn, &caller, *id, at)).await?;
    Ok(HttpResponse::Created().json(InvitationMade::new(made, &app.public_url)))
}

/// People by their names or e-mail, accents and capitals aside: those whom the caller may see, by name.
#[utoipa::path(tag = "people", params(PeopleQuery), responses(
    (status = 200, description = "A page", body = Page<PersonView>),
    (status = 400, description = "`after` is not one that a page gave", body = Problem),
))]
#[get("/people")]
pub async fn search_people(
    app: App,
    caller: Caller,
    query: Query<PeopleQuery>,
) -> Result<Json<Page<PersonView>>, AppError> {
    let after = query.after.as_deref().map(id_after).transpose()?.map(CandidateId);
    let limit = PageQuery { after: None, limit: query.limit }.limit();
    let q: String = query.into_inner().q.unwrap_or_default().chars().take(200).collect();
    let found = app.db.read(move |conn| search::people(conn, &caller, &q, after, limit)).await?;
    Ok(Json(Page::from_more(found, limit, |view: &PersonView| view.candidate.id.to_string())))
}

/// Correct who somebody is, with a reason. What was said before is kept.
#[utoipa::path(
    tag = "enrolments",
    params(
        ("id" = EnrolmentId, Path),
        ("If-Match" = String, Header, description = "The candidate's version seen, in quotes"),
    ),
    request_body = Correction,
    responses(
        (status = 200, description = "Corrected; the new version as ETag", body = CandidateView),
        (status = 403, description = "Not allowed", body = Problem),
        (status = 404, description = "No such enrolment for the caller", body = Problem),
        (status = 412, description = "Changed meanwhile: the value as it stands in `present`", body = Problem),
        (status = 422, description = "`invalid`, or `nothing_corrected`", body = Problem),
        (status = 428, description = "No If-Match", body = Problem),
    )
)]
#[put("/enrolments/{id}/identity")]
pub async fn correct_identity(
    app: App,
    caller: Caller,
    request: HttpRequest,
    id: Path<EnrolmentId>,
    new: Checked<Correction>,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let seen = seen_version(&request)?;
    let id = id.into_inner();
    let view = app.db.write(move |conn| identity::correct(conn, &caller, id, seen, &new.0, at)).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, format!("\"{}\"", view.version))).json(view))
}

/// Record a block that somebody held from before, with its proof: it is not assessed again.
#[utoipa::path(
    tag = "enrolments",
    params(("id" = EnrolmentId, Path), ("slug" = String, Path)),
    request_body = Proof,
    responses(
        (status = 200, description = "Recorded", body = AcquiredBlockView),
        (status = 403, description = "Not allowed", body = Problem),
        (status = 404, description = "No such enrolment, or block, for the caller", body = Problem),
        (status = 422, description = "`invalid`, or `already_decided`", body = Problem),
    )
)]
#[put("/enrolments/{id}/acquired-blocks/{slug}")]
pub async fn record_acquired(
    app: App,
    caller: Caller,
    path: Path<(EnrolmentId, String)>,
    new: Checked<Proof>,
) -> Result<Json<AcquiredBlockView>, AppError> {
    let at = app.clock.now();
    let (id, block) = path.into_inner();
    let versions = app.versions.clone();
    let record = move |conn: &mut _| identity::acquire(conn, &caller, &versions, (id, &block), new.0, at);
    Ok(Json(app.db.write(record).await?))
}
