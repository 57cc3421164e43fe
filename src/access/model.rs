//! The person behind a request, and the words that a person is known by.

use serde::Deserialize;
use utoipa::ToSchema;

use super::rows::{Locale, Role};
use crate::ids::{AccountId, CentreId, LoginId};

/// A role that somebody holds, in one centre or everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct Held {
    pub role: Role,
    pub centre: Option<CentreId>,
}

/// Somebody signed in. Only the extractor makes one: holding it is the proof.
#[derive(Debug, Clone)]
pub struct Caller {
    pub account: AccountId,
    pub login: LoginId,
    pub name: String,
    pub locale: Locale,
    pub roles: Vec<Held>,
}

impl Caller {
    pub fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|held| held.role == role)
    }

    /// Manages this centre, not another.
    pub fn manages(&self, centre: CentreId) -> bool {
        self.roles.iter().any(|held| held.role == Role::CentreManager && held.centre == Some(centre))
    }
}

/// An e-mail address as accounts are found by: trimmed, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Longest address that a mail server accepts, in bytes (RFC 5321 §4.5.3.1.3).
    pub const LONGEST: usize = 254;

    /// The address that somebody typed, whatever its shape: one that nobody has finds no account. A NUL,
    /// which PostgreSQL cannot be asked for, becomes a character that no address has.
    pub fn typed(text: &str) -> Self {
        Self(text.trim().to_lowercase().replace('\0', "\u{fffd}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

/// A password on its way to be hashed. Never written anywhere.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Password)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A checker keeps the values that it refuses; this one is not kept.
impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_was_typed() {
        assert_eq!(Email::typed(" Lina@Example.TEST\n").as_str(), "lina@example.test");
        assert!(!Email::typed("lina\0@example.test").as_str().contains('\0'));
        assert_ne!(Email::typed("lina\0@example.test"), Email::typed("lina@example.test"));
    }
}
