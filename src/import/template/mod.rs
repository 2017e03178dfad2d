//! Empty files that imports read: the headers of a kind of import, and what each of its columns takes.

use std::io::{self, Write};
use std::path::Path;

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, Note, Workbook, XlsxError};
use serde::Serialize;

use crate::domain::Vocabulary;
use crate::system::new_file::NewFile;
use crate::system::panics::{quietly, reason_of_workbook};

/// What a field takes from a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub takes: &'static str,
    pub example: &'static str,
    /// The words that it knows, where these are few.
    pub words: Vec<&'static str>,
    pub cells: Cells,
}

/// What the cells of a column are in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// As they are typed: no digits are lost.
    Text,
    Number,
    Day,
}

impl About {
    pub fn text(takes: &'static str, example: &'static str) -> About {
        About { takes, example, words: Vec::new(), cells: Cells::Text }
    }

    pub fn number(takes: &'static str, example: &'static str) -> About {
        About { cells: Cells::Number, ..About::text(takes, example) }
    }

    pub fn day(takes: &'static str, example: &'static str) -> About {
        About { cells: Cells::Day, ..About::text(takes, example) }
    }

    /// One of a vocabulary's words.
    pub fn word<T: Vocabulary>(takes: &'static str, example: &'static str) -> About {
        About { words: T::ALL.iter().map(|word| word.as_str()).collect(), ..About::text(takes, example) }
    }

    /// Yes or no.
    pub fn flag(takes: &'static str) -> About {
        About { words: vec!["yes", "no"], ..About::text(takes, "no") }
    }

    /// Yes or no, of which a no refuses.
    pub fn question(takes: &'static str) -> About {
        About { example: "yes", ..About::flag(takes) }
    }
}

/// A column of a template.
#[derive(Debug, Clone, Serialize)]
pub struct TemplateColumn {
    pub column: &'static str,
    pub takes: &'static str,
    pub example: &'static str,
    pub words: String,
    #[serde(skip)]
    about: About,
}

/// The columns of a kind of import, from its fields.
pub fn columns<F: Vocabulary>(about: impl Fn(F) -> About) -> Vec<TemplateColumn> {
    let column = |field: &F| {
        let about = about(*field);
        TemplateColumn {
            column: field.as_str(),
            takes: about.takes,
            example: about.example,
            words: about.words.join(", "),
            about,
        }
    };
    F::ALL.iter().map(column).collect()
}

/// The template as a CSV file: its header.
pub fn csv(columns: &[TemplateColumn]) -> Vec<u8> {
    let headers: Vec<&str> = columns.iter().map(|column| column.column).collect();
    format!("{}\r\n", headers.join(",")).into_bytes()
}

/// The built-in format of cells of text.
const TEXT: u8 = 49;

/// The last row of a sheet, counted from 0.
const LAST_ROW: u32 = 1_048_575;

/// The template as a workbook: a note says what each column takes, and lists offer the words.
///
/// # Errors
/// A sentence that says why the workbook cannot be made.
pub fn xlsx(columns: &[TemplateColumn]) -> Result<Vec<u8>, String> {
    let made = quietly(|| -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet();
        sheet.set_freeze_panes(1, 0)?;
        for (place, column) in (0u16..).zip(columns) {
            let form = match column.about.cells {
                Cells::Text => Format::new().set_num_format_index(TEXT),
                Cells::Number => Format::new(),
                Cells::Day => Format::new().set_num_format("yyyy-mm-dd"),
            };
            sheet.set_column_width(place, 18)?;
            sheet.set_column_format(place, &form)?;
            sheet.write_string_with_format(0, place, column.column, &bold)?;
            let note = Note::new(column.note()).add_author_prefix(false).set_width(280).set_height(110);
            sheet.insert_note(0, place, &note)?;
            if !column.about.words.is_empty() {
                // Imports know more spellings than the list has: others are asked about, and not refused.
                let list = DataValidation::new()
                    .allow_list_strings(&column.about.words)?
                    .set_error_style(DataValidationErrorStyle::Warning);
                sheet.add_data_validation(1, place, LAST_ROW, place, &list)?;
            }
        }
        workbook.save_to_buffer()
    });
    match made {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(e)) => Err(e.to_string()),
        Err(panic) => Err(reason_of_workbook(&panic)),
    }
}

/// Writes a template; it appears under its name when it is whole.
///
/// # Errors
/// There is a file of that name that is not to be replaced, or the folder cannot be written.
pub fn write(path: &Path, bytes: &[u8], overwrite: bool) -> io::Result<()> {
    let file = NewFile::begin(path)?;
    file.writer()?.write_all(bytes)?;
    file.sync()?;
    match overwrite {
        true => file.name_over(path),
        false => file.name(path).map_err(|(e, _)| e),
    }
}

impl TemplateColumn {
    fn note(&self) -> String {
        let words = if self.words.is_empty() { String::new() } else { format!("\nWords: {}", self.words) };
        format!("{}\nExample: {}{words}", self.takes, self.example)
    }
}
