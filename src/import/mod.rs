//! Importing spreadsheets: reading, mapping, checking, matching, writing, reporting.
//!
//! A row's way: cell → [`row::Row`] → [`crate::ops::draft::LeadDraft`] or [`row::RowProblem`]s → an outcome in
//! [`summary::ImportSummary`] and a batch of [`crate::db::bulk::LeadChanges`]. Reading and checking run in a thread of
//! their own and hand batches over a bounded channel; one thread writes.

pub mod checker;
pub mod costs;
mod costs_fields;
pub mod dnc;
pub mod dnc_fields;
pub mod dnc_rows;
mod error;
pub mod fields;
pub mod history;
pub mod history_fields;
pub mod leads;
pub mod mapping;
pub mod options;
mod prepare;
pub mod proof;
pub mod rates;
pub mod rejects;
pub mod replies;
pub mod row;
pub mod rowfile;
pub mod sheet;
pub mod source;
pub mod summary;

pub use error::ImportError;
