//! How a caller stands to a thing. This file alone reads across the subjects: who manages, trains, sits.

use std::collections::HashSet;

use diesel::dsl::{exists, not, select};
use diesel::prelude::*;

use super::model::Caller;
use super::policy::Standing;
use super::rows::Role;
use crate::db::AnyConn;
use crate::db::schema::{
    candidate, cohort, cohort_trainer, deliberation, enrolment, evidence, jury, presiding, recusal, seat,
    sheet, sitting, sitting_change, slot, summons,
};
use crate::error::AppError;
use crate::ids::{
    AccountId, CandidateId, CentreId, CohortId, DeliberationId, EnrolmentId, EvidenceId, JuryId, SeatId,
    SheetId, SittingId, SummonsId,
};
use crate::jury::rows::SeatFunction;
use crate::sittings::rows::{Attendance, ChangeKind};

/// To the service as a whole: only the roles that hold everywhere.
pub fn in_general(caller: &Caller) -> Standing {
    Standing {
        signed_in: true,
        administrator: caller.has(Role::Administrator),
        auditor: caller.has(Role::Auditor),
        data_protection_officer: caller.has(Role::DataProtectionOfficer),
        manager: caller.has(Role::CentreManager),
        ..Standing::default()
    }
}

pub fn on_centre(caller: &Caller, centre: CentreId) -> Standing {
    Standing { manages: caller.manages(centre), ..in_general(caller) }
}

/// To somebody else's account: whoever manages a centre in which it holds a role.
///
/// # Errors
/// Those of the database; an account that does not exist is managed by nobody.
pub fn on_account(conn: &mut AnyConn, caller: &Caller, id: AccountId) -> Result<Standing, AppError> {
    let held = super::store::grants(conn, id)?;
    let manages = held.iter().any(|held| held.centre.is_some_and(|centre| caller.manages(centre)));
    Ok(Standing { manages, ..in_general(caller) })
}

/// # Errors
/// `not_found` when there is no such cohort.
pub fn on_cohort(conn: &mut AnyConn, caller: &Caller, id: CohortId) -> Result<Standing, AppError> {
    let centre: CentreId = cohort::table.find(id).select(cohort::centre_id).first(conn)?;
    let trains = select(exists(
        cohort_trainer::table
            .filter(cohort_trainer::cohort_id.eq(id))
            .filter(cohort_trainer::account_id.eq(caller.account)),
    ))
    .get_result(conn)?;
    Ok(Standing { trains, ..on_centre(caller, centre) })
}

/// # Errors
/// `not_found` when there is no such enrolment.
pub fn on_enrolment(conn: &mut AnyConn, caller: &Caller, id: EnrolmentId) -> Result<Standing, AppError> {
    let (cohort_id, account): (CohortId, Option<AccountId>) = enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::id.eq(id))
        .select((enrolment::cohort_id, candidate::account_id))
        .first(conn)?;
    let functions: Vec<super::super::jury::rows::SeatFunction> = seat::table
        .inner_join(jury::table)
        .inner_join(slot::table.on(slot::jury_id.eq(jury::id)))
        .filter(slot::enrolment_id.eq(id))
        .filter(seat::account_id.eq(caller.account))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(
            recusal::table.filter(recusal::seat_id.eq(seat::id)).filter(recusal::enrolment_id.eq(id)),
        )))
        .select(seat::function)
        .load(conn)?;
    let chairs = functions.contains(&crate::jury::rows::SeatFunction::Chair)
        || (!functions.is_empty() && stands_in(conn, caller, id)?);
    Ok(Standing {
        candidate: account == Some(caller.account),
        sits: !functions.is_empty(),
        chairs,
        unveiled: unveiled(conn, id)?,
        published: published(conn, id)?,
        ..on_cohort(conn, caller, cohort_id)?
    })
}

/// Whether the caller presides before this candidate because no chair does: named for it, on a seat that is
/// open and not recused, while every chair of that jury has left or stepped aside.
///
/// # Errors
/// Those of the database.
fn stands_in(conn: &mut AnyConn, caller: &Caller, id: EnrolmentId) -> Result<bool, AppError> {
    let other = diesel::alias!(seat as other_seat);
    let aside =
        |seat_id| recusal::table.filter(recusal::seat_id.eq(seat_id)).filter(recusal::enrolment_id.eq(id));
    let recused_other = diesel::alias!(recusal as other_recusal);
    let chair = other
        .filter(other.field(seat::jury_id).eq(presiding::jury_id))
        .filter(other.field(seat::function).eq(SeatFunction::Chair))
        .filter(other.field(seat::closed_at).is_null())
        .filter(not(exists(
            recused_other
                .filter(recused_other.field(recusal::seat_id).eq(other.field(seat::id)))
                .filter(recused_other.field(recusal::enrolment_id).eq(id)),
        )));
    Ok(select(exists(
        presiding::table
            .inner_join(seat::table)
            .filter(presiding::enrolment_id.eq(id))
            .filter(presiding::ended_at.is_null())
            .filter(seat::account_id.eq(caller.account))
            .filter(seat::closed_at.is_null())
            .filter(not(exists(aside(seat::id))))
            .filter(not(exists(chair))),
    ))
    .get_result(conn)?)
}

/// A sitting that was cancelled, or merged into another.
///
/// # Errors
/// Those of the database.
pub fn has_ended(conn: &mut AnyConn, id: SittingId) -> Result<bool, AppError> {
    Ok(select(exists(
        sitting_change::table
            .filter(sitting_change::sitting_id.eq(id))
            .filter(sitting_change::kind.ne(ChangeKind::Moved)),
    ))
    .get_result(conn)?)
}

/// Every seat that is not recused, nor closed, has signed this candidate in every open sitting (MODEL §3);
/// never true before a sheet exists. A sitting that the candidate did not come to, or that was cancelled, is
/// signed by nobody and holds nothing back.
///
/// # Errors
/// Those of the database.
pub fn unveiled(conn: &mut AnyConn, id: EnrolmentId) -> Result<bool, AppError> {
    let away = slot::table
        .filter(slot::sitting_id.eq(sheet::sitting_id))
        .filter(slot::enrolment_id.eq(sheet::enrolment_id))
        .filter(slot::attendance.eq_any([Attendance::Absent, Attendance::Excused]));
    let states: Vec<crate::scoring::rows::SheetState> = sheet::table
        .inner_join(seat::table)
        .filter(sheet::enrolment_id.eq(id))
        .filter(seat::closed_at.is_null())
        .filter(not(exists(away)))
        .filter(not(exists(
            sitting_change::table
                .filter(sitting_change::sitting_id.eq(sheet::sitting_id))
                .filter(sitting_change::kind.ne(ChangeKind::Moved)),
        )))
        .filter(not(exists(
            recusal::table.filter(recusal::seat_id.eq(seat::id)).filter(recusal::enrolment_id.eq(id)),
        )))
        .select(sheet::state)
        .load(conn)?;
    Ok(!states.is_empty() && states.iter().all(|state| *state == crate::scoring::rows::SheetState::Signed))
}

fn published(conn: &mut AnyConn, id: EnrolmentId) -> Result<bool, AppError> {
    use crate::db::schema::decision;
    Ok(select(exists(
        decision::table
            .inner_join(deliberation::table)
            .filter(decision::enrolment_id.eq(id))
            .filter(deliberation::published_at.is_not_null()),
    ))
    .get_result(conn)?)
}

/// # Errors
/// `not_found` when there is no such evidence.
pub fn on_evidence(
    conn: &mut AnyConn,
    caller: &Caller,
    id: EvidenceId,
) -> Result<(EnrolmentId, Standing), AppError> {
    let of: EnrolmentId = evidence::table.find(id).select(evidence::enrolment_id).first(conn)?;
    Ok((of, on_enrolment(conn, caller, of)?))
}

/// # Errors
/// `not_found` when there is no such sitting.
pub fn on_sitting(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<Standing, AppError> {
    let of: CohortId = sitting::table.find(id).select(sitting::cohort_id).first(conn)?;
    let functions: Vec<crate::jury::rows::SeatFunction> = seat::table
        .filter(seat::account_id.eq(caller.account))
        .filter(seat::closed_at.is_null())
        .filter(exists(slot::table.filter(slot::sitting_id.eq(id)).filter(slot::jury_id.eq(seat::jury_id))))
        .select(seat::function)
        .load(conn)?;
    let candidate = select(exists(
        slot::table
            .inner_join(enrolment::table.inner_join(candidate::table))
            .filter(slot::sitting_id.eq(id))
            .filter(candidate::account_id.eq(caller.account)),
    ))
    .get_result(conn)?;
    Ok(Standing {
        candidate,
        sits: !functions.is_empty(),
        chairs: functions.contains(&crate::jury::rows::SeatFunction::Chair),
        ..on_cohort(conn, caller, of)?
    })
}

/// Of one person, whose own it is.
///
/// # Errors
/// `not_found` when there is no such summons.
pub fn on_summons(conn: &mut AnyConn, caller: &Caller, id: SummonsId) -> Result<Standing, AppError> {
    let (juror, candidate): (Option<AccountId>, Option<AccountId>) = summons::table
        .left_join(seat::table)
        .left_join(enrolment::table.inner_join(candidate::table))
        .filter(summons::id.eq(id))
        .select((seat::account_id.nullable(), candidate::account_id.nullable()))
        .first(conn)?;
    Ok(Standing { own: juror.or(candidate) == Some(caller.account), ..in_general(caller) })
}

/// # Errors
/// `not_found` when there is no such jury.
pub fn on_jury(conn: &mut AnyConn, caller: &Caller, id: JuryId) -> Result<Standing, AppError> {
    let of: CohortId = jury::table.find(id).select(jury::cohort_id).first(conn)?;
    let function: Option<crate::jury::rows::SeatFunction> = seat::table
        .filter(seat::jury_id.eq(id))
        .filter(seat::account_id.eq(caller.account))
        .filter(seat::closed_at.is_null())
        .select(seat::function)
        .first(conn)
        .optional()?;
    Ok(Standing {
        sits: function.is_some(),
        chairs: function == Some(crate::jury::rows::SeatFunction::Chair),
        own: function.is_some(),
        ..on_cohort(conn, caller, of)?
    })
}

/// # Errors
/// `not_found` when there is no such seat.
pub fn on_seat(conn: &mut AnyConn, caller: &Caller, id: SeatId) -> Result<Standing, AppError> {
    let (of, account): (JuryId, AccountId) =
        seat::table.find(id).select((seat::jury_id, seat::account_id)).first(conn)?;
    Ok(Standing { own: account == caller.account, ..on_jury(conn, caller, of)? })
}

/// A sheet begun for somebody recorded as absent since stays its juror's: nobody signed it.
///
/// # Errors
/// `not_found` when there is no such sheet.
pub fn on_sheet(conn: &mut AnyConn, caller: &Caller, id: SheetId) -> Result<Standing, AppError> {
    let (sitting, of, account): (SittingId, EnrolmentId, AccountId) = sheet::table
        .inner_join(seat::table)
        .filter(sheet::id.eq(id))
        .select((sheet::sitting_id, sheet::enrolment_id, seat::account_id))
        .first(conn)?;
    let who = on_enrolment(conn, caller, of)?;
    let unveiled = who.unveiled && !is_away(conn, sitting, of)?;
    // Nobody sits in a sitting that does not take place: what was begun there is read, never signed.
    let sits = who.sits && !has_ended(conn, sitting)?;
    Ok(Standing { own: account == caller.account, unveiled, sits, ..who })
}

/// # Errors
/// `not_found` when there is no such deliberation.
pub fn on_deliberation(
    conn: &mut AnyConn,
    caller: &Caller,
    id: DeliberationId,
) -> Result<Standing, AppError> {
    let of: JuryId = deliberation::table.find(id).select(deliberation::jury_id).first(conn)?;
    on_jury(conn, caller, of)
}

/// To one candidate before a deliberation: the chair leads it unless they have stepped aside for that one,
/// whoever was named presides then.
///
/// # Errors
/// `not_found`; `forbidden` (`chair_is_recused`) to a chair who has stepped aside.
pub fn on_motion(
    conn: &mut AnyConn,
    caller: &Caller,
    id: DeliberationId,
    enrolment: EnrolmentId,
) -> Result<Standing, AppError> {
    let who = on_deliberation(conn, caller, id)?;
    let of: JuryId = deliberation::table.find(id).select(deliberation::jury_id).first(conn)?;
    if who.chairs && recused_for(conn, caller, of)?.contains(&enrolment) {
        return Err(AppError::forbidden((
            "Vous vous êtes déporté pour ce candidat\u{a0}: un autre membre préside.",
            "You have stepped aside for this candidate: another member presides.",
        ))
        .with("rule", "chair_is_recused"));
    }
    let chairs = who.chairs || (who.sits && stands_in(conn, caller, enrolment)?);
    Ok(Standing { chairs, ..who })
}

/// The candidates for whom the caller has stepped aside in this jury.
///
/// # Errors
/// Those of the database.
pub fn recused_for(
    conn: &mut AnyConn,
    caller: &Caller,
    of: JuryId,
) -> Result<HashSet<EnrolmentId>, AppError> {
    let rows: Vec<EnrolmentId> = recusal::table
        .inner_join(seat::table)
        .filter(seat::jury_id.eq(of))
        .filter(seat::account_id.eq(caller.account))
        .filter(seat::closed_at.is_null())
        .select(recusal::enrolment_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether a candidate is recorded as absent or excused from a sitting.
///
/// # Errors
/// Those of the database.
pub fn is_away(conn: &mut AnyConn, sitting: SittingId, id: EnrolmentId) -> Result<bool, AppError> {
    Ok(select(exists(
        slot::table
            .filter(slot::sitting_id.eq(sitting))
            .filter(slot::enrolment_id.eq(id))
            .filter(slot::attendance.eq_any([Attendance::Absent, Attendance::Excused])),
    ))
    .get_result(conn)?)
}

/// Whether a decision stands for a candidate, on any block or on the certification.
///
/// # Errors
/// Those of the database.
pub fn is_decided(conn: &mut AnyConn, id: EnrolmentId) -> Result<bool, AppError> {
    use crate::db::schema::decision;
    Ok(select(exists(
        decision::table.filter(decision::enrolment_id.eq(id)).filter(decision::ended_at.is_null()),
    ))
    .get_result(conn)?)
}

/// Of these candidates, those on whom some decision stands.
///
/// # Errors
/// Those of the database.
pub fn decided_among(conn: &mut AnyConn, of: &[CandidateId]) -> Result<HashSet<CandidateId>, AppError> {
    use crate::db::schema::decision;
    let rows: Vec<CandidateId> = enrolment::table
        .inner_join(decision::table)
        .filter(enrolment::candidate_id.eq_any(of))
        .filter(decision::ended_at.is_null())
        .select(enrolment::candidate_id)
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
