//! Who and what is busy when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::db::schema::{cohort, enrolment, seat, sitting, sitting_change, slot, slot_arrangement};
use crate::db::types::sql::{Stamp, Uid};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CentreId, CohortId, JuryId, SittingId, SlotId};
use crate::sittings::model::{Planned, Taken};
use crate::sittings::rows::{Attendance, ChangeKind, SittingKind, SlotRow};

/// No slot lasts longer: a day, and as much extra time at the most.
const LONGEST_SLOT_DAYS: i64 = 2;

/// Whose hours are asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    pub juries: &'a BTreeSet<JuryId>,
    pub candidates: &'a BTreeSet<CandidateId>,
    pub rooms: &'a BTreeSet<String>,
    /// Rooms are those of its centre.
    pub cohort: CohortId,
    /// Whose own slots do not count: they are the ones that move.
    pub except: &'a BTreeSet<SlotId>,
    pub since: At,
    pub until: At,
}

/// For each of some juries, the others on which one of its members sits. Two statements.
///
/// # Errors
/// Those of the database.
pub fn allies(
    conn: &mut AnyConn,
    of: &BTreeSet<JuryId>,
) -> Result<BTreeMap<JuryId, BTreeSet<JuryId>>, AppError> {
    let ours: Vec<(JuryId, AccountId)> = seat::table
        .filter(seat::jury_id.eq_any(of.iter().copied()))
        .filter(seat::closed_at.is_null())
        .select((seat::jury_id, seat::account_id))
        .load(conn)?;
    let members: BTreeSet<AccountId> = ours.iter().map(|(_, account)| *account).collect();
    let all: Vec<(JuryId, AccountId)> = seat::table
        .filter(seat::account_id.eq_any(members))
        .filter(seat::closed_at.is_null())
        .select((seat::jury_id, seat::account_id))
        .load(conn)?;
    let mut found: BTreeMap<JuryId, BTreeSet<JuryId>> = of.iter().map(|id| (*id, BTreeSet::new())).collect();
    for (jury, account) in &ours {
        let others =
            all.iter().filter(|(other, who)| who == account && other != jury).map(|(other, _)| *other);
        found.entry(*jury).or_default().extend(others);
    }
    Ok(found)
}

/// The slots of events, between two instants, in which one of these juries, candidates or rooms is busy. Two
/// statements.
///
/// # Errors
/// Those of the database.
pub fn taken(conn: &mut AnyConn, asked: &Asked<'_>) -> Result<Vec<Taken>, AppError> {
    type Found = ((SlotId, JuryId), CandidateId, At, i32, Option<String>, CentreId);
    let here: CentreId = cohort::table.find(asked.cohort).select(cohort::centre_id).first(conn)?;
    let found: Vec<Found> = slot::table
        .inner_join(enrolment::table)
        .inner_join(sitting::table.inner_join(cohort::table))
        .left_join(slot_arrangement::table)
        .filter(sitting::kind.eq(SittingKind::Event))
        .filter(not(exists(
            sitting_change::table
                .filter(sitting_change::sitting_id.eq(sitting::id))
                .filter(sitting_change::kind.ne(ChangeKind::Moved)),
        )))
        .filter(slot::starts_at.lt(asked.until))
        .filter(slot::starts_at.gt(asked.since.plus(-Duration::days(LONGEST_SLOT_DAYS))))
        .filter(
            slot::jury_id
                .eq_any(asked.juries.iter().copied())
                .or(enrolment::candidate_id.eq_any(asked.candidates.iter().copied()))
                .or(slot_arrangement::room
                    .is_not_null()
                    .and(slot_arrangement::room.assume_not_null().eq_any(asked.rooms.iter().cloned()))),
        )
        .filter(slot::attendance.ne(Attendance::Excused))
        .select((
            (slot::id, slot::jury_id),
            enrolment::candidate_id,
            slot::starts_at,
            slot::minutes,
            slot_arrangement::room.nullable(),
            cohort::centre_id,
        ))
        .load(conn)?;
    Ok(found
        .into_iter()
        .filter(|((id, _), ..)| !asked.except.contains(id))
        .map(|((_, jury), candidate, starts_at, minutes, room, centre)| Taken {
            jury,
            candidate,
            room: room.filter(|_| centre == here),
            starts_at,
            ends_at: Planned::ends(starts_at, minutes),
        })
        .collect())
}

/// Slots written by one statement at the most: SQLite binds 32 766 values.
const CHUNK: usize = 4_000;

/// Writes in which sitting, one for all, and when each slot takes place now.
///
/// # Errors
/// `conflict` when a candidate has a slot in that sitting already.
pub fn write(conn: &mut AnyConn, into: SittingId, rows: &[SlotRow]) -> Result<(), AppError> {
    for some in rows.chunks(CHUNK) {
        crate::each!(conn, c => {
            let mut query = diesel::sql_query(rewriting(some.len())).into_boxed().bind::<Uid, _>(into);
            for row in some {
                query = query.bind::<Uid, _>(row.id).bind::<Stamp, _>(row.starts_at);
            }
            query.execute(c)
        })?;
    }
    Ok(())
}

/// Numbered as both engines read them: the sitting first, then each slot with its hour.
fn rewriting(count: usize) -> String {
    let turn = |place: usize| format!(" WHEN ${} THEN ${}", 2 * place + 2, 2 * place + 3);
    let hours: String = (0..count).map(turn).collect();
    let ids: Vec<String> = (0..count).map(|place| format!("${}", 2 * place + 2)).collect();
    let ids = ids.join(", ");
    format!("UPDATE slot SET sitting_id = $1, starts_at = CASE id{hours} END WHERE id IN ({ids})")
}
