//! Rows and queries of cohorts and people.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::rows::{
    AcquiredBlockRow, CandidateRow, CohortRow, CohortTrainerRow, EnrolmentRow, IdentityCorrectionRow,
    RequirementStateRow, SearchRow,
};
use crate::access::rows::Role;
use crate::db::conn::MultiBackend;
use crate::db::schema::{
    account, acquired_block, candidate, candidate_search, cohort, cohort_trainer, enrolment, evidence,
    identity_correction, requirement_state, role_grant,
};
use crate::db::{AnyConn, for_update};
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CentreId, CohortId, EnrolmentId, EvidenceId};

/// Rows in one INSERT: SQLite takes 32 766 values in one statement.
const ROWS_AT_ONCE: usize = 1_000;

macro_rules! insert_many {
    ($($name:ident($row:ty) into $table:ident;)*) => {$(
        pub fn $name(conn: &mut AnyConn, rows: &[$row]) -> Result<(), AppError> {
            for some in rows.chunks(ROWS_AT_ONCE) {
                crate::each!(conn, c => diesel::insert_into($table::table).values(some).execute(c))?;
            }
            Ok(())
        }
    )*};
}

insert_many! {
    insert_candidates(CandidateRow) into candidate;
    insert_enrolments(EnrolmentRow) into enrolment;
    insert_requirements(RequirementStateRow) into requirement_state;
}

macro_rules! replace_many {
    ($($(#[$doc:meta])* $name:ident($row:ty) in $table:ident by $key:expr => ($($column:ident),+);)*) => {$(
        $(#[$doc])*
        pub fn $name(conn: &mut AnyConn, rows: &[$row]) -> Result<(), AppError> {
            for some in rows.chunks(ROWS_AT_ONCE) {
                crate::each!(conn, c => diesel::insert_into($table::table)
                    .values(some)
                    .on_conflict($key)
                    .do_update()
                    .set(($($table::$column.eq(excluded($table::$column))),+,))
                    .execute(c))?;
            }
            Ok(())
        }
    )*};
}

replace_many! {
    replace_candidates(CandidateRow) in candidate by candidate::id => (
        account_id, birth_name, usage_name, first_names, birth_date, birth_place, email, employer, version,
        updated_at, sex, birth_insee, birth_postcode, birth_country);
    replace_enrolments(EnrolmentRow) in enrolment by enrolment::id => (access_route, blocks);
    replace_acquired(AcquiredBlockRow) in acquired_block by (acquired_block::enrolment_id, acquired_block::block) => (
        salt, origin, acquired_on, recorded_by, recorded_at, document);
    replace_search(SearchRow) in candidate_search by candidate_search::candidate_id => (folded, identity);
}

/// The places taken in a cohort.
pub fn numbers(conn: &mut AnyConn, cohort: CohortId) -> Result<Vec<String>, AppError> {
    Ok(enrolment::table.filter(enrolment::cohort_id.eq(cohort)).select(enrolment::number).load(conn)?)
}

pub fn insert_cohort(conn: &mut AnyConn, row: CohortRow) -> Result<(), AppError> {
    diesel::insert_into(cohort::table).values(row).execute(conn)?;
    Ok(())
}

pub fn insert_trainer(conn: &mut AnyConn, row: CohortTrainerRow) -> Result<(), AppError> {
    diesel::insert_into(cohort_trainer::table).values(row).execute(conn)?;
    Ok(())
}

pub fn find_cohort(conn: &mut AnyConn, id: CohortId) -> Result<CohortRow, AppError> {
    Ok(cohort::table.find(id).select(CohortRow::as_select()).first(conn)?)
}

/// Those of a name, one per centre at the most.
pub fn cohorts_named(conn: &mut AnyConn, name: &str) -> Result<Vec<CohortRow>, AppError> {
    let named = cohort::table.filter(cohort::name.eq(name)).order(cohort::id.asc());
    Ok(named.select(CohortRow::as_select()).load(conn)?)
}

/// Held until the end: numbers of enrolments are given one at a time.
pub fn hold_cohort(conn: &mut AnyConn, id: CohortId) -> Result<CohortRow, AppError> {
    Ok(for_update(cohort::table.find(id).select(CohortRow::as_select())).get_result(conn)?)
}

/// Whose cohorts are listed.
#[derive(Debug, Clone)]
pub enum Seen {
    Everything,
    /// Those of these centres, and those that this person trains.
    Some {
        centres: Vec<CentreId>,
        trainer: AccountId,
    },
}

/// In the order in which they were created.
pub fn cohorts(
    conn: &mut AnyConn,
    seen: Seen,
    after: Option<CohortId>,
    count: i64,
) -> Result<Vec<CohortRow>, AppError> {
    let mut query = cohort::table.into_boxed::<MultiBackend>();
    if let Seen::Some { centres, trainer } = seen {
        let trained = cohort_trainer::table
            .filter(cohort_trainer::account_id.eq(trainer))
            .select(cohort_trainer::cohort_id);
        query = query.filter(cohort::centre_id.eq_any(centres).or(cohort::id.eq_any(trained)));
    }
    if let Some(after) = after {
        query = query.filter(cohort::id.gt(after));
    }
    Ok(query.order(cohort::id.asc()).limit(count).select(CohortRow::as_select()).load(conn)?)
}

pub fn trainers(conn: &mut AnyConn, id: CohortId) -> Result<Vec<CohortTrainerRow>, AppError> {
    Ok(cohort_trainer::table
        .filter(cohort_trainer::cohort_id.eq(id))
        .order(cohort_trainer::id.asc())
        .select(CohortTrainerRow::as_select())
        .load(conn)?)
}

pub fn trains(conn: &mut AnyConn, id: CohortId, who: AccountId) -> Result<bool, AppError> {
    let found = cohort_trainer::table
        .filter(cohort_trainer::cohort_id.eq(id))
        .filter(cohort_trainer::account_id.eq(who));
    Ok(select(exists(found)).get_result(conn)?)
}

/// Holds the role of trainer, in this centre or everywhere.
pub fn is_trainer(conn: &mut AnyConn, who: AccountId, centre: CentreId) -> Result<bool, AppError> {
    let found = role_grant::table
        .filter(role_grant::account_id.eq(who))
        .filter(role_grant::role.eq(Role::Trainer))
        .filter(role_grant::ended_at.is_null())
        .filter(role_grant::centre_id.is_null().or(role_grant::centre_id.eq(centre)));
    Ok(select(exists(found)).get_result(conn)?)
}

pub fn candidates_by_email(conn: &mut AnyConn, emails: &[String]) -> Result<Vec<CandidateRow>, AppError> {
    Ok(candidate::table
        .filter(candidate::email.eq_any(emails))
        .select(CandidateRow::as_select())
        .load(conn)?)
}

pub fn hold_candidate_by_email(conn: &mut AnyConn, email: &str) -> Result<Option<CandidateRow>, AppError> {
    let found = candidate::table.filter(candidate::email.eq(email)).select(CandidateRow::as_select());
    Ok(for_update(found).get_result(conn).optional()?)
}

/// The candidate of an enrolment, held until the end.
pub fn hold_candidate_of(conn: &mut AnyConn, id: EnrolmentId) -> Result<CandidateRow, AppError> {
    let of = enrolment::table.filter(enrolment::id.eq(id)).select(enrolment::candidate_id);
    let found = candidate::table.filter(candidate::id.eq_any(of)).select(CandidateRow::as_select());
    Ok(for_update(found).get_result(conn)?)
}

pub fn insert_correction(conn: &mut AnyConn, row: IdentityCorrectionRow) -> Result<(), AppError> {
    diesel::insert_into(identity_correction::table).values(row).execute(conn)?;
    Ok(())
}

/// Of these candidates, those who are in the cohort.
pub fn enrolled_of(
    conn: &mut AnyConn,
    cohort: CohortId,
    candidates: &[CandidateId],
) -> Result<Vec<CandidateId>, AppError> {
    Ok(enrolment::table
        .filter(enrolment::cohort_id.eq(cohort))
        .filter(enrolment::candidate_id.eq_any(candidates))
        .select(enrolment::candidate_id)
        .load(conn)?)
}

/// Accounts invited as candidates, by their e-mail.
pub fn candidate_accounts(
    conn: &mut AnyConn,
    emails: &[String],
) -> Result<Vec<(String, AccountId)>, AppError> {
    let invited = role_grant::table
        .filter(role_grant::role.eq(Role::Candidate))
        .filter(role_grant::ended_at.is_null())
        .select(role_grant::account_id);
    Ok(account::table
        .filter(account::email.eq_any(emails))
        .filter(account::id.eq_any(invited))
        .select((account::email, account::id))
        .load(conn)?)
}

/// By number, which has four figures.
pub fn enrolments(
    conn: &mut AnyConn,
    cohort: CohortId,
    after: Option<&str>,
    count: i64,
) -> Result<Vec<(EnrolmentRow, CandidateRow)>, AppError> {
    let mut query = enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::cohort_id.eq(cohort))
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(enrolment::number.gt(after));
    }
    Ok(query
        .order(enrolment::number.asc())
        .limit(count)
        .select((EnrolmentRow::as_select(), CandidateRow::as_select()))
        .load(conn)?)
}

pub fn find_enrolment(conn: &mut AnyConn, id: EnrolmentId) -> Result<(EnrolmentRow, CandidateRow), AppError> {
    Ok(enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::id.eq(id))
        .select((EnrolmentRow::as_select(), CandidateRow::as_select()))
        .first(conn)?)
}

/// Blocks held from before. One carried by reference is held as long as its decision stands.
pub fn acquired(conn: &mut AnyConn, id: EnrolmentId) -> Result<Vec<AcquiredBlockRow>, AppError> {
    use crate::db::schema::{carried_block, decision};
    let revoked = carried_block::table
        .inner_join(decision::table)
        .filter(carried_block::enrolment_id.eq(acquired_block::enrolment_id))
        .filter(carried_block::block.eq(acquired_block::block))
        .filter(decision::ended_at.is_not_null());
    Ok(acquired_block::table
        .filter(acquired_block::enrolment_id.eq(id))
        .filter(diesel::dsl::not(diesel::dsl::exists(revoked)))
        .order(acquired_block::block.asc())
        .select(AcquiredBlockRow::as_select())
        .load(conn)?)
}

pub fn requirements(conn: &mut AnyConn, id: EnrolmentId) -> Result<Vec<RequirementStateRow>, AppError> {
    Ok(requirement_state::table
        .filter(requirement_state::enrolment_id.eq(id))
        .select(RequirementStateRow::as_select())
        .load(conn)?)
}

pub fn hold_requirement(
    conn: &mut AnyConn,
    id: EnrolmentId,
    slug: &str,
) -> Result<RequirementStateRow, AppError> {
    let found = requirement_state::table.find((id, slug)).select(RequirementStateRow::as_select());
    Ok(for_update(found).get_result(conn)?)
}

pub fn update_requirement(conn: &mut AnyConn, row: &RequirementStateRow) -> Result<(), AppError> {
    diesel::update(requirement_state::table.find((row.enrolment_id, &row.requirement)))
        .set((
            requirement_state::salt.eq(&row.salt),
            requirement_state::state.eq(row.state),
            requirement_state::evidence_id.eq(row.evidence_id),
            requirement_state::reason.eq(&row.reason),
            requirement_state::version.eq(row.version),
            requirement_state::recorded_by.eq(row.recorded_by),
            requirement_state::recorded_at.eq(row.recorded_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn link_account(conn: &mut AnyConn, row: &CandidateRow) -> Result<(), AppError> {
    diesel::update(candidate::table.find(row.id))
        .set((
            candidate::account_id.eq(row.account_id),
            candidate::version.eq(row.version),
            candidate::updated_at.eq(row.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn is_evidence_of(conn: &mut AnyConn, id: EvidenceId, of: EnrolmentId) -> Result<bool, AppError> {
    let found = evidence::table.filter(evidence::id.eq(id)).filter(evidence::enrolment_id.eq(of));
    Ok(select(exists(found)).get_result(conn)?)
}
