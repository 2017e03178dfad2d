//! Whether a line inside a quoted cell looks like a row of its own.

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Number,
    Email,
    Text,
}

/// How the rows of a sheet look: their number of cells, and the columns that hold numbers or emails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks {
    columns: Vec<Option<Look>>,
}

/// Counts what the rows of a sheet look like.
pub(super) struct Learning {
    /// Of each column the cells that look like numbers, emails and text.
    counts: Vec<[usize; 3]>,
}

impl Learning {
    pub fn new(width: usize) -> Learning {
        Learning { counts: vec![[0; 3]; width] }
    }

    pub fn take<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        for (cell, counts) in cells.zip(&mut self.counts) {
            match look(cell) {
                Some(Look::Number) => counts[0] += 1,
                Some(Look::Email) => counts[1] += 1,
                Some(Look::Text) => counts[2] += 1,
                None => {}
            }
        }
    }

    /// A column of which four cells in five look alike looks so.
    pub fn finish(self) -> Looks {
        let column = |[number, email, text]: [usize; 3]| {
            let most = |count: usize| count > 0 && count * 5 >= (number + email + text) * 4;
            match (most(number), most(email)) {
                (true, _) => Some(Look::Number),
                (_, true) => Some(Look::Email),
                _ => most(text).then_some(Look::Text),
            }
        };
        Looks { columns: self.counts.into_iter().map(column).collect() }
    }
}

impl Looks {
    /// How many cells the header has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Whether the lines of a record that spans several read like rows: one in its middle, or the first and the last. Of
    /// a record that is ragged one is enough.
    pub fn are_rows(&self, lines: &[&[u8]], delimiter: u8, ragged: bool) -> bool {
        let [first, inner @ .., last] = lines else { return false };
        let row = |line: &[u8]| self.row(line, delimiter);
        if inner.iter().any(|line| row(line).is_some()) {
            return true;
        }
        match (row(first), row(last)) {
            (Some(first), Some(last)) => self.knows_columns() || alike(&first, &last),
            (None, None) => false,
            _ => ragged,
        }
    }

    fn knows_columns(&self) -> bool {
        self.columns.iter().any(|look| matches!(look, Some(Look::Number | Look::Email)))
    }

    /// The looks of a line's cells, if it has as many as the header and they look like their columns.
    fn row(&self, line: &[u8], delimiter: u8) -> Option<Vec<Option<Look>>> {
        let width = self.columns.len();
        let cells: Vec<Option<Look>> = line.split(|byte| *byte == delimiter).map(bytes_look).collect();
        if cells.len() != width || cells.iter().all(Option::is_none) {
            return None;
        }
        let known = cells.iter().zip(&self.columns).filter_map(|(cell, column)| match column {
            Some(Look::Number | Look::Email) => cell.as_ref().map(|cell| Some(cell) == column.as_ref()),
            _ => None,
        });
        let (fit, unfit) =
            known.fold((0, 0), |(fit, unfit), fits| if fits { (fit + 1, unfit) } else { (fit, unfit + 1) });
        let typed = cells.iter().flatten().any(|look| *look != Look::Text);
        let is_row = match (self.knows_columns(), fit, unfit) {
            (true, 0, 0) => width > 2,
            (true, ..) => fit > 0 && fit >= unfit,
            (false, ..) => typed || width > 2,
        };
        is_row.then_some(cells)
    }
}

/// Whether two rows of a sheet about which nothing is known look like each other.
fn alike(first: &[Option<Look>], last: &[Option<Look>]) -> bool {
    let pairs = || first.iter().zip(last).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
    let typed = pairs().any(|(a, b)| a == b && a != Look::Text);
    pairs().all(|(a, b)| a == b) && (typed || first.len() > 2)
}

/// Whether a line holds a number that could be a phone's, or an email.
pub(super) fn names_somebody(line: &[u8]) -> bool {
    line.contains(&b'@') || line.iter().filter(|byte| byte.is_ascii_digit()).count() >= 7
}

fn bytes_look(cell: &[u8]) -> Option<Look> {
    look(&String::from_utf8_lossy(cell))
}

/// What a cell looks like, quotes aside; `None` of a blank one.
fn look(cell: &str) -> Option<Look> {
    let (mut digits, mut letters, mut any, mut at) = (0, 0, false, false);
    for c in cell.chars().filter(|c| *c != '"' && !c.is_whitespace()) {
        any = true;
        at |= c == '@';
        digits += usize::from(c.is_numeric());
        letters += usize::from(c.is_alphabetic());
    }
    match () {
        () if !any => None,
        () if at => Some(Look::Email),
        () if digits > 0 && digits >= letters => Some(Look::Number),
        () => Some(Look::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(rows: &[&str], width: usize) -> Looks {
        let mut learning = Learning::new(width);
        rows.iter().for_each(|row| learning.take(row.split(',')));
        learning.finish()
    }

    fn are_rows(looks: &Looks, record: &str) -> bool {
        looks.are_rows(&record.split('\n').map(str::as_bytes).collect::<Vec<_>>(), b',', false)
    }

    #[test]
    fn swallowed_rows_are_told_from_notes() {
        let phones = looks(&["Ann Roe,Roe Inc,+12125550142", "Bob Low,,212-555-0143"], 3);
        assert!(are_rows(&phones, "Ann Roe,\"Roe Inc,+12125550142\nCy Dey,Dey\",+12125550144"));
        assert!(are_rows(&phones, "Ann Roe,\"Roe\nBob Low,Low,+12125550143\nand so\",+12125550144"));
        assert!(are_rows(&phones, "\"Ann Roe,x,+12125550142\nBob\",Low,+12125550144"));
        assert!(!are_rows(&phones, "Ann Roe,\"line1\nline2, with commas\",+12125550142"));
        assert!(!are_rows(&phones, "Ann Roe,\"Dear Ann, and Bob\nline, two\",+12125550142"));
        let notes = looks(&["+12125550142,met at the fair", "+12125550143,"], 2);
        assert!(!are_rows(&notes, "+12125550142,\"line1\nline2, with commas\nline3, too\""));
        assert!(are_rows(&notes, "+12125550142,\"line1\n+12125550143,line2\""));
    }

    #[test]
    fn without_other_rows_the_lines_are_compared() {
        let unknown = looks(&[], 2);
        assert!(!are_rows(&unknown, "+12125550142,\"line1\nline2, with commas\""));
        assert!(are_rows(&unknown, "+12125550142,\"line1\n+12125550143,line2\""));
        assert!(are_rows(&looks(&[], 1), "\"+12125550142\n+12125550143\""));
        assert!(!are_rows(&looks(&["Albany", "Troy"], 1), "\"New\nYork\""));
    }
}
