-- What befalls sittings and juries: deadlines, moves, attendance, adjustments, summonses, who presides.

CREATE TABLE evidence_deadline (
    sitting_id uuid PRIMARY KEY REFERENCES sitting (id),
    until timestamptz NOT NULL,
    set_by uuid NOT NULL REFERENCES account (id),
    set_at timestamptz NOT NULL
);

-- For one person; the last granted stands.
CREATE TABLE deadline_extension (
    id uuid PRIMARY KEY,
    salt bytea NOT NULL,
    sitting_id uuid NOT NULL REFERENCES sitting (id),
    enrolment_id uuid NOT NULL REFERENCES enrolment (id),
    until timestamptz NOT NULL,
    reason text NOT NULL,
    granted_by uuid NOT NULL REFERENCES account (id),
    granted_at timestamptz NOT NULL
);
CREATE INDEX deadline_extension_by_enrolment ON deadline_extension (enrolment_id);
CREATE INDEX deadline_extension_by_sitting ON deadline_extension (sitting_id);

-- Each change gives the sitting its next version: the first is the sitting as planned.
CREATE TABLE sitting_change (
    sitting_id uuid NOT NULL REFERENCES sitting (id),
    version integer NOT NULL CONSTRAINT a_change_follows_the_plan CHECK (version >= 2),
    salt bytea NOT NULL,
    kind text NOT NULL CONSTRAINT sitting_change_is_known CHECK (kind IN ('moved', 'cancelled', 'merged')),
    former jsonb NOT NULL,
    into_id uuid REFERENCES sitting (id),
    reason text NOT NULL,
    recorded_by uuid NOT NULL REFERENCES account (id),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (sitting_id, version),
    CONSTRAINT only_a_merged_sitting_goes_into_another CHECK ((kind = 'merged') = (into_id IS NOT NULL))
);
-- A sitting that is cancelled or merged is over.
CREATE UNIQUE INDEX one_end_per_sitting ON sitting_change (sitting_id) WHERE kind <> 'moved';

CREATE TABLE slot_arrangement (
    slot_id uuid PRIMARY KEY REFERENCES slot (id),
    salt bytea NOT NULL,
    room text,
    team text,
    extra_minutes integer NOT NULL CONSTRAINT extra_time_adds CHECK (extra_minutes >= 0)
);

-- The candidate goes to another sitting; the slot left says excused.
CREATE TABLE slot_transfer (
    slot_id uuid PRIMARY KEY REFERENCES slot (id),
    to_slot_id uuid NOT NULL REFERENCES slot (id),
    salt bytea NOT NULL,
    reason text NOT NULL,
    recorded_by uuid NOT NULL REFERENCES account (id),
    recorded_at timestamptz NOT NULL
);

-- Every act of the door, corrections included: the slot shows the last.
CREATE TABLE attendance_record (
    id uuid PRIMARY KEY,
    salt bytea NOT NULL,
    slot_id uuid NOT NULL REFERENCES slot (id),
    attendance text NOT NULL CONSTRAINT recorded_attendance_is_known CHECK (attendance IN
        ('present', 'absent', 'excused')),
    identity_checked boolean NOT NULL,
    arrived_at timestamptz,
    reason text,
    corrects uuid REFERENCES attendance_record (id),
    correction text,
    recorded_by uuid NOT NULL REFERENCES account (id),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT one_correction_per_record UNIQUE (corrects),
    CONSTRAINT a_correction_says_why CHECK ((corrects IS NULL) = (correction IS NULL))
);
CREATE INDEX attendance_record_by_slot ON attendance_record (slot_id);

-- What was granted, never why.
CREATE TABLE adjustment (
    id uuid PRIMARY KEY,
    salt bytea NOT NULL,
    enrolment_id uuid NOT NULL REFERENCES enrolment (id),
    kind text NOT NULL CONSTRAINT adjustment_is_known CHECK (kind IN
        ('extra_time', 'room_apart', 'breaks', 'own_computer', 'screen_reader', 'large_print', 'braille',
         'adapted_furniture', 'sign_language_interpreter', 'reader', 'scribe', 'remote')),
    share_num integer,
    share_den integer,
    granted_by uuid NOT NULL REFERENCES account (id),
    granted_at timestamptz NOT NULL,
    ended_by uuid REFERENCES account (id),
    ended_at timestamptz,
    CONSTRAINT only_extra_time_has_a_share CHECK
        ((kind = 'extra_time') = (share_num IS NOT NULL AND share_den IS NOT NULL))
);
CREATE UNIQUE INDEX one_standing_adjustment ON adjustment (enrolment_id, kind) WHERE ended_at IS NULL;

-- Who was summoned to which version of a sitting, and received the rules.
CREATE TABLE summons (
    id uuid PRIMARY KEY,
    salt bytea NOT NULL,
    sitting_id uuid NOT NULL REFERENCES sitting (id),
    sitting_version integer NOT NULL,
    seat_id uuid REFERENCES seat (id),
    enrolment_id uuid REFERENCES enrolment (id),
    summoned_by uuid NOT NULL REFERENCES account (id),
    summoned_at timestamptz NOT NULL,
    rules_received_at timestamptz,
    CONSTRAINT a_summons_is_for_one_person CHECK ((seat_id IS NULL) <> (enrolment_id IS NULL))
);
CREATE UNIQUE INDEX one_summons_per_seat ON summons (sitting_id, sitting_version, seat_id) WHERE seat_id IS NOT NULL;
CREATE UNIQUE INDEX one_summons_per_candidate ON summons (sitting_id, sitting_version, enrolment_id)
    WHERE enrolment_id IS NOT NULL;
CREATE INDEX summons_by_seat ON summons (seat_id);
CREATE INDEX summons_by_enrolment ON summons (enrolment_id);

-- Who presides before one candidate when the chair has stepped aside.
CREATE TABLE presiding (
    id uuid PRIMARY KEY,
    salt bytea NOT NULL,
    seat_id uuid NOT NULL REFERENCES seat (id),
    enrolment_id uuid NOT NULL REFERENCES enrolment (id),
    jury_id uuid NOT NULL REFERENCES jury (id),
    reason text NOT NULL,
    named_by uuid NOT NULL REFERENCES account (id),
    named_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX one_presides_per_candidate ON presiding (jury_id, enrolment_id) WHERE ended_at IS NULL;

-- A rule of composition that somebody answers for setting aside.
CREATE TABLE jury_waiver (
    id uuid PRIMARY KEY,
    salt bytea NOT NULL,
    jury_id uuid NOT NULL REFERENCES jury (id),
    rule text NOT NULL CONSTRAINT rule_may_be_waived CHECK (rule IN ('jury_experience', 'jury_gender_balance')),
    reason text NOT NULL,
    granted_by uuid NOT NULL REFERENCES account (id),
    granted_at timestamptz NOT NULL,
    CONSTRAINT one_waiver_per_rule UNIQUE (jury_id, rule)
);
