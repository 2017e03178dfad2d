CREATE TABLE leads (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL CHECK (length(uid) = 16),
    owner_id INTEGER,
    first_name TEXT CHECK (length(first_name) <= 200 AND instr(first_name, char(0)) = 0),
    last_name TEXT CHECK (length(last_name) <= 200 AND instr(last_name, char(0)) = 0),
    phone_number TEXT CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    phone_extension TEXT NOT NULL DEFAULT '' CHECK (length(phone_extension) <= 20 AND instr(phone_extension, char(0)) = 0),
    email TEXT CHECK (length(email) <= 254 AND instr(email, char(0)) = 0),
    company TEXT CHECK (length(company) <= 300 AND instr(company, char(0)) = 0),
    job_title TEXT CHECK (length(job_title) <= 300 AND instr(job_title, char(0)) = 0),
    website TEXT CHECK (length(website) <= 2000 AND instr(website, char(0)) = 0),
    linkedin_url TEXT CHECK (length(linkedin_url) <= 2000 AND instr(linkedin_url, char(0)) = 0),
    status TEXT NOT NULL DEFAULT 'new' CHECK (status = 'new' OR status = 'contacted' OR status = 'qualified' OR status = 'nurturing' OR status = 'hot' OR status = 'cold' OR status = 'recruited' OR status = 'dnc'),
    status_changed_at INTEGER NOT NULL,
    lead_score INTEGER CHECK (lead_score BETWEEN 0 AND 100),
    lead_score_factors TEXT CHECK (lead_score_factors IS NULL OR json_valid(lead_score_factors)),
    temperature TEXT CHECK (temperature = 'hot' OR temperature = 'warm' OR temperature = 'cold'),
    source TEXT CHECK (length(source) <= 100 AND instr(source, char(0)) = 0),
    source_metadata TEXT CHECK (source_metadata IS NULL OR json_valid(source_metadata)),
    campaign TEXT CHECK (length(campaign) <= 200 AND instr(campaign, char(0)) = 0),
    value_cents INTEGER,
    currency TEXT CHECK (length(currency) <= 3 AND instr(currency, char(0)) = 0 AND length(currency) = 3),
    consent_status TEXT NOT NULL DEFAULT 'pending' CHECK (consent_status = 'granted' OR consent_status = 'denied' OR consent_status = 'pending'),
    consent_at INTEGER,
    email_opted_out_at INTEGER,
    city TEXT CHECK (length(city) <= 200 AND instr(city, char(0)) = 0),
    state TEXT CHECK (length(state) <= 200 AND instr(state, char(0)) = 0),
    postal_code TEXT CHECK (length(postal_code) <= 20 AND instr(postal_code, char(0)) = 0),
    country TEXT CHECK (length(country) <= 2 AND instr(country, char(0)) = 0 AND length(country) = 2),
    timezone TEXT CHECK (length(timezone) <= 64 AND instr(timezone, char(0)) = 0),
    custom_fields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom_fields)),
    external_source TEXT CHECK (length(external_source) <= 100 AND instr(external_source, char(0)) = 0),
    external_id TEXT CHECK (length(external_id) <= 200 AND instr(external_id, char(0)) = 0),
    import_id INTEGER,
    first_contacted_at INTEGER,
    last_contacted_at INTEGER,
    expected_close_date TEXT CHECK (date(expected_close_date) IS expected_close_date),
    merged_into_id INTEGER,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (uid),
    -- An erased lead keeps no identity; every other one has at least one.
    CHECK (phone_number IS NOT NULL OR email IS NOT NULL OR external_id IS NOT NULL OR deleted_at IS NOT NULL),
    CHECK ((external_source IS NULL) = (external_id IS NULL)),
    CHECK ((value_cents IS NULL) = (currency IS NULL)),
    CHECK (merged_into_id IS NULL OR deleted_at IS NOT NULL),
    FOREIGN KEY (organization_id, owner_id) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id),
    FOREIGN KEY (organization_id, merged_into_id) REFERENCES leads (organization_id, id)
) STRICT;
-- Who is the same lead: looked up by every import, and the guard against two live leads with one number.
CREATE UNIQUE INDEX leads_live_phone ON leads (organization_id, phone_number, phone_extension)
    WHERE deleted_at IS NULL AND phone_number IS NOT NULL;
CREATE UNIQUE INDEX leads_live_external_id ON leads (organization_id, external_source, external_id)
    WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX leads_live_email ON leads (organization_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
-- A row whose phone a deleted lead had is reported as previously deleted.
CREATE INDEX leads_deleted_phone ON leads (organization_id, phone_number) WHERE deleted_at IS NOT NULL;
-- The opt-out ratchet: the leads, live or deleted, that opted out.
CREATE INDEX leads_opted_out ON leads (organization_id)
    WHERE consent_status = 'denied' OR status = 'dnc' OR email_opted_out_at IS NOT NULL;
CREATE TRIGGER leads_touch AFTER UPDATE ON leads FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE leads SET updated_at = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) WHERE id = NEW.id;
END;

CREATE TABLE lead_phones (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    kind TEXT NOT NULL DEFAULT 'other' CHECK (length(kind) <= 40 AND instr(kind, char(0)) = 0),
    created_at INTEGER NOT NULL,
    UNIQUE (lead_id, phone_number),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
) STRICT;

CREATE TABLE lead_tags (
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    tag TEXT NOT NULL CHECK (length(tag) <= 60 AND instr(tag, char(0)) = 0 AND tag <> ''),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, lead_id, tag),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_tags_tag ON lead_tags (organization_id, tag, lead_id);

CREATE TABLE lead_notes (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (length(body) <= 50000 AND instr(body, char(0)) = 0),
    author_id INTEGER,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, author_id) REFERENCES users (organization_id, id)
) STRICT;
CREATE INDEX lead_notes_lead ON lead_notes (lead_id);

CREATE TABLE lead_audit_log (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action = 'create' OR action = 'update' OR action = 'delete' OR action = 'restore' OR action = 'merge' OR action = 'erase'),
    field_name TEXT CHECK (length(field_name) <= 120 AND instr(field_name, char(0)) = 0),
    old_value TEXT CHECK (length(old_value) <= 50000 AND instr(old_value, char(0)) = 0),
    new_value TEXT CHECK (length(new_value) <= 50000 AND instr(new_value, char(0)) = 0),
    changed_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    ip_address TEXT CHECK (length(ip_address) <= 45 AND instr(ip_address, char(0)) = 0),
    import_id INTEGER,
    changed_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, changed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
CREATE INDEX lead_audit_log_lead ON lead_audit_log (lead_id);
CREATE TRIGGER lead_audit_log_no_update BEFORE UPDATE ON lead_audit_log
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;
CREATE TRIGGER lead_audit_log_no_delete BEFORE DELETE ON lead_audit_log
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_audit_log_no_replace BEFORE INSERT ON lead_audit_log WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;

CREATE TABLE lead_status_history (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    from_status TEXT CHECK (from_status = 'new' OR from_status = 'contacted' OR from_status = 'qualified' OR from_status = 'nurturing' OR from_status = 'hot' OR from_status = 'cold' OR from_status = 'recruited' OR from_status = 'dnc'),
    to_status TEXT NOT NULL CHECK (to_status = 'new' OR to_status = 'contacted' OR to_status = 'qualified' OR to_status = 'nurturing' OR to_status = 'hot' OR to_status = 'cold' OR to_status = 'recruited' OR to_status = 'dnc'),
    trigger_type TEXT NOT NULL CHECK (trigger_type = 'manual' OR trigger_type = 'import' OR trigger_type = 'dnc' OR trigger_type = 'sequence' OR trigger_type = 'score' OR trigger_type = 'undo' OR trigger_type = 'system'),
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    changed_by INTEGER,
    import_id INTEGER,
    changed_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, changed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
CREATE INDEX lead_status_history_lead ON lead_status_history (lead_id);
CREATE TRIGGER lead_status_history_no_update BEFORE UPDATE ON lead_status_history
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;
CREATE TRIGGER lead_status_history_no_delete BEFORE DELETE ON lead_status_history
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_status_history_no_replace BEFORE INSERT ON lead_status_history WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_status_history WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;
