//! Files of rows that an import hands back: CSV, or a workbook with marked cells. They appear under their name only
//! when they are whole.

use std::borrow::Cow;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, FormatPattern, Note, Workbook, Worksheet};
use tempfile::NamedTempFile;

use super::ImportError;
use super::row::CellKind;
use crate::domain::formula::{mark_again, mark_text};

/// A cell to be marked, where the form allows it.
pub struct Mark {
    pub column: usize,
    /// What stands in the comment.
    pub note: String,
}

/// A cell of a row, with what it is.
pub struct RowCell {
    pub kind: CellKind,
    pub text: String,
}

impl RowCell {
    /// A cell of text.
    pub fn text(text: String) -> RowCell {
        RowCell { kind: CellKind::Text, text }
    }

    /// The number of a cell that is one; not of one whose text shows more than its digits.
    fn number(&self) -> Option<f64> {
        let CellKind::Number(_) = self.kind else { return None };
        self.text.parse::<f64>().ok().filter(|number| number.to_string() == self.text)
    }

    /// The text as it is read alike without the type of the cell: with its currency, and with decimals that group nothing.
    fn in_text(&self) -> Cow<'_, str> {
        let CellKind::Number(symbol) = self.kind else { return Cow::Borrowed(&self.text) };
        let is_in_doubt = self.text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3);
        match (symbol, if is_in_doubt { "0" } else { "" }) {
            (None, "") => Cow::Borrowed(&self.text),
            (None, zero) => Cow::Owned(format!("{}{zero}", self.text)),
            (Some(symbol), zero) => Cow::Owned(format!("{}{zero} {}", self.text, symbol.as_str())),
        }
    }
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
    /// A file that comes into being with its first row; one of that name stays, and the next free name is taken.
    pub fn new(path: PathBuf, headers: Vec<String>) -> RowFile {
        RowFile { path: free(path), headers, out: None }
    }

    /// A place beside the source that no file has yet: `leads.csv.rejects.csv`, then `leads.csv.rejects-2.csv`.
    pub fn path_beside(source: &Path, what: &str, ending: &str) -> PathBuf {
        let name = source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        free(source.with_file_name(format!("{name}.{what}.{ending}")))
    }

    /// Writes one row.
    ///
    /// # Errors
    /// The file cannot be written, or the row does not fit into a sheet.
    pub fn write(&mut self, cells: &[RowCell], marks: &[Mark]) -> Result<(), ImportError> {
        let mut out = match self.out.take() {
            Some(out) => out,
            None => self.begin()?,
        };
        match &mut out {
            Out::Csv(csv) => {
                let mut fields = cells.iter().map(RowCell::in_text);
                let written = fields.try_for_each(|cell| csv.write_field(mark_again(&cell).as_bytes()));
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
        csv.write_record(self.headers.iter().map(|header| mark_text(header).into_owned()))
            .map_err(|e| self.failed(e))?;
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
        self.path = persist(file, self.path.clone()).map_err(|e| self.failed(e))?;
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

/// The path, or the next one that no file has: `rejects.csv`, `rejects-2.csv`.
fn free(path: PathBuf) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_os_string();
    let named = |again: u32| {
        let mut name = stem.clone();
        name.push(format!("-{again}"));
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        path.with_file_name(name)
    };
    // A link to nothing is a file, too.
    let is_taken = |path: &PathBuf| path.symlink_metadata().is_ok();
    match is_taken(&path) {
        true => (2..).map(named).find(|path| !is_taken(path)).unwrap_or(path),
        false => path,
    }
}

/// Gives a file its name, or the next free one where another program has made a file of that name meanwhile.
fn persist(mut file: NamedTempFile, path: PathBuf) -> std::io::Result<PathBuf> {
    let mut place = path.clone();
    loop {
        match file.persist_noclobber(&place) {
            Ok(_) => return Ok(place),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => {
                file = e.file;
                place = free(path.clone());
            }
            Err(e) => return Err(e.error),
        }
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

    /// A cell is what it was in its workbook, and text otherwise: a phone keeps its zeros, and nothing runs as a formula.
    fn write(&mut self, cells: &[RowCell], marks: &[Mark]) -> Result<(), rust_xlsxwriter::XlsxError> {
        let sheet: &mut Worksheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0u16..).zip(cells) {
            let mark = marks.iter().find(|mark| mark.column == usize::from(column));
            if mark.is_none() && cell.text.is_empty() {
                continue;
            }
            let format = if mark.is_some() { self.marked.clone() } else { Format::new() };
            match (cell.number(), cell.kind) {
                (Some(number), CellKind::Number(Some(symbol))) => {
                    let format = format.set_num_format(format!("0.00 [${}]", symbol.as_str()));
                    sheet.write_number_with_format(self.row, column, number, &format)?;
                }
                (Some(number), _) => drop(sheet.write_number_with_format(self.row, column, number, &format)?),
                (None, CellKind::Boolean) => {
                    sheet.write_boolean_with_format(self.row, column, cell.text == "TRUE", &format)?;
                }
                (None, _) => drop(sheet.write_string_with_format(self.row, column, &cell.text, &format)?),
            }
            if let Some(mark) = mark.filter(|_| self.notes < MAX_NOTES) {
                self.notes += 1;
                sheet.insert_note(self.row, column, &Note::new(&mark.note).set_author("crmctl"))?;
            }
        }
        self.row += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::symbol::Symbol;

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
        file.write(&[RowCell::text("=1+1".into())], &[]).unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "a\n'=1+1\n");
    }

    #[test]
    fn a_number_in_a_text_file_is_read_alike() {
        let cell = |text: &str, kind| RowCell { kind, text: text.into() }.in_text().into_owned();
        let euro = CellKind::Number(Symbol::of("€"));
        assert_eq!(cell("12.125", CellKind::Number(None)), "12.1250");
        assert_eq!(cell("99.5", euro), "99.5 €");
        assert_eq!(cell("12.125", euro), "12.1250 €");
        assert_eq!(cell("1250", CellKind::Number(None)), "1250");
        assert_eq!(cell("12.125", CellKind::Text), "12.125");
    }
}
