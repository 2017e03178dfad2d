// @generated automatically by Diesel CLI.

diesel::table! {
    use crate::db::types::columns::*;

    assignment_pool_members (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        pool_id -> Int8,
        user_id -> Int8,
        weight -> Int4,
        capacity -> Nullable<Int4>,
        daily_limit -> Nullable<Int4>,
        skills -> Nullable<Jsonb>,
        current_weight -> Int8,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    assignment_pools (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        name -> Text,
        description -> Nullable<Text>,
        strategy -> Text,
        filter -> Nullable<Jsonb>,
        skills -> Nullable<Jsonb>,
        priority -> Int4,
        is_active -> Bool,
        cursor -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    audit_log (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        entity -> Text,
        entity_id -> Int8,
        action -> Text,
        field_name -> Nullable<Text>,
        old_value -> Nullable<Text>,
        new_value -> Nullable<Text>,
        changed_by -> Nullable<Int8>,
        actor -> Text,
        ip_address -> Nullable<Text>,
        import_id -> Nullable<Int8>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    backups (id) {
        id -> Int8,
        uid -> Uuid,
        path -> Text,
        bytes -> Int8,
        sha256 -> Text,
        schema_version -> Text,
        made_by -> Nullable<Text>,
        made_at -> Timestamptz,
        verified_at -> Timestamptz,
        damaged_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    budget_accounts (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        name -> Text,
        currency -> Text,
        sequence -> Int8,
        balance_cents -> Int8,
        head_hash -> Bytea,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    budget_transactions (organization_id, account_id, sequence) {
        organization_id -> Int4,
        account_id -> Int8,
        sequence -> Int8,
        transaction_type -> Text,
        amount_cents -> Int8,
        balance_before_cents -> Int8,
        balance_after_cents -> Int8,
        reference -> Nullable<Text>,
        description -> Nullable<Text>,
        source -> Nullable<Text>,
        campaign -> Nullable<Text>,
        period -> Nullable<Text>,
        user_id -> Nullable<Int8>,
        actor -> Text,
        recorded_at -> Timestamptz,
        previous_hash -> Bytea,
        hash -> Bytea,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_checks (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        input -> Text,
        phone_number -> Nullable<Text>,
        channel -> Nullable<Text>,
        verdict -> Text,
        reasons -> Jsonb,
        lists_checked -> Jsonb,
        checked_by -> Nullable<Int8>,
        actor -> Text,
        checked_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_list (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        phone_number -> Text,
        reason -> Nullable<Text>,
        source -> Text,
        scope -> Text,
        evidence -> Nullable<Text>,
        added_by -> Nullable<Int8>,
        added_actor -> Nullable<Text>,
        added_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        removed_by -> Nullable<Int8>,
        removed_actor -> Nullable<Text>,
        removed_at -> Nullable<Timestamptz>,
        removal_reason -> Nullable<Text>,
        removal_kind -> Nullable<Text>,
        import_id -> Nullable<Int8>,
        updated_at -> Timestamptz,
        version -> Int4,
        calls_expire_at -> Nullable<Timestamptz>,
        texts_expire_at -> Nullable<Timestamptz>,
        origin -> Text,
        own_scope -> Nullable<Text>,
        own_expires_at -> Nullable<Timestamptz>,
        own_calls_expire_at -> Nullable<Timestamptz>,
        own_texts_expire_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_requirements (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        registry -> Text,
        country -> Text,
        calling_code -> Int4,
        subscription -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_scrubs (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        sequence -> Int8,
        file_name -> Text,
        file_sha256 -> Text,
        channel -> Nullable<Text>,
        rows_read -> Int8,
        rows_clean -> Int8,
        rows_blocked -> Int8,
        rows_unknown -> Int8,
        lists_used -> Jsonb,
        certificate -> Text,
        previous_hash -> Bytea,
        hash -> Bytea,
        clear_numbers -> Bytea,
        blocked_numbers -> Bytea,
        unknown_numbers -> Bytea,
        scrubbed_by -> Nullable<Int8>,
        actor -> Text,
        scrubbed_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    signing_keys (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        fingerprint -> Text,
        public_key -> Bytea,
        recorded_by -> Nullable<Int8>,
        actor -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_spellings (organization_id, phone_number, dnc_id) {
        organization_id -> Int4,
        phone_number -> Text,
        dnc_id -> Int8,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_registries (id) {
        id -> Int8,
        name -> Text,
        kind -> Text,
        country -> Text,
        calling_code -> Int4,
        max_age_days -> Int4,
        current_revision -> Nullable<Int4>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_registry_blocks (revision_id, block) {
        revision_id -> Int8,
        block -> Int8,
        numbers -> Bytea,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_registry_revisions (id) {
        id -> Int8,
        registry_id -> Int8,
        revision -> Int4,
        state -> Text,
        mode -> Text,
        as_of -> Date,
        area_codes -> Nullable<Jsonb>,
        number_count -> Nullable<Int8>,
        rejected_count -> Int8,
        digest -> Nullable<Text>,
        file_name -> Text,
        file_sha256 -> Nullable<Text>,
        actor -> Text,
        started_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    dnc_requests (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        phone_number -> Text,
        source -> Text,
        scope -> Text,
        reason -> Nullable<Text>,
        text -> Nullable<Text>,
        class -> Nullable<Text>,
        expires_at -> Nullable<Timestamptz>,
        received_at -> Timestamptz,
        due_at -> Timestamptz,
        recorded_by -> Nullable<Int8>,
        actor -> Text,
        recorded_at -> Timestamptz,
        import_id -> Nullable<Int8>,
        decision -> Nullable<Text>,
        decision_reason -> Nullable<Text>,
        decided_by -> Nullable<Int8>,
        decided_actor -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>,
        dnc_id -> Nullable<Int8>,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    erased_rows (organization_id, table_name, row_id) {
        organization_id -> Int4,
        table_name -> Text,
        row_id -> Int8,
        lead_id -> Int8,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    erasure_hashes (organization_id, key_hash, lead_id) {
        organization_id -> Int4,
        key_hash -> Bytea,
        lead_id -> Int8,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    erasure_keys (organization_id) {
        organization_id -> Int4,
        hash_key -> Bytea,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    erasures (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        reason -> Nullable<Text>,
        erased_by -> Nullable<Int8>,
        actor -> Text,
        erased_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    exchange_rates (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        currency -> Text,
        base_currency -> Text,
        period -> Text,
        rate -> Text,
        user_id -> Nullable<Int8>,
        actor -> Text,
        import_id -> Nullable<Int8>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    idempotency_keys (organization_id, idempotency_key) {
        organization_id -> Int4,
        idempotency_key -> Text,
        verb -> Text,
        call_hash -> Bytea,
        sequence -> Nullable<Int8>,
        user_id -> Nullable<Int8>,
        actor -> Text,
        called_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    import_mappings (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        name -> Text,
        revision -> Int4,
        kind -> Text,
        options -> Jsonb,
        headers -> Jsonb,
        fingerprint -> Text,
        actor -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    imports (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        kind -> Text,
        file_name -> Text,
        file_sha256 -> Text,
        file_size -> Int8,
        sheet -> Nullable<Text>,
        mapping -> Jsonb,
        options -> Jsonb,
        counts -> Jsonb,
        status -> Text,
        undoes_import_id -> Nullable<Int8>,
        actor -> Text,
        started_at -> Timestamptz,
        finished_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_assignments (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        from_user_id -> Nullable<Int8>,
        to_user_id -> Nullable<Int8>,
        strategy -> Text,
        context -> Nullable<Text>,
        assigned_by -> Nullable<Int8>,
        actor -> Text,
        assigned_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_audit_log (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        action -> Text,
        field_name -> Nullable<Text>,
        old_value -> Nullable<Text>,
        new_value -> Nullable<Text>,
        changed_by -> Nullable<Int8>,
        actor -> Text,
        ip_address -> Nullable<Text>,
        import_id -> Nullable<Int8>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_emails (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        email -> Text,
        kind -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_notes (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        body -> Text,
        author_id -> Nullable<Int8>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_phones (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        phone_number -> Text,
        kind -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_recommendations (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        user_id -> Nullable<Int8>,
        action -> Text,
        priority -> Text,
        points -> Int4,
        reasons -> Nullable<Jsonb>,
        arm -> Nullable<Text>,
        outcome -> Nullable<Text>,
        outcome_at -> Nullable<Timestamptz>,
        note -> Nullable<Text>,
        expires_at -> Timestamptz,
        actor -> Text,
        recommended_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_score_history (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        model_id -> Int8,
        old_score -> Nullable<Int2>,
        score -> Nullable<Int2>,
        win_probability -> Nullable<Int2>,
        factors -> Nullable<Jsonb>,
        inputs -> Nullable<Jsonb>,
        actor -> Text,
        calculated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_search (organization_id, trigram, block) {
        organization_id -> Int4,
        trigram -> Int8,
        block -> Int8,
        leads -> Bytea,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_search_state (organization_id) {
        organization_id -> Int4,
        last_audit_id -> Int8,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_source_cost_log (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        cost_id -> Int8,
        action -> Text,
        old_cents -> Nullable<Int8>,
        new_cents -> Nullable<Int8>,
        reason -> Nullable<Text>,
        changed_by -> Nullable<Int8>,
        actor -> Text,
        import_id -> Nullable<Int8>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_source_costs (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        source -> Text,
        campaign -> Text,
        period -> Text,
        cost_cents -> Int8,
        currency -> Text,
        note -> Nullable<Text>,
        user_id -> Nullable<Int8>,
        import_id -> Nullable<Int8>,
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_status_history (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        lead_id -> Int8,
        from_status -> Nullable<Text>,
        to_status -> Text,
        trigger_type -> Text,
        reason -> Nullable<Text>,
        changed_by -> Nullable<Int8>,
        import_id -> Nullable<Int8>,
        changed_at -> Timestamptz,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    lead_tags (organization_id, lead_id, tag) {
        organization_id -> Int4,
        lead_id -> Int8,
        tag -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    leads (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        owner_id -> Nullable<Int8>,
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
        status_changed_at -> Timestamptz,
        lead_score -> Nullable<Int2>,
        lead_score_factors -> Nullable<Jsonb>,
        temperature -> Nullable<Text>,
        source -> Nullable<Text>,
        source_metadata -> Nullable<Jsonb>,
        campaign -> Nullable<Text>,
        value_cents -> Nullable<Int8>,
        currency -> Nullable<Text>,
        consent_status -> Text,
        consent_at -> Nullable<Timestamptz>,
        email_opted_out_at -> Nullable<Timestamptz>,
        city -> Nullable<Text>,
        state -> Nullable<Text>,
        postal_code -> Nullable<Text>,
        country -> Nullable<Text>,
        timezone -> Nullable<Text>,
        custom_fields -> Jsonb,
        external_source -> Nullable<Text>,
        external_id -> Nullable<Text>,
        import_id -> Nullable<Int8>,
        first_contacted_at -> Nullable<Timestamptz>,
        last_contacted_at -> Nullable<Timestamptz>,
        expected_close_date -> Nullable<Date>,
        merged_into_id -> Nullable<Int8>,
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
        first_attempted_at -> Nullable<Timestamptz>,
        last_attempted_at -> Nullable<Timestamptz>,
        last_engagement_at -> Nullable<Timestamptz>,
        next_contact_at -> Nullable<Timestamptz>,
        territory_id -> Nullable<Int8>,
        territory_source -> Nullable<Text>,
        win_probability -> Nullable<Int2>,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    organizations (id) {
        id -> Int4,
        uid -> Uuid,
        name -> Text,
        slug -> Text,
        default_region -> Text,
        base_currency -> Text,
        timezone -> Text,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
        description -> Nullable<Text>,
        website -> Nullable<Text>,
        industry -> Nullable<Text>,
        size -> Nullable<Text>,
        billing_email -> Nullable<Text>,
        subscription_tier -> Text,
        group_slug -> Text,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    pool_run_leads (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        run_id -> Int8,
        user_id -> Nullable<Int8>,
        reason -> Nullable<Text>,
        skipped -> Nullable<Jsonb>,
        lead_count -> Int8,
        leads -> Bytea,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    pool_runs (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        pool_id -> Int8,
        kind -> Text,
        strategy -> Text,
        options -> Jsonb,
        import_id -> Nullable<Int8>,
        undoes_run_id -> Nullable<Int8>,
        lead_count -> Int8,
        changed_count -> Int8,
        left_count -> Int8,
        members -> Jsonb,
        run_by -> Nullable<Int8>,
        actor -> Text,
        run_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    score_models (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        name -> Text,
        revision -> Int4,
        kind -> Text,
        definition -> Jsonb,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    segments (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        owner_id -> Nullable<Int8>,
        name -> Text,
        description -> Nullable<Text>,
        filter -> Jsonb,
        is_public -> Bool,
        lead_count -> Nullable<Int8>,
        counted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    system_config (organization_id, config_key) {
        organization_id -> Int4,
        config_key -> Text,
        config_value -> Text,
        updated_by -> Nullable<Int8>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    tasks (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        lead_id -> Int8,
        owner_id -> Nullable<Int8>,
        kind -> Text,
        due_at -> Timestamptz,
        note -> Nullable<Text>,
        origin -> Text,
        done_at -> Nullable<Timestamptz>,
        done_by -> Nullable<Int8>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    territories (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        name -> Text,
        description -> Nullable<Text>,
        parent_id -> Nullable<Int8>,
        filter -> Jsonb,
        priority -> Int4,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    territory_members (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        territory_id -> Int8,
        user_id -> Int8,
        role -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use crate::db::types::columns::*;

    users (organization_id, id) {
        id -> Int8,
        organization_id -> Int4,
        uid -> Uuid,
        email -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        role -> Text,
        timezone -> Text,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int4,
        username -> Nullable<Text>,
        preferences -> Jsonb,
        avatar_url -> Nullable<Text>,
        is_verified -> Bool,
        last_seen_at -> Nullable<Timestamptz>,
        absent_from -> Nullable<Timestamptz>,
        absent_until -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(assignment_pools -> organizations (organization_id));
diesel::joinable!(audit_log -> organizations (organization_id));
diesel::joinable!(budget_accounts -> organizations (organization_id));
diesel::joinable!(dnc_checks -> organizations (organization_id));
diesel::joinable!(dnc_list -> organizations (organization_id));
diesel::joinable!(dnc_registry_blocks -> dnc_registry_revisions (revision_id));
diesel::joinable!(dnc_registry_revisions -> dnc_registries (registry_id));
diesel::joinable!(dnc_requests -> organizations (organization_id));
diesel::joinable!(dnc_requirements -> organizations (organization_id));
diesel::joinable!(dnc_scrubs -> organizations (organization_id));
diesel::joinable!(erasure_keys -> organizations (organization_id));
diesel::joinable!(exchange_rates -> organizations (organization_id));
diesel::joinable!(import_mappings -> organizations (organization_id));
diesel::joinable!(imports -> organizations (organization_id));
diesel::joinable!(lead_search -> organizations (organization_id));
diesel::joinable!(lead_search_state -> organizations (organization_id));
diesel::joinable!(lead_source_costs -> organizations (organization_id));
diesel::joinable!(leads -> organizations (organization_id));
diesel::joinable!(pool_runs -> organizations (organization_id));
diesel::joinable!(score_models -> organizations (organization_id));
diesel::joinable!(segments -> organizations (organization_id));
diesel::joinable!(signing_keys -> organizations (organization_id));
diesel::joinable!(system_config -> organizations (organization_id));
diesel::joinable!(territories -> organizations (organization_id));
diesel::joinable!(users -> organizations (organization_id));

diesel::allow_tables_to_appear_in_same_query!(
    assignment_pool_members,
    assignment_pools,
    audit_log,
    backups,
    budget_accounts,
    budget_transactions,
    dnc_checks,
    dnc_list,
    dnc_registries,
    dnc_registry_blocks,
    dnc_registry_revisions,
    dnc_requests,
    dnc_requirements,
    dnc_scrubs,
    dnc_spellings,
    erased_rows,
    erasure_hashes,
    erasure_keys,
    erasures,
    exchange_rates,
    idempotency_keys,
    import_mappings,
    imports,
    lead_assignments,
    lead_audit_log,
    lead_emails,
    lead_notes,
    lead_phones,
    lead_recommendations,
    lead_score_history,
    lead_search,
    lead_search_state,
    lead_source_cost_log,
    lead_source_costs,
    lead_status_history,
    lead_tags,
    leads,
    organizations,
    pool_run_leads,
    pool_runs,
    score_models,
    segments,
    signing_keys,
    system_config,
    tasks,
    territories,
    territory_members,
    users,
);
