-- Whoever could erase by the function, does so by the tables again.
DO $$
DECLARE
    holder record;
BEGIN
    FOR holder IN SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name
        FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.oid = 'public.record_erasure(bigint[], text, bigint, text, timestamp with time zone, bytea, bytea[], jsonb)'::regprocedure AND a.privilege_type = 'EXECUTE' AND a.grantee <> p.proowner
    LOOP
        EXECUTE format('GRANT INSERT ON public.erasures, public.erasure_hashes, public.erasure_keys, public.erased_rows TO %s', holder.name);
        EXECUTE format('GRANT UPDATE (old_value, new_value) ON public.audit_log TO %s', holder.name);
        EXECUTE format('GRANT UPDATE (old_value, new_value) ON public.lead_audit_log TO %s', holder.name);
        EXECUTE format('GRANT UPDATE (reason) ON public.lead_status_history TO %s', holder.name);
        EXECUTE format('GRANT UPDATE (context) ON public.lead_assignments TO %s', holder.name);
        EXECUTE format('GRANT UPDATE (input, reasons) ON public.dnc_checks TO %s', holder.name);
        EXECUTE format('GRANT UPDATE (reason) ON public.lead_source_cost_log TO %s', holder.name);
    END LOOP;
END $$;
DROP FUNCTION record_erasure(bigint[], text, bigint, text, timestamptz, bytea, bytea[], jsonb);
DROP FUNCTION letters_of(text);

CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND EXISTS (
        SELECT 1 FROM erased_rows e
        WHERE e.organization_id = OLD.organization_id AND e.table_name = TG_TABLE_NAME AND e.row_id = OLD.id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps its rows', TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    deciding text[] := ARRAY['decision', 'decision_reason', 'decided_by', 'decided_actor', 'decided_at', 'dnc_id'];
    erasing text[] := ARRAY['reason', 'text', 'decision_reason'];
BEGIN
    IF OLD.decision IS NULL AND NEW.decision IS NOT NULL AND to_jsonb(NEW) - deciding = to_jsonb(OLD) - deciding THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - erasing = to_jsonb(OLD) - erasing AND EXISTS (
        SELECT 1 FROM erased_rows e
        WHERE e.organization_id = OLD.organization_id AND e.table_name = TG_TABLE_NAME AND e.row_id = OLD.id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only, and a request is decided once', TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION refuse_narrowing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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
            AND NOT EXISTS (SELECT 1 FROM public.erased_rows e
            WHERE e.organization_id = OLD.organization_id AND e.table_name = 'dnc_list' AND e.row_id = OLD.id)
    THEN
        RAISE EXCEPTION 'an entry of dnc_list is only closed, with who and why, or widened';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION is_erasing(integer, text, bigint);
ALTER FUNCTION is_on_dnc_list(text, integer, text) SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION is_on_dnc_list(text, text, text) SET search_path = pg_catalog, public, pg_temp;
CREATE OR REPLACE FUNCTION fold_case(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT upper($1 COLLATE pg_catalog."und-x-icu") $$;
CREATE OR REPLACE FUNCTION number_of(text) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1 ~ '^-?[0-9]{1,15}(\.[0-9]{1,15})?$' THEN $1::double precision END $$;
CREATE OR REPLACE FUNCTION custom_text(jsonb, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT nullif($1 ->> $2, '') $$;
