DROP TABLE block_summary;
DROP TABLE enrolment_summary;
