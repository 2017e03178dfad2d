//! The only code that writes to streams. stdout carries the answer, stderr everything else.

mod answer;
mod choice;
mod csv;
mod escape;
mod json;
mod list;
mod manual;
mod number;
mod page;
mod progress;
mod prompt;
mod record;
mod table;
mod words;
mod zone;

use crate::error::{CommandError, Explain};

use std::io::{self, IsTerminal, Write};

pub use crate::domain::money::amount::{grouped, money};
pub use answer::pager::Pager;
pub use choice::{Choice, nearest_first};
pub use escape::{Safe, is_unsafe};
pub use list::ListWriter;
pub use number::{amount, change_of, count, duration, factor, percent, plural, points};
pub use page::{Bar, Bars, Page, Part, Sheet, SheetColumn};
pub use progress::Progress;
pub use table::{Column, Kind, Rank, terminal_width};
pub use words::{Change, label};

/// The form of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Table,
    Json,
    Ndjson,
    Csv,
    Markdown,
    /// The ids of records, one a line, to feed other calls.
    Ids,
}

/// When color is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// How the person wants to be talked to.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    pub format: Format,
    pub color: ColorChoice,
    pub quiet: bool,
    pub verbose: bool,
    /// Answer every confirmation with yes.
    pub yes: bool,
    /// Never ask.
    pub no_input: bool,
    /// The columns that are asked for.
    pub columns: Option<Choice>,
    /// What shows an answer that is longer than the terminal.
    pub pager: Pager,
}

/// The way to the person.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    pub format: Format,
    pub quiet: bool,
    pub verbose: bool,
    /// Answer every confirmation with yes.
    pub yes: bool,
    /// Never ask.
    pub no_input: bool,
    color_stdout: bool,
    color_stderr: bool,
    choice: Option<&'static Choice>,
    pager: &'static Pager,
    zone: zone::Zone,
    delivery: answer::Delivery,
}

/// Why nothing more can be said or asked.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// Whoever reads our output has seen enough (`| head`).
    #[error("the reader of the output has closed it")]
    ClosedPipe,
    #[error("cannot write the output: {0}")]
    Io(io::Error),
    #[error("cannot write the answer as JSON: {0}")]
    Json(serde_json::Error),
    #[error("this needs to be confirmed, and there is nobody to ask")]
    NobodyToAsk,
    #[error("interrupted")]
    Interrupted,
    #[error("not confirmed; nothing was changed")]
    NotConfirmed,
    #[error("`{name}` is no column of this answer")]
    NoSuchColumn {
        name: String,
        /// Those that there are, the nearest first.
        known: Vec<String>,
    },
    #[error("`{0}` is named twice")]
    NamedTwice(String),
    #[error("no column is named")]
    NoColumn,
    #[error("{0} cannot be chosen with --format ids, which prints ids alone")]
    IdsAlone(&'static str),
    #[error("this answer has no ids")]
    NoIds,
}

impl From<io::Error> for UiError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => UiError::ClosedPipe,
            _ => UiError::Io(error),
        }
    }
}

impl Explain for UiError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            UiError::ClosedPipe => return CommandError::closed_pipe(),
            UiError::Interrupted => return CommandError::interrupted(),
            UiError::NobodyToAsk => Some("add --yes to go ahead without being asked".into()),
            UiError::Io(_) | UiError::Json(_) | UiError::NotConfirmed => None,
            UiError::NoSuchColumn { known, .. } => Some(format!("its columns: {}", known.join(", "))),
            UiError::NamedTwice(_) => Some("name each column once".into()),
            UiError::NoColumn => Some("name some with commas between them, for example --columns id,status".into()),
            UiError::IdsAlone(_) => Some("leave one of them out".into()),
            UiError::NoIds => Some("--format ids is for lists whose records have a column `id`".into()),
        };
        let is_usage = matches!(
            self,
            UiError::NoSuchColumn { .. }
                | UiError::NamedTwice(_)
                | UiError::NoColumn
                | UiError::IdsAlone(_)
                | UiError::NoIds
        );
        let error = if is_usage { CommandError::usage } else { CommandError::failed };
        error(self.to_string()).maybe_hint(hint)
    }
}

impl Ui {
    /// A program has one, which lasts as long as it runs.
    pub fn new(manner: Manner) -> Ui {
        let is_dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
        let plain = is_dumb || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let wanted = |is_terminal: bool| match manner.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !plain,
        };
        Ui {
            format: manner.format,
            quiet: manner.quiet,
            verbose: manner.verbose,
            yes: manner.yes,
            no_input: manner.no_input,
            color_stdout: wanted(io::stdout().is_terminal()),
            color_stderr: wanted(io::stderr().is_terminal()),
            choice: manner.columns.map(|columns| &*Box::leak(Box::new(columns))),
            pager: Box::leak(Box::new(if is_dumb { Pager::Off } else { manner.pager })),
            zone: zone::Zone::new(),
            delivery: answer::Delivery::new(),
        }
    }

    /// Says something on stderr that a person should know, on one line, whatever the names in it say.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(&Safe::cell(text));
        }
    }

    /// Says something on stderr that only `-v` asks for.
    pub fn detail(&self, text: &str) {
        if self.verbose && !self.quiet {
            self.say(&Safe::cell(text));
        }
    }

    /// Warns on stderr, even with `--quiet`.
    pub fn warn(&self, text: &str) {
        let label = self.label("warning:", console::Color::Yellow);
        self.say(&label.and(" ").and(Safe::cell(text)));
    }

    /// Prints an error on stderr: what happened, details, and what to do next.
    pub fn error(&self, message: &str, details: &[String], hint: Option<&str>) {
        let mut text = self.label("error:", console::Color::Red).and(" ").and(Safe::cell(message));
        for detail in details {
            text.push(Safe::from("\n  ").and(Safe::cell(detail)));
        }
        for (index, line) in hint.iter().flat_map(|hint| hint.lines()).enumerate() {
            let label = match index {
                0 => self.label("hint:", console::Color::Cyan),
                _ => "     ".into(),
            };
            text.push(Safe::from("\n  ").and(label).and(" ").and(Safe::cell(line)));
        }
        self.say(&text);
    }

    /// Writes raw bytes to stdout: completion scripts and the like.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn raw(&self, bytes: &[u8]) -> Result<(), UiError> {
        self.deliver()?;
        let mut out = self.out();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Writes a text whose every byte counts. On a terminal, control characters are shown escaped.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn verbatim(&self, text: &str) -> Result<(), UiError> {
        self.deliver()?;
        let mut out = self.stream();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Where an export goes that has no file: stdout. On a terminal, control characters are shown escaped.
    pub fn stream(&self) -> Box<dyn Write> {
        let out = io::BufWriter::with_capacity(64 * 1024, self.out());
        match io::stdout().is_terminal() {
            true => Box::new(escape::Escaping::new(out)),
            false => Box::new(out),
        }
    }

    fn say(&self, text: &Safe) {
        // What comes first is shown first.
        self.deliver_or_keep();
        // When stderr is gone there is nowhere left to say so.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn label(&self, text: &'static str, color: console::Color) -> Safe {
        Safe::from(text).styled(&console::Style::new().fg(color).bold(), self.color_stderr)
    }
}
