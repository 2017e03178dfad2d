-- What a source, or a campaign of it, cost in a month. A cost that is taken away keeps its row, for the log is about it.
CREATE TABLE lead_source_costs (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 100 AND instr(source, char(0)) = 0),
    campaign TEXT NOT NULL DEFAULT '' CHECK (length(campaign) <= 200 AND instr(campaign, char(0)) = 0),
    period TEXT NOT NULL CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]' AND substr(period, 6) BETWEEN '01' AND '12'),
    cost_cents INTEGER NOT NULL CHECK (cost_cents >= 0),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    note TEXT CHECK (length(note) <= 2000 AND instr(note, char(0)) = 0),
    user_id INTEGER,
    import_id INTEGER,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- One cost for each source, campaign, month and currency; and the costs of some months.
CREATE UNIQUE INDEX lead_source_costs_live ON lead_source_costs (organization_id, period, source, campaign, currency)
    WHERE deleted_at IS NULL;
CREATE TRIGGER lead_source_costs_touch AFTER UPDATE ON lead_source_costs FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE lead_source_costs SET updated_at = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Every change of a cost.
CREATE TABLE lead_source_cost_log (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    cost_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action = 'create' OR action = 'update' OR action = 'delete'),
    old_cents INTEGER,
    new_cents INTEGER,
    reason TEXT CHECK (length(reason) <= 2000 AND instr(reason, char(0)) = 0),
    changed_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    import_id INTEGER,
    changed_at INTEGER NOT NULL,
    CHECK ((old_cents IS NULL) = (action = 'create') AND (new_cents IS NULL) = (action = 'delete')),
    FOREIGN KEY (organization_id, cost_id) REFERENCES lead_source_costs (organization_id, id),
    FOREIGN KEY (organization_id, changed_by) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- What happened to a cost.
CREATE INDEX lead_source_cost_log_cost ON lead_source_cost_log (organization_id, cost_id);
-- What an import did to costs.
CREATE INDEX lead_source_cost_log_import ON lead_source_cost_log (organization_id, import_id) WHERE import_id IS NOT NULL;
-- Nothing changes but the reasons of rows that an erasure names.
CREATE TRIGGER lead_source_cost_log_no_update BEFORE UPDATE ON lead_source_cost_log
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.cost_id IS NOT OLD.cost_id
    OR NEW.action IS NOT OLD.action
    OR NEW.old_cents IS NOT OLD.old_cents
    OR NEW.new_cents IS NOT OLD.new_cents
    OR NEW.changed_by IS NOT OLD.changed_by
    OR NEW.actor IS NOT OLD.actor
    OR NEW.import_id IS NOT OLD.import_id
    OR NEW.changed_at IS NOT OLD.changed_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'lead_source_cost_log' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'lead_source_cost_log is append-only'); END;
CREATE TRIGGER lead_source_cost_log_no_delete BEFORE DELETE ON lead_source_cost_log
BEGIN SELECT RAISE(ABORT, 'lead_source_cost_log is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative.
CREATE TRIGGER lead_source_cost_log_no_replace BEFORE INSERT ON lead_source_cost_log WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_source_cost_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_source_cost_log is append-only'); END;

-- What one unit of a currency was worth in the organization's in a month. Of several rows the latest counts; a rate is
-- never changed, another one follows it.
CREATE TABLE exchange_rates (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    base_currency TEXT NOT NULL CHECK (base_currency GLOB '[A-Z][A-Z][A-Z]'),
    period TEXT NOT NULL CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]' AND substr(period, 6) BETWEEN '01' AND '12'),
    rate TEXT NOT NULL CHECK (length(rate) <= 24 AND instr(rate, char(0)) = 0),
    user_id INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    import_id INTEGER,
    created_at INTEGER NOT NULL,
    CHECK (currency <> base_currency),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id)
) STRICT;
-- The rates to a currency.
CREATE INDEX exchange_rates_period ON exchange_rates (organization_id, base_currency, period, currency);
CREATE TRIGGER exchange_rates_no_update BEFORE UPDATE ON exchange_rates
BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;
CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates
BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;
CREATE TRIGGER exchange_rates_no_replace BEFORE INSERT ON exchange_rates WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM exchange_rates WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;

-- Imports of rates. A CHECK that allows more changes nothing in the file, so its text may be edited (SQLite, "ALTER TABLE",
-- section 7: making other kinds of table schema changes); the next statement raises the schema's version.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'kind = ''costs'' OR kind = ''history''', 'kind = ''costs'' OR kind = ''rates'' OR kind = ''history''')
    WHERE type = 'table' AND name = 'imports';
PRAGMA writable_schema = RESET;

-- Which leads were recruited, and when: few rows of the history, so that imports of leads hardly keep it.
CREATE INDEX lead_status_history_recruited ON lead_status_history
    (organization_id, lead_id, changed_at, trigger_type, import_id) WHERE to_status = 'recruited';
