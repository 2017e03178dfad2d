//! What sources cost, exchange rates, and budgets.

pub mod budget_accounts;
pub mod budget_rows;
pub mod budget_transactions;
pub mod exchange_rates;
pub mod lead_source_cost_log;
pub mod lead_source_costs;
