//! Costs, exchange rates, and budgets.

pub mod budget;
pub mod costs;
pub mod rates;
