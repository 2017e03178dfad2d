//! Files as rows of cells. The content decides what a file is, never its name.

mod archive;
mod csv;
pub mod encoding;
mod excel;
mod profile;
mod readable;

use std::path::{Path, PathBuf};

use super::ImportError;
use super::row::{Row, RowProblem};
use readable::Readable;

/// What a file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Text { delimiter: u8, encoding: &'static str },
    Xlsx { sheet: String },
}

/// A file that can be imported, after its first pass.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file as it came; its hash is of these bytes.
    original: Readable,
    /// Where rows are read: the file itself, or a copy that is unpacked and UTF-8.
    rows: Readable,
    path: PathBuf,
    packing: Option<&'static str>,
    /// The file's name without its folders.
    pub file_name: String,
    /// In bytes.
    pub size: u64,
    pub sha256: String,
    pub format: Format,
    /// The first row that is not blank.
    pub headers: Vec<String>,
    /// About how many rows follow the header: for progress and for choosing how to look leads up.
    pub estimated_rows: u64,
}

/// What the first pass over a text or a workbook found.
struct Text {
    format: Format,
    headers: Vec<String>,
    estimated_rows: u64,
    /// The hash of the bytes that were read, when the pass over them made it.
    sha256: Option<String>,
}

/// What a person said about the file.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    pub delimiter: Option<char>,
    /// The encoding of a text.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// A sheet's name or its place, counted from 1.
    pub sheet: Option<String>,
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

/// The largest record, in bytes: far more than a row of a lead sheet, far less than the memory.
const MAX_RECORD: usize = 1 << 20;

impl Source {
    /// Looks at the whole file once: what it is, whether it can be read, its header and its hash. `-` is standard input.
    ///
    /// # Errors
    /// The file is missing, unreadable, empty, damaged, or of a kind that cannot be imported.
    pub fn open(path: &Path, options: &SourceOptions) -> Result<Source, ImportError> {
        let (original, path) = match path == Path::new("-") {
            true => (Readable::of_standard_input()?, Path::new("standard-input")),
            false => (Readable::of_file(path)?, path),
        };
        let (unpacked, packing) = match original.unpacked()? {
            Some((inside, packing)) => (inside, Some(packing)),
            None => (original.clone(), None),
        };
        let (text, rows) = match kind_of(&unpacked.head()?) {
            Kind::Empty => Err(ImportError::read(&original.name, "it is empty")),
            Kind::Xlsx => excel::open(&unpacked, options).map(|text| (text, unpacked)),
            Kind::Text => csv::open(&unpacked, options),
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
            path: path.to_owned(),
            packing,
            file_name: path
                .file_name()
                .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
            format: text.format,
            headers: text.headers,
            estimated_rows: text.estimated_rows,
        })
    }

    /// Reads every row after the header into `sink`.
    ///
    /// # Errors
    /// The file cannot be followed further, or the sink's own error.
    pub fn read(&self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        match &self.format {
            Format::Text { delimiter, .. } => csv::read(&self.rows, *delimiter, self.headers.len(), sink),
            Format::Xlsx { sheet } => excel::read(&self.rows, sheet, self.headers.len(), sink),
        }
    }

    /// Makes sure that the file is still the one of the first pass.
    ///
    /// # Errors
    /// It is not.
    pub fn verify_unchanged(&self) -> Result<(), ImportError> {
        match profile::sha256_of(&self.original)? == self.sha256 {
            true => Ok(()),
            false => Err(ImportError::FileChanged(self.original.name.clone())),
        }
    }

    /// The sheet of a workbook.
    pub fn sheet(&self) -> Option<&str> {
        match &self.format {
            Format::Xlsx { sheet } => Some(sheet),
            Format::Text { .. } => None,
        }
    }

    /// What messages call the file.
    pub fn shown(&self) -> &str {
        &self.original.name
    }

    /// The place beside which rejected rows go.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file was found to be, for the notice on stderr.
    pub fn description(&self) -> String {
        let what = match &self.format {
            Format::Text { delimiter, encoding } => {
                let name = match delimiter {
                    b',' => "comma".to_owned(),
                    b';' => "semicolon".to_owned(),
                    b'\t' => "tab".to_owned(),
                    b'|' => "bar".to_owned(),
                    other => format!("`{}`", char::from(*other)),
                };
                format!("{encoding} text with {name} between the cells")
            }
            Format::Xlsx { sheet } => format!("XLSX workbook, sheet `{sheet}`"),
        };
        match self.packing {
            Some(packing) => format!("{packing} of {what}"),
            None => what,
        }
    }
}

enum Kind {
    Empty,
    Text,
    Xlsx,
    Unsupported(&'static str, &'static str),
}

fn kind_of(head: &[u8]) -> Kind {
    match head {
        [] => Kind::Empty,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Xlsx,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Kind::Unsupported(
            "it is an old XLS workbook, or one protected by a password",
            "save it as XLSX without a password, or as CSV UTF-8",
        ),
        [0x1F, 0x8B, ..] => Kind::Unsupported("it is compressed twice", "decompress it first: gunzip"),
        [b'%', b'P', b'D', b'F', ..] => Kind::Unsupported("it is a PDF document", "export the sheet as CSV or XLSX"),
        _ => Kind::Text,
    }
}

fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}
