//! What every request may reach: the database, the clock, the keys, the stores. Nothing of it is global,
//! so that two services can live in one test.

use std::sync::Arc;

use crate::access::hashing::Hashing;
use crate::access::token::Tokens;
use crate::clock::Clock;
use crate::db::Db;
use crate::evidence::files::FileStore;
use crate::journal::sequencer::Sequencer;
use crate::mail::worker::Postman;
use crate::referential::versions::Versions;
use crate::settings::Settings;

#[derive(Clone)]
pub struct AppState {
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub db: Db,
    pub tokens: Arc<Tokens>,
    pub hashing: Hashing,
    pub versions: Versions,
    pub files: FileStore,
    pub documents: FileStore,
    pub journal: Sequencer,
    pub mail: Postman,
    /// As written in links, without a slash at its end.
    pub public_url: Arc<str>,
}

/// How handlers receive it.
pub type App = actix_web::web::Data<AppState>;
