//! A row as read, and what can be wrong with it.

use std::fmt;
use std::sync::Arc;

use crate::domain::formula::unmark_inside;
use crate::domain::invisible::is_invisible;
use crate::domain::money::MoneyProblem;
use crate::domain::money::symbol::Symbol;
use crate::domain::phone::PhoneProblem;

vocabulary! {
    /// The kinds of problem for which a row is rejected or a value dropped.
    ProblemKind {
        /// The row has more or fewer cells than the header has columns.
        RaggedRow = "ragged_row",
        /// A quote stands where it cannot belong, so that cells or rows cannot be told apart.
        StrayQuote = "stray_quote",
        /// The row holds the character U+0000, which no text has.
        NulByte = "nul_byte",
        /// The row has neither phone nor email nor external id.
        NoIdentity = "no_identity",
        /// The phone number cannot be read, or is not in use.
        PhoneInvalid = "phone_invalid",
        PhoneRegionMissing = "phone_region_missing",
        /// The spreadsheet has replaced digits of the phone number by zeros.
        PhoneLostDigits = "phone_lost_digits",
        /// The spreadsheet has replaced digits of the external id, or the id of a lead, by zeros.
        ExternalIdDamaged = "external_id_damaged",
        /// The email address is not one.
        EmailInvalid = "email_invalid",
        /// The status is unknown.
        StatusUnknown = "status_unknown",
        /// The score is not an integer from 0 to 100.
        ScoreInvalid = "score_invalid",
        /// The amount of money cannot be read.
        MoneyInvalid = "money_invalid",
        /// The amount has more decimals than its currency has.
        MoneyTooPrecise = "money_too_precise",
        /// The currency is unknown.
        CurrencyUnknown = "currency_unknown",
        /// The temperature is not hot, warm or cold.
        TemperatureUnknown = "temperature_unknown",
        /// The time cannot be read without guessing.
        TimeInvalid = "time_invalid",
        /// The consent is unknown.
        ConsentUnknown = "consent_unknown",
        /// The cell is neither yes nor no.
        FlagUnknown = "flag_unknown",
        /// No user of the organization has this email.
        OwnerUnknown = "owner_unknown",
        /// The scope of a do-not-call request is unknown.
        ScopeUnknown = "scope_unknown",
        /// The source of a do-not-call request is unknown.
        DncSourceUnknown = "dnc_source_unknown",
        /// The country is unknown.
        CountryUnknown = "country_unknown",
        /// The time zone is unknown.
        TimezoneUnknown = "timezone_unknown",
        /// An external id stands without the system that it comes from.
        ExternalSourceMissing = "external_source_missing",
        /// The cell of tags is a structure that is no list of them.
        TagsInvalid = "tags_invalid",
        /// The text is longer than the column takes.
        TextTooLong = "text_too_long",
        /// The cell holds the error of a formula.
        SpreadsheetError = "spreadsheet_error",
        /// The cell holds a formula, and the file does not say what it comes to.
        FormulaWithoutResult = "formula_without_result",
        /// The external id and the phone name different leads.
        IdentityConflict = "identity_conflict",
        /// The row names a known lead and `--on-duplicate reject` was given.
        Duplicate = "duplicate",
        /// A status event names no lead, or more than one could be meant.
        LeadUnknown = "lead_unknown",
        /// The name of a source or campaign is missing, or has neither letters nor digits.
        SourceMissing = "source_missing",
        /// A cost is recorded already, or stands in the file twice.
        CostRefused = "cost_refused",
        /// An exchange rate cannot be read, or stands in the file twice.
        RateInvalid = "rate_invalid",
        /// The row of a sheet of costs adds up others.
        TotalsRow = "totals_row",
    }
}

impl ProblemKind {
    /// What the kind means, for the documentation.
    pub fn meaning(self) -> &'static str {
        match self {
            ProblemKind::RaggedRow => "The row has more or fewer cells than the header has columns.",
            ProblemKind::StrayQuote => {
                "A quote stands where it cannot belong, so that cells or rows cannot be told apart: every line that it touches is rejected."
            }
            ProblemKind::NulByte => "The row holds the character U+0000, which no text has.",
            ProblemKind::NoIdentity => {
                "The row has neither phone nor email nor external id; a do-not-call request has no phone, or a status event names no lead."
            }
            ProblemKind::PhoneRegionMissing => {
                "The phone number is a national one, and no region is known; `--region` says it."
            }
            ProblemKind::PhoneInvalid => "The phone number cannot be read, or is not in use.",
            ProblemKind::PhoneLostDigits => "The spreadsheet has replaced digits of the phone number by zeros.",
            ProblemKind::ExternalIdDamaged => {
                "The spreadsheet has replaced digits of an id by zeros, so that it could be a stranger's; or the id holds an invisible character."
            }
            ProblemKind::EmailInvalid => "The email address is not one.",
            ProblemKind::StatusUnknown => "The status is unknown.",
            ProblemKind::ScoreInvalid => "The score is not an integer from 0 to 100.",
            ProblemKind::MoneyInvalid => "The amount of money cannot be read, or not in the way of its column.",
            ProblemKind::MoneyTooPrecise => "The amount has more decimals than its currency has; `--round` rounds it.",
            ProblemKind::CurrencyUnknown => "The currency is no ISO 4217 code.",
            ProblemKind::TemperatureUnknown => "The temperature is not hot, warm or cold.",
            ProblemKind::TimeInvalid => "The time cannot be read without guessing.",
            ProblemKind::ConsentUnknown => "The consent is unknown. Such a row is rejected even with `--lenient`.",
            ProblemKind::FlagUnknown => {
                "An opt-out cell is neither yes nor no. Such a row is rejected even with `--lenient`."
            }
            ProblemKind::OwnerUnknown => "No active user of the organization has this email.",
            ProblemKind::ScopeUnknown => "The scope of a do-not-call request is none of all, calls and texts.",
            ProblemKind::DncSourceUnknown => {
                "The source of a do-not-call request is none of those that `dnc add` takes."
            }
            ProblemKind::CountryUnknown => "The country is neither an ISO 3166 code nor an English name.",
            ProblemKind::TimezoneUnknown => "The time zone is not an IANA name.",
            ProblemKind::ExternalSourceMissing => {
                "The row has an external id, but does not say which system it comes from."
            }
            ProblemKind::TagsInvalid => {
                "The cell is a structure of a program, such as `{\"x\":1}`, and no list of tags."
            }
            ProblemKind::TextTooLong => "The text is longer than the column takes.",
            ProblemKind::SpreadsheetError => "The cell holds the error of a formula, such as `#N/A`.",
            ProblemKind::FormulaWithoutResult => {
                "The cell says who is meant, what they refuse, or what an amount is of, and holds a formula whose result is not stored in the file. Such a row is rejected even with `--lenient`."
            }
            ProblemKind::IdentityConflict => "The external id and the phone name different leads.",
            ProblemKind::Duplicate => "The row names a known lead, and `--on-duplicate reject` was given.",
            ProblemKind::LeadUnknown => "A status event names no lead, or more than one could be meant.",
            ProblemKind::SourceMissing => {
                "A cost names no source, or the name of a source or campaign has neither letters nor digits."
            }
            ProblemKind::CostRefused => "A cost is recorded already, stands in the file twice, or is below zero.",
            ProblemKind::RateInvalid => "An exchange rate cannot be read, or stands in the file twice.",
            ProblemKind::TotalsRow => "The row of a sheet of costs adds up other rows: it would count them twice.",
        }
    }

    /// The kind of what is wrong with an amount of money.
    pub fn of_money(problem: &MoneyProblem) -> ProblemKind {
        match problem {
            MoneyProblem::TooPrecise(_) => ProblemKind::MoneyTooPrecise,
            _ => ProblemKind::MoneyInvalid,
        }
    }

    /// The kind of what is wrong with a phone.
    pub fn of_phone(problem: &PhoneProblem) -> ProblemKind {
        match problem {
            PhoneProblem::LostDigits => ProblemKind::PhoneLostDigits,
            PhoneProblem::SpreadsheetError => ProblemKind::SpreadsheetError,
            PhoneProblem::RegionMissing => ProblemKind::PhoneRegionMissing,
            _ => ProblemKind::PhoneInvalid,
        }
    }

    /// Whether a number is lost with the value.
    pub fn is_of_phone(self) -> bool {
        matches!(self, ProblemKind::PhoneInvalid | ProblemKind::PhoneRegionMissing | ProblemKind::PhoneLostDigits)
    }

    /// Whether `--lenient` may drop the value: never where an opt-out could be lost, nor where the row itself is bad.
    pub fn is_droppable(self) -> bool {
        use ProblemKind::*;
        !matches!(
            self,
            RaggedRow
                | StrayQuote
                | NulByte
                | NoIdentity
                | ConsentUnknown
                | FlagUnknown
                | FormulaWithoutResult
                | IdentityConflict
                | Duplicate
                | LeadUnknown
                | CostRefused
                | RateInvalid
                | TotalsRow
        )
    }
}

/// What helps a formula whose result is not stored.
pub const FORMULA_REMEDY: &str = "open the file in a spreadsheet program and save it";

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    pub kind: ProblemKind,
    /// The header of the column, or empty when the whole row is meant.
    pub column: String,
    /// Where the column stands, counted from 0.
    pub index: Option<usize>,
    pub value: String,
    /// What is wrong, to be read after the value.
    pub problem: String,
    pub remedy: String,
}

impl RowProblem {
    /// A problem of a row as a whole.
    pub fn of_row(kind: ProblemKind, value: &str, problem: impl Into<String>, remedy: &str) -> RowProblem {
        RowProblem {
            kind,
            column: String::new(),
            index: None,
            value: value.to_owned(),
            problem: problem.into(),
            remedy: remedy.to_owned(),
        }
    }

    /// A cell that must be known and holds a formula whose result is not stored.
    pub fn of_formula(column: &str, index: usize) -> RowProblem {
        RowProblem {
            kind: ProblemKind::FormulaWithoutResult,
            column: column.to_owned(),
            index: Some(index),
            value: String::new(),
            problem: "the cell holds a formula whose result is not stored in the file".into(),
            remedy: FORMULA_REMEDY.into(),
        }
    }

    /// The problem as a sentence: the value, then what is wrong with it.
    pub fn describe(&self) -> String {
        match self.value.is_empty() {
            true => self.problem.clone(),
            false => format!("`{}` {}", self.value, self.problem),
        }
    }
}

/// Whether a row is none.
type Rule = dyn Fn(&Row) -> bool + Send + Sync;

/// Which rows of a file are none.
#[derive(Clone, Default)]
pub struct NoRows(Option<Arc<Rule>>);

impl NoRows {
    pub fn by(is_none: impl Fn(&Row) -> bool + Send + Sync + 'static) -> NoRows {
        NoRows(Some(Arc::new(is_none)))
    }

    pub fn has(&self, row: &Row) -> bool {
        self.0.as_ref().is_some_and(|is_none| is_none(row))
    }

    /// Whether every row of the file is one.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Debug for NoRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoRows").field("is_empty", &self.is_empty()).finish()
    }
}

/// What a cell is besides its text: in text files always a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellKind {
    #[default]
    Text,
    /// A number, written with a decimal point; with the currency that its format shows.
    Number(Option<Symbol>),
    /// `TRUE` or `FALSE`.
    Boolean,
    /// A date, a time, or both.
    Date,
    /// A formula whose result is not stored; its text is empty.
    Formula,
}

/// The cells of one row, in one allocation for the text and one for its ends.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Where the row stands in the file: the line on which it begins, or the sheet's row. The first is 1.
    pub number: u64,
    /// The line of a text on which it ends, where it spans several; else 0.
    pub last_line: u64,
    /// Where the first cell behind those of the header stands in the sheet, when empty ones before it were passed over.
    pub beyond: Option<u32>,
    /// Whether it has fewer cells than the header; those that are missing are blank.
    pub is_short: bool,
    text: String,
    ends: Vec<u32>,
    /// Up to the last cell that is no text: of text files nothing.
    kinds: Vec<CellKind>,
}

impl Row {
    pub fn new(number: u64) -> Row {
        Row { number, ..Row::default() }
    }

    pub fn with_capacity(number: u64, bytes: usize, cells: usize) -> Row {
        let (text, ends) = (String::with_capacity(bytes), Vec::with_capacity(cells));
        Row { number, text, ends, ..Row::default() }
    }

    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        // A record is at most a few MiB, far below u32.
        self.ends.push(self.text.len() as u32);
    }

    /// Adds a cell that may be no text.
    pub fn push_as(&mut self, kind: CellKind, cell: &str) {
        self.push(cell);
        if kind != CellKind::Text {
            self.kinds.resize(self.ends.len() - 1, CellKind::Text);
            self.kinds.push(kind);
        }
    }

    /// What the cell at `index` is.
    pub fn kind(&self, index: usize) -> CellKind {
        self.kinds.get(index).copied().unwrap_or_default()
    }

    /// The cell at `index`; empty beyond the last one.
    pub fn cell(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// The row without the marks inside its cells that our own files have.
    #[must_use]
    pub fn unmarked(self) -> Row {
        if memchr::memchr(b'\'', self.text.as_bytes()).is_none() || self.cells().all(|cell| unmark_inside(cell) == cell)
        {
            return self;
        }
        let mut row = Row::with_capacity(self.number, self.text.len(), self.ends.len());
        row.last_line = self.last_line;
        self.cells().for_each(|cell| row.push(&unmark_inside(cell)));
        row
    }

    /// The columns up to the last one that holds something, of so many.
    pub fn used(&self, most: usize) -> usize {
        (0..most.min(self.len())).rev().find(|index| !self.cell(*index).trim().is_empty()).map_or(0, |index| index + 1)
    }

    /// Whether no cell holds anything but white space and characters that nobody sees.
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(|c| c.is_whitespace() || is_invisible(c)) && !self.kinds.contains(&CellKind::Formula)
    }

    /// The bytes of all cells.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// About how many bytes the row takes in memory with what is made of it.
    pub fn weight(&self) -> usize {
        2 * self.text.len() + 100 * self.ends.len()
    }

    pub fn contains_nul(&self) -> bool {
        memchr::memchr(0, self.text.as_bytes()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_pushed() {
        let mut row = Row::new(7);
        ["a", "", "ü", "d"].into_iter().for_each(|cell| row.push(cell));
        assert_eq!(row.cells().collect::<Vec<_>>(), ["a", "", "ü", "d"]);
        assert_eq!(row.cell(9), "");
        assert!(!row.is_blank() && !row.contains_nul());
    }

    #[test]
    fn kinds_come_back_as_pushed() {
        let mut row = Row::new(7);
        row.push("a");
        row.push_as(CellKind::Text, "b");
        row.push_as(CellKind::Boolean, "TRUE");
        row.push("c");
        assert_eq!((0..5).map(|index| row.kind(index)).collect::<Vec<_>>(), {
            use CellKind::{Boolean, Text};
            [Text, Text, Boolean, Text, Text]
        });
        let mut formula = Row::new(8);
        assert!(formula.is_blank());
        formula.push_as(CellKind::Formula, "");
        assert!(!formula.is_blank());
    }
}
