//! The queries of this subject.

use diesel::prelude::*;

use super::model::{Caller, Email, Held};
use super::rows::{AccountRow, AccountState, CentreRow, InvitationRow, Locale, LoginRow, Role, RoleGrantRow};
use super::rules;
use crate::db::schema::{account, centre, invitation, login, role_grant, sign_in_throttle};
use crate::db::{AnyConn, At, Bytes, Each, for_update};
use crate::error::AppError;
use crate::ids::{AccountId, CentreId, InvitationId, LoginId};

/// The person behind a login that still holds, with every role, in one statement.
pub fn caller(conn: &mut AnyConn, id: LoginId, at: At) -> Result<Option<Caller>, AppError> {
    type Line = (AccountId, String, Locale, Option<Role>, Option<CentreId>);
    let query = login::table
        .inner_join(account::table)
        .left_join(
            role_grant::table.on(role_grant::account_id.eq(account::id).and(role_grant::ended_at.is_null())),
        )
        .filter(login::id.eq(id))
        .filter(login::ended_at.is_null())
        .filter(login::expires_at.gt(at))
        .filter(account::state.eq(AccountState::Active))
        .select((
            account::id,
            account::display_name,
            account::locale,
            role_grant::role.nullable(),
            role_grant::centre_id.nullable(),
        ));
    let lines: Vec<Line> = crate::each!(conn, c => query.load(c))?;
    let roles = lines
        .iter()
        .filter_map(|(.., role, centre)| Some(Held { role: (*role)?, centre: *centre }))
        .collect();
    Ok(lines.into_iter().next().map(|(account, name, locale, ..)| Caller {
        account,
        login: id,
        name,
        locale,
        roles,
    }))
}

pub fn account(conn: &mut AnyConn, id: AccountId) -> Result<AccountRow, AppError> {
    Ok(account::table.find(id).select(AccountRow::as_select()).first(conn)?)
}

/// In one statement; those that do not exist are left out.
pub fn accounts(conn: &mut AnyConn, ids: &[AccountId]) -> Result<Vec<AccountRow>, AppError> {
    Ok(account::table.filter(account::id.eq_any(ids.to_vec())).select(AccountRow::as_select()).load(conn)?)
}

/// Held until the transaction ends: nobody disables it or changes its password meanwhile.
pub fn hold_account(conn: &mut AnyConn, id: AccountId) -> Result<AccountRow, AppError> {
    Ok(for_update(account::table.find(id).select(AccountRow::as_select())).get_result(conn)?)
}

pub fn account_by_email(conn: &mut AnyConn, email: &Email) -> Result<Option<AccountRow>, AppError> {
    let found =
        account::table.filter(account::email.eq(email.as_str())).select(AccountRow::as_select()).first(conn);
    Ok(found.optional()?)
}

pub fn any_account(conn: &mut AnyConn) -> Result<bool, AppError> {
    Ok(account::table.select(account::id).first::<AccountId>(conn).optional()?.is_some())
}

pub fn insert_account(conn: &mut AnyConn, row: &AccountRow) -> Result<(), AppError> {
    diesel::insert_into(account::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// Its password and its state: what of an account may change.
pub fn update_account(conn: &mut AnyConn, row: &AccountRow) -> Result<(), AppError> {
    diesel::update(account::table.find(row.id))
        .set((account::password_hash.eq(&row.password_hash), account::state.eq(row.state)))
        .execute(conn)?;
    Ok(())
}

/// Accounts that are active and administer, held until the transaction ends.
pub fn hold_administrators(conn: &mut AnyConn) -> Result<Vec<AccountId>, AppError> {
    let query = account::table
        .inner_join(role_grant::table.on(role_grant::account_id.eq(account::id)))
        .filter(role_grant::role.eq(Role::Administrator))
        .filter(role_grant::ended_at.is_null())
        .filter(account::state.eq(AccountState::Active))
        .select(account::id);
    Ok(for_update(query).load(conn)?)
}

pub fn grants(conn: &mut AnyConn, id: AccountId) -> Result<Vec<Held>, AppError> {
    let held: Vec<(Role, Option<CentreId>)> = role_grant::table
        .filter(role_grant::account_id.eq(id))
        .filter(role_grant::ended_at.is_null())
        .order(role_grant::id)
        .select((role_grant::role, role_grant::centre_id))
        .load(conn)?;
    Ok(held.into_iter().map(|(role, centre)| Held { role, centre }).collect())
}

pub fn insert_grant(conn: &mut AnyConn, row: &RoleGrantRow) -> Result<(), AppError> {
    diesel::insert_into(role_grant::table).values(row.clone()).execute(conn)?;
    Ok(())
}

pub fn insert_login(conn: &mut AnyConn, row: &LoginRow) -> Result<(), AppError> {
    diesel::insert_into(login::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// Those of one person that still hold, the latest first.
pub fn logins(
    conn: &mut AnyConn,
    of: AccountId,
    before: Option<LoginId>,
    limit: i64,
    at: At,
) -> Result<Vec<LoginRow>, AppError> {
    let mut query = login::table
        .filter(login::account_id.eq(of))
        .filter(login::ended_at.is_null())
        .filter(login::expires_at.gt(at))
        .order(login::id.desc())
        .limit(limit)
        .select(LoginRow::as_select())
        .into_boxed::<crate::db::conn::MultiBackend>();
    if let Some(before) = before {
        query = query.filter(login::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub fn login(conn: &mut AnyConn, of: AccountId, id: LoginId) -> Result<LoginRow, AppError> {
    let own = login::table.filter(login::id.eq(id)).filter(login::account_id.eq(of));
    Ok(own.select(LoginRow::as_select()).first(conn)?)
}

pub fn end_login(conn: &mut AnyConn, id: LoginId, at: At) -> Result<(), AppError> {
    let open = login::table.filter(login::id.eq(id)).filter(login::ended_at.is_null());
    diesel::update(open).set(login::ended_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

/// All of one person, but the one kept.
pub fn end_logins(conn: &mut AnyConn, of: AccountId, keep: Option<LoginId>, at: At) -> Result<(), AppError> {
    let open = login::table.filter(login::account_id.eq(of)).filter(login::ended_at.is_null());
    match keep {
        Some(kept) => {
            diesel::update(open.filter(login::id.ne(kept))).set(login::ended_at.eq(Some(at))).execute(conn)?
        }
        None => diesel::update(open).set(login::ended_at.eq(Some(at))).execute(conn)?,
    };
    Ok(())
}

/// Those that an invitation may have opened: the table does not say which, so all since it was made.
pub fn end_invited_logins(conn: &mut AnyConn, of: AccountId, since: At, at: At) -> Result<(), AppError> {
    let open = login::table
        .filter(login::account_id.eq(of))
        .filter(login::via.eq(super::rows::LoginWay::Invitation))
        .filter(login::created_at.ge(since))
        .filter(login::ended_at.is_null());
    diesel::update(open).set(login::ended_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

pub fn insert_invitation(conn: &mut AnyConn, row: &InvitationRow) -> Result<(), AppError> {
    diesel::insert_into(invitation::table).values(row.clone()).execute(conn)?;
    Ok(())
}

pub fn invitation(conn: &mut AnyConn, id: InvitationId) -> Result<InvitationRow, AppError> {
    Ok(invitation::table.find(id).select(InvitationRow::as_select()).first(conn)?)
}

pub fn invitation_by_digest(conn: &mut AnyConn, digest: &Bytes) -> Result<Option<InvitationRow>, AppError> {
    let query =
        invitation::table.filter(invitation::token_digest.eq(digest)).select(InvitationRow::as_select());
    Ok(query.first(conn).optional()?)
}

/// Held until the transaction ends, so that two openings at the same moment count as two.
pub fn hold_invitation(conn: &mut AnyConn, digest: &Bytes) -> Result<Option<InvitationRow>, AppError> {
    let query =
        invitation::table.filter(invitation::token_digest.eq(digest)).select(InvitationRow::as_select());
    Ok(for_update(query).get_result(conn).optional()?)
}

pub fn count_opening(conn: &mut AnyConn, id: InvitationId) -> Result<(), AppError> {
    diesel::update(invitation::table.find(id))
        .set(invitation::openings.eq(invitation::openings + 1))
        .execute(conn)?;
    Ok(())
}

pub fn revoke_invitation(conn: &mut AnyConn, id: InvitationId, at: At) -> Result<(), AppError> {
    let standing = invitation::table.filter(invitation::id.eq(id)).filter(invitation::revoked_at.is_null());
    diesel::update(standing).set(invitation::revoked_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

pub fn revoke_invitations(conn: &mut AnyConn, of: AccountId, at: At) -> Result<(), AppError> {
    let standing =
        invitation::table.filter(invitation::account_id.eq(of)).filter(invitation::revoked_at.is_null());
    diesel::update(standing).set(invitation::revoked_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

pub fn insert_centre(conn: &mut AnyConn, row: &CentreRow) -> Result<(), AppError> {
    diesel::insert_into(centre::table).values(row.clone()).execute(conn)?;
    Ok(())
}

pub fn centre(conn: &mut AnyConn, id: CentreId) -> Result<CentreRow, AppError> {
    Ok(centre::table.find(id).select(CentreRow::as_select()).first(conn)?)
}

/// The centre of a role that somebody holds, the oldest first.
pub fn centre_of(conn: &mut AnyConn, of: AccountId) -> Result<Option<CentreRow>, AppError> {
    let query = role_grant::table
        .inner_join(centre::table)
        .filter(role_grant::account_id.eq(of))
        .filter(role_grant::ended_at.is_null())
        .order(role_grant::id)
        .select(CentreRow::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn centre_exists(conn: &mut AnyConn, id: CentreId) -> Result<bool, AppError> {
    Ok(centre::table.find(id).select(centre::id).first::<CentreId>(conn).optional()?.is_some())
}

pub fn centres(conn: &mut AnyConn, after: Option<CentreId>, limit: i64) -> Result<Vec<CentreRow>, AppError> {
    let mut query = centre::table
        .order(centre::id)
        .limit(limit)
        .select(CentreRow::as_select())
        .into_boxed::<crate::db::conn::MultiBackend>();
    if let Some(after) = after {
        query = query.filter(centre::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Failures counted for a subject, and since when.
pub fn failures(conn: &mut AnyConn, subject: &Bytes) -> Result<Option<(i32, At)>, AppError> {
    let query =
        sign_in_throttle::table.find(subject).select((sign_in_throttle::failures, sign_in_throttle::since));
    Ok(query.first(conn).optional()?)
}

/// One more; the first opens the window.
pub fn count_failure(conn: &mut AnyConn, subject: &Bytes, at: At) -> Result<(), AppError> {
    let first = (
        sign_in_throttle::subject.eq(subject),
        sign_in_throttle::failures.eq(1),
        sign_in_throttle::since.eq(at),
    );
    Each(
        diesel::insert_into(sign_in_throttle::table)
            .values(first)
            .on_conflict(sign_in_throttle::subject)
            .do_update()
            .set(sign_in_throttle::failures.eq(sign_in_throttle::failures + 1)),
    )
    .execute(conn)?;
    Ok(())
}

/// Takes one back: the attempt was not made after all.
pub fn discount_failure(conn: &mut AnyConn, subject: &Bytes) -> Result<(), AppError> {
    diesel::update(sign_in_throttle::table.find(subject))
        .set(sign_in_throttle::failures.eq(sign_in_throttle::failures - 1))
        .execute(conn)?;
    Ok(())
}

pub fn forget_failures(conn: &mut AnyConn, subject: &Bytes) -> Result<(), AppError> {
    diesel::delete(sign_in_throttle::table.find(subject)).execute(conn)?;
    Ok(())
}

/// Drops the windows that have passed.
pub fn forget_old_failures(conn: &mut AnyConn, at: At) -> Result<(), AppError> {
    let passed = sign_in_throttle::table.filter(sign_in_throttle::since.le(at.plus(-rules::WINDOW)));
    diesel::delete(passed).execute(conn)?;
    Ok(())
}

/// By name.
pub fn all_centres(conn: &mut AnyConn) -> Result<Vec<CentreRow>, AppError> {
    Ok(centre::table
        .order((centre::name.asc(), centre::id.asc()))
        .select(CentreRow::as_select())
        .load(conn)?)
}
