-- From when to when the certification is registered, and the last day on which it may be awarded.
CREATE TABLE registration (
    version_id UUID PRIMARY KEY REFERENCES referential_version (id),
    registered_from TEXT,
    registered_until TEXT,
    last_issue_on TEXT,
    version INTEGER NOT NULL,
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL
);

-- Who of the jury was in the room; the closing writes the rows that are still missing.
CREATE TABLE deliberation_member (
    deliberation_id UUID NOT NULL REFERENCES deliberation (id),
    seat_id UUID NOT NULL REFERENCES seat (id),
    salt BYTEA NOT NULL,
    present BOOLEAN NOT NULL,
    reason TEXT,
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (deliberation_id, seat_id)
);

-- Who was present when one decision was taken, and how they voted when a vote was asked for.
CREATE TABLE decision_panel (
    decision_id UUID PRIMARY KEY REFERENCES decision (id),
    salt BYTEA NOT NULL,
    members JSONB NOT NULL,
    casting_vote BOOLEAN NOT NULL
);

-- A member who cannot sign any more: said by the chair and by the manager.
CREATE TABLE signature_impediment (
    deliberation_id UUID NOT NULL REFERENCES deliberation (id),
    seat_id UUID NOT NULL REFERENCES seat (id),
    salt BYTEA NOT NULL,
    reason TEXT NOT NULL,
    jury_by UUID REFERENCES account (id),
    jury_at TIMESTAMPTZ,
    manager_by UUID REFERENCES account (id),
    manager_at TIMESTAMPTZ,
    PRIMARY KEY (deliberation_id, seat_id)
);

-- A deliberation whose minutes rectify former ones.
CREATE TABLE rectification (
    deliberation_id UUID PRIMARY KEY REFERENCES deliberation (id),
    rectifies UUID NOT NULL REFERENCES deliberation (id),
    salt BYTEA NOT NULL,
    reason TEXT NOT NULL,
    opened_by UUID NOT NULL REFERENCES account (id),
    opened_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rectification_by_former ON rectification (rectifies);

-- A decision closed for good, and the deliberation that decides again.
CREATE TABLE revocation (
    decision_id UUID PRIMARY KEY REFERENCES decision (id),
    deliberation_id UUID NOT NULL REFERENCES deliberation (id),
    salt BYTEA NOT NULL,
    reason TEXT NOT NULL,
    revoked_by UUID NOT NULL REFERENCES account (id),
    revoked_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX revocation_by_deliberation ON revocation (deliberation_id);

-- The decisions that a document prints: when one is revoked, the document says so.
CREATE TABLE document_decision (
    document_id UUID NOT NULL REFERENCES document (id),
    decision_id UUID NOT NULL REFERENCES decision (id),
    PRIMARY KEY (document_id, decision_id)
);
CREATE INDEX document_decision_by_decision ON document_decision (decision_id);

-- A block that somebody sits again, and the decision after which they do.
CREATE TABLE resit (
    sitting_id UUID NOT NULL REFERENCES sitting (id),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    decision_id UUID NOT NULL REFERENCES decision (id),
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sitting_id, enrolment_id, block)
);
CREATE INDEX resit_by_enrolment ON resit (enrolment_id);

-- An acquired block held in another enrolment of the same person, by reference to its decision.
CREATE TABLE carried_block (
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    decision_id UUID NOT NULL REFERENCES decision (id),
    carried_by UUID NOT NULL REFERENCES account (id),
    carried_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (enrolment_id, block)
);
CREATE INDEX carried_block_by_decision ON carried_block (decision_id);

-- How a requirement stood before it was recorded otherwise: every former state, and why it was closed.
CREATE TABLE requirement_past (
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    version INTEGER NOT NULL,
    salt BYTEA NOT NULL,
    state TEXT NOT NULL,
    evidence_id UUID REFERENCES evidence (id),
    reason TEXT,
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    ended_by UUID REFERENCES account (id),
    ended_at TIMESTAMPTZ NOT NULL,
    ended_reason TEXT,
    PRIMARY KEY (enrolment_id, requirement, version)
);

CREATE TABLE requirement_evidence (
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    evidence_id UUID NOT NULL REFERENCES evidence (id),
    linked_by UUID NOT NULL REFERENCES account (id),
    linked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (enrolment_id, requirement, evidence_id)
);

-- Somebody from outside is asked, through a link, to attest a period in company.
CREATE TABLE attestation_request (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    position TEXT NOT NULL,
    organisation TEXT NOT NULL,
    token_digest BYTEA NOT NULL,
    requested_by UUID NOT NULL REFERENCES account (id),
    requested_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT one_attestation_per_token UNIQUE (token_digest)
);
CREATE INDEX attestation_request_by_enrolment ON attestation_request (enrolment_id, requirement);

-- What they attested: from when to when, and the whole months that count.
CREATE TABLE attestation (
    request_id UUID PRIMARY KEY REFERENCES attestation_request (id),
    salt BYTEA NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    months INTEGER NOT NULL,
    remark TEXT,
    given_at TIMESTAMPTZ NOT NULL
);

-- What the chair made of a late score.
CREATE TABLE late_score_answer (
    late_score_id UUID PRIMARY KEY REFERENCES late_score (id),
    salt BYTEA NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT late_score_outcome_is_known CHECK (outcome IN ('accepted', 'dismissed')),
    reason TEXT NOT NULL,
    answered_by UUID NOT NULL REFERENCES account (id),
    answered_at TIMESTAMPTZ NOT NULL
);
