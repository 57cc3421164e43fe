//! Use cases: until when evidence is filed for a sitting, and for one person longer.

use super::rows::{DeadlineExtensionRow, EvidenceDeadlineRow, SittingKind};
use super::rules::moving::{self, Filing};
use super::shapes::SittingView;
use super::shapes::changes::{Extended, NewDeadline, NewExtension};
use super::{letters, notices, service, store};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{DeadlineExtensionId, EnrolmentId, SittingId};
use crate::journal::{Act, record};

/// Sets the deadline of a sitting for everybody.
///
/// # Errors
/// `rule_broken` when it has passed already, or comes after what it is for.
pub fn set(
    conn: &mut AnyConn,
    caller: &Caller,
    id: SittingId,
    new: &NewDeadline,
    at: At,
) -> Result<SittingView, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::PlanSitting, &who)?;
    let sitting = store::hold_sitting(conn, id)?;
    service::refuse_ended(conn, id)?;
    refuse_past(new.until, at)?;
    refuse_late(sitting.kind, sitting.starts_at, sitting.ends_at, new.until)?;
    let row = row(caller, id, new.until, at);
    store::changes::put_deadline(conn, &row)?;
    record(conn, Act::new("deadline_set", caller.account, at).about("sitting", id), &[&row])?;
    service::view(conn, sitting)
}

pub(super) fn row(caller: &Caller, of: SittingId, until: At, at: At) -> EvidenceDeadlineRow {
    EvidenceDeadlineRow { sitting_id: of, until, set_by: caller.account, set_at: at }
}

/// Gives one person longer, with a reason; said anew, the last stands.
///
/// # Errors
/// `rule_broken` when the sitting has no deadline or it is no later than what stands, when it has passed or
/// comes after what it is for; `invalid` when the candidate has no slot there.
pub fn extend(
    conn: &mut AnyConn,
    caller: &Caller,
    id: SittingId,
    new: &NewExtension,
    at: At,
) -> Result<Extended, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::PlanSitting, &who)?;
    let sitting = store::hold_sitting(conn, id)?;
    service::refuse_ended(conn, id)?;
    let slots = store::slots(conn, id)?;
    let slot = slots.iter().find(|slot| slot.enrolment_id == new.enrolment_id).ok_or_else(no_slot)?;
    let general = store::changes::standing(conn, id)?.evidence_until;
    let standing = store::changes::extensions(conn, id)?.get(&new.enrolment_id).copied().or(general);
    if standing.is_none_or(|standing| new.until <= standing) {
        return Err(AppError::broken(
            "extension_is_later",
            (
                "Une prolongation va au-delà de la date limite en vigueur\u{a0}; ici, elle n’en change rien.",
                "An extension goes beyond the deadline that stands; this one changes nothing.",
            ),
        ));
    }
    refuse_past(new.until, at)?;
    let starts_at = if sitting.kind == SittingKind::Event { slot.starts_at } else { sitting.starts_at };
    refuse_late(sitting.kind, starts_at, sitting.ends_at, new.until)?;
    let row = DeadlineExtensionRow {
        id: DeadlineExtensionId::new(),
        salt: Bytes::salt(),
        sitting_id: id,
        enrolment_id: new.enrolment_id,
        until: new.until,
        reason: new.reason.trim().to_owned(),
        granted_by: caller.account,
        granted_at: at,
    };
    store::changes::insert_extension(conn, &row)?;
    let act = Act::new("deadline_extended", caller.account, at)
        .about("sitting", id)
        .about("enrolment", row.enrolment_id);
    record(conn, act, &[&row])?;
    let mut notices = notices::of_all(conn, &sitting)?;
    notices.retain(|notice| notice.enrolment_id == Some(row.enrolment_id));
    letters::extended(conn, &sitting, &notices, (standing, row.until), at)?;
    Ok(Extended {
        id: row.id,
        sitting_id: id,
        enrolment_id: row.enrolment_id,
        until: row.until,
        reason: row.reason,
        granted_by: row.granted_by,
        granted_at: row.granted_at,
        notices,
    })
}

fn no_slot() -> AppError {
    AppError::invalid((
        "Ce candidat n’a pas de passage dans cette session.",
        "This candidate has no slot in this sitting.",
    ))
    .with("faults", vec![serde_json::json!({ "field": "enrolment_id", "code": "without_slot" })])
}

fn refuse_past(until: At, at: At) -> Result<(), AppError> {
    if until >= at {
        return Ok(());
    }
    Err(AppError::broken(
        "deadline_is_to_come",
        ("Cette date limite est déjà passée.", "This deadline has passed already."),
    ))
}

/// Evidence is asked for before it is assessed.
pub(super) fn refuse_late(kind: SittingKind, starts_at: At, ends_at: At, until: At) -> Result<(), AppError> {
    if until <= moving::last_deadline(kind, starts_at, ends_at) {
        return Ok(());
    }
    Err(AppError::broken(
        "deadline_before_the_sitting",
        (
            "La date limite de dépôt vient après l’épreuve à laquelle elle sert.",
            "The deadline for evidence comes after what it is for.",
        ),
    ))
}

/// Whether a candidate may still file evidence for these methods: an upload begun in time may finish. The
/// answer says whether it finished in the grace that this leaves.
///
/// # Errors
/// `rule_broken` (`evidence_deadline`) when the deadline of every sitting that assesses one of them has
/// passed.
pub fn may_file(
    conn: &mut AnyConn,
    of: EnrolmentId,
    methods: &[&str],
    begun_at: At,
    ended_at: At,
) -> Result<bool, AppError> {
    if methods.is_empty() {
        return Ok(false);
    }
    let sittings = store::changes::deadlines_of(conn, of)?;
    let mut in_grace = false;
    for method in methods {
        let deadlines: Vec<Option<At>> = sittings
            .iter()
            .filter(|sitting| sitting.methods.iter().any(|one| one == method))
            .map(|sitting| sitting.until)
            .collect();
        match moving::filing(&deadlines, begun_at, ended_at) {
            Filing::InTime => {}
            Filing::InGrace => in_grace = true,
            Filing::Closed(last) => return Err(closed(last)),
        }
    }
    Ok(in_grace)
}

fn closed(last: At) -> AppError {
    AppError::broken(
        "evidence_deadline",
        (
            "La date limite de dépôt est passée\u{a0}; le centre peut la prolonger pour une personne.",
            "The deadline for evidence has passed; the centre may extend it for one person.",
        ),
    )
    .with("until", last.to_string())
}
