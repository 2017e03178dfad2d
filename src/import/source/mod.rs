//! Files as rows of cells. The content decides what a file is, never its name.

mod archive;
pub mod budget;
mod charsets;
mod csv;
pub mod encoding;
mod format;
mod guard;
mod header;
pub mod limits;
mod profile;
mod readable;
mod records;
mod sheets;
pub mod structured;
mod typed;
mod workbook;

use std::path::{Path, PathBuf};

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::ImportError;
use super::row::{NoRows, Row, RowProblem};
pub use format::Format;
use format::WorkbookKind;
use header::Preamble;
pub use profile::hex;
pub(in crate::import) use profile::sha256_of;
pub(in crate::import) use readable::{Readable, named_bytes};
use readable::{file_name_of, of_path};
use records::looks::Looks;
use records::raw::HeaderText;
pub use records::raw::RawText;
use structured::{Form, Found};
use typed::Extras;
use workbook::Opened;

/// A file that can be imported, after its first pass.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file as it came; its hash is of these bytes.
    original: Readable,
    /// Where rows are read: the file itself, or a copy that is unpacked and UTF-8.
    rows: Readable,
    /// The file itself, or what it is packed around.
    unpacked: Readable,
    path: PathBuf,
    packing: Option<&'static str>,
    /// The file's name without its folders.
    pub file_name: String,
    /// In bytes.
    pub size: u64,
    pub sha256: String,
    pub format: Format,
    pub headers: Vec<String>,
    /// The line or the sheet's row in which the header begins.
    header_number: u64,
    preamble: Preamble,
    /// How the header of a text is written.
    header: HeaderText,
    /// Hidden sheets with rows, which nobody asked for.
    left_out: Vec<String>,
    /// What a person should know of how the file is read.
    pub notices: Vec<String>,
    /// How the rows of a text look.
    looks: Looks,
    opened: Arc<Opened>,
    /// What is special of the sheet of a workbook.
    extras: Arc<Extras>,
    /// What is passed over below the header.
    pub no_rows: NoRows,
    /// About how many rows follow the header: for progress and for choosing how to look leads up.
    pub estimated_rows: u64,
}

/// What the first pass over a text or a workbook found.
struct Text {
    format: Format,
    headers: Vec<String>,
    header_number: u64,
    preamble: Preamble,
    header: HeaderText,
    left_out: Vec<String>,
    notices: Vec<String>,
    looks: Looks,
    extras: Extras,
    estimated_rows: u64,
    /// The hash of the bytes that were read, when the pass over them made it.
    sha256: Option<String>,
}

/// What is counted of a sheet besides what became of its rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SpecialCounts {
    /// Rows of a text with fewer cells than the header: what they lack at their end is blank.
    #[serde(skip_serializing_if = "is_zero")]
    pub short_rows: u64,
    /// Hidden rows, which are read like the others.
    #[serde(skip_serializing_if = "is_zero")]
    pub hidden_rows: u64,
    /// Formulas whose results are not stored.
    #[serde(skip_serializing_if = "is_zero")]
    pub formulas_without_result: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What a header is to the kind of import at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    No,
    Field,
    /// A field that can say who is meant.
    Identity,
}

/// What a person said about the file.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// Where the header is: the line in which it begins, or the sheet's row.
    pub header_row: Option<u64>,
    /// Whether the first row is one of people, and no header.
    pub no_header: bool,
    /// Headers that the person named as fields.
    pub named: Vec<String>,
    /// What the headers of this kind of import are.
    pub recognise: fn(&str) -> Recognised,
    pub delimiter: Option<char>,
    /// The encoding of a text.
    pub encoding: Option<encoding::TextEncoding>,
    /// A sheet's name or its place, counted from 1.
    pub sheet: Option<String>,
    /// Set from outside when the person wants to stop waiting for a pipe.
    pub interrupted: Arc<AtomicBool>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        SourceOptions {
            header_row: None,
            no_header: false,
            named: Vec::new(),
            recognise: |_| Recognised::No,
            delimiter: None,
            encoding: None,
            sheet: None,
            interrupted: Arc::default(),
        }
    }
}

/// What reading meets after the header.
pub enum Item {
    Row(Row),
    /// A row whose cells cannot be told apart or used.
    Broken(Row, RowProblem),
    /// So many blank rows were skipped.
    Blank(u64),
}

/// Takes what reading meets; an error ends the reading.
pub type Sink<'a> = dyn FnMut(Item) -> Result<(), ImportError> + 'a;

impl Source {
    /// Looks at the whole file once: what it is, whether it can be read, its header and its hash. `-` is standard input; a
    /// pipe is read like that.
    ///
    /// # Errors
    /// The file is missing, unreadable, empty, damaged, or of a kind that cannot be imported; or the person asked to stop.
    pub fn open(path: &Path, options: &SourceOptions) -> Result<Source, ImportError> {
        let (original, path) = of_path(path, &options.interrupted)?;
        let (unpacked, packing) = match original.unpacked()? {
            Some((inside, packing)) => (inside, Some(packing)),
            None => (original.clone(), None),
        };
        let (text, rows, opened) = match kind_of(&unpacked)? {
            Kind::Empty => Err(ImportError::read(&original.name, "it is empty")),
            Kind::Workbook(kind) => workbook::open(&unpacked, kind, options),
            Kind::Text => csv::open(&unpacked, options).map(|(text, rows)| (text, rows, Opened::default())),
            Kind::Rows(form) => {
                structured::open(&unpacked, form, options).map(|(text, rows)| (text, rows, Opened::default()))
            }
            Kind::Unsupported(what, remedy) => Err(ImportError::read_with(&original.name, what, remedy)),
        }?;
        if text.headers.iter().any(|header| header.contains('\0')) {
            let reason = "its header holds the character U+0000";
            return Err(ImportError::read_with(&original.name, reason, "the file may be damaged, or be UTF-16"));
        }
        Ok(Source {
            sha256: match text.sha256.filter(|_| packing.is_none()) {
                Some(sha256) => sha256,
                None => profile::sha256_of(&original)?,
            },
            size: original.size()?,
            original,
            rows,
            unpacked,
            packing,
            file_name: file_name_of(&path),
            path,
            format: text.format,
            headers: text.headers,
            header_number: text.header_number,
            header: text.header,
            preamble: text.preamble,
            left_out: text.left_out,
            notices: text.notices,
            looks: text.looks,
            opened: Arc::new(opened),
            extras: Arc::new(text.extras),
            no_rows: NoRows::default(),
            estimated_rows: text.estimated_rows,
        })
    }

    /// Reads every row after the header into `sink`.
    ///
    /// # Errors
    /// The file cannot be followed further, or the sink's own error.
    pub fn read(&self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        if self.no_rows.is_empty() {
            return self.read_all(sink);
        }
        self.read_all(&mut |item| match &item {
            Item::Row(row) | Item::Broken(row, _) if self.no_rows.has(row) => Ok(()),
            _ => sink(item),
        })
    }

    /// The same with what is passed over.
    ///
    /// # Errors
    /// Those of [`Source::read`].
    pub fn read_all(&self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (header_number, width) = (self.header_number, self.headers.len());
        match &self.format {
            Format::Text { cells, .. } => {
                let place = csv::Place { cells: *cells, header_number, width, looks: &self.looks };
                csv::read(&self.rows, &place, sink)
            }
            Format::Workbook { kind, sheet } => {
                let place = workbook::Place { kind: *kind, sheet, header_number, width, extras: &self.extras };
                workbook::read(&self.rows, &self.opened, &place, sink)
            }
            Format::Rows { .. } => structured::read(&self.rows, header_number, width, sink),
        }
    }

    /// Makes sure that the file is still the one of the first pass.
    ///
    /// # Errors
    /// It is not.
    pub fn verify_unchanged(&self) -> Result<(), ImportError> {
        match self.original.is_unchanged() && profile::sha256_of(&self.original)? == self.sha256 {
            true => Ok(()),
            false => Err(ImportError::FileChanged(self.original.name.clone())),
        }
    }

    /// The sheet of a workbook, or the table of another file that has several.
    pub fn sheet(&self) -> Option<&str> {
        self.format.sheet()
    }

    /// What messages call the file.
    pub fn shown(&self) -> &str {
        &self.original.name
    }

    /// The cells above the header.
    pub fn above(&self) -> &[String] {
        &self.preamble.cells
    }

    /// The place beside which rejected rows go.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was passed over on the way to the rows, for notices on stderr.
    pub fn passed_over(&self) -> Vec<String> {
        let mut notices = self.notices.clone();
        let above = self.preamble.rows;
        if above > 0 {
            let rows = if above == 1 { "row" } else { "rows" };
            notices.push(format!("the header is in row {}; {above} {rows} above it passed over", self.header_number));
        }
        if !self.left_out.is_empty() {
            notices.push(format!(
                "hidden sheets with rows left out: {}; --sheet reads one",
                budget::some_names(&self.left_out)
            ));
        }
        notices
    }

    /// What is special of the sheet in the columns that are wanted, for notices on stderr.
    pub fn special(&self, wanted: &dyn Fn(usize) -> bool) -> Vec<String> {
        self.sheet().map(|sheet| self.extras.notices(sheet, self.header_number, wanted)).unwrap_or_default()
    }

    /// Hidden rows, and formulas without stored results in the columns that are wanted.
    pub fn count_special(&self, wanted: &dyn Fn(usize) -> bool) -> SpecialCounts {
        SpecialCounts {
            short_rows: 0,
            hidden_rows: self.extras.hidden_below(self.header_number),
            formulas_without_result: self.extras.formulas_below(self.header_number, wanted).len() as u64,
        }
    }

    /// The place of a cell as a spreadsheet names it; `None` in a text. The column counts from 0.
    pub fn cell_address(&self, column: usize, row: u64) -> Option<String> {
        self.sheet().map(|sheet| typed::address::cell_address(sheet, column, row))
    }

    /// How messages introduce the file.
    pub fn told(&self) -> String {
        let columns = self.headers.len();
        let noun = if columns == 1 { "column" } else { "columns" };
        format!("{}: {}, {columns} {noun}", self.file_name, self.description())
    }

    /// What the file was found to be, for the notice on stderr.
    pub fn description(&self) -> String {
        let what = self.format.describe();
        match self.packing {
            Some(packing) => format!("{packing} of {what}"),
            None => what,
        }
    }
}

enum Kind {
    Empty,
    Text,
    Workbook(WorkbookKind),
    Rows(Form),
    Unsupported(&'static str, &'static str),
}

fn kind_of(file: &Readable) -> Result<Kind, ImportError> {
    Ok(match file.head()?.as_slice() {
        [] => Kind::Empty,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => {
            Kind::Workbook(archive::kind_of(file)?.unwrap_or(WorkbookKind::Xlsx))
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Kind::Workbook(WorkbookKind::Xls),
        head if typed::container::is_bare(head) => Kind::Workbook(WorkbookKind::Xls),
        [0x1F, 0x8B, ..] => Kind::Unsupported("it is compressed twice", "decompress it first: gunzip"),
        [b'%', b'P', b'D', b'F', ..] => Kind::Unsupported("it is a PDF document", "export the sheet as CSV or XLSX"),
        _ => match structured::found(file)? {
            Some(Found::Form(form)) => Kind::Rows(form),
            Some(Found::Unsupported(what, remedy)) => Kind::Unsupported(what, remedy),
            None => Kind::Text,
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::import::kinds::leads::fields::recognise;
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn fixtures() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
    }

    fn rows_of(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), ImportError> {
        let source = Source::open(path, &SourceOptions { recognise, ..SourceOptions::default() })?;
        let width = source.headers.len();
        let mut rows = Vec::new();
        source.read(&mut |item| {
            if let Item::Row(row) = item {
                assert_eq!(row.is_short, row.len() < width);
                rows.push((0..row.len().max(width)).map(|index| row.cell(index).to_owned()).collect());
            }
            Ok(())
        })?;
        Ok((source.headers, rows))
    }

    #[test]
    fn the_csv_spectrum_gives_the_right_cells() {
        let mut cases = 0;
        for entry in fs::read_dir(fixtures().join("csv")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "csv") {
                let expected: serde_json::Value =
                    serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
                let (header, rows) = rows_of(&path).unwrap();
                assert_eq!(serde_json::json!({ "header": header, "rows": rows }), expected, "{}", path.display());
                cases += 1;
            }
        }
        assert_eq!(cases, 13);
    }

    proptest! {
        // Each case reads a file; PROPTEST_CASES asks for more of them.
        #![proptest_config(match std::env::var_os("PROPTEST_CASES") {
            Some(_) => ProptestConfig::default(),
            None => ProptestConfig::with_cases(64),
        })]

        /// A damaged file ends in rows or in an error, whatever its kind; the library's own panics are caught.
        #[test]
        fn damaged_files_are_read_or_refused(
            kind in 0usize..5,
            damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
            cut in proptest::option::weighted(0.2, any::<proptest::sample::Index>()),
        ) {
            let name = ["people.xls", "people.ods", "people.xlsx", "people.csv", "people.utf16.tsv"][kind];
            let mut bytes = fs::read(fixtures().join("leads/forms").join(name)).unwrap();
            for (place, byte) in damage {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(place) = cut {
                bytes.truncate(place.index(bytes.len()));
            }
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &bytes).unwrap();
            let _ = rows_of(file.path());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[,;\t|\"\r\n\0']){0,200}") {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &text).unwrap();
            let _ = rows_of(file.path());
        }
    }
}
