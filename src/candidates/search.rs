//! Finding people by a few letters of their names or of their e-mail, accents and capitals aside.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::names::folded;
use super::rows::CandidateRow;
use super::store::Seen;
use super::views::CandidateView;
use crate::access::rows::Role;
use crate::access::{Action, Caller, facts, policy};
use crate::db::AnyConn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{candidate, candidate_search, cohort, cohort_trainer, enrolment};
use crate::error::AppError;
use crate::ids::{CandidateId, CohortId, EnrolmentId};

/// Words that one search may have.
const WORDS_MAX: usize = 8;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Parts of the names or of the e-mail, in any order; everybody without it.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// What the page before gave as `next`.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// How many at the most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// Where somebody is enrolled, as far as the caller may see.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaceView {
    pub enrolment_id: EnrolmentId,
    pub cohort_id: CohortId,
    pub cohort: String,
    pub number: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonView {
    #[serde(flatten)]
    pub candidate: CandidateView,
    pub enrolments: Vec<PlaceView>,
}

/// Whose people the caller may see: all, or those of the centres managed and of the cohorts trained.
pub fn seen(caller: &Caller) -> Seen {
    if policy::may(Action::ReadCohort, &facts::in_general(caller)) {
        return Seen::Everything;
    }
    let managed = caller.roles.iter().filter(|held| held.role == Role::CentreManager);
    Seen::Some { centres: managed.filter_map(|held| held.centre).collect(), trainer: caller.account }
}

/// By name; one more than `limit`. Two statements, three with `after`.
///
/// # Errors
/// Those of the database.
pub fn people(
    conn: &mut AnyConn,
    caller: &Caller,
    q: &str,
    after: Option<CandidateId>,
    limit: i64,
) -> Result<Vec<PersonView>, AppError> {
    let seen = seen(caller);
    let rows = candidates(conn, &seen, q, after, limit.saturating_add(1))?;
    let ids: Vec<CandidateId> = rows.iter().map(|row| row.id).collect();
    let places = places(conn, &seen, &ids)?;
    // E-mails are for those who manage; a trainer or an auditor sees names.
    let every = policy::may(Action::Enrol, &facts::in_general(caller));
    let of = |row: CandidateRow| {
        let own: Vec<_> = places.iter().filter(|place| place.0 == row.id).collect();
        let managed = own.iter().any(|place| caller.manages(place.1));
        PersonView {
            enrolments: own.into_iter().map(|place| place.2.clone()).collect(),
            candidate: CandidateView::new(row, every || managed),
        }
    };
    Ok(rows.into_iter().map(of).collect())
}

fn candidates(
    conn: &mut AnyConn,
    seen: &Seen,
    q: &str,
    after: Option<CandidateId>,
    count: i64,
) -> Result<Vec<CandidateRow>, AppError> {
    let mut query = candidate::table.inner_join(candidate_search::table).into_boxed::<MultiBackend>();
    for word in words(q) {
        query = query.filter(candidate_search::folded.like(format!("%{word}%")).escape('!'));
    }
    if let Seen::Some { centres, trainer } = seen {
        let trained = cohort_trainer::table
            .filter(cohort_trainer::account_id.eq(*trainer))
            .select(cohort_trainer::cohort_id);
        query = query.filter(exists(
            enrolment::table
                .inner_join(cohort::table)
                .filter(enrolment::candidate_id.eq(candidate::id))
                .filter(cohort::centre_id.eq_any(centres.clone()).or(cohort::id.eq_any(trained))),
        ));
    }
    if let Some(after) = after {
        let last: Option<String> =
            candidate_search::table.find(after).select(candidate_search::folded).first(conn).optional()?;
        let last = last.unwrap_or_default();
        query = query.filter(
            candidate_search::folded
                .gt(last.clone())
                .or(candidate_search::folded.eq(last).and(candidate_search::candidate_id.gt(after))),
        );
    }
    Ok(query
        .order((candidate_search::folded.asc(), candidate_search::candidate_id.asc()))
        .limit(count)
        .select(CandidateRow::as_select())
        .load(conn)?)
}

/// The words of a search; an e-mail keeps its marks. `!` escapes what LIKE would take for a pattern.
fn words(q: &str) -> Vec<String> {
    let parts = q.split_whitespace().flat_map(|part| {
        if part.contains('@') {
            vec![part.to_lowercase()]
        } else {
            folded(part).split(' ').map(str::to_owned).collect()
        }
    });
    let escaped = |word: String| word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    parts.filter(|word| !word.is_empty()).take(WORDS_MAX).map(escaped).collect()
}

type Place = (CandidateId, crate::ids::CentreId, PlaceView);

fn places(conn: &mut AnyConn, seen: &Seen, of: &[CandidateId]) -> Result<Vec<Place>, AppError> {
    let mut query = enrolment::table
        .inner_join(cohort::table)
        .filter(enrolment::candidate_id.eq_any(of))
        .into_boxed::<MultiBackend>();
    if let Seen::Some { centres, trainer } = seen {
        let trained = cohort_trainer::table
            .filter(cohort_trainer::account_id.eq(*trainer))
            .select(cohort_trainer::cohort_id);
        query = query.filter(cohort::centre_id.eq_any(centres.clone()).or(cohort::id.eq_any(trained)));
    }
    let rows: Vec<(CandidateId, crate::ids::CentreId, EnrolmentId, CohortId, String, String)> = query
        .order(enrolment::id.asc())
        .select((
            enrolment::candidate_id,
            cohort::centre_id,
            enrolment::id,
            cohort::id,
            cohort::name,
            enrolment::number,
        ))
        .load(conn)?;
    let view = |(of, centre, enrolment_id, cohort_id, cohort, number)| {
        (of, centre, PlaceView { enrolment_id, cohort_id, cohort, number })
    };
    Ok(rows.into_iter().map(view).collect())
}
