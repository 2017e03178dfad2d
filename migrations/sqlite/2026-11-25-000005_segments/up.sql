-- Filters with a name.
CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    owner_id INTEGER,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    description TEXT CHECK (length(description) <= 2000 AND instr(description, char(0)) = 0),
    filter TEXT NOT NULL CHECK (json_valid(filter) AND instr(filter, char(0)) = 0),
    is_public INTEGER NOT NULL CHECK (is_public = 0 OR is_public = 1),
    lead_count INTEGER CHECK (lead_count >= 0),
    counted_at INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, uid),
    UNIQUE (organization_id, name),
    CHECK ((lead_count IS NULL) = (counted_at IS NULL)),
    FOREIGN KEY (organization_id, owner_id) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER segments_touch AFTER UPDATE ON segments FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE segments SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
