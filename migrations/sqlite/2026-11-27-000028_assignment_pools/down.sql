ALTER TABLE users DROP COLUMN absent_until;
ALTER TABLE users DROP COLUMN absent_from;
DROP TABLE pool_run_leads;
DROP TABLE pool_runs;
DROP TABLE assignment_pool_members;
DROP TABLE assignment_pools;
