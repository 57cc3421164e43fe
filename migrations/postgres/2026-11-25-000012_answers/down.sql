-- PostgreSQL keeps rows as they come; a migration is never empty.
SELECT 1;
