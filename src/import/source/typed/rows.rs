//! Cells of a sheet put together to rows, as text, with what they are.

use calamine::{DataRef, ExcelDateTime};

use super::Look;
use super::format::Shape;
use crate::import::row::{CellKind, Row};

/// Puts cells, which come one by one, together to rows.
pub struct RowAssembler {
    /// The columns of the header: beyond them only cells with text are kept, one after the other.
    width: usize,
    row: Option<Row>,
    beyond: Vec<(u32, CellKind, String)>,
    /// Cells that stand in the file before others to their left.
    early: Vec<(u32, CellKind, String)>,
    /// What the cells take that are kept aside.
    aside: usize,
}

impl RowAssembler {
    /// Rows below a header of so many columns.
    pub fn below(width: usize) -> RowAssembler {
        RowAssembler { width, row: None, beyond: Vec::new(), early: Vec::new(), aside: 0 }
    }

    /// Takes a cell; returns the row before when the cell begins another. Rows without text are passed over.
    pub fn add(&mut self, (row, column): (u32, u32), value: &DataRef<'_>, look: Look<'_>) -> Option<Row> {
        let number = u64::from(row) + 1;
        let before = match &self.row {
            Some(current) if current.number == number => None,
            _ => {
                let before = self.finish();
                self.row = Some(Row::new(number));
                before
            }
        };
        let is_formula = matches!(look, Look::Formula);
        if let Some(current) = &mut self.row
            && (is_formula || !matches!(value, DataRef::Empty))
        {
            let is_beyond = column as usize >= self.width;
            if is_beyond || current.len() > column as usize {
                // The row is put together at its end.
                let mut alone = Row::default();
                push_value(&mut alone, value, look);
                let kept = if is_beyond { &mut self.beyond } else { &mut self.early };
                if !is_beyond || !alone.is_blank() {
                    self.aside += alone.text_len() + size_of::<(u32, CellKind, String)>();
                    kept.push((column, alone.kind(0), alone.cell(0).to_owned()));
                }
                return before;
            }
            while current.len() < column as usize {
                current.push("");
            }
            push_value(current, value, look);
        }
        before
    }

    /// About how many bytes the row at hand takes.
    pub fn size(&self) -> usize {
        self.row.as_ref().map_or(0, Row::text_len) + self.aside
    }

    pub fn finish(&mut self) -> Option<Row> {
        self.aside = 0;
        let row = self.row.take()?;
        let mut row = match self.early.is_empty() {
            true => row,
            false => self.in_order(&row),
        };
        if !self.beyond.is_empty() {
            self.push_beyond(&mut row);
        }
        Some(row).filter(|row| !row.is_blank())
    }

    /// Adds what stands beyond the header: texts, then formulas without a result, which have none.
    fn push_beyond(&mut self, row: &mut Row) {
        self.beyond.sort_by_key(|(column, _, text)| (text.is_empty(), *column));
        while row.len() < self.width {
            row.push("");
        }
        row.beyond = self.beyond.first().map(|(column, ..)| *column);
        self.beyond.drain(..).for_each(|(_, kind, text)| row.push_as(kind, &text));
    }

    /// The row with the cells that came too late at their places; of two cells in one place the first one counts, unless it
    /// is empty.
    fn in_order(&mut self, row: &Row) -> Row {
        self.early.sort_by_key(|(column, ..)| *column);
        let mut late = std::mem::take(&mut self.early).into_iter().peekable();
        let mut whole = Row::new(row.number);
        for index in 0..row.len() {
            let (mut kind, mut text) = (row.kind(index), row.cell(index).to_owned());
            while let Some((_, late_kind, late_text)) = late.next_if(|(column, ..)| *column as usize == index) {
                if text.is_empty() && kind == CellKind::Text {
                    (kind, text) = (late_kind, late_text);
                }
            }
            whole.push_as(kind, &text);
        }
        whole
    }
}

/// The text of a cell: numbers without `.0`, dates as ISO 8601, errors by their name.
fn push_value(row: &mut Row, value: &DataRef<'_>, look: Look<'_>) {
    let symbol = match look {
        Look::Formula => return row.push_as(CellKind::Formula, ""),
        Look::Shaped(Shape::Money(symbol)) => Some(*symbol),
        _ => None,
    };
    let number = CellKind::Number(symbol);
    match value {
        DataRef::Empty => row.push(""),
        DataRef::String(text) => row.push(text),
        DataRef::SharedString(text) => row.push(text),
        DataRef::Int(whole) => match shown_digits(*whole as f64, look) {
            Some(text) => row.push_as(number, &text),
            None => row.push_as(number, &whole.to_string()),
        },
        DataRef::Float(float) => match shown_digits(*float, look) {
            Some(text) => row.push_as(number, &text),
            None => row.push_as(number, &shown_number(*float)),
        },
        DataRef::Bool(flag) => row.push_as(CellKind::Boolean, if *flag { "TRUE" } else { "FALSE" }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => row.push_as(CellKind::Date, text),
        DataRef::Error(error) => row.push(&error.to_string()),
        DataRef::DateTime(time) if time.is_datetime() => row.push_as(CellKind::Date, &shown_time(time, look)),
        DataRef::DateTime(time) => row.push_as(CellKind::Date, &time.as_f64().to_string()),
    }
}

/// The text that a sheet shows for a number of fixed digits.
fn shown_digits(number: f64, look: Look<'_>) -> Option<String> {
    match look {
        Look::Shaped(shape) => shape.shown(number),
        Look::Shown(text) => Some(text.to_owned()),
        Look::Plain | Look::Formula => None,
    }
}

/// A date as ISO 8601, with its time unless that is midnight. Day 0, which is none, as spreadsheets show it; days that they
/// cannot show as numbers.
fn shown_time(time: &ExcelDateTime, look: Look<'_>) -> String {
    /// The 31st of December 9999.
    const LAST_DAY: f64 = 2_958_466.0;
    let serial = time.as_f64();
    if !(0.0..LAST_DAY).contains(&serial) {
        return serial.to_string();
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let is_no_day = year < 1900;
    let clock = match milli {
        0 if is_no_day => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    let date = match is_no_day {
        true if matches!(look, Look::Shaped(Shape::Clock)) => return clock,
        true => "1900-01-00".to_owned(),
        false => format!("{year:04}-{month:02}-{day:02}"),
    };
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        _ => format!("{date}T{clock}"),
    }
}

/// A number as a spreadsheet shows it: without exponent, and a fraction with at most 15 significant digits, which hides
/// what binary fractions leave behind. A whole number keeps every digit: it may be an id.
pub fn shown_number(number: f64) -> String {
    let exact = number.to_string();
    match exact.bytes().filter(u8::is_ascii_digit).count() {
        _ if number.fract() == 0.0 => exact,
        ..=15 => exact,
        _ => format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::symbol::Symbol;

    #[test]
    fn numbers_are_shown_as_in_a_spreadsheet() {
        assert_eq!(
            [12125550142.0, 1250.5, 0.1 + 0.2, 1234567890123456.0, -3.0].map(shown_number),
            ["12125550142", "1250.5", "0.3", "1234567890123456", "-3"]
        );
    }

    #[test]
    fn rows_are_put_together_and_gaps_filled() {
        let mut rows = RowAssembler::below(8);
        assert!(rows.add((0, 1), &DataRef::Float(12125550142.0), Look::Plain).is_none());
        assert!(rows.add((0, 3), &DataRef::Bool(true), Look::Plain).is_none());
        let first = rows.add((4, 0), &DataRef::Empty, Look::Plain).unwrap();
        assert_eq!((first.number, first.cells().collect::<Vec<_>>()), (1, vec!["", "12125550142", "", "TRUE"]));
        assert_eq!(
            [1, 2, 3].map(|index| first.kind(index)),
            [CellKind::Number(None), CellKind::Text, CellKind::Boolean]
        );
        assert!(rows.finish().is_none());
    }

    #[test]
    fn what_stands_far_beyond_the_header_is_kept_without_what_is_empty_before_it() {
        for columns in [vec![0, 16_383], vec![16_383, 0], vec![16_383, 9, 0], vec![2, 1, 0, 16_383, 700]] {
            let mut rows = RowAssembler::below(2);
            columns.iter().for_each(|&column| {
                rows.add((1, column), &DataRef::Int(column.into()), Look::Plain);
                rows.add((1, 8_000), &DataRef::SharedString(" "), Look::Plain);
                rows.add((1, 20), &DataRef::Empty, Look::Formula);
            });
            let row = rows.finish().unwrap();
            let mut beyond: Vec<u32> = columns.iter().copied().filter(|column| *column >= 2).collect();
            beyond.sort_unstable();
            let told: Vec<String> = beyond.iter().map(u32::to_string).collect();
            let kept: Vec<&str> = row.cells().skip(2).filter(|cell| !cell.is_empty()).collect();
            assert_eq!((row.beyond, kept), (beyond.first().copied(), told.iter().map(String::as_str).collect()));
            assert!(row.len() <= 10, "{columns:?}: {}", row.len());
        }
        let mut rows = RowAssembler::below(2);
        rows.add((1, 9), &DataRef::SharedString(" "), Look::Plain);
        assert!(rows.finish().is_none());
        rows.add((2, 9), &DataRef::Empty, Look::Formula);
        assert!(rows.finish().is_some_and(|row| row.beyond == Some(9)));
    }

    #[test]
    fn cells_say_what_they_are() {
        let one = |value: DataRef<'_>, look: Look<'_>| {
            let mut row = Row::new(1);
            push_value(&mut row, &value, look);
            (row.cell(0).to_owned(), row.kind(0))
        };
        let euro = Shape::of("#,##0.00 \"€\"", None);
        assert_eq!(one(DataRef::Float(99.5), Look::Shaped(&euro)), ("99.5".into(), CellKind::Number(Symbol::of("€"))));
        let postal = Shape::of("00000", None);
        assert_eq!(one(DataRef::Int(2035), Look::Shaped(&postal)), ("02035".into(), CellKind::Number(None)));
        assert_eq!(one(DataRef::Float(2035.0), Look::Shown("02035")), ("02035".into(), CellKind::Number(None)));
        assert_eq!(one(DataRef::SharedString("2035"), Look::Shaped(&postal)), ("2035".into(), CellKind::Text));
        assert_eq!(one(DataRef::Empty, Look::Formula), (String::new(), CellKind::Formula));
        assert_eq!(one(DataRef::Float(0.0), Look::Formula), (String::new(), CellKind::Formula));
    }

    #[test]
    fn days_that_are_none_are_no_dates() {
        let day = |serial, is_1904, look: Look<'_>| shown_time(&ExcelDateTime::new(serial, DateTime, is_1904), look);
        assert_eq!(day(45731.5, false, Look::Plain), "2025-03-15T12:00:00.000");
        assert_eq!(day(0.0, false, Look::Plain), "1900-01-00");
        assert_eq!(day(0.5, false, Look::Plain), "1900-01-00T12:00:00");
        assert_eq!(day(0.5, false, Look::Shaped(&Shape::Clock)), "12:00:00");
        assert_eq!(day(-5.0, false, Look::Plain), "-5");
        assert_eq!(day(3e9, false, Look::Plain), "3000000000");
        assert_eq!(day(0.0, true, Look::Plain), "1904-01-01");
    }

    proptest! {
        /// Whatever the order in which the cells of a row stand in the file, the row is the same.
        #[test]
        fn the_order_of_cells_does_not_matter(columns in Just((0u32..8).collect::<Vec<_>>()).prop_shuffle(), kept in 1usize..8) {
            let kept = &columns[..kept];
            let row_of = |columns: &[u32]| {
                let mut rows = RowAssembler::below(8);
                for column in columns {
                    rows.add((1, *column), &DataRef::Float(f64::from(*column) + 0.5), Look::Plain);
                }
                let row = rows.finish().unwrap();
                (0..8).map(|index| (row.cell(index).to_owned(), row.kind(index))).collect::<Vec<_>>()
            };
            let mut sorted = kept.to_vec();
            sorted.sort_unstable();
            prop_assert_eq!(row_of(kept), row_of(&sorted));
        }
    }
}
