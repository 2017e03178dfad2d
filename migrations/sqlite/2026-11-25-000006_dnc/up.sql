-- The organization's own do-not-call list. An entry is closed, never deleted.
CREATE TABLE dnc_list (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 40 AND instr(source, char(0)) = 0),
    scope TEXT NOT NULL DEFAULT 'all' CHECK (scope = 'all' OR scope = 'calls' OR scope = 'texts'),
    evidence TEXT CHECK (length(evidence) <= 10000 AND instr(evidence, char(0)) = 0),
    added_by INTEGER,
    added_actor TEXT CHECK (length(added_actor) <= 400 AND instr(added_actor, char(0)) = 0),
    added_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    expires_at INTEGER,
    removed_by INTEGER,
    removed_actor TEXT CHECK (length(removed_actor) <= 400 AND instr(removed_actor, char(0)) = 0),
    removed_at INTEGER,
    removal_reason TEXT CHECK (length(removal_reason) <= 2000 AND instr(removal_reason, char(0)) = 0),
    removal_kind TEXT CHECK (removal_kind = 'person' OR removal_kind = 'expiry' OR removal_kind = 'replacement' OR removal_kind = 'undo'),
    import_id INTEGER,
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, added_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, removed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- One live entry per number: also the look-up of every check.
CREATE UNIQUE INDEX dnc_list_live ON dnc_list (organization_id, phone_number)
    WHERE removed_at IS NULL;
-- Entries that have been closed, for the history of a number.
CREATE INDEX dnc_list_closed ON dnc_list (organization_id, phone_number)
    WHERE removed_at IS NOT NULL;
-- Live entries that end by themselves.
CREATE INDEX dnc_list_expiry ON dnc_list (organization_id, expires_at)
    WHERE removed_at IS NULL AND expires_at IS NOT NULL;
CREATE TRIGGER dnc_list_touch AFTER UPDATE ON dnc_list FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE dnc_list SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
CREATE TRIGGER dnc_list_no_delete BEFORE DELETE ON dnc_list
BEGIN SELECT RAISE(ABORT, 'dnc_list keeps its rows'); END;
-- INSERT OR REPLACE and UPDATE OR REPLACE remove the row that has the key already without firing a delete trigger.
CREATE TRIGGER dnc_list_no_replace BEFORE INSERT ON dnc_list
WHEN EXISTS (SELECT 1 FROM dnc_list WHERE id = NEW.id)
    OR NEW.removed_at IS NULL AND EXISTS (SELECT 1 FROM dnc_list WHERE organization_id = NEW.organization_id AND phone_number = NEW.phone_number AND removed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'dnc_list keeps its rows'); END;
CREATE TRIGGER dnc_list_no_replace_by_update BEFORE UPDATE OF id, organization_id, phone_number, removed_at ON dnc_list
WHEN EXISTS (SELECT 1 FROM dnc_list WHERE id = NEW.id AND id <> OLD.id)
    OR NEW.removed_at IS NULL AND EXISTS (SELECT 1 FROM dnc_list WHERE organization_id = NEW.organization_id AND phone_number = NEW.phone_number AND removed_at IS NULL AND id <> OLD.id)
BEGIN SELECT RAISE(ABORT, 'dnc_list keeps its rows'); END;

-- Each request that came in. It is written once and decided once; nothing else of it ever changes.
CREATE TABLE dnc_requests (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 40 AND instr(source, char(0)) = 0),
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
CREATE INDEX dnc_requests_due ON dnc_requests (organization_id, due_at)
    WHERE decision IS NULL;
CREATE TRIGGER dnc_requests_decided_once BEFORE UPDATE ON dnc_requests
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.phone_number IS NOT OLD.phone_number
    OR NEW.source IS NOT OLD.source
    OR NEW.scope IS NOT OLD.scope
    OR NEW.class IS NOT OLD.class
    OR NEW.expires_at IS NOT OLD.expires_at
    OR NEW.received_at IS NOT OLD.received_at
    OR NEW.due_at IS NOT OLD.due_at
    OR NEW.recorded_by IS NOT OLD.recorded_by
    OR NEW.actor IS NOT OLD.actor
    OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NEW.import_id IS NOT OLD.import_id
    -- Neither the one decision, which leaves the texts alone,
    OR ((OLD.decision IS NOT NULL OR NEW.decision IS NULL OR NEW.reason IS NOT OLD.reason OR NEW.text IS NOT OLD.text)
        -- nor an erasure, which leaves the decision alone.
        AND (NEW.decision IS NOT OLD.decision OR NEW.decided_by IS NOT OLD.decided_by OR NEW.decided_actor IS NOT OLD.decided_actor OR NEW.decided_at IS NOT OLD.decided_at OR NEW.dnc_id IS NOT OLD.dnc_id
            OR NOT EXISTS (SELECT 1 FROM erased_rows e
                           WHERE e.organization_id = OLD.organization_id AND e.table_name = 'dnc_requests' AND e.row_id = OLD.id)))
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only, and a request is decided once'); END;
CREATE TRIGGER dnc_requests_no_delete BEFORE DELETE ON dnc_requests
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER dnc_requests_no_replace BEFORE INSERT ON dnc_requests
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM dnc_requests WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only'); END;

-- Recorded answers to "may we contact this number?".
CREATE TABLE dnc_checks (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    input TEXT NOT NULL CHECK (length(input) <= 400 AND instr(input, char(0)) = 0),
    phone_number TEXT CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    channel TEXT CHECK (channel = 'calls' OR channel = 'texts'),
    verdict TEXT NOT NULL CHECK (verdict = 'clear' OR verdict = 'blocked' OR verdict = 'unknown'),
    reasons TEXT NOT NULL CHECK (json_valid(reasons) AND instr(reasons, char(0)) = 0),
    lists_checked TEXT NOT NULL CHECK (json_valid(lists_checked) AND instr(lists_checked, char(0)) = 0),
    checked_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    checked_at INTEGER NOT NULL,
    CHECK (verdict = 'unknown' OR phone_number IS NOT NULL),
    FOREIGN KEY (organization_id, checked_by) REFERENCES users (organization_id, id)
) STRICT;
-- What was answered about a number.
CREATE INDEX dnc_checks_number ON dnc_checks (organization_id, phone_number);
-- Nothing changes but the texts of rows that an erasure names.
CREATE TRIGGER dnc_checks_no_update BEFORE UPDATE ON dnc_checks
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.phone_number IS NOT OLD.phone_number
    OR NEW.channel IS NOT OLD.channel
    OR NEW.verdict IS NOT OLD.verdict
    OR NEW.lists_checked IS NOT OLD.lists_checked
    OR NEW.checked_by IS NOT OLD.checked_by
    OR NEW.actor IS NOT OLD.actor
    OR NEW.checked_at IS NOT OLD.checked_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'dnc_checks' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;
CREATE TRIGGER dnc_checks_no_delete BEFORE DELETE ON dnc_checks
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER dnc_checks_no_replace BEFORE INSERT ON dnc_checks
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM dnc_checks WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;
