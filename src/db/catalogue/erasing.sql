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
    bare text;
    begins integer;
    takes integer;
    done integer;
BEGIN
    IF org IS NULL THEN
        RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF coalesce(cardinality(lead_ids), 0) = 0 OR array_ndims(lead_ids) <> 1 OR coalesce(who, '') !~ '[^[:space:]]' OR at_time IS NULL OR NOT isfinite(at_time) OR org_key IS NULL
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
        UNION SELECT 'email', e.email FROM public.lead_emails e WHERE e.organization_id = org AND e.lead_id = ANY (lead_ids)
        UNION SELECT CASE WHEN a.field_name IN ('first_name', 'last_name') THEN 'name' WHEN a.field_name IN ('email', 'further_email') THEN 'email' ELSE 'phone' END, v.value
        FROM public.lead_audit_log a, LATERAL (VALUES (a.old_value), (a.new_value)) AS v (value)
        WHERE a.organization_id = org AND a.lead_id = ANY (lead_ids)
            AND a.field_name IN ('first_name', 'last_name', 'email', 'further_email', 'phone_number', 'phone')
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
        WHERE a.organization_id = org AND a.lead_id = l.id AND isfinite(a.changed_at)))
    FROM unnest(lead_ids) WITH ORDINALITY AS l (id, place) ORDER BY l.place;
    INSERT INTO public.erasure_keys (organization_id, hash_key) VALUES (org, org_key) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT 1 FROM public.erasure_keys k WHERE k.organization_id = org AND k.hash_key = org_key) THEN
        RAISE EXCEPTION 'the hashes are made with another key' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.erasure_hashes (organization_id, key_hash, lead_id)
    SELECT DISTINCT org, h.hash, l.id FROM unnest(lead_ids) AS l (id), unnest(key_hashes) AS h (hash);

    -- The person's own rows.
{own rows}

    -- Texts of others, out of which the person is cut: nothing else can be put in its place.
    FOR one IN SELECT r.value ->> 'table' AS name, (r.value ->> 'row')::bigint AS id, r.value -> 'texts' AS texts
        FROM jsonb_array_elements(redactions) AS r (value)
    LOOP
        stored := NULL;
        columns := '{}';
        FOR cut IN SELECT t.value FROM jsonb_array_elements(one.texts) AS t (value) LOOP
            IF coalesce(one.name || '.' || (cut ->> 'column') = ANY (ARRAY[{columns}]), false) IS NOT TRUE THEN
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
            IF coalesce(jsonb_array_length(cut -> 'spans'), 0) = 0 THEN
                RAISE EXCEPTION 'nothing is cut out of this text' USING ERRCODE = 'invalid_parameter_value';
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
                -- A short word is one by itself only: `al` is not in `final`.
                rest := ' ' || replace(public.letters_of(substr(old_text, begins + 1, takes)), ' ', '  ') || ' ';
                FOREACH word IN ARRAY known LOOP
                    IF word ~ '^[a-z0-9]{1,3}$' THEN
                        rest := replace(rest, ' ' || word || ' ', ' ');
                    END IF;
                END LOOP;
                rest := replace(rest, ' ', '');
                FOREACH word IN ARRAY known LOOP
                    IF word !~ '^[a-z0-9]{1,3}$' THEN
                        rest := replace(rest, word, '');
                    END IF;
                END LOOP;
                -- As the program sees numbers: the zero of `+49 (0)30` stands anywhere.
                IF rest = fragment AND fragment ~ '^[0-9]+$' THEN
                    FOREACH word IN ARRAY known LOOP
                        bare := replace(word, '0', '');
                        IF word ~ '^[0-9]{6}$' AND char_length(bare) > 2 AND strpos(replace(fragment, '0', ''), bare) > 0 THEN
                            rest := replace(replace(fragment, '0', ''), bare, '');
                        END IF;
                    END LOOP;
                END IF;
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
            (SELECT string_agg(DISTINCT format(CASE WHEN one.name || '.' || c.name = ANY (ARRAY[{JSON columns}]::text[])
                THEN '%1$I = $3 -> %1$L' ELSE '%1$I = $3 ->> %1$L' END, c.name), ', ') FROM unnest(columns) AS c (name)),
            CASE WHEN one.name = ANY (ARRAY[{versioned tables}]::text[]) THEN ', version = t.version + 1, updated_at = $4' ELSE '' END)
            USING org, one.id, stored, at_time;
    END LOOP;
END $$;
