DROP TABLE system_config;
DROP TABLE users;
DROP TABLE organizations;
PRAGMA application_id = 0;
