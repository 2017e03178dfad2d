-- Spellings in which other numbers of a listed subscriber are written: another area code after a change of the numbering plan, a
-- mobile prefix, a zero that a spreadsheet dropped. Who asks about one of them is answered as about the listed number.
CREATE TABLE dnc_spellings (
    organization_id INTEGER NOT NULL,
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    dnc_id INTEGER NOT NULL,
    PRIMARY KEY (organization_id, phone_number, dnc_id),
    FOREIGN KEY (organization_id, dnc_id) REFERENCES dnc_list (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dnc_spellings_no_update BEFORE UPDATE ON dnc_spellings
BEGIN SELECT RAISE(ABORT, 'dnc_spellings is append-only'); END;
CREATE TRIGGER dnc_spellings_no_delete BEFORE DELETE ON dnc_spellings
BEGIN SELECT RAISE(ABORT, 'dnc_spellings is append-only'); END;
CREATE TRIGGER dnc_spellings_no_replace BEFORE INSERT ON dnc_spellings
WHEN EXISTS (SELECT 1 FROM dnc_spellings WHERE organization_id = NEW.organization_id AND phone_number = NEW.phone_number AND dnc_id = NEW.dnc_id)
BEGIN SELECT RAISE(ABORT, 'dnc_spellings is append-only'); END;

-- An entry that ends earlier for calls, or for texts, than as a whole. `expires_at` stays the end of the whole entry: of the
-- channel that is forbidden longer.
ALTER TABLE dnc_list ADD COLUMN calls_expire_at INTEGER
    CHECK (calls_expire_at IS NULL OR scope = 'all' AND (expires_at IS NULL OR calls_expire_at < expires_at));
ALTER TABLE dnc_list ADD COLUMN texts_expire_at INTEGER
    CHECK (texts_expire_at IS NULL OR calls_expire_at IS NULL AND scope = 'all' AND (expires_at IS NULL OR texts_expire_at < expires_at));
-- Live entries one channel of which ends before the other.
CREATE INDEX dnc_list_early_end ON dnc_list (organization_id)
    WHERE removed_at IS NULL AND (calls_expire_at IS NOT NULL OR texts_expire_at IS NOT NULL);
-- An entry is closed, and says by whom and why, or forbids more, or longer; its texts change for an erasure only.
CREATE TRIGGER dnc_list_close_or_widen BEFORE UPDATE ON dnc_list
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.phone_number IS NOT OLD.phone_number
    OR NEW.source IS NOT OLD.source
    OR NEW.added_by IS NOT OLD.added_by
    OR NEW.added_actor IS NOT OLD.added_actor
    OR NEW.added_at IS NOT OLD.added_at
    OR NEW.import_id IS NOT OLD.import_id
    OR (OLD.removed_at IS NOT NULL AND (NEW.removed_by IS NOT OLD.removed_by OR NEW.removed_actor IS NOT OLD.removed_actor
        OR NEW.removed_at IS NOT OLD.removed_at OR NEW.removal_kind IS NOT OLD.removal_kind))
    OR (OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL AND (trim(coalesce(NEW.removed_actor, '')) = ''
        OR trim(coalesce(NEW.removal_reason, '')) = '' OR NEW.removal_kind IS NULL))
    OR (NEW.scope <> OLD.scope AND NEW.scope <> 'all')
    OR (OLD.scope <> 'texts' AND coalesce(NEW.calls_expire_at, NEW.expires_at) IS NOT NULL AND (coalesce(OLD.calls_expire_at, OLD.expires_at) IS NULL OR coalesce(NEW.calls_expire_at, NEW.expires_at) < coalesce(OLD.calls_expire_at, OLD.expires_at)))
    OR (OLD.scope <> 'calls' AND coalesce(NEW.texts_expire_at, NEW.expires_at) IS NOT NULL AND (coalesce(OLD.texts_expire_at, OLD.expires_at) IS NULL OR coalesce(NEW.texts_expire_at, NEW.expires_at) < coalesce(OLD.texts_expire_at, OLD.expires_at)))
    OR ((NEW.reason IS NOT OLD.reason OR NEW.evidence IS NOT OLD.evidence
            OR (NEW.removal_reason IS NOT OLD.removal_reason AND (OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL)))
        AND NOT EXISTS (SELECT 1 FROM erased_rows e
            WHERE e.organization_id = OLD.organization_id AND e.table_name = 'dnc_list' AND e.row_id = OLD.id))
BEGIN SELECT RAISE(ABORT, 'an entry of dnc_list is only closed, with who and why, or widened'); END;

-- Each number that reaches a subscriber of the list, in every spelling.
CREATE VIEW dnc_numbers AS
SELECT d.organization_id, d.phone_number, d.id AS dnc_id, d.scope, d.expires_at, d.calls_expire_at, d.texts_expire_at
FROM dnc_list d WHERE d.removed_at IS NULL
UNION ALL
SELECT s.organization_id, s.phone_number, d.id, d.scope, d.expires_at, d.calls_expire_at, d.texts_expire_at
FROM dnc_spellings s JOIN dnc_list d ON d.organization_id = s.organization_id AND d.id = s.dnc_id
WHERE d.removed_at IS NULL;
