DROP TABLE system_config;
DROP TABLE users;
DROP TABLE organizations;
