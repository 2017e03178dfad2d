//! What the quotes of a delimited text mean, line by line.

use memchr::memchr_iter;

/// How the cells of a text are quoted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quoting {
    /// A quote inside a quoted cell is doubled, as RFC 4180 has it.
    #[default]
    Doubled,
    /// A quote inside a quoted cell stands behind a backslash.
    Backslash,
    /// Quotes are text, and no cell is quoted.
    Never,
}

/// Follows the quotes through the lines of one record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan {
    delimiter: u8,
    quoting: Quoting,
    /// Which line of the record is next, counted from 0.
    line: u64,
    /// The line in which the quoted cell begins that has not ended.
    pub open: Option<u64>,
    /// Whether a quoted cell holds the delimiter or goes on in another line.
    pub holds_structure: bool,
    /// Whether a quote ends a cell that does not begin with one.
    stray_end: bool,
    /// How many quotes are text of cells that do not begin with one.
    text_quotes: u64,
}

/// Text that follows the end of a quoted cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line of the record in which the cell begins, counted from 0.
    pub opened: u64,
    /// Where in the line at hand the closing quote stands.
    pub at: usize,
}

impl Scan {
    pub fn new(delimiter: u8, quoting: Quoting) -> Scan {
        Scan { delimiter, quoting, line: 0, open: None, holds_structure: false, stray_end: false, text_quotes: 0 }
    }

    /// Takes the next line of the record, with its end.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let (mut doubled, mut start) = (None, 0);
        for at in memchr_iter(b'"', line) {
            if doubled == Some(at) {
                continue;
            }
            let next = line.get(at + 1).copied();
            let Some(opened) = self.open else {
                match at.checked_sub(1).and_then(|before| line.get(before)) {
                    Some(before) if *before != self.delimiter && !is_line_end(*before) => {
                        self.stray_end |= self.ends_cell(next);
                        self.text_quotes += 1;
                    }
                    _ => (self.open, start) = (Some(self.line), at + 1),
                }
                continue;
            };
            if self.quoting == Quoting::Backslash && is_escaped(line, at) {
                continue;
            }
            if next == Some(b'"') {
                doubled = Some(at + 1);
                continue;
            }
            let begins = if opened == self.line { start } else { 0 };
            let inside = line.get(begins..at).unwrap_or_default();
            self.holds_structure |= memchr::memchr(self.delimiter, inside).is_some();
            let ends = self.ends_cell(next) || opened == self.line && self.only_spaces_follow(line, at + 1);
            if !ends {
                return Err(Fault { opened, at });
            }
            self.open = None;
        }
        self.holds_structure |= self.open.is_some();
        self.line += 1;
        Ok(())
    }

    /// Whether a quote may end a cell that began in an earlier record.
    pub fn may_end_another(&self) -> bool {
        self.stray_end && self.text_quotes % 2 == 1
    }

    fn ends_cell(&self, next: Option<u8>) -> bool {
        next.is_none_or(|byte| byte == self.delimiter || is_line_end(byte))
    }

    /// Whether nothing but spaces stands between here and the end of the cell.
    fn only_spaces_follow(&self, line: &[u8], from: usize) -> bool {
        let after = line.get(from..).unwrap_or_default();
        let text = after.iter().find(|byte| **byte == self.delimiter || !matches!(byte, b' ' | b'\t'));
        self.ends_cell(text.copied())
    }
}

/// Whether an odd number of backslashes stands before a place.
fn is_escaped(line: &[u8], at: usize) -> bool {
    let before = line.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

pub(super) fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The lines of a text without their ends, whichever they are.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        let after = match rest.get(end..) {
            Some([b'\r', b'\n', ..]) => end + 2,
            _ => end + 1,
        };
        rest = rest.get(after..).unwrap_or_default();
        Some(line)
    })
}

/// The cells of a well-formed record whose quotes stand behind backslashes. A backslash before anything but a quote,
/// another one or a line end is text.
pub(super) fn backslashed(record: &[u8], delimiter: u8, mut each: impl FnMut(&[u8])) {
    let mut cell = Vec::new();
    let (mut quoted, mut begins) = (false, true);
    let mut bytes = record.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if begins => quoted = true,
            b'\\' if quoted => match bytes.peek() {
                Some(next @ (b'"' | b'\\')) => {
                    cell.push(*next);
                    bytes.next();
                }
                Some(b'\n' | b'\r') => {}
                _ => cell.push(byte),
            },
            b'"' if quoted && bytes.peek() == Some(&b'"') => {
                cell.push(byte);
                bytes.next();
            }
            b'"' if quoted => quoted = false,
            _ if !quoted && byte == delimiter => {
                each(&cell);
                cell.clear();
                begins = true;
                continue;
            }
            _ if !quoted && is_line_end(byte) => break,
            _ => cell.push(byte),
        }
        begins = false;
    }
    each(&cell);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(record: &str, quoting: Quoting) -> Result<Scan, Fault> {
        let mut scan = Scan::new(b',', quoting);
        for line in record.split_inclusive('\n') {
            scan.line(line.as_bytes())?;
        }
        Ok(scan)
    }

    #[test]
    fn quotes_of_the_standard_are_clean() {
        for clean in [
            "a,b\n",
            "\"a\",\"b\"\n",
            "\"a \"\"b\"\" c\",\"\"\r\n",
            "\"a\nb, c\nd\",e\n",
            "\"\"\"a\"\"\"\n",
            "\"a\" ,b\n",
        ] {
            let scan = scan(clean, Quoting::Doubled).unwrap();
            assert_eq!(scan.open, None, "{clean}");
            assert!(!scan.may_end_another(), "{clean}");
        }
        for (text, may_end) in [("pipe,2\" x 4\"\n", false), ("Ann,pipe of 5\",x\n", true), ("5\" pipe,x\n", false)] {
            let scan = scan(text, Quoting::Doubled).unwrap();
            assert_eq!((scan.open, scan.may_end_another()), (None, may_end), "{text}");
        }
    }

    #[test]
    fn text_behind_a_closing_quote_is_a_fault() {
        for (broken, opened, at) in [
            ("\"Best\" Shop,x\n", 0, 5),
            ("Ann,\"Roe,+1\nCy,\"Dey,+2\n", 0, 3),
            ("\"a\",\"b\nc\" ,x\n", 0, 1),
            ("x,\"a\nb\nc\"d\n", 0, 1),
        ] {
            assert_eq!(scan(broken, Quoting::Doubled).unwrap_err(), Fault { opened, at }, "{broken}");
        }
        assert_eq!(scan("x,\"a\nb\n", Quoting::Doubled).unwrap().open, Some(0));
    }

    #[test]
    fn backslashes_escape() {
        let cells = |record: &str| {
            let mut cells = Vec::new();
            backslashed(record.as_bytes(), b',', |cell| cells.push(String::from_utf8_lossy(cell).into_owned()));
            cells
        };
        assert_eq!(cells("\"The \\\"Best\\\" Shop\",b\n"), ["The \"Best\" Shop", "b"]);
        assert_eq!(cells("\"C:\\new\\\\\",\"say \"\"hi\"\"\",\\N\n"), ["C:\\new\\", "say \"hi\"", "\\N"]);
        assert_eq!(cells("\"one\\\ntwo\",,\"\"\n"), ["one\ntwo", "", ""]);
        for record in ["\"The \\\"Best\\\" Shop\",b\n", "\"a\\\\\",b\n", "\"\\\"\",b\n"] {
            assert_eq!(scan(record, Quoting::Backslash).unwrap().open, None, "{record}");
        }
        assert!(scan("\"The \\\"Best\\\" Shop\",b\n", Quoting::Doubled).is_err());
    }

    #[test]
    fn lines_of_every_kind() {
        assert_eq!(lines(b"a\nb\r\n\rc").collect::<Vec<_>>(), [b"a".as_slice(), b"b", b"", b"c"]);
        assert_eq!(lines(b"").count(), 0);
    }
}
