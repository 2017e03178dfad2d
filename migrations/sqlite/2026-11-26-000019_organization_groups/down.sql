DROP TRIGGER dnc_list_origin;
DROP INDEX dnc_list_shared;
ALTER TABLE dnc_list DROP COLUMN own_texts_expire_at;
ALTER TABLE dnc_list DROP COLUMN own_calls_expire_at;
ALTER TABLE dnc_list DROP COLUMN own_expires_at;
ALTER TABLE dnc_list DROP COLUMN own_scope;
ALTER TABLE dnc_list DROP COLUMN origin;
ALTER TABLE organizations DROP COLUMN group_slug;
