//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{DecisionId, DeliberationId, DocumentId, SheetId};

crate::word_type!(DocumentKind { Sheet = "sheet", Minutes = "minutes" });

crate::protected_row!(
    DocumentRow in document keyed by id {
        id: DocumentId,
        salt: Bytes,
        kind: DocumentKind,
        number: Option<String>,
        sheet_id: Option<SheetId>,
        deliberation_id: Option<DeliberationId>,
        facts: Json,
        path: String,
        sha256: Bytes,
        size: i64,
        check_code: String,
        issued_at: At,
        /// The document that this one was issued in the place of.
        #[serde(skip_serializing_if = "Option::is_none")]
        replaces: Option<DocumentId>,
    }
);

crate::protected_row!(
    /// A decision that a document prints: once it is revoked, so is what the document says of it.
    DocumentDecisionRow in document_decision keyed by document_id, decision_id {
        document_id: DocumentId,
        decision_id: DecisionId,
    }
);
