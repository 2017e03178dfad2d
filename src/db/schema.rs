//! The tables as Diesel sees them, the same on both engines. `tests/schema.rs` compares this file with the databases.

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Text};
    use crate::db::types::{UtcTimestamp, Uuid};

    organizations (id) {
        id -> Integer,
        uid -> Uuid,
        name -> Text,
        slug -> Text,
        default_region -> Text,
        base_currency -> Text,
        timezone -> Text,
        is_active -> Bool,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp, Uuid};

    users (id) {
        id -> BigInt,
        organization_id -> Integer,
        uid -> Uuid,
        email -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        role -> Text,
        timezone -> Text,
        is_active -> Bool,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp};

    system_config (organization_id, config_key) {
        organization_id -> Integer,
        config_key -> Text,
        config_value -> Text,
        updated_by -> Nullable<BigInt>,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{Jsonb, UtcTimestamp, Uuid};

    imports (id) {
        id -> BigInt,
        organization_id -> Integer,
        uid -> Uuid,
        kind -> Text,
        file_name -> Text,
        file_sha256 -> Text,
        file_size -> BigInt,
        sheet -> Nullable<Text>,
        mapping -> Jsonb,
        options -> Jsonb,
        counts -> Jsonb,
        status -> Text,
        undoes_import_id -> Nullable<BigInt>,
        actor -> Text,
        started_at -> UtcTimestamp,
        finished_at -> UtcTimestamp,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{CalendarDate, Jsonb, UtcTimestamp, Uuid};

    leads (id) {
        id -> BigInt,
        organization_id -> Integer,
        uid -> Uuid,
        owner_id -> Nullable<BigInt>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        phone_number -> Nullable<Text>,
        phone_extension -> Text,
        email -> Nullable<Text>,
        company -> Nullable<Text>,
        job_title -> Nullable<Text>,
        website -> Nullable<Text>,
        linkedin_url -> Nullable<Text>,
        status -> Text,
        status_changed_at -> UtcTimestamp,
        lead_score -> Nullable<SmallInt>,
        lead_score_factors -> Nullable<Jsonb>,
        temperature -> Nullable<Text>,
        source -> Nullable<Text>,
        source_metadata -> Nullable<Jsonb>,
        campaign -> Nullable<Text>,
        value_cents -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        consent_status -> Text,
        consent_at -> Nullable<UtcTimestamp>,
        email_opted_out_at -> Nullable<UtcTimestamp>,
        city -> Nullable<Text>,
        state -> Nullable<Text>,
        postal_code -> Nullable<Text>,
        country -> Nullable<Text>,
        timezone -> Nullable<Text>,
        custom_fields -> Jsonb,
        external_source -> Nullable<Text>,
        external_id -> Nullable<Text>,
        import_id -> Nullable<BigInt>,
        first_contacted_at -> Nullable<UtcTimestamp>,
        last_contacted_at -> Nullable<UtcTimestamp>,
        expected_close_date -> Nullable<CalendarDate>,
        merged_into_id -> Nullable<BigInt>,
        deleted_at -> Nullable<UtcTimestamp>,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Text};
    use crate::db::types::{UtcTimestamp};

    lead_phones (id) {
        id -> BigInt,
        organization_id -> Integer,
        lead_id -> BigInt,
        phone_number -> Text,
        kind -> Text,
        created_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Text};
    use crate::db::types::{UtcTimestamp};

    lead_tags (organization_id, lead_id, tag) {
        organization_id -> Integer,
        lead_id -> BigInt,
        tag -> Text,
        created_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp};

    lead_notes (id) {
        id -> BigInt,
        organization_id -> Integer,
        lead_id -> BigInt,
        body -> Text,
        author_id -> Nullable<BigInt>,
        created_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp};

    lead_audit_log (id) {
        id -> BigInt,
        organization_id -> Integer,
        lead_id -> BigInt,
        action -> Text,
        field_name -> Nullable<Text>,
        old_value -> Nullable<Text>,
        new_value -> Nullable<Text>,
        changed_by -> Nullable<BigInt>,
        actor -> Text,
        ip_address -> Nullable<Text>,
        import_id -> Nullable<BigInt>,
        changed_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp};

    lead_status_history (id) {
        id -> BigInt,
        organization_id -> Integer,
        lead_id -> BigInt,
        from_status -> Nullable<Text>,
        to_status -> Text,
        trigger_type -> Text,
        reason -> Nullable<Text>,
        changed_by -> Nullable<BigInt>,
        import_id -> Nullable<BigInt>,
        changed_at -> UtcTimestamp,
        recorded_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp};

    dnc_list (id) {
        id -> BigInt,
        organization_id -> Integer,
        phone_number -> Text,
        reason -> Nullable<Text>,
        source -> Text,
        scope -> Text,
        evidence -> Nullable<Text>,
        added_by -> Nullable<BigInt>,
        added_at -> UtcTimestamp,
        expires_at -> Nullable<UtcTimestamp>,
        removed_by -> Nullable<BigInt>,
        removed_at -> Nullable<UtcTimestamp>,
        removal_reason -> Nullable<Text>,
        import_id -> Nullable<BigInt>,
        updated_at -> UtcTimestamp,
        version -> Integer,
        added_actor -> Nullable<Text>,
        removed_actor -> Nullable<Text>,
        removal_kind -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{UtcTimestamp};

    dnc_requests (id) {
        id -> BigInt,
        organization_id -> Integer,
        phone_number -> Text,
        source -> Text,
        scope -> Text,
        reason -> Nullable<Text>,
        text -> Nullable<Text>,
        class -> Nullable<Text>,
        expires_at -> Nullable<UtcTimestamp>,
        received_at -> UtcTimestamp,
        due_at -> UtcTimestamp,
        recorded_by -> Nullable<BigInt>,
        actor -> Text,
        recorded_at -> UtcTimestamp,
        import_id -> Nullable<BigInt>,
        decision -> Nullable<Text>,
        decision_reason -> Nullable<Text>,
        decided_by -> Nullable<BigInt>,
        decided_actor -> Nullable<Text>,
        decided_at -> Nullable<UtcTimestamp>,
        dnc_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{Jsonb, UtcTimestamp};

    dnc_checks (id) {
        id -> BigInt,
        organization_id -> Integer,
        input -> Text,
        phone_number -> Nullable<Text>,
        channel -> Nullable<Text>,
        verdict -> Text,
        reasons -> Jsonb,
        lists_checked -> Jsonb,
        checked_by -> Nullable<BigInt>,
        actor -> Text,
        checked_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use crate::db::types::{Jsonb, UtcTimestamp, Uuid};

    segments (id) {
        id -> BigInt,
        organization_id -> Integer,
        uid -> Uuid,
        owner_id -> Nullable<BigInt>,
        name -> Text,
        description -> Nullable<Text>,
        filter -> Jsonb,
        is_public -> Bool,
        lead_count -> Nullable<BigInt>,
        counted_at -> Nullable<UtcTimestamp>,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::UtcTimestamp;

    lead_assignments (id) {
        id -> BigInt,
        organization_id -> Integer,
        lead_id -> BigInt,
        from_user_id -> Nullable<BigInt>,
        to_user_id -> Nullable<BigInt>,
        strategy -> Text,
        context -> Nullable<Text>,
        assigned_by -> Nullable<BigInt>,
        actor -> Text,
        assigned_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer};

    lead_search (organization_id, trigram, block) {
        organization_id -> Integer,
        trigram -> BigInt,
        block -> BigInt,
        leads -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer};

    lead_search_state (organization_id) {
        organization_id -> Integer,
        last_audit_id -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::UtcTimestamp;

    erasures (id) {
        id -> BigInt,
        organization_id -> Integer,
        lead_id -> BigInt,
        reason -> Nullable<Text>,
        erased_by -> Nullable<BigInt>,
        actor -> Text,
        erased_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer};

    erasure_hashes (organization_id, key_hash, lead_id) {
        organization_id -> Integer,
        key_hash -> Binary,
        lead_id -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer};

    erasure_keys (organization_id) {
        organization_id -> Integer,
        hash_key -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Text};

    erased_rows (organization_id, table_name, row_id) {
        organization_id -> Integer,
        table_name -> Text,
        row_id -> BigInt,
        lead_id -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::UtcTimestamp;

    lead_source_costs (id) {
        id -> BigInt,
        organization_id -> Integer,
        source -> Text,
        campaign -> Text,
        period -> Text,
        cost_cents -> BigInt,
        currency -> Text,
        note -> Nullable<Text>,
        user_id -> Nullable<BigInt>,
        import_id -> Nullable<BigInt>,
        deleted_at -> Nullable<UtcTimestamp>,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::UtcTimestamp;

    lead_source_cost_log (id) {
        id -> BigInt,
        organization_id -> Integer,
        cost_id -> BigInt,
        action -> Text,
        old_cents -> Nullable<BigInt>,
        new_cents -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        changed_by -> Nullable<BigInt>,
        actor -> Text,
        import_id -> Nullable<BigInt>,
        changed_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::UtcTimestamp;

    exchange_rates (id) {
        id -> BigInt,
        organization_id -> Integer,
        currency -> Text,
        base_currency -> Text,
        period -> Text,
        rate -> Text,
        user_id -> Nullable<BigInt>,
        actor -> Text,
        import_id -> Nullable<BigInt>,
        created_at -> UtcTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Text};
    use crate::db::types::{UtcTimestamp, Uuid};

    budget_accounts (id) {
        id -> BigInt,
        organization_id -> Integer,
        uid -> Uuid,
        name -> Text,
        currency -> Text,
        sequence -> BigInt,
        balance_cents -> BigInt,
        head_hash -> Binary,
        created_at -> UtcTimestamp,
        updated_at -> UtcTimestamp,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};
    use crate::db::types::UtcTimestamp;

    budget_transactions (organization_id, account_id, sequence) {
        organization_id -> Integer,
        account_id -> BigInt,
        sequence -> BigInt,
        transaction_type -> Text,
        amount_cents -> BigInt,
        balance_before_cents -> BigInt,
        balance_after_cents -> BigInt,
        reference -> Nullable<Text>,
        description -> Nullable<Text>,
        source -> Nullable<Text>,
        campaign -> Nullable<Text>,
        period -> Nullable<Text>,
        user_id -> Nullable<BigInt>,
        actor -> Text,
        recorded_at -> UtcTimestamp,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    budget_accounts,
    budget_transactions,
    dnc_checks,
    dnc_list,
    dnc_requests,
    erased_rows,
    erasure_hashes,
    erasure_keys,
    erasures,
    exchange_rates,
    imports,
    lead_assignments,
    lead_audit_log,
    lead_notes,
    lead_phones,
    lead_search,
    lead_search_state,
    lead_source_cost_log,
    lead_source_costs,
    lead_status_history,
    lead_tags,
    leads,
    organizations,
    segments,
    system_config,
    users,
);
