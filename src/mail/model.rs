//! What a letter tells: facts, never words; the words are in `templates/mail/`.
//!
//! No letter holds a result, a score or a reason: whoever reads over a shoulder, or hosts the mailbox, learns
//! that something is there to be read, and nothing of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::ValidateEmail;

use super::rows::LetterKind;
use crate::access::rows::{Locale, Role};
use crate::db::At;
use crate::error::AppError;
use crate::ids::{AccountId, CohortId};
use crate::web::text::is_hidden;

/// Zone of a letter that no centre sends.
pub const NO_CENTRE: &str = "UTC";

/// Longest address that a mail server accepts, in bytes (RFC 5321 §4.5.3.1.3).
const LONGEST: usize = 254;

/// Whom a letter goes to, and in which language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Nobody's for a candidate who has no account yet.
    pub account: Option<AccountId>,
    pub address: String,
    pub name: String,
    pub locale: Locale,
}

impl Recipient {
    /// # Errors
    /// `invalid` for what is no address, and for a line break or another hidden character in the address or
    /// the name: it would begin a header of its own.
    pub fn new(
        account: Option<AccountId>,
        address: &str,
        name: &str,
        locale: Locale,
    ) -> Result<Self, AppError> {
        let (address, name) = (address.trim_matches(' '), name.trim_matches(' '));
        let sound = address.len() <= LONGEST && !address.chars().any(is_hidden) && address.validate_email();
        let fault = match sound {
            false => Some("address"),
            true if name.chars().any(is_hidden) => Some("name"),
            true => None,
        };
        match fault {
            Some(field) => Err(AppError::invalid((
                "Aucun courrier ne peut partir à cette adresse ou à ce nom.",
                "No mail can leave for this address or this name.",
            ))
            .with("faults", vec![serde_json::json!({ "field": field, "code": "unmailable" })])),
            None => Ok(Self { account, address: address.to_owned(), name: name.to_owned(), locale }),
        }
    }
}

/// In what quality somebody is summoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Candidate,
    Juror,
}

/// Something to be in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// What the calendar entry stands for, for ever: the slot of a candidate, the sitting of a juror. A letter
    /// that tells the same key later replaces the entry.
    pub key: Uuid,
    pub part: Part,
    /// Of the sitting.
    pub title: String,
    pub starts_at: At,
    pub ends_at: At,
    /// A room, an address, or the address of a video call.
    pub place: String,
    /// IANA zone of the centre.
    pub zone: String,
    /// A window in which filed work is read: no hour of the day is taken.
    pub window: bool,
    /// When this was decided: the later of two tellings stands (RFC 5545 §3.8.7.4).
    pub told_at: At,
}

/// The letters, each with its facts. `link` is the path of a page of the service, with its leading slash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Invitation {
        role: Role,
        /// None for a role that holds everywhere.
        centre: Option<String>,
        zone: String,
        link: String,
        until: At,
    },
    PasswordReset {
        zone: String,
        link: String,
        until: At,
    },
    Summons {
        appointment: Appointment,
        link: String,
    },
    /// `appointment` as it now is.
    Moved {
        appointment: Appointment,
        before_starts_at: At,
        before_place: String,
        link: String,
    },
    /// `appointment` as it was.
    Cancelled {
        appointment: Appointment,
        link: String,
    },
    Reminder {
        /// What a candidate has to bring, or a juror to sign.
        part: Part,
        /// The cohort, or the sitting, in its own words.
        about: String,
        /// What is missing, each in its own words.
        missing: Vec<String>,
        until: Option<At>,
        zone: String,
        link: String,
    },
    DeadlineExtended {
        about: String,
        before: Option<At>,
        until: At,
        zone: String,
        link: String,
    },
    Receipt {
        filename: String,
        /// In bytes.
        size: i64,
        /// In hexadecimal.
        sha256: String,
        filed_at: At,
        zone: String,
        link: String,
    },
    ResultAvailable {
        /// Title of the certification.
        about: String,
        link: String,
    },
    /// To somebody outside, who has no account.
    AttestationAsked {
        candidate: String,
        /// In the language of the letter.
        requirement: String,
        organisation: String,
        zone: String,
        link: String,
        until: At,
    },
}

impl Content {
    pub fn kind(&self) -> LetterKind {
        match self {
            Self::Invitation { .. } => LetterKind::Invitation,
            Self::PasswordReset { .. } => LetterKind::PasswordReset,
            Self::Summons { .. } => LetterKind::Summons,
            Self::Moved { .. } => LetterKind::Moved,
            Self::Cancelled { .. } => LetterKind::Cancelled,
            Self::Reminder { .. } => LetterKind::Reminder,
            Self::DeadlineExtended { .. } => LetterKind::DeadlineExtended,
            Self::Receipt { .. } => LetterKind::Receipt,
            Self::ResultAvailable { .. } => LetterKind::ResultAvailable,
            Self::AttestationAsked { .. } => LetterKind::AttestationAsked,
        }
    }

    /// After which the letter would tell nothing that still holds.
    pub fn useless_after(&self) -> Option<At> {
        match self {
            Self::Invitation { until, .. }
            | Self::PasswordReset { until, .. }
            | Self::DeadlineExtended { until, .. }
            | Self::AttestationAsked { until, .. } => Some(*until),
            Self::Summons { appointment, .. }
            | Self::Moved { appointment, .. }
            | Self::Cancelled { appointment, .. } => Some(appointment.ends_at),
            Self::Reminder { until, .. } => *until,
            Self::Receipt { .. } | Self::ResultAvailable { .. } => None,
        }
    }
}

/// One letter to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub to: Recipient,
    /// Whose managers see that it left.
    pub cohort: Option<CohortId>,
    pub content: Content,
}

impl Letter {
    pub fn new(to: Recipient, content: Content) -> Self {
        Self { to, cohort: None, content }
    }

    #[must_use]
    pub fn of_cohort(mut self, cohort: CohortId) -> Self {
        self.cohort = Some(cohort);
        self
    }

    /// With the calendar entry of the appointment.
    pub fn summons(to: Recipient, appointment: Appointment) -> Self {
        Self::new(to, Content::Summons { appointment, link: home() })
    }

    /// The calendar entry follows; `appointment` keeps the key of the summons.
    pub fn moved(
        to: Recipient,
        appointment: Appointment,
        before_starts_at: At,
        before_place: String,
    ) -> Self {
        Self::new(to, Content::Moved { appointment, before_starts_at, before_place, link: home() })
    }

    /// The calendar entry goes.
    pub fn cancelled(to: Recipient, appointment: Appointment) -> Self {
        Self::new(to, Content::Cancelled { appointment, link: home() })
    }

    pub fn reminder(
        to: Recipient,
        part: Part,
        about: String,
        missing: Vec<String>,
        until: Option<At>,
        zone: String,
    ) -> Self {
        Self::new(to, Content::Reminder { part, about, missing, until, zone, link: home() })
    }

    pub fn deadline_extended(
        to: Recipient,
        about: String,
        before: Option<At>,
        until: At,
        zone: String,
    ) -> Self {
        Self::new(to, Content::DeadlineExtended { about, before, until, zone, link: home() })
    }

    pub fn result_available(to: Recipient, about: String) -> Self {
        Self::new(to, Content::ResultAvailable { about, link: home() })
    }
}

/// Where one's own space begins.
pub fn home() -> String {
    "/".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_would_begin_a_header_is_an_address_or_a_name() {
        let to = |address: &str, name: &str| Recipient::new(None, address, name, Locale::Fr);
        assert_eq!(to(" lina@example.test ", "Lina").unwrap().address, "lina@example.test");
        for address in [
            "lina@example.test\r\nBcc: tous@example.test",
            "lina@example.test\n",
            "lina@example.test\0",
            "lina@example.test,omar@example.test",
            "Lina <lina@example.test>",
            "lina",
            "",
            "li\u{202e}na@example.test",
        ] {
            assert_eq!(to(address, "Lina").unwrap_err().code(), "invalid", "{address:?}");
        }
        assert_eq!(to(&format!("{}@example.test", "a".repeat(300)), "Lina").unwrap_err().code(), "invalid");
        for name in ["Lina\r\nBcc: tous@example.test", "Lina\nFanal", "Lina\u{2028}"] {
            assert_eq!(to("lina@example.test", name).unwrap_err().code(), "invalid", "{name:?}");
        }
    }
}
