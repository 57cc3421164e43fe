//! What left, what waits, what did not: for whoever manages.

use actix_web::web::{Json, Path, Query};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::rows::{LetterKind, LetterState, OutboxRow};
use super::service;
use super::store::Whose;
use crate::access::Caller;
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::{AccountId, CohortId, LetterId};
use crate::state::App;
use crate::web::page::id_after;
use crate::web::{Page, PageQuery};

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(of_cohort).service(of_account).service(send_again);
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailQuery {
    /// What the page before gave as `next`.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// How many at the most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// Only those that stand so.
    pub state: Option<LetterState>,
}

/// A letter, without what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterView {
    pub id: LetterId,
    pub kind: LetterKind,
    pub account_id: Option<AccountId>,
    pub cohort_id: Option<CohortId>,
    pub state: LetterState,
    pub queued_at: At,
    /// When it will be tried; absent once it is sent or given up.
    pub next_try_at: Option<At>,
    pub attempts: i32,
    pub sent_at: Option<At>,
    pub given_up_at: Option<At>,
    /// Stable code of the last failure: `refused_550`, `connection`…
    pub failure: Option<String>,
    /// Whether what it says is kept, so that it can be sent again.
    pub can_be_sent_again: bool,
}

impl From<OutboxRow> for LetterView {
    fn from(row: OutboxRow) -> Self {
        let done = |state| row.done_at.filter(|_| row.state == state);
        Self {
            id: row.id,
            kind: row.kind,
            account_id: row.account_id,
            cohort_id: row.cohort_id,
            state: row.state,
            queued_at: row.queued_at,
            next_try_at: Some(row.run_after).filter(|_| row.state == LetterState::Waiting),
            attempts: row.attempts,
            sent_at: done(LetterState::Sent),
            given_up_at: done(LetterState::Dead),
            can_be_sent_again: row.state == LetterState::Dead && row.payload.is_some(),
            failure: row.failure,
        }
    }
}

/// The letters about a cohort, the latest first.
#[utoipa::path(tag = "mail", params(("id" = CohortId, Path), MailQuery), responses(
    (status = 200, description = "A page of letters", body = Page<LetterView>),
    (status = 400, description = "A query that cannot be read", body = Problem),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such cohort, or not yours to see", body = Problem),
))]
#[get("/cohorts/{id}/mails")]
pub async fn of_cohort(
    app: App,
    caller: Caller,
    id: Path<CohortId>,
    query: Query<MailQuery>,
) -> Result<Json<Page<LetterView>>, AppError> {
    list(&app, caller, Whose::Cohort(*id), query.into_inner()).await
}

/// The letters to an account, the latest first.
#[utoipa::path(tag = "mail", params(("id" = AccountId, Path), MailQuery), responses(
    (status = 200, description = "A page of letters", body = Page<LetterView>),
    (status = 400, description = "A query that cannot be read", body = Problem),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "No such account, or not yours to see", body = Problem),
))]
#[get("/accounts/{id}/mails")]
pub async fn of_account(
    app: App,
    caller: Caller,
    id: Path<AccountId>,
    query: Query<MailQuery>,
) -> Result<Json<Page<LetterView>>, AppError> {
    list(&app, caller, Whose::Account(*id), query.into_inner()).await
}

async fn list(
    app: &App,
    caller: Caller,
    whose: Whose,
    query: MailQuery,
) -> Result<Json<Page<LetterView>>, AppError> {
    let MailQuery { after, limit, state } = query;
    let limit = PageQuery { after: None, limit }.limit();
    let before = after.as_deref().map(id_after).transpose()?.map(LetterId);
    let found = app.db.read(move |conn| service::list(conn, &caller, whose, state, before, limit)).await?;
    let shown = found.into_iter().map(LetterView::from).collect();
    Ok(Json(Page::from_more(shown, limit, |letter: &LetterView| letter.id.to_string())))
}

/// Sends a letter that was given up once more. One that was sent is not kept; nor is a link that lets in.
#[utoipa::path(tag = "mail", params(("id" = LetterId, Path)), responses(
    (status = 202, description = "The new letter, which waits to leave", body = LetterView),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such letter, or not yours to see", body = Problem),
    (status = 409, description = "It waits, is over or is not kept: `rule` says which", body = Problem),
))]
#[post("/mails/{id}/sending")]
pub async fn send_again(app: App, caller: Caller, id: Path<LetterId>) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let row = app.db.write(move |conn| service::send_again(conn, &caller, *id, at)).await?;
    Ok(HttpResponse::Accepted().json(LetterView::from(row)))
}
