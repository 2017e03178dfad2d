//! What the lists say of a row: of every number in its columns of phones.

use std::borrow::Cow;

use crate::db::models::dnc::dnc_bans::ListedBans;
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
