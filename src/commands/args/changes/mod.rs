//! How verbs that change one thing do it, and what they answer.

use crate::db::RunMode;
use crate::error::{CommandError, Result};
use crate::ops::audited::Difference;
use crate::ui::{Change, Ui};

/// Whether a change is made, and how much is answered.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ChangeArgs {
    /// Show what would change and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the whole record and not only what changed
    #[arg(long)]
    show: bool,
}

impl ChangeArgs {
    pub fn mode(self) -> RunMode {
        RunMode::of_flag(self.dry_run)
    }

    /// The mode of a change of many things, of which no record is printed.
    ///
    /// # Errors
    /// A record is asked for.
    pub fn mode_of_many(self) -> Result<RunMode, CommandError> {
        match self.show {
            true => Err(CommandError::usage("--show prints one record, and many are chosen").hint("leave it out")),
            false => Ok(self.mode()),
        }
    }

    /// Whether the record is printed: for programs always, for people if they ask for it or for columns of it.
    pub fn shows(self, ui: Ui) -> bool {
        self.show || !ui.tells_in_a_line()
    }

    /// Answers with a line of what changed of a thing, or with its record.
    ///
    /// # Errors
    /// Those of `record`, or stdout cannot be written.
    pub fn answer(self, ui: Ui, subject: &str, changes: &[Change], record: impl FnOnce() -> Result<()>) -> Result<()> {
        if !self.shows(ui) {
            return Ok(ui.changed(subject, changes, self.dry_run)?);
        }
        if self.dry_run {
            ui.note("dry run: nothing was changed; it would be so:");
        } else if changes.is_empty() {
            ui.note("nothing to change");
        }
        record()
    }
}

/// Refuses a field that is filled and emptied; `given` are those that may be emptied, and whether they are filled.
///
/// # Errors
/// There is one.
pub fn refuse_cleared(cleared: &[String], given: &[(&str, bool)]) -> Result<(), CommandError> {
    let is_given = |field: &&String| given.iter().any(|(name, is_given)| *is_given && *name == field.as_str());
    match cleared.iter().find(is_given) {
        Some(field) => Err(CommandError::usage(format!("`{field}` is both given and cleared")).hint("say one of both")),
        None => Ok(()),
    }
}

/// The differences that were logged of a row, as changes.
pub fn changes_of(differences: Vec<Difference>) -> Vec<Change> {
    differences.into_iter().map(|it| Change::new(it.field, it.old, it.new)).collect()
}

/// What a new thing is, as changes.
pub fn added(values: Vec<Difference>) -> Vec<Change> {
    std::iter::once(Change::added()).chain(changes_of(values)).collect()
}
