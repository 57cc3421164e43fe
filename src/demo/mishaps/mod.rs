//! What a programme manager knows by heart: each mishap happens once, as an act of the service with its
//! reason, and is told in one line.

pub mod deliberation;
pub mod door;
pub mod jury;
pub mod people;
pub mod requirements;
pub mod scoring;
pub mod sittings;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Paris;
use serde::Serialize;

/// Something that went otherwise than planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mishap {
    pub kind: &'static str,
    /// As it was given to the service, or as the service told it.
    pub reason: String,
    /// The line for people.
    pub told: String,
}

impl Mishap {
    pub fn new(kind: &'static str, reason: impl Into<String>, told: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), told: told.into() }
    }
}

/// «8 h 42», on the clock of the centre.
fn hour(at: DateTime<Utc>) -> String {
    at.with_timezone(&Paris).format("%-H h %M").to_string()
}
