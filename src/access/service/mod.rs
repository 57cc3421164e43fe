//! The use cases of this subject: one function each, one transaction.

pub mod accounts;
pub mod invitations;
pub mod resets;
pub mod sign_in;

pub use invitations::{first_invitation, invite_by_service};

use super::model::{Caller, Email, Held};
use super::rows::{AccountRow, LoginRow, LoginWay, Role};
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

/// Whoever is at the machine, in the name of an administrator: the one of this e-mail, or the only one there
/// is. No login is opened.
///
/// # Errors
/// `bad_request` when it is not clear in whose name.
pub fn at_the_machine(conn: &mut AnyConn, email: Option<&str>) -> Result<Caller, AppError> {
    let administrators = store::hold_administrators(conn)?;
    let id = match (email, &administrators[..]) {
        (Some(email), all) => store::account_by_email(conn, &Email::typed(email))?
            .map(|account| account.id)
            .filter(|id| all.contains(id))
            .ok_or_else(|| unclear("nobody of this e-mail is an active administrator"))?,
        (None, [only]) => *only,
        (None, []) => return Err(unclear("there is no administrator yet: see `parchemin admin invite`")),
        (None, _) => return Err(unclear("several administrators: say in whose name with --as EMAIL")),
    };
    let account = store::account(conn, id)?;
    Ok(Caller {
        account: id,
        login: LoginId::new(),
        name: account.display_name,
        locale: account.locale,
        roles: vec![Held { role: Role::Administrator, centre: None }],
    })
}

fn unclear(words: &str) -> AppError {
    AppError::bad_request((words, words))
}
