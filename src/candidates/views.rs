//! What is shown of cohorts and of people.

use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{
    AcquiredBlockRow, CandidateRow, CohortRow, CohortTrainerRow, EnrolmentRow, RequirementStateRow,
    RequirementStatus,
};
use crate::db::At;
use crate::error::AppError;
use crate::ids::{AccountId, CandidateId, CentreId, CohortId, EnrolmentId, EvidenceId, VersionId};
use crate::referential::Version;
use crate::referential::model::RequirementKind;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CohortView {
    pub id: CohortId,
    pub centre_id: CentreId,
    pub version_id: VersionId,
    pub name: String,
    #[schema(format = Date)]
    pub starts_on: String,
    #[schema(format = Date)]
    pub ends_on: String,
    pub created_at: At,
}

impl From<CohortRow> for CohortView {
    fn from(row: CohortRow) -> Self {
        Self {
            id: row.id,
            centre_id: row.centre_id,
            version_id: row.version_id,
            name: row.name,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            created_at: row.created_at,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrainerView {
    pub account_id: AccountId,
    pub assigned_at: At,
}

impl From<CohortTrainerRow> for TrainerView {
    fn from(row: CohortTrainerRow) -> Self {
        Self { account_id: row.account_id, assigned_at: row.assigned_at }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WholeCohortView {
    #[serde(flatten)]
    pub cohort: CohortView,
    pub trainers: Vec<TrainerView>,
}

/// Who somebody is, as documents need it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CandidateView {
    pub id: CandidateId,
    pub birth_name: String,
    pub usage_name: Option<String>,
    pub first_names: String,
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    pub birth_place: Option<String>,
    /// `F` or `M`.
    pub sex: Option<String>,
    pub birth_insee: Option<String>,
    pub birth_postcode: Option<String>,
    pub birth_country: Option<String>,
    /// To be sent back as `If-Match` of a correction.
    pub version: i32,
    pub employer: Option<String>,
    /// For whoever manages the cohort and for the person; absent for the others.
    pub email: Option<String>,
}

impl CandidateView {
    pub fn new(row: CandidateRow, with_email: bool) -> Self {
        Self {
            id: row.id,
            birth_name: row.birth_name,
            usage_name: row.usage_name,
            first_names: row.first_names,
            birth_date: row.birth_date,
            birth_place: row.birth_place,
            sex: row.sex,
            birth_insee: row.birth_insee,
            birth_postcode: row.birth_postcode,
            birth_country: row.birth_country,
            version: row.version,
            employer: row.employer,
            email: with_email.then_some(row.email),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnrolmentView {
    pub id: EnrolmentId,
    pub cohort_id: CohortId,
    pub version_id: VersionId,
    /// Its place in the cohort: `0001`…
    pub number: String,
    pub access_route: String,
    /// The blocks sought, in the order of the version.
    pub blocks: Vec<String>,
    pub candidate: CandidateView,
    pub created_at: At,
}

impl EnrolmentView {
    /// # Errors
    /// When the blocks do not read, which no stored value does.
    pub fn new(row: EnrolmentRow, candidate: CandidateRow, with_email: bool) -> Result<Self, AppError> {
        Ok(Self {
            id: row.id,
            cohort_id: row.cohort_id,
            version_id: row.version_id,
            number: row.number,
            access_route: row.access_route,
            blocks: row.blocks.read()?,
            candidate: CandidateView::new(candidate, with_email),
            created_at: row.created_at,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AcquiredBlockView {
    pub block: String,
    pub origin: String,
    #[schema(format = Date)]
    pub acquired_on: String,
    /// The paper that proves it.
    pub document: Option<String>,
    pub recorded_by: AccountId,
    pub recorded_at: At,
}

impl From<AcquiredBlockRow> for AcquiredBlockView {
    fn from(row: AcquiredBlockRow) -> Self {
        Self {
            block: row.block,
            origin: row.origin,
            acquired_on: row.acquired_on,
            document: row.document,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        }
    }
}

/// One requirement outside the blocks, and how it stands for one enrolment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RequirementView {
    pub slug: String,
    /// scored, attested or filed.
    #[schema(value_type = String)]
    pub kind: RequirementKind,
    pub label: String,
    pub label_en: String,
    /// As printed.
    pub text: String,
    pub state: RequirementStatus,
    pub reason: Option<String>,
    pub evidence_id: Option<EvidenceId>,
    /// To be sent back as `If-Match`.
    pub version: i32,
    pub recorded_by: AccountId,
    pub recorded_at: At,
}

impl RequirementView {
    /// Nothing when the version has no such requirement.
    pub fn new(version: &Version, row: RequirementStateRow) -> Option<Self> {
        let mut asked = version.referential.requirements.iter();
        let asked = asked.find(|one| one.id.as_str() == row.requirement)?;
        Some(Self {
            slug: row.requirement,
            kind: asked.kind,
            label: asked.label.fr.clone(),
            label_en: asked.label.en.clone(),
            text: asked.text.clone(),
            state: row.state,
            reason: row.reason,
            evidence_id: row.evidence_id,
            version: row.version,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }

    /// All of them, in the order of the version.
    pub fn all(version: &Version, rows: Vec<RequirementStateRow>) -> Vec<Self> {
        let order =
            |slug: &str| version.referential.requirements.iter().position(|one| one.id.as_str() == slug);
        let mut views: Vec<Self> = rows.into_iter().filter_map(|row| Self::new(version, row)).collect();
        views.sort_by_key(|view| order(&view.slug));
        views
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WholeEnrolmentView {
    #[serde(flatten)]
    pub enrolment: EnrolmentView,
    pub acquired_blocks: Vec<AcquiredBlockView>,
    pub requirements: Vec<RequirementView>,
}
