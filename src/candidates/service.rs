//! The use cases of cohorts and people.

pub use super::requirements::service::record_requirement;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::batch::{self, Batch, Numbers};
use super::model::{Enrollee, EnrolmentFault, NewCohort, NewEnrolment, NewTrainer};
use super::rows::{CandidateRow, CohortRow, CohortTrainerRow};
use super::rules::{self, Known, VersionBlocks};
use super::store;
use super::views::{EnrolmentView, RequirementView, WholeCohortView, WholeEnrolmentView};
use crate::access::{self, Action, Caller, facts, policy};
use crate::boards::summary;
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CohortId, CohortTrainerId, EnrolmentId};
use crate::journal::{self, Act};
use crate::referential::Versions;

/// # Errors
/// `not_found`, `forbidden`, `invalid`; `rule_broken` with `version_not_published`; `conflict` when the
/// centre has a cohort of this name.
pub fn create_cohort(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    new: NewCohort,
    at: At,
) -> Result<CohortRow, AppError> {
    access::require(Action::CreateCohort, &facts::on_centre(caller, new.centre_id))?;
    let name = rules::line_of_text(&new.name, 200).map_err(|code| invalid("name", code))?;
    if new.ends_on < new.starts_on {
        return Err(invalid("ends_on", "before_start"));
    }
    let version = versions.get(conn, new.version_id).map_err(|error| match error.code() {
        "not_found" => invalid("version_id", "unknown"),
        _ => error,
    })?;
    let row = CohortRow {
        id: CohortId::new(),
        centre_id: new.centre_id,
        version_id: version.id,
        name,
        starts_on: new.starts_on.to_string(),
        ends_on: new.ends_on.to_string(),
        created_at: at,
    };
    store::insert_cohort(conn, row.clone())?;
    let act = Act::new("cohort_created", caller.account, at).about("cohort", row.id);
    journal::record(conn, act, &[&row])?;
    Ok(row)
}

pub(super) fn invalid(field: &str, code: &str) -> AppError {
    AppError::invalid((
        "Certaines valeurs ne sont pas acceptées ; rien n’a été enregistré.",
        "Some values are not accepted; nothing was saved.",
    ))
    .with("faults", vec![json!({ "field": field, "code": code })])
}

/// Those that the caller may see; one more than `limit`.
///
/// # Errors
/// Those of the database.
pub fn list_cohorts(
    conn: &mut AnyConn,
    caller: &Caller,
    after: Option<CohortId>,
    limit: i64,
) -> Result<Vec<CohortRow>, AppError> {
    store::cohorts(conn, super::search::seen(caller), after, limit.saturating_add(1))
}

/// # Errors
/// `not_found`.
pub fn get_cohort(conn: &mut AnyConn, caller: &Caller, id: CohortId) -> Result<WholeCohortView, AppError> {
    access::require(Action::ReadCohort, &facts::on_cohort(conn, caller, id)?)?;
    let trainers = store::trainers(conn, id)?.into_iter().map(Into::into).collect();
    Ok(WholeCohortView { cohort: store::find_cohort(conn, id)?.into(), trainers })
}

/// Somebody who trains the cohort, and so never sits on its juries.
///
/// # Errors
/// `not_found`, `forbidden`; `rule_broken` with `not_a_trainer`; `conflict` when it is so already.
pub fn assign_trainer(
    conn: &mut AnyConn,
    caller: &Caller,
    cohort: CohortId,
    new: &NewTrainer,
    at: At,
) -> Result<CohortTrainerRow, AppError> {
    access::require(Action::AssignTrainer, &facts::on_cohort(conn, caller, cohort)?)?;
    let centre = store::find_cohort(conn, cohort)?.centre_id;
    if !store::is_trainer(conn, new.account_id, centre)? {
        return Err(AppError::broken(
            "not_a_trainer",
            (
                "Ce compte n’a pas le rôle de formateur dans ce centre.",
                "This account does not hold the role of trainer in this centre.",
            ),
        ));
    }
    if store::trains(conn, cohort, new.account_id)? {
        return Err(AppError::conflict((
            "Cette personne forme déjà cette promotion.",
            "This person trains this cohort already.",
        )));
    }
    let row = CohortTrainerRow {
        id: CohortTrainerId::new(),
        cohort_id: cohort,
        account_id: new.account_id,
        assigned_at: at,
    };
    store::insert_trainer(conn, row.clone())?;
    let act = Act::new("trainer_assigned", caller.account, at)
        .about("cohort", cohort)
        .about("account", new.account_id);
    journal::record(conn, act, &[&row])?;
    Ok(row)
}

/// Enrols everybody of a list, or nobody: each fault of each person is told.
///
/// Somebody known by the same e-mail, name and date of birth is the same candidate; an account invited as
/// a candidate at that address is theirs.
///
/// # Errors
/// `not_found`, `forbidden`; `invalid` with the faults; `conflict` with them when all are about e-mail
/// addresses that are taken; `rule_broken` with `cohort_full` beyond 9 999 enrolments.
pub fn enrol(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    cohort: CohortId,
    given: &[NewEnrolment],
    at: At,
) -> Result<Vec<EnrolmentView>, AppError> {
    access::require(Action::Enrol, &facts::on_cohort(conn, caller, cohort)?)?;
    let held = store::hold_cohort(conn, cohort)?;
    let version = versions.get(conn, held.version_id)?;
    let slugs: Vec<String> = version.referential.blocks.iter().map(|block| block.id.to_string()).collect();
    let (people, mut faults) = rules::read_all(given, VersionBlocks(&slugs), at.utc().date_naive());
    let mut known = known_people(conn, cohort, &people, &mut faults)?;
    if !faults.is_empty() {
        return Err(refused(faults));
    }
    let emails: Vec<String> = people.iter().map(|(_, person)| person.email.clone()).collect();
    let mut numbers = Numbers::load(conn, cohort)?;
    let accounts: HashMap<String, AccountId> =
        store::candidate_accounts(conn, &emails)?.into_iter().collect();
    let mut batch = Batch::new(caller.account, &version, cohort, at);
    for (_, person) in people {
        let account = accounts.get(&person.email).copied();
        let known = known.remove(&person.email);
        let is_new = known.is_none();
        let candidate = known.unwrap_or_else(|| batch::new_candidate(&person, account, at));
        if is_new {
            batch.new_candidates.push(candidate.clone());
        }
        batch.enrol(&person, candidate, numbers.next()?)?;
    }
    batch.write(conn, Act::new("candidates_enrolled", caller.account, at).about("cohort", cohort))?;
    summary::keep(conn, versions, &batch.enrolled())?;
    batch.views()
}

fn known_people(
    conn: &mut AnyConn,
    cohort: CohortId,
    people: &[(usize, Enrollee)],
    faults: &mut Vec<EnrolmentFault>,
) -> Result<HashMap<String, CandidateRow>, AppError> {
    let emails: Vec<String> = people.iter().map(|(_, person)| person.email.clone()).collect();
    let found = store::candidates_by_email(conn, &emails)?;
    let ids: Vec<CandidateId> = found.iter().map(|row| row.id).collect();
    let here = store::enrolled_of(conn, cohort, &ids)?;
    let known: HashMap<String, CandidateRow> =
        found.into_iter().map(|row| (row.email.clone(), row)).collect();
    for (index, person) in people {
        let Some(row) = known.get(&person.email) else { continue };
        let birth_date = row.birth_date.as_deref().map(str::parse).transpose().map_err(AppError::internal)?;
        let as_known = Known { birth_name: &row.birth_name, birth_date, here: here.contains(&row.id) };
        if let Err(code) = rules::same_person(person, as_known) {
            faults.push(EnrolmentFault { index: *index, field: "email".to_owned(), code });
        }
    }
    Ok(known)
}

fn refused(mut faults: Vec<EnrolmentFault>) -> AppError {
    faults.sort();
    let only_taken =
        faults.iter().all(|fault| matches!(fault.code, "already_enrolled" | "email_of_another_person"));
    let told: Vec<Value> = faults
        .iter()
        .map(|fault| json!({ "index": fault.index, "field": fault.field, "code": fault.code }))
        .collect();
    let words = (
        "Certaines inscriptions ne sont pas acceptées ; aucune n’a été enregistrée.",
        "Some enrolments are not accepted; none was saved.",
    );
    let error = if only_taken { AppError::conflict(words) } else { AppError::invalid(words) };
    error.with("faults", told)
}

/// By number; one more than `limit`.
///
/// # Errors
/// `not_found`.
pub fn list_enrolments(
    conn: &mut AnyConn,
    caller: &Caller,
    cohort: CohortId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<EnrolmentView>, AppError> {
    let who = facts::on_cohort(conn, caller, cohort)?;
    access::require(Action::ReadCohort, &who)?;
    let with_email = policy::may(Action::Enrol, &who);
    let found = store::enrolments(conn, cohort, after, limit.saturating_add(1))?;
    found.into_iter().map(|(row, candidate)| EnrolmentView::new(row, candidate, with_email)).collect()
}

/// # Errors
/// `not_found`.
pub fn get_enrolment(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EnrolmentId,
) -> Result<WholeEnrolmentView, AppError> {
    let who = facts::on_enrolment(conn, caller, id)?;
    access::require(Action::ReadIdentity, &who)?;
    let with_email = who.candidate || policy::may(Action::Enrol, &who);
    let (row, candidate) = store::find_enrolment(conn, id)?;
    let version = versions.get(conn, row.version_id)?;
    Ok(WholeEnrolmentView {
        enrolment: EnrolmentView::new(row, candidate, with_email)?,
        acquired_blocks: store::acquired(conn, id)?.into_iter().map(Into::into).collect(),
        requirements: RequirementView::all(&version, store::requirements(conn, id)?),
    })
}

/// # Errors
/// `not_found`.
pub fn list_requirements(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EnrolmentId,
) -> Result<Vec<RequirementView>, AppError> {
    access::require(Action::ReadEnrolment, &facts::on_enrolment(conn, caller, id)?)?;
    let (row, _) = store::find_enrolment(conn, id)?;
    let version = versions.get(conn, row.version_id)?;
    Ok(RequirementView::all(&version, store::requirements(conn, id)?))
}
