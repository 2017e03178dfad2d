DROP INDEX leads_territory;
ALTER TABLE leads DROP COLUMN territory_source;
ALTER TABLE leads DROP COLUMN territory_id;
DROP TABLE territory_members;
DROP TABLE territories;
