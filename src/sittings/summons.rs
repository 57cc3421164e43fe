//! Who is told that a sitting opens: its candidates and its jurors, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Planned;
use super::rows::{SittingKind, SittingRow, SlotRow};
use crate::access;
use crate::candidates::correspondents;
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, SeatId};
use crate::jury::panel::Panel;
use crate::mail::{self, Appointment, Letter, Part, Recipient};
use crate::scoring::rows::SheetRow;

/// Summons for the sheets that were just made, to whoever had none in this sitting before. Three statements,
/// however many people.
///
/// A candidate is not summoned to a window: the jury reads what they filed.
///
/// # Errors
/// `invalid` for an address that no mail can leave for.
pub fn send(
    conn: &mut AnyConn,
    sitting: &SittingRow,
    slots: &[SlotRow],
    panel: &Panel,
    before: &BTreeSet<(SeatId, EnrolmentId)>,
    made: &[SheetRow],
    at: At,
) -> Result<(), AppError> {
    if made.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<EnrolmentId> = before.iter().map(|(_, enrolment)| *enrolment).collect();
    let new: BTreeSet<EnrolmentId> =
        made.iter().map(|sheet| sheet.enrolment_id).filter(|enrolment| !known.contains(enrolment)).collect();
    let people = correspondents::of_enrolments(
        conn,
        made.iter().map(|sheet| sheet.enrolment_id).collect::<BTreeSet<_>>(),
    )?;
    let Some(zone) = people.values().next().map(|one| one.zone.clone()) else { return Ok(()) };
    let told = Telling { sitting, zone, at };
    let mut letters = Vec::new();
    if sitting.kind == SittingKind::Event {
        let summoned = slots.iter().filter(|slot| new.contains(&slot.enrolment_id));
        letters.extend(summoned.filter_map(|slot| {
            let to = people.get(&slot.enrolment_id)?;
            Some(Letter::summons(to.recipient.clone(), told.to_candidate(slot)).of_cohort(to.cohort))
        }));
    }
    for (to, mine) in jurors(conn, slots, panel, before, made)? {
        letters.push(Letter::summons(to, told.to_juror(&mine)).of_cohort(sitting.cohort_id));
    }
    mail::post_all(conn, &letters, at)
}

/// The jurors who had no sheet before, each with the slots at which they assess.
fn jurors<'a>(
    conn: &mut AnyConn,
    slots: &'a [SlotRow],
    panel: &Panel,
    before: &BTreeSet<(SeatId, EnrolmentId)>,
    made: &[SheetRow],
) -> Result<Vec<(Recipient, Vec<&'a SlotRow>)>, AppError> {
    let known: BTreeSet<SeatId> = before.iter().map(|(seat, _)| *seat).collect();
    let of_slot: BTreeMap<EnrolmentId, &SlotRow> =
        slots.iter().map(|slot| (slot.enrolment_id, slot)).collect();
    let mut mine: BTreeMap<AccountId, Vec<&SlotRow>> = BTreeMap::new();
    for sheet in made.iter().filter(|sheet| !known.contains(&sheet.seat_id)) {
        if let (Some(seat), Some(slot)) = (panel.seat(sheet.seat_id), of_slot.get(&sheet.enrolment_id)) {
            mine.entry(seat.account_id).or_default().push(slot);
        }
    }
    let ids: Vec<AccountId> = mine.keys().copied().collect();
    let accounts = access::store::accounts(conn, &ids)?;
    accounts
        .into_iter()
        .map(|account| {
            let to = Recipient::new(Some(account.id), &account.email, &account.display_name, account.locale)?;
            Ok((to, mine.remove(&account.id).unwrap_or_default()))
        })
        .collect()
}

struct Telling<'a> {
    sitting: &'a SittingRow,
    zone: String,
    at: At,
}

impl Telling<'_> {
    fn to_candidate(&self, slot: &SlotRow) -> Appointment {
        self.appointment(slot.id.0, Part::Candidate, slot.starts_at, end_of(slot))
    }

    /// From the first of their slots to the end of the last; the whole of a window.
    fn to_juror(&self, mine: &[&SlotRow]) -> Appointment {
        let whole = (self.sitting.starts_at, self.sitting.ends_at);
        let (starts_at, ends_at) = match self.sitting.kind {
            SittingKind::Window => whole,
            SittingKind::Event => (
                mine.iter().map(|slot| slot.starts_at).min().unwrap_or(whole.0),
                mine.iter().map(|slot| end_of(slot)).max().unwrap_or(whole.1),
            ),
        };
        self.appointment(self.sitting.id.0, Part::Juror, starts_at, ends_at)
    }

    fn appointment(&self, key: uuid::Uuid, part: Part, starts_at: At, ends_at: At) -> Appointment {
        Appointment {
            key,
            part,
            title: self.sitting.title.clone(),
            starts_at,
            ends_at,
            place: self.sitting.place.clone(),
            zone: self.zone.clone(),
            window: self.sitting.kind == SittingKind::Window,
            told_at: self.at,
        }
    }
}

fn end_of(slot: &SlotRow) -> At {
    Planned { enrolment: slot.enrolment_id, starts_at: slot.starts_at, minutes: slot.minutes }.ends_at()
}
