//! The cells of a row, read as values, with everything that is wrong with them.

use iso_currency::Currency;
use jiff::tz::TimeZone;

use super::Options;
use super::columns::{Columns, SheetField};
use crate::db::models::access::organizations::Organization;
use crate::domain::money::currency;
use crate::domain::money::symbol::parse_number;
use crate::domain::money::{self, DecimalSeparator, Money, MoneyProblem, Places};
use crate::domain::phone::{self, ParsedPhone, PhoneCheck, Region};
use crate::domain::text::{cell_value, is_false, is_placeholder, is_spreadsheet_error};
use crate::domain::time::datetime::{self, TimeProblem};
use crate::domain::time::period::Period;
use crate::domain::timestamp::Timestamp;
use crate::domain::{invisible, number_format};
use crate::import::prepare::region_of;
use crate::import::proof::Formats;
use crate::import::row::{CellKind, ProblemKind, Row, RowProblem};

/// What is the same for every row.
pub struct Setting<F> {
    pub columns: Columns<F>,
    /// Of national phone numbers.
    pub region: Option<Region>,
    pub formats: Formats,
    /// The organization's.
    pub zone: TimeZone,
    pub currency: Currency,
    pub now: Timestamp,
}

impl<F: SheetField> Setting<F> {
    /// What the options of an import and its organization settle.
    pub fn of<O: Options>(columns: Columns<F>, options: &O, organization: &Organization, now: Timestamp) -> Setting<F> {
        Setting {
            columns,
            region: region_of(options.region(), organization),
            formats: options.formats(),
            // The organization's zone and currency were validated when they were set.
            zone: datetime::zone(&organization.timezone).unwrap_or(TimeZone::UTC),
            currency: currency::parse(&organization.base_currency).unwrap_or(Currency::USD),
            now,
        }
    }
}

/// One row under check.
pub struct RowCells<'a, F> {
    setting: &'a Setting<F>,
    row: &'a Row,
    problems: Vec<RowProblem>,
    remarks: Vec<RowProblem>,
    parts: Vec<RowProblem>,
    repaired: bool,
}

/// What the check of a row found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Why the row is rejected.
    pub problems: Vec<RowProblem>,
    /// What could not be read, though the row is accepted.
    pub remarks: Vec<RowProblem>,
    /// What of the row is rejected, though the rest is accepted.
    pub parts: Vec<RowProblem>,
    /// Whether a spreadsheet's damage was undone.
    pub repaired: bool,
}

impl<'a, F: SheetField> RowCells<'a, F> {
    pub fn new(setting: &'a Setting<F>, row: &'a Row) -> RowCells<'a, F> {
        let mut cells =
            RowCells { setting, row, problems: Vec::new(), remarks: Vec::new(), parts: Vec::new(), repaired: false };
        for (index, target) in setting.columns.targets.iter().enumerate() {
            if row.kind(index) == CellKind::Formula && target.is_some_and(SheetField::must_be_known) {
                cells.problems.push(RowProblem::of_formula(cells.header(index), index));
            }
        }
        cells
    }

    /// Everything that was found. Of a row that is rejected no part is accepted.
    pub fn end(mut self) -> Findings {
        if !self.problems.is_empty() {
            self.problems.append(&mut self.parts);
        }
        Findings { problems: self.problems, remarks: self.remarks, parts: self.parts, repaired: self.repaired }
    }

    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    pub fn now(&self) -> Timestamp {
        self.setting.now
    }

    /// The organization's currency.
    pub fn base_currency(&self) -> Currency {
        self.setting.currency
    }

    /// The header of a column.
    pub fn header(&self, index: usize) -> &'a str {
        self.setting.columns.headers.get(index).map_or("", String::as_str)
    }

    /// Where the row stands in the file.
    pub fn row_number(&self) -> u64 {
        self.row.number
    }

    /// Whether a column fills the field.
    pub fn has(&self, field: F) -> bool {
        self.setting.columns.columns_of(field).next().is_some()
    }

    /// A cell, or what a person gives to every row.
    fn cell(&self, index: usize) -> &'a str {
        self.setting.columns.set_at(index).unwrap_or_else(|| self.row.cell(index))
    }

    /// Every cell as it is written, with its column and the field that it fills.
    pub fn written(&self) -> impl Iterator<Item = (usize, Option<F>, &'a str)> {
        let targets = &self.setting.columns.targets;
        self.row
            .cells()
            .enumerate()
            .map(|(index, cell)| (index, targets.get(index).copied().flatten(), cell_value(cell)))
    }

    /// The cells of a field that hold something, with their columns.
    pub fn all(&self, field: F) -> Vec<(usize, String)> {
        let cells = self.setting.columns.columns_of(field).map(|index| (index, cell_value(self.cell(index))));
        cells
            .filter(|(_, text)| !text.is_empty() && !is_placeholder(text) && (!is_false(text) || field.is_flag()))
            .map(|(i, text)| (i, text.to_owned()))
            .collect()
    }

    /// The cell of a field that holds something.
    pub fn one(&self, field: F) -> Option<(usize, String)> {
        self.all(field).pop()
    }

    /// Notes what is wrong with a cell.
    pub fn problem(&mut self, kind: ProblemKind, index: usize, value: &str, problem: &str, remedy: &str) {
        self.problems.push(self.problem_of(kind, index, value, problem, remedy));
    }

    /// Notes what could not be read in a row that is accepted all the same.
    pub fn remark(&mut self, remark: RowProblem) {
        self.remarks.push(remark);
    }

    /// Rejects the row.
    pub fn reject(&mut self, problem: RowProblem) {
        self.problems.push(problem);
    }

    /// Rejects a part of a row, whose rest is accepted.
    pub fn reject_part(&mut self, problem: RowProblem) {
        self.parts.push(problem);
    }

    /// What is wrong with a cell.
    pub fn problem_of(&self, kind: ProblemKind, index: usize, value: &str, problem: &str, remedy: &str) -> RowProblem {
        RowProblem {
            kind,
            column: self.header(index).to_owned(),
            index: Some(index),
            value: value.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// Notes what is wrong with the row as a whole. What it lacks may be what a formula would come to.
    pub fn row_problem(&mut self, kind: ProblemKind, problem: &str, remedy: &str) {
        if self.problems.iter().any(|problem| problem.kind == ProblemKind::FormulaWithoutResult) {
            return;
        }
        self.problems.push(RowProblem::of_row(kind, "", problem, remedy));
    }

    /// The phones of a field; a cell may hold several.
    pub fn phones(&mut self, field: F, check: PhoneCheck) -> Vec<ParsedPhone> {
        let mut phones = Vec::new();
        for (index, text) in self.all(field) {
            if let Some(number) = phone::nanp(&text) {
                phones.push(ParsedPhone::plain(number));
                continue;
            }
            match phone::parse_several(&text, self.setting.region, check) {
                Ok(read) => phones.extend(read),
                Err(e) => self.problem(ProblemKind::of_phone(&e), index, &text, &e.to_string(), e.remedy()),
            }
        }
        self.repaired |= phones.iter().any(|phone| phone.repaired);
        phones
    }

    /// The cell of a text field; a TRUE of a workbook is no text.
    fn words(&self, field: F) -> Option<(usize, String)> {
        self.all(field).into_iter().rfind(|(index, _)| self.row.kind(*index) != CellKind::Boolean)
    }

    /// A text; a longer one is cut, and the second is what is wrong with it.
    pub fn text_cut(&self, field: F, most: usize) -> (Option<String>, Option<RowProblem>) {
        let Some((index, text)) = self.words(field) else { return (None, None) };
        match text.char_indices().nth(most) {
            None => (Some(text), None),
            Some((end, _)) => {
                let cut = text.get(..end).unwrap_or_default().to_owned();
                let shown: String = text.chars().take(40).collect();
                let problem = format!("is longer than {most} characters, and was cut");
                let problem =
                    self.problem_of(ProblemKind::TextTooLong, index, &format!("{shown}…"), &problem, "shorten it");
                (Some(cut), Some(problem))
            }
        }
    }

    /// A text of at most so many characters.
    pub fn text(&mut self, field: F, most: usize) -> Option<String> {
        let (index, text) = self.words(field)?;
        if text.chars().count() > most {
            self.too_long(index, &text, most);
            return None;
        }
        Some(text)
    }

    /// The cell of a field whose values have to be written exactly: a character that nobody sees is a problem of this kind.
    pub fn exact(&mut self, field: F, kind: ProblemKind) -> Option<(usize, String)> {
        self.noted(|cells| cells.read_exact(field, kind))
    }

    fn read_exact(&self, field: F, kind: ProblemKind) -> Result<Option<(usize, String)>, RowProblem> {
        let Some((index, text)) = self.one(field) else { return Ok(None) };
        match invisible::first(&text) {
            None => Ok(Some((index, text))),
            Some(unseen) => Err(self.problem_of(kind, index, &text, &invisible::problem(unseen), invisible::REMEDY)),
        }
    }

    /// An id of another system, or of a lead, of at most so many characters.
    pub fn id(&mut self, field: F, most: usize) -> Option<(usize, String)> {
        let exact = self.exact(field, ProblemKind::ExternalIdDamaged)?;
        let (index, text) = Some(exact).filter(|(index, _)| self.row.kind(*index) != CellKind::Boolean)?;
        let read = number_format::id(&text).ok();
        let is_number = matches!(self.row.kind(index), CellKind::Number(_));
        let kept = read.filter(|(id, _)| !(is_number && number_format::exceeds_number_cell(id)));
        let Some((id, repaired)) = kept else {
            let (problem, remedy) = (number_format::ID_PROBLEM, number_format::ID_REMEDY);
            self.problem(ProblemKind::ExternalIdDamaged, index, &text, problem, remedy);
            return None;
        };
        self.repaired |= repaired;
        if id.chars().count() > most {
            self.too_long(index, &id, most);
            return None;
        }
        Some((index, id.into_owned()))
    }

    fn too_long(&mut self, index: usize, text: &str, most: usize) {
        let shown: String = text.chars().take(40).collect();
        let problem = format!("is longer than {most} characters");
        self.problem(ProblemKind::TextTooLong, index, &format!("{shown}…"), &problem, "shorten it");
    }

    /// A month, or a day in one.
    pub fn period(&mut self, field: F) -> Option<Period> {
        let (index, text) = self.exact(field, ProblemKind::TimeInvalid)?;
        match Period::parse(&text, self.setting.formats.date_order) {
            Ok(period) => Some(period),
            Err(e) => {
                let remedy = match e {
                    TimeProblem::NotATime => "write it as 2026-03",
                    _ => e.remedy(),
                };
                self.problem(ProblemKind::TimeInvalid, index, &text, &e.to_string(), remedy);
                None
            }
        }
    }

    /// A currency.
    pub fn currency(&mut self, field: F) -> Option<Currency> {
        let (index, text) = self.exact(field, ProblemKind::CurrencyUnknown)?;
        // `'CHF`, as people mark texts of spreadsheets.
        let parsed = currency::parse(text.trim_start_matches(['\'', '’'])).ok();
        if parsed.is_none() {
            let remedy = "use an ISO 4217 code such as USD or EUR";
            self.problem(ProblemKind::CurrencyUnknown, index, &text, "is not a currency", remedy);
        }
        parsed
    }

    /// An amount, in the row's currency where it names none itself, and what was rounded of it.
    pub fn money(&mut self, field: F, row: Option<Currency>, places: Places) -> Option<(Money, Option<String>)> {
        let (index, text) = self.exact(field, ProblemKind::MoneyInvalid)?;
        if is_spreadsheet_error(&text) {
            let remedy = "correct the formula";
            self.problem(ProblemKind::SpreadsheetError, index, &text, "is a spreadsheet error", remedy);
            return None;
        }
        let read = |places| match self.row.kind(index) {
            CellKind::Number(symbol) => parse_number(places, &text, symbol, row, self.setting.currency),
            _ => {
                let base = self.setting.currency;
                let separator = self.setting.formats.separator_of(&text, row.unwrap_or(base));
                money::parse_to(places, &text, separator, row, base)
            }
        };
        let told = |money: Money| format!("`{text}` in row {} to {money}", self.row.number);
        let read = match (read(Places::Exact), places) {
            (Err(MoneyProblem::TooPrecise(_)), Places::Rounded) => read(places).map(|money| (money, Some(told(money)))),
            (read, _) => read.map(|money| (money, None)),
        };
        match read {
            Ok(money) => Some(money),
            Err(e) => {
                let remedy = match e {
                    MoneyProblem::TooPrecise(_) => "round it, or say --round".into(),
                    _ => e.remedy(),
                };
                self.problem(ProblemKind::of_money(&e), index, &text, &e.to_string(), &remedy);
                None
            }
        }
    }

    /// A plain number, with its decimals behind a point.
    pub fn decimal(&mut self, field: F) -> Option<(usize, String)> {
        let (index, text) = self.exact(field, ProblemKind::RateInvalid)?;
        let separator = match self.row.kind(index) {
            CellKind::Number(_) => DecimalSeparator::Point,
            _ => self.setting.formats.decimal_separator.unwrap_or(DecimalSeparator::Point),
        };
        match money::decimal(&text, separator) {
            Ok(number) => Some((index, number)),
            Err(e) => {
                self.problem(ProblemKind::RateInvalid, index, &text, &e.to_string(), "write it as 1.0843");
                None
            }
        }
    }

    /// A time that has passed.
    pub fn past(&mut self, field: F) -> Option<Timestamp> {
        self.noted(|cells| cells.read_past(field))
    }

    /// A time that has passed, or what is wrong with it.
    pub fn read_past(&self, field: F) -> Result<Option<Timestamp>, RowProblem> {
        let Some((index, text)) = self.read_exact(field, ProblemKind::TimeInvalid)? else { return Ok(None) };
        let problem = |problem: &str, remedy| self.problem_of(ProblemKind::TimeInvalid, index, &text, problem, remedy);
        match datetime::parse(&text, &self.setting.zone, self.setting.formats.date_order) {
            Ok(time) if time > self.setting.now => Err(problem("lies in the future", "correct the time")),
            Ok(time) => Ok(Some(time)),
            Err(e) => Err(problem(&e.to_string(), e.remedy())),
        }
    }

    /// Takes what was read, and notes what is wrong with it.
    fn noted<T>(&mut self, read: impl FnOnce(&Self) -> Result<Option<T>, RowProblem>) -> Option<T> {
        read(self).unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })
    }

    /// An end that lies ahead, where it can be read; a date is the end of its day. One that lies in the past is wrong.
    pub fn end_ahead(&mut self, field: F) -> Result<Option<Timestamp>, RowProblem> {
        let Some((index, text)) = self.read_exact(field, ProblemKind::TimeInvalid)? else { return Ok(None) };
        match datetime::parse_end(&text, &self.setting.zone, self.setting.formats.date_order) {
            Ok(end) if end <= self.setting.now => {
                let remedy = "leave the row out, or correct the end";
                self.problem(ProblemKind::TimeInvalid, index, &text, "lies in the past", remedy);
                Ok(None)
            }
            Ok(end) => Ok(Some(end)),
            Err(e) => Err(self.problem_of(ProblemKind::TimeInvalid, index, &text, &e.to_string(), e.remedy())),
        }
    }

    /// The phones of a field that can be read, and what is wrong with the others; formulas without results are among those.
    pub fn phones_apart(&mut self, field: F, check: PhoneCheck) -> (Vec<ParsedPhone>, Vec<RowProblem>) {
        let is_formula = |index: &usize| self.row.kind(*index) == CellKind::Formula;
        let formulas = self.setting.columns.columns_of(field).filter(is_formula);
        let mut problems: Vec<RowProblem> =
            formulas.map(|index| RowProblem::of_formula(self.header(index), index)).collect();
        let mut phones = Vec::new();
        for (index, text) in self.all(field) {
            for (part, read) in phone::parse_each(&text, self.setting.region, check) {
                match read {
                    Ok(phone) => phones.push(phone),
                    Err(e) => problems.push(self.problem_of(
                        ProblemKind::of_phone(&e),
                        index,
                        part,
                        &e.to_string(),
                        e.remedy(),
                    )),
                }
            }
        }
        self.repaired |= phones.iter().any(|phone| phone.repaired);
        (phones, problems)
    }
}
