DROP TABLE dnc_requirements;
DROP TABLE dnc_registry_blocks;
DROP TABLE dnc_registry_revisions;
DROP TABLE dnc_registries;
