//! What an undo did, in counts that reconcile.

use serde::Serialize;

use super::revert::KeptField;
use super::told::{KindCounts, KindLists};

/// What an undo did: every lead of the import is in exactly one group.
#[derive(Debug, Default, Serialize)]
pub struct UndoSummary {
    /// The record of the undo; none after a dry run.
    pub import_id: Option<i64>,
    pub undoes_import_id: i64,
    pub file_name: String,
    pub dry_run: bool,
    /// Leads that the import made or changed.
    pub leads: u64,
    /// Leads that it made, deleted now.
    pub deleted: u64,
    /// Leads that it changed, as they were before.
    pub restored: u64,
    /// Leads of which some values returned and others stay.
    pub partly_restored: u64,
    /// Leads that stay as they are.
    pub kept: u64,
    pub refused: u64,
    /// What the kind of the import counts besides leads.
    #[serde(flatten)]
    pub counts: KindCounts,
    /// Values that returned.
    pub fields_restored: u64,
    /// Do-not-call entries that were closed.
    pub dnc_removed: u64,
    /// Leads that left `dnc` or went there because of it.
    pub dnc_moved: u64,
    pub kept_fields: Vec<KeptLead>,
    pub refused_leads: Vec<RefusedLead>,
    /// What the kind of the import leaves as it is.
    #[serde(flatten)]
    pub lists: KindLists,
    pub seconds: f64,
}

/// A lead with a value that stays.
#[derive(Debug, Clone, Serialize)]
pub struct KeptLead {
    pub lead_id: i64,
    #[serde(flatten)]
    pub field: KeptField,
}

/// A lead of which nothing was put back.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedLead {
    pub lead_id: i64,
    pub reason: String,
}

impl UndoSummary {
    /// Whether every lead of the import is in exactly one group.
    pub fn reconciles(&self) -> bool {
        self.leads == self.deleted + self.restored + self.partly_restored + self.kept + self.refused
    }
}
