//! Tables on a terminal: they are kept until something else is said or the program ends, so that a pager shows a record with
//! all of its parts; what had no room is told behind them.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::pager;
use crate::ui::escape::Safe;
use crate::ui::table::{self, Column, Drawn};
use crate::ui::{Format, Ui, UiError};

/// What is still to be shown.
#[derive(Debug, Default)]
pub(super) struct Screen {
    text: Safe,
    /// How many lines of it are the header of a table.
    header: usize,
    /// What is to be said behind it.
    notes: Vec<String>,
    /// Why an earlier part could not be shown.
    failure: Option<UiError>,
}

impl Ui {
    /// Shows a part of the answer on stdout.
    pub(in crate::ui) fn print(&self, text: impl Into<Safe>) -> Result<(), UiError> {
        self.show(Drawn { text: text.into(), ..Drawn::default() }, "", "")
    }

    /// Shows a table that is called so; `remedy` says how columns come back that had no room.
    pub(in crate::ui) fn show(&self, drawn: Drawn, name: &str, remedy: &str) -> Result<(), UiError> {
        if self.format != Format::Table || table::terminal_size().is_none() {
            return self.raw(drawn.text.as_str().as_bytes());
        }
        let mut screen = self.screen();
        if screen.text.is_empty() {
            screen.header = drawn.header;
        }
        screen.text.push(drawn.text);
        screen.notes.extend(left_out(&drawn.left_out, name, remedy));
        Ok(())
    }

    /// Shows what is still to be shown. Whoever ends the program calls it.
    ///
    /// # Errors
    /// stdout cannot be written, or could not before.
    pub fn deliver(&self) -> Result<(), UiError> {
        let screen = std::mem::take(&mut *self.screen());
        if let Some(failure) = screen.failure {
            return Err(failure);
        }
        if screen.text.is_empty() {
            return Ok(());
        }
        let rows = table::terminal_size().map_or(usize::MAX, |(rows, _)| rows);
        let is_long = screen.text.as_str().lines().count() >= rows;
        let is_shown = is_long && !self.no_input && {
            let paging = &self.delivery.0.is_paging;
            paging.store(true, Ordering::Relaxed);
            let is_shown = pager::show(self.pager, paging, &screen.text, screen.header);
            paging.store(false, Ordering::Relaxed);
            is_shown
        };
        if !is_shown {
            self.raw(screen.text.as_str().as_bytes())?;
        }
        screen.notes.iter().for_each(|note| self.note(note));
        Ok(())
    }

    /// The same where an error has no way to go yet.
    pub(in crate::ui) fn deliver_or_keep(&self) {
        if let Err(failure) = self.deliver() {
            self.screen().failure = Some(failure);
        }
    }

    /// Whether a pager shows the answer, which Ctrl-C is meant for then.
    pub fn is_paging(&self) -> bool {
        self.delivery.0.is_paging.load(Ordering::Relaxed)
    }

    fn screen(&self) -> MutexGuard<'static, Screen> {
        self.delivery.0.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ui {
    /// Says which columns a table left out, and how they come back.
    pub(in crate::ui) fn tell_left_out(&self, columns: &[Column], remedy: &str) {
        left_out(columns, "", remedy).iter().for_each(|note| self.note(note));
    }
}

fn left_out(columns: &[Column], name: &str, remedy: &str) -> Option<String> {
    let names: Vec<&str> = columns.iter().map(|column| &*column.key).collect();
    let (noun, does) = if names.len() == 1 { ("column", "does") } else { ("columns", "do") };
    let of = if name.is_empty() { String::new() } else { format!(" of `{name}`") };
    let told = || format!("{} {noun}{of} {does} not fit: {} ({remedy})", names.len(), names.join(", "));
    (!names.is_empty()).then(told)
}
