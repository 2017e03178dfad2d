-- Each import of a file, and each undo of one.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40 AND instr(kind, char(0)) = 0),
    file_name TEXT NOT NULL CHECK (length(file_name) <= 1000 AND instr(file_name, char(0)) = 0),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64 AND instr(file_sha256, char(0)) = 0),
    file_size INTEGER NOT NULL,
    sheet TEXT CHECK (length(sheet) <= 100 AND instr(sheet, char(0)) = 0),
    mapping TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(mapping) AND instr(mapping, char(0)) = 0),
    options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options) AND instr(options, char(0)) = 0),
    counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts) AND instr(counts, char(0)) = 0),
    status TEXT NOT NULL DEFAULT 'done' CHECK (status = 'done' OR status = 'undone'),
    undoes_import_id INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid),
    FOREIGN KEY (organization_id, undoes_import_id) REFERENCES imports (organization_id, id)
) STRICT;
CREATE TRIGGER imports_touch AFTER UPDATE ON imports FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE imports SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
