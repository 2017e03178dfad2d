DROP TABLE budget_transactions;
DROP TABLE budget_accounts;
