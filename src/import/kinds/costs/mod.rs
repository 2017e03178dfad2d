//! The import of costs: each row what a source, or a campaign of it, cost in a month or on a day of it.

mod advice;
pub mod fields;
mod totals;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::{Db, Lock, OrgId};
use crate::domain::imports::kind::ImportKind;
use crate::domain::leads::source;
use crate::domain::money::cost::{CostKey, CostProblem, LONGEST_CAMPAIGN, LONGEST_NOTE, OnRecorded};
use crate::domain::money::{Money, Places, currency};
use crate::domain::time::month::Month;
use crate::domain::time::period::Period;
use crate::error::Advice;
use crate::import::ImportError;
use crate::import::options::Assignment;
use crate::import::presets::PresetKind;
use crate::import::proof::Formats;
use crate::import::row::{ProblemKind, RowProblem};
use crate::import::saved::{Lists, Mappable};
use crate::import::sheet::cells::RowCells;
use crate::import::sheet::{Kind, Options, Outcome};
use crate::import::source::Source;
use crate::ops::money::costs::{CostBook, CostEntry, Settled, said};
use fields::{CostField, currency_of_header};
use totals::Survey;

/// What presets know of the fields of costs.
pub const PRESETS: PresetKind = PresetKind {
    kind: ImportKind::Costs,
    fields: CostField::WORDS,
    repeats: |_| false,
    is_of_people: false,
    is_consent: |_| false,
    takes_consent: |_| false,
};

/// What a person asked of an import of costs: what a row leaves blank is taken from here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CostOptions {
    /// What is known of the program that wrote the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    pub map: Vec<Assignment>,
    pub ignore: Vec<String>,
    pub set: Vec<Assignment>,
    pub source: Option<String>,
    pub campaign: Option<String>,
    /// `2026-03`
    pub period: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    pub on_recorded: Option<OnRecorded>,
    /// Whether amounts are rounded that have more decimals than their currency has.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub round: bool,
    /// Amounts of rows without a name that turned out to be totals, in minor units: a reject file has the row, but not the
    /// rows that it adds up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<i64>,
    #[serde(flatten)]
    pub formats: Formats,
}

impl Mappable for CostOptions {
    fn lists(&mut self) -> Lists<'_> {
        Lists::of(&mut self.map, &mut self.set, &mut self.ignore)
    }

    fn under(self, saved: CostOptions) -> CostOptions {
        self.or(saved)
    }

    fn of_any_file(self, said: &CostOptions) -> CostOptions {
        CostOptions { formats: said.formats, totals: Vec::new(), ..self }
    }
}

impl Options for CostOptions {
    fn or(self, earlier: CostOptions) -> CostOptions {
        CostOptions {
            preset: self.preset.or(earlier.preset),
            map: if self.map.is_empty() { earlier.map } else { self.map },
            ignore: if self.ignore.is_empty() { earlier.ignore } else { self.ignore },
            set: if self.set.is_empty() { earlier.set } else { self.set },
            source: self.source.or(earlier.source),
            campaign: self.campaign.or(earlier.campaign),
            period: self.period.or(earlier.period),
            currency: self.currency.or(earlier.currency),
            on_recorded: self.on_recorded.or(earlier.on_recorded),
            round: self.round || earlier.round,
            totals: if self.totals.is_empty() { earlier.totals } else { self.totals },
            formats: self.formats.or(earlier.formats),
        }
    }

    fn preset(&self) -> Option<&str> {
        self.preset.as_deref()
    }

    fn with_preset(self, name: &str) -> CostOptions {
        CostOptions { preset: Some(name.to_owned()), ..self }
    }

    fn map(&self) -> &[Assignment] {
        &self.map
    }

    fn ignore(&self) -> &[String] {
        &self.ignore
    }

    fn set(&self) -> &[Assignment] {
        &self.set
    }

    fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    fn formats(&self) -> Formats {
        self.formats
    }

    fn rounds(&self) -> bool {
        self.round
    }

    fn with_formats(self, formats: Formats) -> CostOptions {
        CostOptions { formats, ..self }
    }
}

/// What is counted besides the rows.
#[derive(Debug, Default, Serialize)]
pub struct CostCounts {
    /// Costs that were entered or changed: one for each source, campaign, month and currency.
    pub costs: u64,
    /// What the accepted rows add up to, in minor units of each currency.
    pub amount_cents: BTreeMap<String, i64>,
    /// Accepted rows whose amount was rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounded: Option<u64>,
    /// What the first of them was rounded to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounded_example: Option<String>,
}

/// The import of costs. Rows of several days of a month add up to its cost.
pub struct Costs {
    options: CostOptions,
    org: OrgId,
    book: CostBook,
    /// What the file has said of each cost so far.
    seen: HashMap<CostKey, Seen>,
    survey: Survey,
    counts: CostCounts,
}

/// The rows of one cost that were accepted.
struct Seen {
    /// The days that they are of; `None` when the first is of the month as a whole.
    days: Option<HashSet<Period>>,
    is_new: bool,
}

/// What a row says.
pub struct CostRow {
    entry: CostEntry,
    period: Period,
    /// What its amount was rounded to.
    rounded: Option<String>,
}

impl Kind for Costs {
    const KIND: ImportKind = ImportKind::Costs;
    const LOCK: Lock = Lock::CostImport;
    type Field = CostField;
    type Options = CostOptions;
    type Value = CostRow;
    type Counts = CostCounts;

    fn new(options: CostOptions, organization: &Organization) -> Costs {
        Costs {
            options,
            org: organization.org_id(),
            book: CostBook::default(),
            seen: HashMap::new(),
            survey: Survey::default(),
            counts: CostCounts::default(),
        }
    }

    fn given(options: &CostOptions) -> Vec<CostField> {
        let given = [(options.source.is_some(), CostField::Source), (options.period.is_some(), CostField::Period)];
        given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, field)| field).collect()
    }

    fn advice(missing: &[CostField], source: &Source, last: Month) -> Option<Advice> {
        advice::of(missing, source, last)
    }

    fn options(&self) -> &CostOptions {
        &self.options
    }

    fn begin(&mut self, conn: &mut Db, _rows: usize, _stamp: &Stamp) -> Result<(), ImportError> {
        self.book = CostBook::load(conn, self.org, None)?;
        Ok(())
    }

    fn is_doubtful(&self, cells: &RowCells<'_, CostField>) -> bool {
        totals::is_doubtful(cells)
    }

    fn look_at(&mut self, mut cells: RowCells<'_, CostField>) {
        let money = self.money(&mut cells).map(|(money, _)| money);
        let period = self.period(&mut cells);
        self.survey.look_at(&cells, money, period);
    }

    fn looked(&mut self) {
        self.survey.settle(&self.options.totals);
        self.options.totals.extend(self.survey.amounts());
    }

    fn check(&self, cells: &mut RowCells<'_, CostField>) -> Option<CostRow> {
        if totals::refuse(cells, &self.survey) {
            return None;
        }
        let source = self.name(cells, CostField::Source, source::MAX_LENGTH, self.options.source.as_deref());
        if source.is_none() && cells.one(CostField::Source).is_none() {
            cells.row_problem(ProblemKind::SourceMissing, "no source is given", "name it, or say --source NAME");
        }
        let campaign = self.name(cells, CostField::Campaign, LONGEST_CAMPAIGN, self.options.campaign.as_deref());
        let period = self.period(cells);
        let money = self.money(cells);
        let note = cells.text(CostField::Note, LONGEST_NOTE);
        let ((money, rounded), period) = (money?, period?);
        let key = CostKey {
            period: period.month(),
            source: source?,
            campaign: campaign.unwrap_or_default(),
            currency: money.currency.code().to_owned(),
        };
        Some(CostRow { entry: CostEntry { key, cents: money.cents, note }, period, rounded })
    }

    fn write(&mut self, _conn: &mut Db, rows: &[CostRow], _stamp: &Stamp) -> Result<Vec<Outcome>, ImportError> {
        Ok(rows.iter().map(|row| self.enter(row)).collect())
    }

    fn finish(&mut self, conn: &mut Db, stamp: &Stamp) -> Result<(), ImportError> {
        self.counts.costs = std::mem::take(&mut self.book).write(conn, None, stamp)?.len() as u64;
        Ok(())
    }

    fn counts(self) -> CostCounts {
        self.counts
    }
}

impl Costs {
    /// The normal form of a name in a cell, else of the one that was given for all rows.
    fn name(
        &self,
        cells: &mut RowCells<'_, CostField>,
        field: CostField,
        most: usize,
        given: Option<&str>,
    ) -> Option<String> {
        let Some((index, text)) = cells.one(field) else { return given.map(source::normalize) };
        let name = source::normalize(&text);
        match name.chars().count() {
            0 => cells.problem(ProblemKind::SourceMissing, index, &text, "is no name", source::REMEDY),
            length if length > most => {
                let problem = format!("is longer than {most} characters");
                cells.problem(ProblemKind::TextTooLong, index, &text, &problem, "shorten it");
            }
            _ => return Some(name),
        }
        None
    }

    fn period(&self, cells: &mut RowCells<'_, CostField>) -> Option<Period> {
        let given = || self.options.period.as_deref()?.parse().ok().map(Period::Month);
        let period = match cells.one(CostField::Period) {
            Some(_) => cells.period(CostField::Period),
            None => given(),
        };
        if period.is_none() && cells.one(CostField::Period).is_none() {
            cells.row_problem(ProblemKind::TimeInvalid, "no month is given", "name it, or say --month 2026-03");
        }
        // The cost of a quarter is not one month's.
        let end = cells.period(CostField::PeriodEnd);
        if let (Some(period), Some(end), Some((index, text))) = (period, end, cells.one(CostField::PeriodEnd))
            && end.month() != period.month()
        {
            let problem = format!("lies in another month than the beginning, {}", period.month());
            let remedy = "costs are recorded by month: export them by month or by day";
            cells.problem(ProblemKind::TimeInvalid, index, &text, &problem, remedy);
            return None;
        }
        // A row from the first to the last of a month is that month's; one of a week is known by its first day.
        match (period, end) {
            (Some(Period::Day(first)), Some(Period::Day(last)))
                if first.day() == 1 && last == first.last_of_month() =>
            {
                Some(Period::Month(Period::Day(first).month()))
            }
            (period, _) => period,
        }
    }

    fn money(&self, cells: &mut RowCells<'_, CostField>) -> Option<(Money, Option<String>)> {
        let column = cells.one(CostField::Cost).map(|(index, _)| index);
        if column.is_none() {
            cells.row_problem(ProblemKind::MoneyInvalid, "no cost is given", "write it as 1250.00, or delete the row");
            return None;
        }
        let of_row = match cells.one(CostField::Currency) {
            Some(_) => Some(cells.currency(CostField::Currency)?),
            None => column.and_then(|index| currency_of_header(cells.header(index))),
        };
        let given = || self.options.currency.as_deref().and_then(|code| currency::parse(code).ok());
        let places = if self.options.round { Places::Rounded } else { Places::Exact };
        let (money, rounded) = cells.money(CostField::Cost, of_row.or_else(given), places)?;
        if money.cents < 0 {
            if let Some((index, text)) = cells.one(CostField::Cost) {
                let remedy = "take a credit off the cost of its month";
                cells.problem(ProblemKind::CostRefused, index, &text, "is below zero", remedy);
            }
            return None;
        }
        Some((money, rounded))
    }

    fn enter(&mut self, row: &CostRow) -> Outcome {
        let on = self.options.on_recorded.unwrap_or(OnRecorded::Refuse);
        let key = &self.book.key_of(&row.entry.key);
        let on = match self.seen.get(key) {
            None => on,
            // A further day of the month.
            Some(Seen { days: Some(days), .. })
                if matches!(row.period, Period::Day(_)) && !days.contains(&row.period) =>
            {
                OnRecorded::Add
            }
            Some(_) if on == OnRecorded::Add => OnRecorded::Add,
            Some(_) => {
                let remedy = "delete one of the rows, or say --add when both count";
                return refused(format!("the cost of {key} stands in an earlier row already"), remedy);
            }
        };
        let recorded = self.book.recorded(key);
        let settled = match self.book.enter(&row.entry, on) {
            Ok(settled) => settled,
            // The same as is recorded, as when a file is imported again.
            Err(CostProblem::Recorded(cents)) if cents == row.entry.cents && matches!(row.period, Period::Month(_)) => {
                Settled::Unchanged
            }
            Err(problem) => {
                let remedy = match problem {
                    CostProblem::Recorded(_) => "leave it out, or say --add or --replace",
                    CostProblem::BelowLedger(_) => "refund the charge first: crmctl budget refund",
                    _ => "correct it",
                };
                return refused(said(key, &problem), remedy);
            }
        };
        let seen = self.seen.entry(key.clone()).or_insert_with(|| Seen {
            days: matches!(row.period, Period::Day(_)).then(HashSet::new),
            is_new: recorded.is_none(),
        });
        let is_new = seen.is_new;
        if let Some(days) = &mut seen.days {
            days.insert(row.period);
        }
        if let Some(told) = &row.rounded {
            *self.counts.rounded.get_or_insert(0) += 1;
            self.counts.rounded_example.get_or_insert_with(|| told.clone());
        }
        let sum = self.counts.amount_cents.entry(row.entry.key.currency.clone()).or_default();
        *sum = sum.saturating_add(row.entry.cents);
        match settled {
            Settled::Unchanged if row.entry.cents != 0 || !is_new => Outcome::Unchanged,
            _ if is_new => Outcome::Created,
            _ => Outcome::Updated,
        }
    }
}

fn refused(problem: String, remedy: &str) -> Outcome {
    Outcome::Rejected(RowProblem::of_row(ProblemKind::CostRefused, "", problem, remedy))
}
