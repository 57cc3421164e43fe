//! Those whom a file may be about, in a number of statements that does not depend on it.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::matching::{Known, People};
use crate::access::facts;
use crate::candidates::rows::{AcquiredBlockRow, CandidateRow, EnrolmentRow};
use crate::candidates::store::Seen;
use crate::db::AnyConn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{acquired_block, candidate, candidate_search, cohort, enrolment};
use crate::error::AppError;
use crate::ids::{CandidateId, CohortId, EnrolmentId};

/// What a file says of its people, to look them up by.
pub struct Keys<'a> {
    pub emails: &'a [String],
    pub identities: &'a [String],
}

/// Everybody of the cohort, of the same e-mail, or of the same name and birth among those `seen`.
pub fn people(
    conn: &mut AnyConn,
    cohort: Option<CohortId>,
    seen: &Seen,
    keys: &Keys<'_>,
) -> Result<People, AppError> {
    let mut people = People::default();
    let mut places: HashMap<CandidateId, usize> = HashMap::new();
    if let Some(cohort) = cohort {
        let here: Vec<(EnrolmentRow, CandidateRow)> = enrolment::table
            .inner_join(candidate::table)
            .filter(enrolment::cohort_id.eq(cohort))
            .select((EnrolmentRow::as_select(), CandidateRow::as_select()))
            .load(conn)?;
        for (row, candidate) in here {
            people.by_number.insert(row.number.clone(), people.all.len());
            add(&mut people, &mut places, candidate, Some(row));
        }
    }
    let by_email: Vec<CandidateRow> = candidate::table
        .filter(candidate::email.eq_any(keys.emails))
        .select(CandidateRow::as_select())
        .load(conn)?;
    for row in by_email {
        add(&mut people, &mut places, row, None);
    }
    for (key, row) in of_identity(conn, seen, keys.identities)? {
        let place = add(&mut people, &mut places, row, None);
        people.by_identity.entry(key).or_default().push(place);
    }
    people.by_email =
        people.all.iter().enumerate().map(|(place, one)| (one.candidate.email.clone(), place)).collect();
    tell_acquired(conn, &mut people)?;
    let ids: Vec<CandidateId> = people.all.iter().map(|one| one.candidate.id).collect();
    let decided = facts::decided_among(conn, &ids)?;
    for one in &mut people.all {
        one.decided = decided.contains(&one.candidate.id);
    }
    Ok(people)
}

fn add(
    people: &mut People,
    places: &mut HashMap<CandidateId, usize>,
    candidate: CandidateRow,
    here: Option<EnrolmentRow>,
) -> usize {
    *places.entry(candidate.id).or_insert_with(|| {
        people.all.push(Known { candidate, here, acquired: Vec::new(), decided: false });
        people.all.len() - 1
    })
}

/// Whoever imports is told of no one of the same name whom they could not see otherwise.
fn of_identity(
    conn: &mut AnyConn,
    seen: &Seen,
    identities: &[String],
) -> Result<Vec<(String, CandidateRow)>, AppError> {
    let mut query = candidate::table
        .inner_join(candidate_search::table)
        .filter(candidate_search::identity.eq_any(identities))
        .into_boxed::<MultiBackend>();
    if let Seen::Some { centres, .. } = seen {
        query = query.filter(exists(
            enrolment::table
                .inner_join(cohort::table)
                .filter(enrolment::candidate_id.eq(candidate::id))
                .filter(cohort::centre_id.eq_any(centres.clone())),
        ));
    }
    let rows: Vec<(Option<String>, CandidateRow)> =
        query.select((candidate_search::identity, CandidateRow::as_select())).load(conn)?;
    Ok(rows.into_iter().filter_map(|(key, row)| Some((key?, row))).collect())
}

fn tell_acquired(conn: &mut AnyConn, people: &mut People) -> Result<(), AppError> {
    let here: HashMap<EnrolmentId, usize> = people
        .all
        .iter()
        .enumerate()
        .filter_map(|(place, one)| Some((one.here.as_ref()?.id, place)))
        .collect();
    let rows: Vec<AcquiredBlockRow> = acquired_block::table
        .filter(acquired_block::enrolment_id.eq_any(here.keys().copied().collect::<Vec<_>>()))
        .select(AcquiredBlockRow::as_select())
        .load(conn)?;
    for row in rows {
        let place = here.get(&row.enrolment_id).and_then(|place| people.all.get_mut(*place));
        if let Some(one) = place {
            one.acquired.push(row);
        }
    }
    Ok(())
}
