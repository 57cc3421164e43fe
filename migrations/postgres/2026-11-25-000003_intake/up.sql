-- What documents and the report to the State ask of a person beside the name: sex, and where they were born
-- by the codes of the INSEE (99xxx abroad), of the post and of ISO 3166.
ALTER TABLE candidate ADD COLUMN sex TEXT;
ALTER TABLE candidate ADD COLUMN birth_insee TEXT;
ALTER TABLE candidate ADD COLUMN birth_postcode TEXT;
ALTER TABLE candidate ADD COLUMN birth_country TEXT;

-- The paper that proves a block acquired earlier.
ALTER TABLE acquired_block ADD COLUMN document TEXT;

-- A document issued again because what it printed was corrected names the one that it replaces.
ALTER TABLE document ADD COLUMN replaces UUID REFERENCES document (id);
CREATE UNIQUE INDEX one_replacement_per_document ON document (replaces);

-- Names without accents nor capitals, by which people are searched and found again; made anew at each
-- change of the candidate.
CREATE TABLE candidate_search (
    candidate_id UUID PRIMARY KEY REFERENCES candidate (id),
    folded TEXT COLLATE "C" NOT NULL,
    identity TEXT COLLATE "C"
);
CREATE INDEX candidate_search_by_name ON candidate_search (folded, candidate_id);
CREATE INDEX candidate_search_by_identity ON candidate_search (identity);
-- An approximation for those enrolled before: French accents.
INSERT INTO candidate_search (candidate_id, folded, identity)
SELECT id,
    lower(translate(birth_name || ' ' || coalesce(usage_name, '') || ' ' || first_names || ' ' || email, 'àâäáãåÀÂÄÁÃÅéèêëÉÈÊËîïíìÎÏÍÌôöóòõÔÖÓÒÕûüúùÛÜÚÙçÇñÑÿŸýÝ', 'aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuuccnnyyyy')),
    lower(translate(birth_name || '|' || first_names, 'àâäáãåÀÂÄÁÃÅéèêëÉÈÊËîïíìÎÏÍÌôöóòõÔÖÓÒÕûüúùÛÜÚÙçÇñÑÿŸýÝ', 'aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuuccnnyyyy')) || '|' || birth_date
FROM candidate;

-- Who somebody was said to be before a correction, and why it was made.
CREATE TABLE identity_correction (
    id UUID PRIMARY KEY,
    salt BYTEA NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidate (id),
    version INTEGER NOT NULL,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    reason TEXT NOT NULL,
    corrected_by UUID NOT NULL REFERENCES account (id),
    corrected_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT one_correction_per_version UNIQUE (candidate_id, version)
);
