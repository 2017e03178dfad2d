//! How a whole text quotes its cells, where that can be seen: most follow RFC 4180, some write `\"`, and some
//! tab-separated ones do not quote at all.

use std::io::{BufRead, BufReader};

use super::quotes::{Quoting, Scan, lines};
use crate::import::ImportError;
use crate::import::source::limits::io_reason;
use crate::import::source::readable::Readable;

/// What the first pass saw of quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuotesSeen {
    pub any: bool,
    /// A quote behind a backslash.
    pub escaped: bool,
}

impl QuotesSeen {
    /// Looks at the next part of a text, and the byte before it.
    pub fn look(&mut self, before: u8, part: &[u8]) {
        self.any = self.any || memchr::memchr(b'"', part).is_some();
        if self.any && !self.escaped {
            self.escaped =
                before == b'\\' && part.first() == Some(&b'"') || memchr::memmem::find(part, b"\\\"").is_some();
        }
    }
}

/// What one way of quoting makes of a text.
#[derive(Debug, Default)]
struct Found {
    /// Quoted cells behind whose end stands text.
    faults: u64,
    /// The line of the first of them.
    first: Option<u64>,
    never_closed: bool,
    /// Whether a quoted cell holds a delimiter or a line end.
    structure: bool,
}

impl Found {
    fn is_clean(&self) -> bool {
        self.faults == 0 && !self.never_closed
    }
}

/// How a text quotes its cells, and a line that shows it unless it is the usual way.
///
/// # Errors
/// The file cannot be read.
pub fn quoting_of(file: &Readable, delimiter: u8, seen: QuotesSeen) -> Result<(Quoting, Option<u64>), ImportError> {
    let tabs = delimiter == b'\t';
    if !seen.any || !(seen.escaped || tabs) {
        return Ok((Quoting::Doubled, None));
    }
    let usual = found(file, delimiter, Quoting::Doubled)?;
    if seen.escaped && !usual.is_clean() {
        let escaped = found(file, delimiter, Quoting::Backslash)?;
        if escaped.faults < usual.faults.max(1) && !escaped.never_closed {
            return Ok((Quoting::Backslash, usual.first));
        }
    }
    if tabs && (!usual.is_clean() || usual.structure) && is_plain(file, delimiter)? {
        return Ok((Quoting::Never, usual.first));
    }
    Ok((Quoting::Doubled, None))
}

fn found(file: &Readable, delimiter: u8, quoting: Quoting) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut scan = Scan::new(delimiter, quoting);
    each_line(file, |number, line| {
        if scan.open.is_none() && memchr::memchr(b'"', line).is_none() {
            return true;
        }
        match scan.line(line) {
            Err(_) => {
                found.faults += 1;
                found.first.get_or_insert(number);
            }
            Ok(()) if scan.open.is_some() => return true,
            Ok(()) => found.structure |= scan.holds_structure,
        }
        scan = Scan::new(delimiter, quoting);
        true
    })?;
    found.never_closed = scan.open.is_some();
    Ok(found)
}

/// Whether delimiters alone cut every line into the same number of cells, more than one, and no cell is in quotes.
fn is_plain(file: &Readable, delimiter: u8) -> Result<bool, ImportError> {
    let mut width = None;
    let mut plain = true;
    each_line(file, |_, text| {
        for line in lines(text).filter(|line| !line.iter().all(u8::is_ascii_whitespace)) {
            let cells = memchr::memchr_iter(delimiter, line).count();
            plain &= cells > 0 && *width.get_or_insert(cells) == cells;
            plain &= !line.split(|byte| *byte == delimiter).any(|cell| matches!(cell, [b'"', .., b'"']));
        }
        plain
    })?;
    Ok(plain)
}

/// Shows each line with its end, and its number, until `each` has seen enough.
fn each_line(file: &Readable, mut each: impl FnMut(u64, &[u8]) -> bool) -> Result<(), ImportError> {
    let mut input = BufReader::with_capacity(1 << 18, file.open()?);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line).map_err(|e| ImportError::read(&file.name, io_reason(&e)))?;
        number += 1;
        let text = match line.as_slice() {
            [0xEF, 0xBB, 0xBF, text @ ..] if number == 1 => text,
            text => text,
        };
        if read == 0 || !each(number, text) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoting(text: &str, delimiter: u8) -> (Quoting, Option<u64>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let seen = QuotesSeen { any: text.contains('"'), escaped: text.contains("\\\"") };
        quoting_of(&Readable::of_file(file.path()).unwrap(), delimiter, seen).unwrap()
    }

    #[test]
    fn backslashes_are_seen_in_the_file() {
        let usual = (Quoting::Doubled, None);
        assert_eq!(quoting("a,b\n\"The \\\"Best\\\" Shop\",1\n", b','), (Quoting::Backslash, Some(2)));
        assert_eq!(quoting("a,b\n1,\"x\"\n2,\"5\\\" pipe, long\"\n", b','), (Quoting::Backslash, Some(3)));
        assert_eq!(quoting("a,b\n\"x\\\"\",1\n\"y\\\"\",2\n", b','), (Quoting::Backslash, Some(3)));
        // A folder's name ends with a backslash, and a quote is stray besides.
        assert_eq!(quoting("a,b\n\"C:\\dir\\\",1\n\"C:\\new\\\",2\n", b','), usual);
        assert_eq!(quoting("a,b\n\"C:\\dir\\\",1\n\"C:\\new\\\",2\n\"Best\" Shop,3\n", b','), usual);
        assert_eq!(quoting("a,b\n\"Best\" Shop,3\n", b','), usual);
    }

    #[test]
    fn tabs_without_quoting() {
        let usual = (Quoting::Doubled, None);
        assert_eq!(quoting("a\tb\n\"Best\" Shop\t1\nx\t2\n", b'\t'), (Quoting::Never, Some(2)));
        assert_eq!(quoting("a\tb\n\"Roe & Sons\t1\nx\t2\n", b'\t').0, Quoting::Never);
        assert_eq!(quoting("a\tb\n\"Roe & Sons\t1\nx, 5\"\t2\n", b'\t').0, Quoting::Never);
        assert_eq!(quoting("a\tb\n5\" pipe\t1\n2\" x 4\"\t2\n", b'\t'), usual);
        assert_eq!(quoting("a\tb\n\"5\"\" pipe\"\t1\n\"Best\" Shop\t2\n", b'\t'), usual);
        assert_eq!(quoting("a\tb\n\"one\ntwo\"\t1\nx\t2\n", b'\t'), usual);
        assert_eq!(quoting("a\tb\n\"one\ttwo\"\t1\nx\t2\n", b'\t'), usual);
    }
}
