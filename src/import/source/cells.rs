//! Cells of a sheet: put together to rows, as text, with their addresses.

use calamine::DataRef;

use crate::import::row::Row;

/// Puts cells, which come one by one, together to rows.
#[derive(Default)]
pub(super) struct RowAssembler {
    row: Option<Row>,
}

impl RowAssembler {
    /// Takes a cell; returns the row before when the cell begins another. Rows without text are passed over.
    pub fn add(&mut self, (row, column): (u32, u32), value: &DataRef<'_>) -> Option<Row> {
        let number = u64::from(row) + 1;
        let before = match &self.row {
            Some(current) if current.number == number => None,
            _ => self.row.replace(Row::new(number)).filter(|row| !row.is_blank()),
        };
        if let Some(current) = &mut self.row
            && !matches!(value, DataRef::Empty)
        {
            while current.len() < column as usize {
                current.push("");
            }
            if current.len() == column as usize {
                push_value(current, value);
            }
        }
        before
    }

    pub fn finish(&mut self) -> Option<Row> {
        self.row.take().filter(|row| !row.is_blank())
    }
}

/// The text of a cell: numbers without `.0`, dates as ISO 8601, errors by their name.
fn push_value(row: &mut Row, value: &DataRef<'_>) {
    match value {
        DataRef::Empty => row.push(""),
        DataRef::String(text) => row.push(text),
        DataRef::SharedString(text) => row.push(text),
        DataRef::Int(number) => row.push(&number.to_string()),
        DataRef::Float(number) => row.push(&shown_number(*number)),
        DataRef::Bool(flag) => row.push(if *flag { "TRUE" } else { "FALSE" }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => row.push(text),
        DataRef::Error(error) => row.push(&error.to_string()),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
            if (hour, minute, second, milli) == (0, 0, 0, 0) {
                row.push(&format!("{year:04}-{month:02}-{day:02}"));
            } else {
                row.push(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}"));
            }
        }
        DataRef::DateTime(time) => row.push(&time.as_f64().to_string()),
    }
}

/// A number as a spreadsheet shows it: without exponent, and a fraction with at most 15 significant digits, which hides
/// what binary fractions leave behind. A whole number keeps every digit: it may be an id.
fn shown_number(number: f64) -> String {
    let exact = number.to_string();
    match exact.bytes().filter(u8::is_ascii_digit).count() {
        _ if number.fract() == 0.0 => exact,
        ..=15 => exact,
        _ => format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string(),
    }
}

/// The address of a cell as a spreadsheet names it: `Sheet1!D17`, `'My leads'!D17`. The column counts from 0.
pub(super) fn cell_address(sheet: &str, column: usize, row: u64) -> String {
    let plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_') && !sheet.starts_with(|c: char| c.is_numeric());
    match plain {
        true => format!("{sheet}!{}{row}", column_letters(column)),
        false => format!("'{}'!{}{row}", sheet.replace('\'', "''"), column_letters(column)),
    }
}

/// The letters by which a spreadsheet names a column: 0 is A, 26 is AA.
pub(super) fn column_letters(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (index % 26) as u8);
        match index / 26 {
            0 => break,
            rest => index = rest - 1,
        }
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702].map(column_letters), ["A", "Z", "AA", "ZZ", "AAA"]);
        assert_eq!(cell_address("Sheet1", 3, 17), "Sheet1!D17");
        assert_eq!(cell_address("Bob's leads", 0, 2), "'Bob''s leads'!A2");
    }

    #[test]
    fn numbers_are_shown_as_in_a_spreadsheet() {
        assert_eq!(
            [12125550142.0, 1250.5, 0.1 + 0.2, 1234567890123456.0, -3.0].map(shown_number),
            ["12125550142", "1250.5", "0.3", "1234567890123456", "-3"]
        );
    }

    #[test]
    fn rows_are_put_together_and_gaps_filled() {
        let mut rows = RowAssembler::default();
        assert!(rows.add((0, 1), &DataRef::Float(12125550142.0)).is_none());
        assert!(rows.add((0, 3), &DataRef::Bool(true)).is_none());
        let first = rows.add((4, 0), &DataRef::Empty).unwrap();
        assert_eq!((first.number, first.cells().collect::<Vec<_>>()), (1, vec!["", "12125550142", "", "TRUE"]));
        assert!(rows.finish().is_none());
    }
}
