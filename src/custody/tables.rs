//! Every table of the schema: one entry each, its columns grouped by what is done with them.
//!
//! To add a table: its name, how the rows of a candidate are found in it, why it is kept, then its columns.

use super::rules::Class::{Adjustment, Assessment, Evidence, Journal, Logins, Mail, NoPerson, Register};
use super::rules::Path::{self, Itself, NotTheirs, Via};
use super::rules::{
    AUTHOR, AUTHOR_PASSING, Class, INNER, OTHERS, PASSING, PLAIN, RECORD, SALT, SECRET, SECRET_PASSING,
    THEIRS, THEIRS_WHOLE, Table, Treatment,
};

const fn of(
    name: &'static str,
    path: Path,
    class: Class,
    columns: &'static [(&'static str, Treatment)],
) -> Table {
    Table { name, path, class, columns }
}

const ENROLMENT: Path = Via("enrolment_id", "enrolment", "id");
const GRID: Path = Via("grid_id", "grid", "id");
const SLOT: Path = Via("slot_id", "slot", "id");
const EVIDENCE: Path = Via("evidence_id", "evidence", "id");
const DECISION: Path = Via("decision_id", "decision", "id");
const ACCOUNT: Path = Via("account_id", "account", "id");

pub const TABLES: &[Table] = &[
    // Who comes in
    of("centre", NotTheirs, NoPerson, &[("id name timezone created_at", PLAIN)]),
    of(
        "account",
        Via("id", "candidate", "account_id"),
        Register,
        &[
            ("id state created_at", PLAIN),
            ("email display_name locale", THEIRS),
            ("salt", SALT),
            ("password_hash", SECRET),
        ],
    ),
    of(
        "role_grant",
        ACCOUNT,
        Register,
        &[("id account_id role centre_id granted_at ended_at", PLAIN), ("granted_by", AUTHOR)],
    ),
    of("login", ACCOUNT, Logins, &[("id account_id created_at expires_at ended_at via", THEIRS_WHOLE)]),
    of(
        "invitation",
        ACCOUNT,
        Logins,
        &[
            ("id account_id created_at expires_at revoked_at openings", THEIRS_WHOLE),
            ("token_digest", SECRET_PASSING),
            ("created_by", AUTHOR_PASSING),
        ],
    ),
    of("sign_in_throttle", NotTheirs, Logins, &[("subject failures since", SECRET_PASSING)]),
    of(
        "idempotency",
        ACCOUNT,
        Logins,
        &[
            ("account_id idempotency_key status created_at", PASSING),
            ("request_digest", SECRET_PASSING),
            // What the service answered; the same content is given where it is kept.
            ("answer", AUTHOR_PASSING),
        ],
    ),
    // The standard
    of(
        "referential_version",
        NotTheirs,
        NoPerson,
        &[("id code version title state content content_hash created_at published_at", PLAIN)],
    ),
    of("line", NotTheirs, NoPerson, &[("id version_id slug block method kind", PLAIN)]),
    of(
        "registration",
        NotTheirs,
        NoPerson,
        &[
            ("version_id registered_from registered_until last_issue_on version recorded_at", PLAIN),
            ("recorded_by", AUTHOR),
        ],
    ),
    // People and their path
    of(
        "cohort",
        NotTheirs,
        NoPerson,
        &[("id centre_id version_id name starts_on ends_on created_at", PLAIN)],
    ),
    of("cohort_trainer", NotTheirs, NoPerson, &[("id cohort_id assigned_at", PLAIN), ("account_id", AUTHOR)]),
    of(
        "candidate",
        Itself,
        Register,
        &[
            ("id account_id version created_at updated_at", PLAIN),
            ("birth_name usage_name first_names birth_date birth_place email employer", THEIRS),
            ("sex birth_insee birth_postcode birth_country", THEIRS),
            ("salt", SALT),
        ],
    ),
    of(
        "candidate_search",
        Via("candidate_id", "candidate", "id"),
        Register,
        &[("candidate_id folded identity", THEIRS_WHOLE)],
    ),
    of(
        "identity_correction",
        Via("candidate_id", "candidate", "id"),
        Register,
        &[
            ("id candidate_id version corrected_at", PLAIN),
            ("before after reason", THEIRS),
            ("corrected_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "enrolment",
        Via("candidate_id", "candidate", "id"),
        Register,
        &[("id cohort_id candidate_id version_id created_at", PLAIN), ("number access_route blocks", RECORD)],
    ),
    of(
        "acquired_block",
        ENROLMENT,
        Register,
        &[
            ("enrolment_id block recorded_at", PLAIN),
            ("origin acquired_on document", THEIRS),
            ("recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "requirement_state",
        ENROLMENT,
        Assessment,
        &[
            ("enrolment_id requirement state evidence_id version recorded_at", PLAIN),
            ("reason", THEIRS),
            ("recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "requirement_past",
        ENROLMENT,
        Assessment,
        &[
            ("enrolment_id requirement version state evidence_id recorded_at ended_at", PLAIN),
            ("reason ended_reason", THEIRS),
            ("recorded_by ended_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "requirement_evidence",
        ENROLMENT,
        Assessment,
        &[("enrolment_id requirement evidence_id linked_at", PLAIN), ("linked_by", AUTHOR)],
    ),
    of(
        "attestation_request",
        ENROLMENT,
        Assessment,
        &[
            ("id enrolment_id requirement requested_at expires_at revoked_at", PLAIN),
            // Whoever attests is somebody else: role and house are told, name and address are not.
            ("name email", OTHERS),
            ("position organisation", THEIRS),
            ("requested_by", AUTHOR),
            ("token_digest", SECRET),
            ("salt", SALT),
        ],
    ),
    of(
        "attestation",
        Via("request_id", "attestation_request", "id"),
        Assessment,
        &[("request_id given_at", PLAIN), ("starts_on ends_on months remark", THEIRS), ("salt", SALT)],
    ),
    of(
        "adjustment",
        ENROLMENT,
        Adjustment,
        &[
            ("id enrolment_id granted_at ended_at", PLAIN),
            ("kind share_num share_den", THEIRS),
            ("granted_by ended_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    // Occasions
    of(
        "sitting",
        NotTheirs,
        NoPerson,
        &[("id cohort_id title kind starts_at ends_at place methods state created_at opened_at", PLAIN)],
    ),
    of(
        "sitting_change",
        NotTheirs,
        NoPerson,
        &[
            ("sitting_id version kind former into_id reason recorded_at", INNER),
            ("recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of("evidence_deadline", NotTheirs, NoPerson, &[("sitting_id until set_at", PLAIN), ("set_by", AUTHOR)]),
    of(
        "deadline_extension",
        ENROLMENT,
        Assessment,
        &[
            ("id sitting_id enrolment_id until granted_at", PLAIN),
            ("reason", THEIRS),
            ("granted_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "slot",
        ENROLMENT,
        Assessment,
        &[
            ("id sitting_id enrolment_id jury_id starts_at minutes attendance attendance_at", PLAIN),
            ("attendance_reason", THEIRS),
            ("attendance_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "slot_arrangement",
        SLOT,
        Adjustment,
        &[("slot_id", PLAIN), ("room team extra_minutes", THEIRS), ("salt", SALT)],
    ),
    of(
        "slot_transfer",
        SLOT,
        Assessment,
        &[
            ("slot_id to_slot_id recorded_at", PLAIN),
            ("reason", THEIRS),
            ("recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "attendance_record",
        SLOT,
        Assessment,
        &[
            ("id slot_id attendance identity_checked arrived_at corrects recorded_at", PLAIN),
            ("reason correction", THEIRS),
            ("recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "resit",
        ENROLMENT,
        Register,
        &[("sitting_id enrolment_id block decision_id recorded_at", PLAIN), ("recorded_by", AUTHOR)],
    ),
    of(
        "carried_block",
        ENROLMENT,
        Register,
        &[("enrolment_id block decision_id carried_at", PLAIN), ("carried_by", AUTHOR)],
    ),
    of(
        "summons",
        ENROLMENT,
        Assessment,
        &[
            ("id sitting_id sitting_version enrolment_id summoned_at rules_received_at", PLAIN),
            ("seat_id summoned_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    // What is filed
    of(
        "evidence",
        ENROLMENT,
        Evidence,
        &[
            ("id enrolment_id media_type size filed_at", PLAIN),
            ("title filename sha256", THEIRS),
            ("filed_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "evidence_link",
        EVIDENCE,
        Evidence,
        &[("evidence_id line_id linked_at", PLAIN), ("anchor", THEIRS), ("linked_by", AUTHOR)],
    ),
    // Who judges
    of("jury", NotTheirs, NoPerson, &[("id cohort_id name mandate created_at", PLAIN)]),
    of(
        "seat",
        NotTheirs,
        NoPerson,
        &[
            ("id jury_id function side created_at declared_at closed_at", PLAIN),
            ("account_id gender employer occupation practising_since closed_reason", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "recusal",
        ENROLMENT,
        Assessment,
        // A juror's ties are the juror's: the candidate is told that a seat stood aside, not why.
        &[
            ("id seat_id enrolment_id recorded_at", PLAIN),
            ("kind reason recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "presiding",
        ENROLMENT,
        Assessment,
        &[
            ("id seat_id enrolment_id jury_id named_at ended_at", PLAIN),
            ("reason named_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "jury_waiver",
        NotTheirs,
        NoPerson,
        &[("id jury_id rule granted_at", PLAIN), ("reason granted_by", AUTHOR), ("salt", SALT)],
    ),
    // Scores: answers and examiners' comments are the candidate's data (CJEU C-434/16, Nowak)
    of(
        "sheet",
        ENROLMENT,
        Assessment,
        &[("id sitting_id seat_id enrolment_id state version created_at", PLAIN)],
    ),
    of("grid", Via("sheet_id", "sheet", "id"), Assessment, &[("id sheet_id method", PLAIN)]),
    of(
        "score",
        GRID,
        Assessment,
        &[
            ("grid_id line_id version updated_at", PLAIN),
            ("state rank", RECORD),
            ("reason comment", THEIRS),
            ("updated_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "score_version",
        GRID,
        Assessment,
        &[
            ("grid_id line_id version written_at", PLAIN),
            ("state rank", RECORD),
            ("reason comment why", THEIRS),
            ("written_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "grid_choice",
        GRID,
        Assessment,
        &[("grid_id choice version chosen_at", PLAIN), ("options", RECORD), ("chosen_by", AUTHOR)],
    ),
    of(
        "sheet_signature",
        Via("sheet_id", "sheet", "id"),
        Assessment,
        &[
            ("id sheet_id content_digest signed_at reopened_at", PLAIN),
            ("reopened_reason", THEIRS),
            ("account_id reopened_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "late_score",
        GRID,
        Assessment,
        &[
            ("id grid_id line_id received_at", PLAIN),
            ("body", THEIRS),
            ("received_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "late_score_answer",
        Via("late_score_id", "late_score", "id"),
        Assessment,
        &[
            ("late_score_id outcome answered_at", PLAIN),
            ("reason", THEIRS),
            ("answered_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "settlement",
        ENROLMENT,
        Assessment,
        &[
            ("id sitting_id enrolment_id line_id seat_id settled_at replaced_at", PLAIN),
            ("state rank", RECORD),
            ("reason", THEIRS),
            ("salt", SALT),
        ],
    ),
    // Decisions
    of(
        "deliberation",
        NotTheirs,
        Register,
        &[
            ("id jury_id title sittings state convened_at closed_at number published_at", PLAIN),
            // About the session as a whole; what it says of one person stands in the minutes.
            ("observations convened_by closed_by published_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "deliberation_member",
        NotTheirs,
        Register,
        &[
            ("deliberation_id seat_id recorded_at", PLAIN),
            ("present reason recorded_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "decision",
        ENROLMENT,
        Register,
        &[
            ("id deliberation_id enrolment_id block version decided_at ended_at", PLAIN),
            (
                "outcome proposal proposal_path departs reason votes_for votes_against dissent ended_reason",
                RECORD,
            ),
            ("decided_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "decision_panel",
        DECISION,
        Register,
        &[("decision_id", PLAIN), ("members casting_vote", AUTHOR), ("salt", SALT)],
    ),
    of(
        "minutes_signature",
        NotTheirs,
        Register,
        &[("deliberation_id seat_id document_sha256 signed_at", PLAIN), ("account_id", AUTHOR)],
    ),
    of(
        "signature_impediment",
        NotTheirs,
        Register,
        &[
            ("deliberation_id seat_id jury_at manager_at", PLAIN),
            ("reason jury_by manager_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    of(
        "rectification",
        NotTheirs,
        Register,
        &[("deliberation_id rectifies opened_at", PLAIN), ("reason opened_by", AUTHOR), ("salt", SALT)],
    ),
    of(
        "revocation",
        DECISION,
        Register,
        &[
            ("decision_id deliberation_id revoked_at", PLAIN),
            ("reason", RECORD),
            ("revoked_by", AUTHOR),
            ("salt", SALT),
        ],
    ),
    // Documents
    of(
        "document",
        Via("sheet_id", "sheet", "id"),
        Register,
        &[
            ("id kind number sheet_id deliberation_id path sha256 size issued_at replaces", PLAIN),
            // The facts of minutes are everybody's: a person is given the document that is about them.
            ("facts", AUTHOR),
            ("check_code", RECORD),
            ("salt", SALT),
        ],
    ),
    of("document_decision", DECISION, Register, &[("document_id decision_id", PLAIN)]),
    of("counter", NotTheirs, NoPerson, &[("name value", INNER)]),
    // Counts made from the above
    of(
        "enrolment_summary",
        ENROLMENT,
        Assessment,
        &[
            ("enrolment_id cohort_id sheets_expected sheets_signed evidence_pieces evidence_missing", INNER),
            (
                "requirements_pending requirements_unmet proposal decision decided_at published_at state",
                INNER,
            ),
        ],
    ),
    of(
        "block_summary",
        ENROLMENT,
        Assessment,
        &[
            (
                "enrolment_id block cohort_id sought acquired_on acquired_by lines_expected lines_scored",
                INNER,
            ),
            ("sheets_expected sheets_signed evidence_expected evidence_found", INNER),
            ("proposal decision decided_at published_at state", INNER),
        ],
    ),
    // Letters
    of(
        "outbox",
        ACCOUNT,
        Mail,
        &[
            ("id kind account_id cohort_id state queued_at run_after attempts", PASSING),
            ("payload", THEIRS_WHOLE),
            ("claimed_by claimed_until done_at failure", AUTHOR_PASSING),
        ],
    ),
    // The proof
    of(
        "journal_entry",
        NotTheirs,
        Journal,
        &[("id kind at subjects position", PLAIN), ("rows", SECRET), ("actor", AUTHOR)],
    ),
    of("journal_hash", NotTheirs, Journal, &[("idx hash", INNER)]),
    of("journal_checkpoint", NotTheirs, Journal, &[("size root note signed_at", INNER)]),
];
