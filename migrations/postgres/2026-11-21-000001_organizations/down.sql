DROP TABLE system_config;
DROP TABLE users;
DROP TABLE organizations;
DROP FUNCTION refuse_change();
DROP FUNCTION touch_updated_at();
