DROP FUNCTION is_on_dnc_list(text, text, text);
DROP FUNCTION is_on_dnc_list(text, integer, text);
DROP FUNCTION is_valid_phone_number(text);

-- For dialers: whether an organization's own list forbids to contact a number, on one channel (`calls` or `texts`) or,
-- when none is named, on any. What cannot be checked is an error, never `false`. It runs with the caller's rights, who
-- needs SELECT on organizations and dnc_list; the setting that row-level security reads is put back afterwards.
CREATE FUNCTION is_on_dnc_list(phone text, organization integer, channel text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
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
    IF organization IS NULL OR NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = organization) THEN
        RAISE EXCEPTION 'no organization has the id %', coalesce(organization::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('app.current_org_id', organization::text, true);
    SELECT EXISTS (
        SELECT 1 FROM dnc_list d
        WHERE d.organization_id = organization AND d.phone_number = phone AND d.removed_at IS NULL
          AND (d.expires_at IS NULL OR d.expires_at > now())
          AND (channel IS NULL OR d.scope IN ('all', channel))
    ) INTO listed;
    PERFORM set_config('app.current_org_id', coalesce(before, ''), true);
    RETURN listed;
END $$;

-- The same by the organization's slug.
CREATE FUNCTION is_on_dnc_list(phone text, organization text, channel text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    known integer;
BEGIN
    SELECT o.id INTO known FROM organizations o WHERE o.slug = organization;
    IF known IS NULL THEN
        RAISE EXCEPTION 'no organization has the slug %', coalesce(quote_literal(organization), 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN is_on_dnc_list(phone, known, channel);
END $$;
