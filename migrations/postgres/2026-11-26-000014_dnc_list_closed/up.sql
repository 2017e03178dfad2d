-- Entries that were closed of late, which an import looks at before it ends.
CREATE INDEX dnc_list_removed ON dnc_list (organization_id, removed_at)
    WHERE removed_at IS NOT NULL;
-- Whatever the caller's search path says, and whatever temporary tables the caller has.
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
