-- The two tables that a save writes, with the foreign keys that lead nowhere else, and their rows: 32
-- jurors × 80 lines, as many as the service has.
CREATE TABLE score (
    grid_id UUID NOT NULL,
    line_id UUID NOT NULL,
    salt BYTEA NOT NULL,
    state TEXT NOT NULL,
    rank INTEGER,
    reason TEXT,
    comment TEXT,
    version INTEGER NOT NULL,
    updated_by UUID NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (grid_id, line_id)
);

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
    written_by UUID NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (grid_id, line_id, version),
    FOREIGN KEY (grid_id, line_id) REFERENCES score (grid_id, line_id)
);

INSERT INTO score
SELECT lpad(to_hex(juror), 32, '0')::uuid, lpad(to_hex(line), 32, '0')::uuid, uuid_send(gen_random_uuid()), 'scored', 2,
    NULL, NULL, 1, gen_random_uuid(), now()
FROM generate_series(0, 31) AS juror, generate_series(0, 79) AS line;
