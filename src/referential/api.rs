//! The routes of the standard.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::ETAG;
use actix_web::web::{self, Json, Path, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, get, post};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::rows::VersionState;
use super::service::{self, Change};
use super::store::VersionHead;
use crate::access::Caller;
use crate::db::At;
use crate::error::{AppError, Problem};
use crate::ids::VersionId;
use crate::state::App;
use crate::web::body::CheckedShape;
use crate::web::{Page, PageQuery};

/// Largest file, in bytes: the two référentiels of the sources are under a tenth of it.
const YAML_LIMIT: usize = 2 * 1024 * 1024;

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(load_referential)
        .service(list_referentials)
        .service(get_referential)
        .service(publish_referential)
        .service(super::registration::get_registration)
        .service(super::registration::put_registration);
}

/// One version of a référentiel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VersionView {
    pub id: VersionId,
    pub code: String,
    pub version: String,
    /// As registered, never translated.
    pub title: String,
    pub state: VersionState,
    /// SHA-256 of what the file says, in hexadecimal.
    pub content_hash: String,
    pub created_at: At,
    pub published_at: Option<At>,
}

impl From<VersionHead> for VersionView {
    fn from(head: VersionHead) -> Self {
        Self {
            id: head.id,
            code: head.code,
            version: head.version,
            title: head.title,
            state: head.state,
            content_hash: hex::encode(head.content_hash.0),
            created_at: head.created_at,
            published_at: head.published_at,
        }
    }
}

/// A version with all that it says.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WholeVersionView {
    #[serde(flatten)]
    pub version: VersionView,
    /// In the format of the files: see the published JSON Schema.
    #[schema(value_type = Object)]
    pub content: serde_json::Value,
}

/// The text of a file, in JSON.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct YamlInJson {
    #[validate(length(min = 1, max = 2_097_152))]
    #[schema(min_length = 1, max_length = 2_097_152)]
    pub yaml: String,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LoadQuery {
    /// Publish at once.
    #[serde(default)]
    pub publish: bool,
}

/// A file as it stands (`text/yaml`), or its text in JSON.
pub struct YamlBody(Vec<u8>);

impl FromRequest for YamlBody {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        match request.content_type().to_ascii_lowercase().as_str() {
            "application/json" => {
                let body = CheckedShape::<YamlInJson>::from_request(request, payload);
                Box::pin(async move { Ok(Self(body.await?.0.yaml.into_bytes())) })
            }
            "text/yaml" | "application/yaml" | "application/x-yaml" => {
                let payload = payload.take();
                Box::pin(async move { Ok(Self(collect(payload).await?)) })
            }
            _ => Box::pin(std::future::ready(Err(AppError::unsupported_media_type((
                "Un contenu text/yaml ou application/json est attendu.",
                "A body of type text/yaml or application/json is expected.",
            ))))),
        }
    }
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, AppError> {
    let mut text = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| AppError::from_actix(error.into()))?;
        if text.len() + chunk.len() > YAML_LIMIT {
            return Err(AppError::too_large((
                "L’envoi dépasse la taille permise.",
                "What was sent is too large.",
            )));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

/// Load a référentiel, and publish it if asked.
#[utoipa::path(
    tag = "referentials",
    params(LoadQuery),
    request_body(content((YamlInJson = "application/json"), (String = "text/yaml"))),
    responses(
        (status = 200, description = "A draft replaced or published, or the same content again", body = VersionView),
        (status = 201, description = "Kept", body = VersionView),
        (status = 403, description = "Not allowed", body = Problem),
        (status = 409, description = "`version_frozen`: published with another content", body = Problem),
        (status = 413, description = "Larger than 2 MiB", body = Problem),
        (status = 415, description = "Neither YAML nor JSON", body = Problem),
        (status = 422, description = "`referential_faults`, all of them with line and code", body = Problem),
    )
)]
#[post("/referentials")]
pub async fn load_referential(
    app: App,
    caller: Caller,
    query: Query<LoadQuery>,
    body: YamlBody,
) -> Result<HttpResponse, AppError> {
    let at = app.clock.now();
    let reader = caller.clone();
    let sound = web::block(move || service::read(&reader, &body.0)).await.map_err(AppError::internal)??;
    let publish_it = query.publish;
    let (head, change) =
        app.db.write(move |conn| service::load(conn, &caller, sound, publish_it, at)).await?;
    let view = VersionView::from(head);
    Ok(match change {
        Change::Created => HttpResponse::Created()
            .insert_header(("location", format!("/api/v1/referentials/{}", view.id)))
            .json(view),
        Change::Updated | Change::Nothing => HttpResponse::Ok().json(view),
    })
}

/// The versions, in the order in which they were first loaded.
#[utoipa::path(tag = "referentials", params(PageQuery), responses(
    (status = 200, description = "A page", body = Page<VersionView>),
))]
#[get("/referentials")]
pub async fn list_referentials(
    app: App,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<Json<Page<VersionView>>, AppError> {
    let after = page.after.as_deref().map(after_version).transpose()?;
    let limit = page.limit();
    let found = app.db.read(move |conn| service::list(conn, &caller, after, limit)).await?;
    let views = found.into_iter().map(VersionView::from).collect();
    Ok(Json(Page::from_more(views, limit, |view: &VersionView| view.id.to_string())))
}

fn after_version(text: &str) -> Result<VersionId, AppError> {
    text.parse().map(VersionId).map_err(|_| {
        AppError::bad_request(("Les paramètres de l’adresse ne se lisent pas.", "The query cannot be read."))
    })
}

/// One version, with all that it says.
#[utoipa::path(tag = "referentials", params(("id" = VersionId, Path)), responses(
    (status = 200, description = "With its content hash as ETag", body = WholeVersionView),
    (status = 404, description = "No such version", body = Problem),
))]
#[get("/referentials/{id}")]
pub async fn get_referential(
    app: App,
    caller: Caller,
    id: Path<VersionId>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let (head, content) = app.db.read(move |conn| service::get(conn, &caller, id)).await?;
    let version = VersionView::from(head);
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, format!("\"{}\"", version.content_hash)))
        .json(WholeVersionView { version, content: content.0 }))
}

/// Publish a draft: it is frozen from then on.
#[utoipa::path(tag = "referentials", params(("id" = VersionId, Path)), responses(
    (status = 200, description = "Published, now or before", body = VersionView),
    (status = 403, description = "Not allowed", body = Problem),
    (status = 404, description = "No such version", body = Problem),
    (status = 422, description = "`line_without_method`: something that nobody could score", body = Problem),
))]
#[post("/referentials/{id}/publication")]
pub async fn publish_referential(
    app: App,
    caller: Caller,
    id: Path<VersionId>,
) -> Result<Json<VersionView>, AppError> {
    let at = app.clock.now();
    let id = id.into_inner();
    let head = app.db.write(move |conn| service::publish(conn, &caller, id, at)).await?;
    Ok(Json(head.into()))
}
