-- Parts of the market, each inside another one or at the top, and which leads lie in each.
CREATE TABLE territories (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    description TEXT CHECK (length(description) <= 2000 AND instr(description, char(0)) = 0),
    -- The territory that it is a part of.
    parent_id INTEGER CHECK (parent_id <> id),
    -- Which leads of the parent lie in it.
    filter TEXT NOT NULL CHECK (json_valid(filter) AND instr(filter, char(0)) = 0),
    -- Of two that take a lead the one with the smaller number.
    priority INTEGER NOT NULL DEFAULT 100 CHECK (priority BETWEEN 0 AND 1000000),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active = 0 OR is_active = 1),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    -- A deleted one has no leads; the log of leads still refers to it.
    deleted_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid),
    FOREIGN KEY (organization_id, parent_id) REFERENCES territories (organization_id, id)
) STRICT;
-- A name is one territory's.
CREATE UNIQUE INDEX territories_live_name ON territories (organization_id, name)
    WHERE deleted_at IS NULL;
CREATE TRIGGER territories_touch AFTER UPDATE ON territories FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE territories SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Who works a territory.
CREATE TABLE territory_members (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    territory_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'member'),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, territory_id, user_id),
    FOREIGN KEY (organization_id, territory_id) REFERENCES territories (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER territory_members_touch AFTER UPDATE ON territory_members FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE territory_members SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- The territory of a lead, and whether its filter or a person has put the lead there.
ALTER TABLE leads ADD COLUMN territory_id INTEGER;
ALTER TABLE leads ADD COLUMN territory_source TEXT CHECK (territory_source = 'rule' OR territory_source = 'manual')
    CHECK ((territory_id IS NULL) = (territory_source IS NULL));
-- ALTER TABLE adds no foreign key of two columns, and rebuilding the table with all its indexes takes minutes of a million leads. No row
-- changes by it, so the text of the table may: https://www.sqlite.org/lang_altertable.html#otheralter
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'FOREIGN KEY (organization_id, merged_into_id) REFERENCES leads (organization_id, id)',
    'FOREIGN KEY (organization_id, merged_into_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, territory_id) REFERENCES territories (organization_id, id)')
WHERE type = 'table' AND name = 'leads';
PRAGMA writable_schema = RESET;
-- Filters by territory, and the leads of one that is deleted. Being made after it, the index also tells other connections of the new text.
CREATE INDEX leads_territory ON leads (organization_id, territory_id)
    WHERE territory_id IS NOT NULL;
