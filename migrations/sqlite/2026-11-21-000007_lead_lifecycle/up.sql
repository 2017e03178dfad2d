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

-- For other tools: times are text in ISO 8601, UTC.
-- One row for each live lead.
CREATE VIEW lead_summary AS
WITH RECURSIVE absorbed (organization_id, survivor, created_at) AS (
    SELECT organization_id, merged_into_id, created_at FROM leads WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT a.organization_id, l.merged_into_id, a.created_at FROM absorbed a
    JOIN leads l ON l.organization_id = a.organization_id AND l.id = a.survivor
    WHERE l.merged_into_id IS NOT NULL
)
SELECT l.organization_id, l.id AS lead_id, lower(substr(hex(l.uid), 1, 8) || '-' || substr(hex(l.uid), 9, 4) || '-' || substr(hex(l.uid), 13, 4) || '-' || substr(hex(l.uid), 17, 4) || '-' || substr(hex(l.uid), 21)) AS uid, l.first_name, l.last_name, l.phone_number, l.phone_extension,
    l.email, l.company, l.status, strftime('%Y-%m-%dT%H:%M:%fZ', l.status_changed_at / 1000000.0, 'unixepoch') AS status_changed_at, l.lead_score, l.temperature, l.source,
    l.campaign, l.value_cents, l.currency, l.consent_status, (l.email_opted_out_at IS NOT NULL) AS opted_out_of_email,
    u.email AS owner_email,
    -- Not by an ORDER BY of the aggregate: programs with a SQLite before 3.44 could not open the file at all.
    (SELECT group_concat(tag, ', ') FROM (SELECT t.tag FROM lead_tags t
        WHERE t.organization_id = l.organization_id AND t.lead_id = l.id ORDER BY t.tag)) AS tags,
    (SELECT count(*) FROM lead_notes n WHERE n.organization_id = l.organization_id AND n.lead_id = l.id) AS note_count,
    EXISTS (SELECT 1 FROM dnc_list d WHERE d.organization_id = l.organization_id AND d.phone_number = l.phone_number
        AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER))) AS on_dnc_list,
    -- A survivor of merges is as old as the oldest lead that it absorbed.
    strftime('%Y-%m-%dT%H:%M:%fZ', min(l.created_at, coalesce(m.created_at, l.created_at)) / 1000000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', l.last_contacted_at / 1000000.0, 'unixepoch') AS last_contacted_at, strftime('%Y-%m-%dT%H:%M:%fZ', l.updated_at / 1000000.0, 'unixepoch') AS updated_at
FROM leads l
LEFT JOIN users u ON u.organization_id = l.organization_id AND u.id = l.owner_id
LEFT JOIN (
    SELECT organization_id, survivor, min(created_at) AS created_at FROM absorbed GROUP BY organization_id, survivor
) m ON m.organization_id = l.organization_id AND m.survivor = l.id
WHERE l.deleted_at IS NULL;

-- One row for each organization. Ratios are of sums; nothing where there is nothing to divide by.
CREATE VIEW organization_metrics AS
SELECT o.id AS organization_id, o.slug, o.name, coalesce(l.leads, 0) AS leads,
    coalesce(l.new_leads, 0) AS new_leads, coalesce(l.contacted_leads, 0) AS contacted_leads, coalesce(l.qualified_leads, 0) AS qualified_leads, coalesce(l.nurturing_leads, 0) AS nurturing_leads, coalesce(l.hot_leads, 0) AS hot_leads, coalesce(l.cold_leads, 0) AS cold_leads, coalesce(l.recruited_leads, 0) AS recruited_leads, coalesce(l.dnc_leads, 0) AS dnc_leads,
    coalesce(l.owned_leads, 0) AS owned_leads, coalesce(l.deleted_leads, 0) AS deleted_leads,
    l.recruited_leads * 1.0 / nullif(l.leads, 0) AS conversion, l.average_score,
    (SELECT count(*) FROM users u WHERE u.organization_id = o.id AND u.is_active = 1) AS active_users,
    (SELECT count(*) FROM dnc_list d WHERE d.organization_id = o.id AND d.removed_at IS NULL
        AND (d.expires_at IS NULL OR d.expires_at > CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER))) AS dnc_numbers,
    (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', max(i.finished_at) / 1000000.0, 'unixepoch') FROM imports i
        WHERE i.organization_id = o.id AND i.kind <> 'undo') AS last_import_at
FROM organizations o LEFT JOIN (
    SELECT organization_id, count(*) FILTER (WHERE deleted_at IS NULL) AS leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'new') AS new_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'contacted') AS contacted_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'qualified') AS qualified_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'nurturing') AS nurturing_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'hot') AS hot_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'cold') AS cold_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'recruited') AS recruited_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'dnc') AS dnc_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND owner_id IS NOT NULL) AS owned_leads,
        count(*) FILTER (WHERE deleted_at IS NOT NULL AND merged_into_id IS NULL) AS deleted_leads,
        avg(lead_score) FILTER (WHERE deleted_at IS NULL) AS average_score
    FROM leads GROUP BY organization_id
) l ON l.organization_id = o.id;

-- One row for each user: what they own, and what they did.
CREATE VIEW user_productivity AS
SELECT u.organization_id, u.id AS user_id, u.email, u.role, u.is_active AS is_active,
    coalesce(l.owned, 0) AS owned_leads, coalesce(l.recruited, 0) AS recruited_leads,
    (SELECT count(*) FROM lead_assignments a WHERE a.organization_id = u.organization_id AND a.to_user_id = u.id) AS assignments,
    coalesce(h.moves, 0) AS status_moves,
    -- A merge copies notes, so those of deleted leads do not count.
    (SELECT count(*) FROM lead_notes n JOIN leads k ON k.organization_id = n.organization_id AND k.id = n.lead_id
        WHERE n.organization_id = u.organization_id AND n.author_id = u.id AND k.deleted_at IS NULL) AS notes,
    strftime('%Y-%m-%dT%H:%M:%fZ', h.last_move / 1000000.0, 'unixepoch') AS last_move_at
FROM users u
LEFT JOIN (
    SELECT organization_id, owner_id, count(*) AS owned, count(*) FILTER (WHERE status = 'recruited') AS recruited
    FROM leads WHERE deleted_at IS NULL AND owner_id IS NOT NULL GROUP BY organization_id, owner_id
) l ON l.organization_id = u.organization_id AND l.owner_id = u.id
LEFT JOIN (
    SELECT organization_id, changed_by, count(*) AS moves, max(changed_at) AS last_move
    FROM lead_status_history WHERE trigger_type = 'manual' AND from_status IS NOT NULL AND changed_by IS NOT NULL
    GROUP BY organization_id, changed_by
) h ON h.organization_id = u.organization_id AND h.changed_by = u.id;
