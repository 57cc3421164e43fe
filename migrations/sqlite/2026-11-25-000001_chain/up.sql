-- The tables of MODEL: people and access, the standard, occasions, evidence, scores, decisions, proof.
-- Rules that the database itself can hold are constraints named after the rule.

CREATE TABLE centre (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE account (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    email TEXT NOT NULL,
    display_name TEXT NOT NULL,
    locale TEXT NOT NULL CONSTRAINT locale_is_known CHECK (locale IN ('fr', 'en')),
    password_hash TEXT,
    state TEXT NOT NULL CONSTRAINT account_state_is_known CHECK (state IN ('active', 'disabled')),
    created_at TEXT NOT NULL,
    CONSTRAINT one_account_per_email UNIQUE (email)
) STRICT;

CREATE TABLE role_grant (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    role TEXT NOT NULL CONSTRAINT role_is_known CHECK (role IN
        ('administrator', 'centre_manager', 'trainer', 'juror', 'candidate', 'auditor', 'data_protection_officer')),
    centre_id BLOB REFERENCES centre (id),
    granted_by BLOB REFERENCES account (id),
    granted_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE INDEX role_grant_by_account ON role_grant (account_id);

-- A login lives on the server: a token names it and dies with it.
CREATE TABLE login (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    via TEXT NOT NULL CONSTRAINT login_way_is_known CHECK (via IN ('password', 'invitation'))
) STRICT;
CREATE INDEX login_by_account ON login (account_id);

CREATE TABLE invitation (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    token_digest BLOB NOT NULL UNIQUE,
    created_by BLOB REFERENCES account (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    openings INTEGER NOT NULL
) STRICT;
CREATE INDEX invitation_by_account ON invitation (account_id);

CREATE TABLE sign_in_throttle (
    subject BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    since TEXT NOT NULL
) STRICT;

CREATE TABLE referential_version (
    id BLOB PRIMARY KEY,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT version_state_is_known CHECK (state IN ('draft', 'published', 'retired')),
    content TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    published_at TEXT,
    CONSTRAINT one_content_per_version UNIQUE (code, version)
) STRICT;

-- Everything that a juror can score: a criterion, or a competency that no criterion serves.
CREATE TABLE line (
    id BLOB PRIMARY KEY,
    version_id BLOB NOT NULL REFERENCES referential_version (id),
    slug TEXT NOT NULL,
    block TEXT NOT NULL,
    method TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT line_kind_is_known CHECK (kind IN ('criterion', 'competency')),
    CONSTRAINT one_line_per_slug UNIQUE (version_id, slug)
) STRICT;

CREATE TABLE cohort (
    id BLOB PRIMARY KEY,
    centre_id BLOB NOT NULL REFERENCES centre (id),
    version_id BLOB NOT NULL REFERENCES referential_version (id),
    name TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT one_cohort_per_name UNIQUE (centre_id, name)
) STRICT;

CREATE TABLE cohort_trainer (
    id BLOB PRIMARY KEY,
    cohort_id BLOB NOT NULL REFERENCES cohort (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    assigned_at TEXT NOT NULL,
    CONSTRAINT one_place_per_trainer UNIQUE (cohort_id, account_id)
) STRICT;
CREATE INDEX cohort_trainer_by_account ON cohort_trainer (account_id);

CREATE TABLE candidate (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    account_id BLOB REFERENCES account (id),
    birth_name TEXT NOT NULL,
    usage_name TEXT,
    first_names TEXT NOT NULL,
    birth_date TEXT,
    birth_place TEXT,
    email TEXT NOT NULL,
    employer TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT one_candidate_per_account UNIQUE (account_id),
    CONSTRAINT one_candidate_per_email UNIQUE (email)
) STRICT;

CREATE TABLE enrolment (
    id BLOB PRIMARY KEY,
    cohort_id BLOB NOT NULL REFERENCES cohort (id),
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    version_id BLOB NOT NULL REFERENCES referential_version (id),
    number TEXT NOT NULL,
    access_route TEXT NOT NULL CONSTRAINT access_route_is_known CHECK (access_route IN
        ('initial_training', 'apprenticeship', 'continuing_training', 'professionalisation_contract',
         'individual_candidate', 'prior_experience')),
    blocks TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT one_enrolment_per_cohort UNIQUE (cohort_id, candidate_id),
    CONSTRAINT one_number_per_cohort UNIQUE (cohort_id, number)
) STRICT;
CREATE INDEX enrolment_by_candidate ON enrolment (candidate_id);

CREATE TABLE acquired_block (
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    salt BLOB NOT NULL,
    origin TEXT NOT NULL,
    acquired_on TEXT NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (enrolment_id, block)
) STRICT;

CREATE TABLE sitting (
    id BLOB PRIMARY KEY,
    cohort_id BLOB NOT NULL REFERENCES cohort (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT sitting_kind_is_known CHECK (kind IN ('event', 'window')),
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    place TEXT NOT NULL,
    methods TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT sitting_state_is_known CHECK (state IN ('planned', 'open')),
    created_at TEXT NOT NULL,
    opened_at TEXT,
    CONSTRAINT sitting_ends_after_it_starts CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX sitting_by_cohort ON sitting (cohort_id);

CREATE TABLE jury (
    id BLOB PRIMARY KEY,
    cohort_id BLOB NOT NULL REFERENCES cohort (id),
    name TEXT NOT NULL,
    mandate TEXT NOT NULL CONSTRAINT mandate_is_known CHECK (mandate IN ('blocks', 'certification', 'both')),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE seat (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    jury_id BLOB NOT NULL REFERENCES jury (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    function TEXT NOT NULL CONSTRAINT function_is_known CHECK (function IN ('chair', 'member')),
    side TEXT NOT NULL CONSTRAINT side_is_known CHECK (side IN ('internal', 'external')),
    gender TEXT CONSTRAINT gender_is_known CHECK (gender IN ('woman', 'man')),
    employer TEXT NOT NULL,
    occupation TEXT NOT NULL,
    practising_since INTEGER,
    created_at TEXT NOT NULL,
    declared_at TEXT,
    closed_at TEXT,
    closed_reason TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_seat_per_person ON seat (jury_id, account_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX one_chair_per_jury ON seat (jury_id) WHERE closed_at IS NULL AND function = 'chair';
CREATE INDEX seat_by_account ON seat (account_id);

CREATE TABLE recusal (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    seat_id BLOB NOT NULL REFERENCES seat (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    kind TEXT NOT NULL CONSTRAINT recusal_kind_is_known CHECK (kind IN ('tie', 'missing')),
    reason TEXT NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    CONSTRAINT one_recusal_per_candidate UNIQUE (seat_id, enrolment_id)
) STRICT;
CREATE INDEX recusal_by_enrolment ON recusal (enrolment_id);

CREATE TABLE slot (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    jury_id BLOB NOT NULL REFERENCES jury (id),
    starts_at TEXT NOT NULL,
    minutes INTEGER NOT NULL CONSTRAINT slot_lasts CHECK (minutes > 0),
    attendance TEXT NOT NULL CONSTRAINT attendance_is_known CHECK (attendance IN
        ('expected', 'present', 'absent', 'excused')),
    attendance_reason TEXT,
    attendance_by BLOB REFERENCES account (id),
    attendance_at TEXT,
    CONSTRAINT one_slot_per_candidate UNIQUE (sitting_id, enrolment_id)
) STRICT;
CREATE INDEX slot_by_enrolment ON slot (enrolment_id);
CREATE INDEX slot_by_jury ON slot (jury_id);

CREATE TABLE evidence (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    title TEXT NOT NULL,
    filename TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    filed_by BLOB NOT NULL REFERENCES account (id),
    filed_at TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_enrolment ON evidence (enrolment_id);

CREATE TABLE evidence_link (
    evidence_id BLOB NOT NULL REFERENCES evidence (id),
    line_id BLOB NOT NULL REFERENCES line (id),
    anchor TEXT,
    linked_by BLOB NOT NULL REFERENCES account (id),
    linked_at TEXT NOT NULL,
    PRIMARY KEY (evidence_id, line_id)
) STRICT;

-- What the certification asks for outside its blocks, one row per requirement and enrolment, from the start.
CREATE TABLE requirement_state (
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    requirement TEXT NOT NULL,
    salt BLOB NOT NULL,
    state TEXT NOT NULL CONSTRAINT requirement_state_is_known CHECK (state IN ('pending', 'met', 'unmet', 'waived')),
    evidence_id BLOB REFERENCES evidence (id),
    reason TEXT,
    version INTEGER NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (enrolment_id, requirement)
) STRICT;

CREATE TABLE sheet (
    id BLOB PRIMARY KEY,
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    seat_id BLOB NOT NULL REFERENCES seat (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    state TEXT NOT NULL CONSTRAINT sheet_state_is_known CHECK (state IN ('open', 'signed')),
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT one_sheet_per_seat_and_candidate UNIQUE (sitting_id, seat_id, enrolment_id)
) STRICT;
CREATE INDEX sheet_by_seat ON sheet (seat_id);
CREATE INDEX sheet_by_enrolment ON sheet (enrolment_id);

CREATE TABLE grid (
    id BLOB PRIMARY KEY,
    sheet_id BLOB NOT NULL REFERENCES sheet (id),
    method TEXT NOT NULL,
    CONSTRAINT one_grid_per_method UNIQUE (sheet_id, method)
) STRICT;

CREATE TABLE score (
    grid_id BLOB NOT NULL REFERENCES grid (id),
    line_id BLOB NOT NULL REFERENCES line (id),
    salt BLOB NOT NULL,
    state TEXT NOT NULL,
    rank INTEGER,
    reason TEXT,
    comment TEXT,
    version INTEGER NOT NULL,
    updated_by BLOB NOT NULL REFERENCES account (id),
    updated_at TEXT NOT NULL,
    PRIMARY KEY (grid_id, line_id),
    CONSTRAINT score_state_is_known CHECK (state IN ('scored', 'not_observed', 'not_applicable')),
    CONSTRAINT only_scored_has_a_rank CHECK ((state = 'scored') = (rank IS NOT NULL)),
    CONSTRAINT rank_starts_at_one CHECK (rank >= 1)
) STRICT, WITHOUT ROWID;

-- Every version of a score, the present one included: nothing is overwritten.
CREATE TABLE score_version (
    grid_id BLOB NOT NULL,
    line_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    salt BLOB NOT NULL,
    state TEXT NOT NULL,
    rank INTEGER,
    reason TEXT,
    comment TEXT,
    why TEXT,
    written_by BLOB NOT NULL REFERENCES account (id),
    written_at TEXT NOT NULL,
    PRIMARY KEY (grid_id, line_id, version),
    FOREIGN KEY (grid_id, line_id) REFERENCES score (grid_id, line_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE grid_choice (
    grid_id BLOB NOT NULL REFERENCES grid (id),
    choice TEXT NOT NULL,
    options TEXT NOT NULL,
    version INTEGER NOT NULL,
    chosen_by BLOB NOT NULL REFERENCES account (id),
    chosen_at TEXT NOT NULL,
    PRIMARY KEY (grid_id, choice)
) STRICT;

CREATE TABLE sheet_signature (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    sheet_id BLOB NOT NULL REFERENCES sheet (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    content_digest BLOB NOT NULL,
    signed_at TEXT NOT NULL,
    reopened_by BLOB REFERENCES account (id),
    reopened_at TEXT,
    reopened_reason TEXT
) STRICT;
CREATE UNIQUE INDEX one_standing_signature ON sheet_signature (sheet_id) WHERE reopened_at IS NULL;

-- A score that arrived after the signature: kept, shown, never counted by itself.
CREATE TABLE late_score (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    grid_id BLOB NOT NULL REFERENCES grid (id),
    line_id BLOB NOT NULL REFERENCES line (id),
    body TEXT NOT NULL,
    received_by BLOB NOT NULL REFERENCES account (id),
    received_at TEXT NOT NULL
) STRICT;
CREATE INDEX late_score_by_grid ON late_score (grid_id);

CREATE TABLE settlement (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    line_id BLOB NOT NULL REFERENCES line (id),
    state TEXT NOT NULL CONSTRAINT settled_state_is_known CHECK (state IN ('scored', 'not_observed', 'not_applicable')),
    rank INTEGER,
    reason TEXT NOT NULL,
    seat_id BLOB NOT NULL REFERENCES seat (id),
    settled_at TEXT NOT NULL,
    replaced_at TEXT,
    CONSTRAINT only_a_scored_settlement_has_a_rank CHECK ((state = 'scored') = (rank IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_standing_settlement ON settlement (sitting_id, enrolment_id, line_id) WHERE replaced_at IS NULL;
CREATE INDEX settlement_by_enrolment ON settlement (enrolment_id);

CREATE TABLE deliberation (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    jury_id BLOB NOT NULL REFERENCES jury (id),
    title TEXT NOT NULL,
    sittings TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT deliberation_state_is_known CHECK (state IN ('open', 'closed')),
    observations TEXT,
    convened_by BLOB NOT NULL REFERENCES account (id),
    convened_at TEXT NOT NULL,
    closed_by BLOB REFERENCES account (id),
    closed_at TEXT,
    number TEXT,
    published_by BLOB REFERENCES account (id),
    published_at TEXT,
    CONSTRAINT minutes_are_numbered_once UNIQUE (number),
    CONSTRAINT closed_means_numbered CHECK ((state = 'closed') = (number IS NOT NULL))
) STRICT;
CREATE INDEX deliberation_by_jury ON deliberation (jury_id);

-- One row per decision taken; a later one closes it and stands beside it.
CREATE TABLE decision (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    deliberation_id BLOB NOT NULL REFERENCES deliberation (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT outcome_fits_its_target CHECK (
        (block <> '' AND outcome IN ('acquired', 'not_acquired', 'absent', 'excused'))
        OR (block = '' AND outcome IN ('awarded', 'not_awarded'))),
    proposal TEXT NOT NULL CONSTRAINT proposal_is_known CHECK (proposal IN ('proposed', 'refused', 'incomplete')),
    proposal_path TEXT NOT NULL,
    departs INTEGER NOT NULL,
    reason TEXT,
    votes_for INTEGER NOT NULL,
    votes_against INTEGER NOT NULL,
    dissent TEXT,
    version INTEGER NOT NULL,
    decided_by BLOB NOT NULL REFERENCES account (id),
    decided_at TEXT NOT NULL,
    ended_at TEXT,
    ended_reason TEXT
) STRICT;
CREATE UNIQUE INDEX one_active_decision ON decision (enrolment_id, block) WHERE ended_at IS NULL;
CREATE INDEX decision_by_deliberation ON decision (deliberation_id);

CREATE TABLE minutes_signature (
    deliberation_id BLOB NOT NULL REFERENCES deliberation (id),
    seat_id BLOB NOT NULL REFERENCES seat (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    document_sha256 BLOB NOT NULL,
    signed_at TEXT NOT NULL,
    PRIMARY KEY (deliberation_id, seat_id)
) STRICT;

-- Numbers without gaps: taken in the transaction that uses them.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

CREATE TABLE document (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    kind TEXT NOT NULL CONSTRAINT document_kind_is_known CHECK (kind IN ('sheet', 'minutes')),
    number TEXT,
    sheet_id BLOB REFERENCES sheet (id),
    deliberation_id BLOB REFERENCES deliberation (id),
    facts TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    check_code TEXT NOT NULL UNIQUE,
    issued_at TEXT NOT NULL
) STRICT;
CREATE INDEX document_by_sheet ON document (sheet_id);
CREATE INDEX document_by_deliberation ON document (deliberation_id);

-- The answer given to a save, so that the same save can be sent again.
CREATE TABLE idempotency (
    account_id BLOB NOT NULL REFERENCES account (id),
    idempotency_key TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- One entry per act; its place in the Merkle log comes later, from the sequencer.
CREATE TABLE journal_entry (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    actor BLOB,
    at TEXT NOT NULL,
    subjects TEXT NOT NULL,
    rows TEXT NOT NULL,
    position INTEGER UNIQUE
) STRICT;
CREATE INDEX journal_entry_unplaced ON journal_entry (id) WHERE position IS NULL;

CREATE TABLE journal_hash (
    idx INTEGER PRIMARY KEY,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE journal_checkpoint (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    note TEXT NOT NULL,
    signed_at TEXT NOT NULL
) STRICT;
