DROP INDEX leads_territory;
-- SQLite drops no column that a foreign key of two columns names.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    ',
    FOREIGN KEY (organization_id, territory_id) REFERENCES territories (organization_id, id)', '')
WHERE type = 'table' AND name = 'leads';
PRAGMA writable_schema = RESET;
ALTER TABLE leads DROP COLUMN territory_source;
ALTER TABLE leads DROP COLUMN territory_id;
DROP TABLE territory_members;
DROP TABLE territories;
