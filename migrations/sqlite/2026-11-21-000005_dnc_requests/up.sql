-- Requests point at the entry that honours them.
CREATE UNIQUE INDEX dnc_list_id ON dnc_list (organization_id, id);

-- Each request that came in. It is written once and decided once; nothing else of it ever changes.
CREATE TABLE dnc_requests (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    source TEXT NOT NULL CHECK (source = 'manual' OR source = 'import' OR source = 'opt_out_text' OR source = 'opt_out_call' OR source = 'opt_out_email' OR source = 'registry' OR source = 'litigator' OR source = 'other'),
    scope TEXT NOT NULL CHECK (scope = 'all' OR scope = 'calls' OR scope = 'texts'),
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    text TEXT CHECK (length(text) <= 10000 AND instr(text, char(0)) = 0),
    class TEXT CHECK (class = 'certain' OR class = 'likely' OR class = 'review'),
    expires_at INTEGER,
    received_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    recorded_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    recorded_at INTEGER NOT NULL,
    import_id INTEGER,
    decision TEXT CHECK (decision = 'honour' OR decision = 'dismiss'),
    decision_reason TEXT CHECK (length(decision_reason) <= 2000 AND instr(decision_reason, char(0)) = 0),
    decided_by INTEGER,
    decided_actor TEXT CHECK (length(decided_actor) <= 400 AND instr(decided_actor, char(0)) = 0),
    decided_at INTEGER,
    dnc_id INTEGER,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decision IS NOT 'honour' OR dnc_id IS NOT NULL),
    FOREIGN KEY (organization_id, recorded_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, decided_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id),
    FOREIGN KEY (organization_id, dnc_id) REFERENCES dnc_list (organization_id, id)
) STRICT;
-- What was said about a number.
CREATE INDEX dnc_requests_number ON dnc_requests (organization_id, phone_number);
-- Requests that nobody has decided, by their deadline.
CREATE INDEX dnc_requests_due ON dnc_requests (organization_id, due_at) WHERE decision IS NULL;
CREATE TRIGGER dnc_requests_decided_once BEFORE UPDATE ON dnc_requests
WHEN OLD.decision IS NOT NULL OR NEW.decision IS NULL OR NEW.id <> OLD.id
    OR NEW.organization_id <> OLD.organization_id OR NEW.phone_number <> OLD.phone_number
    OR NEW.source <> OLD.source OR NEW.scope <> OLD.scope OR NEW.reason IS NOT OLD.reason
    OR NEW.text IS NOT OLD.text OR NEW.class IS NOT OLD.class OR NEW.expires_at IS NOT OLD.expires_at
    OR NEW.received_at <> OLD.received_at OR NEW.due_at <> OLD.due_at OR NEW.recorded_by IS NOT OLD.recorded_by
    OR NEW.actor <> OLD.actor OR NEW.recorded_at <> OLD.recorded_at OR NEW.import_id IS NOT OLD.import_id
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only, and a request is decided once'); END;
CREATE TRIGGER dnc_requests_no_delete BEFORE DELETE ON dnc_requests
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only'); END;
CREATE TRIGGER dnc_requests_no_replace BEFORE INSERT ON dnc_requests WHEN EXISTS (SELECT 1 FROM dnc_requests WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only'); END;

-- Recorded answers to "may we contact this number?".
CREATE TABLE dnc_checks (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    input TEXT NOT NULL CHECK (length(input) <= 400 AND instr(input, char(0)) = 0),
    phone_number TEXT CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    channel TEXT CHECK (channel = 'calls' OR channel = 'texts'),
    verdict TEXT NOT NULL CHECK (verdict = 'clear' OR verdict = 'blocked' OR verdict = 'unknown'),
    reasons TEXT NOT NULL CHECK (json_valid(reasons)),
    lists_checked TEXT NOT NULL CHECK (json_valid(lists_checked)),
    checked_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    checked_at INTEGER NOT NULL,
    CHECK (verdict = 'unknown' OR phone_number IS NOT NULL),
    FOREIGN KEY (organization_id, checked_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE INDEX dnc_checks_number ON dnc_checks (organization_id, phone_number);
CREATE TRIGGER dnc_checks_no_update BEFORE UPDATE ON dnc_checks
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;
CREATE TRIGGER dnc_checks_no_delete BEFORE DELETE ON dnc_checks
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;
CREATE TRIGGER dnc_checks_no_replace BEFORE INSERT ON dnc_checks WHEN EXISTS (SELECT 1 FROM dnc_checks WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;

-- Who added and who closed an entry, as account and host: the embedded database may have no users.
ALTER TABLE dnc_list ADD COLUMN added_actor TEXT CHECK (length(added_actor) <= 400 AND instr(added_actor, char(0)) = 0);
ALTER TABLE dnc_list ADD COLUMN removed_actor TEXT CHECK (length(removed_actor) <= 400 AND instr(removed_actor, char(0)) = 0);
-- What closed an entry.
ALTER TABLE dnc_list ADD COLUMN removal_kind TEXT CHECK (removal_kind = 'person' OR removal_kind = 'expiry' OR removal_kind = 'replacement' OR removal_kind = 'undo');
-- Entries that have been closed, for the history of a number.
CREATE INDEX dnc_list_closed ON dnc_list (organization_id, phone_number) WHERE removed_at IS NOT NULL;
-- Live entries that end by themselves.
CREATE INDEX dnc_list_expiry ON dnc_list (organization_id, expires_at) WHERE removed_at IS NULL AND expires_at IS NOT NULL;
-- Records of the list are kept: an entry is closed, never deleted.
CREATE TRIGGER dnc_list_no_delete BEFORE DELETE ON dnc_list
BEGIN SELECT RAISE(ABORT, 'dnc_list keeps its entries: close them'); END;
CREATE TRIGGER dnc_list_no_replace BEFORE INSERT ON dnc_list WHEN EXISTS (SELECT 1 FROM dnc_list WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'dnc_list keeps its entries: close them'); END;
