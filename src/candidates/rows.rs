//! The rows of this subject: every column, in the order of the table, all under proof.
//!
//! A column that came later is left out of what is digested where it is empty, so that the rows of before
//! keep their digest.

use crate::db::{At, Bytes, Json};
use crate::ids::{
    AccountId, AttestationId, CandidateId, CentreId, CohortId, CohortTrainerId, EnrolmentId, EvidenceId,
    IdentityCorrectionId, VersionId,
};

crate::word_type!(RequirementStatus { Pending = "pending", Met = "met", Unmet = "unmet", Waived = "waived" });

crate::protected_row!(
    CohortRow in cohort keyed by id {
        id: CohortId,
        centre_id: CentreId,
        version_id: VersionId,
        name: String,
        starts_on: String,
        ends_on: String,
        created_at: At,
    }
);

crate::protected_row!(
    CohortTrainerRow in cohort_trainer keyed by id {
        id: CohortTrainerId,
        cohort_id: CohortId,
        account_id: AccountId,
        assigned_at: At,
    }
);

crate::protected_row!(
    CandidateRow in candidate keyed by id {
        id: CandidateId,
        salt: Bytes,
        account_id: Option<AccountId>,
        birth_name: String,
        usage_name: Option<String>,
        first_names: String,
        birth_date: Option<String>,
        birth_place: Option<String>,
        email: String,
        employer: Option<String>,
        version: i32,
        created_at: At,
        updated_at: At,
        /// `F` or `M`, as the report to the State has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        sex: Option<String>,
        /// Of the commune of birth; 99xxx abroad.
        #[serde(skip_serializing_if = "Option::is_none")]
        birth_insee: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        birth_postcode: Option<String>,
        /// ISO 3166-1, two letters.
        #[serde(skip_serializing_if = "Option::is_none")]
        birth_country: Option<String>,
    }
);

crate::protected_row!(
    EnrolmentRow in enrolment keyed by id {
        id: EnrolmentId,
        cohort_id: CohortId,
        candidate_id: CandidateId,
        version_id: VersionId,
        number: String,
        access_route: String,
        blocks: Json,
        created_at: At,
    }
);

crate::protected_row!(
    AcquiredBlockRow in acquired_block keyed by enrolment_id, block {
        enrolment_id: EnrolmentId,
        block: String,
        salt: Bytes,
        origin: String,
        acquired_on: String,
        recorded_by: AccountId,
        recorded_at: At,
        #[serde(skip_serializing_if = "Option::is_none")]
        document: Option<String>,
    }
);

crate::protected_row!(
    RequirementStateRow in requirement_state keyed by enrolment_id, requirement {
        enrolment_id: EnrolmentId,
        requirement: String,
        salt: Bytes,
        state: RequirementStatus,
        evidence_id: Option<EvidenceId>,
        reason: Option<String>,
        version: i32,
        recorded_by: AccountId,
        recorded_at: At,
    }
);

crate::protected_row!(
    /// How a requirement stood before, and why that was closed.
    RequirementPastRow in requirement_past keyed by enrolment_id, requirement, version {
        enrolment_id: EnrolmentId,
        requirement: String,
        version: i32,
        salt: Bytes,
        state: RequirementStatus,
        evidence_id: Option<EvidenceId>,
        reason: Option<String>,
        recorded_by: AccountId,
        recorded_at: At,
        ended_by: Option<AccountId>,
        ended_at: At,
        ended_reason: Option<String>,
    }
);

crate::protected_row!(
    RequirementEvidenceRow in requirement_evidence keyed by enrolment_id, requirement, evidence_id {
        enrolment_id: EnrolmentId,
        requirement: String,
        evidence_id: EvidenceId,
        linked_by: AccountId,
        linked_at: At,
    }
);

crate::protected_row!(
    AttestationRequestRow in attestation_request keyed by id {
        id: AttestationId,
        salt: Bytes,
        enrolment_id: EnrolmentId,
        requirement: String,
        name: String,
        email: String,
        position: String,
        organisation: String,
        token_digest: Bytes,
        requested_by: AccountId,
        requested_at: At,
        expires_at: At,
        revoked_at: Option<At>,
    }
);

crate::protected_row!(
    AttestationRow in attestation keyed by request_id {
        request_id: AttestationId,
        salt: Bytes,
        starts_on: String,
        ends_on: String,
        months: i32,
        remark: Option<String>,
        given_at: At,
    }
);

crate::protected_row!(
    IdentityCorrectionRow in identity_correction keyed by id {
        id: IdentityCorrectionId,
        salt: Bytes,
        candidate_id: CandidateId,
        version: i32,
        before: Json,
        after: Json,
        reason: String,
        corrected_by: AccountId,
        corrected_at: At,
    }
);

/// By which somebody is searched; made from the candidate at each change.
#[derive(Debug, Clone, PartialEq, Eq, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
#[diesel(table_name = crate::db::schema::candidate_search, treat_none_as_default_value = false)]
pub struct SearchRow {
    pub candidate_id: CandidateId,
    /// Names and e-mail, folded.
    pub folded: String,
    /// Birth name, first names and date of birth; none without a date.
    pub identity: Option<String>,
}

impl EnrolmentRow {
    /// # Errors
    /// `internal` for a word that no migration allows.
    pub fn route(&self) -> Result<crate::referential::model::AccessRoute, crate::error::AppError> {
        super::rules::access_route(&self.access_route)
            .ok_or_else(|| crate::error::AppError::internal(format!("access route {}", self.access_route)))
    }
}
