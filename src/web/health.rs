//! For whoever watches the service: alive, and able to serve.

use actix_web::{HttpResponse, get};
use diesel::prelude::*;

use crate::error::AppError;
use crate::state::App;

/// The process answers.
#[utoipa::path(tag = "service", responses((status = 200, description = "Alive", body = String)))]
#[get("/healthz")]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The database answers too.
#[utoipa::path(tag = "service", responses(
    (status = 200, description = "Ready", body = String),
    (status = 503, description = "The database does not answer", body = crate::error::Problem),
))]
#[get("/readyz")]
pub async fn ready(app: App) -> Result<HttpResponse, AppError> {
    let found = app
        .db
        .read_one(|conn| {
            use crate::db::schema::counter;
            Ok(counter::table.count().get_result::<i64>(conn)?)
        })
        .await;
    match found {
        Ok(_) => Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n")),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(AppError::busy(("La base de données ne répond pas.", "The database does not answer.")))
        }
    }
}
