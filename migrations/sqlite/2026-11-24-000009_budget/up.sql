-- Money for campaigns, account by account. A writer locks the account's row: its sequence, balance and head hash are those of
-- the last transaction, so that two cannot spend the same money.
CREATE TABLE budget_accounts (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    balance_cents INTEGER NOT NULL DEFAULT 0,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, name)
) STRICT;
CREATE TRIGGER budget_accounts_touch AFTER UPDATE ON budget_accounts FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE budget_accounts SET updated_at = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) WHERE id = NEW.id;
END;
CREATE TRIGGER budget_accounts_no_delete BEFORE DELETE ON budget_accounts
BEGIN SELECT RAISE(ABORT, 'budget_accounts keeps its accounts'); END;
CREATE TRIGGER budget_accounts_no_replace BEFORE INSERT ON budget_accounts WHEN EXISTS (SELECT 1 FROM budget_accounts WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'budget_accounts keeps its accounts'); END;

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
    period TEXT CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]' AND substr(period, 6) BETWEEN '01' AND '12'),
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
CREATE INDEX budget_transactions_period ON budget_transactions (organization_id, period) WHERE period IS NOT NULL;
CREATE TRIGGER budget_transactions_no_update BEFORE UPDATE ON budget_transactions
BEGIN SELECT RAISE(ABORT, 'budget_transactions is append-only'); END;
CREATE TRIGGER budget_transactions_no_delete BEFORE DELETE ON budget_transactions
BEGIN SELECT RAISE(ABORT, 'budget_transactions is append-only'); END;
CREATE TRIGGER budget_transactions_no_replace BEFORE INSERT ON budget_transactions
WHEN EXISTS (SELECT 1 FROM budget_transactions WHERE organization_id = NEW.organization_id AND account_id = NEW.account_id AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'budget_transactions is append-only'); END;
