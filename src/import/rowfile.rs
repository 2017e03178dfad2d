//! Files of rows that an import hands back: CSV, or a workbook with marked cells. They appear under their name only
//! when they are whole.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, FormatPattern, Note, Workbook, Worksheet};
use tempfile::NamedTempFile;

use super::ImportError;
use crate::domain::text::mark_text;

/// A cell to be marked, where the form allows it.
pub struct Mark {
    pub column: usize,
    /// What stands in the comment.
    pub note: String,
}

/// A file of rows that is written as they come.
pub struct RowFile {
    path: PathBuf,
    headers: Vec<String>,
    out: Option<Out>,
}

enum Out {
    Csv(Box<csv::Writer<BufWriter<NamedTempFile>>>),
    Sheet(Box<Sheet>),
}

struct Sheet {
    workbook: Workbook,
    marked: Format,
    /// The next row, counted from 0.
    row: u32,
    notes: u32,
}

/// The most comments that one sheet gets: each is a drawing of its own.
const MAX_NOTES: u32 = 10_000;

impl RowFile {
    /// A file that comes into being with its first row.
    pub fn new(path: PathBuf, headers: Vec<String>) -> RowFile {
        RowFile { path, headers, out: None }
    }

    /// A place beside the source that no file has yet: `leads.csv.rejects.csv`, then `leads.csv.rejects-2.csv`.
    pub fn path_beside(source: &Path, what: &str, ending: &str) -> PathBuf {
        let name = source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let named = |again: String| source.with_file_name(format!("{name}.{what}{again}.{ending}"));
        let mut path = named(String::new());
        let mut again = 2;
        while path.exists() {
            path = named(format!("-{again}"));
            again += 1;
        }
        path
    }

    /// Writes one row.
    ///
    /// # Errors
    /// The file cannot be written, or the row does not fit into a sheet.
    pub fn write(&mut self, cells: &[String], marks: &[Mark]) -> Result<(), ImportError> {
        let mut out = match self.out.take() {
            Some(out) => out,
            None => self.begin()?,
        };
        match &mut out {
            Out::Csv(csv) => {
                let mut fields = cells.iter().map(|cell| mark_text(cell));
                let written = fields.try_for_each(|cell| csv.write_field(cell.as_bytes()));
                written.and_then(|()| csv.write_record(None::<&[u8]>)).map_err(|e| self.failed(e))?;
            }
            Out::Sheet(sheet) => sheet
                .write(cells, marks)
                .map_err(|e| self.failed(format!("{e}; a name that ends in .csv makes a file without such limits")))?,
        }
        self.out = Some(out);
        Ok(())
    }

    fn begin(&self) -> Result<Out, ImportError> {
        if self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
            return Sheet::begin(&self.headers).map(|sheet| Out::Sheet(Box::new(sheet))).map_err(|e| self.failed(e));
        }
        let mut csv = csv::Writer::from_writer(BufWriter::new(self.temporary()?));
        csv.write_record(&self.headers).map_err(|e| self.failed(e))?;
        Ok(Out::Csv(Box::new(csv)))
    }

    /// Gives the file its name, if any row was written.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<Option<String>, ImportError> {
        let file = match self.out.take() {
            None => return Ok(None),
            Some(Out::Csv(csv)) => {
                let buffer = csv.into_inner().map_err(|e| self.failed(e.error()))?;
                buffer.into_inner().map_err(|e| self.failed(e.error()))?
            }
            Some(Out::Sheet(mut sheet)) => {
                let mut file = self.temporary()?;
                sheet.workbook.save_to_writer(file.as_file_mut()).map_err(|e| self.failed(e))?;
                file
            }
        };
        file.as_file().sync_all().map_err(|e| self.failed(e))?;
        file.persist(&self.path).map_err(|e| self.failed(e.error))?;
        Ok(Some(self.path.display().to_string()))
    }

    fn temporary(&self) -> Result<NamedTempFile, ImportError> {
        let folder = self.path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        tempfile::Builder::new().prefix(".crmctl-rows-").tempfile_in(folder).map_err(|e| self.failed(e))
    }

    fn failed(&self, error: impl std::fmt::Display) -> ImportError {
        ImportError::RowFile { path: self.path.display().to_string(), reason: error.to_string() }
    }
}

impl Sheet {
    fn begin(headers: &[String]) -> Result<Sheet, rust_xlsxwriter::XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, header) in (0u16..).zip(headers) {
            sheet.write_string_with_format(0, column, header, &bold)?;
        }
        let marked = Format::new().set_pattern(FormatPattern::Solid).set_background_color(Color::RGB(0xFF_C7CE));
        Ok(Sheet { workbook, marked, row: 1, notes: 0 })
    }

    /// Every cell is text: a phone keeps its zeros, and nothing runs as a formula.
    fn write(&mut self, cells: &[String], marks: &[Mark]) -> Result<(), rust_xlsxwriter::XlsxError> {
        let sheet: &mut Worksheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0u16..).zip(cells) {
            match marks.iter().find(|mark| mark.column == usize::from(column)) {
                None if cell.is_empty() => {}
                None => drop(sheet.write_string(self.row, column, cell)?),
                Some(mark) => {
                    sheet.write_string_with_format(self.row, column, cell, &self.marked)?;
                    if self.notes < MAX_NOTES {
                        self.notes += 1;
                        sheet.insert_note(self.row, column, &Note::new(&mark.note).set_author("crmctl"))?;
                    }
                }
            }
        }
        self.row += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_and_nothing_without_rows() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("leads.csv");
        let first = RowFile::path_beside(&source, "rejects", "csv");
        assert_eq!(first, folder.path().join("leads.csv.rejects.csv"));
        std::fs::write(&first, "x").unwrap();
        assert_eq!(RowFile::path_beside(&source, "rejects", "csv"), folder.path().join("leads.csv.rejects-2.csv"));
        let mut none = RowFile::new(folder.path().join("none.csv"), vec!["a".into()]);
        assert_eq!(none.finish().unwrap(), None);
    }

    #[test]
    fn formulas_are_kept_from_running() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let mut file = RowFile::new(path.clone(), vec!["a".into()]);
        file.write(&["=1+1".into()], &[]).unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "a\n'=1+1\n");
    }
}
