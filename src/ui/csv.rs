//! CSV output that is safe to open in a spreadsheet.

use super::escape::{self, Safe};
use crate::domain::formula::mark_text;

/// One line of CSV. Cells that a spreadsheet would run as formulas are marked as text; our import undoes that.
pub fn line<'a>(cells: impl Iterator<Item = &'a str>) -> Safe {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = cells.map(mark_text).try_for_each(|cell| writer.write_field(escape::csv_cell(&cell).as_bytes()));
    // Writing to memory cannot fail.
    let _ = written.and_then(|()| writer.write_record(None::<&[u8]>));
    Safe::rendered(String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn formulas_are_marked_and_phones_are_not() {
        let cells = ["=HYPERLINK(\"http://x\")", "+12125550142", "a,b", "x\x1b[0m"];
        let text = line(cells.into_iter());
        assert_eq!(text.as_str(), "\"'=HYPERLINK(\"\"http://x\"\")\",+12125550142,\"a,b\",x\\u{1b}[0m\n");
    }
}
