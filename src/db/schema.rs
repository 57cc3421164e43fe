//! The tables as diesel sees them: the same for both engines. The migrations are the source; a test
//! compares both databases with this file.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    centre (id) {
        id -> Uid,
        name -> Text,
        timezone -> Text,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    account (id) {
        id -> Uid,
        salt -> Binary,
        email -> Text,
        display_name -> Text,
        locale -> Text,
        password_hash -> Nullable<Text>,
        state -> Text,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    role_grant (id) {
        id -> Uid,
        account_id -> Uid,
        role -> Text,
        centre_id -> Nullable<Uid>,
        granted_by -> Nullable<Uid>,
        granted_at -> Stamp,
        ended_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    login (id) {
        id -> Uid,
        account_id -> Uid,
        created_at -> Stamp,
        expires_at -> Stamp,
        ended_at -> Nullable<Stamp>,
        via -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    invitation (id) {
        id -> Uid,
        account_id -> Uid,
        token_digest -> Binary,
        created_by -> Nullable<Uid>,
        created_at -> Stamp,
        expires_at -> Stamp,
        revoked_at -> Nullable<Stamp>,
        openings -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sign_in_throttle (subject) {
        subject -> Binary,
        failures -> Integer,
        since -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    referential_version (id) {
        id -> Uid,
        code -> Text,
        version -> Text,
        title -> Text,
        state -> Text,
        content -> JsonDoc,
        content_hash -> Binary,
        created_at -> Stamp,
        published_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    line (id) {
        id -> Uid,
        version_id -> Uid,
        slug -> Text,
        block -> Text,
        method -> Text,
        kind -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    cohort (id) {
        id -> Uid,
        centre_id -> Uid,
        version_id -> Uid,
        name -> Text,
        starts_on -> Text,
        ends_on -> Text,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    cohort_trainer (id) {
        id -> Uid,
        cohort_id -> Uid,
        account_id -> Uid,
        assigned_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    candidate (id) {
        id -> Uid,
        salt -> Binary,
        account_id -> Nullable<Uid>,
        birth_name -> Text,
        usage_name -> Nullable<Text>,
        first_names -> Text,
        birth_date -> Nullable<Text>,
        birth_place -> Nullable<Text>,
        email -> Text,
        employer -> Nullable<Text>,
        version -> Integer,
        created_at -> Stamp,
        updated_at -> Stamp,
        sex -> Nullable<Text>,
        birth_insee -> Nullable<Text>,
        birth_postcode -> Nullable<Text>,
        birth_country -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    enrolment (id) {
        id -> Uid,
        cohort_id -> Uid,
        candidate_id -> Uid,
        version_id -> Uid,
        number -> Text,
        access_route -> Text,
        blocks -> JsonDoc,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    acquired_block (enrolment_id, block) {
        enrolment_id -> Uid,
        block -> Text,
        salt -> Binary,
        origin -> Text,
        acquired_on -> Text,
        recorded_by -> Uid,
        recorded_at -> Stamp,
        document -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sitting (id) {
        id -> Uid,
        cohort_id -> Uid,
        title -> Text,
        kind -> Text,
        starts_at -> Stamp,
        ends_at -> Stamp,
        place -> Text,
        methods -> JsonDoc,
        state -> Text,
        created_at -> Stamp,
        opened_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    jury (id) {
        id -> Uid,
        cohort_id -> Uid,
        name -> Text,
        mandate -> Text,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    seat (id) {
        id -> Uid,
        salt -> Binary,
        jury_id -> Uid,
        account_id -> Uid,
        function -> Text,
        side -> Text,
        gender -> Nullable<Text>,
        employer -> Text,
        occupation -> Text,
        practising_since -> Nullable<Integer>,
        created_at -> Stamp,
        declared_at -> Nullable<Stamp>,
        closed_at -> Nullable<Stamp>,
        closed_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    recusal (id) {
        id -> Uid,
        salt -> Binary,
        seat_id -> Uid,
        enrolment_id -> Uid,
        kind -> Text,
        reason -> Text,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    slot (id) {
        id -> Uid,
        salt -> Binary,
        sitting_id -> Uid,
        enrolment_id -> Uid,
        jury_id -> Uid,
        starts_at -> Stamp,
        minutes -> Integer,
        attendance -> Text,
        attendance_reason -> Nullable<Text>,
        attendance_by -> Nullable<Uid>,
        attendance_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    evidence (id) {
        id -> Uid,
        salt -> Binary,
        enrolment_id -> Uid,
        title -> Text,
        filename -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Binary,
        filed_by -> Uid,
        filed_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    evidence_link (evidence_id, line_id) {
        evidence_id -> Uid,
        line_id -> Uid,
        anchor -> Nullable<JsonDoc>,
        linked_by -> Uid,
        linked_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    requirement_state (enrolment_id, requirement) {
        enrolment_id -> Uid,
        requirement -> Text,
        salt -> Binary,
        state -> Text,
        evidence_id -> Nullable<Uid>,
        reason -> Nullable<Text>,
        version -> Integer,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sheet (id) {
        id -> Uid,
        sitting_id -> Uid,
        seat_id -> Uid,
        enrolment_id -> Uid,
        state -> Text,
        version -> Integer,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    grid (id) {
        id -> Uid,
        sheet_id -> Uid,
        method -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    score (grid_id, line_id) {
        grid_id -> Uid,
        line_id -> Uid,
        salt -> Binary,
        state -> Text,
        rank -> Nullable<Integer>,
        reason -> Nullable<Text>,
        comment -> Nullable<Text>,
        version -> Integer,
        updated_by -> Uid,
        updated_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    score_version (grid_id, line_id, version) {
        grid_id -> Uid,
        line_id -> Uid,
        version -> Integer,
        salt -> Binary,
        state -> Text,
        rank -> Nullable<Integer>,
        reason -> Nullable<Text>,
        comment -> Nullable<Text>,
        why -> Nullable<Text>,
        written_by -> Uid,
        written_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    grid_choice (grid_id, choice) {
        grid_id -> Uid,
        choice -> Text,
        options -> JsonDoc,
        version -> Integer,
        chosen_by -> Uid,
        chosen_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sheet_signature (id) {
        id -> Uid,
        salt -> Binary,
        sheet_id -> Uid,
        account_id -> Uid,
        content_digest -> Binary,
        signed_at -> Stamp,
        reopened_by -> Nullable<Uid>,
        reopened_at -> Nullable<Stamp>,
        reopened_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    late_score (id) {
        id -> Uid,
        salt -> Binary,
        grid_id -> Uid,
        line_id -> Uid,
        body -> JsonDoc,
        received_by -> Uid,
        received_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    settlement (id) {
        id -> Uid,
        salt -> Binary,
        sitting_id -> Uid,
        enrolment_id -> Uid,
        line_id -> Uid,
        state -> Text,
        rank -> Nullable<Integer>,
        reason -> Text,
        seat_id -> Uid,
        settled_at -> Stamp,
        replaced_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    deliberation (id) {
        id -> Uid,
        salt -> Binary,
        jury_id -> Uid,
        title -> Text,
        sittings -> JsonDoc,
        state -> Text,
        observations -> Nullable<Text>,
        convened_by -> Uid,
        convened_at -> Stamp,
        closed_by -> Nullable<Uid>,
        closed_at -> Nullable<Stamp>,
        number -> Nullable<Text>,
        published_by -> Nullable<Uid>,
        published_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    decision (id) {
        id -> Uid,
        salt -> Binary,
        deliberation_id -> Uid,
        enrolment_id -> Uid,
        block -> Text,
        outcome -> Text,
        proposal -> Text,
        proposal_path -> JsonDoc,
        departs -> Bool,
        reason -> Nullable<Text>,
        votes_for -> Integer,
        votes_against -> Integer,
        dissent -> Nullable<Text>,
        version -> Integer,
        decided_by -> Uid,
        decided_at -> Stamp,
        ended_at -> Nullable<Stamp>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    minutes_signature (deliberation_id, seat_id) {
        deliberation_id -> Uid,
        seat_id -> Uid,
        account_id -> Uid,
        document_sha256 -> Binary,
        signed_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    counter (name) {
        name -> Text,
        value -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    document (id) {
        id -> Uid,
        salt -> Binary,
        kind -> Text,
        number -> Nullable<Text>,
        sheet_id -> Nullable<Uid>,
        deliberation_id -> Nullable<Uid>,
        facts -> JsonDoc,
        path -> Text,
        sha256 -> Binary,
        size -> BigInt,
        check_code -> Text,
        issued_at -> Stamp,
        replaces -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    idempotency (account_id, idempotency_key) {
        account_id -> Uid,
        idempotency_key -> Text,
        request_digest -> Binary,
        status -> Integer,
        answer -> Text,
        created_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    journal_entry (id) {
        id -> Uid,
        kind -> Text,
        actor -> Nullable<Uid>,
        at -> Stamp,
        subjects -> JsonDoc,
        rows -> JsonDoc,
        position -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    journal_hash (idx) {
        idx -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    journal_checkpoint (size) {
        size -> BigInt,
        root -> Binary,
        note -> Text,
        signed_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    candidate_search (candidate_id) {
        candidate_id -> Uid,
        folded -> Text,
        identity -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    identity_correction (id) {
        id -> Uid,
        salt -> Binary,
        candidate_id -> Uid,
        version -> Integer,
        before -> JsonDoc,
        after -> JsonDoc,
        reason -> Text,
        corrected_by -> Uid,
        corrected_at -> Stamp,
    }
}

diesel::joinable!(role_grant -> centre (centre_id));
diesel::joinable!(login -> account (account_id));
diesel::joinable!(line -> referential_version (version_id));
diesel::joinable!(cohort -> centre (centre_id));
diesel::joinable!(cohort -> referential_version (version_id));
diesel::joinable!(cohort_trainer -> cohort (cohort_id));
diesel::joinable!(cohort_trainer -> account (account_id));
diesel::joinable!(candidate -> account (account_id));
diesel::joinable!(enrolment -> cohort (cohort_id));
diesel::joinable!(enrolment -> candidate (candidate_id));
diesel::joinable!(enrolment -> referential_version (version_id));
diesel::joinable!(acquired_block -> enrolment (enrolment_id));
diesel::joinable!(acquired_block -> account (recorded_by));
diesel::joinable!(sitting -> cohort (cohort_id));
diesel::joinable!(jury -> cohort (cohort_id));
diesel::joinable!(seat -> jury (jury_id));
diesel::joinable!(seat -> account (account_id));
diesel::joinable!(recusal -> seat (seat_id));
diesel::joinable!(recusal -> enrolment (enrolment_id));
diesel::joinable!(recusal -> account (recorded_by));
diesel::joinable!(slot -> sitting (sitting_id));
diesel::joinable!(slot -> enrolment (enrolment_id));
diesel::joinable!(slot -> jury (jury_id));
diesel::joinable!(slot -> account (attendance_by));
diesel::joinable!(evidence -> enrolment (enrolment_id));
diesel::joinable!(evidence -> account (filed_by));
diesel::joinable!(evidence_link -> evidence (evidence_id));
diesel::joinable!(evidence_link -> line (line_id));
diesel::joinable!(evidence_link -> account (linked_by));
diesel::joinable!(requirement_state -> enrolment (enrolment_id));
diesel::joinable!(requirement_state -> evidence (evidence_id));
diesel::joinable!(requirement_state -> account (recorded_by));
diesel::joinable!(sheet -> sitting (sitting_id));
diesel::joinable!(sheet -> seat (seat_id));
diesel::joinable!(sheet -> enrolment (enrolment_id));
diesel::joinable!(grid -> sheet (sheet_id));
diesel::joinable!(score -> grid (grid_id));
diesel::joinable!(score -> line (line_id));
diesel::joinable!(score -> account (updated_by));
diesel::joinable!(score_version -> account (written_by));
diesel::joinable!(grid_choice -> grid (grid_id));
diesel::joinable!(grid_choice -> account (chosen_by));
diesel::joinable!(sheet_signature -> sheet (sheet_id));
diesel::joinable!(late_score -> grid (grid_id));
diesel::joinable!(late_score -> line (line_id));
diesel::joinable!(late_score -> account (received_by));
diesel::joinable!(settlement -> sitting (sitting_id));
diesel::joinable!(settlement -> enrolment (enrolment_id));
diesel::joinable!(settlement -> line (line_id));
diesel::joinable!(settlement -> seat (seat_id));
diesel::joinable!(deliberation -> jury (jury_id));
diesel::joinable!(decision -> deliberation (deliberation_id));
diesel::joinable!(decision -> enrolment (enrolment_id));
diesel::joinable!(decision -> account (decided_by));
diesel::joinable!(minutes_signature -> deliberation (deliberation_id));
diesel::joinable!(minutes_signature -> seat (seat_id));
diesel::joinable!(minutes_signature -> account (account_id));
diesel::joinable!(document -> sheet (sheet_id));
diesel::joinable!(document -> deliberation (deliberation_id));
diesel::joinable!(idempotency -> account (account_id));
diesel::joinable!(candidate_search -> candidate (candidate_id));
diesel::joinable!(identity_correction -> candidate (candidate_id));

diesel::allow_tables_to_appear_in_same_query!(
    centre,
    account,
    role_grant,
    login,
    invitation,
    sign_in_throttle,
    referential_version,
    line,
    cohort,
    cohort_trainer,
    candidate,
    enrolment,
    acquired_block,
    sitting,
    jury,
    seat,
    recusal,
    slot,
    evidence,
    evidence_link,
    requirement_state,
    sheet,
    grid,
    score,
    score_version,
    grid_choice,
    sheet_signature,
    late_score,
    settlement,
    deliberation,
    decision,
    minutes_signature,
    counter,
    document,
    idempotency,
    journal_entry,
    journal_hash,
    journal_checkpoint,
    candidate_search,
    identity_correction,
);
