-- People who had themselves erased: the tombstones of their leads, who did it, when and why.
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    erased_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    erased_at INTEGER NOT NULL,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, lead_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, erased_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures
BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER erasures_no_replace BEFORE INSERT ON erasures
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM erasures WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM erasures WHERE organization_id = NEW.organization_id AND lead_id = NEW.lead_id)
BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;

-- What the erased were known by, as keyed hashes (HMAC-SHA-256), so that a later import of one can be told.
CREATE TABLE erasure_hashes (
    organization_id INTEGER NOT NULL,
    key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),
    lead_id INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key_hash, lead_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES erasures (organization_id, lead_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER erasure_hashes_no_update BEFORE UPDATE ON erasure_hashes
BEGIN SELECT RAISE(ABORT, 'erasure_hashes is append-only'); END;
CREATE TRIGGER erasure_hashes_no_delete BEFORE DELETE ON erasure_hashes
BEGIN SELECT RAISE(ABORT, 'erasure_hashes is append-only'); END;
CREATE TRIGGER erasure_hashes_no_replace BEFORE INSERT ON erasure_hashes
WHEN EXISTS (SELECT 1 FROM erasure_hashes WHERE organization_id = NEW.organization_id AND key_hash = NEW.key_hash AND lead_id = NEW.lead_id)
BEGIN SELECT RAISE(ABORT, 'erasure_hashes is append-only'); END;

-- The key of those hashes, made at the first erasure.
CREATE TABLE erasure_keys (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    hash_key BLOB NOT NULL CHECK (length(hash_key) = 32),
    PRIMARY KEY (organization_id)
) STRICT;
CREATE TRIGGER erasure_keys_no_update BEFORE UPDATE ON erasure_keys
BEGIN SELECT RAISE(ABORT, 'erasure_keys is append-only'); END;
CREATE TRIGGER erasure_keys_no_delete BEFORE DELETE ON erasure_keys
BEGIN SELECT RAISE(ABORT, 'erasure_keys is append-only'); END;
CREATE TRIGGER erasure_keys_no_replace BEFORE INSERT ON erasure_keys
WHEN EXISTS (SELECT 1 FROM erasure_keys WHERE organization_id = NEW.organization_id)
BEGIN SELECT RAISE(ABORT, 'erasure_keys is append-only'); END;

-- The rows of logs whose texts an erasure may blank; nothing else of them, and no other row, ever changes.
CREATE TABLE erased_rows (
    organization_id INTEGER NOT NULL,
    table_name TEXT NOT NULL CHECK (length(table_name) <= 60 AND instr(table_name, char(0)) = 0),
    row_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    PRIMARY KEY (organization_id, table_name, row_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES erasures (organization_id, lead_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER erased_rows_no_update BEFORE UPDATE ON erased_rows
BEGIN SELECT RAISE(ABORT, 'erased_rows is append-only'); END;
CREATE TRIGGER erased_rows_no_delete BEFORE DELETE ON erased_rows
BEGIN SELECT RAISE(ABORT, 'erased_rows is append-only'); END;
CREATE TRIGGER erased_rows_no_replace BEFORE INSERT ON erased_rows
WHEN EXISTS (SELECT 1 FROM erased_rows WHERE organization_id = NEW.organization_id AND table_name = NEW.table_name AND row_id = NEW.row_id)
BEGIN SELECT RAISE(ABORT, 'erased_rows is append-only'); END;
