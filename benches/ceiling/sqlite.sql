-- The two tables that a save writes, with the foreign keys that lead nowhere else.
CREATE TABLE score (
    grid_id BLOB NOT NULL,
    line_id BLOB NOT NULL,
    salt BLOB NOT NULL,
    state TEXT NOT NULL,
    rank INTEGER,
    reason TEXT,
    comment TEXT,
    version INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (grid_id, line_id)
) STRICT, WITHOUT ROWID;

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
    written_by BLOB NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (grid_id, line_id, version),
    FOREIGN KEY (grid_id, line_id) REFERENCES score (grid_id, line_id)
) STRICT, WITHOUT ROWID;
