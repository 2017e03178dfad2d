-- Filters with a name.
CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    owner_id INTEGER,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    description TEXT CHECK (length(description) <= 2000 AND instr(description, char(0)) = 0),
    filter TEXT NOT NULL CHECK (json_valid(filter)),
    is_public INTEGER NOT NULL CHECK (is_public = 0 OR is_public = 1),
    lead_count INTEGER CHECK (lead_count >= 0),
    counted_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, name),
    CHECK ((lead_count IS NULL) = (counted_at IS NULL)),
    FOREIGN KEY (organization_id, owner_id) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER segments_touch AFTER UPDATE ON segments FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE segments SET updated_at = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Who was given which lead.
CREATE TABLE lead_assignments (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    from_user_id INTEGER,
    to_user_id INTEGER,
    strategy TEXT NOT NULL CHECK (strategy = 'manual' OR strategy = 'round_robin'),
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
-- What happened to one lead.
CREATE INDEX lead_assignments_lead ON lead_assignments (lead_id);
CREATE TRIGGER lead_assignments_no_update BEFORE UPDATE ON lead_assignments
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;
CREATE TRIGGER lead_assignments_no_delete BEFORE DELETE ON lead_assignments
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_assignments_no_replace BEFORE INSERT ON lead_assignments WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_assignments WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;

-- Filters by status, and by status and score. deleted_at stands in it so that counting reads the index alone.
CREATE INDEX leads_live_status ON leads (organization_id, status, lead_score, deleted_at) WHERE deleted_at IS NULL;
-- Filters by the time of creation. Source and score stand in it, too, so that counts by them read the index alone; the
-- status does not, for it changes often.
CREATE INDEX leads_live_created ON leads (organization_id, created_at, source, lead_score, deleted_at)
    WHERE deleted_at IS NULL;
-- Filters by owner.
CREATE INDEX leads_live_owner ON leads (organization_id, owner_id) WHERE deleted_at IS NULL AND owner_id IS NOT NULL;
-- Filters by the time of the last contact.
CREATE INDEX leads_live_contacted ON leads (organization_id, last_contacted_at)
    WHERE deleted_at IS NULL AND last_contacted_at IS NOT NULL;
-- Leads by further numbers: those on the do-not-call list.
CREATE INDEX lead_phones_number ON lead_phones (organization_id, phone_number, lead_id);
