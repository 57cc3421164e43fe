CREATE TABLE outbox_old (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT letter_kind_is_known CHECK (kind IN
        ('invitation', 'password_reset', 'summons', 'moved', 'cancelled', 'reminder', 'deadline_extended',
         'receipt', 'result_available')),
    account_id BLOB REFERENCES account (id),
    cohort_id BLOB REFERENCES cohort (id),
    payload TEXT,
    state TEXT NOT NULL CONSTRAINT letter_state_is_known CHECK (state IN ('waiting', 'sent', 'dead')),
    queued_at TEXT NOT NULL,
    run_after TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_by BLOB,
    claimed_until TEXT,
    done_at TEXT,
    failure TEXT
) STRICT;
INSERT INTO outbox_old SELECT * FROM outbox WHERE kind <> 'attestation_asked';
DROP TABLE outbox;
ALTER TABLE outbox_old RENAME TO outbox;
CREATE INDEX outbox_waiting ON outbox (run_after) WHERE state = 'waiting';
CREATE INDEX outbox_by_account ON outbox (account_id, id);
CREATE INDEX outbox_by_cohort ON outbox (cohort_id, id);
