CREATE TABLE dnc_list (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    source TEXT NOT NULL CHECK (source = 'manual' OR source = 'import' OR source = 'opt_out_text' OR source = 'opt_out_call' OR source = 'opt_out_email' OR source = 'registry' OR source = 'litigator' OR source = 'other'),
    scope TEXT NOT NULL DEFAULT 'all' CHECK (scope = 'all' OR scope = 'calls' OR scope = 'texts'),
    evidence TEXT CHECK (length(evidence) <= 10000 AND instr(evidence, char(0)) = 0),
    added_by INTEGER,
    added_at INTEGER NOT NULL,
    expires_at INTEGER,
    removed_by INTEGER,
    removed_at INTEGER,
    removal_reason TEXT CHECK (length(removal_reason) <= 2000 AND instr(removal_reason, char(0)) = 0),
    import_id INTEGER,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    FOREIGN KEY (organization_id, added_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, removed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- One live entry per number: also the look-up of every check.
CREATE UNIQUE INDEX dnc_list_live ON dnc_list (organization_id, phone_number) WHERE removed_at IS NULL;
CREATE TRIGGER dnc_list_touch AFTER UPDATE ON dnc_list FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE dnc_list SET updated_at = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) WHERE id = NEW.id;
END;
