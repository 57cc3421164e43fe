//! The rows of this subject: every column, in the order of the table, all under proof.

use crate::db::{At, Bytes, Json};
use crate::ids::{AccountId, LineId, VersionId};

crate::word_type!(VersionState { Draft = "draft", Published = "published", Retired = "retired" });
crate::word_type!(
    /// What a line scores: a criterion, or a competency that no criterion serves.
    LineKind { Criterion = "criterion", Competency = "competency" }
);

crate::protected_row!(
    VersionRow in referential_version keyed by id {
        id: VersionId,
        code: String,
        version: String,
        title: String,
        state: VersionState,
        content: Json,
        content_hash: Bytes,
        created_at: At,
        published_at: Option<At>,
    }
);

crate::protected_row!(
    LineRow in line keyed by id {
        id: LineId,
        version_id: VersionId,
        slug: String,
        block: String,
        method: String,
        kind: LineKind,
    }
);

crate::protected_row!(
    RegistrationRow in registration keyed by version_id {
        version_id: VersionId,
        registered_from: Option<String>,
        registered_until: Option<String>,
        last_issue_on: Option<String>,
        version: i32,
        recorded_by: AccountId,
        recorded_at: At,
    }
);
