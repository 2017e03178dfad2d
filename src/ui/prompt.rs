//! Asking before something is destroyed.

use std::io::{self, IsTerminal};

use super::escape::Safe;
use super::{Ui, UiError};

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
        self.require_someone_to_ask()?;
        self.deliver()?;
        let columns = console::Term::stderr().size_checked().map_or(USUAL_WIDTH, |(_, columns)| columns.into());
        // What takes the answer is drawn anew when it comes, and must be one line of the terminal then.
        let mut lines = Safe::cell(question).wrapped(columns.saturating_sub(ANSWER).max(1));
        let last = lines.pop().unwrap_or_default();
        lines.iter().for_each(|line| self.say(line));
        ask(&last)
    }
}

/// The width of the terminal when it does not say it.
const USUAL_WIDTH: usize = 80;
/// ` [y/N] yes`, and the cursor.
const ANSWER: usize = 11;

/// A question is said on one line, whatever the names in it say.
fn ask(question: &Safe) -> Result<(), UiError> {
    let answer = dialoguer::Confirm::new().with_prompt(question.as_str()).default(false).interact_opt();
    match answer {
        Ok(Some(true)) => Ok(()),
        Ok(_) => Err(UiError::NotConfirmed),
        Err(dialoguer::Error::IO(e)) if e.kind() == io::ErrorKind::Interrupted => Err(UiError::Interrupted),
        Err(_) => Err(UiError::NobodyToAsk),
    }
}
