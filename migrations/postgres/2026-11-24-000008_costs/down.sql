DROP INDEX lead_status_history_recruited;
DROP TABLE exchange_rates;
DROP TABLE lead_source_cost_log;
DROP TABLE lead_source_costs;
ALTER TABLE imports NO FORCE ROW LEVEL SECURITY;
UPDATE imports SET kind = 'costs' WHERE kind = 'rates';
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
ALTER TABLE imports DROP CONSTRAINT imports_kind_check;
ALTER TABLE imports ADD CONSTRAINT imports_kind_check CHECK (kind IN ('leads', 'dnc', 'costs', 'history', 'undo'));
