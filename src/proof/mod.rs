//! `verify`: offline proof that what the tables and folders hold is what was done.
//!
//! The tree is recomputed from the entries and compared with every stored hash and signed head; each
//! protected row is compared with the last entry that names it, both ways; each stored file with its hash.
//! What it cannot prove, it says.

mod entries;
mod files;
mod heads;
mod open;
mod report;
mod rows;

use std::path::Path;

use crate::db::{AnyConn, DbUrl, read_tx};
use crate::error::AppError;
use crate::journal::{ProtectedTable, keys};
use crate::referential::versions::Versions;

pub use heads::KeptHead;
pub(crate) use open::read_only;
pub use report::{Code, Fault, HeadView, Report, Sentence};

/// Every table under proof, in the order of the migration.
pub const PROTECTED: &[ProtectedTable] = &[
    crate::access::rows::CentreRow::PROTECTED,
    crate::access::rows::AccountRow::PROTECTED,
    crate::access::rows::RoleGrantRow::PROTECTED,
    crate::referential::rows::VersionRow::PROTECTED,
    crate::referential::rows::LineRow::PROTECTED,
    crate::referential::rows::RegistrationRow::PROTECTED,
    crate::candidates::rows::CohortRow::PROTECTED,
    crate::candidates::rows::CohortTrainerRow::PROTECTED,
    crate::candidates::rows::CandidateRow::PROTECTED,
    crate::candidates::rows::EnrolmentRow::PROTECTED,
    crate::candidates::rows::AcquiredBlockRow::PROTECTED,
    crate::candidates::rows::RequirementStateRow::PROTECTED,
    crate::candidates::rows::RequirementPastRow::PROTECTED,
    crate::candidates::rows::RequirementEvidenceRow::PROTECTED,
    crate::candidates::rows::AttestationRequestRow::PROTECTED,
    crate::candidates::rows::AttestationRow::PROTECTED,
    crate::candidates::rows::IdentityCorrectionRow::PROTECTED,
    crate::sittings::rows::SittingRow::PROTECTED,
    crate::jury::rows::JuryRow::PROTECTED,
    crate::jury::rows::SeatRow::PROTECTED,
    crate::jury::rows::RecusalRow::PROTECTED,
    crate::sittings::rows::SlotRow::PROTECTED,
    crate::evidence::rows::EvidenceRow::PROTECTED,
    crate::evidence::rows::EvidenceLinkRow::PROTECTED,
    crate::scoring::rows::SheetRow::PROTECTED,
    crate::scoring::rows::GridRow::PROTECTED,
    crate::scoring::rows::ScoreRow::PROTECTED,
    crate::scoring::rows::ScoreVersionRow::PROTECTED,
    crate::scoring::rows::GridChoiceRow::PROTECTED,
    crate::scoring::rows::SheetSignatureRow::PROTECTED,
    crate::scoring::rows::LateScoreRow::PROTECTED,
    crate::scoring::rows::LateScoreAnswerRow::PROTECTED,
    crate::scoring::rows::SettlementRow::PROTECTED,
    crate::deliberation::rows::DeliberationRow::PROTECTED,
    crate::deliberation::rows::DecisionRow::PROTECTED,
    crate::deliberation::rows::MinutesSignatureRow::PROTECTED,
    crate::deliberation::rows::DeliberationMemberRow::PROTECTED,
    crate::deliberation::rows::DecisionPanelRow::PROTECTED,
    crate::deliberation::rows::SignatureImpedimentRow::PROTECTED,
    crate::deliberation::rows::RectificationRow::PROTECTED,
    crate::deliberation::rows::RevocationRow::PROTECTED,
    crate::deliberation::rows::ResitRow::PROTECTED,
    crate::deliberation::rows::CarriedBlockRow::PROTECTED,
    crate::issuing::rows::DocumentRow::PROTECTED,
    crate::sittings::rows::EvidenceDeadlineRow::PROTECTED,
    crate::sittings::rows::DeadlineExtensionRow::PROTECTED,
    crate::sittings::rows::SittingChangeRow::PROTECTED,
    crate::sittings::rows::SlotArrangementRow::PROTECTED,
    crate::sittings::rows::SlotTransferRow::PROTECTED,
    crate::sittings::rows::AttendanceRecordRow::PROTECTED,
    crate::sittings::rows::AdjustmentRow::PROTECTED,
    crate::sittings::rows::SummonsRow::PROTECTED,
    crate::jury::rows::PresidingRow::PROTECTED,
    crate::jury::rows::WaiverRow::PROTECTED,
    crate::issuing::rows::DocumentDecisionRow::PROTECTED,
];

/// Tables that are not under proof, each with its reason.
pub const UNPROTECTED: &[(&str, &str)] = &[
    ("login", "who is signed in now; it decides nothing that lasts"),
    ("invitation", "links that expire; the roles that they open are under proof"),
    ("sign_in_throttle", "counts of failures, forgotten within minutes"),
    ("counter", "numbers are under proof where they are used"),
    ("outbox", "letters that wait to leave or have left; what they tell is under proof"),
    ("idempotency", "answers kept for repeated saves; what they saved is under proof"),
    ("candidate_search", "made from the candidates, who are under proof"),
    ("journal_entry", "the journal itself: its leaves"),
    ("journal_hash", "the journal itself: recomputed from the entries"),
    ("journal_checkpoint", "the journal itself: signed"),
    ("enrolment_summary", "counts of what is under proof: recomputed and compared"),
    ("block_summary", "counts of what is under proof: recomputed and compared"),
];

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("there is no database at {0}")]
    NoDatabase(String),
    #[error("the database cannot be read: {0}")]
    Unreadable(String),
    #[error(
        "this database was made by another version of Parchemin: verify it with that version, or start this one on it first"
    )]
    OtherVersion,
    #[error("«{0}» is not a head: write SIZE:ROOT, the root in hexadecimal or base64, or give a signed note")]
    NotAHead(String),
}

/// Verifies a folder and its database, whichever engine it is on. Changes nothing.
///
/// # Errors
/// When there is nothing to verify, or a head that does not read. What is found wrong is in the report.
pub fn verify_data(data: &Path, database: &DbUrl, head: Option<&str>) -> Result<Report, VerifyError> {
    let kept = head.map(str::parse).transpose()?;
    let mut conn = open::read_only(database)?;
    let vkey = keys::public(&data.join("keys")).ok();
    read_tx(&mut conn, |conn| verify(conn, data, vkey.as_deref(), kept.as_ref()))
        .map_err(|error: AppError| VerifyError::Unreadable(error.to_string()))
}

/// The whole proof, on a connection that sees one moment.
///
/// # Errors
/// Those of the database.
pub fn verify(
    conn: &mut AnyConn,
    data: &Path,
    vkey: Option<&str>,
    kept: Option<&KeptHead>,
) -> Result<Report, AppError> {
    let mut report = Report::default();
    let roots = heads::read(conn, vkey, kept, &mut report)?;
    let named = entries::verify(conn, roots, &mut report)?;
    rows::verify(conn, named, &mut report)?;
    files::verify(conn, data, &mut report)?;
    summaries(conn, &mut report)?;
    report.conclude();
    Ok(report)
}

/// The counts of the boards against a recount, where what they count is intact: otherwise the cause is told
/// already.
fn summaries(conn: &mut AnyConn, report: &mut Report) -> Result<(), AppError> {
    if !report.faults.is_empty() {
        return Ok(());
    }
    for (table, key) in crate::boards::summary::differences(conn, &Versions::default())? {
        report.fault(Fault::new(Code::SummaryDiffers, table, key, None));
    }
    Ok(())
}
