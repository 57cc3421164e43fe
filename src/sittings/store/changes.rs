//! Changes of sittings and deadlines of evidence.

use std::collections::BTreeMap;

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::db::schema::{
    deadline_extension, evidence_deadline, sitting, sitting_change, slot, slot_transfer,
};
use crate::db::{AnyConn, At, for_update};
use crate::error::AppError;
use crate::ids::{EnrolmentId, SittingId, SlotId};
use crate::sittings::rows::{
    ChangeKind, DeadlineExtensionRow, EvidenceDeadlineRow, SittingChangeRow, SlotTransferRow,
};
use crate::sittings::shapes::changes::SittingEnd;

/// What has become of a sitting since it was planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub version: i32,
    pub evidence_until: Option<At>,
    pub ended: Option<SittingEnd>,
}

impl Default for Standing {
    fn default() -> Self {
        Self { version: 1, evidence_until: None, ended: None }
    }
}

/// Of some sittings, each of which has one. Two statements.
///
/// # Errors
/// Those of the database.
pub fn standings(conn: &mut AnyConn, of: &[SittingId]) -> Result<BTreeMap<SittingId, Standing>, AppError> {
    let mut found: BTreeMap<SittingId, Standing> = of.iter().map(|id| (*id, Standing::default())).collect();
    let changes: Vec<SittingChangeRow> = sitting_change::table
        .filter(sitting_change::sitting_id.eq_any(of.iter().copied()))
        .order(sitting_change::version.asc())
        .select(SittingChangeRow::as_select())
        .load(conn)?;
    for change in changes {
        let one = found.entry(change.sitting_id).or_default();
        one.version = change.version;
        if change.kind != ChangeKind::Moved {
            one.ended = Some(SittingEnd {
                kind: change.kind,
                into: change.into_id,
                reason: change.reason,
                at: change.recorded_at,
            });
        }
    }
    let deadlines: Vec<(SittingId, At)> = evidence_deadline::table
        .filter(evidence_deadline::sitting_id.eq_any(of.iter().copied()))
        .select((evidence_deadline::sitting_id, evidence_deadline::until))
        .load(conn)?;
    for (id, until) in deadlines {
        found.entry(id).or_default().evidence_until = Some(until);
    }
    Ok(found)
}

/// # Errors
/// Those of the database.
pub fn standing(conn: &mut AnyConn, of: SittingId) -> Result<Standing, AppError> {
    Ok(standings(conn, &[of])?.remove(&of).unwrap_or_default())
}

/// # Errors
/// `conflict` when somebody else changed the sitting meanwhile.
pub fn insert_change(conn: &mut AnyConn, row: &SittingChangeRow) -> Result<(), AppError> {
    diesel::insert_into(sitting_change::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// Writes the deadline of a sitting, in place of the former.
///
/// # Errors
/// Those of the database.
pub fn put_deadline(conn: &mut AnyConn, row: &EvidenceDeadlineRow) -> Result<(), AppError> {
    let held: Option<SittingId> = for_update(
        evidence_deadline::table
            .filter(evidence_deadline::sitting_id.eq(row.sitting_id))
            .select(evidence_deadline::sitting_id),
    )
    .get_result(conn)
    .optional()?;
    if held.is_some() {
        diesel::update(evidence_deadline::table.find(row.sitting_id))
            .set((
                evidence_deadline::until.eq(row.until),
                evidence_deadline::set_by.eq(row.set_by),
                evidence_deadline::set_at.eq(row.set_at),
            ))
            .execute(conn)?;
    } else {
        diesel::insert_into(evidence_deadline::table).values(row.clone()).execute(conn)?;
    }
    Ok(())
}

/// # Errors
/// Those of the database.
pub fn insert_extension(conn: &mut AnyConn, row: &DeadlineExtensionRow) -> Result<(), AppError> {
    diesel::insert_into(deadline_extension::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// The extension that stands for each person in a sitting: the last granted.
///
/// # Errors
/// Those of the database.
pub fn extensions(conn: &mut AnyConn, of: SittingId) -> Result<BTreeMap<EnrolmentId, At>, AppError> {
    let rows: Vec<(EnrolmentId, At)> = deadline_extension::table
        .filter(deadline_extension::sitting_id.eq(of))
        .order(deadline_extension::id.asc())
        .select((deadline_extension::enrolment_id, deadline_extension::until))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Until when a candidate files evidence for the methods of one sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub methods: Vec<String>,
    pub until: Option<At>,
}

/// The sittings in which a candidate has a slot and which have not ended: their methods, and until when this
/// candidate files evidence for them. Three statements.
///
/// # Errors
/// Those of the database.
pub fn deadlines_of(conn: &mut AnyConn, of: EnrolmentId) -> Result<Vec<Deadline>, AppError> {
    let found: Vec<(SittingId, crate::db::Json, Option<At>)> = slot::table
        .inner_join(sitting::table)
        .left_join(evidence_deadline::table.on(evidence_deadline::sitting_id.eq(sitting::id)))
        .filter(slot::enrolment_id.eq(of))
        .filter(diesel::dsl::not(exists(slot_transfer::table.filter(slot_transfer::slot_id.eq(slot::id)))))
        .filter(diesel::dsl::not(exists(
            sitting_change::table
                .filter(sitting_change::sitting_id.eq(sitting::id))
                .filter(sitting_change::kind.ne(ChangeKind::Moved)),
        )))
        .select((sitting::id, sitting::methods, evidence_deadline::until.nullable()))
        .load(conn)?;
    let extended: Vec<(SittingId, At)> = deadline_extension::table
        .filter(deadline_extension::enrolment_id.eq(of))
        .order(deadline_extension::id.asc())
        .select((deadline_extension::sitting_id, deadline_extension::until))
        .load(conn)?;
    let extended: BTreeMap<SittingId, At> = extended.into_iter().collect();
    found
        .into_iter()
        .map(|(id, methods, until)| {
            let until = until.map(|until| extended.get(&id).copied().unwrap_or(until));
            Ok(Deadline { methods: methods.read()?, until })
        })
        .collect()
}

/// Whether the candidate of this slot goes to another sitting.
///
/// # Errors
/// Those of the database.
pub fn is_left(conn: &mut AnyConn, of: SlotId) -> Result<bool, AppError> {
    Ok(select(exists(slot_transfer::table.filter(slot_transfer::slot_id.eq(of)))).get_result(conn)?)
}

/// Whether a decision stands for a candidate, on any block or on the certification, that was made since the
/// sitting opened: what was decided before is what a resit puts in question.
///
/// # Errors
/// Those of the database.
pub fn is_decided(conn: &mut AnyConn, of: EnrolmentId, sat: SittingId) -> Result<bool, AppError> {
    use crate::db::schema::decision;
    let opened: Option<At> = sitting::table.find(sat).select(sitting::opened_at).first(conn)?;
    let Some(opened) = opened else { return Ok(false) };
    Ok(select(exists(
        decision::table
            .filter(decision::enrolment_id.eq(of))
            .filter(decision::ended_at.is_null())
            .filter(decision::decided_at.ge(opened)),
    ))
    .get_result(conn)?)
}

/// # Errors
/// `conflict` when the slot was left already.
pub fn insert_transfer(conn: &mut AnyConn, row: &SlotTransferRow) -> Result<(), AppError> {
    diesel::insert_into(slot_transfer::table).values(row.clone()).execute(conn)?;
    Ok(())
}
