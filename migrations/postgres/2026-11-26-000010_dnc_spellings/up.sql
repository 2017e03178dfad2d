-- Spellings in which other numbers of a listed subscriber are written: another area code after a change of the numbering plan, a
-- mobile prefix, a zero that a spreadsheet dropped. Who asks about one of them is answered as about the listed number.
CREATE TABLE dnc_spellings (
    organization_id integer NOT NULL,
    phone_number text NOT NULL CHECK (phone_number LIKE '+%' AND phone_number NOT LIKE '+0%' AND translate(phone_number, '0123456789', '') = '+' AND char_length(phone_number) BETWEEN 8 AND 16),
    dnc_id bigint NOT NULL,
    PRIMARY KEY (organization_id, phone_number, dnc_id),
    FOREIGN KEY (organization_id, dnc_id) REFERENCES dnc_list (organization_id, id)
);
CREATE TRIGGER dnc_spellings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dnc_spellings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE dnc_spellings ENABLE ROW LEVEL SECURITY;
ALTER TABLE dnc_spellings FORCE ROW LEVEL SECURITY;
CREATE POLICY dnc_spellings_organization ON dnc_spellings
    USING (organization_id = (SELECT nullif(current_setting('app.current_org_id', true), '')::integer));

-- An entry that ends earlier for calls, or for texts, than as a whole. `expires_at` stays the end of the whole entry: of the
-- channel that is forbidden longer.
ALTER TABLE dnc_list ADD COLUMN calls_expire_at timestamptz
    CHECK (calls_expire_at IS NULL OR scope = 'all' AND (expires_at IS NULL OR calls_expire_at < expires_at));
ALTER TABLE dnc_list ADD COLUMN texts_expire_at timestamptz
    CHECK (texts_expire_at IS NULL OR calls_expire_at IS NULL AND scope = 'all' AND (expires_at IS NULL OR texts_expire_at < expires_at));
-- Live entries one channel of which ends before the other.
CREATE INDEX dnc_list_early_end ON dnc_list (organization_id)
    WHERE removed_at IS NULL AND (calls_expire_at IS NOT NULL OR texts_expire_at IS NOT NULL);
-- An entry is closed, and says by whom and why, or forbids more, or longer; its texts change for an erasure only.
CREATE FUNCTION refuse_narrowing() RETURNS trigger LANGUAGE plpgsql AS $$
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
            AND NOT EXISTS (SELECT 1 FROM erased_rows e
            WHERE e.organization_id = OLD.organization_id AND e.table_name = 'dnc_list' AND e.row_id = OLD.id)
    THEN
        RAISE EXCEPTION 'an entry of dnc_list is only closed, with who and why, or widened';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dnc_list_close_or_widen BEFORE UPDATE ON dnc_list
    FOR EACH ROW EXECUTE FUNCTION refuse_narrowing();

-- Each number that reaches a subscriber of the list, in every spelling.
CREATE VIEW dnc_numbers WITH (security_invoker = true) AS
SELECT d.organization_id, d.phone_number, d.id AS dnc_id, d.scope, d.expires_at, d.calls_expire_at, d.texts_expire_at
FROM dnc_list d WHERE d.removed_at IS NULL
UNION ALL
SELECT s.organization_id, s.phone_number, d.id, d.scope, d.expires_at, d.calls_expire_at, d.texts_expire_at
FROM dnc_spellings s JOIN dnc_list d ON d.organization_id = s.organization_id AND d.id = s.dnc_id
WHERE d.removed_at IS NULL;
