//! A resit: a new sitting for named methods of blocks that were refused or missed. The rest is carried by
//! reference; what is acquired is never sat again (MODEL §4).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::members::protected;
use crate::access::{Action, Caller, facts, require};
use crate::db::{AnyConn, At};
use crate::deliberation::rows::{DecisionOutcome, DecisionRow, ResitRow};
use crate::deliberation::store;
use crate::error::AppError;
use crate::ids::{DecisionId, EnrolmentId};
use crate::journal::{Act, Protected, record};
use crate::referential::versions::Versions;
use crate::sittings::shapes::{NewSitting, NewSlots, SittingView, SlotView};
use crate::sittings::{service as sittings, slots, standards};

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResit {
    #[validate(nested)]
    pub sitting: NewSitting,
    #[validate(nested)]
    pub slots: NewSlots,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResitView {
    pub sitting: SittingView,
    pub slots: Vec<SlotView>,
    pub resits: Vec<ResatBlock>,
}

/// What is sat again, and the decision after which it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResatBlock {
    pub enrolment: EnrolmentId,
    pub block: String,
    pub decision: DecisionId,
}

/// Why somebody may not sit a method again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Fault {
    rule: &'static str,
    enrolment: EnrolmentId,
    method: String,
}

const ACQUIRED: &str = "acquired_block_not_resat";
const NOT_REFUSED: &str = "resit_without_refusal";
const NEVER_SAT: &str = "method_never_sat";

/// Plans the sitting, lays out its slots and keeps what it follows: all of it or nothing.
///
/// # Errors
/// `rule_broken` with every fault of every candidate; those of a sitting and of slots.
pub fn plan(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    new: NewResit,
    at: At,
) -> Result<ResitView, AppError> {
    let cohort = new.sitting.cohort_id;
    require(Action::PlanSitting, &facts::on_cohort(conn, caller, cohort)?)?;
    let version = standards::of_cohort(conn, versions, cohort)?;
    let methods: Vec<(String, String)> = new
        .sitting
        .methods
        .iter()
        .filter_map(|method| Some((method.to_string(), version.method(method.as_str())?.0.id.to_string())))
        // A defence belongs to no block: it is held again as long as it is not met.
        .filter(|(_, block)| version.has_block(block))
        .collect();
    let sitting = sittings::plan(conn, caller, versions, new.sitting, at)?;
    let found = Known::load(conn, &new.slots.enrolments)?.check(&new.slots.enrolments, &methods)?;
    let rows: Vec<ResitRow> = found
        .iter()
        .map(|one| ResitRow {
            sitting_id: sitting.id,
            enrolment_id: one.enrolment,
            block: one.block.clone(),
            decision_id: one.decision,
            recorded_by: caller.account,
            recorded_at: at,
        })
        .collect();
    store::insert_resits(conn, &rows)?;
    let written: Vec<&dyn Protected> = protected(&rows).collect();
    record(conn, Act::new("resit_planned", caller.account, at).about("sitting", sitting.id), &written)?;
    let slots = slots::lay_out(conn, caller, versions, sitting.id, new.slots, at)?;
    Ok(ResitView { sitting, slots, resits: found })
}

struct Known {
    decisions: BTreeMap<(EnrolmentId, String), DecisionRow>,
    acquired: BTreeSet<(EnrolmentId, String)>,
    sat: BTreeSet<(EnrolmentId, String)>,
}

impl Known {
    fn load(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Self, AppError> {
        let mut sat = BTreeSet::new();
        for (enrolment, methods) in store::sat(conn, of)? {
            let methods: Vec<String> = methods.read()?;
            sat.extend(methods.into_iter().map(|method| (enrolment, method)));
        }
        let before = store::acquired_before(conn, of)?;
        Ok(Self {
            decisions: store::closed_decisions(conn, of)?
                .into_iter()
                .map(|row| ((row.enrolment_id, row.block.clone()), row))
                .collect(),
            acquired: before.into_iter().map(|row| (row.enrolment_id, row.block)).collect(),
            sat,
        })
    }

    fn check(&self, of: &[EnrolmentId], methods: &[(String, String)]) -> Result<Vec<ResatBlock>, AppError> {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for &enrolment in of {
            for (method, block) in methods {
                match self.decision_to_resit(enrolment, method, block) {
                    Ok(decision) => found.push(ResatBlock { enrolment, block: block.clone(), decision }),
                    Err(rule) => faults.push(Fault { rule, enrolment, method: method.clone() }),
                }
            }
        }
        found.dedup();
        let Some(first) = faults.first() else { return Ok(found) };
        Err(AppError::broken(first.rule, words(first.rule)).with("broken", serde_json::to_value(&faults)?))
    }

    fn decision_to_resit(
        &self,
        enrolment: EnrolmentId,
        method: &str,
        block: &str,
    ) -> Result<DecisionId, &'static str> {
        let of_block = (enrolment, block.to_owned());
        let decision = self.decisions.get(&of_block);
        if self.acquired.contains(&of_block)
            || decision.is_some_and(|row| row.outcome == DecisionOutcome::Acquired)
        {
            return Err(ACQUIRED);
        }
        if !self.sat.contains(&(enrolment, method.to_owned())) {
            return Err(NEVER_SAT);
        }
        decision.map(|row| row.id).ok_or(NOT_REFUSED)
    }
}

fn words(rule: &str) -> (&'static str, &'static str) {
    match rule {
        ACQUIRED => (
            "Un bloc acquis l’est à vie : il ne se repasse pas.",
            "An acquired block is acquired for life: it is not sat again.",
        ),
        NEVER_SAT => (
            "Une modalité que le candidat n’a jamais passée ne se rattrape pas.",
            "A method that the candidate never sat is not resat.",
        ),
        _ => (
            "Un rattrapage suit un refus ou une absence, décidés dans une délibération close.",
            "A resit follows a refusal or an absence, decided in a closed deliberation.",
        ),
    }
}
