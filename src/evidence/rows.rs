//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{AccountId, EnrolmentId, EvidenceId, LineId};

crate::protected_row!(
    EvidenceRow in evidence keyed by id {
        id: EvidenceId,
        salt: Bytes,
        enrolment_id: EnrolmentId,
        title: String,
        filename: String,
        media_type: String,
        size: i64,
        sha256: Bytes,
        filed_by: AccountId,
        filed_at: At,
    }
);

crate::protected_row!(
    EvidenceLinkRow in evidence_link keyed by evidence_id, line_id {
        evidence_id: EvidenceId,
        line_id: LineId,
        anchor: Option<Json>,
        linked_by: AccountId,
        linked_at: At,
    }
);
