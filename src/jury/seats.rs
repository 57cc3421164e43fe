//! Use cases of one seat: filled, left, its ties declared, its recusals.

use std::collections::BTreeMap;

use super::panel::{Panel, Quorum};
use super::rows::{JuryRow, RecusalKind, RecusalRow, SeatFunction, SeatRow};
use super::rules;
use super::shapes::{
    Declaration, NewRecusal, NewReplacement, NewSeat, RecusalView, Recused, Replaced, SeatView,
};
use super::store::{self, Scope};
use crate::access::{self, Action, Caller, facts};
use crate::boards::summary;
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, JuryId, RecusalId, SeatId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;
use crate::sittings::standards;

/// Fills a seat, at any time up to the morning of the sitting.
///
/// # Errors
/// `rule_broken` when the person is no juror, `conflict` when they sit already or the jury has its chair.
pub fn fill(
    conn: &mut AnyConn,
    caller: &Caller,
    jury: JuryId,
    new: NewSeat,
    at: At,
) -> Result<SeatView, AppError> {
    let who = facts::on_jury(conn, caller, jury)?;
    access::require(Action::ComposeJury, &who)?;
    store::hold_jury(conn, jury)?;
    may_fill(conn, jury, &new, None)?;
    let row = row(jury, new, at);
    store::insert_seat(conn, &row)?;
    record(conn, about_seat("seat_filled", caller, &row, at), &[&row])?;
    view(conn, row, true)
}

fn row(jury: JuryId, new: NewSeat, at: At) -> SeatRow {
    SeatRow {
        id: SeatId::new(),
        salt: Bytes::salt(),
        jury_id: jury,
        account_id: new.account_id,
        function: new.function,
        side: new.side,
        gender: new.gender,
        employer: new.employer.trim().to_owned(),
        occupation: new.occupation.trim().to_owned(),
        practising_since: new.practising_since,
        created_at: at,
        declared_at: None,
        closed_at: None,
        closed_reason: None,
    }
}

/// `leaving`: the seat that is left in the same act.
fn may_fill(
    conn: &mut AnyConn,
    jury: JuryId,
    new: &NewSeat,
    leaving: Option<SeatId>,
) -> Result<(), AppError> {
    if !store::is_juror(conn, new.account_id)? {
        return Err(AppError::broken(
            "seat_needs_a_juror",
            ("Cette personne n’a pas le rôle de juré.", "This person does not hold the role of juror."),
        ));
    }
    let seats = store::seats_of(conn, jury)?;
    let open = || seats.iter().filter(|seat| seat.closed_at.is_none() && Some(seat.id) != leaving);
    if open().any(|seat| seat.account_id == new.account_id) {
        return Err(AppError::conflict((
            "Cette personne siège déjà dans ce jury.",
            "This person sits on this jury already.",
        ))
        .with("rule", "one_open_seat_per_person"));
    }
    if new.function == SeatFunction::Chair && open().any(|seat| seat.function == SeatFunction::Chair) {
        return Err(AppError::conflict((
            "Ce jury a déjà une présidence\u{a0}; fermez d’abord son siège.",
            "This jury has a chair already; close that seat first.",
        ))
        .with("rule", "one_chair_per_jury"));
    }
    refuse_elsewhere(conn, jury, new.account_id)
}

/// Nobody sits on two juries at the same hour.
fn refuse_elsewhere(conn: &mut AnyConn, jury: JuryId, who: AccountId) -> Result<(), AppError> {
    let here = store::hours_of(conn, jury)?;
    let elsewhere = store::hours_elsewhere(conn, who, jury)?;
    let Some(hour) = rules::first_overlap(&here, &elsewhere) else { return Ok(()) };
    Err(AppError::broken(
        "seat_overlaps_another_jury",
        (
            "Cette personne siège dans un autre jury aux mêmes heures.",
            "This person sits on another jury at the same hours.",
        ),
    )
    .with("starts_at", hour.to_string()))
}

/// Replaces whoever leaves a seat, in one act: what was scored there and not signed is kept, closed, and does
/// not count (MODEL §2). The sitting is opened again for the sheets of the new seat, once its juror has
/// declared.
///
/// # Errors
/// As [`fill`] and [`close`].
pub fn replace(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SeatId,
    new: NewReplacement,
    at: At,
) -> Result<Replaced, AppError> {
    let who = facts::on_seat(conn, caller, id)?;
    access::require(Action::ComposeJury, &who)?;
    let (jury, seat) = hold_open_seat(conn, id)?;
    may_fill(conn, jury.id, &new.seat, Some(id))?;
    let left = SeatRow { closed_at: Some(at), closed_reason: Some(new.reason.trim().to_owned()), ..seat };
    let filled = row(jury.id, new.seat, at);
    store::update_seat(conn, &left)?;
    store::insert_seat(conn, &filled)?;
    let act = about_seat("seat_replaced", caller, &left, at).about("by", filled.id);
    record(conn, act, &[&left, &filled])?;
    summary::keep_seat(conn, versions, left.id)?;
    Ok(Replaced { left: view(conn, left, true)?, filled: view(conn, filled, true)? })
}

fn about_seat(kind: &'static str, caller: &Caller, seat: &SeatRow, at: At) -> Act {
    Act::new(kind, caller.account, at).about("seat", seat.id).about("jury", seat.jury_id)
}

/// Closes a seat: what its juror wrote is kept and no longer counts (MODEL §2).
///
/// # Errors
/// `conflict` when it is closed already.
pub fn close(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SeatId,
    reason: &str,
    at: At,
) -> Result<SeatView, AppError> {
    let who = facts::on_seat(conn, caller, id)?;
    access::require(Action::ComposeJury, &who)?;
    let (_, seat) = hold_open_seat(conn, id)?;
    let row = SeatRow { closed_at: Some(at), closed_reason: Some(reason.trim().to_owned()), ..seat };
    store::update_seat(conn, &row)?;
    record(conn, about_seat("seat_closed", caller, &row, at), &[&row])?;
    summary::keep_seat(conn, versions, id)?;
    view(conn, row, true)
}

fn view(conn: &mut AnyConn, row: SeatRow, composes: bool) -> Result<SeatView, AppError> {
    let name = store::name(conn, row.account_id)?;
    Ok(SeatView::of(row, name, composes))
}

/// The jury is held first, then the seat read: two acts on one jury follow each other.
fn hold_open_seat(conn: &mut AnyConn, id: SeatId) -> Result<(JuryRow, SeatRow), AppError> {
    let of = store::seat(conn, id)?.jury_id;
    let jury = store::hold_jury(conn, of)?;
    let seat = store::seat(conn, id)?;
    if seat.closed_at.is_some() {
        return Err(
            AppError::conflict(("Ce siège est clos.", "This seat is closed.")).with("rule", "seat_is_open")
        );
    }
    Ok((jury, seat))
}

/// «No tie with any candidate of this jury», but for those listed, whom the juror will not assess.
///
/// It speaks of the candidates of the cohort as enrolled now, and may be made again.
///
/// # Errors
/// `invalid` when a tie names somebody who is not of the cohort.
pub fn declare(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: SeatId,
    declaration: Declaration,
    at: At,
) -> Result<SeatView, AppError> {
    let who = facts::on_seat(conn, caller, id)?;
    access::require(Action::Declare, &who)?;
    let (jury, seat) = hold_open_seat(conn, id)?;
    let panel = Panel::load(conn, Scope::Jury(jury.id), jury.cohort_id, None)?;
    let seat = SeatRow { declared_at: Some(at), ..seat };
    let mut recusals: BTreeMap<EnrolmentId, RecusalRow> = BTreeMap::new();
    for tie in declaration.ties {
        let candidate = panel.candidate(tie.enrolment_id).map_err(|_| not_of_the_cohort("ties"))?;
        if candidate.recused.contains(&id) {
            continue;
        }
        let reason = tie.reason.as_deref().unwrap_or("Lien déclaré par le membre du jury.");
        let row = recusal(caller, id, tie.enrolment_id, RecusalKind::Tie, reason, at);
        recusals.insert(tie.enrolment_id, row);
    }
    let recusals: Vec<RecusalRow> = recusals.into_values().collect();
    store::update_seat(conn, &seat)?;
    store::insert_recusals(conn, &recusals)?;
    let kind = if recusals.is_empty() { "no_tie_declared" } else { "tie_declared" };
    let mut rows: Vec<&dyn Protected> = vec![&seat];
    rows.extend(recusals.iter().map(|row| -> &dyn Protected { row }));
    let act = recusals
        .iter()
        .fold(about_seat(kind, caller, &seat, at), |act, row| act.about("enrolment", row.enrolment_id));
    record(conn, act, &rows)?;
    let tied: Vec<EnrolmentId> = recusals.iter().map(|row| row.enrolment_id).collect();
    summary::keep_sheets(conn, versions, &tied)?;
    view(conn, seat, false)
}

fn not_of_the_cohort(field: &str) -> AppError {
    AppError::invalid((
        "Ce candidat n’est pas de la promotion de ce jury.",
        "This candidate is not of the cohort of this jury.",
    ))
    .with("faults", vec![serde_json::json!({ "field": field, "code": "not_of_the_cohort" })])
}

fn recusal(
    caller: &Caller,
    seat: SeatId,
    of: EnrolmentId,
    kind: RecusalKind,
    reason: &str,
    at: At,
) -> RecusalRow {
    RecusalRow {
        id: RecusalId::new(),
        salt: Bytes::salt(),
        seat_id: seat,
        enrolment_id: of,
        kind,
        reason: reason.trim().to_owned(),
        recorded_by: caller.account,
        recorded_at: at,
    }
}

/// Sets a seat aside for one candidate: a tie, told by the juror, a manager or the chair; or a juror who is
/// missing, or left before signing, told by a manager or the chair, if the quorum still holds without them
/// (MODEL §3).
///
/// A tie found after the juror has signed sets that sheet aside, and the settlements made from that seat: all
/// stays on record and nothing of it counts.
///
/// # Errors
/// `forbidden`, `conflict` when it is recused already, or missing after having signed; `rule_broken`
/// (`quorum`) when too few would be left.
pub fn recuse(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    jury: JuryId,
    new: NewRecusal,
    at: At,
) -> Result<Recused, AppError> {
    let who = facts::on_seat(conn, caller, new.seat_id)?;
    access::require(Action::Recuse, &who)?;
    let leads = who.chairs || who.administrator || who.manages;
    if new.kind == RecusalKind::Missing && !leads {
        return Err(AppError::forbidden((
            "La présidence du jury ou le centre constate qu’un membre manque.",
            "The chair of the jury or the centre records that a juror is missing.",
        )));
    }
    let (held, seat) = hold_open_seat(conn, new.seat_id)?;
    if held.id != jury {
        return Err(AppError::not_found());
    }
    let mut panel = Panel::load(conn, Scope::Jury(jury), held.cohort_id, Some(new.enrolment_id))?;
    let candidate = panel.candidate(new.enrolment_id).map_err(|_| not_of_the_cohort("enrolment_id"))?;
    if candidate.recused.contains(&seat.id) {
        return Err(AppError::conflict((
            "Ce siège est déjà écarté pour ce candidat.",
            "This seat is set aside for this candidate already.",
        ))
        .with("rule", "one_recusal_per_candidate"));
    }
    let version = standards::of_cohort(conn, versions, held.cohort_id)?;
    let after_signature = store::has_signed(conn, seat.id, new.enrolment_id)?;
    panel.suppose_recused(seat.id, new.enrolment_id);
    let quorum = panel.quorum(&version.referential.jury, jury, new.enrolment_id)?;
    if new.kind == RecusalKind::Missing {
        may_be_missing(after_signature, &quorum)?;
    }
    let row = recusal(caller, seat.id, new.enrolment_id, new.kind, &new.reason, at);
    store::insert_recusals(conn, std::slice::from_ref(&row))?;
    let kind = match (new.kind, after_signature) {
        (RecusalKind::Missing, _) => "juror_missing",
        (RecusalKind::Tie, false) => "recused",
        (RecusalKind::Tie, true) => "recused_after_signature",
    };
    record(conn, about_seat(kind, caller, &seat, at).about("enrolment", row.enrolment_id), &[&row])?;
    summary::keep_sheets(conn, versions, &[row.enrolment_id])?;
    Ok(Recused {
        after_signature,
        broken: quorum.broken,
        presides: quorum.presides,
        standing_decisions: store::standing_decisions(conn, row.enrolment_id)?,
        recusal: RecusalView::of(row, true),
    })
}

/// A juror who has signed was there: the signature cannot be set aside by saying otherwise.
fn may_be_missing(signed: bool, left: &Quorum) -> Result<(), AppError> {
    if signed {
        return Err(AppError::conflict((
            "Ce membre a signé pour ce candidat\u{a0}: il n’est pas absent.",
            "This member has signed for this candidate and is not missing.",
        ))
        .with("rule", "seat_has_signed"));
    }
    if left.broken.is_empty() {
        return Ok(());
    }
    Err(AppError::broken(
        "quorum",
        (
            "Sans ce membre, le jury ne peut plus siéger pour ce candidat\u{a0}: il passera lors d’une autre session.",
            "Without this member the jury may not sit for this candidate, who goes to another sitting.",
        ),
    )
    .with("broken", serde_json::to_value(&left.broken)?))
}
