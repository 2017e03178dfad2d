//! Files as rows of cells. The content decides what a file is, never its name.

mod archive;
mod csv;
mod excel;
mod profile;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::ImportError;
use super::row::{Row, RowProblem};

/// What a file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Text { delimiter: u8 },
    Xlsx { sheet: String },
}

/// A file that can be imported, after its first pass.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
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

/// What a person said about the file.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    pub delimiter: Option<char>,
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
    /// Looks at the whole file once: what it is, whether it can be read, its header and its hash.
    ///
    /// # Errors
    /// The file is missing, unreadable, empty, damaged, or of a kind that cannot be imported.
    pub fn open(path: &Path, options: &SourceOptions) -> Result<Source, ImportError> {
        let shown = path.display().to_string();
        let metadata = std::fs::metadata(path).map_err(|e| ImportError::read(&shown, io_reason(&e)))?;
        if metadata.is_dir() {
            return Err(ImportError::read_with(&shown, "it is a directory", "name the files in it"));
        }
        let mut file = open_file(path)?;
        let mut head = Vec::with_capacity(8);
        file.by_ref().take(8).read_to_end(&mut head).map_err(|e| ImportError::read(&shown, io_reason(&e)))?;
        let file_name = path.file_name().map_or_else(|| shown.clone(), |n| n.to_string_lossy().into_owned());
        let source = match kind_of(&head) {
            Kind::Empty => Err(ImportError::read(&shown, "it is empty")),
            Kind::Xlsx => excel::open(path, file_name, options),
            Kind::Text => csv::open(path, file_name, options),
            Kind::Unsupported(what, remedy) => Err(ImportError::read_with(&shown, what, remedy)),
        }?;
        match source.headers.iter().any(|header| header.contains('\0')) {
            true => Err(ImportError::read_with(
                &shown,
                "its header holds the character U+0000",
                "the file may be damaged, or be UTF-16",
            )),
            false => Ok(source),
        }
    }

    /// Reads every row after the header into `sink`.
    ///
    /// # Errors
    /// The file cannot be followed further, or the sink's own error.
    pub fn read(&self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        match &self.format {
            Format::Text { delimiter } => csv::read(&self.path, *delimiter, self.headers.len(), sink),
            Format::Xlsx { sheet } => excel::read(&self.path, sheet, self.headers.len(), sink),
        }
    }

    /// Makes sure that the file is still the one of the first pass.
    ///
    /// # Errors
    /// It is not.
    pub fn verify_unchanged(&self) -> Result<(), ImportError> {
        match profile::sha256_of(&self.path)? == self.sha256 {
            true => Ok(()),
            false => Err(ImportError::FileChanged(self.path.display().to_string())),
        }
    }

    /// The sheet of a workbook.
    pub fn sheet(&self) -> Option<&str> {
        match &self.format {
            Format::Xlsx { sheet } => Some(sheet),
            Format::Text { .. } => None,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file was found to be, for the notice on stderr.
    pub fn description(&self) -> String {
        match &self.format {
            Format::Text { delimiter } => {
                let name = match delimiter {
                    b',' => "comma",
                    b';' => "semicolon",
                    b'\t' => "tab",
                    b'|' => "bar",
                    other => return format!("text with `{}` between the cells", char::from(*other)),
                };
                format!("UTF-8 text with {name} between the cells")
            }
            Format::Xlsx { sheet } => format!("XLSX workbook, sheet `{sheet}`"),
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
        [0x1F, 0x8B, ..] => Kind::Unsupported("it is compressed with gzip", "decompress it first: gunzip"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            Kind::Unsupported("it is UTF-16 text", "save it as CSV UTF-8, or convert it: iconv -f UTF-16 -t UTF-8")
        }
        [b'%', b'P', b'D', b'F', ..] => Kind::Unsupported("it is a PDF document", "export the sheet as CSV or XLSX"),
        _ => Kind::Text,
    }
}

fn open_file(path: &Path) -> Result<File, ImportError> {
    File::open(path).map_err(|e| ImportError::read(&path.display().to_string(), io_reason(&e)))
}

fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}
