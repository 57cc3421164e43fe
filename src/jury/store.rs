//! Rows and queries of juries, seats and recusals, and what their rules need to know of the candidates.

use std::collections::BTreeSet;

use diesel::dsl::{exists, not, select};
use diesel::prelude::*;

use super::rows::{JuryRow, PresidingRow, RecusalRow, SeatRow, WaiverRow};
use crate::access::rows::{AccountState, Role};
use crate::db::conn::MultiBackend;
use crate::db::schema::{
    account, candidate, cohort, cohort_trainer, decision, enrolment, jury, jury_waiver, presiding, recusal,
    role_grant, seat, sheet, sitting, sitting_change, slot,
};
use crate::db::{AnyConn, At, for_update};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, JuryId, SeatId};
use crate::scoring::rows::SheetState;
use crate::sittings::rows::{Attendance, ChangeKind, SittingKind};

/// Whose seats, recusals, slots: one jury's, or those of every jury of a cohort in the same statement.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    Jury(JuryId),
    Cohort(CohortId),
}

/// # Errors
/// `not_found` when there is no such jury.
pub fn jury(conn: &mut AnyConn, id: JuryId) -> Result<JuryRow, AppError> {
    Ok(jury::table.find(id).select(JuryRow::as_select()).first(conn)?)
}

/// A jury that nobody else composes or recuses on until the end of the transaction.
///
/// # Errors
/// `not_found` when there is no such jury.
pub fn hold_jury(conn: &mut AnyConn, id: JuryId) -> Result<JuryRow, AppError> {
    Ok(for_update(jury::table.filter(jury::id.eq(id)).select(JuryRow::as_select())).get_result(conn)?)
}

/// In the order of their ids, which is that of their making, from after one of them.
///
/// # Errors
/// Those of the database.
pub fn juries_of_cohort(
    conn: &mut AnyConn,
    of: CohortId,
    after: Option<JuryId>,
    limit: i64,
) -> Result<Vec<JuryRow>, AppError> {
    let mut query = jury::table
        .filter(jury::cohort_id.eq(of))
        .order(jury::id.asc())
        .limit(limit)
        .select(JuryRow::as_select())
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(jury::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Every seat, closed ones included.
///
/// # Errors
/// Those of the database.
pub fn seats(conn: &mut AnyConn, scope: Scope) -> Result<Vec<SeatRow>, AppError> {
    let query = seat::table
        .inner_join(jury::table)
        .order(seat::id.asc())
        .select(SeatRow::as_select())
        .into_boxed::<MultiBackend>();
    Ok(match scope {
        Scope::Jury(id) => query.filter(seat::jury_id.eq(id)),
        Scope::Cohort(id) => query.filter(jury::cohort_id.eq(id)),
    }
    .load(conn)?)
}

/// # Errors
/// As [`seats`].
pub fn seats_of(conn: &mut AnyConn, of: JuryId) -> Result<Vec<SeatRow>, AppError> {
    seats(conn, Scope::Jury(of))
}

/// # Errors
/// `not_found` when there is no such seat.
pub fn seat(conn: &mut AnyConn, id: SeatId) -> Result<SeatRow, AppError> {
    Ok(seat::table.find(id).select(SeatRow::as_select()).first(conn)?)
}

/// # Errors
/// Those of the database.
pub fn recusals(conn: &mut AnyConn, scope: Scope) -> Result<Vec<RecusalRow>, AppError> {
    let query = recusal::table
        .inner_join(seat::table.inner_join(jury::table))
        .order(recusal::id.asc())
        .select(RecusalRow::as_select())
        .into_boxed::<MultiBackend>();
    Ok(match scope {
        Scope::Jury(id) => query.filter(seat::jury_id.eq(id)),
        Scope::Cohort(id) => query.filter(jury::cohort_id.eq(id)),
    }
    .load(conn)?)
}

/// # Errors
/// As [`recusals`].
pub fn recusals_of(conn: &mut AnyConn, of: JuryId) -> Result<Vec<RecusalRow>, AppError> {
    recusals(conn, Scope::Jury(of))
}

/// An enrolment as the rules of a jury look at it.
#[derive(Debug, Clone, Queryable)]
pub struct CandidateRecord {
    pub enrolment: EnrolmentId,
    pub number: String,
    pub account: Option<AccountId>,
    pub employer: Option<String>,
    pub access_route: String,
    pub enrolled_at: At,
}

/// The candidates of a cohort, or one of them.
///
/// # Errors
/// Those of the database.
pub fn candidates(
    conn: &mut AnyConn,
    of: CohortId,
    only: Option<EnrolmentId>,
) -> Result<Vec<CandidateRecord>, AppError> {
    let mut query = enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::cohort_id.eq(of))
        .select((
            enrolment::id,
            enrolment::number,
            candidate::account_id,
            candidate::employer,
            enrolment::access_route,
            enrolment::created_at,
        ))
        .into_boxed::<MultiBackend>();
    if let Some(only) = only {
        query = query.filter(enrolment::id.eq(only));
    }
    Ok(query.load(conn)?)
}

/// Who works for the centre of a cohort.
///
/// # Errors
/// Those of the database.
pub fn centre_staff(conn: &mut AnyConn, of: CohortId) -> Result<BTreeSet<AccountId>, AppError> {
    let found: Vec<AccountId> = role_grant::table
        .inner_join(cohort::table.on(role_grant::centre_id.eq(cohort::centre_id.nullable())))
        .filter(cohort::id.eq(of))
        .filter(role_grant::role.eq_any([Role::CentreManager, Role::Trainer]))
        .filter(role_grant::ended_at.is_null())
        .select(role_grant::account_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// # Errors
/// Those of the database.
pub fn trainers(conn: &mut AnyConn, of: CohortId) -> Result<BTreeSet<AccountId>, AppError> {
    let found: Vec<AccountId> = cohort_trainer::table
        .filter(cohort_trainer::cohort_id.eq(of))
        .select(cohort_trainer::account_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Who comes before a jury, and when.
///
/// # Errors
/// Those of the database.
pub fn candidates_before(conn: &mut AnyConn, of: JuryId) -> Result<Vec<(EnrolmentId, At)>, AppError> {
    Ok(slot::table
        .filter(slot::jury_id.eq(of))
        .order((slot::starts_at.asc(), slot::id.asc()))
        .select((slot::enrolment_id, slot::starts_at))
        .load(conn)?)
}

/// Names shown beside the seats of a jury.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut AnyConn, of: JuryId) -> Result<Vec<(AccountId, String)>, AppError> {
    Ok(seat::table
        .inner_join(account::table)
        .filter(seat::jury_id.eq(of))
        .select((account::id, account::display_name))
        .load(conn)?)
}

/// # Errors
/// `not_found` when there is no such account.
pub fn name(conn: &mut AnyConn, of: AccountId) -> Result<String, AppError> {
    Ok(account::table.find(of).select(account::display_name).first(conn)?)
}

/// # Errors
/// Those of the database.
pub fn is_juror(conn: &mut AnyConn, who: AccountId) -> Result<bool, AppError> {
    Ok(select(exists(
        role_grant::table
            .inner_join(account::table.on(account::id.eq(role_grant::account_id)))
            .filter(account::id.eq(who))
            .filter(account::state.eq(AccountState::Active))
            .filter(role_grant::role.eq(Role::Juror))
            .filter(role_grant::ended_at.is_null()),
    ))
    .get_result(conn)?)
}

/// Whether this seat has signed this candidate in some sitting.
///
/// # Errors
/// Those of the database.
pub fn has_signed(conn: &mut AnyConn, seat: SeatId, candidate: EnrolmentId) -> Result<bool, AppError> {
    Ok(select(exists(
        sheet::table
            .filter(sheet::seat_id.eq(seat))
            .filter(sheet::enrolment_id.eq(candidate))
            .filter(sheet::state.eq(SheetState::Signed)),
    ))
    .get_result(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_jury(conn: &mut AnyConn, row: &JuryRow) -> Result<(), AppError> {
    diesel::insert_into(jury::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// `conflict` when the person sits already, or the jury has its chair.
pub fn insert_seat(conn: &mut AnyConn, row: &SeatRow) -> Result<(), AppError> {
    diesel::insert_into(seat::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// Writes what may change of a seat: its declaration and its end.
///
/// # Errors
/// Those of the database.
pub fn update_seat(conn: &mut AnyConn, row: &SeatRow) -> Result<(), AppError> {
    diesel::update(seat::table.find(row.id))
        .set((
            seat::declared_at.eq(row.declared_at),
            seat::closed_at.eq(row.closed_at),
            seat::closed_reason.eq(&row.closed_reason),
        ))
        .execute(conn)?;
    Ok(())
}

/// # Errors
/// `conflict` when one of them exists already.
pub fn insert_recusals(conn: &mut AnyConn, rows: &[RecusalRow]) -> Result<(), AppError> {
    if !rows.is_empty() {
        crate::each!(conn, c => diesel::insert_into(recusal::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Who was named to preside, where it stands.
///
/// # Errors
/// Those of the database.
pub fn presidings(conn: &mut AnyConn, scope: Scope) -> Result<Vec<PresidingRow>, AppError> {
    let query = presiding::table
        .inner_join(jury::table)
        .filter(presiding::ended_at.is_null())
        .order(presiding::id.asc())
        .select(PresidingRow::as_select())
        .into_boxed::<MultiBackend>();
    Ok(match scope {
        Scope::Jury(id) => query.filter(presiding::jury_id.eq(id)),
        Scope::Cohort(id) => query.filter(jury::cohort_id.eq(id)),
    }
    .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn waivers(conn: &mut AnyConn, scope: Scope) -> Result<Vec<WaiverRow>, AppError> {
    let query = jury_waiver::table
        .inner_join(jury::table)
        .order(jury_waiver::id.asc())
        .select(WaiverRow::as_select())
        .into_boxed::<MultiBackend>();
    Ok(match scope {
        Scope::Jury(id) => query.filter(jury_waiver::jury_id.eq(id)),
        Scope::Cohort(id) => query.filter(jury::cohort_id.eq(id)),
    }
    .load(conn)?)
}

/// # Errors
/// `conflict` when somebody was named meanwhile.
pub fn insert_presiding(conn: &mut AnyConn, row: &PresidingRow) -> Result<(), AppError> {
    diesel::insert_into(presiding::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn end_presiding(conn: &mut AnyConn, row: &PresidingRow) -> Result<(), AppError> {
    diesel::update(presiding::table.find(row.id)).set(presiding::ended_at.eq(row.ended_at)).execute(conn)?;
    Ok(())
}

/// # Errors
/// `conflict` when the rule is waived already.
pub fn insert_waiver(conn: &mut AnyConn, row: &WaiverRow) -> Result<(), AppError> {
    diesel::insert_into(jury_waiver::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// How many decisions stand for a candidate.
///
/// # Errors
/// Those of the database.
pub fn standing_decisions(conn: &mut AnyConn, of: EnrolmentId) -> Result<i64, AppError> {
    Ok(decision::table
        .filter(decision::enrolment_id.eq(of))
        .filter(decision::ended_at.is_null())
        .count()
        .get_result(conn)?)
}

/// When a jury sees candidates at events: beginning and minutes.
///
/// # Errors
/// Those of the database.
pub fn hours_of(conn: &mut AnyConn, of: JuryId) -> Result<Vec<(At, i32)>, AppError> {
    hours(conn, &[of])
}

/// The same, of every other jury on which somebody sits. Two statements.
///
/// # Errors
/// Those of the database.
pub fn hours_elsewhere(conn: &mut AnyConn, who: AccountId, than: JuryId) -> Result<Vec<(At, i32)>, AppError> {
    let juries: Vec<JuryId> = seat::table
        .filter(seat::account_id.eq(who))
        .filter(seat::closed_at.is_null())
        .filter(seat::jury_id.ne(than))
        .select(seat::jury_id)
        .load(conn)?;
    hours(conn, &juries)
}

fn hours(conn: &mut AnyConn, of: &[JuryId]) -> Result<Vec<(At, i32)>, AppError> {
    Ok(slot::table
        .inner_join(sitting::table)
        .filter(slot::jury_id.eq_any(of.iter().copied()))
        .filter(sitting::kind.eq(SittingKind::Event))
        .filter(slot::attendance.ne(Attendance::Excused))
        .filter(not(exists(
            sitting_change::table
                .filter(sitting_change::sitting_id.eq(sitting::id))
                .filter(sitting_change::kind.ne(ChangeKind::Moved)),
        )))
        .select((slot::starts_at, slot::minutes))
        .load(conn)?)
}
