//! Leads: making, changing, finding, merging and deleting them.

pub mod contact;
pub mod delete;
pub mod draft;
pub mod duplicates;
pub mod edit;
pub mod fields;
pub mod history;
pub mod keys;
pub mod mass_update;
pub mod merge;
pub mod parts;
pub mod personal;
pub mod search;
pub mod upsert;
