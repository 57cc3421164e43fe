//! Coming back in when the password is lost.
//!
//! The answer is the same, and takes as long, whether or not somebody has that e-mail: the request is counted
//! in one transaction; the link is made in another, which nobody waits for.

use std::net::IpAddr;

use super::invitations::{make_link, path, recipient};
use super::sign_in::{digest, place};
use crate::access::model::Email;
use crate::access::rows::AccountState;
use crate::access::rules::{self, RESET_LASTS, RESETS_PER_ADDRESS, RESETS_PER_EMAIL};
use crate::access::store;
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::mail::{self, model::NO_CENTRE};

/// Counts the request; whether a letter may be sent to this e-mail, whoever has it.
///
/// # Errors
/// `too_many_attempts` when it is one of many from the same place, whatever their e-mails.
pub fn ask(conn: &mut AnyConn, email: &Email, from: Option<IpAddr>, at: At) -> Result<bool, AppError> {
    let (by_email, by_address) =
        (digest("reset/email", email.as_str()), digest("reset/address", &place(from)));
    store::forget_old_failures(conn, at)?;
    store::count_failure(conn, &by_email, at)?;
    store::count_failure(conn, &by_address, at)?;
    if let Some((asked, since)) = store::failures(conn, &by_address)?
        && let Some(seconds) = rules::must_wait(asked, RESETS_PER_ADDRESS + 1, since, at)
    {
        return Err(AppError::too_many_attempts((
            "Trop de demandes sont venues d’ici ; réessayez plus tard.",
            "Too many requests came from here; try again later.",
        ))
        .with("retry_after", seconds));
    }
    let asked = store::failures(conn, &by_email)?.map_or(0, |(asked, _)| asked);
    Ok(asked <= RESETS_PER_EMAIL)
}

/// Sends the link to whoever has this e-mail and an active account; to nobody otherwise. The link is an
/// invitation: looking at it changes nothing, and it replaces a password only the first time.
///
/// # Errors
/// Those of the database.
pub fn send(conn: &mut AnyConn, email: &Email, at: At) -> Result<(), AppError> {
    let found = store::account_by_email(conn, email)?;
    let Some(account) = found.filter(|account| account.state == AccountState::Active) else {
        return Ok(());
    };
    let made = make_link(conn, account.id, None, RESET_LASTS, at)?;
    let zone = store::centre_of(conn, account.id)?.map_or(NO_CENTRE.to_owned(), |centre| centre.timezone);
    let content = mail::Content::PasswordReset { zone, link: path(&made.token), until: made.expires_at };
    mail::post(conn, &mail::Letter::new(recipient(&account)?, content), at)?;
    Ok(())
}
