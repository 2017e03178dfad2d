//! How long the shared strings of an XLS workbook are (MS-XLS 2.4.265): each cell that names one holds a copy.

use super::kept;

/// The lengths of the strings of a table whose records come one by one, in bytes as a reader holds them.
#[derive(Default)]
pub struct Lengths {
    /// What is awaited next.
    awaits: Awaits,
    lengths: Vec<u32>,
    kept: u64,
}

#[derive(Default, Clone, Copy)]
enum Awaits {
    #[default]
    String,
    /// So many characters, then so many bytes of formats and phonetics.
    Characters {
        left: usize,
        is_wide: bool,
        behind: u64,
    },
    Skip(u64),
}

impl Lengths {
    /// Takes the data of the table's first record, without the two counts at its beginning.
    pub fn take(&mut self, data: &[u8]) -> Option<()> {
        self.follow(data)
    }

    /// Takes the data of a record that continues it.
    pub fn continued(&mut self, data: &[u8]) -> Option<()> {
        match (&mut self.awaits, data) {
            // A string that goes on says anew how wide its characters are.
            (Awaits::Characters { is_wide, .. }, [flags, data @ ..]) => {
                *is_wide = flags & 1 != 0;
                self.follow(data)
            }
            _ => self.follow(data),
        }
    }

    /// The length of a string; `None` when there is no such one.
    pub fn of(&self, string: u32) -> Option<u64> {
        self.lengths.get(string as usize).map(|length| u64::from(*length))
    }

    /// What all strings take in memory.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// `None` where a string is cut off: the reader refuses it.
    fn follow(&mut self, mut data: &[u8]) -> Option<()> {
        while !data.is_empty() {
            match self.awaits {
                Awaits::String => {
                    let (&[low, high, flags], rest) = data.split_first_chunk()?;
                    data = rest;
                    let count = u16::from_le_bytes([low, high]);
                    let mut behind = 0;
                    if flags & 8 != 0 {
                        let (runs, rest) = data.split_first_chunk()?;
                        (behind, data) = (4 * u64::from(u16::from_le_bytes(*runs)), rest);
                    }
                    if flags & 4 != 0 {
                        let (size, rest) = data.split_first_chunk()?;
                        // What is below zero is a size without end, which the reader refuses.
                        (behind, data) = (behind + u64::from(u32::from_le_bytes(*size)), rest);
                    }
                    let is_wide = flags & 1 != 0;
                    // In UTF-8 a character may take up to three bytes.
                    let length = u32::from(count) * if is_wide { 3 } else { 2 };
                    self.lengths.push(length);
                    self.kept += 24 + kept(length.into());
                    self.awaits = Awaits::Characters { left: count.into(), is_wide, behind };
                }
                Awaits::Characters { left, is_wide, behind } => {
                    let width = if is_wide { 2 } else { 1 };
                    let taken = left.min(data.len() / width);
                    // Half a character at the end is passed over.
                    data = if taken < left { &[] } else { data.get(taken * width..).unwrap_or_default() };
                    self.awaits = Awaits::Characters { left: left - taken, is_wide, behind };
                }
                Awaits::Skip(left) => {
                    let taken = left.min(data.len() as u64);
                    data = data.get(taken as usize..).unwrap_or_default();
                    self.awaits = Awaits::Skip(left - taken);
                }
            }
            self.awaits = match self.awaits {
                Awaits::Characters { left: 0, behind, .. } if behind > 0 => Awaits::Skip(behind),
                Awaits::Characters { left: 0, .. } | Awaits::Skip(0) => Awaits::String,
                awaits => awaits,
            };
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_are_measured_across_records() {
        let mut lengths = Lengths::default();
        // `abc`, an empty one, and a wide one with a run, of which the second character stands in the next record.
        lengths.take(&[3, 0, 0, b'a', b'b', b'c', 0, 0, 0, 2, 0, 9, 1, 0, 0xAC, 0x20]).unwrap();
        lengths.continued(&[0, b'x', 1, 2, 3, 4, 1, 0, 0, b'y']).unwrap();
        assert_eq!([0, 1, 2, 3, 4].map(|string| lengths.of(string)), [Some(6), Some(0), Some(6), Some(2), None]);
    }

    #[test]
    fn what_is_cut_off_is_told() {
        assert_eq!(Lengths::default().take(&[3, 0]), None);
        assert_eq!(Lengths::default().take(&[3, 0, 8, 1]), None);
        assert_eq!(Lengths::default().take(&[3, 0, 4, 1, 0]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..6)) {
            let mut lengths = Lengths::default();
            let _ = records.iter().try_for_each(|record| lengths.continued(record));
        }
    }
}
