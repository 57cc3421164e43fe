-- More kinds of letters.

ALTER TABLE outbox DROP CONSTRAINT letter_kind_is_known;
ALTER TABLE outbox ADD CONSTRAINT letter_kind_is_known CHECK (kind IN
    ('invitation', 'password_reset', 'summons', 'moved', 'cancelled', 'reminder', 'deadline_extended',
     'receipt', 'result_available', 'attestation_asked'));
