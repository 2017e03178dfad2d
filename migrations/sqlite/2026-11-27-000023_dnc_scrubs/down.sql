DROP TABLE dnc_scrubs;
DROP TABLE signing_keys;
