//! Use case: a sitting opens, and with it the sheets that its jurors fill.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use diesel::prelude::*;

use super::model::Seeking;
use super::rows::{Attendance, SittingRow, SittingState, SlotRow};
use super::shapes::Opened;
use super::{standards, store};
use crate::access::{self, Action, Caller, facts};
use crate::db::schema::{grid, sheet};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{EnrolmentId, GridId, JuryId, SeatId, SheetId, SittingId};
use crate::journal::{Act, Protected, record};
use crate::jury::panel::{Panel, refuse_broken};
use crate::jury::store::Scope;
use crate::referential::versions::{Version, Versions};
use crate::scoring::rows::{GridRow, SheetRow, SheetState};

/// Rows written by one statement or named by one entry at the most: SQLite binds 32 766 values.
const CHUNK: usize = 4_000;

/// Opens a sitting when each jury may sit before each of its candidates, and makes the missing sheets:
/// again for seats filled since.
///
/// # Errors
/// `rule_broken` with every rule that does not hold.
pub fn open(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SittingId,
    at: At,
) -> Result<Opened, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::OpenSitting, &who)?;
    let sitting = store::hold_sitting(conn, id)?;
    let slots: Vec<SlotRow> = store::slots(conn, id)?.into_iter().filter(comes).collect();
    if slots.is_empty() && sitting.state == SittingState::Planned {
        return Err(AppError::broken(
            "sitting_has_slots",
            ("Cette session n’a aucun passage.", "This sitting has no slot."),
        ));
    }
    let version = standards::of_cohort(conn, versions, sitting.cohort_id)?;
    let panel = Panel::load(conn, Scope::Cohort(sitting.cohort_id), sitting.cohort_id, None)?;
    juries_may_sit(&sitting, &slots, &panel, &version)?;
    let seeking = store::seeking(conn, sitting.cohort_id)?;
    let present = existing(conn, id)?;
    let methods: Vec<String> = sitting.methods.read()?;
    let (sheets, grids) = missing(&sitting, &slots, &panel, &present, at, |enrolment| {
        methods_for(seeking.get(&enrolment), &methods, &version)
    });
    insert(conn, &sheets, &grids)?;
    super::summons::send(conn, &sitting, &slots, &panel, &present, &sheets, at)?;
    let was_planned = sitting.state == SittingState::Planned;
    let sitting =
        SittingRow { state: SittingState::Open, opened_at: Some(sitting.opened_at.unwrap_or(at)), ..sitting };
    if was_planned {
        store::update_state(conn, &sitting)?;
    }
    let mut rows: Vec<&dyn Protected> = if was_planned { vec![&sitting] } else { Vec::new() };
    rows.extend(sheets.iter().map(|row| -> &dyn Protected { row }));
    rows.extend(grids.iter().map(|row| -> &dyn Protected { row }));
    for some in rows.chunks(CHUNK) {
        record(conn, Act::new("sitting_opened", caller.account, at).about("sitting", id), some)?;
    }
    Ok(Opened { sheets: sheets.len(), grids: grids.len(), sitting: sitting.try_into()? })
}

/// Nobody assesses a candidate who is absent or excused.
fn comes(slot: &SlotRow) -> bool {
    matches!(slot.attendance, Attendance::Expected | Attendance::Present)
}

fn juries_may_sit(
    sitting: &SittingRow,
    slots: &[SlotRow],
    panel: &Panel,
    version: &Version,
) -> Result<(), AppError> {
    let mut before: BTreeMap<JuryId, Vec<EnrolmentId>> = BTreeMap::new();
    for slot in slots {
        before.entry(slot.jury_id).or_default().push(slot.enrolment_id);
    }
    let year = sitting.starts_at.utc().year();
    let mut broken = Vec::new();
    for (jury, candidates) in &before {
        broken.extend(panel.broken(&version.referential.jury, *jury, candidates, year)?);
    }
    refuse_broken(&broken)
}

/// The methods of the sitting whose block the candidate seeks and has not acquired.
fn methods_for<'a>(seeking: Option<&Seeking>, methods: &'a [String], version: &Version) -> Vec<&'a String> {
    let sought = |method: &&String| {
        let block = standards::block_of(version, method);
        block.is_some_and(|block| seeking.is_some_and(|seeking| seeking.blocks.contains(block)))
    };
    methods.iter().filter(sought).collect()
}

fn existing(conn: &mut AnyConn, of: SittingId) -> Result<BTreeSet<(SeatId, EnrolmentId)>, AppError> {
    let found: Vec<(SeatId, EnrolmentId)> = sheet::table
        .filter(sheet::sitting_id.eq(of))
        .select((sheet::seat_id, sheet::enrolment_id))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// A sheet for each open seat and each candidate for whom it is not recused, with its grids.
fn missing<'a>(
    sitting: &SittingRow,
    slots: &[SlotRow],
    panel: &Panel,
    present: &BTreeSet<(SeatId, EnrolmentId)>,
    at: At,
    methods_of: impl Fn(EnrolmentId) -> Vec<&'a String>,
) -> (Vec<SheetRow>, Vec<GridRow>) {
    let (mut sheets, mut grids) = (Vec::new(), Vec::new());
    for slot in slots {
        let methods = methods_of(slot.enrolment_id);
        for seat in panel.assessing(slot.jury_id, slot.enrolment_id) {
            if methods.is_empty() || present.contains(&(seat.id, slot.enrolment_id)) {
                continue;
            }
            let sheet = SheetRow {
                id: SheetId::new(),
                sitting_id: sitting.id,
                seat_id: seat.id,
                enrolment_id: slot.enrolment_id,
                state: SheetState::Open,
                version: 1,
                created_at: at,
            };
            grids.extend(methods.iter().map(|method| GridRow {
                id: GridId::new(),
                sheet_id: sheet.id,
                method: (*method).clone(),
            }));
            sheets.push(sheet);
        }
    }
    (sheets, grids)
}

fn insert(conn: &mut AnyConn, sheets: &[SheetRow], grids: &[GridRow]) -> Result<(), AppError> {
    for some in sheets.chunks(CHUNK) {
        crate::each!(conn, c => diesel::insert_into(sheet::table).values(some).execute(c))?;
    }
    for some in grids.chunks(CHUNK) {
        crate::each!(conn, c => diesel::insert_into(grid::table).values(some).execute(c))?;
    }
    Ok(())
}
