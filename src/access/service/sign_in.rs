//! Coming in with a password, going out, choosing another password.
//!
//! The hash is checked between two transactions, on threads of its own. The attempt is counted before it is
//! made, so that a hundred at the same moment are no more than five.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::{Opened, faulty_password, open_login};
use crate::access::model::{Caller, Email};
use crate::access::rows::{AccountRow, AccountState, LoginRow, LoginWay};
use crate::access::rules::{self, ATTEMPTS_PER_EMAIL, FAILURES_PER_ADDRESS, Owner};
use crate::access::store;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{AccountId, LoginId};
use crate::journal::{Act, record};
use crate::web::page::id_after;
use crate::web::{Page, PageQuery};

/// What attempts are counted by: digests alone are kept.
#[derive(Debug, Clone)]
pub struct Attempt {
    email: Email,
    by_email: Bytes,
    by_address: Bytes,
}

impl Attempt {
    /// `address` is that of the other end, when it is known.
    pub fn new(email: Email, address: Option<IpAddr>) -> Self {
        let by_email = digest("email", email.as_str());
        Self { email, by_email, by_address: digest("address", &place(address)) }
    }
}

/// A person has a whole /64 of IPv6.
pub(super) fn place(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => hex::encode(v6.octets().iter().take(8).copied().collect::<Vec<u8>>()),
        None => String::new(),
    }
}

pub(super) fn digest(kind: &str, subject: &str) -> Bytes {
    Bytes(Sha256::digest(format!("parchemin/throttle/{kind}\n{subject}")).to_vec())
}

/// Counts the attempt, and tells whose password is to be compared: nobody's, when no active account has
/// this e-mail and a password.
///
/// # Errors
/// `too_many_attempts`, with `retry_after` in seconds.
pub fn attempt(conn: &mut AnyConn, attempt: &Attempt, at: At) -> Result<Option<AccountRow>, AppError> {
    store::forget_old_failures(conn, at)?;
    store::count_failure(conn, &attempt.by_email, at)?;
    if let Some((failures, since)) = store::failures(conn, &attempt.by_email)?
        && let Some(seconds) = rules::must_wait(failures, ATTEMPTS_PER_EMAIL + 1, since, at)
    {
        return Err(too_many(seconds));
    }
    if let Some((failures, since)) = store::failures(conn, &attempt.by_address)?
        && let Some(seconds) = rules::must_wait(failures, FAILURES_PER_ADDRESS, since, at)
    {
        return Err(too_many(seconds));
    }
    let found = store::account_by_email(conn, &attempt.email)?;
    Ok(found.filter(|account| account.state == AccountState::Active && account.password_hash.is_some()))
}

fn too_many(seconds: i64) -> AppError {
    AppError::too_many_attempts((
        "Trop d’essais ont échoué ; réessayez plus tard. Un lien d’invitation s’ouvre toujours.",
        "Too many attempts have failed; try again later. An invitation link still opens.",
    ))
    .with("retry_after", seconds)
}

/// The password was not the one, or there was none: the same words in every case.
///
/// # Errors
/// Those of the database; the refusal itself is what is given back.
pub fn failed(conn: &mut AnyConn, attempt: &Attempt, at: At) -> Result<AppError, AppError> {
    store::count_failure(conn, &attempt.by_address, at)?;
    Ok(wrong())
}

fn wrong() -> AppError {
    AppError::unauthenticated((
        "L’adresse ou le mot de passe ne convient pas.",
        "The address or the password is not the right one.",
    ))
}

/// The password could not be compared: the attempt does not count.
///
/// # Errors
/// Those of the database.
pub fn not_made(conn: &mut AnyConn, attempt: &Attempt) -> Result<(), AppError> {
    store::discount_failure(conn, &attempt.by_email)
}

/// The password was the one: opens a login.
///
/// # Errors
/// `unauthenticated` when the account was disabled or its password changed meanwhile.
pub fn succeeded(
    conn: &mut AnyConn,
    attempt: &Attempt,
    seen: &AccountRow,
    renewed: Option<String>,
    at: At,
) -> Result<Opened, AppError> {
    let mut account = store::hold_account(conn, seen.id)?;
    if account.state != AccountState::Active || account.password_hash != seen.password_hash {
        return Err(wrong());
    }
    store::forget_failures(conn, &attempt.by_email)?;
    if renewed.is_some() {
        account.password_hash = renewed;
        store::update_account(conn, &account)?;
        record(conn, Act::of_service("password_rehashed", at).about("account", account.id), &[&account])?;
    }
    open_login(conn, account, LoginWay::Password, at)
}

/// # Errors
/// Those of the database.
pub fn sign_out(conn: &mut AnyConn, caller: &Caller, at: At) -> Result<(), AppError> {
    store::end_login(conn, caller.login, at)
}

/// One's account as it stands.
///
/// # Errors
/// Those of the database.
pub fn me(conn: &mut AnyConn, caller: &Caller) -> Result<(AccountRow, LoginRow), AppError> {
    Ok((store::account(conn, caller.account)?, store::login(conn, caller.account, caller.login)?))
}

/// One's logins that still hold, the latest first.
///
/// # Errors
/// `bad_request` when `after` is no login's id.
pub fn logins(
    conn: &mut AnyConn,
    caller: &Caller,
    page: &PageQuery,
    at: At,
) -> Result<Page<LoginRow>, AppError> {
    let before = page.after.as_deref().map(id_after).transpose()?.map(LoginId);
    let found = store::logins(conn, caller.account, before, page.limit() + 1, at)?;
    Ok(Page::from_more(found, page.limit(), |login| login.id.to_string()))
}

/// # Errors
/// `not_found` for a login that is not one's own.
pub fn end_login(conn: &mut AnyConn, caller: &Caller, id: LoginId, at: At) -> Result<(), AppError> {
    let own = store::login(conn, caller.account, id)?;
    store::end_login(conn, own.id, at)
}

/// Looks at a password that the caller wishes to have, before the work of its hash.
///
/// # Errors
/// `invalid`, with the fault.
pub fn consider(account: &AccountRow, staff: bool, password: &str) -> Result<(), AppError> {
    let email = Email::typed(&account.email);
    let owner = Owner { email: &email, name: &account.display_name, staff };
    rules::check_password(password, &owner).map_err(|fault| faulty_password(fault.code()))
}

/// Sets a password and ends the other logins (ASVS 5.0, 7.4.3).
///
/// # Errors
/// `conflict` when the password is not any more the one that was compared.
pub fn set_password(
    conn: &mut AnyConn,
    caller: &Caller,
    seen: &AccountRow,
    hash: String,
    at: At,
) -> Result<(), AppError> {
    let account = store::hold_account(conn, caller.account)?;
    if account.password_hash != seen.password_hash {
        return Err(AppError::conflict((
            "Le mot de passe vient d’être changé ailleurs.",
            "The password has just been changed elsewhere.",
        )));
    }
    store_password(conn, account, caller.account, hash, at)?;
    let by_email = Attempt::new(Email::typed(&seen.email), None).by_email;
    store::forget_failures(conn, &by_email)?;
    store::end_logins(conn, caller.account, Some(caller.login), at)
}

pub(super) fn store_password(
    conn: &mut AnyConn,
    mut account: AccountRow,
    by: AccountId,
    hash: String,
    at: At,
) -> Result<AccountRow, AppError> {
    account.password_hash = Some(hash);
    store::update_account(conn, &account)?;
    record(conn, Act::new("password_set", by, at).about("account", account.id), &[&account])?;
    Ok(account)
}
