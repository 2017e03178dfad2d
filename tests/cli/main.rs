//! Behaviour through the real binary, the same on both engines. Run with `scripts/test`.

mod support;

mod append_only;
mod backup;
mod bulk;
mod completions;
mod config;
mod dnc;
mod dnc_list;
mod dnc_requests;
mod dnc_status;
mod durability;
mod export;
mod filter_oracle;
mod filters;
mod fixtures;
mod import_files;
mod import_forms;
mod import_leads;
mod import_options;
mod import_random;
mod import_undo;
mod import_values;
mod lead;
mod lead_duplicates;
mod lead_edit;
mod lead_history;
mod lead_merge;
mod lead_phone;
mod lead_search;
mod migrate;
mod org;
mod output;
mod segment;
mod tenancy;
mod user;
