//! What changes several tables in one transaction, shared by imports and by the verbs for single leads.

pub mod apply;
mod batch;
pub mod budget;
pub mod bulk_change;
pub mod costs;
pub mod dnc;
pub mod draft;
pub mod lead_delete;
pub mod lead_duplicates;
pub mod lead_edit;
pub mod lead_erase;
pub mod lead_fields;
pub mod lead_history;
pub mod lead_keys;
pub mod lead_merge;
pub mod lead_note;
pub mod lead_parts;
pub mod lead_personal;
pub mod lead_phone;
pub mod lead_search;
pub mod matching;
pub mod opt_outs;
pub mod organizations;
pub mod seed;
pub mod status_events;
pub mod undo;
pub mod writer;
