//! Whether a line inside a quoted cell is a row of its own.

use crate::domain::email::Email;
use crate::domain::time::datetime;
use crate::import::vocabulary::email::email_column;
use crate::import::vocabulary::phone::phone_column;

/// What a cell is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Phone,
    Email,
    /// A day or a month.
    Date,
    Number,
    Text,
}

/// How the rows of a sheet look: their number of cells, and what each column holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks {
    columns: Vec<Option<Look>>,
    /// Whether spaces follow the delimiters, as they do in prose.
    spaced: bool,
}

/// Learns what the rows of a sheet look like.
pub(super) struct Learning {
    columns: Vec<Column>,
    spaced: bool,
}

/// What one column looks like.
#[derive(Default)]
struct Column {
    by_header: Option<Look>,
    /// What all its cells are that are not blank.
    cells: Option<Look>,
}

impl Learning {
    /// Begins with the cells of the header.
    pub fn new<'a>(header: impl Iterator<Item = &'a str>) -> Learning {
        let column = |name: &str| {
            let phone = phone_column(name).map(|_| Look::Phone);
            Column { by_header: phone.or_else(|| email_column(name).map(|_| Look::Email)), cells: None }
        };
        let cells: Vec<&str> = header.collect();
        Learning {
            columns: cells.iter().map(|name| column(name)).collect(),
            spaced: is_spaced(cells.iter().map(|cell| cell.as_bytes())),
        }
    }

    pub fn take<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        let cells: Vec<&str> = cells.collect();
        self.spaced |= is_spaced(cells.iter().map(|cell| cell.as_bytes()));
        for (cell, column) in cells.into_iter().zip(&mut self.columns) {
            column.cells = match (column.cells, look(cell)) {
                (before, None) => before,
                (None, now) => now,
                (Some(before), Some(now)) => Some(if before == now { now } else { Look::Text }),
            };
        }
    }

    pub fn finish(self) -> Looks {
        let columns = self.columns.into_iter().map(|column| column.by_header.or(column.cells)).collect();
        Looks { columns, spaced: self.spaced }
    }
}

impl Looks {
    /// How many cells the header has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Whether the lines of a record that spans several are rows beyond doubt: one in its middle, or the first and the
    /// last. Of a record that is ragged one is enough.
    pub fn are_rows(&self, lines: &[&[u8]], delimiter: u8, ragged: bool) -> bool {
        let [first, inner @ .., last] = lines else { return false };
        let cells = |line: &[u8]| self.cells(line, delimiter);
        let is_row = |line: &[u8]| cells(line).is_some_and(|cells| self.is_row(&cells));
        if inner.iter().any(|line| is_row(line)) {
            return true;
        }
        match (is_row(first), is_row(last)) {
            (true, true) => true,
            (false, false) => {
                !self.knows_people() && cells(first).zip(cells(last)).is_some_and(|(first, last)| alike(&first, &last))
            }
            _ => ragged,
        }
    }

    /// Whether a row stands for itself, and is no rest of one that was cut: somebody is named where the sheet names people,
    /// or what all its cells are fits their columns, and one of them is more than text.
    pub fn is_row_of_its_own<'a>(&self, cells: impl Iterator<Item = &'a str>) -> bool {
        let cells: Vec<Option<Look>> = cells.map(look).collect();
        let pairs = || cells.iter().zip(&self.columns).filter_map(|(cell, column)| Some(((*cell)?, (*column)?)));
        let typed = || pairs().filter(|(_, column)| *column != Look::Text);
        typed().any(|(cell, column)| cell == column && matches!(cell, Look::Phone | Look::Email))
            || (typed().next().is_some() && typed().all(|(cell, column)| cell == column))
    }

    fn knows_people(&self) -> bool {
        self.columns.iter().any(|column| matches!(column, Some(Look::Phone | Look::Email)))
    }

    /// What the cells of a line are, if it has as many as the header and is not written like prose.
    fn cells(&self, line: &[u8], delimiter: u8) -> Option<Vec<Option<Look>>> {
        let cells = || line.split(|byte| *byte == delimiter);
        let is_prose = !self.spaced && is_spaced(cells());
        (cells().count() == self.columns.len() && !is_prose)
            .then(|| cells().map(|cell| look(&String::from_utf8_lossy(cell))).collect())
    }

    /// Whether somebody is named where the sheet names people, or, where it names none, a day and an amount stand in
    /// their columns.
    fn is_row(&self, cells: &[Option<Look>]) -> bool {
        let pairs = || cells.iter().zip(&self.columns).filter_map(|(cell, column)| Some(((*cell)?, (*column)?)));
        let fits = |what: Look| pairs().any(|(cell, column)| cell == what && column == what);
        match self.knows_people() {
            true => fits(Look::Phone) || fits(Look::Email),
            false => {
                let typed = || pairs().filter(|(_, column)| *column != Look::Text);
                fits(Look::Date) && typed().count() > 1 && typed().all(|(cell, column)| cell == column)
            }
        }
    }
}

/// Whether two lines of a sheet about whose people nothing is known have the same kinds of cells, somebody's or a day
/// and an amount among them.
fn alike(first: &[Option<Look>], last: &[Option<Look>]) -> bool {
    let pairs = || first.iter().zip(last).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
    let both = |what: Look| pairs().any(|(a, b)| a == what && b == what);
    pairs().all(|(a, b)| a == b) && (both(Look::Phone) || both(Look::Email) || (both(Look::Date) && both(Look::Number)))
}

/// Whether a space follows every delimiter.
fn is_spaced<'a>(cells: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut behind = cells.skip(1).peekable();
    behind.peek().is_some() && behind.all(|cell| cell.starts_with(b" "))
}

/// Whether a line holds a number that could be a phone's, or an email.
pub(super) fn names_somebody(line: &[u8]) -> bool {
    line.contains(&b'@') || line.iter().filter(|byte| byte.is_ascii_digit()).count() >= 7
}

/// What a cell is, quotes aside; `None` of a blank one.
fn look(cell: &str) -> Option<Look> {
    let bare = cell.replace('"', "");
    let text = bare.trim();
    if text.is_empty() {
        return None;
    }
    Some(match () {
        () if datetime::is_date(text) || is_month(text) => Look::Date,
        () if text.contains('@') && Email::parse(text).is_ok() => Look::Email,
        () if text.split([';', '|']).all(is_phone) => Look::Phone,
        () if text.contains(|c: char| c.is_ascii_digit())
            && text.chars().filter(|c| c.is_alphabetic()).count() == 0 =>
        {
            Look::Number
        }
        () => Look::Text,
    })
}

/// Seven to fifteen digits with what is written between them, perhaps an extension; no postal code.
fn is_phone(text: &str) -> bool {
    let text = text.trim().trim_start_matches('\'').to_lowercase();
    let number = text.split(['x', 'e', '#']).next().unwrap_or_default().trim();
    let extension = text.get(number.len()..).unwrap_or_default().trim();
    let is_extension = extension.len() < 12 && !extension.contains(['@', '+', '.']) || extension.starts_with("ext.");
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_postal = digits == 9 && number.as_bytes().get(5) == Some(&b'-') && number.len() == 10;
    let is_written = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-().\u{2011}\u{2013}/".contains(c);
    (7..=15).contains(&digits) && number.chars().all(is_written) && is_extension && !is_postal
}

/// `2026-03`, `03/2026`.
fn is_month(text: &str) -> bool {
    let parts = text.split_once(['-', '/', '.']);
    let is_of = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    parts.is_some_and(|(a, b)| (is_of(a, 4) && is_of(b, 2)) || (is_of(a, 2) && is_of(b, 4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(header: &str, rows: &[&str]) -> Looks {
        let mut learning = Learning::new(header.split(','));
        rows.iter().for_each(|row| learning.take(row.split(',')));
        learning.finish()
    }

    fn are_rows(looks: &Looks, record: &str) -> bool {
        looks.are_rows(&record.split('\n').map(str::as_bytes).collect::<Vec<_>>(), b',', false)
    }

    #[test]
    fn swallowed_rows_are_told_from_notes() {
        let rows = ["Ann Roe,Roe Inc,+12125550142", "Bob Low,,212-555-0143"];
        for phones in [looks("Name,Company,Phone", &rows), looks("A,B,C", &rows), looks("Name,Company,Phone", &[])] {
            assert!(are_rows(&phones, "Ann Roe,\"Roe Inc,+12125550142\nCy Dey,Dey\",+12125550144"));
            assert!(are_rows(&phones, "Ann Roe,\"Roe\nBob Low,Low,+12125550143\nand so\",+12125550144"));
            assert!(are_rows(&phones, "\"Ann Roe,x,+12125550142\nBob\",Low,+12125550144"));
            assert!(!are_rows(&phones, "Ann Roe,\"line1\nline2, with commas\",+12125550142"));
            assert!(!are_rows(&phones, "Ann Roe,\"Dear Ann, and Bob\nline, two\",+12125550142"));
        }
        let notes = looks("Phone,Note", &["+12125550142,met at the fair", "+12125550143,"]);
        assert!(!are_rows(&notes, "+12125550142,\"line1\nline2, with commas\nline3, too\""));
        assert!(are_rows(&notes, "+12125550142,\"line1\n+12125550143,line2\""));
    }

    #[test]
    fn lines_of_a_note_with_as_many_commas_are_no_rows() {
        for (header, rows, record) in [
            ("Phone,Reason", vec![], "212-555-0142,\"call log:\n10:30, no answer\n11:45, asked to stop\""),
            ("Phone,Reason", vec![], "212-555-0142,\"call log:\n10:30,no answer\n2026-03-04,asked to stop\""),
            ("Phone,Reason", vec!["212-555-0143,x"], "212-555-0142,\"log\n12125550143, called twice\nend\""),
            ("Name,Address,Phone", vec![], "Bob,\"1 A St\nNYC, NY, 10001\nUSA\",+12125550142"),
            ("Name,Address,Phone", vec![], "Bob,\"1 A St\nNYC,NY,10001-0142\nUSA\",+12125550142"),
            ("Name,Address,Phone", vec!["A,B,+12125550143"], "Bob,\"1 A St,\nSuite 5,\nNYC\",+12125550142"),
            ("Email,Notes", vec![], "ann@example.com,\"a\nTo: ann@example.com, thanks\nb\""),
            ("Email,Notes", vec![], "ann@example.com,\"a\nann@example.com, thanks\nb\""),
            ("Email,Notes", vec!["bob@example.com,x"], "ann@example.com,\"cc: bob@example.com,cy\nbye, bob\""),
            ("Source,Month,Cost,Note", vec!["tv,2026-03,5,x"], "radio,2026-03,9,\"a\nspot A, 2026-03, 5, ok\nb\""),
            ("Source,Month,Cost,Note", vec!["tv,2026-03,5,x"], "radio,2026-03,9,\"a\nspot A,at noon,5,ok\nb\""),
            ("Month,Cost,Note", vec![], "2026-03,9,\"spots:\n10:30,5,ok\n11:30,5,ok\""),
            ("City", vec!["Albany", "Troy"], "\"New\nYork\""),
        ] {
            assert!(!are_rows(&looks(header, &rows), record), "{header}: {record}");
        }
    }

    #[test]
    fn rows_without_people_are_told_by_day_and_amount() {
        let costs = looks("Source,Month,Cost,Note", &["tv,2026-03,5,x", "fair,2026-04,1.50,"]);
        assert!(are_rows(&costs, "radio,2026-01,10,\"a\nfair,2026-01,20,b\nflyer,2026-02,30,c\""));
        assert!(are_rows(&costs, "radio,2026-01,10,\"a\nflyer,2026-02,30,c\""));
        let rates = looks("Currency,Month,Rate,To", &["GBP,2026-01,1.3,USD"]);
        assert!(are_rows(&rates, "EUR,2026-01,1.1,\"USD\nCHF,2026-01,1.2,USD\""));
    }

    #[test]
    fn without_other_rows_the_lines_are_compared() {
        let unknown = looks("a,b", &[]);
        assert!(!are_rows(&unknown, "+12125550142,\"line1\nline2, with commas\""));
        assert!(are_rows(&unknown, "+12125550142,\"line1\n+12125550143,line2\""));
        assert!(are_rows(&looks("a,b,c", &[]), "x,2026-01,\"5\ny,2026-02,6\""));
        assert!(are_rows(&looks("Phone", &[]), "\"+12125550142\n+12125550143\""));
    }

    #[test]
    fn cells_with_spaces_are_rows_where_all_have_them() {
        let spaced = looks("Name, Note, Phone", &["Ann, x, +12125550142"]);
        assert!(are_rows(&spaced, "Bob,\"x\nCy, y, +12125550144\nz\", +12125550145"));
    }

    #[test]
    fn numbers_of_people_and_others() {
        for phone in
            ["212-555-0142", "(212) 555-0142 x34", "+12125550142; 212.555.0143", "'2125550142", "\"+1212\"5550142"]
        {
            assert_eq!(look(phone), Some(Look::Phone), "{phone}");
        }
        for other in ["10:30", "10001-0142", "2026-03-04", "5", "To 212-555-0142", "1.21E+10", "12 New Street 1234567"]
        {
            assert_ne!(look(other), Some(Look::Phone), "{other}");
        }
    }
}
