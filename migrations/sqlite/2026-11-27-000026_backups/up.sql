-- Backups that were made of this database, of all its organizations at once. The files lie elsewhere; a row is written when its file is
-- whole, was read again and is found to hold what it should.
CREATE TABLE backups (
    id INTEGER PRIMARY KEY,
    uid BLOB NOT NULL CHECK (length(uid) = 16),
    -- Where the file was put, from the root of the machine.
    path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 4096 AND instr(path, char(0)) = 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND instr(sha256, char(0)) = 0),
    -- The last migration of the database that it holds.
    schema_version TEXT NOT NULL CHECK (length(schema_version) BETWEEN 1 AND 60 AND instr(schema_version, char(0)) = 0),
    -- The email of the acting user, or NULL when there was none.
    made_by TEXT CHECK (length(made_by) <= 400 AND instr(made_by, char(0)) = 0),
    made_at INTEGER NOT NULL,
    -- When the file was last read and found sound.
    verified_at INTEGER NOT NULL,
    -- When it was last read and found damaged, if it was not found sound since.
    damaged_at INTEGER,
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (uid)
) STRICT;
CREATE TRIGGER backups_touch AFTER UPDATE ON backups FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE backups SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
