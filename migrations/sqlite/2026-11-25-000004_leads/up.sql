-- People who may become customers.
CREATE TABLE leads (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
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
    status_changed_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    lead_score INTEGER CHECK (lead_score BETWEEN 0 AND 100),
    lead_score_factors TEXT CHECK (lead_score_factors IS NULL OR json_valid(lead_score_factors) AND instr(lead_score_factors, char(0)) = 0),
    temperature TEXT CHECK (temperature = 'hot' OR temperature = 'warm' OR temperature = 'cold'),
    source TEXT CHECK (length(source) <= 100 AND instr(source, char(0)) = 0),
    source_metadata TEXT CHECK (source_metadata IS NULL OR json_valid(source_metadata) AND instr(source_metadata, char(0)) = 0),
    campaign TEXT CHECK (length(campaign) <= 200 AND instr(campaign, char(0)) = 0),
    value_cents INTEGER,
    currency TEXT CHECK (currency GLOB '[A-Z][A-Z][A-Z]' AND instr(currency, char(0)) = 0),
    consent_status TEXT NOT NULL DEFAULT 'pending' CHECK (consent_status = 'granted' OR consent_status = 'denied' OR consent_status = 'pending'),
    consent_at INTEGER,
    email_opted_out_at INTEGER,
    city TEXT CHECK (length(city) <= 200 AND instr(city, char(0)) = 0),
    state TEXT CHECK (length(state) <= 200 AND instr(state, char(0)) = 0),
    postal_code TEXT CHECK (length(postal_code) <= 20 AND instr(postal_code, char(0)) = 0),
    country TEXT CHECK (length(country) = 2 AND instr(country, char(0)) = 0),
    timezone TEXT CHECK (length(timezone) <= 64 AND instr(timezone, char(0)) = 0),
    custom_fields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom_fields) AND instr(custom_fields, char(0)) = 0),
    external_source TEXT CHECK (length(external_source) <= 100 AND instr(external_source, char(0)) = 0),
    external_id TEXT CHECK (length(external_id) <= 200 AND instr(external_id, char(0)) = 0),
    import_id INTEGER,
    first_contacted_at INTEGER,
    last_contacted_at INTEGER,
    expected_close_date TEXT CHECK (date(expected_close_date) IS expected_close_date),
    merged_into_id INTEGER,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid),
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
CREATE INDEX leads_live_email ON leads (organization_id, email)
    WHERE deleted_at IS NULL AND email IS NOT NULL;
-- A row whose phone a deleted lead had is reported as previously deleted.
CREATE INDEX leads_deleted_phone ON leads (organization_id, phone_number)
    WHERE deleted_at IS NOT NULL;
-- Deleted leads with an email: to show them, and for the opt-outs of their people.
CREATE INDEX leads_deleted_email ON leads (organization_id, email)
    WHERE deleted_at IS NOT NULL AND email IS NOT NULL;
-- The opt-out ratchet: the leads, live or deleted, that opted out.
CREATE INDEX leads_opted_out ON leads (organization_id)
    WHERE consent_status = 'denied' OR status = 'dnc' OR email_opted_out_at IS NOT NULL;
-- The leads that were merged into one.
CREATE INDEX leads_merged_into ON leads (organization_id, merged_into_id)
    WHERE merged_into_id IS NOT NULL;
-- A merged lead's external id identifies its survivor. (Its phone is found by leads_deleted_phone.)
CREATE INDEX leads_merged_external_id ON leads (organization_id, external_source, external_id)
    WHERE merged_into_id IS NOT NULL AND external_id IS NOT NULL;
-- Filters by status, and by status and score. deleted_at stands in it so that counting reads the index alone.
CREATE INDEX leads_live_status ON leads (organization_id, status, lead_score, deleted_at)
    WHERE deleted_at IS NULL;
-- Filters by the time of creation. Source and score stand in it, too, so that counts by them read the index alone; the
-- status does not, for it changes often.
CREATE INDEX leads_live_created ON leads (organization_id, created_at, source, lead_score, deleted_at)
    WHERE deleted_at IS NULL;
-- Filters by owner.
CREATE INDEX leads_live_owner ON leads (organization_id, owner_id)
    WHERE deleted_at IS NULL AND owner_id IS NOT NULL;
-- Filters by the time of the last contact.
CREATE INDEX leads_live_contacted ON leads (organization_id, last_contacted_at)
    WHERE deleted_at IS NULL AND last_contacted_at IS NOT NULL;
CREATE TRIGGER leads_touch AFTER UPDATE ON leads FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE leads SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Further phone numbers of leads.
CREATE TABLE lead_phones (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    phone_number TEXT NOT NULL CHECK (phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*' AND length(phone_number) BETWEEN 8 AND 16 AND instr(phone_number, char(0)) = 0),
    kind TEXT NOT NULL DEFAULT 'other' CHECK (length(kind) <= 40 AND instr(kind, char(0)) = 0),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    UNIQUE (organization_id, lead_id, phone_number),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
) STRICT;
-- Leads by further numbers: those on the do-not-call list.
CREATE INDEX lead_phones_number ON lead_phones (organization_id, phone_number, lead_id);

-- Tags of leads, in normal form.
CREATE TABLE lead_tags (
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 60 AND instr(tag, char(0)) = 0),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    PRIMARY KEY (organization_id, lead_id, tag),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
) STRICT, WITHOUT ROWID;
-- Leads by tag.
CREATE INDEX lead_tags_tag ON lead_tags (organization_id, tag, lead_id);

-- Notes on leads.
CREATE TABLE lead_notes (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (length(body) <= 50000 AND instr(body, char(0)) = 0),
    author_id INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, author_id) REFERENCES users (organization_id, id)
) STRICT;
-- The notes of a lead.
CREATE INDEX lead_notes_lead ON lead_notes (lead_id);

-- Every change of a lead, field by field. A lead as of any time can be rebuilt from its entries.
CREATE TABLE lead_audit_log (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 40 AND instr(action, char(0)) = 0),
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
-- The entries of a lead.
CREATE INDEX lead_audit_log_lead ON lead_audit_log (lead_id);
-- Nothing changes but the texts of rows that an erasure names.
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
CREATE TRIGGER lead_audit_log_no_delete BEFORE DELETE ON lead_audit_log
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_audit_log_no_replace BEFORE INSERT ON lead_audit_log
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;

-- Each entry of a lead into a status: changed_at is when it was true, recorded_at when it was written.
CREATE TABLE lead_status_history (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    from_status TEXT CHECK (from_status = 'new' OR from_status = 'contacted' OR from_status = 'qualified' OR from_status = 'nurturing' OR from_status = 'hot' OR from_status = 'cold' OR from_status = 'recruited' OR from_status = 'dnc'),
    to_status TEXT NOT NULL CHECK (to_status = 'new' OR to_status = 'contacted' OR to_status = 'qualified' OR to_status = 'nurturing' OR to_status = 'hot' OR to_status = 'cold' OR to_status = 'recruited' OR to_status = 'dnc'),
    trigger_type TEXT NOT NULL CHECK (length(trigger_type) BETWEEN 1 AND 40 AND instr(trigger_type, char(0)) = 0),
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    changed_by INTEGER,
    import_id INTEGER,
    changed_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, changed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- The history of a lead.
CREATE INDEX lead_status_history_lead ON lead_status_history (lead_id);
-- Which leads were recruited, and when: few rows of the history, so that imports of leads hardly keep it.
CREATE INDEX lead_status_history_recruited ON lead_status_history (organization_id, lead_id, changed_at, trigger_type, import_id)
    WHERE to_status = 'recruited';
-- Nothing changes but the texts of rows that an erasure names.
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
CREATE TRIGGER lead_status_history_no_delete BEFORE DELETE ON lead_status_history
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_status_history_no_replace BEFORE INSERT ON lead_status_history
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_status_history WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;

-- Who was given which lead.
CREATE TABLE lead_assignments (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    from_user_id INTEGER,
    to_user_id INTEGER,
    strategy TEXT NOT NULL CHECK (length(strategy) BETWEEN 1 AND 40 AND instr(strategy, char(0)) = 0),
    context TEXT CHECK (length(context) <= 2000 AND instr(context, char(0)) = 0),
    assigned_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    assigned_at INTEGER NOT NULL,
    CHECK (from_user_id IS NOT to_user_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, from_user_id) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, to_user_id) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, assigned_by) REFERENCES users (organization_id, id)
) STRICT;
-- The assignments of a lead.
CREATE INDEX lead_assignments_lead ON lead_assignments (lead_id);
-- Nothing changes but the texts of rows that an erasure names.
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
CREATE TRIGGER lead_assignments_no_delete BEFORE DELETE ON lead_assignments
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_assignments_no_replace BEFORE INSERT ON lead_assignments
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_assignments WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;

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
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    last_audit_id INTEGER NOT NULL CHECK (last_audit_id >= 0),
    PRIMARY KEY (organization_id)
) STRICT;
