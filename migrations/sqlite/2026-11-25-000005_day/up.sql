-- What befalls sittings and juries: deadlines, moves, attendance, adjustments, summonses, who presides.

CREATE TABLE evidence_deadline (
    sitting_id BLOB PRIMARY KEY REFERENCES sitting (id),
    until TEXT NOT NULL,
    set_by BLOB NOT NULL REFERENCES account (id),
    set_at TEXT NOT NULL
) STRICT;

-- For one person; the last granted stands.
CREATE TABLE deadline_extension (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    until TEXT NOT NULL,
    reason TEXT NOT NULL,
    granted_by BLOB NOT NULL REFERENCES account (id),
    granted_at TEXT NOT NULL
) STRICT;
CREATE INDEX deadline_extension_by_enrolment ON deadline_extension (enrolment_id);
CREATE INDEX deadline_extension_by_sitting ON deadline_extension (sitting_id);

-- Each change gives the sitting its next version: the first is the sitting as planned.
CREATE TABLE sitting_change (
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    version INTEGER NOT NULL CONSTRAINT a_change_follows_the_plan CHECK (version >= 2),
    salt BLOB NOT NULL,
    kind TEXT NOT NULL CONSTRAINT sitting_change_is_known CHECK (kind IN ('moved', 'cancelled', 'merged')),
    former TEXT NOT NULL,
    into_id BLOB REFERENCES sitting (id),
    reason TEXT NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (sitting_id, version),
    CONSTRAINT only_a_merged_sitting_goes_into_another CHECK ((kind = 'merged') = (into_id IS NOT NULL))
) STRICT;
-- A sitting that is cancelled or merged is over.
CREATE UNIQUE INDEX one_end_per_sitting ON sitting_change (sitting_id) WHERE kind <> 'moved';

CREATE TABLE slot_arrangement (
    slot_id BLOB PRIMARY KEY REFERENCES slot (id),
    salt BLOB NOT NULL,
    room TEXT,
    team TEXT,
    extra_minutes INTEGER NOT NULL CONSTRAINT extra_time_adds CHECK (extra_minutes >= 0)
) STRICT;

-- The candidate goes to another sitting; the slot left says excused.
CREATE TABLE slot_transfer (
    slot_id BLOB PRIMARY KEY REFERENCES slot (id),
    to_slot_id BLOB NOT NULL REFERENCES slot (id),
    salt BLOB NOT NULL,
    reason TEXT NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL
) STRICT;

-- Every act of the door, corrections included: the slot shows the last.
CREATE TABLE attendance_record (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    slot_id BLOB NOT NULL REFERENCES slot (id),
    attendance TEXT NOT NULL CONSTRAINT recorded_attendance_is_known CHECK (attendance IN
        ('present', 'absent', 'excused')),
    identity_checked INTEGER NOT NULL,
    arrived_at TEXT,
    reason TEXT,
    corrects BLOB REFERENCES attendance_record (id),
    correction TEXT,
    recorded_by BLOB NOT NULL REFERENCES account (id),
    recorded_at TEXT NOT NULL,
    CONSTRAINT one_correction_per_record UNIQUE (corrects),
    CONSTRAINT a_correction_says_why CHECK ((corrects IS NULL) = (correction IS NULL))
) STRICT;
CREATE INDEX attendance_record_by_slot ON attendance_record (slot_id);

-- What was granted, never why.
CREATE TABLE adjustment (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    kind TEXT NOT NULL CONSTRAINT adjustment_is_known CHECK (kind IN
        ('extra_time', 'room_apart', 'breaks', 'own_computer', 'screen_reader', 'large_print', 'braille',
         'adapted_furniture', 'sign_language_interpreter', 'reader', 'scribe', 'remote')),
    share_num INTEGER,
    share_den INTEGER,
    granted_by BLOB NOT NULL REFERENCES account (id),
    granted_at TEXT NOT NULL,
    ended_by BLOB REFERENCES account (id),
    ended_at TEXT,
    CONSTRAINT only_extra_time_has_a_share CHECK
        ((kind = 'extra_time') = (share_num IS NOT NULL AND share_den IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_standing_adjustment ON adjustment (enrolment_id, kind) WHERE ended_at IS NULL;

-- Who was summoned to which version of a sitting, and received the rules.
CREATE TABLE summons (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    sitting_id BLOB NOT NULL REFERENCES sitting (id),
    sitting_version INTEGER NOT NULL,
    seat_id BLOB REFERENCES seat (id),
    enrolment_id BLOB REFERENCES enrolment (id),
    summoned_by BLOB NOT NULL REFERENCES account (id),
    summoned_at TEXT NOT NULL,
    rules_received_at TEXT,
    CONSTRAINT a_summons_is_for_one_person CHECK ((seat_id IS NULL) <> (enrolment_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_summons_per_seat ON summons (sitting_id, sitting_version, seat_id) WHERE seat_id IS NOT NULL;
CREATE UNIQUE INDEX one_summons_per_candidate ON summons (sitting_id, sitting_version, enrolment_id)
    WHERE enrolment_id IS NOT NULL;
CREATE INDEX summons_by_seat ON summons (seat_id);
CREATE INDEX summons_by_enrolment ON summons (enrolment_id);

-- Who presides before one candidate when the chair has stepped aside.
CREATE TABLE presiding (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    seat_id BLOB NOT NULL REFERENCES seat (id),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),
    jury_id BLOB NOT NULL REFERENCES jury (id),
    reason TEXT NOT NULL,
    named_by BLOB NOT NULL REFERENCES account (id),
    named_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE UNIQUE INDEX one_presides_per_candidate ON presiding (jury_id, enrolment_id) WHERE ended_at IS NULL;

-- A rule of composition that somebody answers for setting aside.
CREATE TABLE jury_waiver (
    id BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    jury_id BLOB NOT NULL REFERENCES jury (id),
    rule TEXT NOT NULL CONSTRAINT rule_may_be_waived CHECK (rule IN ('jury_experience', 'jury_gender_balance')),
    reason TEXT NOT NULL,
    granted_by BLOB NOT NULL REFERENCES account (id),
    granted_at TEXT NOT NULL,
    CONSTRAINT one_waiver_per_rule UNIQUE (jury_id, rule)
) STRICT;
