//! Closing an account; the centres.

use crate::access::model::Caller;
use crate::access::policy::{Action, require};
use crate::access::rows::{AccountState, CentreRow};
use crate::access::{facts, store};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, CentreId};
use crate::journal::{Act, record};
use crate::web::page::id_after;
use crate::web::{Page, PageQuery};

/// Why an account is closed: a word from a list, since the journal keeps it for ever and must hold nothing
/// personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisablingReason {
    /// The person has left, or the mission is over.
    Departed,
    /// A link or a password is in other hands.
    Compromised,
    /// The account should not have been made.
    Mistake,
    /// The person asked for it.
    Requested,
}

impl DisablingReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Departed => "departed",
            Self::Compromised => "compromised",
            Self::Mistake => "mistake",
            Self::Requested => "requested",
        }
    }
}

/// Closes an account: its logins and links end at once.
///
/// # Errors
/// `rule_broken` for the last administrator: nobody could open another account. `conflict` when it is
/// closed already.
pub fn disable(
    conn: &mut AnyConn,
    caller: &Caller,
    id: AccountId,
    why: DisablingReason,
    at: At,
) -> Result<(), AppError> {
    require(Action::DisableAccount, &facts::in_general(caller))?;
    let administrators = store::hold_administrators(conn)?;
    let mut account = store::hold_account(conn, id)?;
    if account.state == AccountState::Disabled {
        return Err(AppError::conflict(("Ce compte est déjà fermé.", "This account is disabled already.")));
    }
    if administrators.iter().all(|administrator| *administrator == id) {
        return Err(AppError::broken(
            "last_administrator",
            ("C’est le dernier compte d’administration.", "This is the last administrator’s account."),
        ));
    }
    account.state = AccountState::Disabled;
    store::update_account(conn, &account)?;
    store::end_logins(conn, id, None, at)?;
    store::revoke_invitations(conn, id, at)?;
    let act =
        Act::new("account_disabled", caller.account, at).about("account", id).about("reason", why.as_str());
    record(conn, act, &[&account])?;
    Ok(())
}

/// # Errors
/// `rule_broken` when the time zone is not one of the IANA database.
pub fn create_centre(
    conn: &mut AnyConn,
    caller: &Caller,
    name: String,
    timezone: String,
    at: At,
) -> Result<CentreRow, AppError> {
    require(Action::CreateCentre, &facts::in_general(caller))?;
    if timezone.parse::<chrono_tz::Tz>().is_err() {
        return Err(AppError::broken(
            "timezone_unknown",
            (
                "Ce fuseau horaire n’existe pas (exemple : Europe/Paris).",
                "There is no such time zone (say, Europe/Paris).",
            ),
        ));
    }
    let centre = CentreRow { id: CentreId::new(), name, timezone, created_at: at };
    store::insert_centre(conn, &centre)?;
    record(conn, Act::new("centre_created", caller.account, at).about("centre", centre.id), &[&centre])?;
    Ok(centre)
}

/// # Errors
/// `not_found` without the right, `bad_request` when `after` is no centre's id.
pub fn centres(conn: &mut AnyConn, caller: &Caller, page: &PageQuery) -> Result<Page<CentreRow>, AppError> {
    require(Action::ReadCentres, &facts::in_general(caller))?;
    let after = page.after.as_deref().map(id_after).transpose()?.map(CentreId);
    let found = store::centres(conn, after, page.limit() + 1)?;
    Ok(Page::from_more(found, page.limit(), |centre| centre.id.to_string()))
}

/// The centre of this id, those of this name, or every one when nothing is said.
///
/// # Errors
/// `not_found` to whoever may not read them.
pub fn centres_named(
    conn: &mut AnyConn,
    caller: &Caller,
    said: Option<&str>,
) -> Result<Vec<CentreRow>, AppError> {
    require(Action::ReadCentres, &facts::in_general(caller))?;
    let mut rows = store::all_centres(conn)?;
    if let Some(said) = said.map(str::trim) {
        rows.retain(|row| row.name == said || row.id.to_string() == said);
    }
    Ok(rows)
}
