//! What is special of the sheets of an XLS workbook (MS-XLS 2.4), from its records.

use std::collections::HashMap;

use rustc_hash::FxHashSet;

use super::format::Shape;
use super::{Extras, Merged};

/// Takes the records of a workbook as they come.
#[derive(Default)]
pub struct Collector {
    /// Whether a program wrote the file that stores no results: what it stores then is that of an empty text.
    stores_no_results: bool,
    /// Where the sheets begin, in the order of the workbook.
    begins: Vec<u32>,
    sheets: Vec<Extras>,
    /// The sheet whose records come.
    current: Option<usize>,
    is_old: bool,
    codes: HashMap<u16, String>,
    /// What the cells of each format (XF) are shaped like.
    shapes: Vec<Shape>,
    hidden: FxHashSet<u32>,
}

impl Collector {
    pub fn new(stores_no_results: bool) -> Collector {
        Collector { stores_no_results, ..Collector::default() }
    }

    /// Takes a record that begins at a byte of its stream.
    pub fn take(&mut self, at: u64, kind: u16, data: &[u8]) {
        match kind {
            // BOF: which sheet is told by its place; the first one is the workbook's, and tells the version.
            0x0809 => {
                self.current = self.begins.iter().position(|begin| u64::from(*begin) == at);
                self.is_old |= u16_at(data, 0) != Some(0x0600);
                self.hidden.clear();
            }
            _ if self.is_old => {}
            // BoundSheet8
            0x0085 => {
                self.begins.extend(u32_at(data, 0));
                self.sheets.resize_with(self.begins.len(), Extras::default);
            }
            // Format
            0x041E => drop(u16_at(data, 0).zip(text_at(data, 2)).map(|(number, code)| self.codes.insert(number, code))),
            // XF
            0x00E0 => {
                let number = u16_at(data, 2).unwrap_or(0);
                let shape = self.codes.get(&number).map(|code| Shape::of(code, Some(number.into())));
                self.shapes.push(shape.unwrap_or(Shape::General));
            }
            _ => self.take_of_sheet(kind, data),
        }
    }

    /// The extras of the sheets, in the order of the workbook.
    pub fn finish(self) -> Vec<Extras> {
        self.sheets
    }

    fn take_of_sheet(&mut self, kind: u16, data: &[u8]) {
        let Some(extras) = self.current.and_then(|sheet| self.sheets.get_mut(sheet)) else { return };
        let (Some(first), Some(second)) = (u16_at(data, 0), u16_at(data, 2)) else { return };
        let position = (u32::from(first), u32::from(second));
        let mut shape = |position: (u32, u32), format: Option<u16>| {
            let shape = format.and_then(|format| self.shapes.get(usize::from(format)));
            if let Some(shape) = shape.filter(|shape| **shape != Shape::General) {
                extras.shape(position, shape);
            }
        };
        match kind {
            // Number, RK, Formula
            0x0203 | 0x027E | 0x0006 => {
                shape(position, u16_at(data, 4));
                // The result is an empty text.
                if kind == 0x0006
                    && self.stores_no_results
                    && data.get(6) == Some(&3)
                    && u16_at(data, 12) == Some(0xFFFF)
                {
                    extras.formulas.insert(position);
                }
            }
            // MulRk: a format and a number for each column.
            0x00BD => {
                let columns = data.len().saturating_sub(6) / 6;
                for (column, place) in (position.1..).zip(0..columns) {
                    shape((position.0, column), u16_at(data, 4 + 6 * place));
                }
            }
            // Row
            0x0208 if u16_at(data, 12).is_some_and(|flags| flags & 0x20 != 0) => drop(self.hidden.insert(position.0)),
            // MergeCells: a count, then ranges.
            0x00E5 => {
                for place in 0..usize::from(first) {
                    let at = |offset| u16_at(data, 2 + 8 * place + offset).map(u32::from);
                    let (Some(top), Some(bottom), Some(left), Some(right)) = (at(0), at(2), at(4), at(6)) else {
                        break;
                    };
                    extras.merged.push(Merged { rows: (top, bottom), columns: (left, right) });
                }
            }
            _ => {}
        }
        // Rows are told before their cells.
        if matches!(kind, 0x0203 | 0x027E | 0x0006 | 0x00BD | 0x00FD | 0x0204 | 0x0205)
            && self.hidden.remove(&position.0)
        {
            extras.hidden.push(position.0);
        }
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// A text with its length before it (XLUnicodeString): one byte for each character, or two.
fn text_at(data: &[u8], at: usize) -> Option<String> {
    let length = usize::from(u16_at(data, at)?);
    let is_wide = data.get(at + 2)? & 1 != 0;
    let bytes = data.get(at + 3..)?;
    Some(match is_wide {
        true => {
            let units: Vec<u16> = bytes.get(..2 * length)?.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).collect();
            String::from_utf16_lossy(&units)
        }
        false => bytes.get(..length)?.iter().map(|byte| char::from(*byte)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// A workbook of one sheet that begins at byte 500, with an everyday format and one of fixed digits.
    fn extras(stores_no_results: bool, records: &[(u16, Vec<u8>)]) -> Extras {
        let mut collector = Collector::new(stores_no_results);
        collector.take(0, 0x0809, &words(&[0x0600, 5]));
        collector.take(20, 0x041E, &[words(&[164, 5]), vec![0], b"00000".to_vec()].concat());
        collector.take(30, 0x00E0, &words(&[0, 0]));
        collector.take(40, 0x00E0, &words(&[0, 164]));
        collector.take(50, 0x0085, &words(&[500, 0, 0]));
        collector.take(500, 0x0809, &words(&[0x0600, 0x10]));
        records.iter().for_each(|(kind, data)| collector.take(510, *kind, data));
        collector.finish().remove(0)
    }

    #[test]
    fn formats_hidden_rows_and_merged_cells() {
        let found = extras(
            false,
            &[
                (0x0208, words(&[3, 0, 0, 0, 0, 0, 0x20, 0])),
                (0x0208, words(&[4, 0, 0, 0, 0, 0, 0x20, 0])),
                (0x0203, words(&[3, 1, 1, 0, 0, 0, 0])),
                (0x027E, words(&[5, 2, 0, 0, 0])),
                (0x00BD, words(&[6, 1, 0, 0, 0, 1, 0, 0, 2])),
                (0x00E5, words(&[1, 1, 3, 0, 0])),
            ],
        );
        assert_eq!(found.hidden, [3]);
        assert_eq!(found.merged, [Merged { rows: (1, 3), columns: (0, 0) }]);
        let mut shaped: Vec<_> = found.shaped.keys().copied().collect();
        shaped.sort_unstable();
        assert_eq!((shaped, found.shapes.len()), (vec![(3, 1), (6, 2)], 1));
    }

    #[test]
    fn formulas_whose_result_nobody_stored() {
        let formula = || (0x0006, words(&[2, 1, 0, 3, 0, 0, 0xFFFF, 0, 0, 0]));
        assert_eq!(extras(true, &[formula()]).formulas.len(), 1);
        assert_eq!(extras(false, &[formula()]).formulas.len(), 0);
        let number = (0x0006, words(&[2, 1, 0, 0, 0, 0, 0x3FF0, 0, 0, 0]));
        assert_eq!(extras(true, &[number]).formulas.len(), 0);
    }

    #[test]
    fn texts_of_either_width() {
        assert_eq!(text_at(&[2, 0, 0, b'a', b'b'], 0).as_deref(), Some("ab"));
        assert_eq!(text_at(&[1, 0, 1, 0xAC, 0x20], 0).as_deref(), Some("€"));
        assert_eq!(text_at(&[9, 0, 1, 0xAC], 0), None);
    }
}
