-- Pools of users among whom leads without an owner are distributed.
CREATE TABLE assignment_pools (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    description TEXT CHECK (length(description) <= 2000 AND instr(description, char(0)) = 0),
    strategy TEXT NOT NULL CHECK (length(strategy) BETWEEN 1 AND 40 AND instr(strategy, char(0)) = 0),
    -- Which leads it takes; NULL: every open one without an owner.
    filter TEXT CHECK (json_valid(filter) AND instr(filter, char(0)) = 0),
    -- The tags of leads that name a skill.
    skills TEXT CHECK (json_valid(skills) AND instr(skills, char(0)) = 0),
    -- Of two that take a lead the one with the smaller number.
    priority INTEGER NOT NULL DEFAULT 100 CHECK (priority BETWEEN 0 AND 1000000),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active = 0 OR is_active = 1),
    -- How many turns there were. It is no change of the row.
    cursor INTEGER NOT NULL DEFAULT 0 CHECK (cursor >= 0),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    -- A deleted one distributes nothing; its runs still refer to it.
    deleted_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid)
) STRICT;
-- A name is one pool's.
CREATE UNIQUE INDEX assignment_pools_live_name ON assignment_pools (organization_id, name)
    WHERE deleted_at IS NULL;
CREATE TRIGGER assignment_pools_touch AFTER UPDATE ON assignment_pools FOR EACH ROW
WHEN NEW.updated_at = OLD.updated_at AND NEW.cursor IS OLD.cursor
BEGIN
    UPDATE assignment_pools SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Who takes part in a pool.
CREATE TABLE assignment_pool_members (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    pool_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    weight INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000000),
    -- The most open leads that the user may hold.
    capacity INTEGER CHECK (capacity >= 0),
    -- The most leads that the pool gives the user on a day.
    daily_limit INTEGER CHECK (daily_limit >= 0),
    skills TEXT CHECK (json_valid(skills) AND instr(skills, char(0)) = 0),
    -- How far ahead the member is in the rotation. It is no change of the row.
    current_weight INTEGER NOT NULL DEFAULT 0,
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active = 0 OR is_active = 1),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, pool_id, user_id),
    FOREIGN KEY (organization_id, pool_id) REFERENCES assignment_pools (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER assignment_pool_members_touch AFTER UPDATE ON assignment_pool_members FOR EACH ROW
WHEN NEW.updated_at = OLD.updated_at AND NEW.current_weight IS OLD.current_weight
BEGIN
    UPDATE assignment_pool_members SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- What pools did: each distribution, reclaim and undo.
CREATE TABLE pool_runs (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    pool_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40 AND instr(kind, char(0)) = 0),
    strategy TEXT NOT NULL CHECK (length(strategy) BETWEEN 1 AND 40 AND instr(strategy, char(0)) = 0),
    options TEXT NOT NULL CHECK (json_valid(options) AND instr(options, char(0)) = 0),
    -- The import whose leads it distributed.
    import_id INTEGER,
    undoes_run_id INTEGER,
    -- The leads that it looked at, those that it gave, to whomever, or took back, and those that stayed as they were.
    lead_count INTEGER NOT NULL,
    changed_count INTEGER NOT NULL CHECK (changed_count >= 0),
    left_count INTEGER NOT NULL CHECK (left_count >= 0),
    -- What it did for each member.
    members TEXT NOT NULL CHECK (json_valid(members) AND instr(members, char(0)) = 0),
    run_by INTEGER,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    run_at INTEGER NOT NULL,
    UNIQUE (organization_id, id),
    CHECK (lead_count = changed_count + left_count),
    FOREIGN KEY (organization_id, pool_id) REFERENCES assignment_pools (organization_id, id),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id),
    FOREIGN KEY (organization_id, undoes_run_id) REFERENCES pool_runs (organization_id, id),
    FOREIGN KEY (organization_id, run_by) REFERENCES users (organization_id, id)
) STRICT;
-- What a pool did last, and what it gave today.
CREATE INDEX pool_runs_pool ON pool_runs (organization_id, pool_id, run_at);
-- Whether a run was undone.
CREATE INDEX pool_runs_undoes ON pool_runs (organization_id, undoes_run_id) WHERE undoes_run_id IS NOT NULL;
CREATE TRIGGER pool_runs_no_update BEFORE UPDATE ON pool_runs
BEGIN SELECT RAISE(ABORT, 'pool_runs is append-only'); END;
CREATE TRIGGER pool_runs_no_delete BEFORE DELETE ON pool_runs
BEGIN SELECT RAISE(ABORT, 'pool_runs is append-only'); END;
CREATE TRIGGER pool_runs_no_replace BEFORE INSERT ON pool_runs
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM pool_runs WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'pool_runs is append-only'); END;

-- Which leads a run gave to whom, or took from whom, and which it left, with the reason. The leads of a row are a set: their ids in
-- the portable form of 64-bit Roaring bitmaps (github.com/RoaringBitmap/RoaringFormatSpec).
CREATE TABLE pool_run_leads (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    -- Who was given the leads, or from whom they were taken; NULL: nobody.
    user_id INTEGER,
    -- Why; NULL: by the strategy of the run.
    reason TEXT CHECK (length(reason) BETWEEN 1 AND 40 AND instr(reason, char(0)) = 0),
    -- Of leads that nobody got: who was passed over, and why.
    skipped TEXT CHECK (skipped IS NULL OR json_valid(skipped) AND instr(skipped, char(0)) = 0),
    lead_count INTEGER NOT NULL CHECK (lead_count > 0),
    leads BLOB NOT NULL,
    FOREIGN KEY (organization_id, run_id) REFERENCES pool_runs (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT;
-- The leads of a run.
CREATE INDEX pool_run_leads_run ON pool_run_leads (organization_id, run_id);
CREATE TRIGGER pool_run_leads_no_update BEFORE UPDATE ON pool_run_leads
BEGIN SELECT RAISE(ABORT, 'pool_run_leads is append-only'); END;
CREATE TRIGGER pool_run_leads_no_delete BEFORE DELETE ON pool_run_leads
BEGIN SELECT RAISE(ABORT, 'pool_run_leads is append-only'); END;
CREATE TRIGGER pool_run_leads_no_replace BEFORE INSERT ON pool_run_leads
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM pool_run_leads WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'pool_run_leads is append-only'); END;

-- When a user is away: from a time on, up to a time, or both.
ALTER TABLE users ADD COLUMN absent_from INTEGER;
ALTER TABLE users ADD COLUMN absent_until INTEGER CHECK (absent_until > absent_from);
