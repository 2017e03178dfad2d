//! One file a table: its row, and the queries that concern it alone.

pub mod audit_entries;
pub mod audit_log;
pub mod budget_accounts;
pub mod budget_rows;
pub mod budget_transactions;
pub mod dnc_checks;
pub mod dnc_entries;
pub mod dnc_list;
pub mod dnc_requests;
pub mod erased_texts;
pub mod erasures;
pub mod exchange_rates;
pub mod import_effects;
pub mod imports;
pub mod lead_assignments;
pub mod lead_audit_log;
pub mod lead_identities;
pub mod lead_merges;
pub mod lead_notes;
pub mod lead_phones;
pub mod lead_search;
pub mod lead_source_cost_log;
pub mod lead_source_costs;
pub mod lead_status_history;
pub mod lead_tags;
pub mod leads;
pub mod organizations;
pub mod segments;
pub mod status_rows;
pub mod system_config;
pub mod users;

/// How many values one IN list holds: far below the limit of bind parameters on both engines.
pub const IN_LIST: usize = 1000;
