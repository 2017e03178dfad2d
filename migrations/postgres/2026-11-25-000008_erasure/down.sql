DROP TABLE erased_rows;
DROP TABLE erasure_keys;
DROP TABLE erasure_hashes;
DROP TABLE erasures;
