//! Asking before something is destroyed.

use std::io::{self, IsTerminal};

use serde::Serialize;

use super::escape::Safe;
use super::{Column, Ui, UiError, table};

impl Ui {
    /// Refuses early what [`Ui::confirm`] would refuse later.
    ///
    /// # Errors
    /// There is nobody to ask.
    pub fn require_someone_to_ask(&self) -> Result<(), UiError> {
        match self.no_input || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            true => Err(UiError::NobodyToAsk),
            false => Ok(()),
        }
    }

    /// Asks for a yes. `--yes` answers it; without a terminal, or with `--no-input`, it is refused.
    ///
    /// # Errors
    /// The answer was no, or there is nobody to ask.
    pub fn confirm(&self, question: &str) -> Result<(), UiError> {
        if self.yes {
            return Ok(());
        }
        match self.answered(question)? {
            true => Ok(()),
            false => Err(UiError::NotConfirmed),
        }
    }

    /// Asks what only a person decides, and whether they say yes: `--yes` is no answer.
    ///
    /// # Errors
    /// There is nobody to ask, or the person interrupts.
    pub fn ask(&self, question: &str) -> Result<bool, UiError> {
        match self.yes {
            true => Err(UiError::NobodyToAsk),
            false => self.answered(question),
        }
    }

    fn answered(&self, question: &str) -> Result<bool, UiError> {
        self.require_someone_to_ask()?;
        self.deliver()?;
        ask(&self.lines_before(question))
    }

    /// Says a question but for its last line, which takes the answer: it is drawn anew when that comes, and must be one line of the
    /// terminal then.
    fn lines_before(&self, question: &str) -> Safe {
        let mut lines = Safe::cell(question).wrapped(columns().saturating_sub(ANSWER).max(1));
        let last = lines.pop().unwrap_or_default();
        lines.iter().for_each(|line| self.say(line));
        last
    }
}

impl Ui {
    /// Asks which of some things is meant, beginning at one of them.
    ///
    /// # Errors
    /// There is nobody to ask, or the person stops.
    pub fn select(&self, question: &str, items: &[String], first: usize) -> Result<usize, UiError> {
        self.require_someone_to_ask()?;
        self.deliver()?;
        let (rows, columns): (usize, usize) =
            console::Term::stderr().size_checked().map_or((24, USUAL_WIDTH), |(r, c)| (r.into(), c.into()));
        // What is chosen is drawn anew with each key: each thing must be one line of the terminal.
        let line =
            |text: &str, room: usize| Safe::cell(text).wrapped(columns.saturating_sub(room).max(1)).swap_remove(0);
        let last = self.lines_before(question);
        let items: Vec<Safe> = items.iter().map(|item| line(item, CURSOR)).collect();
        let chosen = dialoguer::Select::with_theme(&Plain::new())
            .with_prompt(last.as_str())
            .items(items.iter().map(Safe::as_str))
            .default(first)
            .max_length(rows.saturating_sub(4).clamp(3, 20))
            .interact_opt();
        match chosen {
            Ok(Some(chosen)) => Ok(chosen),
            Ok(None) => Err(UiError::NotConfirmed),
            Err(dialoguer::Error::IO(e)) if e.kind() == io::ErrorKind::Interrupted => {
                // It is hidden while something is chosen.
                let _ = console::Term::stderr().show_cursor();
                Err(UiError::Interrupted)
            }
            Err(_) => Err(UiError::NobodyToAsk),
        }
    }

    /// Asks for a text until it is one that `read` takes; none when it is left blank.
    ///
    /// # Errors
    /// There is nobody to ask, or the person interrupts.
    pub fn input<T>(&self, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, UiError> {
        self.require_someone_to_ask()?;
        self.deliver()?;
        let theme = Plain::new();
        loop {
            let last = self.lines_before(question);
            let asked = dialoguer::Input::<String>::with_theme(&theme).with_prompt(last.as_str()).allow_empty(true);
            let text = match asked.interact_text() {
                Ok(text) if text.trim().is_empty() => return Ok(None),
                Ok(text) => text,
                Err(dialoguer::Error::IO(e)) if e.kind() == io::ErrorKind::Interrupted => {
                    return Err(UiError::Interrupted);
                }
                Err(_) => return Err(UiError::NobodyToAsk),
            };
            match read(&text) {
                Ok(value) => return Ok(Some(value)),
                Err(problem) => self.note(&problem),
            }
        }
    }

    /// Shows a table on stderr, for a question that follows.
    ///
    /// # Errors
    /// A row is no record.
    pub fn table_to_ask<T: Serialize>(&self, rows: &[T], columns: &[Column]) -> Result<(), UiError> {
        let cells = self.cells(rows, columns)?;
        let width = console::Term::stderr().size_checked().map(|(_, columns)| columns.into());
        self.say(&table::draw(columns, &cells, self.color_stderr, width).text);
        Ok(())
    }
}

/// A question ends with its own mark.
struct Plain {
    /// The width of the terminal.
    columns: usize,
}

impl Plain {
    fn new() -> Plain {
        Plain { columns: columns() }
    }
}

fn columns() -> usize {
    console::Term::stderr().size_checked().map_or(USUAL_WIDTH, |(_, columns)| columns.into())
}

impl dialoguer::theme::Theme for Plain {
    fn format_select_prompt(&self, f: &mut dyn std::fmt::Write, prompt: &str) -> std::fmt::Result {
        write!(f, "{prompt}")
    }

    fn format_input_prompt(&self, f: &mut dyn std::fmt::Write, prompt: &str, _: Option<&str>) -> std::fmt::Result {
        write!(f, "{prompt} ")
    }

    fn format_input_prompt_selection(&self, f: &mut dyn std::fmt::Write, prompt: &str, text: &str) -> std::fmt::Result {
        write!(f, "{prompt} {text}")
    }

    fn format_select_prompt_selection(
        &self,
        f: &mut dyn std::fmt::Write,
        prompt: &str,
        chosen: &str,
    ) -> std::fmt::Result {
        // Both on one line, as far as there is room.
        let room = self.columns.saturating_sub(console::measure_text_width(prompt) + 1);
        write!(f, "{prompt} {}", console::truncate_str(chosen, room, "…"))
    }
}

/// The mark before what may be chosen.
const CURSOR: usize = 3;

/// The width of the terminal when it does not say it.
const USUAL_WIDTH: usize = 80;
/// ` [y/N] yes`, and the cursor.
const ANSWER: usize = 11;

/// A question is said on one line, whatever the names in it say.
fn ask(question: &Safe) -> Result<bool, UiError> {
    let answer = dialoguer::Confirm::new().with_prompt(question.as_str()).default(false).interact_opt();
    match answer {
        Ok(answer) => Ok(answer == Some(true)),
        Err(dialoguer::Error::IO(e)) if e.kind() == io::ErrorKind::Interrupted => Err(UiError::Interrupted),
        Err(_) => Err(UiError::NobodyToAsk),
    }
}
