-- What documents and the report to the State ask of a person beside the name: sex, and where they were born
-- by the codes of the INSEE (99xxx abroad), of the post and of ISO 3166.
ALTER TABLE candidate ADD COLUMN sex TEXT;
ALTER TABLE candidate ADD COLUMN birth_insee TEXT;
ALTER TABLE candidate ADD COLUMN birth_postcode TEXT;
ALTER TABLE candidate ADD COLUMN birth_country TEXT;

-- The paper that proves a block acquired earlier.
ALTER TABLE acquired_block ADD COLUMN document TEXT;

-- A document issued again because what it printed was corrected names the one that it replaces.
ALTER TABLE document ADD COLUMN replaces BLOB REFERENCES document (id);
CREATE UNIQUE INDEX one_replacement_per_document ON document (replaces);

-- Names without accents nor capitals, by which people are searched and found again; made anew at each
-- change of the candidate.
CREATE TABLE candidate_search (
    candidate_id BLOB PRIMARY KEY REFERENCES candidate (id),
    folded TEXT NOT NULL,
    identity TEXT
) STRICT;
CREATE INDEX candidate_search_by_name ON candidate_search (folded, candidate_id);
CREATE INDEX candidate_search_by_identity ON candidate_search (identity);
-- An approximation for those enrolled before: French accents.
INSERT INTO candidate_search (candidate_id, folded, identity)
SELECT id,
    lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(birth_name || ' ' || coalesce(usage_name, '') || ' ' || first_names || ' ' || email, 'à', 'a'), 'â', 'a'), 'ä', 'a'), 'á', 'a'), 'ã', 'a'), 'å', 'a'), 'À', 'a'), 'Â', 'a'), 'Ä', 'a'), 'Á', 'a'), 'Ã', 'a'), 'Å', 'a'), 'é', 'e'), 'è', 'e'), 'ê', 'e'), 'ë', 'e'), 'É', 'e'), 'È', 'e'), 'Ê', 'e'), 'Ë', 'e'), 'î', 'i'), 'ï', 'i'), 'í', 'i'), 'ì', 'i'), 'Î', 'i'), 'Ï', 'i'), 'Í', 'i'), 'Ì', 'i'), 'ô', 'o'), 'ö', 'o'), 'ó', 'o'), 'ò', 'o'), 'õ', 'o'), 'Ô', 'o'), 'Ö', 'o'), 'Ó', 'o'), 'Ò', 'o'), 'Õ', 'o'), 'û', 'u'), 'ü', 'u'), 'ú', 'u'), 'ù', 'u'), 'Û', 'u'), 'Ü', 'u'), 'Ú', 'u'), 'Ù', 'u'), 'ç', 'c'), 'Ç', 'c'), 'ñ', 'n'), 'Ñ', 'n'), 'ÿ', 'y'), 'Ÿ', 'y'), 'ý', 'y'), 'Ý', 'y')),
    lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(birth_name || '|' || first_names, 'à', 'a'), 'â', 'a'), 'ä', 'a'), 'á', 'a'), 'ã', 'a'), 'å', 'a'), 'À', 'a'), 'Â', 'a'), 'Ä', 'a'), 'Á', 'a'), 'Ã', 'a'), 'Å', 'a'), 'é', 'e'), 'è', 'e'), 'ê', 'e'), 'ë', 'e'), 'É', 'e'), 'È', 'e'), 'Ê', 'e'), 'Ë', 'e'), 'î', 'i'), 'ï', 'i'), 'í', 'i'), 'ì', 'i'), 'Î', 'i'), 'Ï', 'i'), 'Í', 'i'), 'Ì', 'i'), 'ô', 'o'), 'ö', 'o'), 'ó', 'o'), 'ò', 'o'), 'õ', 'o'), 'Ô', 'o'), 'Ö', 'o'), 'Ó', 'o'), 'Ò', 'o'), 'Õ', 'o'), 'û', 'u'), 'ü', 'u'), 'ú', 'u'), 'ù', 'u'), 'Û', 'u'), 'Ü', 'u'), 'Ú', 'u'), 'Ù', 'u'), 'ç', 'c'), 'Ç', 'c'), 'ñ', 'n'), 'Ñ', 'n'), 'ÿ', 'y'), 'Ÿ', 'y'), 'ý', 'y'), 'Ý', 'y')) || '|' || birth_date
FROM candidate;

-- Who somebody was said to be before a correction, and why it was made.
CREATE TABLE identity_correction (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidate (id),
    version INTEGER NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL,
    corrected_by BLOB NOT NULL REFERENCES account (id),
    corrected_at TEXT NOT NULL,
    CONSTRAINT one_correction_per_version UNIQUE (candidate_id, version)
) STRICT;
