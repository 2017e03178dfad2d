//! The only code that writes to streams. stdout carries the answer, stderr everything else.

mod answer;
mod csv;
mod escape;
mod json;
mod list;
mod number;
mod page;
mod progress;
mod prompt;
mod record;
mod table;
mod zone;

use crate::error::{CommandError, Explain};

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

pub use crate::domain::money::amount::{grouped, money};
pub use escape::{Safe, is_unsafe};
pub use list::ListWriter;
pub use number::{amount, change_of, count, duration, factor, percent, plural, points};
pub use page::{Bar, Bars, Page, Part, Sheet, SheetColumn};
pub use progress::Progress;

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Table,
    Json,
    Ndjson,
    Csv,
    Markdown,
}

/// When color is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// How the person wants to be talked to.
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
        };
        CommandError::failed(self.to_string()).maybe_hint(hint)
    }
}

/// How a column of a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text that is never shortened: phones, statuses.
    Whole,
    /// Whether there is anything: `yes`, or an empty cell.
    Mark,
    /// A time, shown to the minute where the organization is.
    Time,
    /// A time, shown to the day where the organization is.
    Date,
    /// What was logged of the field that stands under this key: a time where the field holds one.
    Logged(&'static str),
    /// Right-aligned, as it is.
    Number,
    /// Right-aligned, grouped by thousands.
    Count,
    /// Minor units, shown as an amount of the currency that stands under this key.
    Money(&'static str),
    /// The same with the currency behind it.
    MoneyIn(&'static str),
    /// Minor units by currency, shown as amounts.
    Amounts,
}

impl Kind {
    /// Whether a table that is too wide shortens it.
    fn is_shortened(self) -> bool {
        matches!(self, Kind::Text | Kind::Logged(_))
    }

    /// Whether a table sets it to the right.
    fn is_number(self) -> bool {
        matches!(self, Kind::Number | Kind::Count | Kind::Money(_) | Kind::MoneyIn(_))
    }
}

/// A column: the key of the JSON form and how a table shows it.
#[derive(Debug, Clone)]
pub struct Column {
    pub key: Cow<'static, str>,
    pub title: Cow<'static, str>,
    pub kind: Kind,
    /// Shown in tables; the machine-readable forms have every column.
    pub in_tables: bool,
}

impl Column {
    const fn new(key: &'static str, title: &'static str, kind: Kind, in_tables: bool) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), kind, in_tables }
    }

    pub const fn text(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Text, true)
    }

    pub const fn whole(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Whole, true)
    }

    /// Tells people only whether a list holds anything; the machine-readable forms have what it holds.
    pub const fn mark(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Mark, true)
    }

    pub const fn time(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Time, true)
    }

    pub const fn number(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Number, true)
    }

    pub const fn count(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Count, true)
    }

    /// Minor units, shown to people as an amount of the currency that stands under `currency`.
    pub const fn money(key: &'static str, title: &'static str, currency: &'static str) -> Column {
        Column::new(key, title, Kind::Money(currency), true)
    }

    /// The same with the currency behind the amount.
    pub const fn money_in(key: &'static str, title: &'static str, currency: &'static str) -> Column {
        Column::new(key, title, Kind::MoneyIn(currency), true)
    }

    /// A time, of which tables show the day.
    pub const fn date(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Date, true)
    }

    /// What was logged of the field whose name stands under `field`.
    pub const fn logged(key: &'static str, title: &'static str, field: &'static str) -> Column {
        Column::new(key, title, Kind::Logged(field), true)
    }

    /// Minor units by currency, shown to people as amounts.
    pub const fn amounts(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Amounts, true)
    }

    /// A time in the machine-readable forms only.
    pub const fn hidden_time(key: &'static str) -> Column {
        Column::new(key, key, Kind::Time, false)
    }

    /// A column of the machine-readable forms only.
    pub const fn hidden(key: &'static str) -> Column {
        Column::new(key, key, Kind::Text, false)
    }
}

impl Ui {
    pub fn new(format: Format, color: ColorChoice, quiet: bool, verbose: bool, yes: bool, no_input: bool) -> Ui {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
            || std::env::var_os("TERM").is_some_and(|v| v == "dumb");
        let wanted = |is_terminal: bool| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !plain,
        };
        Ui {
            format,
            quiet,
            verbose,
            yes,
            no_input,
            color_stdout: wanted(io::stdout().is_terminal()),
            color_stderr: wanted(io::stderr().is_terminal()),
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

    /// Prints an answer on stdout.
    fn print(&self, text: &Safe) -> Result<(), UiError> {
        self.raw(text.as_str().as_bytes())
    }

    /// Writes raw bytes to stdout: completion scripts and the like.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn raw(&self, bytes: &[u8]) -> Result<(), UiError> {
        let mut out = self.out();
        out.write_all(bytes)?;
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

    /// Begins a list of records.
    pub fn list(&self, columns: &[Column]) -> ListWriter {
        ListWriter::new(*self, columns.to_vec())
    }

    fn say(&self, text: &Safe) {
        // When stderr is gone there is nowhere left to say so.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn label(&self, text: &'static str, color: console::Color) -> Safe {
        Safe::from(text).styled(&console::Style::new().fg(color).bold(), self.color_stderr)
    }
}
