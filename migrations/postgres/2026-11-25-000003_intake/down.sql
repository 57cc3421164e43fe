DROP TABLE identity_correction;
DROP TABLE candidate_search;
DROP INDEX one_replacement_per_document;
ALTER TABLE document DROP COLUMN replaces;
ALTER TABLE acquired_block DROP COLUMN document;
ALTER TABLE candidate DROP COLUMN birth_country;
ALTER TABLE candidate DROP COLUMN birth_postcode;
ALTER TABLE candidate DROP COLUMN birth_insee;
ALTER TABLE candidate DROP COLUMN sex;
