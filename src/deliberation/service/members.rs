//! Who of the jury is in the room, who takes part in one decision, and who has still to sign.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::room::{Room, Subject};
use crate::access::{Action, Caller, facts, require};
use crate::db::{AnyConn, At, Bytes};
use crate::deliberation::model::Vote;
use crate::deliberation::rows::{DeliberationMemberRow, DeliberationRow, DeliberationState};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{DeliberationId, SeatId};
use crate::journal::{Act, Protected, record};
use crate::jury::model::SeatFacts;
use crate::jury::panel::{Panel, Quorum};
use crate::jury::store::Scope;

/// One member at one decision; the vote only where one was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberVote {
    pub seat: SeatId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub vote: Option<Vote>,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceBody {
    pub present: bool,
    /// Why the member is not there; kept in the minutes.
    #[validate(length(min = 3, max = 1000))]
    #[schema(min_length = 3, max_length = 1000)]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberView {
    pub seat: SeatId,
    pub present: bool,
    pub reason: Option<String>,
    pub recorded_at: At,
}

impl From<&DeliberationMemberRow> for MemberView {
    fn from(row: &DeliberationMemberRow) -> Self {
        Self {
            seat: row.seat_id,
            present: row.present,
            reason: row.reason.clone(),
            recorded_at: row.recorded_at,
        }
    }
}

/// The chair says whether a member is in the room. Said again, the newer word holds from then on; decisions
/// already taken keep the members whom they had.
///
/// # Errors
/// `rule_broken` once the deliberation is closed; `not_found` for a seat that is not of the jury or is closed.
pub fn record_presence(
    conn: &mut AnyConn,
    caller: &Caller,
    (id, seat, body): (DeliberationId, SeatId, &PresenceBody),
    at: At,
) -> Result<MemberView, AppError> {
    let who = facts::on_deliberation(conn, caller, id)?;
    require(Action::RecordPresence, &who)?;
    let held = store::hold(conn, id)?;
    if held.state != DeliberationState::Open {
        return Err(closed());
    }
    if !store::open_seats(conn, held.jury_id)?.contains(&seat) {
        return Err(AppError::not_found());
    }
    let reason = body.reason.as_deref().map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
    if !body.present && reason.is_none() {
        return Err(AppError::broken(
            "absence_without_reason",
            ("L’absence d’un membre se motive.", "The absence of a member needs a reason."),
        ));
    }
    let row = DeliberationMemberRow {
        deliberation_id: id,
        seat_id: seat,
        salt: Bytes::salt(),
        present: body.present,
        reason,
        recorded_by: caller.account,
        recorded_at: at,
    };
    if store::members(conn, id)?.iter().any(|known| known.seat_id == seat) {
        store::update_member(conn, &row)?;
    } else {
        store::insert_members(conn, std::slice::from_ref(&row))?;
    }
    let act = Act::new("presence_recorded", caller.account, at).about("deliberation", id).about("seat", seat);
    record(conn, act, &[&row])?;
    Ok(MemberView::from(&row))
}

pub fn closed() -> AppError {
    AppError::broken(
        "deliberation_closed",
        (
            "La délibération est close : ses décisions se révoquent, elles ne se modifient pas.",
            "The deliberation is closed: its decisions are revoked, never changed.",
        ),
    )
}

/// Who decides on one candidate: the members who may, are in the room, and did not step out for this one.
/// The quorum is asked of them, not of those who could have come.
///
/// # Errors
/// `rule_broken` with `member_not_present` when somebody named may not decide or is not there.
pub fn deciding(
    conn: &mut AnyConn,
    room: &Room,
    subject: &Subject,
    named: Option<&[SeatId]>,
) -> Result<Quorum, AppError> {
    let (jury, enrolment) = (room.deliberation.jury_id, subject.enrolment.id);
    let referential = &room.version.referential;
    let mut quorum = crate::jury::service::quorum_for(conn, referential, jury, enrolment)?;
    let might = quorum.present.len();
    let away: HashSet<SeatId> =
        room.members.iter().filter(|row| !row.present).map(|row| row.seat_id).collect();
    quorum.present.retain(|seat| !away.contains(&seat.id));
    if let Some(named) = named {
        let stranger = named.iter().find(|id| !quorum.present.iter().any(|seat| seat.id == **id));
        if let Some(stranger) = stranger {
            return Err(AppError::broken(
                "member_not_present",
                (
                    "Un membre nommé n’est pas là, ou ne peut pas décider de ce candidat.",
                    "A member named is not there, or may not decide on this candidate.",
                ),
            )
            .with("seat", stranger.to_string()));
        }
        quorum.present.retain(|seat| named.contains(&seat.id));
    }
    if quorum.present.len() < might {
        let cohort = crate::jury::store::jury(conn, jury)?.cohort_id;
        let panel = Panel::load(conn, Scope::Jury(jury), cohort, Some(enrolment))?;
        let composition = crate::jury::rules::composition_for(&referential.jury, subject.enrolment.route()?);
        let seats: Vec<SeatFacts> = quorum.present.iter().map(SeatFacts::from).collect();
        quorum.broken = crate::jury::rules::quorum(composition, &seats, panel.candidate(enrolment)?).broken;
    }
    Ok(quorum)
}

/// At the closing, those of whom nothing was said were there: written down, for the minutes are theirs to sign
/// whatever becomes of their seats.
///
/// # Errors
/// Those of the database.
pub fn complete(
    conn: &mut AnyConn,
    caller: &Caller,
    of: &DeliberationRow,
    at: At,
) -> Result<Vec<DeliberationMemberRow>, AppError> {
    let known: HashSet<SeatId> = store::members(conn, of.id)?.into_iter().map(|row| row.seat_id).collect();
    let rows: Vec<DeliberationMemberRow> = store::open_seats(conn, of.jury_id)?
        .into_iter()
        .filter(|seat| !known.contains(seat))
        .map(|seat| DeliberationMemberRow {
            deliberation_id: of.id,
            seat_id: seat,
            salt: Bytes::salt(),
            present: true,
            reason: None,
            recorded_by: caller.account,
            recorded_at: at,
        })
        .collect();
    if !rows.is_empty() {
        store::insert_members(conn, &rows)?;
    }
    Ok(rows)
}

/// The same rows, for the entry of the act that wrote them.
pub fn protected<T: Protected>(rows: &[T]) -> impl Iterator<Item = &dyn Protected> {
    rows.iter().map(|row| -> &dyn Protected { row })
}

/// Members who were present and have neither signed nor been said unable to, by the jury and the manager both.
///
/// # Errors
/// Those of the database.
pub fn waiting_signatures(conn: &mut AnyConn, of: &DeliberationRow) -> Result<Vec<SeatId>, AppError> {
    let members = store::members(conn, of.id)?;
    // Nothing is written before the closing: until then, every open seat.
    let present = if of.state == DeliberationState::Open || members.is_empty() {
        store::open_seats(conn, of.jury_id)?
    } else {
        members.iter().filter(|row| row.present).map(|row| row.seat_id).collect()
    };
    let mut done: HashSet<SeatId> =
        store::signatures(conn, of.id)?.into_iter().map(|row| row.seat_id).collect();
    done.extend(
        store::impediments(conn, of.id)?.into_iter().filter(|row| row.holds()).map(|row| row.seat_id),
    );
    Ok(present.into_iter().filter(|seat| !done.contains(seat)).collect())
}
