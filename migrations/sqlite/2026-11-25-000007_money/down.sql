DROP TABLE budget_transactions;
DROP TABLE budget_accounts;
DROP TABLE exchange_rates;
DROP TABLE lead_source_cost_log;
DROP TABLE lead_source_costs;
