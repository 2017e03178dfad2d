DROP TABLE system_config;
DROP TABLE users;
DROP TABLE organizations;
DROP FUNCTION refuse_delete();
DROP FUNCTION refuse_change_but_erasure();
DROP FUNCTION refuse_change();
DROP FUNCTION touch_updated_at();
