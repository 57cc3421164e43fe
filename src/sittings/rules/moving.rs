//! When a sitting may be moved, ended, and until when evidence is filed for it. Facts in, verdict out.

use crate::db::At;
use crate::sittings::rows::SittingKind;

/// What is known of a sitting whose hours change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moving {
    pub kind: SittingKind,
    /// Hours to be.
    pub starts_at: At,
    pub ends_at: At,
    /// The latest deadline that stands for it, extensions included.
    pub evidence_until: Option<At>,
    /// A juror has signed somebody in it.
    pub signed: bool,
    pub ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovingFault {
    /// Cancelled or merged: nothing moves any more.
    Over,
    /// What was signed there took place.
    Signed,
    Past,
    EndsBeforeItStarts,
    /// Candidates still have until then to file what would be assessed.
    BeforeItsDeadline,
}

/// # Errors
/// The first rule that does not hold.
pub fn may_move(moving: &Moving, now: At) -> Result<(), MovingFault> {
    may_end(moving.ended, moving.signed)?;
    if moving.ends_at <= moving.starts_at {
        return Err(MovingFault::EndsBeforeItStarts);
    }
    if moving.starts_at <= now {
        return Err(MovingFault::Past);
    }
    let last = last_deadline(moving.kind, moving.starts_at, moving.ends_at);
    if moving.evidence_until.is_some_and(|until| until > last) {
        return Err(MovingFault::BeforeItsDeadline);
    }
    Ok(())
}

/// Whether a sitting may be cancelled, or merged into another.
///
/// # Errors
/// The first rule that does not hold.
pub fn may_end(ended: bool, signed: bool) -> Result<(), MovingFault> {
    if ended {
        return Err(MovingFault::Over);
    }
    if signed {
        return Err(MovingFault::Signed);
    }
    Ok(())
}

/// Until when evidence may be asked for: the beginning of an event, the end of a window, where jurors read
/// what comes in meanwhile.
pub fn last_deadline(kind: SittingKind, starts_at: At, ends_at: At) -> At {
    match kind {
        SittingKind::Event => starts_at,
        SittingKind::Window => ends_at,
    }
}

/// How long an upload that was begun in time may take after the deadline (MODEL §6), in minutes.
const GRACE_MINUTES: i64 = 30;

/// How an upload stands to the deadlines of the sittings that assess it: one of them must still take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filing {
    InTime,
    /// Begun in time, ended after: taken, and marked so.
    InGrace,
    /// Every deadline has passed; this was the last.
    Closed(At),
}

/// A deadline is inclusive. What no sitting assesses, or one without a deadline, is always in time.
pub fn filing(deadlines: &[Option<At>], begun_at: At, ended_at: At) -> Filing {
    let Some(latest) =
        deadlines.iter().copied().collect::<Option<Vec<At>>>().and_then(|all| all.into_iter().max())
    else {
        return Filing::InTime;
    };
    if ended_at <= latest {
        Filing::InTime
    } else if begun_at <= latest && ended_at <= latest.plus(chrono::Duration::minutes(GRACE_MINUTES)) {
        Filing::InGrace
    } else {
        Filing::Closed(latest)
    }
}
