-- From when to when the certification is registered, and the last day on which it may be awarded.
CREATE TABLE registration (
    version_id BLOB PRIMARY KEY REFERENCES referential_version (id),
    registered_from TEXT,
    registered_until TEXT,
    last_issue_on TEXT,
    version INTEGER NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL
) STRICT;

-- Who of the jury was in the room; the closing writes the rows that are still missing.
CREATE TABLE deliberation_member (
    deliberation_id BLOB NOT NULL REFERENCES deliberation (id),
    seat_id BLOB NOT NULL REFERENCES seat (id),
    salt BLOB NOT NULL,
    present INTEGER NOT NULL,
    reason TEXT,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (deliberation_id, seat_id)
) STRICT;

-- Who was present when one decision was taken, and how they voted when a vote was asked for.
CREATE TABLE decision_panel (
    decision_id BLOB PRIMARY KEY REFERENCES decision (id),
    salt BLOB NOT NULL,
    members TEXT NOT NULL,
    casting_vote INTEGER NOT NULL
) STRICT;

-- A member who cannot sign any more: said by the chair and by the manager.
CREATE TABLE signature_impediment (
    deliberation_id BLOB NOT NULL REFERENCES deliberation (id),
    seat_id BLOB NOT NULL REFERENCES seat (id),
    salt BLOB NOT NULL,
    reason TEXT NOT NULL,
    jury_by BLOB REFERENCES account (id),
    jury_at TEXT,
    manager_by BLOB REFERENCES account (id),
    manager_at TEXT,
    PRIMARY KEY (deliberation_id, seat_id)
) STRICT;

-- A deliberation whose minutes rectify former ones.
CREATE TABLE rectification (
    deliberation_id BLOB PRIMARY KEY REFERENCES deliberation (id),
    rectifies BLOB NOT NULL REFERENCES deliberation (id),
    salt BLOB NOT NULL,
    reason TEXT NOT NULL,
    opened_by BLOB NOT NULL REFERENCES account (id),
    opened_at TEXT NOT NULL
) STRICT;
CREATE INDEX rectification_by_former ON rectification (rectifies);

-- A decision closed for good, and the deliberation that decides again.
CREATE TABLE revocation (
    decision_id BLOB PRIMARY KEY REFERENCES decision (id),
    deliberation_id BLOB NOT NULL REFERENCES deliberation (id),
    salt BLOB NOT NULL,
    reason TEXT NOT NULL,
    revoked_by BLOB NOT NULL REFERENCES account (id),
    revoked_at TEXT NOT NULL
) STRICT;
CREATE INDEX revocation_by_deliberation ON revocation (deliberation_id);

-- The decisions that a document prints: when one is revoked, the document says so.
CREATE TABLE document_decision (
    document_id BLOB NOT NULL REFERENCES document (id),
    decision_id BLOB NOT NULL REFERENCES decision (id),
    PRIMARY KEY (document_id, decision_id)
) STRICT;
CREATE INDEX document_decision_by_decision ON document_decision (decision_id);

-- A block that somebody sits again, and the decision after which they do.
CREATE TABLE resit (
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    decision_id BLOB NOT NULL REFERENCES decision (id),
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (sitting_id, enrolment_id, block)
) STRICT;
CREATE INDEX resit_by_enrolment ON resit (enrolment_id);

-- An acquired block held in another enrolment of the same person, by reference to its decision.
CREATE TABLE carried_block (
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    decision_id BLOB NOT NULL REFERENCES decision (id),
    carried_by BLOB NOT NULL REFERENCES account (id),
    carried_at TEXT NOT NULL,
    PRIMARY KEY (enrolment_id, block)
) STRICT;
CREATE INDEX carried_block_by_decision ON carried_block (decision_id);

-- How a requirement stood before it was recorded otherwise: every former state, and why it was closed.
CREATE TABLE requirement_past (
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    version INTEGER NOT NULL,
    salt BLOB NOT NULL,
    state TEXT NOT NULL,
    evidence_id BLOB REFERENCES evidence (id),
    reason TEXT,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    ended_by BLOB REFERENCES account (id),
    ended_at TEXT NOT NULL,
    ended_reason TEXT,
    PRIMARY KEY (enrolment_id, requirement, version)
) STRICT;

CREATE TABLE requirement_evidence (
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    evidence_id BLOB NOT NULL REFERENCES evidence (id),
    linked_by BLOB NOT NULL REFERENCES account (id),
    linked_at TEXT NOT NULL,
    PRIMARY KEY (enrolment_id, requirement, evidence_id)
) STRICT;

-- Somebody from outside is asked, through a link, to attest a period in company.
CREATE TABLE attestation_request (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    position TEXT NOT NULL,
    organisation TEXT NOT NULL,
    token_digest BLOB NOT NULL,
    requested_by BLOB NOT NULL REFERENCES account (id),
    requested_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    CONSTRAINT one_attestation_per_token UNIQUE (token_digest)
) STRICT;
CREATE INDEX attestation_request_by_enrolment ON attestation_request (enrolment_id, requirement);

-- What they attested: from when to when, and the whole months that count.
CREATE TABLE attestation (
    request_id BLOB PRIMARY KEY REFERENCES attestation_request (id),
    salt BLOB NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    months INTEGER NOT NULL,
    remark TEXT,
    given_at TEXT NOT NULL
) STRICT;

-- What the chair made of a late score.
CREATE TABLE late_score_answer (
    late_score_id BLOB PRIMARY KEY REFERENCES late_score (id),
    salt BLOB NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT late_score_outcome_is_known CHECK (outcome IN ('accepted', 'dismissed')),
    reason TEXT NOT NULL,
    answered_by BLOB NOT NULL REFERENCES account (id),
    answered_at TEXT NOT NULL
) STRICT;
