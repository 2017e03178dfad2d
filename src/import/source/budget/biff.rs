//! What an XLS workbook holds in memory once the library has loaded it, from its records (MS-XLS 2.4).

use std::collections::HashMap;

use super::sst::Lengths;
use super::table::Extent;
use super::{Held, kept};

/// The longest record of a formula or a name, in bytes (MS-XLS 2.1.4).
const LONGEST: usize = 8_224;

/// What is wrong with a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It would take too much memory.
    Held,
    /// A formula is longer than any.
    Formula,
    /// Two sheets are said to begin at the same place.
    Twice,
    /// It has more than one table of shared strings.
    Strings,
}

/// A workbook under count.
pub struct Book {
    held: Held,
    /// Where the sheets begin, as the workbook says, and whether something begins there.
    sheets: HashMap<u64, bool>,
    strings: Lengths,
    in_strings: bool,
    has_strings: bool,
    cells_before: u64,
    extent: Extent,
    has_formulas: bool,
    /// Cells of the sheet at hand, one by one.
    read: u64,
}

impl Book {
    /// A workbook in a file of so many bytes, all of which are in memory twice.
    pub fn in_file(bytes: u64, held: Held) -> Result<Book, Fault> {
        let mut book = Book {
            held,
            sheets: HashMap::new(),
            strings: Lengths::default(),
            in_strings: false,
            has_strings: false,
            cells_before: 0,
            extent: Extent::default(),
            has_formulas: false,
            read: 0,
        };
        book.hold(bytes.saturating_mul(2))?;
        Ok(book)
    }

    /// Takes a record that begins at a byte of its stream.
    pub fn take(&mut self, at: u64, kind: u16, data: &[u8]) -> Result<(), Fault> {
        let length = data.len() as u64;
        let number = |place: usize| data.get(place..place + 2).and_then(|bytes| bytes.try_into().ok());
        let u16_at = |place: usize| number(place).map_or(0, u16::from_le_bytes);
        let u32_at = |place: usize| u32::from(u16_at(place)) | u32::from(u16_at(place + 2)) << 16;
        self.in_strings &= kind == 0x003C;
        match kind {
            // BOF
            0x0809 => {
                if let Some(begins) = self.sheets.get_mut(&at) {
                    *begins = true;
                    self.cells_before += self.extent.cells();
                    (self.extent, self.has_formulas, self.read) = (Extent::default(), false, 0);
                }
                Ok(())
            }
            // BoundSheet8
            0x0085 => {
                if self.sheets.insert(u32_at(0).into(), false).is_some() {
                    return Err(Fault::Twice);
                }
                self.hold(200 + 2 * length)
            }
            // Format, XF, ExternSheet
            0x041E | 0x00E0 | 0x0017 => self.hold(40 + 2 * length),
            // SST, and what continues it
            0x00FC if self.has_strings => Err(Fault::Strings),
            0x00FC | 0x003C if kind == 0x00FC || self.in_strings => {
                self.has_strings = true;
                let before = self.strings.kept();
                // What is cut off is refused by the reader.
                let taken = match kind {
                    0x00FC => self.strings.take(data.get(8..).unwrap_or_default()),
                    _ => self.strings.continued(data),
                };
                self.in_strings = taken.is_some();
                self.hold(self.strings.kept() - before)
            }
            // LabelSst: the cell has a copy, and so has each further copy of the cell.
            0x00FD => self.hold(2 * self.strings.of(u32_at(6)).map_or(0, kept)),
            // Label, RString
            0x0204 | 0x00D6 => self.hold(2 * kept(3 * u64::from(u16_at(6)))),
            // String, of a formula
            0x0207 => self.hold(64 + 2 * kept(3 * u64::from(u16_at(0)))),
            // Formula, Lbl
            0x0006 | 0x0018 => {
                if data.len() > LONGEST {
                    return Err(Fault::Formula);
                }
                self.has_formulas |= kind == 0x0006;
                // A short token may be the name of a sheet in the text of the formula.
                let growth = if length > 256 { 50 } else { 4 };
                self.hold(64 + kept(growth * length))
            }
            _ => Ok(()),
        }
    }

    /// Adds cells from a row and a column to a last column, all counted from 0.
    pub fn add_cells(&mut self, row: u16, first: u16, last: u16) -> Result<(), Fault> {
        let before = self.of_cells();
        self.read += u64::from(last.saturating_sub(first)) + 1;
        self.extent = self.extent.with(row.into(), last.max(first).into());
        let now = self.of_cells();
        if self.held.recount(before, now) { Ok(()) } else { Err(Fault::Held) }
    }

    /// The cells of all sheets together, empty ones between them included.
    pub fn cells(&self) -> u64 {
        self.cells_before + self.extent.cells()
    }

    /// Whether so many bytes fit besides.
    pub fn has_room(&self, bytes: u64) -> bool {
        self.held.has_room(bytes)
    }

    /// Whether something begins wherever a sheet is said to begin.
    pub fn begins_whole(&self) -> bool {
        self.sheets.values().all(|begins| *begins)
    }

    fn hold(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.held.add(bytes) { Ok(()) } else { Err(Fault::Held) }
    }

    /// The cells of a sheet as they are read, and then a value for each cell of the extent, twice.
    fn of_cells(&self) -> u64 {
        let extent = 24 * self.extent.cells();
        let formulas = if self.has_formulas { extent } else { 0 };
        extent + formulas + extent.max(32 * self.read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Book {
        Book::in_file(1_000, Held::within(100_000)).unwrap()
    }

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn a_file_is_in_memory_twice() {
        assert_eq!(Book::in_file(60_000, Held::within(100_000)).err(), Some(Fault::Held));
    }

    #[test]
    fn cells_far_apart_are_all_between_them() {
        assert_eq!(book().add_cells(65_535, 255, 255), Err(Fault::Held));
        assert_eq!(book().add_cells(100, 5, 5), Ok(()));
        let mut repeated = book();
        assert!((0..10_000).any(|_| repeated.add_cells(1, 0, 255).is_err()));
    }

    #[test]
    fn each_cell_has_a_copy_of_its_text() {
        let mut book = book();
        let long = [words(&[1, 0, 1, 0, 5_000]), vec![0], vec![b'a'; 5_000]].concat();
        book.take(0, 0x00FC, &long).unwrap();
        let label = words(&[0, 0, 0, 0, 0]);
        assert_eq!(book.take(0, 0x00FD, &label), Ok(()));
        assert!((0..10).any(|_| book.take(0, 0x00FD, &label).is_err()));
        // What a label claims is what is made room for.
        let mut book = self::book();
        assert_eq!(book.take(0, 0x0204, &words(&[0, 0, 0, 65_535])), Err(Fault::Held));
    }

    #[test]
    fn a_workbook_has_one_table_of_texts() {
        for between in [None, Some(0x003C), Some(0x00FF)] {
            let mut book = book();
            book.take(0, 0x00FC, &[0; 8]).unwrap();
            between.into_iter().for_each(|kind| book.take(12, kind, &[]).unwrap());
            assert_eq!(book.take(16, 0x00FC, &[0; 8]), Err(Fault::Strings), "{between:?}");
        }
    }

    #[test]
    fn sheets_begin_at_places_of_their_own() {
        let mut twice = book();
        twice.take(0, 0x0085, &words(&[64, 0, 0])).unwrap();
        assert_eq!(twice.take(20, 0x0085, &words(&[64, 0, 0])), Err(Fault::Twice));
        let mut whole = book();
        whole.take(0, 0x0085, &words(&[64, 0, 0])).unwrap();
        assert!(!whole.begins_whole());
        whole.take(64, 0x0809, &words(&[0x0600, 0x10])).unwrap();
        assert!(whole.begins_whole());
    }

    #[test]
    fn the_cells_of_all_sheets_add_up() {
        let mut book = book();
        (0..40u16).for_each(|sheet| book.take(0, 0x0085, &words(&[100 * sheet, 0, 0])).unwrap());
        let fits =
            (0..40u64).all(|sheet| book.take(100 * sheet, 0x0809, &[]).is_ok() && book.add_cells(9, 9, 9).is_ok());
        assert!(!fits);
    }

    #[test]
    fn formulas_are_no_longer_than_records_may_be() {
        assert_eq!(book().take(0, 0x0006, &vec![0; LONGEST + 1]), Err(Fault::Formula));
        assert_eq!(book().take(0, 0x0018, &vec![0; LONGEST]), Err(Fault::Held));
        assert_eq!(book().take(0, 0x0006, &[0; 30]), Ok(()));
    }
}
