//! What the check of a row comes to.

use crate::import::row::{Row, RowProblem};
use crate::import::vocabulary::refusals::Wish;
use crate::ops::leads::draft::LeadDraft;

/// A row after checking.
pub struct Checked {
    pub row: Row,
    /// `None` when the row is rejected or skipped.
    pub draft: Option<LeadDraft>,
    /// Why it is rejected, or which of its values were dropped.
    pub problems: Vec<RowProblem>,
    /// Why a preset skips the row.
    pub skipped: Option<String>,
    /// Whether a spreadsheet's damage was undone.
    pub repaired: bool,
    /// Cells that hold a word for "nothing".
    pub placeholders: u32,
    /// Whether the row asks not to be contacted.
    pub opts_out: bool,
    /// What a note of the row asks.
    pub note_asks: Option<Wish>,
    /// The line of text, such as a name, that may ask it.
    pub line_asks: Option<String>,
    /// Whether an opt-in of the row says no.
    pub not_opted_in: bool,
    /// How a number of the row without plus was read, when it is another number with one.
    pub lost_plus: Option<String>,
    /// What an amount of the row was rounded to.
    pub rounded: Option<String>,
}

impl Checked {
    /// A row of which a preset says why it is skipped. One that asks not to be contacted, or may ask it, is read all the same: its
    /// wish holds.
    pub(super) fn skipped_for(self, reason: Option<&str>) -> Checked {
        match reason.filter(|_| !self.opts_out && self.note_asks.is_none()) {
            None => self,
            Some(reason) => Checked { draft: None, problems: Vec::new(), skipped: Some(reason.to_owned()), ..self },
        }
    }
}
