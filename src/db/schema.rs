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

    enrolment_summary (enrolment_id) {
        enrolment_id -> Uid,
        cohort_id -> Uid,
        sheets_expected -> Integer,
        sheets_signed -> Integer,
        evidence_pieces -> Integer,
        evidence_missing -> Integer,
        requirements_pending -> Integer,
        requirements_unmet -> Integer,
        proposal -> Text,
        decision -> Nullable<Text>,
        decided_at -> Nullable<Stamp>,
        published_at -> Nullable<Stamp>,
        state -> Text,
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

    registration (version_id) {
        version_id -> Uid,
        registered_from -> Nullable<Text>,
        registered_until -> Nullable<Text>,
        last_issue_on -> Nullable<Text>,
        version -> Integer,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    evidence_deadline (sitting_id) {
        sitting_id -> Uid,
        until -> Stamp,
        set_by -> Uid,
        set_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    block_summary (enrolment_id, block) {
        enrolment_id -> Uid,
        block -> Text,
        cohort_id -> Uid,
        sought -> Bool,
        acquired_on -> Nullable<Text>,
        acquired_by -> Nullable<Text>,
        lines_expected -> Integer,
        lines_scored -> Integer,
        sheets_expected -> Integer,
        sheets_signed -> Integer,
        evidence_expected -> Integer,
        evidence_found -> Integer,
        proposal -> Text,
        decision -> Nullable<Text>,
        decided_at -> Nullable<Stamp>,
        published_at -> Nullable<Stamp>,
        state -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    deliberation_member (deliberation_id, seat_id) {
        deliberation_id -> Uid,
        seat_id -> Uid,
        salt -> Binary,
        present -> Bool,
        reason -> Nullable<Text>,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    decision_panel (decision_id) {
        decision_id -> Uid,
        salt -> Binary,
        members -> JsonDoc,
        casting_vote -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    signature_impediment (deliberation_id, seat_id) {
        deliberation_id -> Uid,
        seat_id -> Uid,
        salt -> Binary,
        reason -> Text,
        jury_by -> Nullable<Uid>,
        jury_at -> Nullable<Stamp>,
        manager_by -> Nullable<Uid>,
        manager_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    rectification (deliberation_id) {
        deliberation_id -> Uid,
        rectifies -> Uid,
        salt -> Binary,
        reason -> Text,
        opened_by -> Uid,
        opened_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    revocation (decision_id) {
        decision_id -> Uid,
        deliberation_id -> Uid,
        salt -> Binary,
        reason -> Text,
        revoked_by -> Uid,
        revoked_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    document_decision (document_id, decision_id) {
        document_id -> Uid,
        decision_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    resit (sitting_id, enrolment_id, block) {
        sitting_id -> Uid,
        enrolment_id -> Uid,
        block -> Text,
        decision_id -> Uid,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    deadline_extension (id) {
        id -> Uid,
        salt -> Binary,
        sitting_id -> Uid,
        enrolment_id -> Uid,
        until -> Stamp,
        reason -> Text,
        granted_by -> Uid,
        granted_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    carried_block (enrolment_id, block) {
        enrolment_id -> Uid,
        block -> Text,
        decision_id -> Uid,
        carried_by -> Uid,
        carried_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sitting_change (sitting_id, version) {
        sitting_id -> Uid,
        version -> Integer,
        salt -> Binary,
        kind -> Text,
        former -> JsonDoc,
        into_id -> Nullable<Uid>,
        reason -> Text,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    slot_arrangement (slot_id) {
        slot_id -> Uid,
        salt -> Binary,
        room -> Nullable<Text>,
        team -> Nullable<Text>,
        extra_minutes -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    slot_transfer (slot_id) {
        slot_id -> Uid,
        to_slot_id -> Uid,
        salt -> Binary,
        reason -> Text,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    attendance_record (id) {
        id -> Uid,
        salt -> Binary,
        slot_id -> Uid,
        attendance -> Text,
        identity_checked -> Bool,
        arrived_at -> Nullable<Stamp>,
        reason -> Nullable<Text>,
        corrects -> Nullable<Uid>,
        correction -> Nullable<Text>,
        recorded_by -> Uid,
        recorded_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    adjustment (id) {
        id -> Uid,
        salt -> Binary,
        enrolment_id -> Uid,
        kind -> Text,
        share_num -> Nullable<Integer>,
        share_den -> Nullable<Integer>,
        granted_by -> Uid,
        granted_at -> Stamp,
        ended_by -> Nullable<Uid>,
        ended_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    summons (id) {
        id -> Uid,
        salt -> Binary,
        sitting_id -> Uid,
        sitting_version -> Integer,
        seat_id -> Nullable<Uid>,
        enrolment_id -> Nullable<Uid>,
        summoned_by -> Uid,
        summoned_at -> Stamp,
        rules_received_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    presiding (id) {
        id -> Uid,
        salt -> Binary,
        seat_id -> Uid,
        enrolment_id -> Uid,
        jury_id -> Uid,
        reason -> Text,
        named_by -> Uid,
        named_at -> Stamp,
        ended_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    jury_waiver (id) {
        id -> Uid,
        salt -> Binary,
        jury_id -> Uid,
        rule -> Text,
        reason -> Text,
        granted_by -> Uid,
        granted_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    outbox (id) {
        id -> Uid,
        kind -> Text,
        account_id -> Nullable<Uid>,
        cohort_id -> Nullable<Uid>,
        payload -> Nullable<JsonDoc>,
        state -> Text,
        queued_at -> Stamp,
        run_after -> Stamp,
        attempts -> Integer,
        claimed_by -> Nullable<Uid>,
        claimed_until -> Nullable<Stamp>,
        done_at -> Nullable<Stamp>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    requirement_past (enrolment_id, requirement, version) {
        enrolment_id -> Uid,
        requirement -> Text,
        version -> Integer,
        salt -> Binary,
        state -> Text,
        evidence_id -> Nullable<Uid>,
        reason -> Nullable<Text>,
        recorded_by -> Uid,
        recorded_at -> Stamp,
        ended_by -> Nullable<Uid>,
        ended_at -> Stamp,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    requirement_evidence (enrolment_id, requirement, evidence_id) {
        enrolment_id -> Uid,
        requirement -> Text,
        evidence_id -> Uid,
        linked_by -> Uid,
        linked_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    attestation_request (id) {
        id -> Uid,
        salt -> Binary,
        enrolment_id -> Uid,
        requirement -> Text,
        name -> Text,
        email -> Text,
        position -> Text,
        organisation -> Text,
        token_digest -> Binary,
        requested_by -> Uid,
        requested_at -> Stamp,
        expires_at -> Stamp,
        revoked_at -> Nullable<Stamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    attestation (request_id) {
        request_id -> Uid,
        salt -> Binary,
        starts_on -> Text,
        ends_on -> Text,
        months -> Integer,
        remark -> Nullable<Text>,
        given_at -> Stamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    late_score_answer (late_score_id) {
        late_score_id -> Uid,
        salt -> Binary,
        outcome -> Text,
        reason -> Text,
        answered_by -> Uid,
        answered_at -> Stamp,
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
diesel::joinable!(enrolment_summary -> enrolment (enrolment_id));
diesel::joinable!(block_summary -> enrolment (enrolment_id));
diesel::joinable!(evidence_deadline -> sitting (sitting_id));
diesel::joinable!(deadline_extension -> sitting (sitting_id));
diesel::joinable!(deadline_extension -> enrolment (enrolment_id));
diesel::joinable!(slot_arrangement -> slot (slot_id));
diesel::joinable!(attendance_record -> slot (slot_id));
diesel::joinable!(adjustment -> enrolment (enrolment_id));
diesel::joinable!(summons -> sitting (sitting_id));
diesel::joinable!(summons -> seat (seat_id));
diesel::joinable!(summons -> enrolment (enrolment_id));
diesel::joinable!(presiding -> seat (seat_id));
diesel::joinable!(presiding -> enrolment (enrolment_id));
diesel::joinable!(presiding -> jury (jury_id));
diesel::joinable!(jury_waiver -> jury (jury_id));
diesel::joinable!(sitting_change -> sitting (sitting_id));
diesel::joinable!(outbox -> account (account_id));
diesel::joinable!(outbox -> cohort (cohort_id));
diesel::joinable!(registration -> referential_version (version_id));
diesel::joinable!(registration -> account (recorded_by));
diesel::joinable!(deliberation_member -> deliberation (deliberation_id));
diesel::joinable!(deliberation_member -> seat (seat_id));
diesel::joinable!(deliberation_member -> account (recorded_by));
diesel::joinable!(decision_panel -> decision (decision_id));
diesel::joinable!(signature_impediment -> deliberation (deliberation_id));
diesel::joinable!(signature_impediment -> seat (seat_id));
diesel::joinable!(rectification -> account (opened_by));
diesel::joinable!(revocation -> decision (decision_id));
diesel::joinable!(revocation -> deliberation (deliberation_id));
diesel::joinable!(revocation -> account (revoked_by));
diesel::joinable!(document_decision -> document (document_id));
diesel::joinable!(document_decision -> decision (decision_id));
diesel::joinable!(resit -> sitting (sitting_id));
diesel::joinable!(resit -> enrolment (enrolment_id));
diesel::joinable!(resit -> decision (decision_id));
diesel::joinable!(resit -> account (recorded_by));
diesel::joinable!(carried_block -> enrolment (enrolment_id));
diesel::joinable!(carried_block -> decision (decision_id));
diesel::joinable!(carried_block -> account (carried_by));
diesel::joinable!(requirement_past -> enrolment (enrolment_id));
diesel::joinable!(requirement_past -> evidence (evidence_id));
diesel::joinable!(requirement_evidence -> enrolment (enrolment_id));
diesel::joinable!(requirement_evidence -> evidence (evidence_id));
diesel::joinable!(requirement_evidence -> account (linked_by));
diesel::joinable!(attestation_request -> enrolment (enrolment_id));
diesel::joinable!(attestation_request -> account (requested_by));
diesel::joinable!(attestation -> attestation_request (request_id));
diesel::joinable!(late_score_answer -> late_score (late_score_id));
diesel::joinable!(late_score_answer -> account (answered_by));
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
    enrolment_summary,
    block_summary,
    evidence_deadline,
    deadline_extension,
    sitting_change,
    slot_arrangement,
    slot_transfer,
    attendance_record,
    adjustment,
    summons,
    presiding,
    jury_waiver,
    outbox,
    registration,
    deliberation_member,
    decision_panel,
    signature_impediment,
    rectification,
    revocation,
    document_decision,
    resit,
    carried_block,
    requirement_past,
    requirement_evidence,
    attestation_request,
    attestation,
    late_score_answer,
    candidate_search,
    identity_correction,
);
