//! Whom letters about an enrolment go to.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::access::rows::Locale;
use crate::db::AnyConn;
use crate::db::schema::{account, candidate, centre, cohort, enrolment};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId};
use crate::mail::Recipient;

/// A candidate as a letter reaches them: by their account, in its language, or by the e-mail of the
/// enrolment, in French, as long as they have none.
#[derive(Debug, Clone)]
pub struct Correspondent {
    pub recipient: Recipient,
    pub cohort: CohortId,
    /// IANA zone of the centre.
    pub zone: String,
}

#[derive(Queryable)]
struct Line {
    enrolment: EnrolmentId,
    cohort: CohortId,
    zone: String,
    first_names: String,
    usage_name: Option<String>,
    birth_name: String,
    email: String,
    account: Option<(AccountId, String, Locale)>,
}

/// All of them in one statement.
///
/// # Errors
/// `invalid` for an address that no mail can leave for, which the enrolment should have refused.
pub fn of_enrolments(
    conn: &mut AnyConn,
    of: impl IntoIterator<Item = EnrolmentId>,
) -> Result<BTreeMap<EnrolmentId, Correspondent>, AppError> {
    let lines: Vec<Line> = enrolment::table
        .inner_join(candidate::table)
        .inner_join(cohort::table.inner_join(centre::table))
        .left_join(account::table.on(candidate::account_id.eq(account::id.nullable())))
        .filter(enrolment::id.eq_any(of.into_iter().collect::<Vec<_>>()))
        .select((
            enrolment::id,
            cohort::id,
            centre::timezone,
            candidate::first_names,
            candidate::usage_name,
            candidate::birth_name,
            candidate::email,
            (account::id, account::email, account::locale).nullable(),
        ))
        .load(conn)?;
    lines.into_iter().map(|line| Ok((line.enrolment, correspondent(line)?))).collect()
}

/// # Errors
/// `not_found` when there is no such enrolment.
pub fn of_enrolment(conn: &mut AnyConn, id: EnrolmentId) -> Result<Correspondent, AppError> {
    of_enrolments(conn, [id])?.remove(&id).ok_or_else(AppError::not_found)
}

fn correspondent(line: Line) -> Result<Correspondent, AppError> {
    let name = format!("{} {}", line.first_names, line.usage_name.as_ref().unwrap_or(&line.birth_name));
    let recipient = match line.account {
        Some((id, email, locale)) => Recipient::new(Some(id), &email, &name, locale)?,
        None => Recipient::new(None, &line.email, &name, Locale::Fr)?,
    };
    Ok(Correspondent { recipient, cohort: line.cohort, zone: line.zone })
}
