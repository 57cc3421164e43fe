//! Inviting somebody, opening a link, revoking it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use sha2::{Digest, Sha256};

use super::sign_in::store_password;
use super::{Opened, faulty_password, open_login};
use crate::access::model::{Caller, Email, Held};
use crate::access::policy::{Action, may, require};
use crate::access::rows::{AccountRow, AccountState, InvitationRow, Locale, LoginWay, Role, RoleGrantRow};
use crate::access::rules::{self, GrantFault, Guest, INVITATION_LASTS, Link, OpeningFault};
use crate::access::{facts, store};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{AccountId, InvitationId, RoleGrantId};
use crate::journal::{Act, record};
use crate::mail::{self, model::NO_CENTRE};

/// Random bytes in a link: twice what ASVS 5.0, 11.5.1 asks.
const TOKEN: usize = 32;

/// Who is to come, and as what.
#[derive(Debug, Clone)]
pub struct Wish {
    pub email: Email,
    pub display_name: String,
    pub locale: Locale,
    pub held: Held,
}

/// An invitation as its maker sees it, once.
#[derive(Debug, Clone)]
pub struct Invited {
    pub account: AccountRow,
    pub roles: Vec<Held>,
    /// None when the account already holds roles that the maker could not give: a link opens all of them,
    /// so it would give the maker what the maker must not have. The role is given all the same.
    pub link: Option<Made>,
}

#[derive(Debug, Clone)]
pub struct Made {
    pub id: InvitationId,
    pub token: String,
    pub expires_at: At,
}

/// # Errors
/// `not_found` or `forbidden` without the right, `rule_broken` for a role in the wrong place, `conflict` for
/// an account that is disabled.
pub fn invite(conn: &mut AnyConn, caller: &Caller, wish: &Wish, at: At) -> Result<Invited, AppError> {
    let who = match wish.held.centre {
        Some(centre) => facts::on_centre(caller, centre),
        None => facts::in_general(caller),
    };
    // A manager without a centre gets the words that help.
    let wanting =
        wish.held.centre.is_none() && who.manager && !rules::is_staff(wish.held.role) && !who.administrator;
    if wanting {
        return Err(grant_fault(GrantFault::CentreNeeded));
    }
    require(right_to_give(wish.held.role), &who)?;
    rules::check_grant(wish.held).map_err(grant_fault)?;
    if let Some(centre) = wish.held.centre
        && !store::centre_exists(conn, centre)?
    {
        return Err(AppError::broken(
            "centre_unknown",
            ("Ce centre n’existe pas.", "There is no such centre."),
        ));
    }
    let account = grant(conn, wish, Some(caller.account), at)?;
    let roles = store::grants(conn, account.id)?;
    let link = match governs(caller, &roles) {
        true => Some(make_link(conn, account.id, Some(caller.account), INVITATION_LASTS, at)?),
        false => None,
    };
    if let Some(made) = &link {
        let letter = letter(conn, wish, &account, made)?;
        mail::post(conn, &letter, at)?;
    }
    Ok(Invited { account, roles, link })
}

/// The link reaches its owner without passing through the hands of whoever invites.
fn letter(
    conn: &mut AnyConn,
    wish: &Wish,
    account: &AccountRow,
    made: &Made,
) -> Result<mail::Letter, AppError> {
    let centre = wish.held.centre.map(|centre| store::centre(conn, centre)).transpose()?;
    let zone = centre.as_ref().map_or(NO_CENTRE, |centre| &centre.timezone).to_owned();
    let content = mail::Content::Invitation {
        role: wish.held.role,
        centre: centre.map(|centre| centre.name),
        zone,
        link: path(&made.token),
        until: made.expires_at,
    };
    Ok(mail::Letter::new(recipient(account)?, content))
}

pub(super) fn recipient(account: &AccountRow) -> Result<mail::Recipient, AppError> {
    mail::Recipient::new(Some(account.id), &account.email, &account.display_name, account.locale)
}

/// Of the page that opens a link.
pub(super) fn path(token: &str) -> String {
    format!("/invitation/{token}")
}

fn right_to_give(role: Role) -> Action {
    if rules::is_staff(role) { Action::InviteStaff } else { Action::InvitePeople }
}

/// Whether the caller could have given every one of these roles.
fn governs(caller: &Caller, roles: &[Held]) -> bool {
    roles.iter().all(|held| {
        let who = match held.centre {
            Some(centre) => facts::on_centre(caller, centre),
            None => facts::in_general(caller),
        };
        may(right_to_give(held.role), &who)
    })
}

fn grant_fault(fault: GrantFault) -> AppError {
    match fault {
        GrantFault::CentreNeeded => AppError::broken(
            "centre_needed",
            ("Indiquez le centre de ce rôle.", "Say which centre this role is for."),
        ),
        GrantFault::HoldsEverywhere => AppError::broken(
            "role_without_centre",
            (
                "Ce rôle vaut partout : il ne se limite pas à un centre.",
                "This role holds everywhere: it has no centre.",
            ),
        ),
    }
}

/// The account of that e-mail, made if there is none, with the role.
fn grant(conn: &mut AnyConn, wish: &Wish, by: Option<AccountId>, at: At) -> Result<AccountRow, AppError> {
    let act = |kind| Act { actor: by, ..Act::of_service(kind, at) };
    let account = match store::account_by_email(conn, &wish.email)? {
        Some(account) if account.state == AccountState::Disabled => {
            return Err(AppError::conflict(("Ce compte est fermé.", "This account is disabled."))
                .with("rule", "account_disabled"));
        }
        Some(account) => account,
        None => {
            let account = AccountRow {
                id: AccountId::new(),
                salt: Bytes::salt(),
                email: wish.email.as_str().to_owned(),
                display_name: wish.display_name.clone(),
                locale: wish.locale,
                password_hash: None,
                state: AccountState::Active,
                created_at: at,
            };
            store::insert_account(conn, &account)?;
            record(conn, act("account_created").about("account", account.id), &[&account])?;
            account
        }
    };
    if !store::grants(conn, account.id)?.contains(&wish.held) {
        let grant = RoleGrantRow {
            id: RoleGrantId::new(),
            account_id: account.id,
            role: wish.held.role,
            centre_id: wish.held.centre,
            granted_by: by,
            granted_at: at,
            ended_at: None,
        };
        store::insert_grant(conn, &grant)?;
        record(conn, act("role_granted").about("account", account.id).about("role", grant.role), &[&grant])?;
    }
    Ok(account)
}

pub(super) fn make_link(
    conn: &mut AnyConn,
    account: AccountId,
    by: Option<AccountId>,
    lasts: Duration,
    at: At,
) -> Result<Made, AppError> {
    let mut bytes = [0; TOKEN];
    getrandom::fill(&mut bytes).map_err(AppError::internal)?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let row = InvitationRow {
        id: InvitationId::new(),
        account_id: account,
        token_digest: digest(&token),
        created_by: by,
        created_at: at,
        expires_at: at.plus(lasts),
        revoked_at: None,
        openings: 0,
    };
    store::insert_invitation(conn, &row)?;
    Ok(Made { id: row.id, token, expires_at: row.expires_at })
}

fn digest(token: &str) -> Bytes {
    Bytes(Sha256::digest(token).to_vec())
}

/// By whoever holds the machine: the role is given and the link always made. Gives back its token.
///
/// # Errors
/// `rule_broken` for a role that needs a centre, `conflict` for an account that is disabled.
pub fn invite_by_service(
    conn: &mut AnyConn,
    email: &str,
    name: &str,
    role: Role,
    at: At,
) -> Result<String, AppError> {
    let held = Held { role, centre: None };
    rules::check_grant(held).map_err(grant_fault)?;
    let wish = Wish { email: Email::typed(email), display_name: name.to_owned(), locale: Locale::Fr, held };
    let account = grant(conn, &wish, None, at)?;
    Ok(make_link(conn, account.id, None, INVITATION_LASTS, at)?.token)
}

/// The address that the very first administrator has until told otherwise.
pub const FIRST_EMAIL: &str = "admin@parchemin.local";

/// On a database without anybody: the token of the first administrator's link. No default password.
///
/// # Errors
/// Those of the database.
pub fn first_invitation(conn: &mut AnyConn, at: At) -> Result<Option<String>, AppError> {
    if store::any_account(conn)? {
        return Ok(None);
    }
    invite_by_service(conn, FIRST_EMAIL, "Administration", Role::Administrator, at).map(Some)
}

/// What a link shows before it is opened. Reading it changes nothing.
#[derive(Debug, Clone)]
pub struct Shown {
    pub account: AccountRow,
    pub guest: Guest,
}

/// # Errors
/// `gone` when the link does not open any more, or never did.
pub fn show(conn: &mut AnyConn, token: &str, at: At) -> Result<Shown, AppError> {
    let row = store::invitation_by_digest(conn, &digest(token))?.ok_or_else(gone)?;
    let account = store::account(conn, row.account_id)?;
    let guest = check(conn, &row, &account, at)?;
    Ok(Shown { account, guest })
}

fn check(conn: &mut AnyConn, row: &InvitationRow, account: &AccountRow, at: At) -> Result<Guest, AppError> {
    let link = Link {
        expires_at: row.expires_at,
        revoked: row.revoked_at.is_some(),
        openings: row.openings,
        account_is_active: account.state == AccountState::Active,
    };
    if !link.opens(at) {
        return Err(gone());
    }
    Ok(Guest {
        staff: rules::any_staff(&store::grants(conn, account.id)?),
        has_password: account.password_hash.is_some(),
        opened_before: row.openings > 0,
    })
}

fn gone() -> AppError {
    AppError::gone((
        "Ce lien ne s’ouvre plus ; demandez-en un autre à la personne qui vous a invité.",
        "This link does not open any more; ask whoever invited you for another one.",
    ))
}

/// Whether the link opens with, or without, this password; before the work of its hash.
///
/// # Errors
/// `invalid` when a password is needed or not accepted, `conflict` when signing in is the way.
pub fn consider(shown: &Shown, password: Option<&str>) -> Result<(), AppError> {
    rules::opening(shown.guest, password.is_some()).map_err(opening_fault)?;
    password.map_or(Ok(()), |password| super::sign_in::consider(&shown.account, shown.guest.staff, password))
}

fn opening_fault(fault: OpeningFault) -> AppError {
    match fault {
        OpeningFault::PasswordNeeded => faulty_password("required"),
        OpeningFault::SignInInstead => AppError::conflict((
            "Ce compte a déjà un mot de passe : connectez-vous avec lui.",
            "This account has a password: sign in with it.",
        ))
        .with("rule", "sign_in_instead"),
    }
}

/// Opens a login, and sets the password whose hash is given.
///
/// # Errors
/// As [`show`] and [`consider`]: all is looked at again, as it now stands.
pub fn open(conn: &mut AnyConn, token: &str, hash: Option<String>, at: At) -> Result<Opened, AppError> {
    let row = store::hold_invitation(conn, &digest(token))?.ok_or_else(gone)?;
    let mut account = store::hold_account(conn, row.account_id)?;
    let guest = check(conn, &row, &account, at)?;
    rules::opening(guest, hash.is_some()).map_err(opening_fault)?;
    store::count_opening(conn, row.id)?;
    if let Some(hash) = hash {
        let id = account.id;
        account = store_password(conn, account, id, hash, at)?;
        store::end_logins(conn, id, None, at)?;
    }
    open_login(conn, account, LoginWay::Invitation, at)
}

/// Revokes a link and ends the logins that it has opened.
///
/// # Errors
/// `not_found` for whoever could not have made it.
pub fn revoke(conn: &mut AnyConn, caller: &Caller, id: InvitationId, at: At) -> Result<(), AppError> {
    let row = store::invitation(conn, id)?;
    let roles = store::grants(conn, row.account_id)?;
    if roles.is_empty() {
        require(Action::InviteStaff, &facts::in_general(caller))?;
    }
    if !governs(caller, &roles) {
        return Err(AppError::not_found());
    }
    store::revoke_invitation(conn, id, at)?;
    store::end_invited_logins(conn, row.account_id, row.created_at, at)
}
