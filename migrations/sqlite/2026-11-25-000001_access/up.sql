-- Marks the file as crmctl's: the letters crmc.
PRAGMA application_id = 0x63726D63;

-- The tenants of a database.
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY,
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) <= 200 AND instr(name, char(0)) = 0),
    slug TEXT NOT NULL CHECK (length(slug) BETWEEN 1 AND 60 AND instr(slug, char(0)) = 0),
    default_region TEXT NOT NULL DEFAULT '' CHECK (length(default_region) <= 2 AND instr(default_region, char(0)) = 0),
    base_currency TEXT NOT NULL DEFAULT 'USD' CHECK (base_currency GLOB '[A-Z][A-Z][A-Z]' AND instr(base_currency, char(0)) = 0),
    timezone TEXT NOT NULL DEFAULT 'UTC' CHECK (length(timezone) <= 64 AND instr(timezone, char(0)) = 0),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active = 0 OR is_active = 1),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (uid),
    UNIQUE (slug)
) STRICT;
CREATE TRIGGER organizations_touch AFTER UPDATE ON organizations FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE organizations SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Who acts in an organization.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    email TEXT NOT NULL CHECK (length(email) <= 254 AND instr(email, char(0)) = 0),
    first_name TEXT CHECK (length(first_name) <= 100 AND instr(first_name, char(0)) = 0),
    last_name TEXT CHECK (length(last_name) <= 100 AND instr(last_name, char(0)) = 0),
    role TEXT NOT NULL CHECK (role = 'admin' OR role = 'manager' OR role = 'sales_rep' OR role = 'viewer'),
    timezone TEXT NOT NULL DEFAULT 'UTC' CHECK (length(timezone) <= 64 AND instr(timezone, char(0)) = 0),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active = 0 OR is_active = 1),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid),
    UNIQUE (organization_id, email)
) STRICT;
CREATE TRIGGER users_touch AFTER UPDATE ON users FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE users SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- An organization's settings.
CREATE TABLE system_config (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    config_key TEXT NOT NULL CHECK (length(config_key) <= 100 AND instr(config_key, char(0)) = 0),
    config_value TEXT NOT NULL CHECK (length(config_value) <= 10000 AND instr(config_value, char(0)) = 0),
    updated_by INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (organization_id, config_key),
    FOREIGN KEY (organization_id, updated_by) REFERENCES users (organization_id, id)
) STRICT;
CREATE TRIGGER system_config_touch AFTER UPDATE ON system_config FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE system_config SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE organization_id = NEW.organization_id AND config_key = NEW.config_key;
END;
