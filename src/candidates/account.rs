//! How a candidate comes in: an account of their own, tied to the person who is enrolled.

use diesel::prelude::*;

use super::rows::CandidateRow;
use super::store;
use crate::access::model::Email;
use crate::access::rows::{Locale, Role};
use crate::access::service::invitations::{self, Invited, Wish};
use crate::access::{Caller, Held, facts};
use crate::db::schema::{candidate, cohort, enrolment};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CentreId, EnrolmentId};
use crate::journal::{self, Act};

/// Gives an enrolled candidate an account at the e-mail of the enrolment, with a link to come in.
///
/// # Errors
/// Those of an invitation; `conflict` when the candidate, or the account, is tied to another one.
pub fn invite(conn: &mut AnyConn, caller: &Caller, id: EnrolmentId, at: At) -> Result<Invited, AppError> {
    // Whoever may not see the enrolment is told that nothing is there, before anything else.
    let who = facts::on_enrolment(conn, caller, id)?;
    crate::access::require(crate::access::Action::ReadEnrolment, &who)?;
    let (person, centre): (CandidateRow, CentreId) = enrolment::table
        .inner_join(candidate::table)
        .inner_join(cohort::table)
        .filter(enrolment::id.eq(id))
        .select((CandidateRow::as_select(), cohort::centre_id))
        .first(conn)?;
    let wish = Wish {
        email: Email::typed(&person.email),
        display_name: format!(
            "{} {}",
            person.first_names,
            person.usage_name.as_ref().unwrap_or(&person.birth_name)
        ),
        locale: Locale::Fr,
        held: Held { role: Role::Candidate, centre: Some(centre) },
    };
    let invited = invitations::invite(conn, caller, &wish, at)?;
    link_account(conn, &person.email, invited.account.id, at)?;
    Ok(invited)
}

/// Ties an account to the candidate of the same e-mail. Called in the transaction that gives the account
/// the role of candidate; nothing happens when nobody is enrolled at that address yet: enrolling them later
/// finds the account.
///
/// # Errors
/// `conflict` when that candidate, or that account, is tied to another one.
pub fn link_account(
    conn: &mut AnyConn,
    email: &str,
    account: AccountId,
    at: At,
) -> Result<Option<CandidateId>, AppError> {
    let Some(held) = store::hold_candidate_by_email(conn, &email.trim().to_lowercase())? else {
        return Ok(None);
    };
    match held.account_id {
        Some(own) if own == account => return Ok(Some(held.id)),
        Some(_) => {
            return Err(AppError::conflict((
                "Cette personne a déjà un autre compte.",
                "This person has another account already.",
            )));
        }
        None => {}
    }
    let row = CandidateRow { account_id: Some(account), version: held.version + 1, updated_at: at, ..held };
    store::link_account(conn, &row)?;
    let act =
        Act::of_service("candidate_account_linked", at).about("candidate", row.id).about("account", account);
    journal::record(conn, act, &[&row])?;
    Ok(Some(row.id))
}
