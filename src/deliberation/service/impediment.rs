//! A member who was present and cannot sign any more: said with a reason by the jury and by the manager, two
//! people, before the minutes may do without that signature.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::members::waiting_signatures;
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::seat;
use crate::db::{AnyConn, At, Bytes};
use crate::deliberation::rows::{DeliberationState, SignatureImpedimentRow};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{AccountId, DeliberationId, SeatId};
use crate::journal::{Act, record};
use crate::jury::rows::SeatFunction;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpedimentBody {
    #[validate(length(min = 3, max = 1000))]
    #[schema(min_length = 3, max_length = 1000)]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImpedimentView {
    pub seat: SeatId,
    /// In the words of whoever said it first.
    pub reason: String,
    pub said_by_the_jury_at: Option<At>,
    pub said_by_the_manager_at: Option<At>,
    /// Both have said it: the minutes do without this signature.
    pub holds: bool,
    /// Members who have still to sign.
    pub waiting: usize,
}

/// The chair for the jury; when it is the chair who cannot sign, another member.
///
/// # Errors
/// `rule_broken`: the deliberation is open, the member has signed or was not present, the caller may not say
/// it of this member, or one person would say it twice.
pub fn attest(
    conn: &mut AnyConn,
    caller: &Caller,
    (id, of, body): (DeliberationId, SeatId, &ImpedimentBody),
    at: At,
) -> Result<ImpedimentView, AppError> {
    let who = facts::on_deliberation(conn, caller, id)?;
    require(Action::AttestImpediment, &who)?;
    let row = store::hold(conn, id)?;
    if row.state != DeliberationState::Closed {
        return Err(AppError::broken(
            "deliberation_open",
            ("La délibération n’est pas close.", "The deliberation is not closed."),
        ));
    }
    let known = store::impediments(conn, id)?.into_iter().find(|known| known.seat_id == of);
    if !waiting_signatures(conn, &row)?.contains(&of) && !known.as_ref().is_some_and(|known| known.holds()) {
        return Err(AppError::broken(
            "no_signature_awaited",
            ("Aucune signature n’est attendue de ce membre.", "No signature is awaited from this member."),
        ));
    }
    let (holder, function): (AccountId, SeatFunction) =
        seat::table.find(of).select((seat::account_id, seat::function)).first(conn)?;
    let governs = who.administrator || who.manages;
    let for_the_jury = who.chairs || (who.sits && function == SeatFunction::Chair);
    if holder == caller.account || !(governs || for_the_jury) {
        return Err(AppError::broken(
            "impediment_said_by_chair_and_manager",
            (
                "L’empêchement d’un membre est attesté par le président et par le responsable.",
                "That a member cannot sign is said by the chair and by the manager.",
            ),
        ));
    }
    let impediment = said(caller, known.clone(), (id, of, body), governs, at)?;
    if known.is_none() {
        store::insert_impediment(conn, &impediment)?;
    } else {
        store::update_impediment(conn, &impediment)?;
    }
    let act = Act::new("signature_impeded", caller.account, at).about("deliberation", id).about("seat", of);
    record(conn, act, &[&impediment])?;
    Ok(ImpedimentView {
        seat: of,
        reason: impediment.reason.clone(),
        said_by_the_jury_at: impediment.jury_at,
        said_by_the_manager_at: impediment.manager_at,
        holds: impediment.holds(),
        waiting: waiting_signatures(conn, &row)?.len(),
    })
}

fn said(
    caller: &Caller,
    known: Option<SignatureImpedimentRow>,
    (id, of, body): (DeliberationId, SeatId, &ImpedimentBody),
    governs: bool,
    at: At,
) -> Result<SignatureImpedimentRow, AppError> {
    let mut row = known.unwrap_or_else(|| SignatureImpedimentRow {
        deliberation_id: id,
        seat_id: of,
        salt: Bytes::salt(),
        reason: body.reason.clone(),
        jury_by: None,
        jury_at: None,
        manager_by: None,
        manager_at: None,
    });
    let (own, other) = if governs {
        ((&mut row.manager_by, &mut row.manager_at), row.jury_by)
    } else {
        ((&mut row.jury_by, &mut row.jury_at), row.manager_by)
    };
    if other == Some(caller.account) || own.0.is_some() {
        return Err(AppError::broken(
            "impediment_said_already",
            (
                "C’est déjà attesté de ce côté : il faut la parole de l’autre.",
                "This side has said it already: the other's word is needed.",
            ),
        ));
    }
    (*own.0, *own.1) = (Some(caller.account), Some(at));
    Ok(row)
}
