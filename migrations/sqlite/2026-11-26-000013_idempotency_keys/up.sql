-- Calls that must not be made twice, by the key that the caller gave each.
CREATE TABLE idempotency_keys (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    idempotency_key TEXT NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 200 AND instr(idempotency_key, char(0)) = 0),
    verb TEXT NOT NULL CHECK (length(verb) BETWEEN 1 AND 60 AND instr(verb, char(0)) = 0),
    -- SHA-256 of what the call asked for.
    call_hash BLOB NOT NULL CHECK (length(call_hash) = 32),
    -- The budget transaction that it booked.
    sequence INTEGER CHECK (sequence > 0),
    user_id INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    called_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, idempotency_key),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER idempotency_keys_no_update BEFORE UPDATE ON idempotency_keys
BEGIN SELECT RAISE(ABORT, 'idempotency_keys is append-only'); END;
CREATE TRIGGER idempotency_keys_no_delete BEFORE DELETE ON idempotency_keys
BEGIN SELECT RAISE(ABORT, 'idempotency_keys is append-only'); END;
CREATE TRIGGER idempotency_keys_no_replace BEFORE INSERT ON idempotency_keys
WHEN EXISTS (SELECT 1 FROM idempotency_keys WHERE organization_id = NEW.organization_id AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'idempotency_keys is append-only'); END;
