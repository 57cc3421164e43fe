//! What is asked for when people are enrolled.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::rows::RequirementStatus;
use crate::ids::{AccountId, CentreId, EvidenceId, VersionId};

/// At most so many people in one call: what one transaction should hold.
pub const ENROLMENTS_AT_ONCE: u64 = 500;

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCohort {
    pub centre_id: CentreId,
    /// A published version.
    pub version_id: VersionId,
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub starts_on: NaiveDate,
    /// The same day or later.
    pub ends_on: NaiveDate,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTrainer {
    /// Of somebody who holds the role.
    pub account_id: AccountId,
}

#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnrolments {
    #[validate(length(min = 1, max = "ENROLMENTS_AT_ONCE"))]
    #[schema(min_items = 1, max_items = 500)]
    pub enrolments: Vec<NewEnrolment>,
}

/// One person to enrol. Dates and words stay text here, so that every fault of every person is told at once.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnrolment {
    #[schema(min_length = 1, max_length = 120)]
    pub birth_name: String,
    #[serde(default)]
    #[schema(max_length = 120)]
    pub usage_name: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub first_names: String,
    #[serde(default)]
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub birth_place: Option<String>,
    /// `F` or `M`: the report to the State asks for it.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub sex: Option<String>,
    /// INSEE code of the commune of birth, or of the country (99xxx) for who was born abroad.
    #[serde(default)]
    #[schema(max_length = 5)]
    pub birth_insee: Option<String>,
    #[serde(default)]
    #[schema(max_length = 5)]
    pub birth_postcode: Option<String>,
    /// ISO 3166-1, two letters.
    #[serde(default)]
    #[schema(max_length = 2)]
    pub birth_country: Option<String>,
    #[schema(max_length = 254)]
    pub email: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub employer: Option<String>,
    /// initial_training, apprenticeship, continuing_training, professionalisation_contract,
    /// individual_candidate or prior_experience.
    pub access_route: String,
    /// The blocks sought; all of them unless told.
    #[serde(default)]
    pub blocks: BlocksSought,
    /// Held from before; they stay among the blocks sought and are not assessed again.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub acquired_blocks: Vec<NewAcquiredBlock>,
}

/// `"all"`, or the slugs of some blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum BlocksSought {
    All(All),
    Some(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum All {
    All,
}

impl Default for BlocksSought {
    fn default() -> Self {
        Self::All(All::All)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcquiredBlock {
    pub block: String,
    /// Where it comes from: which awarding body, which document.
    #[schema(min_length = 1, max_length = 300)]
    pub origin: String,
    #[schema(format = Date)]
    pub acquired_on: String,
    /// The paper that proves it: its number or its title.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub document: Option<String>,
}

/// A person to enrol once everything about them has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrollee {
    pub birth_name: String,
    pub usage_name: Option<String>,
    pub first_names: String,
    pub birth_date: Option<NaiveDate>,
    pub birth_place: Option<String>,
    pub sex: Option<String>,
    pub birth_insee: Option<String>,
    pub birth_postcode: Option<String>,
    pub birth_country: Option<String>,
    /// In lower case: by it a person is found again.
    pub email: String,
    pub employer: Option<String>,
    pub access_route: crate::referential::model::AccessRoute,
    /// In the order of the version.
    pub blocks: Vec<String>,
    pub acquired: Vec<Acquired>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquired {
    pub block: String,
    pub origin: String,
    pub acquired_on: NaiveDate,
    pub document: Option<String>,
}

/// What is wrong with one person of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct EnrolmentFault {
    /// Place in the list, from 0.
    pub index: usize,
    pub field: String,
    /// Stable, for programs.
    pub code: &'static str,
}

/// How a requirement outside the blocks stands.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequirementState {
    pub state: RequirementStatus,
    /// Mandatory when unmet or waived.
    #[serde(default)]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// A piece of evidence of the same enrolment.
    #[serde(default)]
    pub evidence_id: Option<EvidenceId>,
}
