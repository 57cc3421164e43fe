//! Use cases: who is summoned to which version of a sitting, and has received the rules.

use super::rows::SummonsRow;
use super::shapes::people::{Called, Calls, MySummons, Summoned};
use super::{letters, notices, service, store};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{SittingId, SummonsId};
use crate::journal::{Act, Protected, record};

/// How many of one's own summonses are listed: years of sittings.
const OWN_AT_MOST: i64 = 200;

/// Everybody who comes to a sitting, when they were summoned, and who is to be again.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn list(conn: &mut AnyConn, caller: &Caller, id: SittingId) -> Result<Calls, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::ReadSummons, &who)?;
    let sitting = store::sitting(conn, id)?;
    let standing = store::changes::standing(conn, id)?;
    let mut called = notices::summoned(conn, &sitting)?;
    let people = notices::of_all(conn, &sitting)?
        .into_iter()
        .map(|notice| {
            let last = called.remove(&notices::key(&notice));
            let current = last.as_ref().is_some_and(|row| row.sitting_version == standing.version);
            Called {
                called_as: notice.called_as,
                seat_id: notice.seat_id,
                enrolment_id: notice.enrolment_id,
                name: notice.name,
                summons_id: last.as_ref().map(|row| row.id),
                summoned_at: last.as_ref().map(|row| row.summoned_at),
                summoned_to_version: last.as_ref().map(|row| row.sitting_version),
                rules_received_at: last.and_then(|row| row.rules_received_at),
                due: !current && standing.ended.is_none(),
            }
        })
        .collect();
    Ok(Calls { sitting_id: id, version: standing.version, people })
}

/// Summons everybody who is not yet, or was to hours that are no more. Said again, it calls nobody twice.
///
/// # Errors
/// `rule_broken` when the sitting has no slot, or has ended.
pub fn summon(conn: &mut AnyConn, caller: &Caller, id: SittingId, at: At) -> Result<Summoned, AppError> {
    let who = facts::on_sitting(conn, caller, id)?;
    access::require(Action::PlanSitting, &who)?;
    let sitting = store::hold_sitting(conn, id)?;
    service::refuse_ended(conn, id)?;
    let version = store::changes::standing(conn, id)?.version;
    let called = notices::summoned(conn, &sitting)?;
    let mut due = notices::of_all(conn, &sitting)?;
    if due.is_empty() {
        return Err(AppError::broken(
            "sitting_has_slots",
            ("Cette session n’a aucun passage.", "This sitting has no slot."),
        ));
    }
    due.retain(|notice| called.get(&notices::key(notice)).is_none_or(|row| row.sitting_version != version));
    let rows: Vec<SummonsRow> = due
        .iter()
        .map(|notice| SummonsRow {
            id: SummonsId::new(),
            salt: Bytes::salt(),
            sitting_id: id,
            sitting_version: version,
            seat_id: notice.seat_id,
            enrolment_id: notice.enrolment_id,
            summoned_by: caller.account,
            summoned_at: at,
            rules_received_at: None,
        })
        .collect();
    store::people::insert_summonses(conn, &rows)?;
    if !rows.is_empty() {
        let written: Vec<&dyn Protected> = rows.iter().map(|row| -> &dyn Protected { row }).collect();
        record(conn, Act::new("summoned", caller.account, at).about("sitting", id), &written)?;
        letters::summon(conn, &sitting, &due, at)?;
    }
    Ok(Summoned { notices: due })
}

/// The person summoned says that they have received it, with the rules. Said again, the first time stands.
///
/// # Errors
/// `not_found` to anybody else.
pub fn receive(conn: &mut AnyConn, caller: &Caller, id: SummonsId, at: At) -> Result<MySummons, AppError> {
    let who = facts::on_summons(conn, caller, id)?;
    access::require(Action::ReceiveSummons, &who)?;
    let row = store::people::hold_summons(conn, id)?;
    if row.rules_received_at.is_some() {
        return Ok(view(&row));
    }
    let row = SummonsRow { rules_received_at: Some(at), ..row };
    store::people::receive(conn, id, at)?;
    let act =
        Act::new("rules_received", caller.account, at).about("summons", id).about("sitting", row.sitting_id);
    record(conn, act, &[&row])?;
    Ok(view(&row))
}

/// One's own, the latest first.
///
/// # Errors
/// Those of the database.
pub fn mine(conn: &mut AnyConn, caller: &Caller) -> Result<Vec<MySummons>, AppError> {
    Ok(store::people::summonses_to(conn, caller.account, OWN_AT_MOST)?.iter().map(view).collect())
}

fn view(row: &SummonsRow) -> MySummons {
    MySummons {
        id: row.id,
        sitting_id: row.sitting_id,
        version: row.sitting_version,
        summoned_at: row.summoned_at,
        rules_received_at: row.rules_received_at,
    }
}
