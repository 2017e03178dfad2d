-- The leads that were merged into one.
CREATE INDEX leads_merged_into ON leads (organization_id, merged_into_id) WHERE merged_into_id IS NOT NULL;
-- A merged lead's external id identifies its survivor. (Its phone is found by leads_deleted_phone.)
CREATE INDEX leads_merged_external_id ON leads (organization_id, external_source, external_id)
    WHERE merged_into_id IS NOT NULL AND external_id IS NOT NULL;
-- Deleted leads with an email: to show them, and for the opt-outs of their people.
CREATE INDEX leads_deleted_email ON leads (organization_id, email) WHERE deleted_at IS NOT NULL AND email IS NOT NULL;

-- The index of `lead search`: for each trigram of names, companies, emails and numbers a bitmap (Roaring) of the leads that
-- have it, in blocks of 65,536 ids. Under trigram 0 stand the live leads. It is brought up to date when somebody searches.
CREATE TABLE lead_search (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    trigram INTEGER NOT NULL CHECK (trigram >= 0),
    block INTEGER NOT NULL CHECK (block >= 0),
    leads BLOB NOT NULL,
    PRIMARY KEY (organization_id, trigram, block)
) STRICT, WITHOUT ROWID;
-- Up to which audit entry the index has seen the organization's leads.
CREATE TABLE lead_search_state (
    organization_id INTEGER PRIMARY KEY REFERENCES organizations (id),
    last_audit_id INTEGER NOT NULL CHECK (last_audit_id >= 0)
) STRICT;

-- People who had themselves erased: the tombstones of their leads, who did it, when and why.
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    erased_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    erased_at INTEGER NOT NULL,
    UNIQUE (organization_id, lead_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, erased_by) REFERENCES users (organization_id, id)
) STRICT;
-- What the erased were known by, as keyed hashes (HMAC-SHA-256), so that a later import of one can be told.
CREATE TABLE erasure_hashes (
    organization_id INTEGER NOT NULL,
    key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),
    lead_id INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key_hash, lead_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES erasures (organization_id, lead_id)
) STRICT, WITHOUT ROWID;
-- The key of those hashes, made at the first erasure.
CREATE TABLE erasure_keys (
    organization_id INTEGER PRIMARY KEY REFERENCES organizations (id),
    hash_key BLOB NOT NULL CHECK (length(hash_key) = 32)
) STRICT;
-- The rows of logs whose texts an erasure may blank; nothing else of them, and no other row, ever changes.
CREATE TABLE erased_rows (
    organization_id INTEGER NOT NULL,
    table_name TEXT NOT NULL CHECK (length(table_name) <= 60),
    row_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    PRIMARY KEY (organization_id, table_name, row_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES erasures (organization_id, lead_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures
BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
CREATE TRIGGER erasures_no_replace BEFORE INSERT ON erasures WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM erasures WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
CREATE TRIGGER erasure_hashes_no_update BEFORE UPDATE ON erasure_hashes
BEGIN SELECT RAISE(ABORT, 'erasure_hashes is append-only'); END;
CREATE TRIGGER erasure_hashes_no_delete BEFORE DELETE ON erasure_hashes
BEGIN SELECT RAISE(ABORT, 'erasure_hashes is append-only'); END;
CREATE TRIGGER erasure_hashes_no_replace BEFORE INSERT ON erasure_hashes
WHEN EXISTS (SELECT 1 FROM erasure_hashes WHERE organization_id = NEW.organization_id AND key_hash = NEW.key_hash AND lead_id = NEW.lead_id)
BEGIN SELECT RAISE(ABORT, 'erasure_hashes is append-only'); END;
CREATE TRIGGER erasure_keys_no_update BEFORE UPDATE ON erasure_keys
BEGIN SELECT RAISE(ABORT, 'erasure_keys is append-only'); END;
CREATE TRIGGER erasure_keys_no_delete BEFORE DELETE ON erasure_keys
BEGIN SELECT RAISE(ABORT, 'erasure_keys is append-only'); END;
CREATE TRIGGER erasure_keys_no_replace BEFORE INSERT ON erasure_keys
WHEN EXISTS (SELECT 1 FROM erasure_keys WHERE organization_id = NEW.organization_id)
BEGIN SELECT RAISE(ABORT, 'erasure_keys is append-only'); END;
CREATE TRIGGER erased_rows_no_update BEFORE UPDATE ON erased_rows
BEGIN SELECT RAISE(ABORT, 'erased_rows is append-only'); END;
CREATE TRIGGER erased_rows_no_delete BEFORE DELETE ON erased_rows
BEGIN SELECT RAISE(ABORT, 'erased_rows is append-only'); END;
CREATE TRIGGER erased_rows_no_replace BEFORE INSERT ON erased_rows
WHEN EXISTS (SELECT 1 FROM erased_rows WHERE organization_id = NEW.organization_id AND table_name = NEW.table_name AND row_id = NEW.row_id)
BEGIN SELECT RAISE(ABORT, 'erased_rows is append-only'); END;
-- Logs stay append-only but for the texts of rows that an erasure names.
DROP TRIGGER lead_audit_log_no_update;
CREATE TRIGGER lead_audit_log_no_update BEFORE UPDATE ON lead_audit_log
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.lead_id IS NOT OLD.lead_id
    OR NEW.action IS NOT OLD.action
    OR NEW.field_name IS NOT OLD.field_name
    OR NEW.changed_by IS NOT OLD.changed_by
    OR NEW.actor IS NOT OLD.actor
    OR NEW.ip_address IS NOT OLD.ip_address
    OR NEW.import_id IS NOT OLD.import_id
    OR NEW.changed_at IS NOT OLD.changed_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'lead_audit_log' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;
DROP TRIGGER lead_status_history_no_update;
CREATE TRIGGER lead_status_history_no_update BEFORE UPDATE ON lead_status_history
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.lead_id IS NOT OLD.lead_id
    OR NEW.from_status IS NOT OLD.from_status
    OR NEW.to_status IS NOT OLD.to_status
    OR NEW.trigger_type IS NOT OLD.trigger_type
    OR NEW.changed_by IS NOT OLD.changed_by
    OR NEW.import_id IS NOT OLD.import_id
    OR NEW.changed_at IS NOT OLD.changed_at
    OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'lead_status_history' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;
DROP TRIGGER lead_assignments_no_update;
CREATE TRIGGER lead_assignments_no_update BEFORE UPDATE ON lead_assignments
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.lead_id IS NOT OLD.lead_id
    OR NEW.from_user_id IS NOT OLD.from_user_id
    OR NEW.to_user_id IS NOT OLD.to_user_id
    OR NEW.strategy IS NOT OLD.strategy
    OR NEW.assigned_by IS NOT OLD.assigned_by
    OR NEW.actor IS NOT OLD.actor
    OR NEW.assigned_at IS NOT OLD.assigned_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'lead_assignments' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;
DROP TRIGGER dnc_checks_no_update;
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
DROP TRIGGER dnc_requests_decided_once;
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
