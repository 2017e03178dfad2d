-- How files of a form are read, under a name. Each row is a version of a mapping; a deleted one stays for the imports that used it.
CREATE TABLE import_mappings (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40 AND instr(kind, char(0)) = 0),
    options TEXT NOT NULL CHECK (json_valid(options) AND instr(options, char(0)) = 0),
    headers TEXT NOT NULL CHECK (json_valid(headers) AND instr(headers, char(0)) = 0),
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64 AND instr(fingerprint, char(0)) = 0),
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    deleted_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, uid),
    UNIQUE (organization_id, name, revision)
) STRICT;
CREATE TRIGGER import_mappings_touch AFTER UPDATE ON import_mappings FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE import_mappings SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
