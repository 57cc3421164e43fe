//! Builds the service: the binary, the demo and the tests all start from here.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpServer, web};
use utoipa::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};
use utoipa_swagger_ui::SwaggerUi;

use crate::access::hashing::Hashing;
use crate::access::token::Tokens;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::AppError;
use crate::evidence::files::FileStore;
use crate::journal::sequencer::Sequencer;
use crate::mail::carrier::Carrier;
use crate::mail::message::Sender;
use crate::mail::worker::{AT_ONCE, Postman};
use crate::referential::versions::Versions;
use crate::settings::Settings;
use crate::state::AppState;
use crate::web::body::JSON_LIMIT;

/// A service that runs. Dropping it does not stop it; [`Running::stop`] does, in good order.
pub struct Running {
    pub address: SocketAddr,
    pub state: AppState,
    /// On the very first start: the link by which the first administrator comes in.
    pub first_invitation: Option<String>,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Opens everything and listens.
///
/// # Errors
/// A database, a folder, a key or an address that cannot be had; said so that a person can act on it.
pub async fn start(settings: Settings, clock: Clock) -> anyhow::Result<Running> {
    let listener = std::net::TcpListener::bind(settings.listen)?;
    let address = listener.local_addr()?;
    let (state, first_invitation) = open(settings, clock, address).await?;
    let shared = web::Data::new(state.clone());
    let server = HttpServer::new(move || service(shared.clone()))
        .workers(2)
        .shutdown_timeout(10)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    let server = tokio::spawn(server);
    Ok(Running { address, state, first_invitation, handle, server })
}

async fn open(
    settings: Settings,
    clock: Clock,
    address: SocketAddr,
) -> anyhow::Result<(AppState, Option<String>)> {
    std::fs::create_dir_all(&settings.data)?;
    let db = Db::open(&settings.database)?;
    let public_url: Arc<str> =
        settings.public_url.clone().unwrap_or_else(|| format!("http://{address}")).into();
    let keys = settings.data.join("keys");
    let tokens = match &settings.signing_key {
        Some(key) => Tokens::new(key),
        None => Tokens::from_file(&keys.join("signing.key"))?,
    };
    let journal_key = crate::journal::keys::open(&keys)?;
    let every = std::time::Duration::from_secs(settings.journal_seconds);
    let journal = Sequencer::start(db.clone(), clock.clone(), journal_key, every);
    let incoming = settings.data.join("incoming");
    let carrier = match &settings.smtp {
        Some(url) => Carrier::smtp(url, AT_ONCE)?,
        None => Carrier::folder(settings.data.join("mail"))?,
    };
    let sender = Sender {
        from: settings.mail_from.clone(),
        site: public_url.to_string(),
        readable: carrier.is_folder(),
    };
    let mail = Postman::start(db.clone(), clock.clone(), carrier, sender, settings.mail_every);
    let state = AppState {
        files: FileStore::open(settings.data.join("files"), incoming.clone())?,
        documents: FileStore::open(settings.data.join("documents"), incoming)?,
        settings: Arc::new(settings),
        clock,
        db,
        tokens: Arc::new(tokens),
        hashing: Hashing::new(),
        versions: Versions::default(),
        journal,
        mail,
        public_url,
    };
    let at = state.clock.now();
    let versions = state.versions.clone();
    state.db.write(move |conn| crate::boards::summary::complete(conn, &versions)).await?;
    let token = state.db.write(move |conn| crate::access::service::first_invitation(conn, at)).await?;
    let link = token.map(|token| format!("{}/invitation/{token}", state.public_url));
    Ok((state, link))
}

impl Running {
    /// Stops listening, lets what was begun end, the letters on their way too, places every journal entry, closes the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.handle.stop(true).await;
        self.server.await??;
        self.state.mail.stop().await;
        self.state.journal.stop().await?;
        self.state.db.close().await;
        Ok(())
    }

    /// Waits for the service to end by itself.
    pub async fn ended(&mut self) -> std::io::Result<()> {
        (&mut self.server).await.map_err(std::io::Error::other)?
    }
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Parchemin",
    description = "From the référentiel to the parchment: cohorts, juries, evidence, scores, deliberations, minutes and their proof."
))]
struct Document;

/// Every route of the API, subject by subject.
pub fn api(cfg: &mut ServiceConfig<'_>) {
    // A request is matched against the routes in this order: first what comes most often.
    crate::scoring::api::routes(cfg);
    crate::access::api::routes(cfg);
    crate::referential::api::routes(cfg);
    crate::candidates::api::routes(cfg);
    crate::sittings::api::routes(cfg);
    crate::evidence::api::routes(cfg);
    crate::jury::api::routes(cfg);
    crate::deliberation::api::routes(cfg);
    crate::boards::api::routes(cfg);
    crate::issuing::api::routes(cfg);
    crate::journal::api::routes(cfg);
    crate::mail::api::routes(cfg);
}

/// The OpenAPI document of the routes as they are served.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut document) = ActixApp::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(crate::web::health::alive)
        .service(crate::web::health::ready)
        .service(scope::scope("/api/v1").configure(api))
        .split_for_parts();
    crate::web::contract::complete(&mut document);
    document
}

/// The whole application over a given state.
pub fn service(
    state: web::Data<AppState>,
) -> ActixApp<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    ActixApp::new()
        .into_utoipa_app()
        // Before the scope, which answers for everything below its prefix.
        .map(|app| app.service(SwaggerUi::new("/api/v1/docs/{_:.*}").url("/api/v1/openapi.json", openapi())))
        .map(|app| app.wrap(Compress::default()).wrap(from_fn(crate::web::headers::strict)))
        .app_data(state)
        .app_data(web::PayloadConfig::new(JSON_LIMIT))
        .app_data(web::PathConfig::default().error_handler(|_, _| AppError::not_found().into()))
        .app_data(
            web::QueryConfig::default().error_handler(|error, _| AppError::from_actix(error.into()).into()),
        )
        .service(crate::web::health::alive)
        .service(crate::web::health::ready)
        .service(scope::scope("/api/v1").configure(api))
        .into_app()
        .configure(crate::access::pages::routes)
        .configure(crate::candidates::requirements::pages::routes)
        .default_service(web::to(|| async { Err::<actix_web::HttpResponse, _>(AppError::not_found()) }))
}
