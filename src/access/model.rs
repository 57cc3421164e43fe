//! The person behind a request.

use super::rows::{Locale, Role};
use crate::ids::{AccountId, CentreId, LoginId};

/// A role that somebody holds, in one centre or everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
