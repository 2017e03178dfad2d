-- The group of organizations of one company that share their do-not-call lists; empty when there is none. Being a column, it is one
-- group at most.
ALTER TABLE organizations ADD COLUMN group_slug text NOT NULL DEFAULT '' CHECK (char_length(group_slug) <= 60);

-- Whose wish an entry is: the organization's own, that of others in its group, or both. Of both `own_…` is what the organization itself
-- forbids; the other columns are what the entry forbids as a whole.
ALTER TABLE dnc_list ADD COLUMN origin text NOT NULL DEFAULT 'own' CHECK (origin IN ('own', 'group', 'both'));
ALTER TABLE dnc_list ADD COLUMN own_scope text CHECK (own_scope IN ('all', 'calls', 'texts'))
    CHECK ((own_scope IS NULL) = (origin <> 'both'));
ALTER TABLE dnc_list ADD COLUMN own_expires_at timestamptz CHECK (own_expires_at IS NULL OR own_scope IS NOT NULL);
ALTER TABLE dnc_list ADD COLUMN own_calls_expire_at timestamptz
    CHECK (own_calls_expire_at IS NULL OR own_scope IS NOT NULL AND own_scope = 'all' AND (own_expires_at IS NULL OR own_calls_expire_at < own_expires_at));
ALTER TABLE dnc_list ADD COLUMN own_texts_expire_at timestamptz
    CHECK (own_texts_expire_at IS NULL OR own_calls_expire_at IS NULL AND own_scope IS NOT NULL AND own_scope = 'all' AND (own_expires_at IS NULL OR own_texts_expire_at < own_expires_at));
-- Live entries that came through the group, which become the organization's own when a member leaves.
CREATE INDEX dnc_list_shared ON dnc_list (organization_id, id)
    WHERE removed_at IS NULL AND origin <> 'own';
-- Whose wish a live entry is changes in one way only: what came through the group becomes the organization's own.
CREATE FUNCTION refuse_other_origin() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.origin IS DISTINCT FROM OLD.origin OR NEW.own_scope IS DISTINCT FROM OLD.own_scope
            OR NEW.own_expires_at IS DISTINCT FROM OLD.own_expires_at OR NEW.own_calls_expire_at IS DISTINCT FROM OLD.own_calls_expire_at
            OR NEW.own_texts_expire_at IS DISTINCT FROM OLD.own_texts_expire_at)
        AND (NEW.origin <> 'own' OR OLD.removed_at IS NOT NULL OR NEW.removed_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'an entry of dnc_list that came through the group only becomes the organization''s own';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dnc_list_origin BEFORE UPDATE ON dnc_list FOR EACH ROW EXECUTE FUNCTION refuse_other_origin();
