-- The tables of MODEL: people and access, the standard, occasions, evidence, scores, decisions, proof.
-- Rules that the database itself can hold are constraints named after the rule.

CREATE TABLE centre (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE account (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    email TEXT NOT NULL,
    display_name TEXT NOT NULL,
    locale TEXT NOT NULL CONSTRAINT locale_is_known CHECK (locale IN ('fr', 'en')),
    password_hash TEXT,
    state TEXT NOT NULL CONSTRAINT account_state_is_known CHECK (state IN ('active', 'disabled')),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_account_per_email UNIQUE (email)
);

CREATE TABLE role_grant (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    role TEXT NOT NULL CONSTRAINT role_is_known CHECK (role IN
        ('administrator', 'centre_manager', 'trainer', 'juror', 'candidate', 'auditor', 'data_protection_officer')),
    centre_id UUID REFERENCES centre (id),
    granted_by UUID REFERENCES account (id),
    granted_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX role_grant_by_account ON role_grant (account_id);

-- A login lives on the server: a token names it and dies with it.
CREATE TABLE login (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    via TEXT NOT NULL CONSTRAINT login_way_is_known CHECK (via IN ('password', 'invitation'))
);
CREATE INDEX login_by_account ON login (account_id);

CREATE TABLE invitation (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    token_digest BYTEA NOT NULL UNIQUE,
    created_by UUID REFERENCES account (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    openings INTEGER NOT NULL
);
CREATE INDEX invitation_by_account ON invitation (account_id);

CREATE TABLE sign_in_throttle (
    subject BYTEA PRIMARY KEY,
    failures INTEGER NOT NULL,
    since TIMESTAMPTZ NOT NULL
);

CREATE TABLE referential_version (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT version_state_is_known CHECK (state IN ('draft', 'published', 'retired')),
    content JSONB NOT NULL,
    content_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    CONSTRAINT one_content_per_version UNIQUE (code, version)
);

-- Everything that a juror can score: a criterion, or a competency that no criterion serves.
CREATE TABLE line (
    id UUID PRIMARY KEY,
    version_id UUID NOT NULL REFERENCES referential_version (id),
    slug TEXT NOT NULL,
    block TEXT NOT NULL,
    method TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT line_kind_is_known CHECK (kind IN ('criterion', 'competency')),
    CONSTRAINT one_line_per_slug UNIQUE (version_id, slug)
);

CREATE TABLE cohort (
    id UUID PRIMARY KEY,
    centre_id UUID NOT NULL REFERENCES centre (id),
    version_id UUID NOT NULL REFERENCES referential_version (id),
    name TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_cohort_per_name UNIQUE (centre_id, name)
);

CREATE TABLE cohort_trainer (
    id UUID PRIMARY KEY,
    cohort_id UUID NOT NULL REFERENCES cohort (id),
    account_id UUID NOT NULL REFERENCES account (id),
    assigned_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_place_per_trainer UNIQUE (cohort_id, account_id)
);
CREATE INDEX cohort_trainer_by_account ON cohort_trainer (account_id);

CREATE TABLE candidate (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    account_id UUID REFERENCES account (id),
    birth_name TEXT NOT NULL,
    usage_name TEXT,
    first_names TEXT NOT NULL,
    birth_date TEXT,
    birth_place TEXT,
    email TEXT NOT NULL,
    employer TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_candidate_per_account UNIQUE (account_id),
    CONSTRAINT one_candidate_per_email UNIQUE (email)
);

CREATE TABLE enrolment (
    id UUID PRIMARY KEY,
    cohort_id UUID NOT NULL REFERENCES cohort (id),
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    version_id UUID NOT NULL REFERENCES referential_version (id),
    number TEXT NOT NULL,
    access_route TEXT NOT NULL CONSTRAINT access_route_is_known CHECK (access_route IN
        ('initial_training', 'apprenticeship', 'continuing_training', 'professionalisation_contract',
         'individual_candidate', 'prior_experience')),
    blocks JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_enrolment_per_cohort UNIQUE (cohort_id, candidate_id),
    CONSTRAINT one_number_per_cohort UNIQUE (cohort_id, number)
);
CREATE INDEX enrolment_by_candidate ON enrolment (candidate_id);

CREATE TABLE acquired_block (
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    salt BYTEA NOT NULL,
    origin TEXT NOT NULL,
    acquired_on TEXT NOT NULL,
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (enrolment_id, block)
);

CREATE TABLE sitting (
    id UUID PRIMARY KEY,
    cohort_id UUID NOT NULL REFERENCES cohort (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT sitting_kind_is_known CHECK (kind IN ('event', 'window')),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    place TEXT NOT NULL,
    methods JSONB NOT NULL,
    state TEXT NOT NULL CONSTRAINT sitting_state_is_known CHECK (state IN ('planned', 'open')),
    created_at TIMESTAMPTZ NOT NULL,
    opened_at TIMESTAMPTZ,
    CONSTRAINT sitting_ends_after_it_starts CHECK (ends_at > starts_at)
);
CREATE INDEX sitting_by_cohort ON sitting (cohort_id);

CREATE TABLE jury (
    id UUID PRIMARY KEY,
    cohort_id UUID NOT NULL REFERENCES cohort (id),
    name TEXT NOT NULL,
    mandate TEXT NOT NULL CONSTRAINT mandate_is_known CHECK (mandate IN ('blocks', 'certification', 'both')),
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE seat (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    jury_id UUID NOT NULL REFERENCES jury (id),
    account_id UUID NOT NULL REFERENCES account (id),
    function TEXT NOT NULL CONSTRAINT function_is_known CHECK (function IN ('chair', 'member')),
    side TEXT NOT NULL CONSTRAINT side_is_known CHECK (side IN ('internal', 'external')),
    gender TEXT CONSTRAINT gender_is_known CHECK (gender IN ('woman', 'man')),
    employer TEXT NOT NULL,
    occupation TEXT NOT NULL,
    practising_since INTEGER,
    created_at TIMESTAMPTZ NOT NULL,
    declared_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    closed_reason TEXT
);
CREATE UNIQUE INDEX one_open_seat_per_person ON seat (jury_id, account_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX one_chair_per_jury ON seat (jury_id) WHERE closed_at IS NULL AND function = 'chair';
CREATE INDEX seat_by_account ON seat (account_id);

CREATE TABLE recusal (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    seat_id UUID NOT NULL REFERENCES seat (id),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    kind TEXT NOT NULL CONSTRAINT recusal_kind_is_known CHECK (kind IN ('tie', 'missing')),
    reason TEXT NOT NULL,
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_recusal_per_candidate UNIQUE (seat_id, enrolment_id)
);
CREATE INDEX recusal_by_enrolment ON recusal (enrolment_id);

CREATE TABLE slot (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    sitting_id UUID NOT NULL REFERENCES sitting (id),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    jury_id UUID NOT NULL REFERENCES jury (id),
    starts_at TIMESTAMPTZ NOT NULL,
    minutes INTEGER NOT NULL CONSTRAINT slot_lasts CHECK (minutes > 0),
    attendance TEXT NOT NULL CONSTRAINT attendance_is_known CHECK (attendance IN
        ('expected', 'present', 'absent', 'excused')),
    attendance_reason TEXT,
    attendance_by UUID REFERENCES account (id),
    attendance_at TIMESTAMPTZ,
    CONSTRAINT one_slot_per_candidate UNIQUE (sitting_id, enrolment_id)
);
CREATE INDEX slot_by_enrolment ON slot (enrolment_id);
CREATE INDEX slot_by_jury ON slot (jury_id);

CREATE TABLE evidence (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    title TEXT NOT NULL,
    filename TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    filed_by UUID NOT NULL REFERENCES account (id),
    filed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX evidence_by_enrolment ON evidence (enrolment_id);

CREATE TABLE evidence_link (
    evidence_id UUID NOT NULL REFERENCES evidence (id),
    line_id UUID NOT NULL REFERENCES line (id),
    anchor JSONB,
    linked_by UUID NOT NULL REFERENCES account (id),
    linked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (evidence_id, line_id)
);

-- What the certification asks for outside its blocks, one row per requirement and enrolment, from the start.
CREATE TABLE requirement_state (
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    salt BYTEA NOT NULL,
    state TEXT NOT NULL CONSTRAINT requirement_state_is_known CHECK (state IN ('pending', 'met', 'unmet', 'waived')),
    evidence_id UUID REFERENCES evidence (id),
    reason TEXT,
    version INTEGER NOT NULL,
    recorded_by UUID NOT NULL REFERENCES account (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (enrolment_id, requirement)
);

CREATE TABLE sheet (
    id UUID PRIMARY KEY,
    sitting_id UUID NOT NULL REFERENCES sitting (id),
    seat_id UUID NOT NULL REFERENCES seat (id),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    state TEXT NOT NULL CONSTRAINT sheet_state_is_known CHECK (state IN ('open', 'signed')),
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_sheet_per_seat_and_candidate UNIQUE (sitting_id, seat_id, enrolment_id)
);
CREATE INDEX sheet_by_seat ON sheet (seat_id);
CREATE INDEX sheet_by_enrolment ON sheet (enrolment_id);

CREATE TABLE grid (
    id UUID PRIMARY KEY,
    sheet_id UUID NOT NULL REFERENCES sheet (id),
    method TEXT NOT NULL,
    CONSTRAINT one_grid_per_method UNIQUE (sheet_id, method)
);

CREATE TABLE score (
    grid_id UUID NOT NULL REFERENCES grid (id),
    line_id UUID NOT NULL REFERENCES line (id),
    salt BYTEA NOT NULL,
    state TEXT NOT NULL,
    rank INTEGER,
    reason TEXT,
    comment TEXT,
    version INTEGER NOT NULL,
    updated_by UUID NOT NULL REFERENCES account (id),
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (grid_id, line_id),
    CONSTRAINT score_state_is_known CHECK (state IN ('scored', 'not_observed', 'not_applicable')),
    CONSTRAINT only_scored_has_a_rank CHECK ((state = 'scored') = (rank IS NOT NULL)),
    CONSTRAINT rank_starts_at_one CHECK (rank >= 1)
);

-- Every version of a score, the present one included: nothing is overwritten.
CREATE TABLE score_version (
    grid_id UUID NOT NULL,
    line_id UUID NOT NULL,
    version INTEGER NOT NULL,
    salt BYTEA NOT NULL,
    state TEXT NOT NULL,
    rank INTEGER,
    reason TEXT,
    comment TEXT,
    why TEXT,
    written_by UUID NOT NULL REFERENCES account (id),
    written_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (grid_id, line_id, version),
    FOREIGN KEY (grid_id, line_id) REFERENCES score (grid_id, line_id)
);

CREATE TABLE grid_choice (
    grid_id UUID NOT NULL REFERENCES grid (id),
    choice TEXT NOT NULL,
    options JSONB NOT NULL,
    version INTEGER NOT NULL,
    chosen_by UUID NOT NULL REFERENCES account (id),
    chosen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (grid_id, choice)
);

CREATE TABLE sheet_signature (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    sheet_id UUID NOT NULL REFERENCES sheet (id),
    account_id UUID NOT NULL REFERENCES account (id),
    content_digest BYTEA NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL,
    reopened_by UUID REFERENCES account (id),
    reopened_at TIMESTAMPTZ,
    reopened_reason TEXT
);
CREATE UNIQUE INDEX one_standing_signature ON sheet_signature (sheet_id) WHERE reopened_at IS NULL;

-- A score that arrived after the signature: kept, shown, never counted by itself.
CREATE TABLE late_score (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    grid_id UUID NOT NULL REFERENCES grid (id),
    line_id UUID NOT NULL REFERENCES line (id),
    body JSONB NOT NULL,
    received_by UUID NOT NULL REFERENCES account (id),
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX late_score_by_grid ON late_score (grid_id);

CREATE TABLE settlement (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    sitting_id UUID NOT NULL REFERENCES sitting (id),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    line_id UUID NOT NULL REFERENCES line (id),
    state TEXT NOT NULL CONSTRAINT settled_state_is_known CHECK (state IN ('scored', 'not_observed', 'not_applicable')),
    rank INTEGER,
    reason TEXT NOT NULL,
    seat_id UUID NOT NULL REFERENCES seat (id),
    settled_at TIMESTAMPTZ NOT NULL,
    replaced_at TIMESTAMPTZ,
    CONSTRAINT only_a_scored_settlement_has_a_rank CHECK ((state = 'scored') = (rank IS NOT NULL))
);
CREATE UNIQUE INDEX one_standing_settlement ON settlement (sitting_id, enrolment_id, line_id) WHERE replaced_at IS NULL;
CREATE INDEX settlement_by_enrolment ON settlement (enrolment_id);

CREATE TABLE deliberation (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    jury_id UUID NOT NULL REFERENCES jury (id),
    title TEXT NOT NULL,
    sittings JSONB NOT NULL,
    state TEXT NOT NULL CONSTRAINT deliberation_state_is_known CHECK (state IN ('open', 'closed')),
    observations TEXT,
    convened_by UUID NOT NULL REFERENCES account (id),
    convened_at TIMESTAMPTZ NOT NULL,
    closed_by UUID REFERENCES account (id),
    closed_at TIMESTAMPTZ,
    number TEXT,
    published_by UUID REFERENCES account (id),
    published_at TIMESTAMPTZ,
    CONSTRAINT minutes_are_numbered_once UNIQUE (number),
    CONSTRAINT closed_means_numbered CHECK ((state = 'closed') = (number IS NOT NULL))
);
CREATE INDEX deliberation_by_jury ON deliberation (jury_id);

-- One row per decision taken; a later one closes it and stands beside it.
CREATE TABLE decision (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    deliberation_id UUID NOT NULL REFERENCES deliberation (id),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT outcome_fits_its_target CHECK (
        (block <> '' AND outcome IN ('acquired', 'not_acquired', 'absent', 'excused'))
        OR (block = '' AND outcome IN ('awarded', 'not_awarded'))),
    proposal TEXT NOT NULL CONSTRAINT proposal_is_known CHECK (proposal IN ('proposed', 'refused', 'incomplete')),
    proposal_path JSONB NOT NULL,
    departs BOOLEAN NOT NULL,
    reason TEXT,
    votes_for INTEGER NOT NULL,
    votes_against INTEGER NOT NULL,
    dissent TEXT,
    version INTEGER NOT NULL,
    decided_by UUID NOT NULL REFERENCES account (id),
    decided_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_reason TEXT
);
CREATE UNIQUE INDEX one_active_decision ON decision (enrolment_id, block) WHERE ended_at IS NULL;
CREATE INDEX decision_by_deliberation ON decision (deliberation_id);

CREATE TABLE minutes_signature (
    deliberation_id UUID NOT NULL REFERENCES deliberation (id),
    seat_id UUID NOT NULL REFERENCES seat (id),
    account_id UUID NOT NULL REFERENCES account (id),
    document_sha256 BYTEA NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (deliberation_id, seat_id)
);

-- Numbers without gaps: taken in the transaction that uses them.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);

CREATE TABLE document (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    kind TEXT NOT NULL CONSTRAINT document_kind_is_known CHECK (kind IN ('sheet', 'minutes')),
    number TEXT,
    sheet_id UUID REFERENCES sheet (id),
    deliberation_id UUID REFERENCES deliberation (id),
    facts JSONB NOT NULL,
    path TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    check_code TEXT NOT NULL UNIQUE,
    issued_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX document_by_sheet ON document (sheet_id);
CREATE INDEX document_by_deliberation ON document (deliberation_id);

-- The answer given to a save, so that the same save can be sent again.
CREATE TABLE idempotency (
    account_id UUID NOT NULL REFERENCES account (id),
    idempotency_key TEXT NOT NULL,
    request_digest BYTEA NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- One entry per act; its place in the Merkle log comes later, from the sequencer.
CREATE TABLE journal_entry (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    actor UUID,
    at TIMESTAMPTZ NOT NULL,
    subjects JSONB NOT NULL,
    rows JSONB NOT NULL,
    position BIGINT UNIQUE
);
CREATE INDEX journal_entry_unplaced ON journal_entry (id) WHERE position IS NULL;

CREATE TABLE journal_hash (
    idx BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL
);

CREATE TABLE journal_checkpoint (
    size BIGINT PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL
);
