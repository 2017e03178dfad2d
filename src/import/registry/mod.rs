//! Files of registries: read as a stream, whatever the operator of the registry packs them into.

mod columns;
pub mod line;
mod markup;
mod text;

use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::read::MultiGzDecoder;
use roaring::RoaringTreemap;
use zip::ZipArchive;
use zip::result::ZipError;

use super::ImportError;
use super::options::MaxRejects;
use super::source::limits::io_reason;
use super::source::{Readable, named_bytes, sha256_of};
use crate::domain::dnc::registry::numbers::Gathering;
use crate::error::{CommandError, Exit, Explain};
use line::{Country, LineProblem};

/// A line that is no number of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedLine {
    /// The file inside an archive.
    pub member: Option<String>,
    pub line: u64,
    /// Its beginning.
    pub text: String,
    pub problem: LineProblem,
}

/// Why a file of a registry was not read.
#[derive(Debug, thiserror::Error)]
pub enum RegistryFileError {
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("cannot read `{}`: {reason}", place(file, member))]
    Unreadable { file: String, member: Option<String>, reason: String, remedy: Option<String> },
    #[error(
        "`{file}` has lines that are no numbers of the registry, more than --max-rejects allows; nothing was loaded"
    )]
    Rejects { file: String, read: u64, rejected: u64, first: Vec<RejectedLine> },
    #[error("`{0}` holds no phone numbers; nothing was loaded")]
    NoNumbers(String),
    #[error("interrupted")]
    Interrupted,
}

fn place(file: &str, member: &Option<String>) -> String {
    member.as_ref().map_or_else(|| file.to_owned(), |member| format!("{file}: {member}"))
}

impl Explain for RegistryFileError {
    fn explain(&self) -> CommandError {
        let error = CommandError::failed(self.to_string());
        match self {
            RegistryFileError::Import(e) => e.explain(),
            RegistryFileError::Unreadable { remedy, .. } => error.maybe_hint(remedy.clone()),
            RegistryFileError::Rejects { first, read, rejected, .. } => {
                let line = |it: &RejectedLine| {
                    let member = it.member.as_ref().map(|member| format!("{member}, ")).unwrap_or_default();
                    format!("{member}line {}: `{}` {}", it.line, it.text, it.problem)
                };
                let remedy = match first.first().map(|it| &it.problem) {
                    Some(LineProblem::OtherCountry) => {
                        "say of which country the list is, for example --region CA, and load what is of another one under a name of its own"
                    }
                    _ => "a sheet of several columns is read by --column HEADER; else mend the lines",
                };
                let rest = match read {
                    0 => String::new(),
                    _ => format!("\nor load the rest without them: --max-rejects {rejected}"),
                };
                error.details(first.iter().map(line)).hint(format!("{remedy}{rest}"))
            }
            RegistryFileError::NoNumbers(_) => error.hint("check which file it is; a sheet is read by --column HEADER"),
            RegistryFileError::Interrupted => CommandError { exit: Exit::Interrupted, ..error },
        }
    }
}

/// What is to be read, and how.
pub struct RegistryFile<'a> {
    pub path: &'a Path,
    pub country: Country,
    /// The columns that hold the numbers, of a sheet that has others; none of a file of numbers alone.
    pub columns: &'a [String],
    pub interrupted: Arc<AtomicBool>,
}

/// What a file held.
#[derive(Debug)]
pub struct Numbers {
    pub numbers: RoaringTreemap,
    /// Lines with a number, equal ones each time.
    pub read: u64,
    pub rejected: u64,
    /// The first of them.
    pub rejects: Vec<RejectedLine>,
    pub notices: Vec<String>,
    pub sha256: String,
    pub file_name: String,
}

impl Numbers {
    /// These and those of another file of the same list.
    #[must_use]
    pub fn and(mut self, other: Numbers) -> Numbers {
        self.numbers |= other.numbers;
        self.read += other.read;
        self.rejected += other.rejected;
        self.rejects.extend(other.rejects);
        self.rejects.truncate(TOLD);
        self.notices.extend(other.notices);
        self.file_name = [&self.file_name, ", ", &other.file_name].concat().chars().take(LONGEST_NAME).collect();
        self
    }

    /// Refuses files with more lines that are no numbers than so many, and files without any number.
    ///
    /// # Errors
    /// They have.
    pub fn check(&mut self, max_rejects: MaxRejects) -> Result<(), RegistryFileError> {
        let file = self.file_name.clone();
        if max_rejects.is_exceeded(self.read + self.rejected, self.rejected) {
            let first = std::mem::take(&mut self.rejects);
            return Err(RegistryFileError::Rejects { file, read: self.read, rejected: self.rejected, first });
        }
        match self.read {
            0 => Err(RegistryFileError::NoNumbers(file)),
            _ => Ok(()),
        }
    }
}

/// How much of the names of files is kept, in characters.
const LONGEST_NAME: usize = 2000;

/// A file being read.
pub(super) struct Reading<'a> {
    file: &'a RegistryFile<'a>,
    name: String,
    member: Option<String>,
    gathering: Gathering,
    rejected: u64,
    rejects: Vec<RejectedLine>,
    /// Whether a rejected line of the file that is read has the digits of a number.
    has_digits: bool,
    notices: Vec<String>,
    /// Bytes of members that were read, and that there are.
    bytes: (u64, u64),
    progress: &'a mut dyn FnMut(u64, u64),
}

/// So many digits may be a number, however it is written.
const FEWEST_DIGITS: usize = 7;

/// How many rejected lines are told.
const TOLD: usize = 20;

/// How much of a rejected line is told, in characters.
const LONGEST_TOLD: usize = 60;

impl<'a> Reading<'a> {
    fn new(file: &'a RegistryFile<'a>, name: String, size: u64, progress: &'a mut dyn FnMut(u64, u64)) -> Reading<'a> {
        Reading {
            file,
            name,
            member: None,
            gathering: Gathering::default(),
            rejected: 0,
            rejects: Vec::new(),
            has_digits: false,
            notices: Vec::new(),
            bytes: (0, size),
            progress,
        }
    }

    /// Reads a file, whatever packs it.
    fn whole(&mut self, file: &Readable) -> Result<(), RegistryFileError> {
        let head = file.head()?;
        match head.as_slice() {
            [b'P', b'K', 3, 4, ..] => self.archive(file),
            [0x1F, 0x8B, ..] => {
                // How much it holds is not known; lists are packed to about a fifth.
                self.bytes.1 *= 5;
                self.member(MultiGzDecoder::new(BufReader::new(file.open()?)))
            }
            _ => self.member(file.open()?),
        }
    }

    fn finish(self, sha256: String, file_name: String) -> Numbers {
        Numbers {
            read: self.gathering.taken(),
            numbers: self.gathering.finish(),
            rejected: self.rejected,
            rejects: self.rejects,
            notices: self.notices,
            sha256,
            file_name,
        }
    }

    fn number(&mut self, digits: u64) {
        self.gathering.push(digits);
    }

    fn reject(&mut self, line: u64, text: &[u8], problem: LineProblem) {
        self.rejected += 1;
        self.has_digits |= problem != LineProblem::NoNumber
            || text.iter().filter(|byte| byte.is_ascii_digit()).count() >= FEWEST_DIGITS;
        if self.rejects.len() < TOLD {
            let text = String::from_utf8_lossy(text).trim().chars().take(LONGEST_TOLD).collect();
            self.rejects.push(RejectedLine { member: self.member.clone(), line, text, problem });
        }
    }

    fn note_header(&mut self, line: &[u8]) {
        let header = String::from_utf8_lossy(line).trim().chars().take(LONGEST_TOLD).collect::<String>();
        let place = place(&self.name, &self.member);
        self.notices.push(format!("the first line of `{place}` is a header: {header}"));
    }

    /// Says that so many bytes more are read.
    fn advance(&mut self, bytes: u64) -> Result<(), RegistryFileError> {
        if self.file.interrupted.load(Ordering::Relaxed) {
            return Err(RegistryFileError::Interrupted);
        }
        self.bytes.0 += bytes;
        let (read, all) = self.bytes;
        let taken = self.gathering.taken();
        (self.progress)(taken, (taken as f64 * all as f64 / read.max(1) as f64) as u64);
        Ok(())
    }

    fn unreadable(&self, error: &std::io::Error) -> RegistryFileError {
        self.refused_as(io_reason(error), None)
    }

    fn refused(&self, reason: &str, remedy: &str) -> RegistryFileError {
        self.refused_as(reason.to_owned(), Some(remedy.to_owned()))
    }

    fn refused_as(&self, reason: String, remedy: Option<String>) -> RegistryFileError {
        RegistryFileError::Unreadable { file: self.name.clone(), member: self.member.clone(), reason, remedy }
    }

    /// Reads one file, or one of an archive.
    fn member(&mut self, input: impl Read) -> Result<(), RegistryFileError> {
        let (head, whole) = text::peek(input).map_err(|e| self.unreadable(&e))?;
        let begin = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start();
        match begin {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                return Err(self.refused("it is UTF-16", "save it as UTF-8, or name its column: --column HEADER"));
            }
            [b'P', b'K', 3, 4, ..] | [0x1F, 0x8B, ..] => {
                return Err(self.refused("it is an archive in an archive", "unpack the outer one first"));
            }
            _ if head.contains(&0) => return Err(self.refused("it is no text", "check which file it is")),
            _ => {}
        }
        let is_markup = begin.first() == Some(&b'<');
        let input = BufReader::with_capacity(1 << 20, whole);
        match is_markup {
            true => markup::read(input, self.file.country, self),
            false => text::read(input, self.file.country, self),
        }
    }

    fn archive(&mut self, file: &Readable) -> Result<(), RegistryFileError> {
        let damaged = |reading: &Self, e: ZipError| match e {
            e if e.to_string().to_lowercase().contains("password") => {
                reading.refused("it is protected by a password", "unpack it first")
            }
            e => reading.refused(&format!("the archive is damaged or cut off ({e})"), "get the file again"),
        };
        let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(self, e))?;
        file.refuse_twins(archive.len())?;
        if archive.offset() > 0 {
            return Err(self.refused("something stands before the archive", "unpack it first, or get the file again"));
        }
        if archive.file_names().flatten().any(|name| name == "[Content_Types].xml") {
            return Err(self.refused("it is a workbook", "name the column of the numbers: --column HEADER"));
        }
        let members = archive.len();
        let mut unpacked = 0;
        for index in 0..members {
            unpacked += archive.by_index_raw(index).map_err(|e| damaged(self, e))?.size();
        }
        self.bytes.1 = unpacked;
        for index in 0..members {
            let member = archive.by_index(index).map_err(|e| damaged(self, e))?;
            let name = member.name().map_err(|e| damaged(self, e))?.into_owned();
            let last = name.rsplit('/').next().unwrap_or(&name);
            // What macOS puts beside files.
            if member.is_dir() || name.starts_with("__MACOSX/") || last.starts_with("._") || last == ".DS_Store" {
                continue;
            }
            self.member = Some(name);
            self.member_or_text(member)?;
        }
        self.member = None;
        Ok(())
    }

    /// Reads a file of an archive. One in which no line has the digits of a number, such as a licence or instructions, is told and left out.
    fn member_or_text(&mut self, input: impl Read) -> Result<(), RegistryFileError> {
        let (taken, rejected, told) = (self.gathering.taken(), self.rejected, self.rejects.len());
        self.has_digits = false;
        self.member(input)?;
        if self.gathering.taken() == taken && self.rejected > rejected && !self.has_digits {
            self.rejected = rejected;
            self.rejects.truncate(told);
            self.notices.push(format!("`{}` holds no numbers; it is left out", place(&self.name, &self.member)));
        }
        Ok(())
    }
}

impl<'a> RegistryFile<'a> {
    /// Reads the whole file; `progress` is told how many numbers are read, of about how many.
    ///
    /// # Errors
    /// The file cannot be read, or the person asked to stop.
    pub fn read(&'a self, progress: &'a mut dyn FnMut(u64, u64)) -> Result<Numbers, RegistryFileError> {
        match self.columns.is_empty() {
            false => columns::read(self, self.columns, progress),
            true => self.read_lines(progress),
        }
    }

    fn read_lines(&'a self, progress: &'a mut dyn FnMut(u64, u64)) -> Result<Numbers, RegistryFileError> {
        let (file, file_name) = named_bytes(self.path, &self.interrupted)?;
        let mut reading = Reading::new(self, file.name.clone(), file.size()?, progress);
        let sha256 = std::thread::scope(|scope| {
            // The hash takes as long as reading does.
            let hash = scope.spawn(|| sha256_of(&file));
            let read = reading.whole(&file);
            let hash = hash.join().unwrap_or_else(|_| sha256_of(&file));
            read.and_then(|()| Ok(hash?))
        })?;
        if !file.is_unchanged() {
            return Err(ImportError::FileChanged(file.name).into());
        }
        Ok(reading.finish(sha256, file_name))
    }
}
