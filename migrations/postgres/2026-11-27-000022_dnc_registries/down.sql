-- For dialers: whether an organization's own list forbids to contact a number, on one channel (`calls` or `texts`) or,
-- when none is named, on any. What cannot be checked is an error, never `false`: what is no number in E.164, or none that is valid in
-- its numbering plan. It runs with the caller's rights, who needs SELECT on organizations, dnc_list and dnc_spellings; names are those of the schema public whatever the caller has made, and the setting that row-level security reads is put
-- back afterwards.
CREATE OR REPLACE FUNCTION is_on_dnc_list(phone text, organization integer, channel text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := current_setting('app.current_org_id', true);
    listed boolean;
BEGIN
    IF phone IS NULL OR phone !~ '^\+[1-9][0-9]{6,14}$' THEN
        RAISE EXCEPTION '% is not a phone number in E.164', coalesce(quote_literal(phone), 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'write it with + and country code, for example +12125550142';
    END IF;
    IF channel IS NOT NULL AND channel NOT IN ('calls', 'texts') THEN
        RAISE EXCEPTION '% is neither calls nor texts', quote_literal(channel) USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF organization IS NULL OR NOT EXISTS (SELECT 1 FROM public.organizations o WHERE o.id = organization) THEN
        RAISE EXCEPTION 'no organization has the id %', coalesce(organization::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('app.current_org_id', organization::text, true);
    SELECT EXISTS (
        SELECT 1 FROM (
            SELECT d.* FROM public.dnc_list d
            WHERE d.organization_id = organization AND d.phone_number = phone AND d.removed_at IS NULL
            UNION ALL
            SELECT d.* FROM public.dnc_spellings s
            JOIN public.dnc_list d ON d.organization_id = s.organization_id AND d.id = s.dnc_id
            WHERE s.organization_id = organization AND s.phone_number = phone AND d.removed_at IS NULL
        ) d
        WHERE CASE channel
              WHEN 'calls' THEN d.scope <> 'texts' AND coalesce(d.calls_expire_at, d.expires_at, 'infinity') > now()
              WHEN 'texts' THEN d.scope <> 'calls' AND coalesce(d.texts_expire_at, d.expires_at, 'infinity') > now()
              ELSE coalesce(d.expires_at, 'infinity') > now()
          END
    ) INTO listed;
    PERFORM set_config('app.current_org_id', coalesce(before, ''), true);
    IF NOT listed AND NOT public.is_valid_phone_number(phone) THEN
        RAISE EXCEPTION '% is not valid in its numbering plan', quote_literal(phone)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'ask crmctl dnc check, which reads numbers in any spelling';
    END IF;
    RETURN listed;
END $$;

DROP FUNCTION dnc_covers(jsonb, text);
DROP FUNCTION dnc_concerns(text, integer, text);
DROP FUNCTION dnc_block_has(bytea, integer);
DROP TABLE dnc_requirements;
DROP TABLE dnc_registry_blocks;
DROP TABLE dnc_registry_revisions;
DROP TABLE dnc_registries;
