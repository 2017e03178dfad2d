//! Verbs that look at leads.

pub mod count;
pub mod duplicates;
pub(super) mod export;
pub mod history;
pub mod list;
pub mod search;
pub mod show;
pub mod timeline;
