//! Return on investment: what leads cost, and what those are worth that were recruited.

mod costs;
mod figures;
mod leads;
mod rates;

pub use figures::{Change, Keyed, Line, Others, Reconciliation, Roi, Unreported};

use std::collections::BTreeMap;

use iso_currency::Currency;

use crate::db::models::access::users;
use crate::db::models::money::budget_transactions;
use crate::db::{Cell, Db, DbError};
use crate::domain::leads::source;
use crate::domain::reports::spellings::Spellings;
use crate::domain::time::month::Month;
use crate::domain::time::window::Window;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::filter::{Filter, Moment};
use crate::reports;
use figures::{Gathered, Sums};
use rates::Rates;

vocabulary! {
    /// What a report of costs is broken down by.
    By {
        Source = "source",
        Campaign = "campaign",
        Owner = "owner",
        Month = "month",
    }
}

impl By {
    /// The key of the list of groups in JSON.
    pub fn plural(self) -> &'static str {
        match self {
            By::Source => "sources",
            By::Campaign => "campaigns",
            By::Owner => "owners",
            By::Month => "months",
        }
    }
}

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Question {
    pub at: Moment,
    /// Whole months, or open.
    pub window: Window,
    /// Leads for which this holds; all leads when there is none.
    pub filter: Option<Filter>,
    pub by: By,
    /// What was known then counts.
    pub as_of: Timestamp,
    /// The organization's currency.
    pub base: Currency,
}

impl Question {
    /// The same question about another window.
    pub fn about(&self, window: Window) -> Question {
        Question { window, ..self.clone() }
    }

    /// The first month of the window, and the first one that does not belong to it.
    fn months(&self) -> Result<(Option<Month>, Option<Month>), RoiError> {
        self.window.months().ok_or_else(|| RoiError::NotMonths(self.window.name()))
    }
}

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RoiError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("{}", rates::missing_in_words(.0))]
    MissingRates(Vec<MissingRate>),
    #[error("{0} is too large an amount")]
    TooLarge(String),
    #[error("{0} are not whole months, and costs are recorded by month")]
    NotMonths(String),
}

/// So many missing rates are named.
const SHOWN: usize = 20;

impl Explain for RoiError {
    fn explain(&self) -> CommandError {
        let error = CommandError::failed(self.to_string());
        match self {
            RoiError::Db(e) => e.explain(),
            RoiError::MissingRates(missing) => {
                let rest = missing.len().saturating_sub(SHOWN);
                let told = missing.iter().map(|rate| format!("{} {}, for {}", rate.currency, rate.period, rate.what));
                let more = (rest > 0).then(|| format!("and {rest} more"));
                let example = missing.first().map(|MissingRate { currency, period, .. }| {
                    format!("set what one {currency} was worth: crmctl roi rate set {currency} {period} RATE")
                });
                match missing.len() {
                    0 | 1 => error.maybe_hint(example),
                    _ => error.details(told.take(SHOWN).chain(more)).maybe_hint(
                        example.map(|one| format!("{one}\nor import a sheet of rates: crmctl import rates FILE")),
                    ),
                }
            }
            RoiError::NotMonths(_) => error.hint("name months, such as --month 2026-03"),
            RoiError::TooLarge(_) => error.hint("correct it, or its exchange rate"),
        }
    }
}

/// A rate that a report needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRate {
    pub currency: String,
    pub base: String,
    pub period: Month,
    /// What is to be converted by it, for example.
    pub what: String,
}

/// The sums of each group; `None` for leads and costs that have no such value.
type Groups = BTreeMap<Option<String>, Sums>;

/// What the leads created in the window cost, and what those are worth that were recruited.
///
/// # Errors
/// An amount is in a currency without a rate, or the database cannot be read.
pub fn roi(conn: &mut Db, question: &Question) -> Result<Roi, RoiError> {
    let mut rates = Rates::load(conn, question.at.org, question.base)?;
    let mut groups = Groups::new();
    let mut names = Names::of(conn, question)?;
    leads::gather(conn, question, &mut names, &mut rates, &mut groups)?;
    let recorded_cents = costs::gather(conn, question, &mut names, &mut rates, &mut groups)?;
    let (since, until) = question.months()?;
    let (since, until) = (since.map(|month| month.to_string()), until.map(|month| month.to_string()));
    let mut in_ledger_cents = 0i64;
    for (key, cents) in budget_transactions::of_costs(conn, question.at.org, since, until)? {
        let converted = rates.convert(cents, &key.currency, key.period, || format!("the charges for {key}"))?;
        in_ledger_cents = in_ledger_cents.saturating_add(converted);
    }
    rates.refuse_missing()?;
    let deleted = reports::leads::deleted(conn, &question.at, &question.filter, &question.window)?;
    Ok(figures::report(question, Gathered { groups, names, recorded_cents, in_ledger_cents, deleted }))
}

/// The names of groups, from the values of leads.
struct Names {
    by: By,
    emails: BTreeMap<i64, String>,
    /// The months of [`By::Month`].
    months: Vec<Month>,
    /// How sources and campaigns are written.
    spellings: Spellings,
}

impl Names {
    fn of(conn: &mut Db, question: &Question) -> Result<Names, RoiError> {
        let emails = match question.by {
            By::Owner => users::all(conn, question.at.org)?.into_iter().map(|user| (user.id, user.email)).collect(),
            _ => BTreeMap::new(),
        };
        let months = match question.by {
            By::Month => months(conn, question)?,
            _ => Vec::new(),
        };
        Ok(Names { by: question.by, emails, months, spellings: Spellings::default() })
    }

    /// The group of a value that so many leads have.
    fn group(&mut self, value: &Cell, leads: u64) -> Option<String> {
        match (self.by, value) {
            (_, Cell::Empty) => None,
            (By::Month, Cell::Number(place)) => {
                usize::try_from(*place).ok().and_then(|place| self.months.get(place)).map(Month::to_string)
            }
            (_, Cell::Number(user)) => Some(self.emails.get(user).cloned().unwrap_or_else(|| format!("user {user}"))),
            (by, Cell::Text(text)) => {
                let name = Some(source::normalize(text)).filter(|name| !name.is_empty())?;
                Some(self.spellings.add(&name, if by == By::Campaign { text } else { &name }, leads))
            }
        }
    }

    /// The group of a cost with this source or campaign, in its normal form.
    fn of_cost(&mut self, name: &str) -> String {
        self.spellings.add(name, name, 0)
    }

    /// Which names are one that are written otherwise.
    fn met(&self) -> Vec<String> {
        self.spellings.notes(source::normalize)
    }

    /// How a group is written.
    fn label(&self, group: Option<String>) -> Option<String> {
        let group = group?;
        Some(self.spellings.label(&group).map_or_else(|| group.clone(), str::to_owned))
    }
}

/// The months of the window; where it is open, those in which leads were created.
fn months(conn: &mut Db, question: &Question) -> Result<Vec<Month>, RoiError> {
    let zone = &question.at.zone;
    let span = reports::leads::span(conn, &question.at)?;
    let (since, until) = question.months()?;
    let first = since.or_else(|| span.map(|(first, _)| Month::at(first, zone)));
    let end = until.or_else(|| span.map(|(_, last)| Month::at(last, zone).next()));
    Ok(first.zip(end).map(|(first, end)| Month::between(first, end).collect()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(rates: usize) -> CommandError {
        let rate = |place: usize| MissingRate {
            currency: "EUR".into(),
            base: "USD".into(),
            period: "2026-03".parse().unwrap(),
            what: format!("cost {place}"),
        };
        RoiError::MissingRates((1..=rates).map(rate).collect()).explain()
    }

    #[test]
    fn the_first_missing_rates_are_named() {
        assert_eq!(missing(1).details, [""; 0]);
        assert_eq!(
            missing(1).hint.as_deref(),
            Some("set what one EUR was worth: crmctl roi rate set EUR 2026-03 RATE")
        );
        assert_eq!(missing(2).details, ["EUR 2026-03, for cost 1", "EUR 2026-03, for cost 2"]);
        assert!(
            missing(2)
                .hint
                .is_some_and(|hint| hint.ends_with("\nor import a sheet of rates: crmctl import rates FILE"))
        );
        let many = missing(SHOWN + 3).details;
        assert_eq!((many.len(), many.last().map(String::as_str)), (SHOWN + 1, Some("and 3 more")));
    }
}
