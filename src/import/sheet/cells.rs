//! The cells of a row, read as values, with everything that is wrong with them.

use jiff::tz::TimeZone;

use super::Options;
use super::columns::{Columns, SheetField};
use crate::db::models::organizations::Organization;
use crate::domain::datetime::{self, DateOrder};
use crate::domain::phone::{self, ParsedPhone, PhoneCheck, PhoneProblem, Region};
use crate::domain::text::{is_placeholder, unmark_text};
use crate::domain::timestamp::Timestamp;
use crate::import::prepare::region_of;
use crate::import::row::{ProblemKind, Row, RowProblem};

/// What is the same for every row.
pub struct Setting<F> {
    pub columns: Columns<F>,
    /// Of national phone numbers.
    pub region: Option<Region>,
    pub date_order: Option<DateOrder>,
    /// The organization's.
    pub zone: TimeZone,
    pub now: Timestamp,
}

impl<F: SheetField> Setting<F> {
    /// What the options of an import and its organization settle.
    pub fn of<O: Options>(columns: Columns<F>, options: &O, organization: &Organization, now: Timestamp) -> Setting<F> {
        Setting {
            columns,
            region: region_of(options.region(), organization),
            date_order: options.date_order(),
            // The organization's zone was validated when it was set.
            zone: datetime::zone(&organization.timezone).unwrap_or(TimeZone::UTC),
            now,
        }
    }
}

/// One row under check.
pub struct RowCells<'a, F> {
    setting: &'a Setting<F>,
    row: &'a Row,
    problems: Vec<RowProblem>,
    repaired: bool,
}

impl<'a, F: SheetField> RowCells<'a, F> {
    pub fn new(setting: &'a Setting<F>, row: &'a Row) -> RowCells<'a, F> {
        RowCells { setting, row, problems: Vec::new(), repaired: false }
    }

    /// Everything that is wrong, and whether a spreadsheet's damage was undone.
    pub fn end(self) -> (Vec<RowProblem>, bool) {
        (self.problems, self.repaired)
    }

    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    pub fn now(&self) -> Timestamp {
        self.setting.now
    }

    /// The cells of a field that hold something, with their columns.
    pub fn all(&self, field: F) -> Vec<(usize, String)> {
        let cells =
            self.setting.columns.columns_of(field).map(|index| (index, unmark_text(self.row.cell(index)).trim()));
        cells
            .filter(|(_, text)| !text.is_empty() && !is_placeholder(text))
            .map(|(i, text)| (i, text.to_owned()))
            .collect()
    }

    /// The cell of a field that holds something.
    pub fn one(&self, field: F) -> Option<(usize, String)> {
        self.all(field).pop()
    }

    /// Notes what is wrong with a cell.
    pub fn problem(&mut self, kind: ProblemKind, index: usize, value: &str, problem: &str, remedy: &str) {
        self.problems.push(RowProblem {
            kind,
            column: self.setting.columns.headers.get(index).cloned().unwrap_or_default(),
            index: Some(index),
            value: value.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Notes what is wrong with the row as a whole.
    pub fn row_problem(&mut self, kind: ProblemKind, problem: &str, remedy: &str) {
        self.problems.push(RowProblem::of_row(kind, "", problem, remedy));
    }

    /// The phones of a field; a cell may hold several.
    pub fn phones(&mut self, field: F, check: PhoneCheck) -> Vec<ParsedPhone> {
        let mut phones = Vec::new();
        for (index, text) in self.all(field) {
            if let Some(number) = phone::nanp(&text) {
                phones.push(ParsedPhone { number, extension: String::new(), repaired: false });
                continue;
            }
            match phone::parse_several(&text, self.setting.region, check) {
                Ok(read) => phones.extend(read),
                Err(e) => {
                    let kind = match e {
                        PhoneProblem::LostDigits => ProblemKind::PhoneLostDigits,
                        PhoneProblem::SpreadsheetError => ProblemKind::SpreadsheetError,
                        _ => ProblemKind::PhoneInvalid,
                    };
                    self.problem(kind, index, &text, &e.to_string(), e.remedy());
                }
            }
        }
        self.repaired |= phones.iter().any(|phone| phone.repaired);
        phones
    }

    /// A text of at most so many characters.
    pub fn text(&mut self, field: F, most: usize) -> Option<String> {
        let (index, text) = self.one(field)?;
        if text.chars().count() > most {
            let shown: String = text.chars().take(40).collect();
            let problem = format!("is longer than {most} characters");
            self.problem(ProblemKind::TextTooLong, index, &format!("{shown}…"), &problem, "shorten it");
            return None;
        }
        Some(text)
    }

    /// A time that has passed.
    pub fn past(&mut self, field: F) -> Option<Timestamp> {
        let (index, text) = self.one(field)?;
        match datetime::parse(&text, &self.setting.zone, self.setting.date_order) {
            Ok(time) if time > self.setting.now => {
                self.problem(ProblemKind::TimeInvalid, index, &text, "lies in the future", "correct the time");
                None
            }
            Ok(time) => Some(time),
            Err(e) => {
                self.problem(ProblemKind::TimeInvalid, index, &text, &e.to_string(), e.remedy());
                None
            }
        }
    }

    /// An end that lies ahead; a date is the end of its day.
    pub fn end_ahead(&mut self, field: F) -> Option<Timestamp> {
        let (index, text) = self.one(field)?;
        match datetime::parse_end(&text, &self.setting.zone, self.setting.date_order) {
            Ok(end) if end <= self.setting.now => {
                let remedy = "leave the row out, or correct the end";
                self.problem(ProblemKind::TimeInvalid, index, &text, "lies in the past", remedy);
                None
            }
            Ok(end) => Some(end),
            Err(e) => {
                self.problem(ProblemKind::TimeInvalid, index, &text, &e.to_string(), e.remedy());
                None
            }
        }
    }
}
