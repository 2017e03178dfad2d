-- The group of organizations of one company that share their do-not-call lists; empty when there is none. Being a column, it is one
-- group at most.
ALTER TABLE organizations ADD COLUMN group_slug TEXT NOT NULL DEFAULT '' CHECK (length(group_slug) <= 60 AND instr(group_slug, char(0)) = 0);

-- Whose wish an entry is: the organization's own, that of others in its group, or both. Of both `own_…` is what the organization itself
-- forbids; the other columns are what the entry forbids as a whole.
ALTER TABLE dnc_list ADD COLUMN origin TEXT NOT NULL DEFAULT 'own' CHECK (origin = 'own' OR origin = 'group' OR origin = 'both');
ALTER TABLE dnc_list ADD COLUMN own_scope TEXT CHECK (own_scope = 'all' OR own_scope = 'calls' OR own_scope = 'texts')
    CHECK ((own_scope IS NULL) = (origin <> 'both'));
ALTER TABLE dnc_list ADD COLUMN own_expires_at INTEGER CHECK (own_expires_at IS NULL OR own_scope IS NOT NULL);
ALTER TABLE dnc_list ADD COLUMN own_calls_expire_at INTEGER
    CHECK (own_calls_expire_at IS NULL OR own_scope IS NOT NULL AND own_scope = 'all' AND (own_expires_at IS NULL OR own_calls_expire_at < own_expires_at));
ALTER TABLE dnc_list ADD COLUMN own_texts_expire_at INTEGER
    CHECK (own_texts_expire_at IS NULL OR own_calls_expire_at IS NULL AND own_scope IS NOT NULL AND own_scope = 'all' AND (own_expires_at IS NULL OR own_texts_expire_at < own_expires_at));
-- Live entries that came through the group, which become the organization's own when a member leaves.
CREATE INDEX dnc_list_shared ON dnc_list (organization_id, id)
    WHERE removed_at IS NULL AND origin <> 'own';
-- Whose wish a live entry is changes in one way only: what came through the group becomes the organization's own.
CREATE TRIGGER dnc_list_origin BEFORE UPDATE ON dnc_list
WHEN (NEW.origin IS NOT OLD.origin OR NEW.own_scope IS NOT OLD.own_scope OR NEW.own_expires_at IS NOT OLD.own_expires_at
        OR NEW.own_calls_expire_at IS NOT OLD.own_calls_expire_at OR NEW.own_texts_expire_at IS NOT OLD.own_texts_expire_at)
    AND (NEW.origin <> 'own' OR OLD.removed_at IS NOT NULL OR NEW.removed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an entry of dnc_list that came through the group only becomes the organization''s own'); END;
