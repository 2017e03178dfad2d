-- Do-not-call lists of others, such as a country's. There is one copy for all organizations of the database.
CREATE TABLE dnc_registries (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60 AND instr(name, char(0)) = 0),
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40 AND instr(kind, char(0)) = 0),
    country TEXT NOT NULL CHECK (length(country) = 2 AND instr(country, char(0)) = 0),
    calling_code INTEGER NOT NULL CHECK (calling_code BETWEEN 1 AND 999),
    max_age_days INTEGER NOT NULL CHECK (max_age_days BETWEEN 1 AND 3660),
    -- The revision that answers; NULL when none is loaded.
    current_revision INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (name)
) STRICT;
CREATE TRIGGER dnc_registries_touch AFTER UPDATE ON dnc_registries FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE dnc_registries SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- What was loaded of a registry. The row stays when its numbers are gone: certificates name it.
CREATE TABLE dnc_registry_revisions (
    id INTEGER PRIMARY KEY,
    registry_id INTEGER NOT NULL REFERENCES dnc_registries (id),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    state TEXT NOT NULL CHECK (state = 'loading' OR state = 'complete' OR state = 'abandoned' OR state = 'removed'),
    mode TEXT NOT NULL CHECK (length(mode) BETWEEN 1 AND 40 AND instr(mode, char(0)) = 0),
    as_of TEXT NOT NULL CHECK (date(as_of) IS as_of),
    -- The area codes that it covers; NULL when it covers the whole country.
    area_codes TEXT CHECK (json_valid(area_codes) AND instr(area_codes, char(0)) = 0),
    number_count INTEGER CHECK (number_count >= 0),
    -- Lines of its files that were no numbers and left out.
    rejected_count INTEGER NOT NULL DEFAULT 0 CHECK (rejected_count >= 0),
    digest TEXT CHECK (length(digest) = 64 AND instr(digest, char(0)) = 0),
    file_name TEXT NOT NULL CHECK (length(file_name) <= 2000 AND instr(file_name, char(0)) = 0),
    file_sha256 TEXT CHECK (length(file_sha256) = 64 AND instr(file_sha256, char(0)) = 0),
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    started_at INTEGER NOT NULL,
    completed_at INTEGER,
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (registry_id, revision),
    CHECK ((completed_at IS NULL) = (number_count IS NULL)),
    CHECK ((completed_at IS NULL) = (digest IS NULL))
) STRICT;
CREATE TRIGGER dnc_registry_revisions_touch AFTER UPDATE ON dnc_registry_revisions FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE dnc_registry_revisions SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- The numbers of a revision that share all but their lowest 16 bits, as integers of the digits of E.164: fewer than 4096 as
-- their lowest 16 bits in ascending order, two bytes each, the lower one first; else as one bit for each of the 65536, the lowest first.
CREATE TABLE dnc_registry_blocks (
    revision_id INTEGER NOT NULL REFERENCES dnc_registry_revisions (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    numbers BLOB NOT NULL CHECK (length(numbers) BETWEEN 2 AND 8192),
    PRIMARY KEY (revision_id, block)
) STRICT;

-- Which registries an organization must honour, loaded or not.
CREATE TABLE dnc_requirements (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    registry TEXT NOT NULL CHECK (length(registry) BETWEEN 1 AND 60 AND instr(registry, char(0)) = 0),
    country TEXT NOT NULL CHECK (length(country) = 2 AND instr(country, char(0)) = 0),
    calling_code INTEGER NOT NULL CHECK (calling_code BETWEEN 1 AND 999),
    subscription TEXT CHECK (length(subscription) <= 200 AND instr(subscription, char(0)) = 0),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, registry)
) STRICT;
CREATE TRIGGER dnc_requirements_touch AFTER UPDATE ON dnc_requirements FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE dnc_requirements SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
