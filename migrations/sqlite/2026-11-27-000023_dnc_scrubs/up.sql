-- The public keys by which certificates of scrubs are signed, each from when it was first used on.
CREATE TABLE signing_keys (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64 AND instr(fingerprint, char(0)) = 0),
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    recorded_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    recorded_at INTEGER NOT NULL,
    UNIQUE (organization_id, fingerprint),
    FOREIGN KEY (organization_id, recorded_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER signing_keys_no_update BEFORE UPDATE ON signing_keys
BEGIN SELECT RAISE(ABORT, 'signing_keys is append-only'); END;
CREATE TRIGGER signing_keys_no_delete BEFORE DELETE ON signing_keys
BEGIN SELECT RAISE(ABORT, 'signing_keys is append-only'); END;
CREATE TRIGGER signing_keys_no_replace BEFORE INSERT ON signing_keys
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM signing_keys WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM signing_keys WHERE organization_id = NEW.organization_id AND fingerprint = NEW.fingerprint)
BEGIN SELECT RAISE(ABORT, 'signing_keys is append-only'); END;

-- Scrubs of files: each with its certificate, which holds the hash of the one before, and the numbers that were clear, blocked and
-- unknown as compressed sets.
CREATE TABLE dnc_scrubs (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    file_name TEXT NOT NULL CHECK (length(file_name) <= 400 AND instr(file_name, char(0)) = 0),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64 AND instr(file_sha256, char(0)) = 0),
    channel TEXT CHECK (channel = 'calls' OR channel = 'texts'),
    rows_read INTEGER NOT NULL,
    rows_clean INTEGER NOT NULL,
    rows_blocked INTEGER NOT NULL,
    rows_unknown INTEGER NOT NULL,
    lists_used TEXT NOT NULL CHECK (json_valid(lists_used) AND instr(lists_used, char(0)) = 0),
    certificate TEXT NOT NULL CHECK (length(certificate) <= 1000000 AND instr(certificate, char(0)) = 0),
    previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    clear_numbers BLOB NOT NULL,
    blocked_numbers BLOB NOT NULL,
    unknown_numbers BLOB NOT NULL,
    scrubbed_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    scrubbed_at INTEGER NOT NULL,
    UNIQUE (organization_id, sequence),
    UNIQUE (organization_id, hash),
    CHECK (rows_clean >= 0 AND rows_blocked >= 0 AND rows_unknown >= 0 AND rows_read = rows_clean + rows_blocked + rows_unknown),
    FOREIGN KEY (organization_id, scrubbed_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER dnc_scrubs_no_update BEFORE UPDATE ON dnc_scrubs
BEGIN SELECT RAISE(ABORT, 'dnc_scrubs is append-only'); END;
CREATE TRIGGER dnc_scrubs_no_delete BEFORE DELETE ON dnc_scrubs
BEGIN SELECT RAISE(ABORT, 'dnc_scrubs is append-only'); END;
CREATE TRIGGER dnc_scrubs_no_replace BEFORE INSERT ON dnc_scrubs
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM dnc_scrubs WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM dnc_scrubs WHERE organization_id = NEW.organization_id AND sequence = NEW.sequence)
    OR EXISTS (SELECT 1 FROM dnc_scrubs WHERE organization_id = NEW.organization_id AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'dnc_scrubs is append-only'); END;
