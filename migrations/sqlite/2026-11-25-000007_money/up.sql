-- What a source, or a campaign of it, cost in a month. A cost that is taken away keeps its row, for the log is about it.
CREATE TABLE lead_source_costs (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 100 AND instr(source, char(0)) = 0),
    campaign TEXT NOT NULL DEFAULT '' CHECK (length(campaign) <= 200 AND instr(campaign, char(0)) = 0),
    period TEXT NOT NULL CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]' AND substr(period, 6) BETWEEN '01' AND '12' AND instr(period, char(0)) = 0),
    cost_cents INTEGER NOT NULL CHECK (cost_cents >= 0),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]' AND instr(currency, char(0)) = 0),
    note TEXT CHECK (length(note) <= 2000 AND instr(note, char(0)) = 0),
    user_id INTEGER,
    import_id INTEGER,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
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
    UPDATE lead_source_costs SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Every change of a cost.
CREATE TABLE lead_source_cost_log (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    cost_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 40 AND instr(action, char(0)) = 0),
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
CREATE INDEX lead_source_cost_log_import ON lead_source_cost_log (organization_id, import_id)
    WHERE import_id IS NOT NULL;
-- Nothing changes but the texts of rows that an erasure names.
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
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_source_cost_log_no_replace BEFORE INSERT ON lead_source_cost_log
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_source_cost_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_source_cost_log is append-only'); END;

-- What one unit of a currency was worth in the organization's in a month. Of several rows the latest counts; a rate is
-- never changed, another one follows it.
CREATE TABLE exchange_rates (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]' AND instr(currency, char(0)) = 0),
    base_currency TEXT NOT NULL CHECK (base_currency GLOB '[A-Z][A-Z][A-Z]' AND instr(base_currency, char(0)) = 0),
    period TEXT NOT NULL CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]' AND substr(period, 6) BETWEEN '01' AND '12' AND instr(period, char(0)) = 0),
    rate TEXT NOT NULL CHECK (length(rate) <= 24 AND instr(rate, char(0)) = 0),
    user_id INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    import_id INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
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
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER exchange_rates_no_replace BEFORE INSERT ON exchange_rates
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM exchange_rates WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;

-- Money for campaigns, account by account. A writer locks the account's row: its sequence, balance and head hash are those of
-- the last transaction, so that two cannot spend the same money.
CREATE TABLE budget_accounts (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]' AND instr(currency, char(0)) = 0),
    sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    balance_cents INTEGER NOT NULL DEFAULT 0,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid),
    UNIQUE (organization_id, name)
) STRICT;
CREATE TRIGGER budget_accounts_touch AFTER UPDATE ON budget_accounts FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE budget_accounts SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
CREATE TRIGGER budget_accounts_no_delete BEFORE DELETE ON budget_accounts
BEGIN SELECT RAISE(ABORT, 'budget_accounts keeps its rows'); END;
-- INSERT OR REPLACE and UPDATE OR REPLACE remove the row that has the key already without firing a delete trigger.
CREATE TRIGGER budget_accounts_no_replace BEFORE INSERT ON budget_accounts
WHEN EXISTS (SELECT 1 FROM budget_accounts WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM budget_accounts WHERE organization_id = NEW.organization_id AND uid = NEW.uid)
    OR EXISTS (SELECT 1 FROM budget_accounts WHERE organization_id = NEW.organization_id AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'budget_accounts keeps its rows'); END;
CREATE TRIGGER budget_accounts_no_replace_by_update BEFORE UPDATE OF id, organization_id, uid, name ON budget_accounts
WHEN EXISTS (SELECT 1 FROM budget_accounts WHERE id = NEW.id AND id <> OLD.id)
    OR EXISTS (SELECT 1 FROM budget_accounts WHERE organization_id = NEW.organization_id AND uid = NEW.uid AND id <> OLD.id)
    OR EXISTS (SELECT 1 FROM budget_accounts WHERE organization_id = NEW.organization_id AND name = NEW.name AND id <> OLD.id)
BEGIN SELECT RAISE(ABORT, 'budget_accounts keeps its rows'); END;

-- The ledger: each row holds the hash of the one before and one over itself. It is named by its account and sequence, and has
-- no other id.
CREATE TABLE budget_transactions (
    organization_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    transaction_type TEXT NOT NULL CHECK (transaction_type = 'deposit' OR transaction_type = 'charge' OR transaction_type = 'refund' OR transaction_type = 'adjustment'),
    amount_cents INTEGER NOT NULL,
    balance_before_cents INTEGER NOT NULL,
    balance_after_cents INTEGER NOT NULL,
    reference TEXT CHECK (length(reference) <= 200 AND instr(reference, char(0)) = 0),
    description TEXT CHECK (length(description) <= 2000 AND instr(description, char(0)) = 0),
    source TEXT CHECK (length(source) BETWEEN 1 AND 100 AND instr(source, char(0)) = 0),
    campaign TEXT CHECK (length(campaign) <= 200 AND instr(campaign, char(0)) = 0),
    period TEXT CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]' AND substr(period, 6) BETWEEN '01' AND '12' AND instr(period, char(0)) = 0),
    user_id INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    recorded_at INTEGER NOT NULL,
    previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (organization_id, account_id, sequence),
    -- An adjustment has the sign of what it does to the balance; the others say it by their type.
    CHECK (amount_cents > 0 OR (transaction_type = 'adjustment' AND amount_cents <> 0)),
    CHECK (balance_after_cents = balance_before_cents + CASE transaction_type WHEN 'charge' THEN -amount_cents ELSE amount_cents END),
    CHECK ((source IS NULL) = (period IS NULL) AND (source IS NULL) = (campaign IS NULL)),
    CHECK (source IS NULL OR transaction_type = 'charge' OR transaction_type = 'refund'),
    FOREIGN KEY (organization_id, account_id) REFERENCES budget_accounts (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT, WITHOUT ROWID;
-- How much of the costs of some months is in the ledger.
CREATE INDEX budget_transactions_period ON budget_transactions (organization_id, period)
    WHERE period IS NOT NULL;
CREATE TRIGGER budget_transactions_no_update BEFORE UPDATE ON budget_transactions
BEGIN SELECT RAISE(ABORT, 'budget_transactions is append-only'); END;
CREATE TRIGGER budget_transactions_no_delete BEFORE DELETE ON budget_transactions
BEGIN SELECT RAISE(ABORT, 'budget_transactions is append-only'); END;
CREATE TRIGGER budget_transactions_no_replace BEFORE INSERT ON budget_transactions
WHEN EXISTS (SELECT 1 FROM budget_transactions WHERE organization_id = NEW.organization_id AND account_id = NEW.account_id AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'budget_transactions is append-only'); END;
