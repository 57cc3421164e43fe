//! When slots may be, for whom; and what somebody's attendance may become. Facts in, faults out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;

use super::model::{Bounds, Planned, Seeking, SlotFault, Taken};
use super::rows::{Attendance, SittingKind};
use crate::db::At;
use crate::ids::{EnrolmentId, JuryId};

pub const OUT_OF_BOUNDS: &str = "slot_out_of_bounds";
pub const CANDIDATE_BUSY: &str = "slot_overlaps_candidate";
pub const JURY_BUSY: &str = "slot_overlaps_jury";
pub const OTHER_COHORT: &str = "slot_of_another_cohort";
pub const NOTHING_SOUGHT: &str = "slot_without_block_sought";
pub const TWICE: &str = "slot_given_twice";

/// One slot after the other, in the order given, with a break between two. In a window there is no hour to
/// keep: every slot begins with it, and its minutes are what reading should take.
pub fn lay_out(
    kind: SittingKind,
    first_at: At,
    minutes: i32,
    break_minutes: i32,
    enrolments: &[EnrolmentId],
) -> Vec<Planned> {
    let step = match kind {
        SittingKind::Event => Duration::minutes(i64::from(minutes) + i64::from(break_minutes)),
        SittingKind::Window => Duration::zero(),
    };
    let mut starts_at = first_at;
    enrolments
        .iter()
        .map(|&enrolment| {
            let slot = Planned { enrolment, starts_at, minutes };
            starts_at = starts_at.plus(step);
            slot
        })
        .collect()
}

/// What the slots to be are checked against.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub bounds: Bounds,
    pub jury: JuryId,
    /// Of the whole cohort.
    pub seeking: &'a BTreeMap<EnrolmentId, Seeking>,
    /// Blocks that the methods of the sitting belong to.
    pub assessed: &'a BTreeSet<&'a str>,
    /// Who has a slot in this sitting already.
    pub placed: &'a BTreeSet<EnrolmentId>,
    pub taken: &'a [Taken],
}

/// Every fault of every slot at once.
pub fn slot_faults(slots: &[Planned], around: &Surroundings<'_>) -> Vec<SlotFault> {
    let mut faults = Vec::new();
    let mut seen = around.placed.clone();
    for slot in slots {
        let mut tell = |rule, (fr, en): (String, String)| {
            faults.push(SlotFault { rule, fr, en, enrolment: slot.enrolment });
        };
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
        if slot.starts_at < around.bounds.starts_at || slot.ends_at() > around.bounds.ends_at {
            tell(OUT_OF_BOUNDS, out_of_bounds(&seeking.number));
        }
        if around.bounds.kind == SittingKind::Window {
            continue;
        }
        let overlapping = || around.taken.iter().filter(|other| overlap(slot, other));
        if overlapping().any(|other| other.candidate == seeking.candidate) {
            tell(CANDIDATE_BUSY, candidate_busy(&seeking.number));
        }
        if overlapping().any(|other| other.jury == around.jury) {
            tell(JURY_BUSY, jury_busy(&seeking.number));
        }
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
}

/// # Errors
/// The first fault met.
pub fn attendance(
    kind: SittingKind,
    becomes: Attendance,
    reason: Option<&str>,
    identity_checked: bool,
    signed: bool,
) -> Result<(), AttendanceFault> {
    match becomes {
        Attendance::Expected => Err(AttendanceFault::NotAnOutcome),
        // Nobody comes in person to a window, where filed work is read.
        Attendance::Present if kind == SittingKind::Event && !identity_checked => {
            Err(AttendanceFault::IdentityUnchecked)
        }
        Attendance::Present => Ok(()),
        Attendance::Absent | Attendance::Excused if signed => Err(AttendanceFault::Signed),
        Attendance::Excused if reason.is_none() => Err(AttendanceFault::ReasonMissing),
        Attendance::Absent | Attendance::Excused => Ok(()),
    }
}
