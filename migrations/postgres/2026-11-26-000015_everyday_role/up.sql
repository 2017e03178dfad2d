-- What the database refuses, it refuses whatever the caller's search path says, and whatever temporary tables, types and functions the
-- caller has: functions look in pg_catalog alone, and name all else with its schema. Plain SQL is bound when it is made.
CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        -- Not when the transaction began: another may have written meanwhile.
        NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE OR REPLACE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% keeps its rows', TG_TABLE_NAME;
END $$;

-- Whether an erasure that changes this row is under way: one is recorded, and it is the function below, with the rights of who owns the
-- table, that changes it. A row that was opened once is open to nobody else.
CREATE FUNCTION is_erasing(organization integer, name text, id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = 'public.erased_rows'::regclass AND pg_has_role(c.relowner, 'USAGE'))
        AND EXISTS (SELECT 1 FROM public.erased_rows e WHERE e.organization_id = organization AND e.table_name = name AND e.row_id = id);
END $$;

CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND public.is_erasing(OLD.organization_id, TG_TABLE_NAME, OLD.id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE OR REPLACE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deciding text[] := ARRAY['decision', 'decision_reason', 'decided_by', 'decided_actor', 'decided_at', 'dnc_id'];
    erasing text[] := ARRAY['reason', 'text', 'decision_reason'];
BEGIN
    IF OLD.decision IS NULL AND NEW.decision IS NOT NULL AND to_jsonb(NEW) - deciding = to_jsonb(OLD) - deciding THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - erasing = to_jsonb(OLD) - erasing AND public.is_erasing(OLD.organization_id, TG_TABLE_NAME, OLD.id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only, and a request is decided once', TG_TABLE_NAME;
END $$;

CREATE OR REPLACE FUNCTION refuse_narrowing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM OLD.id
        OR NEW.organization_id IS DISTINCT FROM OLD.organization_id
        OR NEW.phone_number IS DISTINCT FROM OLD.phone_number
        OR NEW.source IS DISTINCT FROM OLD.source
        OR NEW.added_by IS DISTINCT FROM OLD.added_by
        OR NEW.added_actor IS DISTINCT FROM OLD.added_actor
        OR NEW.added_at IS DISTINCT FROM OLD.added_at
        OR NEW.import_id IS DISTINCT FROM OLD.import_id
        OR OLD.removed_at IS NOT NULL AND (NEW.removed_by IS DISTINCT FROM OLD.removed_by
            OR NEW.removed_actor IS DISTINCT FROM OLD.removed_actor OR NEW.removed_at IS DISTINCT FROM OLD.removed_at
            OR NEW.removal_kind IS DISTINCT FROM OLD.removal_kind)
        OR OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL AND (trim(coalesce(NEW.removed_actor, '')) = ''
            OR trim(coalesce(NEW.removal_reason, '')) = '' OR NEW.removal_kind IS NULL)
        OR NEW.scope <> OLD.scope AND NEW.scope <> 'all'
        OR OLD.scope <> 'texts' AND coalesce(NEW.calls_expire_at, NEW.expires_at) IS NOT NULL AND (coalesce(OLD.calls_expire_at, OLD.expires_at) IS NULL OR coalesce(NEW.calls_expire_at, NEW.expires_at) < coalesce(OLD.calls_expire_at, OLD.expires_at))
        OR OLD.scope <> 'calls' AND coalesce(NEW.texts_expire_at, NEW.expires_at) IS NOT NULL AND (coalesce(OLD.texts_expire_at, OLD.expires_at) IS NULL OR coalesce(NEW.texts_expire_at, NEW.expires_at) < coalesce(OLD.texts_expire_at, OLD.expires_at))
        OR (NEW.reason IS DISTINCT FROM OLD.reason OR NEW.evidence IS DISTINCT FROM OLD.evidence
                OR NEW.removal_reason IS DISTINCT FROM OLD.removal_reason AND (OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL))
            AND NOT public.is_erasing(OLD.organization_id, TG_TABLE_NAME, OLD.id)
    THEN
        RAISE EXCEPTION 'an entry of dnc_list is only closed, with who and why, or widened';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION is_on_dnc_list(text, integer, text) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION is_on_dnc_list(text, text, text) SET search_path = pg_catalog, pg_temp;

CREATE OR REPLACE FUNCTION fold_case(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.upper($1 COLLATE pg_catalog."und-x-icu");
CREATE OR REPLACE FUNCTION number_of(text) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN $1 OPERATOR(pg_catalog.~) '^-?[0-9]{1,15}(\.[0-9]{1,15})?$' THEN $1::double precision END;
CREATE OR REPLACE FUNCTION custom_text(jsonb, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN nullif($1 OPERATOR(pg_catalog.->>) $2, '');

-- A text as words are compared: letters and digits without case and accents, a blank between them.
CREATE FUNCTION letters_of(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.upper(
        pg_catalog.normalize($1, 'NFKD') COLLATE pg_catalog."und-x-icu")), '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g');

-- Erases a person: records who did it, when and why, empties the texts of the person's rows, and cuts the person out of those of others.
-- It has the rights of the owner of the schema, and what it does follows from the catalogue of tables (src/db/catalogue/erasing.rs).
CREATE OR REPLACE FUNCTION public.record_erasure(lead_ids bigint[], why text, by_user bigint, who text, at_time timestamptz, org_key bytea, key_hashes bytea[], redactions jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = on AS $$
DECLARE
    org integer := nullif(current_setting('app.current_org_id', true), '')::integer;
    -- What the person was known by, the longest first.
    known text[];
    one record;
    cut jsonb;
    span jsonb;
    place text[];
    stored jsonb;
    columns text[];
    old_text text;
    new_text text;
    fragment text;
    rest text;
    word text;
    begins integer;
    takes integer;
    done integer;
BEGIN
    IF org IS NULL THEN
        RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF coalesce(cardinality(lead_ids), 0) = 0 OR trim(coalesce(who, '')) = '' OR at_time IS NULL OR org_key IS NULL
        OR key_hashes IS NULL OR jsonb_typeof(redactions) IS DISTINCT FROM 'array'
    THEN
        RAISE EXCEPTION 'an erasure says whose, by whom and when' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (SELECT count(*) FROM public.leads l WHERE l.organization_id = org AND l.id = ANY (lead_ids)) <> cardinality(lead_ids) THEN
        RAISE EXCEPTION 'not all of these are leads of the organization' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- As the program lets nobody else (src/domain/access/role.rs).
    IF EXISTS (SELECT 1 FROM public.users u WHERE u.organization_id = org)
        AND NOT EXISTS (SELECT 1 FROM public.users u WHERE u.organization_id = org AND u.id = by_user AND u.is_active AND u.role = 'admin')
    THEN
        RAISE EXCEPTION 'an admin of the organization erases people, nobody else' USING ERRCODE = 'insufficient_privilege';
    END IF;

    WITH said (kind, value) AS (
        SELECT v.kind, v.value FROM public.leads l, LATERAL (VALUES ('name', l.first_name), ('name', l.last_name),
            ('email', l.email), ('phone', l.phone_number)) AS v (kind, value)
        WHERE l.organization_id = org AND l.id = ANY (lead_ids)
        UNION SELECT 'phone', p.phone_number FROM public.lead_phones p WHERE p.organization_id = org AND p.lead_id = ANY (lead_ids)
        UNION SELECT CASE a.field_name WHEN 'first_name' THEN 'name' WHEN 'last_name' THEN 'name' WHEN 'email' THEN 'email' ELSE 'phone' END, v.value
        FROM public.lead_audit_log a, LATERAL (VALUES (a.old_value), (a.new_value)) AS v (value)
        WHERE a.organization_id = org AND a.lead_id = ANY (lead_ids)
            AND a.field_name IN ('first_name', 'last_name', 'email', 'phone_number', 'phone')
    ), words (word) AS (
        SELECT unnest(string_to_array(public.letters_of(s.value), ' ')) FROM said s WHERE s.kind = 'name'
        UNION SELECT replace(public.letters_of(s.value), ' ', '') FROM said s WHERE s.kind = 'email'
        -- However a number is written, its last digits are the same.
        UNION SELECT right(regexp_replace(s.value, '[^0-9]', '', 'g'), 6) FROM said s WHERE s.kind = 'phone'
    )
    SELECT coalesce(array_agg(w.word ORDER BY char_length(w.word) DESC), '{}') INTO known FROM words w WHERE octet_length(w.word) > 1;

    -- An erasure is not before what was last written about the lead.
    INSERT INTO public.erasures (organization_id, lead_id, reason, erased_by, actor, erased_at)
    SELECT org, l.id, why, by_user, who, greatest(at_time, (SELECT max(a.changed_at) FROM public.lead_audit_log a
        WHERE a.organization_id = org AND a.lead_id = l.id))
    FROM unnest(lead_ids) WITH ORDINALITY AS l (id, place) ORDER BY l.place;
    INSERT INTO public.erasure_keys (organization_id, hash_key) VALUES (org, org_key) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT 1 FROM public.erasure_keys k WHERE k.organization_id = org AND k.hash_key = org_key) THEN
        RAISE EXCEPTION 'the hashes are made with another key' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.erasure_hashes (organization_id, key_hash, lead_id)
    SELECT DISTINCT org, h.hash, l.id FROM unnest(lead_ids) AS l (id), unnest(key_hashes) AS h (hash);

    -- The person's own rows.
    UPDATE public.leads t SET first_name = NULL, last_name = NULL, phone_number = NULL, phone_extension = '', email = NULL, company = NULL, job_title = NULL, website = NULL, linkedin_url = NULL, lead_score_factors = NULL, source_metadata = NULL, city = NULL, state = NULL, postal_code = NULL, country = NULL, timezone = NULL, custom_fields = '{}', external_source = NULL, external_id = NULL,
        deleted_at = coalesce(t.deleted_at, at_time), updated_at = at_time, version = t.version + 1
    WHERE t.organization_id = org AND t.id = ANY (lead_ids);
    DELETE FROM public.lead_phones t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids);
    DELETE FROM public.lead_tags t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids);
    DELETE FROM public.lead_notes t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids);
    INSERT INTO public.erased_rows (organization_id, table_name, row_id, lead_id)
    SELECT org, 'lead_audit_log', t.id, t.lead_id FROM public.lead_audit_log t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids) AND (t.old_value IS NOT NULL OR t.new_value IS NOT NULL)
        AND t.field_name NOT IN ('uid', 'owner_id', 'status', 'status_changed_at', 'lead_score', 'temperature', 'source', 'campaign', 'value_cents', 'currency', 'consent_status', 'consent_at', 'email_opted_out_at', 'import_id', 'first_contacted_at', 'last_contacted_at', 'expected_close_date', 'merged_into_id', 'deleted_at', 'created_at', 'updated_at', 'version', 'absorbed_lead_id')
    ON CONFLICT DO NOTHING;
    UPDATE public.lead_audit_log t SET old_value = NULL, new_value = NULL
    WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids) AND (t.old_value IS NOT NULL OR t.new_value IS NOT NULL)
        AND t.field_name NOT IN ('uid', 'owner_id', 'status', 'status_changed_at', 'lead_score', 'temperature', 'source', 'campaign', 'value_cents', 'currency', 'consent_status', 'consent_at', 'email_opted_out_at', 'import_id', 'first_contacted_at', 'last_contacted_at', 'expected_close_date', 'merged_into_id', 'deleted_at', 'created_at', 'updated_at', 'version', 'absorbed_lead_id');
    INSERT INTO public.erased_rows (organization_id, table_name, row_id, lead_id)
    SELECT org, 'lead_status_history', t.id, t.lead_id FROM public.lead_status_history t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids) AND (t.reason IS NOT NULL)
    ON CONFLICT DO NOTHING;
    UPDATE public.lead_status_history t SET reason = NULL
    WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids) AND (t.reason IS NOT NULL);
    INSERT INTO public.erased_rows (organization_id, table_name, row_id, lead_id)
    SELECT org, 'lead_assignments', t.id, t.lead_id FROM public.lead_assignments t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids) AND (t.context IS NOT NULL)
    ON CONFLICT DO NOTHING;
    UPDATE public.lead_assignments t SET context = NULL
    WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids) AND (t.context IS NOT NULL);

    -- Texts of others, out of which the person is cut: nothing else can be put in its place.
    FOR one IN SELECT r.value ->> 'table' AS name, (r.value ->> 'row')::bigint AS id, r.value -> 'texts' AS texts
        FROM jsonb_array_elements(redactions) AS r (value)
    LOOP
        stored := NULL;
        columns := '{}';
        FOR cut IN SELECT t.value FROM jsonb_array_elements(one.texts) AS t (value) LOOP
            IF coalesce(one.name || '.' || (cut ->> 'column') = ANY (ARRAY['audit_log.old_value', 'audit_log.new_value', 'lead_audit_log.old_value', 'lead_audit_log.new_value', 'lead_status_history.reason', 'lead_assignments.context', 'dnc_list.reason', 'dnc_list.evidence', 'dnc_list.removal_reason', 'dnc_requests.reason', 'dnc_requests.text', 'dnc_requests.decision_reason', 'dnc_checks.input', 'dnc_checks.reasons', 'lead_source_cost_log.reason']), false) IS NOT TRUE THEN
                RAISE EXCEPTION 'an erasure does not change this text' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF stored IS NULL THEN
                EXECUTE format('SELECT to_jsonb(t) FROM public.%I t WHERE t.organization_id = $1 AND t.id = $2 FOR UPDATE', one.name)
                    INTO stored USING org, one.id;
            END IF;
            place := (cut ->> 'column') || ARRAY(SELECT p.value FROM jsonb_array_elements_text(cut -> 'path') AS p (value));
            old_text := stored #>> place;
            IF old_text IS NULL OR jsonb_typeof(stored #> place) <> 'string' THEN
                RAISE EXCEPTION 'there is no such text' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            new_text := '';
            done := 0;
            FOR span IN SELECT s.value FROM jsonb_array_elements(cut -> 'spans') AS s (value) LOOP
                begins := (span ->> 0)::integer;
                takes := (span ->> 1)::integer;
                IF begins < done OR takes < 1 OR begins + takes > char_length(old_text) THEN
                    RAISE EXCEPTION 'the places of a text are not in their order' USING ERRCODE = 'invalid_parameter_value';
                END IF;
                fragment := replace(public.letters_of(substr(old_text, begins + 1, takes)), ' ', '');
                rest := fragment;
                FOREACH word IN ARRAY known LOOP
                    rest := replace(rest, word, '');
                END LOOP;
                -- Initials, a country code and the like may stand beside.
                IF rest = fragment OR char_length(rest) > 40 THEN
                    RAISE EXCEPTION 'what is to be cut out is not the person' USING ERRCODE = 'insufficient_privilege';
                END IF;
                new_text := new_text || substr(old_text, done + 1, begins - done)
                    || CASE WHEN (cut ->> 'stars')::boolean THEN repeat('*', takes) ELSE '[erased]' END;
                done := begins + takes;
            END LOOP;
            stored := jsonb_set(stored, place, to_jsonb(new_text || substr(old_text, done + 1)), false);
            columns := columns || (cut ->> 'column');
        END LOOP;
        IF stored IS NULL THEN
            CONTINUE;
        END IF;
        INSERT INTO public.erased_rows (organization_id, table_name, row_id, lead_id)
        VALUES (org, one.name, one.id, lead_ids[1]) ON CONFLICT DO NOTHING;
        EXECUTE format('UPDATE public.%I t SET %s%s WHERE t.organization_id = $1 AND t.id = $2', one.name,
            (SELECT string_agg(DISTINCT format(CASE WHEN one.name || '.' || c.name = ANY (ARRAY['dnc_checks.reasons']::text[])
                THEN '%1$I = $3 -> %1$L' ELSE '%1$I = $3 ->> %1$L' END, c.name), ', ') FROM unnest(columns) AS c (name)),
            CASE WHEN one.name = ANY (ARRAY['dnc_list']::text[]) THEN ', version = t.version + 1, updated_at = $4' ELSE '' END)
            USING org, one.id, stored, at_time;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION record_erasure(bigint[], text, bigint, text, timestamp with time zone, bytea, bytea[], jsonb) FROM PUBLIC;

-- Whoever could erase, erases by the function only.
DO $$
DECLARE
    holder record;
BEGIN
    FOR holder IN SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = 'public.erasures'::regclass AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION record_erasure(bigint[], text, bigint, text, timestamp with time zone, bytea, bytea[], jsonb) TO %s', holder.name);
    END LOOP;
    FOR holder IN SELECT DISTINCT c.oid::regclass AS relation, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid IN ('public.erasures'::regclass, 'public.erasure_hashes'::regclass, 'public.erasure_keys'::regclass, 'public.erased_rows'::regclass)
            AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %s FROM %s', holder.relation, holder.name);
    END LOOP;
    FOR holder IN SELECT DISTINCT c.oid::regclass AS relation, quote_ident(t.attname) AS attribute, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name
        FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
        WHERE c.oid IN ('public.audit_log'::regclass, 'public.lead_audit_log'::regclass, 'public.lead_status_history'::regclass,
                'public.lead_assignments'::regclass, 'public.dnc_checks'::regclass, 'public.lead_source_cost_log'::regclass)
            AND a.privilege_type = 'UPDATE' AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE UPDATE (%s) ON %s FROM %s', holder.attribute, holder.relation, holder.name);
    END LOOP;
END $$;
