//! The only place that reads the time. Everything else has it handed in; tests and the demo hand in a
//! clock that they move themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

use crate::db::At;

#[derive(Debug, Clone)]
pub enum Clock {
    Wall,
    /// Microseconds since the UNIX epoch, moved by whoever holds the other end.
    Scripted(Arc<AtomicI64>),
}

impl Clock {
    pub fn scripted(start: DateTime<Utc>) -> Self {
        Self::Scripted(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> At {
        match self {
            Self::Wall => At::from(Utc::now()),
            Self::Scripted(micros) => {
                At::from(DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default())
            }
        }
    }

    /// Moves a scripted clock forward; the wall clock is nobody's to move.
    pub fn advance(&self, span: Duration) {
        if let Self::Scripted(micros) = self {
            micros.fetch_add(span.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }

    /// Puts a scripted clock to a given instant.
    pub fn set(&self, instant: DateTime<Utc>) {
        if let Self::Scripted(micros) = self {
            micros.store(instant.timestamp_micros(), Ordering::SeqCst);
        }
    }
}
