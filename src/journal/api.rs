//! Routes of the journal: what was done, and the signed head that proves it.

use actix_web::get;
use actix_web::web::{Json, Query};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::act::EntryRow;
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::{journal_checkpoint, journal_entry};
use crate::db::{AnyConn, At, Bytes};
use crate::error::{AppError, Problem};
use crate::ids::{AccountId, EntryId};
use crate::state::App;
use crate::web::{Page, PageQuery};

/// An entry as the registers show it: ids, never contents.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EntryView {
    pub id: EntryId,
    pub position: i64,
    pub kind: String,
    /// Nobody when the service itself acted.
    pub actor: Option<AccountId>,
    pub at: At,
    /// Kind of thing and id.
    #[schema(value_type = Vec<Vec<String>>)]
    pub subjects: serde_json::Value,
}

#[derive(Debug, Clone, Serialize, Queryable, ToSchema)]
pub struct CheckpointView {
    /// Entries covered.
    pub size: i64,
    /// RFC 6962 root hash, in hexadecimal.
    #[schema(value_type = String)]
    pub root: Bytes,
    /// C2SP signed note.
    pub note: String,
    pub signed_at: At,
}

/// The entries that have their place in the log, oldest first.
#[utoipa::path(tag = "journal", params(PageQuery), responses(
    (status = 200, body = Page<EntryView>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
))]
#[get("/journal")]
pub async fn read_journal(
    app: App,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<Json<Page<EntryView>>, AppError> {
    let found = app
        .db
        .read(move |conn| {
            require(Action::ReadJournal, &facts::in_general(&caller))?;
            entries(conn, &page)
        })
        .await?;
    Ok(Json(found))
}

fn entries(conn: &mut AnyConn, page: &PageQuery) -> Result<Page<EntryView>, AppError> {
    let after = page.after.as_deref().map(str::parse::<i64>).transpose().map_err(|_| {
        AppError::bad_request((
            "Le paramètre « after » est un rang du journal.",
            "The parameter “after” is a place in the journal.",
        ))
    })?;
    let rows: Vec<EntryRow> = journal_entry::table
        .filter(journal_entry::position.gt(after.unwrap_or(-1)))
        .order(journal_entry::position.asc())
        .limit(page.limit() + 1)
        .load(conn)?;
    let views = rows.into_iter().filter_map(|row| {
        Some(EntryView {
            id: row.id,
            position: row.position?,
            kind: row.kind,
            actor: row.actor,
            at: row.at,
            subjects: row.subjects.0,
        })
    });
    Ok(Page::from_more(views.collect(), page.limit(), |view: &EntryView| view.position.to_string()))
}

/// The newest signed head of the log. Keep it elsewhere: compared with a later one, it shows a rewriting.
#[utoipa::path(tag = "journal", responses(
    (status = 200, body = CheckpointView), (status = 401, body = Problem), (status = 404, body = Problem),
))]
#[get("/journal/checkpoint")]
pub async fn read_checkpoint(app: App, caller: Caller) -> Result<Json<CheckpointView>, AppError> {
    let found = app
        .db
        .read(move |conn| {
            require(Action::ReadJournal, &facts::in_general(&caller))?;
            Ok(journal_checkpoint::table
                .order(journal_checkpoint::size.desc())
                .select((
                    journal_checkpoint::size,
                    journal_checkpoint::root,
                    journal_checkpoint::note,
                    journal_checkpoint::signed_at,
                ))
                .first::<CheckpointView>(conn)?)
        })
        .await?;
    Ok(Json(found))
}

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read_journal).service(read_checkpoint);
}
