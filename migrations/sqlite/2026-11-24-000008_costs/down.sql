DROP INDEX lead_status_history_recruited;
DROP TABLE exchange_rates;
DROP TABLE lead_source_cost_log;
DROP TABLE lead_source_costs;
UPDATE imports SET kind = 'costs' WHERE kind = 'rates';
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'kind = ''costs'' OR kind = ''rates'' OR kind = ''history''', 'kind = ''costs'' OR kind = ''history''')
    WHERE type = 'table' AND name = 'imports';
PRAGMA writable_schema = RESET;
