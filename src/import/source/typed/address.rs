//! Cells of a sheet by their addresses.

/// The address of a cell as a spreadsheet names it: `Sheet1!D17`, `'My leads'!D17`. The column counts from 0.
pub fn cell_address(sheet: &str, column: usize, row: u64) -> String {
    let plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_') && !sheet.starts_with(|c: char| c.is_numeric());
    match plain {
        true => format!("{sheet}!{}{row}", column_letters(column)),
        false => format!("'{}'!{}{row}", sheet.replace('\'', "''"), column_letters(column)),
    }
}

/// The letters by which a spreadsheet names a column: 0 is A, 26 is AA.
pub fn column_letters(mut index: usize) -> String {
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
}
