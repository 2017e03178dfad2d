DROP VIEW dnc_numbers;
DROP TRIGGER dnc_list_close_or_widen;
DROP INDEX dnc_list_early_end;
ALTER TABLE dnc_list DROP COLUMN texts_expire_at;
ALTER TABLE dnc_list DROP COLUMN calls_expire_at;
DROP TABLE dnc_spellings;
-- By whichever rules the spellings are written next.
DELETE FROM system_config WHERE config_key = 'internal.dnc_spelling_rules';
