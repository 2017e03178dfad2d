//! Files of rows that an import hands back: CSV, or a workbook with marked cells. They appear under their name only
//! when they are whole.

use std::borrow::Cow;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, FormatPattern, Note, Workbook, Worksheet, XlsxError};

use super::ImportError;
use super::row::CellKind;
use crate::domain::formula::{mark_again, mark_text};
use crate::system::new_file::NewFile;
use crate::system::panics::{quietly, reason_of_workbook};

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
    pub fn in_text(&self) -> Cow<'_, str> {
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
    Csv(Box<csv::Writer<BufWriter<NewFile>>>),
    Sheet(Box<Sheet>),
}

/// A workbook under way.
pub(super) struct Sheet {
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
            Out::Sheet(sheet) => {
                let written = self.told(|| sheet.write(cells, marks))?;
                written.map_err(|e| {
                    self.failed(format!("{e}; a name that ends in .csv makes a file without such limits"))
                })?;
            }
        }
        self.out = Some(out);
        Ok(())
    }

    fn begin(&self) -> Result<Out, ImportError> {
        if self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
            let sheet = self.told(|| Sheet::begin(&self.headers))?;
            return sheet.map(|sheet| Out::Sheet(Box::new(sheet))).map_err(|e| self.failed(e));
        }
        let mut csv = csv::Writer::from_writer(BufWriter::new(self.begin_file()?));
        csv.write_record(self.headers.iter().map(|header| mark_text(header).into_owned()))
            .map_err(|e| self.failed(e))?;
        Ok(Out::Csv(Box::new(csv)))
    }

    /// Gives the file its name, if any row was written; it has to be kept to stay.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<Option<NamedRows>, ImportError> {
        let file = match self.out.take() {
            None => return Ok(None),
            Some(Out::Csv(csv)) => {
                let buffer = csv.into_inner().map_err(|e| self.failed(e.error()))?;
                buffer.into_inner().map_err(|e| self.failed(e.error()))?
            }
            Some(Out::Sheet(mut sheet)) => {
                let file = self.begin_file()?;
                let writer = file.writer().map_err(|e| self.failed(e))?;
                self.told(|| sheet.save(writer))?.map_err(|e| self.failed(e))?;
                file
            }
        };
        file.sync().map_err(|e| self.failed(e))?;
        self.path = name(file, self.path.clone()).map_err(|e| self.failed(e))?;
        Ok(Some(NamedRows { path: self.path.clone(), is_kept: false }))
    }

    fn begin_file(&self) -> Result<NewFile, ImportError> {
        NewFile::begin(&self.path).map_err(|e| self.failed(e))
    }

    /// Does a part of the work in which the writer of workbooks may panic.
    fn told<T>(&self, work: impl FnOnce() -> Result<T, XlsxError>) -> Result<Result<T, XlsxError>, ImportError> {
        quietly(work).map_err(|words| self.failed(reason_of_workbook(&words)))
    }

    fn failed(&self, error: impl std::fmt::Display) -> ImportError {
        ImportError::RowFile { path: self.path.display().to_string(), reason: error.to_string() }
    }
}

/// A file of rows that has its name, and goes again unless it is kept: nothing stays of an import that is not committed. It is
/// named before the commit, so that no rejected row is lost after it; who is killed between both leaves the file, which names
/// an import that is not recorded.
#[derive(Debug)]
#[must_use = "a file that is not kept goes again"]
pub struct NamedRows {
    path: PathBuf,
    is_kept: bool,
}

impl NamedRows {
    /// The name, for people.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Lets the file stay.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for NamedRows {
    fn drop(&mut self) {
        if !self.is_kept {
            // One that cannot be removed holds rows that are in the source, too.
            let _ = std::fs::remove_file(&self.path);
        }
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
fn name(mut file: NewFile, path: PathBuf) -> std::io::Result<PathBuf> {
    let mut place = path.clone();
    loop {
        match file.name(&place) {
            Ok(()) => return Ok(place),
            Err((e, back)) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                file = back;
                place = free(path.clone());
            }
            Err((e, _)) => return Err(e),
        }
    }
}

impl Sheet {
    pub fn begin(headers: &[String]) -> Result<Sheet, XlsxError> {
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
    pub fn write(&mut self, cells: &[RowCell], marks: &[Mark]) -> Result<(), XlsxError> {
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

    pub fn save(&mut self, out: std::fs::File) -> Result<(), XlsxError> {
        self.workbook.save_to_writer(out)
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
        assert!(none.finish().unwrap().is_none());
    }

    #[test]
    fn what_is_not_kept_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["rows.csv", "rows.xlsx"] {
            let path = folder.path().join(name);
            let mut file = RowFile::new(path.clone(), vec!["a".into()]);
            file.write(&[RowCell::text("b".into())], &[]).unwrap();
            let named = file.finish().unwrap().unwrap();
            assert!(path.exists());
            drop(named);
            assert!(!path.exists());
        }
    }

    #[test]
    fn formulas_are_kept_from_running() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let mut file = RowFile::new(path.clone(), vec!["a".into()]);
        file.write(&[RowCell::text("=1+1".into())], &[]).unwrap();
        file.finish().unwrap().unwrap().keep();
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
