//! What the lists say of a row: of every number in its columns of phones.

use std::borrow::Cow;

use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::domain::dnc::hours::{Callable, OpenNow, strictest};
use crate::domain::dnc::{Verdict, codes};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{PhoneCheck, PhoneProblem, Region, nanp, parse_each};
use crate::domain::text::{cell_value, is_false, is_placeholder};
use crate::import::row::{CellKind, Row};
use crate::ops::dnc::lists::Lists;

/// A reason as programs read it.
pub type Code = Cow<'static, str>;

/// What is said of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowVerdict {
    pub verdict: Verdict,
    /// Every reason once; none of a row that is clear.
    pub codes: Vec<Code>,
}

impl RowVerdict {
    /// That of a row whose cells cannot be told apart.
    pub fn broken() -> RowVerdict {
        RowVerdict { verdict: Verdict::Unknown, codes: vec![codes::BROKEN_ROW.into()] }
    }

    /// The same of a row that holds a listed number elsewhere.
    #[must_use]
    pub fn and_listed(mut self) -> RowVerdict {
        self.verdict = Verdict::Blocked;
        self.codes.insert(0, codes::INTERNAL.into());
        self
    }

    /// The same where it is the hour to call its numbers, or is not.
    #[must_use]
    pub fn and_hours(mut self, callable: Callable) -> RowVerdict {
        let (verdict, code) = match callable {
            Callable::Yes => return self,
            Callable::No => (Verdict::Blocked, codes::CALLING_HOURS),
            Callable::Unknown => (Verdict::Unknown, codes::HOURS_UNKNOWN),
        };
        self.codes.push(code.into());
        if self.verdict != Verdict::Blocked {
            self.verdict = verdict;
        }
        self
    }

    /// The reasons as the column of the blocked file has them.
    pub fn reason(&self) -> String {
        self.codes.join(";")
    }
}

/// A number of a row as it was read.
pub type Number = Result<Reading, PhoneProblem>;

/// The numbers of a row, and whether a cell hides one behind a formula.
pub fn numbers_of(row: &Row, columns: &[usize], region: Option<Region>) -> (Vec<Number>, bool) {
    let (mut numbers, mut has_formula) = (Vec::new(), false);
    for &column in columns {
        if row.kind(column) == CellKind::Formula {
            has_formula = true;
            continue;
        }
        let text = cell_value(row.cell(column));
        if text.is_empty() || is_placeholder(text) || is_false(text) {
            continue;
        }
        match nanp(text) {
            Some(number) => numbers.push(Ok(number.into())),
            None => {
                let read = parse_each(text, region, PhoneCheck::Possible);
                numbers.extend(read.into_iter().map(|(_, read)| read.map(Reading::from)));
            }
        }
    }
    (numbers, has_formula)
}

/// What may be numbers in cells of these columns, which nobody takes for phones. An order's number may be a listed one: then its row
/// is kept back, too.
pub fn elsewhere(row: &Row, columns: &[usize], region: Option<Region>) -> Vec<Number> {
    let cells = columns.iter().map(|&column| cell_value(row.cell(column))).filter(|text| may_be_number(text));
    let read = cells.flat_map(|text| parse_each(text, region, PhoneCheck::Possible));
    read.map(|(_, read)| read.map(Reading::from)).filter(Result::is_ok).collect()
}

/// Whether a text has the digits of a number and no letters, before the phone library is asked.
fn may_be_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits) && !text.chars().any(char::is_alphabetic)
}

/// So many digits numbers have, with those of prefixes and of a second one.
const FEWEST_DIGITS: usize = 7;
const MOST_DIGITS: usize = 40;

/// What is said of a row with these numbers: one that is blocked blocks it, and one that is doubtful leaves it in doubt. `each`
/// hears the verdict on every number.
pub fn judge(
    numbers: &[Number],
    has_formula: bool,
    lists: &Lists<ListedBans>,
    mut each: impl FnMut(Reading, Verdict),
) -> RowVerdict {
    let (mut verdict, mut found) = (Verdict::Clear, Vec::new());
    let mut add = |code: Code| {
        if !found.contains(&code) {
            found.push(code);
        }
    };
    for number in numbers {
        let judged = lists.judge(number);
        judged.because.iter().for_each(|because| add(because.code()));
        if let Ok(reading) = number {
            each(*reading, judged.verdict);
        }
        verdict = match (verdict, judged.verdict) {
            (Verdict::Blocked, _) | (_, Verdict::Blocked) => Verdict::Blocked,
            (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
            (Verdict::Clear, Verdict::Clear) => Verdict::Clear,
        };
    }
    if has_formula {
        add(codes::FORMULA.into());
    } else if numbers.is_empty() {
        add(codes::NO_NUMBER.into());
    }
    if verdict == Verdict::Clear && !found.is_empty() {
        verdict = Verdict::Unknown;
    }
    RowVerdict { verdict, codes: found }
}

/// Whether all numbers of a row may be called at a moment, by their area codes; what is no number is left to the lists.
pub fn in_hours(numbers: &[Number], now: &OpenNow) -> Callable {
    strictest(numbers.iter().flatten().flat_map(Reading::all).map(|number| now.number(number)))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn row(cells: &[&str]) -> Row {
        let mut row = Row::new(2);
        cells.iter().for_each(|cell| row.push(cell));
        row
    }

    fn read(numbers: &[Number]) -> Vec<String> {
        let shown = |number: &Number| number.as_ref().map_or("?".to_owned(), |reading| reading.number.to_string());
        numbers.iter().map(shown).collect()
    }

    #[test]
    fn every_number_of_a_row_is_found_and_what_is_none_is_not_passed_over() {
        let region = Region::from_str("US").ok();
        let found = |cells: &[&str]| read(&numbers_of(&row(cells), &[0, 1], region).0);
        assert_eq!(found(&["+12125550142", ""]), ["+12125550142"]);
        assert_eq!(
            found(&["212-555-0142; (212) 555-0143", "+44 20 7946 0123"]),
            ["+12125550142", "+12125550143", "+442079460123"]
        );
        assert_eq!(found(&["call me", "2125550142"]), ["?", "+12125550142"]);
        assert_eq!(found(&["n/a", "-"]), Vec::<String>::new());
        assert_eq!(found(&["1.21E+10", ""]), ["?"]);
        // Without a region a national number is none.
        assert_eq!(read(&numbers_of(&row(&["2125550142"]), &[0], None).0), ["?"]);
        let mut formula = Row::new(3);
        formula.push_as(CellKind::Formula, "");
        assert!(numbers_of(&formula, &[0], region).1);
    }

    #[test]
    fn elsewhere_only_what_reads_as_a_number_counts() {
        let region = Region::from_str("US").ok();
        let cells = ["2125550142", "Ann", "12", "A-2125550143", "2026-03-04"];
        assert_eq!(read(&elsewhere(&row(&cells), &[0, 1, 2, 3, 4], region)), ["+12125550142"]);
        assert_eq!(read(&elsewhere(&row(&cells), &[1], region)), Vec::<String>::new());
    }
}
