//! Use cases: what is granted to a candidate for the way they are assessed, never why (DOMAIN 1.8).

use std::collections::BTreeMap;

use super::model::Share;
use super::rows::{AdjustmentKind, AdjustmentRow};
use super::shapes::people::{AdjustmentView, Adjustments, NewAdjustments};
use super::store;
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes};
use crate::error::AppError;
use crate::ids::{AdjustmentId, EnrolmentId};
use crate::journal::{Act, Protected, record};

/// To those who must act on it, and to the candidate.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn read(conn: &mut AnyConn, caller: &Caller, of: EnrolmentId, at: At) -> Result<Adjustments, AppError> {
    let who = facts::on_enrolment(conn, caller, of)?;
    access::require(Action::ReadAdjustments, &who)?;
    view(conn, of, at)
}

/// Grants all this and nothing else: what is no longer named ends, what stands already stands on.
///
/// # Errors
/// `invalid` when a kind comes twice, or extra time without its share, or a share without extra time.
pub fn put(
    conn: &mut AnyConn,
    caller: &Caller,
    of: EnrolmentId,
    new: &NewAdjustments,
    at: At,
) -> Result<Adjustments, AppError> {
    let who = facts::on_enrolment(conn, caller, of)?;
    access::require(Action::GrantAdjustments, &who)?;
    let asked = parsed(new)?;
    store::adjustments::hold(conn, of)?;
    let (kept, ended): (Vec<_>, Vec<_>) = store::adjustments::standing(conn, of)?
        .into_iter()
        .partition(|row| asked.get(&row.kind) == Some(&store::adjustments::share(row)));
    let ended: Vec<AdjustmentRow> = ended
        .into_iter()
        .map(|row| AdjustmentRow { ended_by: Some(caller.account), ended_at: Some(at), ..row })
        .collect();
    let granted: Vec<AdjustmentRow> = asked
        .into_iter()
        .filter(|(kind, _)| kept.iter().all(|row| row.kind != *kind))
        .map(|(kind, share)| AdjustmentRow {
            id: AdjustmentId::new(),
            salt: Bytes::salt(),
            enrolment_id: of,
            kind,
            share_num: share.map(|share| share.num),
            share_den: share.map(|share| share.den),
            granted_by: caller.account,
            granted_at: at,
            ended_by: None,
            ended_at: None,
        })
        .collect();
    store::adjustments::end(conn, &ended, caller.account, at)?;
    store::adjustments::insert(conn, &granted)?;
    let rows: Vec<&dyn Protected> =
        ended.iter().chain(&granted).map(|row| -> &dyn Protected { row }).collect();
    if !rows.is_empty() {
        let act = Act::new("adjustments_granted", caller.account, at).about("enrolment", of);
        record(conn, act, &rows)?;
    }
    view(conn, of, at)
}

/// Each kind once, extra time with its share.
fn parsed(new: &NewAdjustments) -> Result<BTreeMap<AdjustmentKind, Option<Share>>, AppError> {
    let mut asked = BTreeMap::new();
    let mut faults = Vec::new();
    for (place, one) in new.adjustments.iter().enumerate() {
        let mut tell = |field: &str, code| {
            faults
                .push(serde_json::json!({ "field": format!("adjustments[{place}].{field}"), "code": code }));
        };
        let share = one.share.as_deref().and_then(Share::parse);
        match (one.kind, one.share.is_some(), share) {
            (AdjustmentKind::ExtraTime, false, _) => tell("share", "required"),
            (AdjustmentKind::ExtraTime, true, None) => tell("share", "not_a_share"),
            (AdjustmentKind::ExtraTime, true, Some(_)) | (_, false, _) => {}
            (_, true, _) => tell("share", "only_extra_time"),
        }
        if asked.insert(one.kind, share).is_some() {
            tell("kind", "twice");
        }
    }
    if faults.is_empty() {
        return Ok(asked);
    }
    Err(AppError::invalid((
        "Un aménagement ne se lit pas\u{a0}; rien n’a été enregistré.",
        "An adjustment cannot be read; nothing was saved.",
    ))
    .with("faults", faults))
}

fn view(conn: &mut AnyConn, of: EnrolmentId, at: At) -> Result<Adjustments, AppError> {
    let standing = store::adjustments::standing(conn, of)?;
    let extra = standing.iter().find_map(store::adjustments::share);
    let too_short = |minutes: i32, extra_minutes: Option<i32>| {
        let given = extra_minutes.unwrap_or_default();
        extra.is_some_and(|share| share.of(minutes - given) > given)
    };
    let short_slots = store::adjustments::slots_to_come(conn, of, at)?
        .into_iter()
        .filter(|(_, minutes, extra)| too_short(*minutes, *extra))
        .map(|(id, ..)| id)
        .collect();
    let adjustments = standing
        .iter()
        .map(|row| AdjustmentView {
            kind: row.kind,
            share: store::adjustments::share(row).map(|share| share.to_string()),
            granted_at: row.granted_at,
        })
        .collect();
    Ok(Adjustments { enrolment_id: of, adjustments, short_slots })
}
