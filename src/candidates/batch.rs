//! All rows that enrolling people writes, in a number of statements that does not depend on theirs.

use std::collections::HashSet;

use super::model::{Acquired, Enrollee};
use super::names::{folded, identity};
use super::rows::{
    AcquiredBlockRow, CandidateRow, EnrolmentRow, RequirementStateRow, RequirementStatus, SearchRow,
};
use super::views::EnrolmentView;
use super::{rules, store};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CohortId, EnrolmentId};
use crate::journal::{self, Act, Protected};
use crate::referential::Version;

/// The places that are left in a cohort.
#[derive(Debug)]
pub struct Numbers {
    taken: HashSet<String>,
    last: i64,
}

impl Numbers {
    pub fn load(conn: &mut AnyConn, cohort: CohortId) -> Result<Self, AppError> {
        Ok(Self::of(store::numbers(conn, cohort)?))
    }

    pub fn of(taken: impl IntoIterator<Item = String>) -> Self {
        let taken: HashSet<String> = taken.into_iter().collect();
        let last = taken.iter().filter_map(|number| number.parse().ok()).max().unwrap_or(0);
        Self { taken, last }
    }

    /// The one asked for, when it is free.
    pub fn take(&mut self, number: &str) -> bool {
        self.taken.insert(number.to_owned())
    }

    /// # Errors
    /// `rule_broken` with `cohort_full` beyond 9 999.
    pub fn next(&mut self) -> Result<String, AppError> {
        loop {
            self.last += 1;
            let number = rules::number(self.last).ok_or_else(cohort_full)?;
            if self.take(&number) {
                return Ok(number);
            }
        }
    }
}

fn cohort_full() -> AppError {
    AppError::broken(
        "cohort_full",
        ("Une promotion compte au plus 9 999 inscriptions.", "A cohort holds 9,999 enrolments at the most."),
    )
}

/// Rows of one act, in the order of the list.
pub struct Batch<'a> {
    actor: AccountId,
    version: &'a Version,
    cohort: CohortId,
    at: At,
    /// Candidate of each enrolment, new or known.
    people: Vec<CandidateRow>,
    pub new_candidates: Vec<CandidateRow>,
    pub changed_candidates: Vec<CandidateRow>,
    enrolments: Vec<EnrolmentRow>,
    pub changed_enrolments: Vec<EnrolmentRow>,
    acquired: Vec<AcquiredBlockRow>,
    requirements: Vec<RequirementStateRow>,
}

impl<'a> Batch<'a> {
    pub fn new(actor: AccountId, version: &'a Version, cohort: CohortId, at: At) -> Self {
        Self {
            actor,
            version,
            cohort,
            at,
            people: Vec::new(),
            new_candidates: Vec::new(),
            changed_candidates: Vec::new(),
            enrolments: Vec::new(),
            changed_enrolments: Vec::new(),
            acquired: Vec::new(),
            requirements: Vec::new(),
        }
    }

    /// A place in the cohort for somebody, with what is asked outside the blocks.
    pub fn enrol(
        &mut self,
        person: &Enrollee,
        candidate: CandidateRow,
        number: String,
    ) -> Result<(), AppError> {
        let id = EnrolmentId::new();
        self.enrolments.push(EnrolmentRow {
            id,
            cohort_id: self.cohort,
            candidate_id: candidate.id,
            version_id: self.version.id,
            number,
            access_route: route_word(person)?,
            blocks: Json::of(&person.blocks)?,
            created_at: self.at,
        });
        self.people.push(candidate);
        for one in &person.acquired {
            self.acquire(id, one);
        }
        let asked = self.version.referential.requirements.iter();
        self.requirements.extend(asked.map(|one| RequirementStateRow {
            enrolment_id: id,
            requirement: one.id.to_string(),
            salt: Bytes::salt(),
            state: RequirementStatus::Pending,
            evidence_id: None,
            reason: None,
            version: 1,
            recorded_by: self.actor,
            recorded_at: self.at,
        }));
        Ok(())
    }

    /// Enrolments that it makes or changes.
    pub fn enrolled(&self) -> Vec<EnrolmentId> {
        let changed = self.changed_enrolments.iter().map(|row| row.id);
        let acquired = self.acquired.iter().map(|row| row.enrolment_id);
        let all: std::collections::BTreeSet<EnrolmentId> =
            self.enrolments.iter().map(|row| row.id).chain(changed).chain(acquired).collect();
        all.into_iter().collect()
    }

    /// A block held from before, told now or told otherwise than before.
    pub fn acquire(&mut self, enrolment: EnrolmentId, one: &Acquired) {
        self.acquired.push(AcquiredBlockRow {
            enrolment_id: enrolment,
            block: one.block.clone(),
            salt: Bytes::salt(),
            origin: one.origin.clone(),
            acquired_on: one.acquired_on.to_string(),
            recorded_by: self.actor,
            recorded_at: self.at,
            document: one.document.clone(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.enrolments.is_empty()
            && self.changed_candidates.is_empty()
            && self.changed_enrolments.is_empty()
            && self.acquired.is_empty()
    }

    /// Writes all of it, and the entry of the act.
    pub fn write(&self, conn: &mut AnyConn, mut act: Act) -> Result<(), AppError> {
        store::insert_candidates(conn, &self.new_candidates)?;
        store::replace_candidates(conn, &self.changed_candidates)?;
        let told: Vec<SearchRow> =
            self.new_candidates.iter().chain(&self.changed_candidates).map(search_row).collect();
        store::replace_search(conn, &told)?;
        store::insert_enrolments(conn, &self.enrolments)?;
        store::replace_enrolments(conn, &self.changed_enrolments)?;
        store::replace_acquired(conn, &self.acquired)?;
        store::insert_requirements(conn, &self.requirements)?;
        let mut rows: Vec<&dyn Protected> = Vec::new();
        rows.extend(self.new_candidates.iter().map(|row| -> &dyn Protected { row }));
        for row in &self.changed_candidates {
            act = act.about("candidate", row.id);
            rows.push(row);
        }
        for row in self.enrolments.iter().chain(&self.changed_enrolments) {
            act = act.about("enrolment", row.id);
            rows.push(row);
        }
        rows.extend(self.acquired.iter().map(|row| -> &dyn Protected { row }));
        rows.extend(self.requirements.iter().map(|row| -> &dyn Protected { row }));
        journal::record(conn, act, &rows)?;
        Ok(())
    }

    pub fn views(self) -> Result<Vec<EnrolmentView>, AppError> {
        let both = self.enrolments.into_iter().zip(self.people);
        both.map(|(enrolment, candidate)| EnrolmentView::new(enrolment, candidate, true)).collect()
    }
}

/// The word by which the database names the access route of somebody.
pub fn route_word(person: &Enrollee) -> Result<String, AppError> {
    Ok(Json::of(&person.access_route)?.0.as_str().unwrap_or_default().to_owned())
}

pub fn new_candidate(person: &Enrollee, account: Option<AccountId>, at: At) -> CandidateRow {
    CandidateRow {
        id: CandidateId::new(),
        salt: Bytes::salt(),
        account_id: account,
        birth_name: person.birth_name.clone(),
        usage_name: person.usage_name.clone(),
        first_names: person.first_names.clone(),
        birth_date: person.birth_date.map(|date| date.to_string()),
        birth_place: person.birth_place.clone(),
        email: person.email.clone(),
        employer: person.employer.clone(),
        version: 1,
        created_at: at,
        updated_at: at,
        sex: person.sex.clone(),
        birth_insee: person.birth_insee.clone(),
        birth_postcode: person.birth_postcode.clone(),
        birth_country: person.birth_country.clone(),
    }
}

/// By which somebody is searched and found again.
pub fn search_row(row: &CandidateRow) -> SearchRow {
    let names = [&row.birth_name, row.usage_name.as_ref().unwrap_or(&row.birth_name), &row.first_names];
    let mut words = names.map(|name| folded(name)).to_vec();
    words.dedup();
    words.push(row.email.clone());
    let born = row.birth_date.as_deref().and_then(|date| date.parse().ok());
    SearchRow {
        candidate_id: row.id,
        folded: words.join(" "),
        identity: born.map(|date| identity(&row.birth_name, &row.first_names, date)),
    }
}
