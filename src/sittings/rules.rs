//! When slots may be, for whom; and what somebody's attendance may become. Facts in, faults out.

use std::collections::{BTreeMap, BTreeSet};

pub mod layout;
pub mod moving;

use super::model::{Bounds, Planned, Seeking, SlotFault, Taken};
use super::rows::{Attendance, SittingKind};
use crate::db::At;
use crate::ids::{EnrolmentId, JuryId};

pub const OUT_OF_BOUNDS: &str = "slot_out_of_bounds";
pub const CANDIDATE_BUSY: &str = "slot_overlaps_candidate";
pub const JURY_BUSY: &str = "slot_overlaps_jury";
/// Another jury that shares a member.
pub const JUROR_BUSY: &str = "slot_overlaps_juror";
pub const ROOM_BUSY: &str = "slot_overlaps_room";
pub const OTHER_COHORT: &str = "slot_of_another_cohort";
pub const NOTHING_SOUGHT: &str = "slot_without_block_sought";
pub const TWICE: &str = "slot_given_twice";

/// Who and what is not free when.
#[derive(Debug)]
pub struct Hours<'a> {
    pub bounds: Bounds,
    pub jury: JuryId,
    /// Other juries on which one of its members sits.
    pub allies: &'a BTreeSet<JuryId>,
    /// When the slots name their own.
    pub room: Option<&'a str>,
    pub taken: &'a [Taken],
}

/// What the slots to be are checked against.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub hours: Hours<'a>,
    /// Of the whole cohort.
    pub seeking: &'a BTreeMap<EnrolmentId, Seeking>,
    /// Blocks that the methods of the sitting belong to.
    pub assessed: &'a BTreeSet<&'a str>,
    /// Who has a slot in this sitting already.
    pub placed: &'a BTreeSet<EnrolmentId>,
}

/// Every fault of every slot at once.
pub fn slot_faults(slots: &[Planned], around: &Surroundings<'_>) -> Vec<SlotFault> {
    let mut faults = Vec::new();
    let mut seen = around.placed.clone();
    for slot in slots {
        let mut tell = |rule, words: Words| faults.push(fault(slot, rule, words));
        let Some(seeking) = around.seeking.get(&slot.enrolment) else {
            tell(OTHER_COHORT, other_cohort());
            continue;
        };
        if !seen.insert(slot.enrolment) {
            tell(TWICE, twice(&seeking.number));
        }
        if !seeking.blocks.iter().any(|block| around.assessed.contains(block.as_str())) {
            tell(NOTHING_SOUGHT, nothing_sought(&seeking.number));
        }
        faults.extend(hour_faults(slot, seeking, &around.hours));
    }
    faults
}

fn fault(slot: &Planned, rule: &'static str, (fr, en): Words) -> SlotFault {
    SlotFault { rule, fr, en, enrolment: slot.enrolment }
}

/// Why this slot cannot be at its hour.
pub fn hour_faults(slot: &Planned, seeking: &Seeking, hours: &Hours<'_>) -> Vec<SlotFault> {
    let number = &seeking.number;
    let mut faults = Vec::new();
    let mut tell = |rule, words: Words| faults.push(fault(slot, rule, words));
    if slot.starts_at < hours.bounds.starts_at || slot.ends_at() > hours.bounds.ends_at {
        tell(OUT_OF_BOUNDS, out_of_bounds(number));
    }
    if hours.bounds.kind == SittingKind::Window {
        return faults;
    }
    let overlapping = || hours.taken.iter().filter(|other| overlap(slot, other));
    if overlapping().any(|other| other.candidate == seeking.candidate) {
        tell(CANDIDATE_BUSY, candidate_busy(number));
    }
    if overlapping().any(|other| other.jury == hours.jury) {
        tell(JURY_BUSY, jury_busy(number));
    }
    if overlapping().any(|other| hours.allies.contains(&other.jury)) {
        tell(JUROR_BUSY, juror_busy(number));
    }
    let same_room = |other: &Taken| other.jury != hours.jury && other.room.as_deref() == hours.room;
    if hours.room.is_some() && overlapping().any(same_room) {
        tell(ROOM_BUSY, room_busy(number));
    }
    faults
}

/// Two spans that only touch do not overlap.
fn overlap(slot: &Planned, other: &Taken) -> bool {
    slot.starts_at < other.ends_at && other.starts_at < slot.ends_at()
}

type Words = (String, String);

fn other_cohort() -> Words {
    (
        "Ce candidat n’est pas de la promotion de la session.".to_owned(),
        "This candidate is not of the cohort of the sitting.".to_owned(),
    )
}

fn twice(number: &str) -> Words {
    (
        format!("Le candidat nº\u{a0}{number} a déjà un passage dans cette session."),
        format!("Candidate no. {number} has a slot in this sitting already."),
    )
}

fn nothing_sought(number: &str) -> Words {
    (
        format!("Le candidat nº\u{a0}{number} ne présente aucun des blocs évalués dans cette session."),
        format!("Candidate no. {number} seeks none of the blocks assessed in this sitting."),
    )
}

fn out_of_bounds(number: &str) -> Words {
    (
        format!("Le passage du candidat nº\u{a0}{number} sort des heures de la session."),
        format!("The slot of candidate no. {number} is outside the hours of the sitting."),
    )
}

fn candidate_busy(number: &str) -> Words {
    (
        format!("Le candidat nº\u{a0}{number} a déjà un passage à cette heure."),
        format!("Candidate no. {number} has a slot at that hour already."),
    )
}

fn jury_busy(number: &str) -> Words {
    (
        format!("Le jury reçoit déjà quelqu’un à l’heure du candidat nº\u{a0}{number}."),
        format!("The jury sees somebody else at the hour of candidate no. {number}."),
    )
}

fn juror_busy(number: &str) -> Words {
    (
        format!("Un membre du jury siège ailleurs à l’heure du candidat nº\u{a0}{number}."),
        format!("A member of the jury sits elsewhere at the hour of candidate no. {number}."),
    )
}

fn room_busy(number: &str) -> Words {
    (
        format!("La salle est prise à l’heure du candidat nº\u{a0}{number}."),
        format!("The room is taken at the hour of candidate no. {number}."),
    )
}

/// Why an attendance cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttendanceFault {
    /// *Expected* is what stands before anything is recorded.
    NotAnOutcome,
    /// An excuse says why (DOMAIN 1.3: excused on proof, and absent, are kept apart).
    ReasonMissing,
    /// Whoever comes shows who they are; the minutes say so (DOMAIN 1.3).
    IdentityUnchecked,
    /// Somebody whom a juror has scored and signed was there.
    Signed,
    /// Nobody has arrived later than now.
    ArrivalInTheFuture,
    /// Whoever is absent has not arrived: sent home at the door is excused.
    AbsentArrived,
    /// Something else was recorded: it is put right with a reason, not written over.
    CorrectionUnexplained,
}

/// What is about to be recorded at the door.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    pub becomes: Attendance,
    pub reason: Option<&'a str>,
    pub identity_checked: bool,
    pub arrived_at: Option<At>,
    /// Why what stands is wrong.
    pub correction: Option<&'a str>,
}

/// `recorded`: whether something was recorded before. `signed`: whether a juror has signed the candidate.
///
/// # Errors
/// The first fault met.
pub fn attendance(
    kind: SittingKind,
    door: Door<'_>,
    recorded: bool,
    signed: bool,
    now: At,
) -> Result<(), AttendanceFault> {
    match door.becomes {
        Attendance::Expected => return Err(AttendanceFault::NotAnOutcome),
        // Nobody comes in person to a window, where filed work is read.
        Attendance::Present if kind == SittingKind::Event && !door.identity_checked => {
            return Err(AttendanceFault::IdentityUnchecked);
        }
        Attendance::Present => {}
        Attendance::Absent | Attendance::Excused if signed => return Err(AttendanceFault::Signed),
        Attendance::Excused if door.reason.is_none() => return Err(AttendanceFault::ReasonMissing),
        Attendance::Absent if door.arrived_at.is_some() => return Err(AttendanceFault::AbsentArrived),
        Attendance::Absent | Attendance::Excused => {}
    }
    if door.arrived_at.is_some_and(|arrived| arrived > now) {
        return Err(AttendanceFault::ArrivalInTheFuture);
    }
    if recorded && door.correction.is_none() {
        return Err(AttendanceFault::CorrectionUnexplained);
    }
    Ok(())
}
