//! What the lists say of a row: of every number in its columns of phones.

use std::borrow::Cow;

use super::columns::Looked;
use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::domain::dnc::hours::{Callable, strictest};
use crate::domain::dnc::{Verdict, codes};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{PhoneCheck, PhoneProblem, Region, nanp, parse_each};
use crate::domain::text::{cell_value, is_false, is_placeholder};
use crate::import::row::{CellKind, Row};
use crate::import::unclaimed::has_phone_words;
use crate::ops::dnc::hours::CallableNow;
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

    /// What a row newly is, as the column of the file of changes has it: `newly_blocked;internal`.
    pub fn change(&self) -> String {
        match self.verdict {
            Verdict::Clear => "newly_clear".to_owned(),
            Verdict::Blocked | Verdict::Unknown => format!("newly_{};{}", self.verdict, self.reason()),
        }
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
            None => numbers.extend(numbers_in(text, region)),
        }
    }
    (numbers, has_formula)
}

/// The numbers of a cell that is to hold some: as it stands, else those between words such as people write beside phones.
fn numbers_in(text: &str, region: Option<Region>) -> Vec<Number> {
    let each = |text: &str| {
        let read = parse_each(text, region, PhoneCheck::Possible);
        read.into_iter().map(|(_, read)| read.map(Reading::from)).collect::<Vec<Number>>()
    };
    let whole = each(text);
    if whole.iter().all(Result::is_ok) || !has_phone_words(text) {
        return whole;
    }
    // Digits that are none of a number leave the cell in doubt.
    let parts: Vec<&str> = between_words(text).filter(|part| part.contains(|c: char| c.is_ascii_digit())).collect();
    parts.into_iter().flat_map(each).collect()
}

/// What stands between the words of a cell: `Tel: (212) 555-0142 (mobile)`
pub(super) fn between_words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| c.is_alphabetic() || c == ':');
    let from = |c: char| !c.is_numeric() && !matches!(c, '+' | '＋' | '(');
    parts.map(move |part| part.trim_start_matches(from).trim_end_matches(|c: char| !c.is_numeric()))
}

/// What is said of a row: a number that is blocked blocks it, and one that is doubtful leaves it in doubt. `each` hears the verdict on
/// every number.
pub fn judge(row: &Looked, lists: &Lists<ListedBans>, mut each: impl FnMut(Reading, Verdict)) -> RowVerdict {
    let (mut verdict, mut found) = (Verdict::Clear, Vec::new());
    let mut add = |code: Code| {
        if !found.contains(&code) {
            found.push(code);
        }
    };
    let mut take = |number: &Number, said: Verdict| {
        if let Ok(reading) = number {
            each(*reading, said);
        }
        verdict = verdict.worse(said);
    };
    for number in row.asked() {
        let judged = lists.judge(number);
        judged.because.iter().for_each(|because| add(because.code()));
        take(number, judged.verdict);
    }
    // An order's number may be a listed one.
    let others = row.elsewhere.iter().filter(|found| !found.is_checked).map(|found| &found.number);
    for number in others.filter(|number| lists.is_on_own_list(number)) {
        add(codes::INTERNAL.into());
        take(number, Verdict::Blocked);
    }
    if row.has_formula {
        add(codes::FORMULA.into());
    } else if row.phones.is_empty() {
        add(codes::NO_NUMBER.into());
    }
    if verdict == Verdict::Clear && !found.is_empty() {
        verdict = Verdict::Unknown;
    }
    RowVerdict { verdict, codes: found }
}

/// Whether all numbers of a row may be called at a moment; what is no number is left to the lists.
pub fn in_hours<'a>(numbers: impl Iterator<Item = &'a Number>, now: &CallableNow) -> Callable {
    strictest(numbers.flatten().flat_map(Reading::all).map(|number| now.number(number)))
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
        // Words beside numbers do not hide them, and digits beside them are not passed over.
        for cell in ["2125550142 (mobile)", "Tel: (212) 555-0142", "mobile 212.555.0142"] {
            assert_eq!(found(&[cell, ""]), ["+12125550142"], "{cell}");
        }
        assert_eq!(found(&["home: 212-555-0142, work: 212-555-0143", ""]), ["+12125550142", "+12125550143"]);
        assert_eq!(found(&["2125550142 (mobile), 212555", ""]), ["+12125550142", "?"]);
        // Without a region a national number is none.
        assert_eq!(read(&numbers_of(&row(&["2125550142"]), &[0], None).0), ["?"]);
        let mut formula = Row::new(3);
        formula.push_as(CellKind::Formula, "");
        assert!(numbers_of(&formula, &[0], region).1);
    }
}
