-- Every change of users, organizations, settings, segments and budget accounts, field by field. A row can be rebuilt from its
-- entries.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    entity TEXT NOT NULL CHECK (length(entity) BETWEEN 1 AND 40 AND instr(entity, char(0)) = 0),
    entity_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 40 AND instr(action, char(0)) = 0),
    field_name TEXT CHECK (length(field_name) <= 120 AND instr(field_name, char(0)) = 0),
    old_value TEXT CHECK (length(old_value) <= 50000 AND instr(old_value, char(0)) = 0),
    new_value TEXT CHECK (length(new_value) <= 50000 AND instr(new_value, char(0)) = 0),
    changed_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    ip_address TEXT CHECK (length(ip_address) <= 45 AND instr(ip_address, char(0)) = 0),
    import_id INTEGER,
    changed_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, changed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- What happened to one thing.
CREATE INDEX audit_log_entity ON audit_log (organization_id, entity, entity_id);
-- Nothing changes but the texts of rows that an erasure names.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.entity IS NOT OLD.entity
    OR NEW.entity_id IS NOT OLD.entity_id
    OR NEW.action IS NOT OLD.action
    OR NEW.field_name IS NOT OLD.field_name
    OR NEW.changed_by IS NOT OLD.changed_by
    OR NEW.actor IS NOT OLD.actor
    OR NEW.ip_address IS NOT OLD.ip_address
    OR NEW.import_id IS NOT OLD.import_id
    OR NEW.changed_at IS NOT OLD.changed_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'audit_log' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
