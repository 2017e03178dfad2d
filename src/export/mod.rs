//! Leads as files: one form a file, written row after row. A file appears under its name only when it is whole.

mod csv;
mod file;
mod json;
mod xlsx;

use std::io::{BufWriter, Write};
use std::path::Path;

use file::Target;
pub use file::{IfExists, Named, Together, write_whole};
pub use json::Record;

use crate::db::Cells;
use crate::error::{CommandError, Explain};
use crate::filter::LeadColumn;

vocabulary! {
    /// The form of an export.
    Form {
        Csv = "csv",
        Xlsx = "xlsx",
        Json = "json",
        Ndjson = "ndjson",
    }
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("`{0}` does not say which form is wanted")]
    UnknownEnding(String),
    #[error("the file `{0}` exists")]
    Exists(String),
    #[error("cannot write `{path}`: {reason}")]
    Write { path: String, reason: String },
    /// What reads our output has seen enough.
    #[error("the reader of the output has closed it")]
    ClosedPipe,
}

impl Explain for ExportError {
    fn explain(&self) -> CommandError {
        let said = self.to_string();
        match self {
            ExportError::UnknownEnding(_) => {
                CommandError::usage(said).hint(format!("let the name of the file end in one of {}", Form::words()))
            }
            ExportError::Exists(_) => CommandError::failed(said).hint("choose another name, or say --overwrite"),
            ExportError::Write { .. } => CommandError::failed(said).hint("no file was made"),
            ExportError::ClosedPipe => CommandError::closed_pipe(),
        }
    }
}

impl Form {
    /// The form that the ending of a file's name asks for.
    ///
    /// # Errors
    /// It is none.
    pub fn of_path(path: &Path) -> Result<Form, ExportError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        Form::from_word(&ending).ok_or_else(|| ExportError::UnknownEnding(path.display().to_string()))
    }
}

/// Where rows go.
pub struct Export {
    columns: Vec<LeadColumn>,
    /// The name of the file, for messages; `stdout` for a stream.
    name: String,
    rows: Box<dyn Rows>,
    target: Option<Target>,
}

/// What each form does with a row.
trait Rows {
    fn push(&mut self, columns: &[LeadColumn], cells: &Cells) -> Result<(), Failure>;

    /// Writes what the form still holds.
    fn finish(&mut self) -> Result<(), Failure>;
}

/// Why a form could not write.
enum Failure {
    Io(std::io::Error),
    Other(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Io(error)
    }
}

impl Export {
    /// An export to a file, in the form that its ending names.
    ///
    /// # Errors
    /// The ending names no form, the file exists and is not to be overwritten, or its folder cannot be written.
    pub fn to_file(path: &Path, if_exists: IfExists, columns: Vec<LeadColumn>) -> Result<Export, ExportError> {
        let form = Form::of_path(path)?;
        let target = Target::begin(path, if_exists)?;
        let out = Box::new(BufWriter::with_capacity(256 * 1024, target.writer()?));
        let name = path.display().to_string();
        Export::begin(form, out, name, columns, Some(target))
    }

    /// An export to a stream.
    ///
    /// # Errors
    /// The stream cannot be written.
    pub fn to_stream(form: Form, out: Box<dyn Write>, columns: Vec<LeadColumn>) -> Result<Export, ExportError> {
        Export::begin(form, out, "stdout".to_owned(), columns, None)
    }

    fn begin(
        form: Form,
        out: Box<dyn Write>,
        name: String,
        columns: Vec<LeadColumn>,
        target: Option<Target>,
    ) -> Result<Export, ExportError> {
        let rows: Result<Box<dyn Rows>, Failure> = match form {
            Form::Csv => csv::Csv::begin(out, &columns).map(|rows| Box::new(rows) as Box<dyn Rows>),
            Form::Xlsx => xlsx::Sheet::begin(out, &columns).map(|rows| Box::new(rows) as Box<dyn Rows>),
            Form::Json => Ok(Box::new(json::Json::array(out))),
            Form::Ndjson => Ok(Box::new(json::Json::lines(out))),
        };
        match rows {
            Ok(rows) => Ok(Export { columns, name, rows, target }),
            Err(failure) => Err(failed(&name, failure)),
        }
    }

    /// Writes one lead.
    ///
    /// # Errors
    /// The file cannot be written, or the form takes no more rows.
    pub fn push(&mut self, cells: &Cells) -> Result<(), ExportError> {
        self.rows.push(&self.columns, cells).map_err(|failure| failed(&self.name, failure))
    }

    /// Ends the export and gives the file its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<(), ExportError> {
        self.rows.finish().map_err(|failure| failed(&self.name, failure))?;
        self.target.map_or(Ok(()), Target::finish)
    }
}

fn failed(name: &str, failure: Failure) -> ExportError {
    match failure {
        Failure::Io(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExportError::ClosedPipe,
        Failure::Io(e) => ExportError::Write { path: name.to_owned(), reason: e.to_string() },
        Failure::Other(reason) => ExportError::Write { path: name.to_owned(), reason },
    }
}
