//! From when to when a certification is registered, and the last day on which it may be awarded. It is not
//! printed in the référentiel: the awarding body says it, and may say it again.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, put};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::rows::RegistrationRow;
use super::store;
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::registration;
use crate::db::{AnyConn, At};
use crate::error::{AppError, Problem};
use crate::ids::VersionId;
use crate::journal::{Act, record};
use crate::state::App;
use crate::web::Checked;
use crate::web::repeat::seen_version;

/// The dates of a registration; each is the last or the first day that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    pub registered_from: Option<NaiveDate>,
    pub registered_until: Option<NaiveDate>,
    /// Until when those who entered in time may still be awarded; without it, `registered_until`.
    pub last_issue_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RegistrationView {
    #[serde(flatten)]
    pub dates: Dates,
    /// To be sent back as `If-Match`; 0 while nothing was said.
    pub version: i32,
    pub recorded_at: Option<At>,
}

/// # Errors
/// Those of the database.
pub fn find(conn: &mut AnyConn, id: VersionId) -> Result<Option<RegistrationRow>, AppError> {
    Ok(registration::table.find(id).select(RegistrationRow::as_select()).first(conn).optional()?)
}

/// # Errors
/// `internal` when what is stored is not a date.
pub fn dates(row: &RegistrationRow) -> Result<Dates, AppError> {
    let date = |text: &Option<String>| {
        text.as_deref().map(|text| text.parse::<NaiveDate>().map_err(AppError::internal)).transpose()
    };
    Ok(Dates {
        registered_from: date(&row.registered_from)?,
        registered_until: date(&row.registered_until)?,
        last_issue_on: date(&row.last_issue_on)?,
    })
}

fn view(row: Option<&RegistrationRow>) -> Result<RegistrationView, AppError> {
    Ok(RegistrationView {
        dates: row.map(dates).transpose()?.unwrap_or_default(),
        version: row.map_or(0, |row| row.version),
        recorded_at: row.map(|row| row.recorded_at),
    })
}

/// # Errors
/// `not_found`.
pub fn read(conn: &mut AnyConn, caller: &Caller, id: VersionId) -> Result<RegistrationView, AppError> {
    require(Action::ReadReferentials, &facts::in_general(caller))?;
    store::find(conn, id)?;
    view(find(conn, id)?.as_ref())
}

/// Says the dates, over the version seen.
///
/// # Errors
/// `stale`; `rule_broken` with `registration_dates_in_order` when a date comes before the one that it follows.
pub fn say(
    conn: &mut AnyConn,
    caller: &Caller,
    (id, seen, said): (VersionId, i32, Dates),
    at: At,
) -> Result<RegistrationView, AppError> {
    require(Action::RecordRegistration, &facts::in_general(caller))?;
    store::hold(conn, id)?;
    let before = find(conn, id)?;
    if before.as_ref().map_or(0, |row| row.version) != seen {
        return Err(AppError::stale((
            "Ces dates ont été modifiées entre-temps ; rien n’a été remplacé.",
            "These dates were changed meanwhile; nothing was overwritten.",
        ))
        .with("present", serde_json::to_value(view(before.as_ref())?)?));
    }
    let told = [said.registered_from, said.registered_until, said.last_issue_on];
    let told: Vec<NaiveDate> = told.into_iter().flatten().collect();
    if !told.is_sorted() {
        return Err(AppError::broken(
            "registration_dates_in_order",
            (
                "Une date d’enregistrement précède celle qu’elle doit suivre.",
                "A date of registration comes before the one that it follows.",
            ),
        ));
    }
    let text = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    let row = RegistrationRow {
        version_id: id,
        registered_from: text(said.registered_from),
        registered_until: text(said.registered_until),
        last_issue_on: text(said.last_issue_on),
        version: seen + 1,
        recorded_by: caller.account,
        recorded_at: at,
    };
    if before.is_none() {
        diesel::insert_into(registration::table).values(row.clone()).execute(conn)?;
    } else {
        diesel::update(registration::table.find(id))
            .set((
                registration::registered_from.eq(&row.registered_from),
                registration::registered_until.eq(&row.registered_until),
                registration::last_issue_on.eq(&row.last_issue_on),
                registration::version.eq(row.version),
                registration::recorded_by.eq(row.recorded_by),
                registration::recorded_at.eq(row.recorded_at),
            ))
            .execute(conn)?;
    }
    record(conn, Act::new("registration_recorded", caller.account, at).about("referential", id), &[&row])?;
    view(Some(&row))
}

/// From when to when the certification is registered, as the awarding body said.
#[utoipa::path(tag = "referentials", params(("id" = VersionId, Path)), responses(
    (status = 200, body = RegistrationView), (status = 401, body = Problem), (status = 404, body = Problem),
))]
#[get("/referentials/{id}/registration")]
pub async fn get_registration(
    app: App,
    caller: Caller,
    id: Path<VersionId>,
) -> Result<Json<RegistrationView>, AppError> {
    Ok(Json(app.db.read(move |conn| read(conn, &caller, *id)).await?))
}

/// Says from when to when it is registered: nothing is awarded outside. `If-Match` names the version seen.
#[utoipa::path(tag = "referentials", request_body = Dates,
    params(("id" = VersionId, Path), ("If-Match" = String, Header, description = "\"0\" while nothing was said")), responses(
    (status = 200, body = RegistrationView), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem), (status = 503, body = Problem),
))]
#[put("/referentials/{id}/registration")]
pub async fn put_registration(
    app: App,
    caller: Caller,
    id: Path<VersionId>,
    request: HttpRequest,
    body: Checked<Dates>,
) -> Result<HttpResponse, AppError> {
    let (seen, at) = (seen_version(&request)?, app.clock.now());
    let said = app.db.write(move |conn| say(conn, &caller, (*id, seen, body.0), at)).await?;
    Ok(HttpResponse::Ok().insert_header(("etag", format!("\"{}\"", said.version))).json(said))
}
