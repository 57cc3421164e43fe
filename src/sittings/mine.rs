//! A juror's own list: what is to be scored today and later first, then what is past.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveTime};
use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use uuid::Uuid;

use super::rows::{Attendance, ChangeKind, SittingKind};
use super::shapes::{MySheet, MySitting, MySlot};
use super::store::display_name;
use crate::access::{self, Action, Caller, Standing, facts};
use crate::db::conn::MultiBackend;
use crate::db::schema::{
    candidate, enrolment, grid, line, recusal, score, seat, sheet, sitting, sitting_change, slot,
};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, SheetId, SittingId, SlotId, VersionId};
use crate::scoring::rows::SheetState;

/// Where a page ends: the part of the list, the midnight that divides it, the last sheet shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    past: bool,
    midnight: At,
    starts_at: At,
    sheet: SheetId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = if self.past { "past" } else { "next" };
        let (midnight, starts_at) =
            (self.midnight.utc().timestamp_micros(), self.starts_at.utc().timestamp_micros());
        write!(f, "{part}_{midnight}_{starts_at}_{}", self.sheet)
    }
}

impl std::str::FromStr for Cursor {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let mut parts = text.split('_');
        let past = match parts.next() {
            Some("past") => Some(true),
            Some("next") => Some(false),
            _ => None,
        };
        let mut instant = || {
            let micros = parts.next()?.parse::<i64>().ok()?;
            DateTime::from_timestamp_micros(micros).map(At::from)
        };
        let (midnight, starts_at) = (instant(), instant());
        let sheet = parts.next().and_then(|id| Uuid::parse_str(id).ok()).map(SheetId);
        match (past, midnight, starts_at, sheet, parts.next()) {
            (Some(past), Some(midnight), Some(starts_at), Some(sheet), None) => {
                Ok(Self { past, midnight, starts_at, sheet })
            }
            _ => Err(unreadable_cursor()),
        }
    }
}

pub(super) fn unreadable_cursor() -> AppError {
    AppError::bad_request(("Le paramètre after ne se lit pas.", "The parameter after cannot be read."))
}

#[derive(Debug, Clone, Queryable)]
struct Found {
    sheet: (SheetId, SheetState),
    enrolment: (EnrolmentId, String, VersionId),
    names: (String, Option<String>, String),
    sitting: (SittingId, String, SittingKind, String, At, At),
    slot: (SlotId, At, i32, Attendance),
}

/// The sheets of the caller's open seats, without the candidates for whom they are recused; one more than
/// `limit` so that the page knows whether it is the last.
///
/// Days are those of UTC: a sitting that ends later than the last midnight comes first, in its order; what
/// is past follows, the latest first. Five statements at the most.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    after: Option<Cursor>,
    limit: i64,
    at: At,
) -> Result<Vec<MySheet>, AppError> {
    access::require(Action::ReadSheet, &Standing { own: true, ..facts::in_general(caller) })?;
    let midnight = after
        .map_or_else(|| At::from(at.utc().date_naive().and_time(NaiveTime::MIN).and_utc()), |c| c.midnight);
    let mut found = Vec::new();
    let mut wanted = limit + 1;
    for past in [false, true] {
        if after.is_some_and(|cursor| cursor.past && !past) || wanted < 1 {
            continue;
        }
        let from = after.filter(|cursor| cursor.past == past);
        for one in part(conn, caller.account, past, midnight, from, wanted)? {
            let cursor = Cursor { past, midnight, starts_at: one.slot.1, sheet: one.sheet.0 };
            found.push((one, cursor));
            wanted -= 1;
        }
    }
    let counts = counts(conn, &found)?;
    Ok(found.into_iter().map(|(one, cursor)| view(one, cursor, &counts)).collect())
}

fn part(
    conn: &mut AnyConn,
    of: AccountId,
    past: bool,
    midnight: At,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Found>, AppError> {
    let mut query = sheet::table
        .inner_join(seat::table)
        .inner_join(sitting::table)
        .inner_join(enrolment::table.inner_join(candidate::table))
        .inner_join(
            slot::table
                .on(slot::sitting_id.eq(sheet::sitting_id).and(slot::enrolment_id.eq(sheet::enrolment_id))),
        )
        .filter(seat::account_id.eq(of))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(
            recusal::table
                .filter(recusal::seat_id.eq(sheet::seat_id))
                .filter(recusal::enrolment_id.eq(sheet::enrolment_id)),
        )))
        .filter(not(exists(
            sitting_change::table
                .filter(sitting_change::sitting_id.eq(sheet::sitting_id))
                .filter(sitting_change::kind.ne(ChangeKind::Moved)),
        )))
        .limit(limit)
        .select((
            (sheet::id, sheet::state),
            (enrolment::id, enrolment::number, enrolment::version_id),
            (candidate::first_names, candidate::usage_name, candidate::birth_name),
            (
                sitting::id,
                sitting::title,
                sitting::kind,
                sitting::place,
                sitting::starts_at,
                sitting::ends_at,
            ),
            (slot::id, slot::starts_at, slot::minutes, slot::attendance),
        ))
        .into_boxed::<MultiBackend>();
    if past {
        query = query.filter(sitting::ends_at.lt(midnight)).order((slot::starts_at.desc(), sheet::id.desc()));
        if let Some(Cursor { starts_at, sheet, .. }) = from {
            query = query.filter(
                slot::starts_at.lt(starts_at).or(slot::starts_at.eq(starts_at).and(sheet::id.lt(sheet))),
            );
        }
    } else {
        query = query.filter(sitting::ends_at.ge(midnight)).order((slot::starts_at.asc(), sheet::id.asc()));
        if let Some(Cursor { starts_at, sheet, .. }) = from {
            query = query.filter(
                slot::starts_at.gt(starts_at).or(slot::starts_at.eq(starts_at).and(sheet::id.gt(sheet))),
            );
        }
    }
    Ok(query.load(conn)?)
}

/// By sheet: lines that have a score, and lines of its grids.
struct Counts {
    filled: BTreeMap<SheetId, i64>,
    lines: BTreeMap<SheetId, i64>,
}

fn counts(conn: &mut AnyConn, found: &[(Found, Cursor)]) -> Result<Counts, AppError> {
    let versions_of: BTreeMap<SheetId, VersionId> =
        found.iter().map(|(one, _)| (one.sheet.0, one.enrolment.2)).collect();
    let sheets: Vec<SheetId> = versions_of.keys().copied().collect();
    let versions: BTreeSet<VersionId> = versions_of.values().copied().collect();
    let filled: Vec<(SheetId, i64)> = score::table
        .inner_join(grid::table)
        .filter(grid::sheet_id.eq_any(sheets.iter().copied()))
        .group_by(grid::sheet_id)
        .select((grid::sheet_id, count_star()))
        .load(conn)?;
    let grids: Vec<(SheetId, String)> = grid::table
        .filter(grid::sheet_id.eq_any(sheets))
        .select((grid::sheet_id, grid::method))
        .load(conn)?;
    let by_method: Vec<(VersionId, String, i64)> = line::table
        .filter(line::version_id.eq_any(versions))
        .group_by((line::version_id, line::method))
        .select((line::version_id, line::method, count_star()))
        .load(conn)?;
    let by_method: BTreeMap<(VersionId, String), i64> =
        by_method.into_iter().map(|(version, method, count)| ((version, method), count)).collect();
    let mut lines = BTreeMap::new();
    for (sheet, method) in grids {
        let count = versions_of.get(&sheet).and_then(|version| by_method.get(&(*version, method)));
        *lines.entry(sheet).or_default() += count.copied().unwrap_or_default();
    }
    Ok(Counts { filled: filled.into_iter().collect(), lines })
}

fn view(found: Found, cursor: Cursor, counts: &Counts) -> MySheet {
    let (id, state) = found.sheet;
    let (enrolment_id, number, _) = found.enrolment;
    let (first_names, usage_name, birth_name) = found.names;
    let (sitting, title, kind, place, starts_at, ends_at) = found.sitting;
    let (slot, slot_starts_at, minutes, attendance) = found.slot;
    let count = |of: &BTreeMap<SheetId, i64>| of.get(&id).copied().unwrap_or_default();
    MySheet {
        filled: count(&counts.filled),
        lines: count(&counts.lines),
        id,
        state,
        sitting: MySitting { id: sitting, title, kind, place, starts_at, ends_at },
        slot: MySlot { id: slot, starts_at: slot_starts_at, minutes, attendance },
        enrolment_id,
        number,
        candidate: display_name(&first_names, usage_name.as_deref(), &birth_name),
        cursor: cursor.to_string(),
    }
}
