CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL CHECK (length(uid) = 16) UNIQUE,
    kind TEXT NOT NULL CHECK (kind = 'leads' OR kind = 'dnc' OR kind = 'costs' OR kind = 'history' OR kind = 'undo'),
    file_name TEXT NOT NULL CHECK (length(file_name) <= 1000 AND instr(file_name, char(0)) = 0),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) <= 64 AND instr(file_sha256, char(0)) = 0 AND length(file_sha256) = 64),
    file_size INTEGER NOT NULL,
    sheet TEXT CHECK (length(sheet) <= 100 AND instr(sheet, char(0)) = 0),
    mapping TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(mapping)),
    options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options)),
    counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
    status TEXT NOT NULL DEFAULT 'done' CHECK (status IN ('done', 'undone')),
    undoes_import_id INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, undoes_import_id) REFERENCES imports (organization_id, id)
) STRICT;
CREATE TRIGGER imports_touch AFTER UPDATE ON imports FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE imports SET updated_at = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) WHERE id = NEW.id;
END;
