//! An acquired block is kept for life: another enrolment of the same person holds it by reference to the
//! decision, and only a revocation of that decision takes it away (MODEL §4).

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::closing::local_day;
use super::members::protected;
use super::room::sought;
use crate::access::{Action, Caller, facts, require};
use crate::candidates::rows::{AcquiredBlockRow, EnrolmentRow};
use crate::db::schema::enrolment;
use crate::db::{AnyConn, At, Bytes};
use crate::deliberation::rows::{CarriedBlockRow, DecisionOutcome};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{DecisionId, EnrolmentId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;

#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarryingBody {
    /// The earlier enrolment of the same person.
    pub from: EnrolmentId,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CarriedView {
    pub block: String,
    pub decision: DecisionId,
    /// Number of the minutes.
    pub minutes: String,
    pub acquired_on: String,
}

/// Carries every acquired block of an earlier enrolment that the new one seeks and does not hold.
///
/// # Errors
/// `rule_broken`: another person, another certification, or nothing to carry.
pub fn carry(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (EnrolmentId, CarryingBody),
    at: At,
) -> Result<Vec<CarriedView>, AppError> {
    require(Action::CarryBlocks, &facts::on_enrolment(conn, caller, id)?)?;
    require(Action::ReadEnrolment, &facts::on_enrolment(conn, caller, body.from)?)?;
    let (new, old) = of_one_person(conn, versions, id, body.from)?;
    let held: Vec<String> = store::acquired_before(conn, &[id])?.into_iter().map(|row| row.block).collect();
    let decided: Vec<String> =
        store::decisions(conn, &[id], None)?.into_iter().map(|row| row.block).collect();
    let seeks: Vec<String> = sought(&new)?.iter().map(ToString::to_string).collect();
    let (mut acquired, mut carried, mut views) = (Vec::new(), Vec::new(), Vec::new());
    for decision in store::closed_decisions(conn, &[old.id])? {
        let block = decision.block.clone();
        let wanted = seeks.contains(&block) && !held.contains(&block) && !decided.contains(&block);
        if decision.outcome != DecisionOutcome::Acquired || !wanted {
            continue;
        }
        let deliberation = store::deliberation(conn, decision.deliberation_id)?;
        let minutes = deliberation.number.unwrap_or_default();
        let day = local_day(conn, old.cohort_id, decision.decided_at)?.to_string();
        acquired.push(AcquiredBlockRow {
            enrolment_id: id,
            block: block.clone(),
            salt: Bytes::salt(),
            origin: minutes.clone(),
            acquired_on: day.clone(),
            recorded_by: caller.account,
            recorded_at: at,
            document: None,
        });
        carried.push(CarriedBlockRow {
            enrolment_id: id,
            block: block.clone(),
            decision_id: decision.id,
            carried_by: caller.account,
            carried_at: at,
        });
        views.push(CarriedView { block, decision: decision.id, minutes, acquired_on: day });
    }
    if carried.is_empty() {
        return Err(AppError::broken(
            "nothing_to_carry",
            (
                "Cette inscription n’a aucun bloc acquis à reporter sur l’autre.",
                "That enrolment has no acquired block to carry to the other.",
            ),
        ));
    }
    store::insert_carried(conn, &acquired, &carried)?;
    let rows: Vec<&dyn Protected> = protected(&acquired).chain(protected(&carried)).collect();
    let act =
        Act::new("blocks_carried", caller.account, at).about("enrolment", id).about("enrolment", old.id);
    record(conn, act, &rows)?;
    crate::boards::summary::keep(conn, versions, &[id])?;
    Ok(views)
}

/// Both enrolments, if a block may go from one to the other.
fn of_one_person(
    conn: &mut AnyConn,
    versions: &Versions,
    new: EnrolmentId,
    old: EnrolmentId,
) -> Result<(EnrolmentRow, EnrolmentRow), AppError> {
    let mut find = |id: EnrolmentId| -> Result<(EnrolmentRow, String), AppError> {
        let row: EnrolmentRow = enrolment::table.find(id).select(EnrolmentRow::as_select()).first(conn)?;
        let code = versions.get(conn, row.version_id)?.code.clone();
        Ok((row, code))
    };
    let ((new, code), (old, other)) = (find(new)?, find(old)?);
    if new.candidate_id == old.candidate_id && new.id != old.id && code == other {
        return Ok((new, old));
    }
    Err(AppError::broken(
        "carried_within_one_certification",
        (
            "Un bloc se reporte d’une inscription à une autre de la même personne, dans la même certification.",
            "A block is carried between two enrolments of one person in one certification.",
        ),
    ))
}
