//! Whom to write to about a sitting, and the facts of the letter. Nothing is sent from here.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Planned;
use super::rows::{SittingRow, SummonsRow};
use super::shapes::people::{CalledAs, Notice};
use super::store;
use crate::db::AnyConn;
use crate::error::AppError;
use crate::ids::{EnrolmentId, SeatId};

/// Everybody who comes to a sitting as it now stands: candidates in their order, then jurors.
///
/// # Errors
/// Those of the database.
pub fn of_all(conn: &mut AnyConn, sitting: &SittingRow) -> Result<Vec<Notice>, AppError> {
    let standing = store::changes::standing(conn, sitting.id)?;
    let extended = store::changes::extensions(conn, sitting.id)?;
    let timezone = store::people::timezone(conn, sitting.id)?;
    let until_for = |enrolment: Option<EnrolmentId>| {
        let own = enrolment.and_then(|id| extended.get(&id).copied());
        standing.evidence_until.map(|until| own.unwrap_or(until))
    };
    let people = store::people::of_sitting(conn, sitting.id)?;
    Ok(people
        .into_iter()
        .map(|person| Notice {
            called_as: if person.seat.is_some() { CalledAs::Juror } else { CalledAs::Candidate },
            account_id: person.account,
            seat_id: person.seat,
            enrolment_id: person.enrolment,
            email: person.email,
            name: person.name,
            locale: person.locale,
            sitting_id: sitting.id,
            version: standing.version,
            title: sitting.title.clone(),
            starts_at: person.starts_at,
            ends_at: Planned::ends(person.starts_at, person.minutes),
            timezone: timezone.clone(),
            place: person.room.unwrap_or_else(|| sitting.place.clone()),
            evidence_until: until_for(person.enrolment),
        })
        .collect())
}

/// A person of a sitting: a seat or a candidate.
pub type Key = (Option<SeatId>, Option<EnrolmentId>);

pub fn key(notice: &Notice) -> Key {
    (notice.seat_id, notice.enrolment_id)
}

/// The last summons of each.
///
/// # Errors
/// Those of the database.
pub fn summoned(conn: &mut AnyConn, sitting: &SittingRow) -> Result<BTreeMap<Key, SummonsRow>, AppError> {
    let rows = store::people::summonses(conn, sitting.id)?;
    Ok(rows.into_iter().map(|row| ((row.seat_id, row.enrolment_id), row)).collect())
}

/// Those who were called to what has changed: the others know of nothing yet.
///
/// # Errors
/// Those of the database.
pub fn of_summoned(conn: &mut AnyConn, sitting: &SittingRow) -> Result<Vec<Notice>, AppError> {
    let called: BTreeSet<Key> = summoned(conn, sitting)?.into_keys().collect();
    let mut notices = of_all(conn, sitting)?;
    notices.retain(|notice| called.contains(&key(notice)));
    Ok(notices)
}
