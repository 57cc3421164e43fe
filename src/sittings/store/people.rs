//! Who is called to a sitting: the open seats of its juries, and its candidates.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::access::rows::Locale;
use crate::db::schema::{
    account, candidate, centre, cohort, enrolment, seat, sitting, slot, slot_arrangement, slot_transfer,
    summons,
};
use crate::db::{AnyConn, At, for_update};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, JuryId, SeatId, SittingId, SummonsId};
use crate::sittings::model::Planned;
use crate::sittings::rows::SummonsRow;

/// Somebody who comes to a sitting, with the slot that they come for.
#[derive(Debug, Clone)]
pub struct Person {
    /// One or the other.
    pub seat: Option<SeatId>,
    pub enrolment: Option<EnrolmentId>,
    pub account: Option<AccountId>,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    pub starts_at: At,
    pub minutes: i32,
    pub room: Option<String>,
}

type Hour = (At, i32, Option<String>);

/// Candidates in the order in which they come, then jurors, each with the first slot before their jury. Two
/// statements.
///
/// # Errors
/// Those of the database.
pub fn of_sitting(conn: &mut AnyConn, of: SittingId) -> Result<Vec<Person>, AppError> {
    type Candidate =
        (EnrolmentId, Option<AccountId>, String, (String, Option<String>, String), Option<Locale>, Hour);
    let candidates: Vec<Candidate> = slot::table
        .inner_join(enrolment::table.inner_join(candidate::table.left_join(account::table)))
        .left_join(slot_arrangement::table)
        .filter(slot::sitting_id.eq(of))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            slot_transfer::table.filter(slot_transfer::slot_id.eq(slot::id)),
        )))
        .order((slot::starts_at.asc(), slot::id.asc()))
        .select((
            enrolment::id,
            candidate::account_id,
            candidate::email,
            (candidate::first_names, candidate::usage_name, candidate::birth_name),
            account::locale.nullable(),
            (slot::starts_at, slot::minutes, slot_arrangement::room.nullable()),
        ))
        .load(conn)?;
    let jurors = jurors(conn, of)?;
    Ok(candidates
        .into_iter()
        .map(|(enrolment, account, email, (first, usage, birth), locale, (starts_at, minutes, room))| {
            Person {
                seat: None,
                enrolment: Some(enrolment),
                account,
                email,
                name: super::display_name(&first, usage.as_deref(), &birth),
                locale: locale.unwrap_or(Locale::Fr),
                starts_at,
                minutes,
                room,
            }
        })
        .chain(jurors)
        .collect())
}

/// Of the open seats, from the first slot before each to the end of the last.
fn jurors(conn: &mut AnyConn, of: SittingId) -> Result<Vec<Person>, AppError> {
    let jurors: Vec<(SeatId, AccountId, String, String, Locale, Hour)> = slot::table
        .inner_join(seat::table.on(seat::jury_id.eq(slot::jury_id)))
        .inner_join(account::table.on(account::id.eq(seat::account_id)))
        .left_join(slot_arrangement::table)
        .filter(slot::sitting_id.eq(of))
        .filter(seat::closed_at.is_null())
        .order((slot::starts_at.asc(), seat::id.asc()))
        .select((
            seat::id,
            account::id,
            account::email,
            account::display_name,
            account::locale,
            (slot::starts_at, slot::minutes, slot_arrangement::room.nullable()),
        ))
        .load(conn)?;
    let mut until: BTreeMap<SeatId, At> = BTreeMap::new();
    for (seat, .., (starts_at, minutes, _)) in &jurors {
        let end = Planned::ends(*starts_at, *minutes);
        until.entry(*seat).and_modify(|last| *last = end.max(*last)).or_insert(end);
    }
    let whole = |seat: SeatId, starts_at: At, minutes: i32| {
        let span = until.get(&seat).map(|end| (end.utc() - starts_at.utc()).num_minutes());
        span.and_then(|span| i32::try_from(span).ok()).unwrap_or(minutes)
    };
    let mut seen = BTreeSet::new();
    Ok(jurors
        .into_iter()
        .filter(|(seat, ..)| seen.insert(*seat))
        .map(|(seat, account, email, name, locale, (starts_at, minutes, room))| Person {
            seat: Some(seat),
            enrolment: None,
            account: Some(account),
            email,
            name,
            locale,
            starts_at,
            minutes: whole(seat, starts_at, minutes),
            room,
        })
        .collect())
}

/// Of the centre of a sitting, by its IANA name.
///
/// # Errors
/// `not_found`.
pub fn timezone(conn: &mut AnyConn, of: SittingId) -> Result<String, AppError> {
    Ok(sitting::table
        .inner_join(cohort::table.inner_join(centre::table))
        .filter(sitting::id.eq(of))
        .select(centre::timezone)
        .first(conn)?)
}

/// Every summons to a sitting, in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub fn summonses(conn: &mut AnyConn, of: SittingId) -> Result<Vec<SummonsRow>, AppError> {
    Ok(summons::table
        .filter(summons::sitting_id.eq(of))
        .order(summons::id.asc())
        .select(SummonsRow::as_select())
        .load(conn)?)
}

/// # Errors
/// `conflict` when somebody was summoned to the same version meanwhile.
pub fn insert_summonses(conn: &mut AnyConn, rows: &[SummonsRow]) -> Result<(), AppError> {
    if !rows.is_empty() {
        crate::each!(conn, c => diesel::insert_into(summons::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// # Errors
/// `not_found`.
pub fn hold_summons(conn: &mut AnyConn, id: SummonsId) -> Result<SummonsRow, AppError> {
    Ok(for_update(summons::table.filter(summons::id.eq(id)).select(SummonsRow::as_select()))
        .get_result(conn)?)
}

/// # Errors
/// Those of the database.
pub fn receive(conn: &mut AnyConn, id: SummonsId, at: At) -> Result<(), AppError> {
    diesel::update(summons::table.find(id)).set(summons::rules_received_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

/// Those of one person, the latest first.
///
/// # Errors
/// Those of the database.
pub fn summonses_to(conn: &mut AnyConn, who: AccountId, limit: i64) -> Result<Vec<SummonsRow>, AppError> {
    Ok(summons::table
        .left_join(seat::table)
        .left_join(enrolment::table.inner_join(candidate::table))
        .filter(seat::account_id.nullable().eq(Some(who)).or(candidate::account_id.nullable().eq(Some(who))))
        .order(summons::id.desc())
        .limit(limit)
        .select(SummonsRow::as_select())
        .load(conn)?)
}

/// The open seats of every jury that has a slot in a sitting, with the name of who sits there.
///
/// # Errors
/// Those of the database.
pub fn seats_of_sitting(
    conn: &mut AnyConn,
    of: SittingId,
) -> Result<Vec<(JuryId, SeatId, String)>, AppError> {
    Ok(seat::table
        .inner_join(account::table)
        .filter(seat::closed_at.is_null())
        .filter(diesel::dsl::exists(
            slot::table.filter(slot::sitting_id.eq(of)).filter(slot::jury_id.eq(seat::jury_id)),
        ))
        .order(seat::id.asc())
        .select((seat::jury_id, seat::id, account::display_name))
        .load(conn)?)
}
