//! What the rules say of one candidate, and what they would say if something were otherwise.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::room::{Subject, subjects, told};
use crate::access::{Action, Caller, facts, require};
use crate::candidates::rows::EnrolmentRow;
use crate::db::AnyConn;
use crate::db::schema::enrolment;
use crate::deliberation::facts::{Change, Facts};
use crate::deliberation::model::{BlockIndex, BlockStanding, Element, Proposal, RequirementState};
use crate::deliberation::plan::Plan;
use crate::deliberation::rules;
use crate::deliberation::sentences::EnrolmentView;
use crate::error::AppError;
use crate::ids::EnrolmentId;
use crate::referential::model::Slug;
use crate::referential::versions::Versions;
use crate::scoring::model::Mark;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIfBody {
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub changes: Vec<Supposition>,
}

/// One thing supposed to be otherwise.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Supposition {
    /// Every juror gives this rank to the criterion.
    Rank {
        #[schema(value_type = String)]
        criterion: Slug,
        #[schema(minimum = 1, maximum = 255)]
        rank: u8,
    },
    NotObserved {
        #[schema(value_type = String)]
        criterion: Slug,
    },
    NotApplicable {
        #[schema(value_type = String)]
        criterion: Slug,
    },
    Requirement {
        #[schema(value_type = String)]
        requirement: Slug,
        #[schema(value_type = String)]
        state: RequirementState,
    },
    /// The decision on the block is forgotten: what the rules say of it counts.
    Undecided {
        #[schema(value_type = String)]
        block: Slug,
    },
}

fn load(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EnrolmentId,
) -> Result<(Plan, Subject, u8), AppError> {
    let who = facts::on_enrolment(conn, caller, id)?;
    require(Action::ReadProposal, &who)?;
    let row: EnrolmentRow = enrolment::table.find(id).select(EnrolmentRow::as_select()).first(conn)?;
    let version = versions.get(conn, row.version_id)?;
    let plan = Plan::compile(&version.referential);
    let top = version.referential.scale.levels.iter().map(|level| level.rank).max().unwrap_or(0);
    let subject = subjects(conn, &version, &plan, vec![row], None)?.pop().ok_or_else(AppError::not_found)?;
    Ok((plan, subject, top))
}

/// # Errors
/// `not_found` or `forbidden` until every juror has signed.
pub fn read(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EnrolmentId,
) -> Result<EnrolmentView, AppError> {
    let (plan, subject, _) = load(conn, caller, versions, id)?;
    Ok(whole(&plan, &subject, &subject.facts))
}

/// The same engine on changed facts; nothing is written.
///
/// # Errors
/// As [`read`]; `invalid` for an element that the version does not have.
pub fn what_if(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    (id, body): (EnrolmentId, &WhatIfBody),
) -> Result<EnrolmentView, AppError> {
    let (plan, subject, top) = load(conn, caller, versions, id)?;
    let mut facts: Facts = subject.facts.clone();
    for supposed in &body.changes {
        facts = facts.with_change(&change(&plan, top, supposed)?);
    }
    Ok(whole(&plan, &subject, &facts))
}

fn whole(plan: &Plan, subject: &Subject, facts: &Facts) -> EnrolmentView {
    let proposal = rules::propose_enrolment(plan, facts);
    let named = |(at, block): &(BlockIndex, Proposal)| {
        Some((plan.slug(Element::Block(*at))?.clone(), told(plan, subject, block)))
    };
    EnrolmentView {
        blocks: proposal.blocks.iter().filter_map(named).collect(),
        certification: told(plan, subject, &proposal.certification),
    }
}

fn change(plan: &Plan, top: u8, supposed: &Supposition) -> Result<Change, AppError> {
    let unknown = |slug: &Slug| {
        AppError::invalid((
            "Cet élément n’existe pas dans le référentiel.",
            "The référentiel has no such element.",
        ))
        .with("element", slug.to_string())
    };
    let line = |slug: &Slug, mark| {
        plan.line(slug).map(|line| Change::Unanimous(line, mark)).ok_or_else(|| unknown(slug))
    };
    match supposed {
        Supposition::Rank { criterion, rank } if (1..=top).contains(rank) => {
            line(criterion, Mark::Scored(*rank))
        }
        Supposition::Rank { criterion, .. } => {
            Err(AppError::invalid(("Ce rang n’est pas dans l’échelle.", "This rank is not in the scale."))
                .with("element", criterion.to_string()))
        }
        Supposition::NotObserved { criterion } => line(criterion, Mark::NotObserved),
        Supposition::NotApplicable { criterion } => line(criterion, Mark::NotApplicable),
        Supposition::Requirement { requirement, state } => {
            let index = plan.requirement(requirement).ok_or_else(|| unknown(requirement))?;
            Ok(Change::Requirement(index, *state))
        }
        Supposition::Undecided { block } => {
            let index = plan.block(block).ok_or_else(|| unknown(block))?;
            Ok(Change::Block(index, BlockStanding::Sought))
        }
    }
}
