//! Connections, transactions and the two engines; knows nothing of the subject.
//!
//! SQLite: one writer with group commit ([`writer`]) and a pool of readers. PostgreSQL: one pool.
//! A use case hands its work to [`Db::write`] or [`Db::read`] and gets a connection, never a pool: it
//! cannot take a second one.

pub mod conn;
pub mod open;
pub mod schema;
pub mod types;
pub mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::r2d2::Pool;

use crate::error::AppError;

pub use conn::{AnyConn, Each, for_update, holding_sheet, read_tx, sharing_sheet, write_tx};
pub use open::{DbUrl, OpenError};
pub use types::{At, Bytes, Json};

/// The database of the process. Cloning it is cheap.
#[derive(Clone)]
pub struct Db {
    readers: Pool<open::Manager>,
    writing: Writing,
    statements: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Writing {
    /// SQLite: everything written goes through one thread.
    Queue(writer::Writer),
    /// PostgreSQL: the pool itself.
    Pool,
}

impl Db {
    /// Opens, checks the engine's version and migrates.
    ///
    /// # Errors
    /// An unknown scheme, an engine that is too old, a database made by a newer binary, no access.
    pub fn open(url: &DbUrl) -> Result<Self, OpenError> {
        let statements = Arc::new(AtomicU64::new(0));
        open::migrate(url)?;
        let readers = open::reader_pool(url, &statements)?;
        let writing = match url {
            DbUrl::Sqlite(_) => Writing::Queue(writer::Writer::start(open::Manager::writer(url, &statements))?),
            DbUrl::Postgres(_) => Writing::Pool,
        };
        Ok(Self { readers, writing, statements })
    }

    /// Statements sent so far, transaction control included: benches and tests count by it.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.writing, Writing::Queue(_))
    }

    /// One use case that writes: all of it or nothing, acknowledged after the commit has reached the disk.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        match &self.writing {
            Writing::Queue(writer) => writer.run(work).await,
            Writing::Pool => self.on_pool(move |conn| write_tx(conn, work)).await,
        }
    }

    /// Reads, at one moment, what a page or an answer needs.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.on_pool(move |conn| read_tx(conn, work)).await
    }

    /// One statement alone needs no transaction round it.
    pub async fn read_one<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.on_pool(work).await
    }

    async fn on_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let pool = self.readers.clone();
        let ran = tokio::task::spawn_blocking(move || {
            let mut conn = pool.get().map_err(|error| {
                tracing::warn!(%error, "no connection");
                busy()
            })?;
            work(&mut conn)
        });
        ran.await.map_err(AppError::internal)?
    }

    /// Stops taking writes and waits for those that were taken.
    pub async fn close(&self) {
        if let Writing::Queue(writer) = &self.writing {
            writer.close().await;
        }
    }
}

fn busy() -> AppError {
    AppError::busy((
        "Le service est très sollicité ; réessayez dans un instant.",
        "The service is busy; try again in a moment.",
    ))
}
