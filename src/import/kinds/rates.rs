//! The import of exchange rates: each row what a currency was worth in a month.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::models::imports::Import;
use crate::db::models::money::exchange_rates::{self, RateKey};
use crate::db::{Db, DbError, Lock, OrgId};
use crate::domain::imports::kind::ImportKind;
use crate::domain::money::rate::Rate;
use crate::domain::time::month::Month;
use crate::domain::time::period::Period;
use crate::import::ImportError;
use crate::import::options::Assignment;
use crate::import::proof::Formats;
use crate::import::row::{ProblemKind, RowProblem};
use crate::import::saved::{Lists, Mappable};
use crate::import::sheet::cells::RowCells;
use crate::import::sheet::columns::{Columns, SheetField};
use crate::import::sheet::{Kind, Options, Outcome};
use crate::import::template::About;
use crate::import::unclaimed::Watch;
use crate::import::vocabulary::currency::is_currency_column;
use crate::ops::imports::undo::{Count, TakenBack, Undoing};

vocabulary! {
    /// A field that a column of a sheet of exchange rates can fill.
    RateField {
        Currency = "currency",
        Period = "period",
        Rate = "rate",
        BaseCurrency = "base_currency",
    }
}

impl SheetField for RateField {
    const ROW: &'static str = "exchange rate";
    const REQUIRED: &'static [(&'static [Self], &'static str)] = {
        use RateField::*;
        &[(&[Rate], "the rate"), (&[Currency], "the currency"), (&[Period], "the month")]
    };
    const PROVEN_DATES: &'static [Self] = &[RateField::Period];
    const PROVEN_NUMBERS: &'static [Self] = &[RateField::Rate];

    fn about(self) -> About {
        match self {
            RateField::Currency => About::text("The currency, by ISO 4217 code", "EUR"),
            RateField::Period => About::text("The month", "2026-02"),
            RateField::Rate => About::number("What one unit of the currency is in the base currency", "1.0843"),
            RateField::BaseCurrency => About::text("The base currency: the organization's", "USD"),
        }
    }

    fn synonyms(self) -> &'static [&'static str] {
        match self {
            RateField::Currency => {
                &["currency", "currency code", "from", "from currency", "währung", "moneda", "devise"]
            }
            RateField::Period => &["month", "period", "date", "monat", "mes", "mois"],
            RateField::Rate => {
                &["rate", "exchange rate", "fx rate", "obs value", "kurs", "wechselkurs", "tipo de cambio"]
            }
            RateField::BaseCurrency => &["base currency", "base", "to", "to currency", "in"],
        }
    }

    fn of_many_forms(header: &str) -> Option<Self> {
        is_currency_column(header).then_some(RateField::Currency)
    }

    /// A further column of currencies may say what the rate is to.
    fn watch(_columns: &Columns<Self>) -> Watch {
        Watch { currencies: Some(None), ..Watch::default() }
    }
}

/// What a person asked of an import of exchange rates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateOptions {
    pub map: Vec<Assignment>,
    pub ignore: Vec<String>,
    pub set: Vec<Assignment>,
    #[serde(flatten)]
    pub formats: Formats,
}

impl Mappable for RateOptions {
    fn lists(&mut self) -> Lists<'_> {
        Lists::of(&mut self.map, &mut self.set, &mut self.ignore)
    }

    fn under(self, saved: RateOptions) -> RateOptions {
        self.or(saved)
    }

    fn of_any_file(self, said: &RateOptions) -> RateOptions {
        RateOptions { formats: said.formats, ..self }
    }
}

impl Options for RateOptions {
    fn or(self, earlier: RateOptions) -> RateOptions {
        RateOptions {
            map: if self.map.is_empty() { earlier.map } else { self.map },
            ignore: if self.ignore.is_empty() { earlier.ignore } else { self.ignore },
            set: if self.set.is_empty() { earlier.set } else { self.set },
            formats: self.formats.or(earlier.formats),
        }
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

    fn formats(&self) -> Formats {
        self.formats
    }

    fn with_formats(self, formats: Formats) -> RateOptions {
        RateOptions { formats, ..self }
    }
}

/// The import of exchange rates.
pub struct Rates {
    options: RateOptions,
    org: OrgId,
    base: String,
    in_force: BTreeMap<RateKey, Rate>,
    seen: HashSet<RateKey>,
}

/// Nothing is counted besides the rows.
#[derive(Debug, Default, Serialize)]
pub struct RateCounts {}

impl Kind for Rates {
    const KIND: ImportKind = ImportKind::Rates;
    const LOCK: Lock = Lock::CostImport;
    type Field = RateField;
    type Options = RateOptions;
    type Value = (RateKey, Rate);
    type Counts = RateCounts;

    fn new(options: RateOptions, organization: &Organization) -> Rates {
        let base = organization.base_currency.clone();
        Rates { options, org: organization.org_id(), base, in_force: BTreeMap::new(), seen: HashSet::new() }
    }

    fn options(&self) -> &RateOptions {
        &self.options
    }

    fn begin(&mut self, conn: &mut Db, _rows: usize, _stamp: &Stamp) -> Result<(), ImportError> {
        self.in_force = exchange_rates::in_force(conn, self.org, &self.base)?;
        Ok(())
    }

    fn check(&self, cells: &mut RowCells<'_, RateField>) -> Option<(RateKey, Rate)> {
        for (field, kind, what, remedy) in [
            (RateField::Currency, ProblemKind::CurrencyUnknown, "no currency is given", "name it by its ISO 4217 code"),
            (RateField::Period, ProblemKind::TimeInvalid, "no month is given", "name it, such as 2026-03"),
            (RateField::Rate, ProblemKind::RateInvalid, "no rate is given", "write it as 1.0843, or delete the row"),
        ] {
            if cells.one(field).is_none() {
                cells.row_problem(kind, what, remedy);
            }
        }
        let currency = cells.currency(RateField::Currency);
        let period = month(cells);
        let rate = cells.decimal(RateField::Rate).and_then(|(index, number)| match number.parse::<Rate>() {
            Ok(rate) => Some(rate),
            Err(_) => {
                let remedy = "write it as 1.0843, with at most 9 digits before the point and 12 after";
                cells.problem(ProblemKind::RateInvalid, index, &number, "is no rate", remedy);
                None
            }
        });
        let base = cells.base_currency();
        if let Some(other) = cells.currency(RateField::BaseCurrency).filter(|other| *other != base) {
            let problem =
                format!("the rate is to {}, and the organization's currency is {}", other.code(), base.code());
            cells.row_problem(ProblemKind::RateInvalid, &problem, "leave the row out");
        }
        if currency == Some(base) {
            let problem = format!("{} is the organization's own currency", base.code());
            cells.row_problem(ProblemKind::RateInvalid, &problem, "leave the row out; it needs no rate");
        }
        Some(((currency?.code().to_owned(), period?), rate?))
    }

    fn write(&mut self, conn: &mut Db, rows: &[(RateKey, Rate)], stamp: &Stamp) -> Result<Vec<Outcome>, ImportError> {
        let mut outcomes = Vec::with_capacity(rows.len());
        for (key, rate) in rows {
            if !self.seen.insert(key.clone()) {
                let problem = format!("the rate of {} in {} stands in an earlier row already", key.0, key.1);
                let problem = RowProblem::of_row(ProblemKind::RateInvalid, "", problem, "delete one of the rows");
                outcomes.push(Outcome::Rejected(problem));
                continue;
            }
            let before = self.in_force.get(key);
            outcomes.push(match before {
                Some(before) if before == rate => Outcome::Unchanged,
                Some(_) => Outcome::Updated,
                None => Outcome::Created,
            });
            if before != Some(rate) {
                exchange_rates::insert(conn, key, &self.base, *rate, stamp)?;
            }
        }
        Ok(outcomes)
    }

    fn counts(self) -> RateCounts {
        RateCounts {}
    }
}

/// The rates of an undone import count no more, so that those before them do; how many they are is told.
pub struct RatesUndoing;

impl Undoing for RatesUndoing {
    fn counts(&self) -> &'static [Count] {
        &[Count { key: "rates_removed", title: "exchange rates taken back", ahead: "exchange rates to take back" }]
    }

    fn take_back(&self, conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<TakenBack, DbError> {
        let rates = exchange_rates::count_of_import(conn, stamp.org, import.id)?;
        Ok(TakenBack { figures: vec![rates], ..TakenBack::default() })
    }
}

/// The month of a rate. Files name it by its first or last day, too.
fn month(cells: &mut RowCells<'_, RateField>) -> Option<Month> {
    let period = cells.period(RateField::Period)?;
    match period {
        Period::Month(month) => Some(month),
        Period::Day(day) if day.day() == 1 || day == day.last_of_month() => Some(period.month()),
        Period::Day(_) => {
            if let Some((index, text)) = cells.one(RateField::Period) {
                let remedy = "write the month, such as 2026-03, with the month's average rate";
                cells.problem(ProblemKind::TimeInvalid, index, &text, "is a day, and a rate is of a month", remedy);
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::fold_key;

    #[test]
    fn columns_of_currencies() {
        let field = |header| RateField::of_header(header);
        for header in ["Ccy", "Moeda", "Currency Code", "Währung", "Код валюты"] {
            assert_eq!(field(header), Some(RateField::Currency), "{header}");
        }
        assert_eq!((field("Base currency"), field("To currency")), (Some(RateField::BaseCurrency), field("Base")));
        // What nothing claims is looked at.
        let headers = ["Currency", "Quote currency", "Month", "Rate"].map(str::to_owned);
        let columns = Columns::<RateField>::of("rates.csv", &headers, &[], &[], &[]).unwrap();
        assert_eq!((columns.unclaimed(), RateField::watch(&columns).currencies), (vec![1], Some(None)));
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = HashSet::new();
        for field in RateField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(fold_key(synonym), *synonym);
                assert!(seen.insert(*synonym), "{synonym} twice");
            }
        }
    }
}
