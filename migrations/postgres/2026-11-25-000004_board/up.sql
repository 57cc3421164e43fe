-- What a board shows of each enrolment and of each of its blocks: counted in the transaction of each act that
-- changes it, so that a cohort is read without a look at its scores. Recomputed by `verify`.

CREATE TABLE enrolment_summary (
    enrolment_id UUID PRIMARY KEY REFERENCES enrolment (id),
    cohort_id UUID NOT NULL REFERENCES cohort (id),
    sheets_expected INTEGER NOT NULL,
    sheets_signed INTEGER NOT NULL,
    evidence_pieces INTEGER NOT NULL,
    evidence_missing INTEGER NOT NULL,
    requirements_pending INTEGER NOT NULL,
    requirements_unmet INTEGER NOT NULL,
    proposal TEXT NOT NULL CONSTRAINT proposal_shown_is_known CHECK (proposal IN ('pending', 'proposed', 'refused', 'incomplete')),
    decision TEXT,
    decided_at TIMESTAMPTZ,
    published_at TIMESTAMPTZ,
    state TEXT NOT NULL CONSTRAINT file_state_is_known CHECK (state IN ('incomplete', 'complete', 'decided')),
    CONSTRAINT all_sign_before_a_proposal_shows CHECK (
        proposal = 'pending' OR (sheets_expected > 0 AND sheets_signed = sheets_expected))
);
CREATE INDEX enrolment_summary_by_cohort ON enrolment_summary (cohort_id, state);

CREATE TABLE block_summary (
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),
    block TEXT NOT NULL,
    cohort_id UUID NOT NULL REFERENCES cohort (id),
    sought BOOLEAN NOT NULL,
    acquired_on TEXT,
    acquired_by TEXT CONSTRAINT acquired_by_is_known CHECK (acquired_by IN ('before', 'decision')),
    lines_expected INTEGER NOT NULL,
    lines_scored INTEGER NOT NULL,
    sheets_expected INTEGER NOT NULL,
    sheets_signed INTEGER NOT NULL,
    evidence_expected INTEGER NOT NULL,
    evidence_found INTEGER NOT NULL,
    proposal TEXT NOT NULL CONSTRAINT proposal_shown_is_known CHECK (proposal IN ('pending', 'proposed', 'refused', 'incomplete')),
    decision TEXT,
    decided_at TIMESTAMPTZ,
    published_at TIMESTAMPTZ,
    state TEXT NOT NULL CONSTRAINT block_state_is_known CHECK (state IN
        ('not_sought', 'acquired', 'incomplete', 'complete', 'decided')),
    PRIMARY KEY (enrolment_id, block)
);
CREATE INDEX block_summary_by_cohort ON block_summary (cohort_id, block, state);
