-- Keys are drawn at random: kept in their order, each answer would go to another page of the file. Kept as they
-- come, answers share a page, and the random order is only that of a narrow index.

CREATE TABLE idempotency_new (
    account_id BLOB NOT NULL REFERENCES account (id),
    idempotency_key TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
) STRICT;
INSERT INTO idempotency_new SELECT * FROM idempotency ORDER BY created_at;
DROP TABLE idempotency;
ALTER TABLE idempotency_new RENAME TO idempotency;
CREATE INDEX idempotency_by_age ON idempotency (created_at);
