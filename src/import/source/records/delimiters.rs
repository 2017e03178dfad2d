//! What separates the cells of a text.

use std::collections::HashMap;

use super::quotes::Quoting;
use super::{CellForm, RecordReader};

const USUAL: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What separates cells only where a person says so: it stands in prose, too, or is seen by nobody.
const UNUSUAL: &[u8] = b"^~:#!*$%&\\\x01\x02\x03\x04\x05\x06\x07\x08\x1c\x1d\x1e\x1f";

/// How many of a thousand rows have the same number of cells, and that number.
type Score = (usize, usize);

fn score(head: &[u8], delimiter: u8) -> Option<Score> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut records = RecordReader::over(head, CellForm { delimiter, quoting: Quoting::Doubled });
    let mut rows = 0;
    while let Ok(Some(record)) = records.next_record() {
        let row = record.row();
        if !row.is_blank() {
            *counts.entry(row.len()).or_default() += 1;
            rows += 1;
        }
    }
    counts.into_iter().filter(|(cells, _)| *cells > 1).map(|(cells, alike)| (alike * 1000 / rows, cells)).max()
}

fn best(head: &[u8], delimiters: &[u8]) -> Option<(u8, Score)> {
    let mut best: Option<(u8, Score)> = None;
    for delimiter in delimiters {
        match score(head, *delimiter) {
            Some(found) if best.is_none_or(|(_, before)| found > before) => best = Some((*delimiter, found)),
            _ => {}
        }
    }
    best
}

/// The delimiter that cuts the most lines of the head into the same number of cells, more than one.
pub(in crate::import::source) fn detect_delimiter(head: &[u8]) -> u8 {
    best(head, &USUAL).map_or(b',', |(delimiter, _)| delimiter)
}

/// One of the unusual delimiters that cuts nearly all lines of the head alike.
pub(in crate::import::source) fn unusual_delimiter(head: &[u8]) -> Option<u8> {
    best(head, UNUSUAL).filter(|(_, (alike, _))| *alike >= 900).map(|(delimiter, _)| delimiter)
}

#[cfg(test)]
mod tests {
    use super::super::declared_delimiter;
    use super::*;

    #[test]
    fn delimiters() {
        assert_eq!(detect_delimiter(b"name;phone\nA, B;1\nC, D;2\n"), b';');
        assert_eq!(detect_delimiter(b"name\tphone\nA, B\t1\n"), b'\t');
        assert_eq!(detect_delimiter(b"name,phone\n\"A;B\",1\n"), b',');
        assert_eq!(detect_delimiter(b"phone\n1\n"), b',');
        assert_eq!(declared_delimiter(b"sep=;\r\na;b"), Some(b';'));
    }

    #[test]
    pub(in crate::import::source) fn unusual_delimiters_fit_nearly_all_rows() {
        assert_eq!(unusual_delimiter(b"name^phone\nA, B^1\nC, D^2\n"), Some(b'^'));
        assert_eq!(unusual_delimiter(b"name\x01phone\nA\x011\n"), Some(1));
        assert_eq!(unusual_delimiter(b"note\nat 10:30\nlater\n"), None);
    }
}
