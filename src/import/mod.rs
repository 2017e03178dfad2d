//! Importing spreadsheets: reading, mapping, checking, matching, writing, reporting.
//!
//! A row's way: cell → [`row::Row`] → [`crate::ops::leads::draft::LeadDraft`] or [`row::RowProblem`]s → an outcome in
//! [`kinds::leads::summary::ImportSummary`] and a batch of [`crate::db::lead_changes::LeadChanges`]. Reading and checking run in a thread of
//! their own and hand batches over a bounded channel; one thread writes.

pub mod advice;
pub mod column_names;
mod error;
pub mod kinds;
mod naming;
pub mod observer;
pub mod options;
pub mod plan;
mod prepare;
pub mod presets;
pub mod problems;
pub mod proof;
pub mod registry;
pub mod rejects;
pub mod row;
pub mod rowfile;
pub mod saved;
pub mod scrub;
pub mod sheet;
pub mod source;
pub mod template;
pub mod unclaimed;
pub mod vocabulary;

pub use error::ImportError;
pub use kinds::undoing;
