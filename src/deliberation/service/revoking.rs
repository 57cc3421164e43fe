//! A decision is closed for good, with a reason, and another deliberation is opened that decides again: its
//! minutes rectify the former ones. Nothing is overwritten (MODEL §4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::members::protected;
use super::read::DeliberationLine;
use crate::access::{Action, Caller, facts, require};
use crate::db::{AnyConn, At, Bytes};
use crate::deliberation::rows::{
    DecisionOutcome, DecisionRow, DeliberationRow, DeliberationState, RectificationRow, RevocationRow,
};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{DecisionId, DeliberationId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevocationBody {
    /// Printed in the minutes that rectify.
    #[validate(length(min = 3, max = 2000))]
    #[schema(min_length = 3, max_length = 2000)]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevocationView {
    /// The decision, and the certification that stood on it.
    pub revoked: Vec<DecisionId>,
    pub reason: String,
    pub revoked_at: At,
    /// The deliberation that decides again.
    pub deliberation: DeliberationLine,
}

/// # Errors
/// `rule_broken` while the deliberation is open, or while a certification decided elsewhere stands on the
/// block; `conflict` when the decision is closed already.
pub fn revoke(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (DecisionId, &RevocationBody),
    at: At,
) -> Result<RevocationView, AppError> {
    let of = store::decision(conn, id)?.deliberation_id;
    require(Action::Revoke, &facts::on_deliberation(conn, caller, of)?)?;
    let former = store::hold(conn, of)?;
    let decision = store::decision(conn, id)?;
    may_be_revoked(&former, &decision)?;
    let mut ended = vec![decision];
    ended.extend(standing_on(conn, &ended[0])?);
    for row in &mut ended {
        row.ended_at = Some(at);
        row.ended_reason = Some(body.reason.clone());
        store::end_decision(conn, row.id, at, &body.reason)?;
    }
    let (deliberation, opened) = rectifying(conn, caller, &former, &body.reason, at)?;
    let revocations: Vec<RevocationRow> = ended
        .iter()
        .map(|row| RevocationRow {
            decision_id: row.id,
            deliberation_id: deliberation.id,
            salt: Bytes::salt(),
            reason: body.reason.clone(),
            revoked_by: caller.account,
            revoked_at: at,
        })
        .collect();
    store::insert_revocations(conn, &revocations)?;
    let mut rows: Vec<&dyn Protected> = protected(&ended).chain(protected(&revocations)).collect();
    if let Some(opened) = &opened {
        rows.push(&deliberation);
        rows.push(opened);
    }
    let act = Act::new("decision_revoked", caller.account, at)
        .about("deliberation", of)
        .about("deliberation", deliberation.id)
        .about("enrolment", ended[0].enrolment_id);
    record(conn, act, &rows)?;
    crate::boards::summary::keep(conn, versions, &[ended[0].enrolment_id])?;
    Ok(RevocationView {
        revoked: ended.iter().map(|row| row.id).collect(),
        reason: body.reason.clone(),
        revoked_at: at,
        deliberation: DeliberationLine::from(&deliberation),
    })
}

fn may_be_revoked(former: &DeliberationRow, decision: &DecisionRow) -> Result<(), AppError> {
    if former.state != DeliberationState::Closed {
        return Err(AppError::broken(
            "deliberation_open",
            (
                "La délibération n’est pas close : sa décision se modifie, elle ne se révoque pas.",
                "The deliberation is not closed: its decision is changed, not revoked.",
            ),
        ));
    }
    if decision.ended_at.is_some() {
        return Err(AppError::conflict((
            "Cette décision est déjà fermée.",
            "This decision is closed already.",
        ))
        .with("rule", "already_revoked"));
    }
    Ok(())
}

/// The decision on the certification goes with the block that it stands on, when the same jury took both in
/// the same minutes; one taken elsewhere has to be revoked first, under its own number.
fn standing_on(conn: &mut AnyConn, decision: &DecisionRow) -> Result<Option<DecisionRow>, AppError> {
    if decision.block.is_empty() {
        return Ok(None);
    }
    let elsewhere = store::awarded_elsewhere(conn, decision.id)?;
    let whole =
        store::decisions(conn, &[decision.enrolment_id], None)?.into_iter().find(|row| row.block.is_empty());
    let (with_it, apart) = match whole {
        Some(row) if row.deliberation_id == decision.deliberation_id => (Some(row), elsewhere),
        Some(row) if row.outcome == DecisionOutcome::Awarded => (None, Some(row)),
        _ => (None, elsewhere),
    };
    match apart {
        None => Ok(with_it),
        Some(other) => Err(AppError::broken(
            "certification_stands",
            (
                "Une certification délivrée repose sur ce bloc : elle se révoque d’abord.",
                "An awarded certification stands on this block: it has to be revoked first.",
            ),
        )
        .with("decision", other.id.to_string())
        .with("deliberation", other.deliberation_id.to_string())),
    }
}

/// The open deliberation that rectifies the former minutes; a second revocation joins the first.
fn rectifying(
    conn: &mut AnyConn,
    caller: &Caller,
    former: &DeliberationRow,
    reason: &str,
    at: At,
) -> Result<(DeliberationRow, Option<RectificationRow>), AppError> {
    if let Some(open) = store::open_rectification(conn, former.id)? {
        return Ok((open, None));
    }
    let number = former.number.clone().unwrap_or_default();
    let row = DeliberationRow {
        id: DeliberationId::new(),
        salt: Bytes::salt(),
        jury_id: former.jury_id,
        title: format!("Rectification du procès-verbal {number}"),
        sittings: former.sittings.clone(),
        state: DeliberationState::Open,
        observations: None,
        convened_by: caller.account,
        convened_at: at,
        closed_by: None,
        closed_at: None,
        number: None,
        published_by: None,
        published_at: None,
    };
    let opened = RectificationRow {
        deliberation_id: row.id,
        rectifies: former.id,
        salt: Bytes::salt(),
        reason: reason.to_owned(),
        opened_by: caller.account,
        opened_at: at,
    };
    store::insert(conn, &row)?;
    store::insert_rectification(conn, &opened)?;
    Ok((row, Some(opened)))
}
