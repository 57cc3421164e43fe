//! The use cases of mail: posting, listing, sending again.

use super::model::Letter;
use super::rows::{LetterState, OutboxRow};
use super::rules;
use super::store::{self, Whose};
use crate::access::{Action, Caller, Standing, facts, require};
use crate::db::{AnyConn, At, Json};
use crate::error::AppError;
use crate::ids::LetterId;
use crate::journal::{Act, record};

/// Puts a letter into the outbox, in the transaction of the act that it tells: it leaves if, and only if, the
/// act stands.
///
/// # Errors
/// Those of the database.
pub fn post(conn: &mut AnyConn, letter: &Letter, at: At) -> Result<LetterId, AppError> {
    let row = row_of(letter, at)?;
    let id = row.id;
    store::insert(conn, &[row])?;
    Ok(id)
}

/// Many letters by one statement.
///
/// # Errors
/// Those of the database.
pub fn post_all(conn: &mut AnyConn, letters: &[Letter], at: At) -> Result<(), AppError> {
    let rows = letters.iter().map(|letter| row_of(letter, at)).collect::<Result<Vec<_>, _>>()?;
    store::insert(conn, &rows)
}

fn row_of(letter: &Letter, at: At) -> Result<OutboxRow, AppError> {
    Ok(store::row(letter.content.kind(), letter.to.account, letter.cohort, Json::of(letter)?, at))
}

/// The letters of a cohort or of an account, the latest first; one more than `limit`.
///
/// # Errors
/// `not_found` without the right.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    whose: Whose,
    state: Option<LetterState>,
    before: Option<LetterId>,
    limit: i64,
) -> Result<Vec<OutboxRow>, AppError> {
    let who = match whose {
        Whose::Cohort(cohort) => facts::on_cohort(conn, caller, cohort)?,
        Whose::Account(account) => facts::on_account(conn, caller, account)?,
    };
    require(Action::ReadMail, &who)?;
    store::list(conn, whose, state, before, limit.saturating_add(1))
}

fn on_letter(conn: &mut AnyConn, caller: &Caller, row: &OutboxRow) -> Result<Standing, AppError> {
    match (row.cohort_id, row.account_id) {
        (Some(cohort), _) => facts::on_cohort(conn, caller, cohort),
        (None, Some(account)) => facts::on_account(conn, caller, account),
        (None, None) => Ok(facts::in_general(caller)),
    }
}

/// Sends a letter that was given up once more, as a new one: a mailbox hides the second of two that have the
/// same `Message-ID`.
///
/// # Errors
/// `conflict` with the `rule` that says why there is nothing to send.
pub fn send_again(conn: &mut AnyConn, caller: &Caller, id: LetterId, at: At) -> Result<OutboxRow, AppError> {
    let seen = store::find(conn, id)?;
    let who = on_letter(conn, caller, &seen)?;
    require(Action::SendMailAgain, &who)?;
    let dead = store::hold(conn, id)?;
    let letter: Letter = match (dead.state, &dead.payload) {
        (LetterState::Waiting, _) => return Err(waiting()),
        (LetterState::Dead, Some(payload)) => payload.read()?,
        (_, None) | (LetterState::Sent, _) if rules::is_secret(dead.kind) => return Err(link_not_kept()),
        (_, None) | (LetterState::Sent, _) => return Err(erased()),
    };
    if letter.content.useless_after().is_some_and(|end| end < at) {
        return Err(past());
    }
    let again = row_of(&letter, at)?;
    store::insert(conn, std::slice::from_ref(&again))?;
    store::erase(conn, id)?;
    let act = Act::new("mail_sent_again", caller.account, at).about("letter", id).about("letter", again.id);
    record(conn, act, &[])?;
    Ok(again)
}

fn waiting() -> AppError {
    AppError::conflict((
        "Ce courrier n’est pas encore parti ; il sera envoyé de lui-même.",
        "This letter has not left yet; it will by itself.",
    ))
    .with("rule", "letter_waiting")
}

fn link_not_kept() -> AppError {
    AppError::conflict((
        "Le lien de ce courrier n’est pas conservé : invitez de nouveau la personne.",
        "The link of this letter is not kept: invite the person again.",
    ))
    .with("rule", "link_not_kept")
}

fn erased() -> AppError {
    AppError::conflict((
        "Le contenu de ce courrier n’est plus conservé : refaites l’acte dont il parlait.",
        "What this letter said is not kept any more: do again what it told of.",
    ))
    .with("rule", "letter_erased")
}

fn past() -> AppError {
    AppError::conflict(("Ce que disait ce courrier est passé.", "What this letter told is over."))
        .with("rule", "letter_past")
}
