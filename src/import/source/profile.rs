//! The first pass over a file: its hash, and for text whether it is UTF-8 and how many lines it has.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::budget::{MAX_RECORD, too_large};
use super::charsets::garbled::Signs;
use super::limits::io_reason;
use super::readable::Readable;
use super::records::survey::QuotesSeen;
use crate::import::ImportError;

/// Why a text cannot be read as it is.
pub(super) enum TextError {
    /// It is not UTF-8; the error names the place, should no other encoding fit.
    NotUtf8(ImportError),
    Other(ImportError),
}

impl From<ImportError> for TextError {
    fn from(error: ImportError) -> Self {
        TextError::Other(error)
    }
}

/// What the first pass over a text file found.
pub(super) struct TextProfile {
    pub sha256: String,
    pub lines: u64,
    /// The beginning of the file in whole lines, without byte order mark.
    pub head: Vec<u8>,
    pub quotes: QuotesSeen,
    /// Signs that the text is garbled.
    pub signs: Signs,
}

/// How much of a file's beginning decides its delimiter, in bytes.
const HEAD: usize = 256 * 1024;

/// The SHA-256 of a file, in lower-case hexadecimal.
///
/// # Errors
/// The file cannot be read.
pub(in crate::import) fn sha256_of(file: &Readable) -> Result<String, ImportError> {
    let mut hasher = Sha256::new();
    each_chunk(file, |chunk| {
        hasher.update(chunk);
        Ok::<(), ImportError>(())
    })?;
    Ok(hex(hasher))
}

/// Reads a whole text file once.
///
/// # Errors
/// It is not UTF-8, or has a line longer than any row of a lead sheet.
pub(super) fn of_text(text: &Readable) -> Result<TextProfile, TextError> {
    let shown = text.name.as_str();
    let mut hasher = Sha256::new();
    let (mut size, mut lines, mut line_start) = (0u64, 0u64, 0u64);
    let mut head = Vec::new();
    // Bytes at the end of a chunk that begin a character which the next chunk ends.
    let mut cut: Vec<u8> = Vec::new();
    let mut signs = Signs::default();
    let (mut quotes, mut last) = (QuotesSeen::default(), 0);
    each_chunk(text, |chunk| {
        hasher.update(chunk);
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        quotes.look(last, chunk);
        signs.look(lines, chunk);
        last = chunk.last().copied().unwrap_or(last);
        for newline in memchr::memchr_iter(b'\n', chunk) {
            check_line(shown, lines + 1, size + newline as u64 - line_start)?;
            line_start = size + newline as u64 + 1;
            lines += 1;
        }
        check_line(shown, lines + 1, size + chunk.len() as u64 - line_start)?;
        let text: &[u8] = match cut.is_empty() {
            true => chunk,
            false => {
                cut.extend_from_slice(chunk);
                &cut
            }
        };
        let valid = match std::str::from_utf8(text) {
            Ok(_) => text.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(e) => return Err(TextError::NotUtf8(not_utf8(shown, text, e.valid_up_to(), lines, chunk))),
        };
        cut = text[valid..].to_vec();
        size += chunk.len() as u64;
        Ok::<(), TextError>(())
    })?;
    if !cut.is_empty() {
        return Err(TextError::NotUtf8(not_utf8(shown, &cut, 0, lines, &[])));
    }
    if (head.len() as u64) < size
        && let Some(end) = memchr::memrchr(b'\n', &head)
    {
        head.truncate(end + 1);
    }
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        head.drain(..3);
    }
    Ok(TextProfile { sha256: hex(hasher), lines, head, quotes, signs })
}

fn check_line(file: &str, line: u64, length: u64) -> Result<(), ImportError> {
    if length <= MAX_RECORD as u64 {
        return Ok(());
    }
    Err(too_large(file, &format!("line {line}")))
}

fn not_utf8(file: &str, text: &[u8], at: usize, lines_before: u64, chunk: &[u8]) -> ImportError {
    let after = memchr::memchr_iter(b'\n', &text[at..]).count() as u64;
    let line = lines_before.saturating_sub(after.min(memchr::memchr_iter(b'\n', chunk).count() as u64)) + 1;
    let byte = text.get(at).copied().unwrap_or(0);
    ImportError::read(file, format!("line {line} is not UTF-8: it holds the byte 0x{byte:02X}"))
}

pub(super) fn each_chunk<E: From<ImportError>>(
    file: &Readable,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut bytes = file.open()?;
    let mut buffer = vec![0u8; 1 << 20];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => each(&buffer[..n])?,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(ImportError::read(&file.name, io_reason(&e)).into()),
        }
    }
}

/// A hash in hexadecimal digits.
pub fn hex(hasher: Sha256) -> String {
    crate::domain::text::hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn profile(bytes: &[u8]) -> Result<TextProfile, TextError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        of_text(&Readable::of_file(file.path()).unwrap())
    }

    #[test]
    fn a_bad_byte_is_named_by_its_line() {
        let mut text = "a,b\n".repeat(400_000).into_bytes();
        text.extend(b"caf\xe9,x\n");
        text.extend("a,b\n".repeat(5).into_bytes());
        let Err(TextError::NotUtf8(ImportError::Read { reason, .. })) = profile(&text) else { panic!("read") };
        assert_eq!(reason, "line 400001 is not UTF-8: it holds the byte 0xE9");
    }

    #[test]
    fn characters_across_chunks_are_whole() {
        let mut text = vec![b'a'; (1 << 20) - 2];
        text[100] = b'\n';
        text.extend("é…\n".as_bytes());
        let Ok(found) = profile(&text) else { panic!("refused") };
        assert_eq!(found.lines, 2);
        let short = &text[..(1 << 20) - 1];
        assert!(profile(short).is_err());
    }
}
