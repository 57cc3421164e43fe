-- Letters that wait to leave, written in the transaction of the act that they tell. The payload (who, where,
-- the facts, the link) goes once it has served; what stays says what left, when, and why not.

CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT letter_kind_is_known CHECK (kind IN
        ('invitation', 'password_reset', 'summons', 'moved', 'cancelled', 'reminder', 'deadline_extended',
         'receipt', 'result_available')),
    account_id UUID REFERENCES account (id),
    cohort_id UUID REFERENCES cohort (id),
    payload JSONB,
    state TEXT NOT NULL CONSTRAINT letter_state_is_known CHECK (state IN ('waiting', 'sent', 'dead')),
    queued_at TIMESTAMPTZ NOT NULL,
    run_after TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_by UUID,
    claimed_until TIMESTAMPTZ,
    done_at TIMESTAMPTZ,
    failure TEXT
);
CREATE INDEX outbox_waiting ON outbox (run_after) WHERE state = 'waiting';
CREATE INDEX outbox_by_account ON outbox (account_id, id);
CREATE INDEX outbox_by_cohort ON outbox (cohort_id, id);
