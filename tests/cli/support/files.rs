//! Files for tests. The people are made up; the numbers are reserved for fiction (555-0100 to 555-0199).

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// A cell of a workbook.
pub enum Cell<'a> {
    Text(&'a str),
    Number(f64),
    Date(u16, u8, u8),
    /// A date with time by its day number in the 1900 system.
    Serial(f64),
    Empty,
}

/// Writes a workbook with one sheet.
pub fn xlsx(path: &Path, rows: &[Vec<Cell<'_>>]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (r, row) in rows.iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            let (r, c) = (r as u32, c as u16);
            match cell {
                Cell::Text(text) => drop(sheet.write_string(r, c, *text).unwrap()),
                Cell::Number(number) => drop(sheet.write_number(r, c, *number).unwrap()),
                Cell::Date(year, month, day) => {
                    let value = ExcelDateTime::from_ymd(*year, *month, *day).unwrap();
                    sheet.write_datetime_with_format(r, c, &value, &date).unwrap();
                }
                Cell::Serial(day) => drop(sheet.write_number_with_format(r, c, *day, &date).unwrap()),
                Cell::Empty => {}
            }
        }
    }
    workbook.save(path).unwrap();
}

/// A CSV of `rows` leads, each with a phone of its own. The numbers are valid but belong to no plan of ours: they
/// exist in memory and temporary files only.
pub fn many_leads(rows: u64, first: u64) -> String {
    let mut text = String::from("First Name,Last Name,Phone,Email,Status,Tags\n");
    for n in first..first + rows {
        let (exchange, line) = (220 + n / 10_000 % 60, n % 10_000);
        let area = [212, 312, 415, 512][(n / 600_000 % 4) as usize];
        text.push_str(&format!("Lead,Number {n},+1{area}{exchange}{line:04},lead{n}@example.com,new,bulk\n"));
    }
    text
}
