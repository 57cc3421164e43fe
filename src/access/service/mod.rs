//! The use cases of this subject: one function each, one transaction.

pub mod accounts;
pub mod invitations;
pub mod resets;
pub mod sign_in;

pub use invitations::{first_invitation, invite_by_service};

use super::model::Held;
use super::rows::{AccountRow, LoginRow, LoginWay};
use super::rules;
use super::store;
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::LoginId;

/// A login that has just been opened, and whose it is.
#[derive(Debug, Clone)]
pub struct Opened {
    pub login: LoginRow,
    pub account: AccountRow,
    pub roles: Vec<Held>,
}

fn open_login(conn: &mut AnyConn, account: AccountRow, via: LoginWay, at: At) -> Result<Opened, AppError> {
    let login = LoginRow {
        id: LoginId::new(),
        account_id: account.id,
        created_at: at,
        expires_at: at.plus(rules::LOGIN_LASTS),
        ended_at: None,
        via,
    };
    store::insert_login(conn, &login)?;
    let roles = store::grants(conn, account.id)?;
    Ok(Opened { login, account, roles })
}

/// The password is not one that is accepted, said as any other faulty field.
fn faulty_password(code: &'static str) -> AppError {
    AppError::invalid(("Ce mot de passe n’est pas accepté.", "This password is not accepted."))
        .with("faults", vec![serde_json::json!({ "field": "password", "code": code })])
}
