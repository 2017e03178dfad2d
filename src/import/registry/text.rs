//! Registry files of one number a line.

use std::io::{BufRead, ErrorKind, Read};

use super::line::{Country, LineProblem, number};
use super::{Reading, RegistryFileError};

/// The longest line, in bytes. None of a list is so long.
const LONGEST: u64 = 1 << 16;

/// Reads every line of a member.
pub(super) fn read(
    mut input: impl BufRead,
    country: Country,
    reading: &mut Reading<'_>,
) -> Result<(), RegistryFileError> {
    let mut rest: Vec<u8> = Vec::new();
    let (mut line, mut is_first) = (0, true);
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(reading.unreadable(&e)),
        };
        if buffer.is_empty() {
            break;
        }
        // Whole lines lie in the buffer; the one that is cut off goes on in the next.
        let mut at = 0;
        while let Some(len) = memchr::memchr(b'\n', buffer.get(at..).unwrap_or_default()) {
            let part = buffer.get(at..at + len).unwrap_or_default();
            at += len + 1;
            line += 1;
            if rest.is_empty() {
                take(part, line, &mut is_first, country, reading)?;
            } else {
                rest.extend_from_slice(part);
                take(&rest, line, &mut is_first, country, reading)?;
                rest.clear();
            }
        }
        rest.extend_from_slice(buffer.get(at..).unwrap_or_default());
        let read = buffer.len();
        input.consume(read);
        reading.advance(read as u64)?;
        if rest.len() as u64 > LONGEST {
            return Err(reading.refused("a line is longer than any of a list", "check which file it is"));
        }
    }
    if !rest.is_empty() {
        take(&rest, line + 1, &mut is_first, country, reading)?;
    }
    Ok(())
}

fn take(
    line: &[u8],
    at: u64,
    is_first: &mut bool,
    country: Country,
    reading: &mut Reading<'_>,
) -> Result<(), RegistryFileError> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = if at == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
    match number(line, country) {
        Ok(number) => {
            *is_first = false;
            reading.number(number);
            Ok(())
        }
        Err(_) if line.trim_ascii().is_empty() => Ok(()),
        // A header has no digits.
        Err(LineProblem::NoNumber) if *is_first && !line.iter().any(u8::is_ascii_digit) => {
            *is_first = false;
            reading.note_header(line);
            Ok(())
        }
        Err(problem) => {
            *is_first = false;
            reading.reject(at, line, problem);
            Ok(())
        }
    }
}

/// The first bytes of a member, which tell what it is, and the member from its beginning.
pub(super) fn peek(mut input: impl Read) -> std::io::Result<(Vec<u8>, impl Read)> {
    let mut head = vec![0u8; 4096];
    let mut filled = 0;
    while let Some(space) = head.get_mut(filled..).filter(|space| !space.is_empty()) {
        match input.read(space) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    head.truncate(filled);
    let whole = std::io::Cursor::new(head.clone()).chain(input);
    Ok((head, whole))
}
