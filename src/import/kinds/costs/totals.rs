//! Rows of totals in a sheet of costs. A name tells them, and of a row without a name its amount: that it is the sum of
//! other rows. Equal sums alone prove nothing, so a row with a name of its own is always a cost.

use std::collections::{HashMap, HashSet};

use super::fields::CostField;
use crate::domain::leads::source;
use crate::domain::money::Money;
use crate::domain::money::totals::{Naming, naming};
use crate::domain::text::is_placeholder;
use crate::domain::time::period::Period;
use crate::import::row::ProblemKind;
use crate::import::sheet::cells::RowCells;

/// The name that a row gives itself, as far as it says what the row is.
enum Name {
    /// It is a row of totals by this cell.
    Total(usize, String),
    /// It may be one of the group that is named so.
    TotalOf(String),
    /// It may be one of all, or of the source that it names.
    Maybe(Option<String>),
    /// It names neither source nor campaign.
    Blank,
    /// It names a source, and no campaign although there is a column of them.
    BlankCampaign(String),
    Own,
}

/// What a row is by its name. Where no cell of a name holds anything, those of all other columns are looked at, too: the
/// word may stand beside an account or an ad.
fn name_of(cells: &RowCells<'_, CostField>) -> Name {
    let is_name = |field| matches!(field, Some(CostField::Source | CostField::Campaign));
    let is_blank = |text: &str| text.is_empty() || is_placeholder(text);
    let mut has_name = false;
    let (mut group, mut maybe) = (None, None);
    let dated = Some(CostField::Period);
    for (index, field, text) in cells.written().filter(|(_, field, _)| is_name(*field) || *field == dated) {
        match naming(text) {
            Naming::Total => return Name::Total(index, text.to_owned()),
            Naming::TotalOf(of) if is_name(field) => group = Some(of),
            Naming::MaybeTotalOf(of) if is_name(field) => maybe = Some((field, Some(of))),
            Naming::Maybe if is_name(field) => maybe = maybe.or(Some((field, None))),
            _ => {}
        }
        has_name |= is_name(field) && !is_blank(text);
    }
    if let Some(of) = group {
        return Name::TotalOf(of);
    }
    if let Some((field, of)) = maybe {
        let campaign = cells.one(CostField::Campaign).filter(|(_, text)| naming(text) == Naming::Own);
        let source = cells.one(CostField::Source).filter(|(_, text)| naming(text) == Naming::Own);
        return match (of, campaign) {
            // The campaign says which cost it is.
            (_, Some(_)) if field == Some(CostField::Source) => Name::Own,
            (Some(of), _) => Name::TotalOf(of),
            (None, _) => Name::Maybe(source.map(|(_, text)| source::normalize(&text))),
        };
    }
    if has_name {
        return match (cells.one(CostField::Source), cells.one(CostField::Campaign)) {
            (Some((_, text)), None) if cells.has(CostField::Campaign) => Name::BlankCampaign(source::normalize(&text)),
            _ => Name::Own,
        };
    }
    let mut others = cells.written().filter(|(_, field, text)| field.is_none() && !is_blank(text));
    match others.find(|(_, _, text)| naming(text) == Naming::Total) {
        Some((index, _, text)) => Name::Total(index, text.to_owned()),
        None if cells.has(CostField::Source) || cells.has(CostField::Campaign) => Name::Blank,
        None => Name::Own,
    }
}

/// Whether only the other rows tell whether this one is their total.
pub(super) fn is_doubtful(cells: &RowCells<'_, CostField>) -> bool {
    matches!(name_of(cells), Name::TotalOf(_) | Name::Maybe(_) | Name::Blank | Name::BlankCampaign(_))
}

/// Notes that a row is one of totals, if it is, and how to keep it if it is not.
pub(super) fn refuse(cells: &mut RowCells<'_, CostField>, survey: &Survey) -> bool {
    let name = name_of(cells);
    if let Name::Total(index, text) = name {
        let remedy = "delete the row; if it is a cost of its own, give it another name, such as Total Ads";
        let problem = "is the name of a row of totals, which would count other rows twice";
        cells.problem(ProblemKind::TotalsRow, index, &text, problem, remedy);
        return true;
    }
    if !survey.totals.contains(&cells.row_number()) {
        return false;
    }
    let remedy = "delete the row; if it is a cost of its own, give it a name of its own";
    match cells.one(CostField::Cost) {
        Some((index, text)) => {
            let problem = match name {
                Name::TotalOf(_) | Name::Maybe(_) => "is the sum of other rows, and the row has the name of a total",
                _ => "is the sum of other rows, and the row has no name of its own",
            };
            cells.problem(ProblemKind::TotalsRow, index, &text, problem, remedy);
        }
        None => cells.row_problem(ProblemKind::TotalsRow, "the row adds up others", remedy),
    }
    true
}

/// What some rows add up to.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    cents: i64,
    rows: u64,
    /// Of the last row.
    period: Option<Period>,
}

impl Sum {
    fn add(&mut self, cents: i64, period: Option<Period>) {
        self.cents = self.cents.saturating_add(cents);
        self.rows += 1;
        self.period = period;
    }

    /// Whether an amount is this sum. Platforms round what they add up and `--round` what they do not, half a cent a row and
    /// of the total at most.
    fn is(&self, cents: i64) -> bool {
        let most = if self.rows > 1 { self.rows.div_ceil(2) } else { 0 };
        self.rows > 0 && self.cents.abs_diff(cents) <= most
    }
}

/// The sums of some rows by their currency.
type Sums = HashMap<String, Sum>;

/// A row that may be one of totals.
struct Doubt {
    row: u64,
    cents: i64,
    /// `None` where the row does not say it.
    currency: Option<String>,
    period: Option<Period>,
    /// The source whose rows it may add up.
    source: Option<String>,
    /// The name of the group that it may add up.
    group: Option<String>,
    /// Of the rows between the doubt before and this one.
    before: Sums,
}

impl Doubt {
    /// Whether the row's amount is one of these sums, of at least so many rows. The amount of a single row is no sum when
    /// it is of another time.
    fn is_of(&self, sums: &Sums, least: u64) -> bool {
        let mine = |currency: &String| self.currency.as_ref().is_none_or(|mine| mine == currency);
        let same_time = |sum: &Sum| sum.rows > 1 || self.period.is_none() || self.period == sum.period;
        let of = |sum: &Sum| sum.rows >= least && sum.is(self.cents) && same_time(sum);
        sums.iter().any(|(currency, sum)| mine(currency) && of(sum))
    }
}

/// What the whole file says of its rows, and which of them are totals.
#[derive(Default)]
pub(super) struct Survey {
    doubts: Vec<Doubt>,
    /// Of the rows that are costs by their name: all, those of a source, and those of a source in a month.
    whole: Sums,
    of_source: HashMap<String, Sums>,
    of_month: HashMap<(String, Period), Sums>,
    /// Of the rows since the last one that may be a total.
    group: Sums,
    /// Sources and campaigns of the costs.
    names: HashSet<String>,
    /// Where the rows of totals stand.
    totals: HashSet<u64>,
    amounts: Vec<i64>,
}

impl Survey {
    /// Looks at a row; what it costs and when is `None` where that cannot be read.
    pub(super) fn look_at(&mut self, cells: &RowCells<'_, CostField>, money: Option<Money>, period: Option<Period>) {
        let name = name_of(cells);
        let is_named_total = matches!(name, Name::Total(..));
        let period = period.filter(|_| cells.one(CostField::Period).is_some());
        let Some(money) = money else { return };
        let currency = money.currency.code().to_owned();
        let (source, group) = match name {
            Name::Own => {
                self.add(cells, money.cents, &currency, period);
                return;
            }
            Name::Total(..) => (None, None),
            Name::TotalOf(group) => (None, Some(group)),
            Name::Maybe(source) => (source, None),
            Name::Blank => (None, None),
            Name::BlankCampaign(source) => (Some(source), None),
        };
        let before = std::mem::take(&mut self.group);
        let says_currency = !cells.has(CostField::Currency) || cells.one(CostField::Currency).is_some();
        self.doubts.push(Doubt {
            row: cells.row_number(),
            // The row of a total by name only ends a group.
            cents: if is_named_total { 0 } else { money.cents },
            currency: says_currency.then_some(currency),
            period,
            source,
            group,
            before,
        });
    }

    fn add(&mut self, cells: &RowCells<'_, CostField>, cents: i64, currency: &str, period: Option<Period>) {
        let add = |sums: &mut Sums| sums.entry(currency.to_owned()).or_default().add(cents, period);
        add(&mut self.whole);
        add(&mut self.group);
        for field in [CostField::Source, CostField::Campaign] {
            if let Some((_, text)) = cells.one(field) {
                let name = source::normalize(&text);
                if field == CostField::Source {
                    add(self.of_source.entry(name.clone()).or_default());
                    if let Some(period) = period {
                        add(self.of_month.entry((name.clone(), Period::Month(period.month()))).or_default());
                    }
                }
                self.names.insert(name);
            }
        }
    }

    /// Says which of the doubtful rows are totals; `known` are amounts of totals in the file of which this one has the
    /// rejected rows.
    pub(super) fn settle(&mut self, known: &[i64]) {
        let (doubts, rest) = (std::mem::take(&mut self.doubts), std::mem::take(&mut self.group));
        let known: HashSet<i64> = known.iter().copied().collect();
        let none = Sums::default();
        let mut open = Vec::new();
        // What stands before a doubt stands after the one before it.
        let afters = doubts.iter().skip(1).map(|doubt| &doubt.before).chain([&rest]);
        for (doubt, after) in doubts.iter().zip(afters).filter(|(doubt, _)| doubt.cents != 0) {
            let is_total = match (&doubt.group, &doubt.source) {
                (Some(group), _) => {
                    self.names.contains(&group.replace(' ', "_"))
                        || doubt.is_of(&self.whole, 2)
                        || doubt.is_of(&doubt.before, 2)
                        || known.contains(&doubt.cents)
                }
                (None, Some(source)) => {
                    let month = doubt.period.map(|period| Period::Month(period.month()));
                    let of_month = month.and_then(|month| self.of_month.get(&(source.clone(), month)));
                    doubt.is_of(self.of_source.get(source).unwrap_or(&none), 1)
                        || doubt.is_of(of_month.unwrap_or(&none), 1)
                        || known.contains(&doubt.cents)
                }
                (None, None) => {
                    doubt.is_of(&self.whole, 1)
                        || doubt.is_of(&doubt.before, 2)
                        || doubt.is_of(after, 2)
                        || known.contains(&doubt.cents)
                }
            };
            match is_total {
                true => self.found(doubt),
                false => open.push(doubt),
            }
        }
        // A total adds up the costs without a name, too.
        let mut all = self.whole.clone();
        for doubt in &open {
            if let Some(currency) = &doubt.currency {
                all.entry(currency.clone()).or_default().add(doubt.cents, doubt.period);
            }
        }
        for doubt in open.into_iter().filter(|doubt| doubt.source.is_none() && doubt.group.is_none()) {
            let mut of_all = doubt.currency.as_ref().and_then(|currency| all.get_mut(currency));
            let whole = of_all.as_deref().copied();
            if let Some(sum) = &mut of_all {
                sum.cents = sum.cents.saturating_sub(doubt.cents);
                sum.rows -= 1;
            }
            if doubt.is_of(&all, 2) {
                self.found(doubt);
            }
            if let (Some(currency), Some(whole)) = (&doubt.currency, whole) {
                all.insert(currency.clone(), whole);
            }
        }
    }

    fn found(&mut self, doubt: &Doubt) {
        self.totals.insert(doubt.row);
        self.amounts.push(doubt.cents);
    }

    /// The amounts of the rows without a name that are totals.
    pub(super) fn amounts(&self) -> impl Iterator<Item = i64> {
        self.amounts.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::row::Row;
    use crate::import::sheet::cells::Setting;
    use crate::import::sheet::columns::Columns;

    /// The rows of totals among some of source, campaign and amount, counted from 1.
    fn totals(rows: &[(&str, &str, i64)]) -> Vec<u64> {
        let headers = ["Source", "Campaign", "Month", "Cost"].map(str::to_owned);
        // Without campaigns there is no column of them.
        let ignored: &[String] = if rows.iter().all(|row| row.1.is_empty()) { &["Campaign".to_owned()] } else { &[] };
        let currency = iso_currency::Currency::USD;
        let setting = Setting {
            columns: Columns::<CostField>::of("costs.csv", &headers, &[], ignored, &[]).unwrap(),
            region: None,
            formats: crate::import::proof::Formats::default(),
            zone: jiff::tz::TimeZone::UTC,
            currency,
            now: crate::domain::timestamp::Timestamp::from_micros(1_775_000_000_000_000),
        };
        let read: Vec<(Row, i64)> = (1..)
            .zip(rows)
            .map(|(number, (source, campaign, amount))| {
                let mut row = Row::new(number);
                [source, campaign, "2026-03", &amount.to_string()].into_iter().for_each(|cell| row.push(cell));
                (row, amount * 100)
            })
            .collect();
        let mut survey = Survey::default();
        for (row, cents) in &read {
            let period = Period::parse("2026-03", None).ok();
            survey.look_at(&RowCells::new(&setting, row), Some(Money { cents: *cents, currency }), period);
        }
        survey.settle(&[]);
        let is_total = |row: &&(Row, i64)| refuse(&mut RowCells::new(&setting, &row.0), &survey);
        read.iter().filter(is_total).map(|(row, _)| row.number).collect()
    }

    #[test]
    fn totals_of_every_name_are_found() {
        for name in [
            "Total amount spent",
            "Total campaigns",
            "Total Google",
            "Total budget",
            "Total March 2026",
            "Total Wine Ads",
            "All",
            "All campaigns",
            "All sources",
            "Overall",
            "Results from all campaigns",
            "Result from 1 ad set",
            "Insgesamt",
            "Summe Kampagnen",
            "Totales",
            "Ensemble",
            "Suma końcowa",
            "Ogółem",
            "Totaal generaal",
            "Σ",
            "Summary",
            "Resumen",
            "Summa",
            "Celkem",
            "Yhteensä",
            "I alt",
            "Ukupno",
        ] {
            assert_eq!(totals(&[("Facebook", "", 100), ("Google", "", 250), (name, "", 350)]), [3], "{name}");
            assert_eq!(totals(&[(name, "", 350), ("Facebook", "", 100), ("Google", "", 250)]), [1], "{name}");
            let campaigns = [("Google", "Spring", 100), ("Google", "Summer", 250), ("Google", name, 350)];
            assert_eq!(totals(&campaigns), [3], "{name}");
        }
    }

    #[test]
    fn names_that_are_no_sums_stay_costs() {
        for name in
            ["All", "Ensemble", "Summary", "Overall", "All sources", "Total Wine Ads", "Totaljobs", "All Star Media"]
        {
            assert_eq!(totals(&[("Facebook", "", 100), ("Google", "", 250), (name, "", 340)]), [0u64; 0], "{name}");
            let campaigns = [("Bing", "A", 100), ("Bing", "B", 250), (name, "Spring", 350)];
            assert_eq!(totals(&campaigns), [0u64; 0], "{name}");
            // What it costs is part of the total.
            let whole = [("Facebook", "", 100), (name, "", 40), ("Google", "", 250), ("Overall", "", 390)];
            assert_eq!(totals(&whole), [4], "{name}");
        }
        // The sum of one other row is that of a source that costs as much.
        assert_eq!(totals(&[("Google", "", 100), ("Total Wine Ads", "", 100)]), [0u64; 0]);
        assert_eq!(totals(&[("Totaljobs", "", 350), ("Facebook", "", 100), ("Google", "", 250)]), [0u64; 0]);
        assert_eq!(totals(&[("Google", "", 100), ("Bing", "", 100), ("All Star Media", "", 200)]), [0u64; 0]);
    }
}
