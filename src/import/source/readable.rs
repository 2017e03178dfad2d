//! Where bytes are read from: the file itself, or a private copy of what was unpacked, decoded or piped in.

mod held;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::budget::{Lines, inflates, is_bomb};
use super::limits::io_reason;
use super::typed::container::is_bare;
use crate::import::ImportError;
use crate::system::stream::{self, NotReadable, Stream, is_interruption};
use held::Held;

/// The most that a compressed text may hold, in bytes.
const MAX_UNPACKED: u64 = 4 << 30;

/// The most that a workbook or an archive may hold that comes from standard input, in bytes.
const MAX_PIPED: u64 = 2 << 30;

/// Bytes that can be read from the beginning as often as needed.
#[derive(Debug, Clone)]
pub(in crate::import) struct Readable {
    path: PathBuf,
    /// What messages call it: the file that the person named.
    pub name: String,
    /// Keeps a file open that has no private copy.
    held: Option<Arc<Held>>,
    /// Keeps a private copy alive.
    _copy: Option<Arc<Copy>>,
}

/// Why something is not read, with what to do about it.
fn refusal(path: &Path, problem: &NotReadable) -> ImportError {
    let name = path.display().to_string();
    match problem {
        NotReadable::Missing(e) => ImportError::read(&name, io_reason(e)),
        NotReadable::Directory => ImportError::read_with(&name, problem.to_string(), "name the files in it"),
        NotReadable::Device => ImportError::read_with(&name, problem.to_string(), "name a file or a pipe"),
        NotReadable::Socket => {
            ImportError::read_with(&name, problem.to_string(), "let another program read it, and read that with `-`")
        }
    }
}

/// The bytes that a path stands for, and the place beside which rejected rows go. What can be read only once is copied.
pub(super) fn of_path(path: &Path, interrupted: &Arc<AtomicBool>) -> Result<(Readable, PathBuf), ImportError> {
    let interrupted = interrupted.clone();
    let original = match stream::look_at(path).map_err(|e| refusal(path, &e))? {
        stream::Readable::StandardInput => {
            return Ok((Readable::of_standard_input(interrupted)?, PathBuf::from("standard-input")));
        }
        stream::Readable::Stream => Readable::of_pipe(path, interrupted)?,
        stream::Readable::File => Readable::of_file(path)?,
    };
    // Nothing can be written beside `/dev/fd/63`, and its name says nothing.
    Ok((original, if stream::is_of_system(path) { PathBuf::from("pipe") } else { path.to_owned() }))
}

/// The bytes that a path stands for, and the file's name without its folders.
///
/// # Errors
/// There is nothing to read, or the person asked to stop.
pub(in crate::import) fn named_bytes(
    path: &Path,
    interrupted: &Arc<AtomicBool>,
) -> Result<(Readable, String), ImportError> {
    let (bytes, path) = of_path(path, interrupted)?;
    Ok((bytes, file_name_of(&path)))
}

pub(super) fn file_name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The first bytes that tell what a file is.
const HEAD: usize = 64;

/// Whether the first bytes are those of an archive, an old workbook, gzip or PDF, which have no lines.
fn is_packed(head: &[u8]) -> bool {
    matches!(
        head,
        [b'P', b'K', 3, 4, ..]
            | [b'P', b'K', 5, 6, ..]
            | [0xD0, 0xCF, 0x11, 0xE0, ..]
            | [0x1F, 0x8B, ..]
            | [b'%', b'P', b'D', b'F', ..]
    ) || is_bare(head)
}

/// The first byte that shows what a text is, in any encoding.
fn first_sign(bytes: &[u8]) -> Option<u8> {
    let is_blank = |byte: &u8| matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF | b' ' | b'\t' | b'\r' | b'\n');
    bytes.iter().copied().find(|byte| !is_blank(byte))
}

/// Whether a text begins as HTML, XML and JSON do, which may be one line.
fn is_structured(first: Option<u8>) -> bool {
    matches!(first, Some(b'<' | b'[' | b'{'))
}

/// A private copy. Where the system allows it has no name, so that nothing is left behind even after a crash.
#[derive(Debug)]
struct Copy {
    #[cfg(target_os = "linux")]
    _file: File,
    #[cfg(not(target_os = "linux"))]
    _path: tempfile::TempPath,
}

impl Readable {
    /// A file by its path.
    ///
    /// # Errors
    /// There is no such file.
    pub fn of_file(path: &Path) -> Result<Readable, ImportError> {
        let name = path.display().to_string();
        let (held, again) = Held::open(path).map_err(|e| ImportError::read(&name, io_reason(&e)))?;
        Ok(Readable { path: again, name, held: Some(Arc::new(held)), _copy: None })
    }

    /// A copy of standard input.
    ///
    /// # Errors
    /// It cannot be read, the disk has no room, or the person asked to stop.
    pub fn of_standard_input(interrupted: Arc<AtomicBool>) -> Result<Readable, ImportError> {
        Readable::of_stream("standard input", Stream::of_standard_input(interrupted))
    }

    /// A copy of what can be read only once.
    ///
    /// # Errors
    /// It cannot be read, the disk has no room, or the person asked to stop.
    pub fn of_pipe(path: &Path, interrupted: Arc<AtomicBool>) -> Result<Readable, ImportError> {
        Readable::of_stream(&path.display().to_string(), Stream::of_path(path, interrupted))
    }

    fn of_stream(name: &str, mut input: Stream) -> Result<Readable, ImportError> {
        Readable::copied(name, |out| {
            let mut buffer = vec![0u8; 1 << 18];
            let (mut lines, mut head, mut size, mut first) = (Lines::default(), Vec::new(), 0u64, None);
            loop {
                let read = match input.read(&mut buffer) {
                    Ok(read) => read,
                    Err(e) if is_interruption(&e) => return Err(ImportError::Interrupted),
                    Err(e) => return Err(ImportError::read(name, io_reason(&e))),
                };
                if read == 0 {
                    return Ok(());
                }
                let bytes = buffer.get(..read).unwrap_or_default();
                let missing = HEAD.saturating_sub(head.len());
                head.extend_from_slice(bytes.get(..missing).unwrap_or(bytes));
                size += read as u64;
                first = first.or_else(|| first_sign(bytes));
                let may_be_one_line = is_packed(&head) || is_structured(first) && size <= MAX_PIPED;
                if !may_be_one_line {
                    lines.look(name, bytes)?;
                } else if size > MAX_PIPED {
                    let reason = format!("it holds more than {} MiB, and is no text", MAX_PIPED >> 20);
                    return Err(ImportError::read_with(name, reason, "name the file itself, or unpack it first"));
                }
                out.write_all(bytes).map_err(|e| {
                    ImportError::read_with(name, io_reason(&e), "make room for its copy, or set TMPDIR")
                })?;
            }
        })
    }

    /// A private copy of what `write` writes.
    ///
    /// # Errors
    /// Those of `write`, or the disk has no room.
    pub fn copied(
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), ImportError>,
    ) -> Result<Readable, ImportError> {
        let failed = |e: std::io::Error| {
            let folder = std::env::temp_dir();
            ImportError::read_with(
                name,
                format!("its copy in {} cannot be written ({})", folder.display(), io_reason(&e)),
                "make room there, or set TMPDIR to another folder",
            )
        };
        #[cfg(target_os = "linux")]
        let (path, mut file, keep) = {
            use std::os::fd::AsRawFd;
            let file = tempfile::tempfile().map_err(failed)?;
            let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
            (path, file.try_clone().map_err(failed)?, Copy { _file: file })
        };
        #[cfg(not(target_os = "linux"))]
        let (path, mut file, keep) = {
            let (file, path) = tempfile::NamedTempFile::new().map_err(failed)?.into_parts();
            (path.to_path_buf(), file, Copy { _path: path })
        };
        write(&mut file)?;
        file.flush().map_err(failed)?;
        Ok(Readable { path, name: name.to_owned(), held: None, _copy: Some(Arc::new(keep)) })
    }

    /// Opens the bytes from their beginning.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(&self) -> Result<File, ImportError> {
        File::open(&self.path).map_err(|e| ImportError::read(&self.name, io_reason(&e)))
    }

    /// Whether nobody has written to the file since the first pass.
    pub fn is_unchanged(&self) -> bool {
        self.held.as_ref().is_none_or(|held| held.is_unchanged())
    }

    /// The first bytes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn head(&self) -> Result<Vec<u8>, ImportError> {
        let mut head = Vec::with_capacity(8);
        self.open()?.take(8).read_to_end(&mut head).map_err(|e| ImportError::read(&self.name, io_reason(&e)))?;
        Ok(head)
    }

    /// In bytes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn size(&self) -> Result<u64, ImportError> {
        let metadata = self.open()?.metadata().map_err(|e| ImportError::read(&self.name, io_reason(&e)))?;
        Ok(metadata.len())
    }

    /// What a gzip file, or a ZIP archive with one file, holds; `None` for any other file.
    ///
    /// # Errors
    /// The file is damaged, a bomb, or an archive of several files.
    pub fn unpacked(&self) -> Result<Option<(Readable, &'static str)>, ImportError> {
        match self.head()?.as_slice() {
            [0x1F, 0x8B, ..] => {
                let packed = self.size()?;
                let inside = MultiGzDecoder::new(BufReader::new(self.open()?));
                Ok(Some((self.inflated(inside, packed)?, "gzip")))
            }
            [b'P', b'K', 3, 4, ..] => self.only_member(),
            _ => Ok(None),
        }
    }

    fn only_member(&self) -> Result<Option<(Readable, &'static str)>, ImportError> {
        let mut archive = ZipArchive::new(BufReader::new(self.open()?)).map_err(|e| self.damaged(&e))?;
        self.refuse_twins(archive.len())?;
        // A workbook is an archive, too.
        if super::archive::kind_of(self)?.is_some() {
            return Ok(None);
        }
        let names: Vec<String> = archive
            .file_names()
            .map(|n| n.map(|n| n.into_owned()))
            .collect::<Result<_, _>>()
            .map_err(|e| self.damaged(&e))?;
        // What macOS and Windows put beside files.
        let is_beside = |name: &str| {
            let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
            name.starts_with("__MACOSX/")
                || last.starts_with("._")
                || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&last)
        };
        let is_file = |(_, name): &(usize, &String)| !name.ends_with('/') && !is_beside(name);
        let files: Vec<usize> = names.iter().enumerate().filter(is_file).map(|(index, _)| index).collect();
        match files.as_slice() {
            [only] => {
                let member = archive.by_index(*only).map_err(|e| self.damaged(&e))?;
                let packed = member.compressed_size();
                Ok(Some((self.inflated(member, packed)?, "ZIP")))
            }
            _ if names.iter().any(|name| name == "word/document.xml") => {
                let remedy = "open it and save its table as XLSX or CSV";
                Err(ImportError::read_with(&self.name, "it is a Word document", remedy))
            }
            _ if names.iter().any(|name| name.starts_with("Index/") && name.ends_with(".iwa")) => {
                let remedy = "open it and export it as XLSX or CSV";
                Err(ImportError::read_with(&self.name, "it is a document of Apple's Numbers, Pages or Keynote", remedy))
            }
            several => Err(ImportError::read_with(
                &self.name,
                format!("it is a ZIP archive of {} files, and no workbook", several.len()),
                "unpack it and import the files inside",
            )),
        }
    }

    /// Refuses an archive whose list has a name twice: of two such files the reader knows the last one only.
    pub fn refuse_twins(&self, known: usize) -> Result<(), ImportError> {
        const END: [u8; 4] = *b"PK\x05\x06";
        let mut file = self.open()?;
        let failed = |e: std::io::Error| self.damaged(&e);
        let size = file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.seek(SeekFrom::Start(size.saturating_sub(66_000))).map_err(failed)?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).map_err(failed)?;
        let end = tail.windows(END.len()).rposition(|four| four == END);
        let listed =
            end.and_then(|at| tail.get(at + 10..at + 12)).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes);
        match listed.map(usize::from) {
            // 65,535 stands for a number elsewhere.
            Some(listed) if listed > known && listed < 65_535 => Err(ImportError::read_with(
                &self.name,
                format!("the archive lists {listed} files of which only {known} have a name of their own"),
                "unpack it and import the files inside",
            )),
            _ => Ok(()),
        }
    }

    fn inflated(&self, mut inside: impl Read, packed: u64) -> Result<Readable, ImportError> {
        Readable::copied(&self.name, |out| {
            let mut buffer = vec![0u8; 1 << 18];
            let mut size = 0u64;
            loop {
                let read = inside.read(&mut buffer).map_err(|e| self.damaged(&e))?;
                if read == 0 {
                    return Ok(());
                }
                size += read as u64;
                if size > MAX_UNPACKED || is_bomb(size, packed) {
                    return Err(inflates(&self.name, None, size));
                }
                out.write_all(buffer.get(..read).unwrap_or_default()).map_err(|e| {
                    ImportError::read_with(&self.name, io_reason(&e), "make room for its copy, or set TMPDIR")
                })?;
            }
        })
    }

    fn damaged(&self, error: &dyn std::fmt::Display) -> ImportError {
        ImportError::read_with(&self.name, format!("it is damaged or cut off ({error})"), "get the file again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blank_shows_nothing() {
        for (text, first) in [("[1]", Some(b'[')), ("\u{feff} \r\n\t{", Some(b'{')), ("  ", None), ("", None)] {
            assert_eq!(first_sign(text.as_bytes()), first, "{text}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(first_sign(&wide), first, "{text}");
        }
    }

    #[test]
    fn whole_signatures_tell_what_has_no_lines() {
        for head in [&b"PK\x03\x04"[..], b"PK\x05\x06", b"\xD0\xCF\x11\xE0", b"\x1F\x8B\x08\x00", b"\x1F\x8B", b"%PDF"]
        {
            assert!(is_packed(head), "{head:?}");
        }
        for head in [&b"Phon"[..], b"PK,n", b"P", b"", b"\xD0\x9F\xD1\x82", b"\x1F\x1F", b"%a,b"] {
            assert!(!is_packed(head), "{head:?}");
        }
    }
}
