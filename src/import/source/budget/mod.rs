//! What a file may take, whoever made it: the one budget of all readers. Nothing is made as large as a file claims to be;
//! what is counted is what it holds. A file that is read as a stream may be as long as it likes.

pub mod biff;
pub mod markup;
pub mod parts;
pub mod records;
pub mod sst;
pub mod table;

use crate::import::ImportError;
pub use crate::import::naming::{MOST_TOLD, cut, some, some_names};

/// The columns of a sheet (ECMA-376, part 1, 18.3.1.73): the last one is XFD.
pub const MAX_COLUMNS: usize = 16_384;
/// The rows of a sheet.
pub const MAX_ROWS: u64 = 1_048_576;
/// The largest record, in bytes: far more than a row of a lead sheet, far less than the memory.
pub const MAX_RECORD: usize = 1 << 20;
/// What a workbook may hold in memory, in bytes: the whole program stays below 300 MB.
pub const MAX_HELD: u64 = 250_000_000;
/// The sheets that are looked through for rows when none is named.
pub const MAX_SHEETS: usize = 1_000;
/// What rows that are checked and written together may hold in memory, in bytes.
pub const MAX_BATCH: usize = 24 << 20;
/// What is larger than this, in bytes, and was compressed more than [`MAX_RATIO`] times is a bomb.
pub const SUSPICIOUS: u64 = 32 << 20;
pub const MAX_RATIO: u64 = 250;

/// Whether so many bytes from so many packed ones are a bomb.
pub fn is_bomb(size: u64, packed: u64) -> bool {
    size > SUSPICIOUS && size / packed.max(1) > MAX_RATIO
}

/// The error of a bomb, or of a part of an archive that is larger than any of a sheet.
pub fn inflates(file: &str, part: Option<&str>, size: u64) -> ImportError {
    let (what, remedy) = match part {
        Some(part) => {
            (format!("its part `{}`", cut(part)), "no workbook of leads does that; if it is one, save it as CSV")
        }
        None => ("it".to_owned(), "no sheet of leads does that; check which file it is"),
    };
    ImportError::read_with(file, format!("{what} inflates to more than {} MiB", size >> 20), remedy)
}

/// The error of a row with more cells than a sheet has columns.
pub fn too_wide(file: &str, place: &str) -> ImportError {
    ImportError::read_with(
        file,
        format!("{place} has more than {MAX_COLUMNS} columns"),
        "no sheet has as many; check which file it is, and what separates its cells",
    )
}

/// The error of a cell that stands where no sheet has one.
pub fn beyond_sheet(file: &str, cell: &str) -> ImportError {
    ImportError::read_with(
        file,
        format!("the workbook is damaged: its cell {cell} is beyond the last one of a sheet, XFD{MAX_ROWS}"),
        "get the file again, or save it anew",
    )
}

/// The error of a row that is larger than a record.
pub fn too_large(file: &str, place: &str) -> ImportError {
    ImportError::read_with(
        file,
        format!("{place} is longer than {} KiB", MAX_RECORD / 1024),
        "this is no sheet of leads with one row a line; check which file it is",
    )
}

/// The error of a workbook that is loaded whole and would take more memory than there is for it.
pub fn too_much(file: &str) -> ImportError {
    ImportError::read_with(
        file,
        format!("it would take more than {} MB, and a workbook of this kind must fit in memory", MAX_HELD / 1_000_000),
        "save it as XLSX or CSV, which are read as a stream",
    )
}

/// What a text takes in memory, in bytes.
pub fn kept(length: u64) -> u64 {
    length.saturating_add(16).max(32)
}

/// What a workbook holds in memory, as far as it has been counted.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    bytes: u64,
    most: u64,
}

impl Default for Held {
    fn default() -> Self {
        Held::within(MAX_HELD)
    }
}

impl Held {
    pub fn within(most: u64) -> Held {
        Held { bytes: 0, most }
    }

    /// Counts something anew that took `before` bytes; returns whether all bytes fit.
    #[must_use]
    pub fn recount(&mut self, before: u64, now: u64) -> bool {
        self.bytes = self.bytes.saturating_sub(before);
        self.add(now)
    }

    /// Counts further bytes; returns whether all of them fit.
    #[must_use]
    pub fn add(&mut self, bytes: u64) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.bytes <= self.most
    }

    /// Whether so many bytes would fit besides.
    pub fn has_room(&self, bytes: u64) -> bool {
        self.bytes.saturating_add(bytes) <= self.most
    }
}

/// Watches the lines of a text that is copied before it is read, so that none without an end fills the disk.
#[derive(Default)]
pub struct Lines {
    ended: u64,
    length: u64,
}

impl Lines {
    /// Looks at the next bytes.
    ///
    /// # Errors
    /// A line is longer than a record in any encoding.
    pub fn look(&mut self, file: &str, bytes: &[u8]) -> Result<(), ImportError> {
        match memchr::memrchr(b'\n', bytes) {
            None => self.length += bytes.len() as u64,
            Some(last) => {
                self.ended += memchr::memchr_iter(b'\n', bytes).count() as u64;
                self.length = (bytes.len() - last) as u64;
            }
        }
        match self.length > 4 * MAX_RECORD as u64 {
            true => Err(too_large(file, &format!("line {}", self.ended + 1))),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_without_overflow() {
        let mut held = Held::within(100);
        assert!(held.has_room(100) && held.add(60) && held.add(40) && !held.has_room(1));
        assert!(!held.add(u64::MAX) && !held.add(0) && !held.has_room(0));
    }

    #[test]
    fn bombs_are_large_and_tight() {
        assert!(is_bomb(SUSPICIOUS + 1, 1) && is_bomb(SUSPICIOUS + 1, 0));
        assert!(!is_bomb(SUSPICIOUS, 1) && !is_bomb(SUSPICIOUS * 100, SUSPICIOUS));
    }

    #[test]
    fn a_line_without_an_end_is_seen() {
        let mut lines = Lines::default();
        lines.look("f", b"a\nb\n").unwrap();
        let zeros = vec![0; MAX_RECORD];
        let told = (0..9).find_map(|_| lines.look("f", &zeros).err()).unwrap().to_string();
        assert!(told.contains("line 3 is longer than 1024 KiB"), "{told}");
        let mut lines = Lines::default();
        let ended = [zeros.as_slice(), b"\n"].concat();
        assert!((0..9).all(|_| lines.look("f", &ended).is_ok()));
    }
}
