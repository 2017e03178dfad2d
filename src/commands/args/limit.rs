//! How many records a list shows.

use crate::ui::{Format, Ui, grouped};

/// How many records a list shows, or groups a report.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Limit {
    /// At most so many; 0 for all. Tables show 50 when nothing is said, the other forms all
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

/// How many records a table shows when nothing is said.
const IN_TABLES: u32 = 50;

impl Limit {
    /// The most that are shown; `None` when all are.
    pub fn most(self, ui: Ui) -> Option<u32> {
        let for_people = matches!(ui.format, Format::Table | Format::Markdown);
        match self.limit {
            Some(0) => None,
            Some(limit) => Some(limit),
            None => for_people.then_some(IN_TABLES),
        }
    }

    /// Says that there are more than are shown, and how the next page is called.
    pub fn tell_cut_after(self, ui: Ui, last: i64) {
        let shown = self.most(ui).unwrap_or_default();
        ui.note(&format!("the first {} are shown; --after {last} shows the next, --limit 0 shows all", grouped(shown)));
    }

    /// Says that there are earlier ones than are shown.
    pub fn tell_latest(self, ui: Ui) {
        let shown = self.most(ui).unwrap_or_default();
        ui.note(&format!("the latest {} are shown; --limit 0 shows all", grouped(shown)));
    }

    /// Says that there are more than are shown.
    pub fn tell_cut(self, ui: Ui) {
        let shown = self.most(ui).unwrap_or_default();
        ui.note(&format!("the first {} are shown; --limit 0 shows all", grouped(shown)));
    }
}
