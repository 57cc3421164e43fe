//! The rows of this subject: every column, in the order of the table.

use crate::db::{At, Bytes};
use crate::ids::{AccountId, CentreId, InvitationId, LoginId, RoleGrantId};

crate::word_type!(
    /// Language of the interface for one person.
    Locale { Fr = "fr", En = "en" }
);
crate::word_type!(AccountState { Active = "active", Disabled = "disabled" });
crate::word_type!(
    /// What a person is allowed to be. A chair is a juror whose seat says so.
    Role {
        Administrator = "administrator",
        CentreManager = "centre_manager",
        Trainer = "trainer",
        Juror = "juror",
        Candidate = "candidate",
        Auditor = "auditor",
        DataProtectionOfficer = "data_protection_officer",
    }
);

crate::protected_row!(
    CentreRow in centre keyed by id {
        id: CentreId,
        name: String,
        timezone: String,
        created_at: At,
    }
);

crate::protected_row!(
    AccountRow in account keyed by id {
        id: AccountId,
        salt: Bytes,
        email: String,
        display_name: String,
        locale: Locale,
        password_hash: Option<String>,
        state: AccountState,
        created_at: At,
    }
);

crate::protected_row!(
    RoleGrantRow in role_grant keyed by id {
        id: RoleGrantId,
        account_id: AccountId,
        role: Role,
        centre_id: Option<CentreId>,
        granted_by: Option<AccountId>,
        granted_at: At,
        ended_at: Option<At>,
    }
);

crate::word_type!(
    /// How somebody came in.
    LoginWay { Password = "password", Invitation = "invitation" }
);

/// A login lives on the server and dies there; not under proof, as it decides nothing.
#[derive(Debug, Clone, PartialEq, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
#[diesel(table_name = crate::db::schema::login, treat_none_as_default_value = false)]
pub struct LoginRow {
    pub id: LoginId,
    pub account_id: AccountId,
    pub created_at: At,
    pub expires_at: At,
    pub ended_at: Option<At>,
    pub via: LoginWay,
}

/// An invitation, of which only the digest of the link is kept.
#[derive(Debug, Clone, PartialEq, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
#[diesel(table_name = crate::db::schema::invitation, treat_none_as_default_value = false)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub account_id: AccountId,
    pub token_digest: Bytes,
    pub created_by: Option<AccountId>,
    pub created_at: At,
    pub expires_at: At,
    pub revoked_at: Option<At>,
    pub openings: i32,
}
