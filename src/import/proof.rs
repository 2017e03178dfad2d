//! What a whole column proves about how its dates and amounts are written. Nothing is guessed: where the column does
//! not prove it, the import stops and names the option that says it.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::ImportError;
use super::row::{CellKind, Row};
use super::source::{Item, Source};
use crate::domain::money::{self, DecimalSeparator, Evidence, Grouping, SeparatorEvidence, currency};
use crate::domain::text::cell_value;
use crate::domain::time::date_order::{DateOrder, Orders};
use crate::domain::time::datetime;

/// How the cells of a file are to be read; `None` where no cell needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Formats {
    pub date_order: Option<DateOrder>,
    pub decimal_separator: Option<DecimalSeparator>,
}

impl Formats {
    /// These, with what they leave open taken from others.
    pub fn or(self, others: Formats) -> Formats {
        Formats {
            date_order: self.date_order.or(others.date_order),
            decimal_separator: self.decimal_separator.or(others.decimal_separator),
        }
    }
}

/// The columns whose cells can be read in more than one way.
#[derive(Debug, Clone)]
pub struct Doubtful {
    dates: Vec<usize>,
    amounts: Vec<usize>,
    currencies: Option<Currencies>,
}

/// In which currencies amounts are that name none.
#[derive(Debug, Clone)]
pub struct Currencies {
    /// The column of the rows' currencies.
    pub column: Option<usize>,
    /// The currencies that headers of amounts name.
    pub of_headers: Vec<(usize, Currency)>,
    /// Of all others.
    pub base: Currency,
}

impl Currencies {
    fn of(&self, row: &Row, amount: usize) -> Currency {
        let of_row = || currency::parse(cell_value(row.cell(self.column?))).ok();
        let of_header = || self.of_headers.iter().find(|(index, _)| *index == amount).map(|(_, currency)| *currency);
        of_row().or_else(of_header).unwrap_or(self.base)
    }
}

impl Doubtful {
    /// These columns of dates and of numbers, where nothing was said about them.
    pub fn columns(dates: Vec<usize>, amounts: Vec<usize>, said: Formats) -> Doubtful {
        Doubtful {
            dates: if said.date_order.is_some() { Vec::new() } else { dates },
            amounts: if said.decimal_separator.is_some() { Vec::new() } else { amounts },
            currencies: None,
        }
    }

    /// The same, where the numbers are amounts of money.
    pub fn in_currencies(self, currencies: Currencies) -> Doubtful {
        Doubtful { currencies: Some(currencies), ..self }
    }

    fn evidence(&self, row: &Row, amount: usize) -> Evidence {
        money::evidence(written(row, amount), || Some(self.currencies.as_ref()?.of(row, amount)))
    }

    /// Whether no column needs proof.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty() && self.amounts.is_empty()
    }

    /// Whether a row has a cell that needs the proof: until one comes, amounts are read with a decimal point, and what
    /// was read so contradicts a comma that is proven later.
    pub fn concerns(&self, row: &Row) -> bool {
        let plain = [None, Some(SeparatorEvidence::Proves(DecimalSeparator::Point))];
        self.dates.iter().any(|&index| datetime::evidence(written(row, index)).is_some())
            || self.amounts.iter().any(|&index| !plain.contains(&self.evidence(row, index).separator))
    }

    /// Reads the whole file and says what it proves, with sentences for the person.
    ///
    /// # Errors
    /// A column contradicts itself, or proves nothing; or the file cannot be read.
    pub fn prove(&self, source: &Source, said: Formats) -> Result<(Formats, Vec<String>), ImportError> {
        let mut dates: Vec<DateColumn> = self.dates.iter().map(|_| DateColumn::default()).collect();
        let mut amounts: Vec<AmountColumn> = self.amounts.iter().map(|_| AmountColumn::default()).collect();
        source.read(&mut |item| {
            if let Item::Row(row) = item {
                for (index, column) in self.dates.iter().zip(&mut dates) {
                    column.take(row.number, written(&row, *index));
                }
                for (index, column) in self.amounts.iter().zip(&mut amounts) {
                    column.take(row.number, written(&row, *index), self.evidence(&row, *index));
                }
            }
            Ok(())
        })?;
        let mut formats = said;
        let mut notices = Vec::new();
        let mut proven: Option<(DateOrder, String)> = None;
        for (index, column) in self.dates.iter().zip(&dates) {
            let verdict = column.verdict().map_err(|problem| problem.of(source, *index))?;
            let Some((order, cells)) = verdict else { continue };
            let shown: Vec<String> = cells.iter().map(|cell| cell.of(source, *index)).collect();
            let verb = if cells.len() == 1 { "proves" } else { "prove" };
            let proof = format!("{} {verb} that dates are {}", shown.join(" and "), order.in_words());
            notices.push(format!("{}: {proof}", header(source, *index)));
            match &proven {
                Some((other, before)) if *other != order => {
                    return Err(ImportError::Undecided {
                        file: source.shown().to_owned(),
                        column: header(source, *index).to_owned(),
                        problem: format!("{proof}, but in another column {before}"),
                        remedy: format!("write both columns alike, or {}", Orders::all().option()),
                    });
                }
                _ => proven = Some((order, proof)),
            }
        }
        formats.date_order = proven.map(|(order, _)| order).or(formats.date_order);
        for (index, column) in self.amounts.iter().zip(&amounts) {
            let verdict = column.verdict().map_err(|problem| problem.of(source, *index))?;
            if let Some((separator, cell)) = verdict {
                formats.decimal_separator = Some(separator);
                notices.push(format!(
                    "{}: {} proves that a {separator} separates decimals",
                    header(source, *index),
                    cell.of(source, *index)
                ));
            }
        }
        Ok((formats, notices))
    }
}

/// The text of a cell; none of a number, a date or another typed cell of a workbook, which proves nothing about how the
/// texts of its column are written.
fn written(row: &Row, index: usize) -> &str {
    match row.kind(index) {
        CellKind::Text => cell_value(row.cell(index)),
        _ => "",
    }
}

fn header(source: &Source, index: usize) -> &str {
    source.headers.get(index).map_or("", String::as_str)
}

/// The first cell of some kind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    row: u64,
    text: String,
}

impl Cell {
    fn of(&self, source: &Source, column: usize) -> String {
        match source.cell_address(column, self.row) {
            Some(address) => format!("`{}` in {address}", self.text),
            None => format!("`{}` in row {}", self.text, self.row),
        }
    }
}

fn keep_first(slot: &mut Option<Cell>, row: u64, text: &str) {
    if slot.is_none() {
        *slot = Some(Cell { row, text: text.to_owned() });
    }
}

/// Why a column cannot be read.
#[derive(Debug, PartialEq, Eq)]
struct Undecided {
    cells: Vec<Cell>,
    problem: String,
    remedy: &'static str,
}

impl Undecided {
    fn of(self, source: &Source, column: usize) -> ImportError {
        let cells: Vec<String> = self.cells.iter().map(|cell| cell.of(source, column)).collect();
        ImportError::Undecided {
            file: source.shown().to_owned(),
            column: header(source, column).to_owned(),
            problem: format!("{} {}", cells.join(" and "), self.problem),
            remedy: self.remedy.to_owned(),
        }
    }
}

const AMOUNT_REMEDY: &str = "say which with --decimal-separator point or --decimal-separator comma";

/// What the dates of one column show.
#[derive(Debug, Default)]
struct DateColumn {
    /// The first cell of each set of orders in which cells can be read.
    read_in: Vec<(Orders, Cell)>,
    /// The same of cells that are another day in each of their orders.
    ambiguous: Vec<(Orders, Cell)>,
}

impl DateColumn {
    fn take(&mut self, row: u64, text: &str) {
        let Some(readings) = datetime::evidence(text) else { return };
        let orders = readings.orders();
        let keep = |cells: &mut Vec<(Orders, Cell)>| {
            // There are seven sets.
            if !cells.iter().any(|(known, _)| *known == orders) {
                cells.push((orders, Cell { row, text: text.to_owned() }));
            }
        };
        keep(&mut self.read_in);
        if readings.same().is_none() {
            keep(&mut self.ambiguous);
        }
    }

    /// The order that is left when every other is excluded, with the one or two cells that do so. Years of two digits never
    /// prove that they stand first: a date that can be read in no other way is more likely a slip such as `31.04.26`, and
    /// would move every other day of the column to another year.
    fn verdict(&self) -> Result<Option<(DateOrder, Vec<Cell>)>, Undecided> {
        let pairs = || self.read_in.iter().flat_map(|a| self.read_in.iter().map(move |b| (a, b)));
        if let Some(((a, first), (b, second))) = pairs().find(|((a, _), (b, _))| a.and(*b).is_empty()) {
            return Err(Undecided {
                cells: vec![first.clone(), second.clone()],
                problem: format!("contradict each other: one is {a}, the other {b}"),
                remedy: "correct one of them, or say which with --date-order dmy, mdy or ymd; the other's row is then rejected",
            });
        }
        if let Some((order, cell)) = self.read_in.iter().find_map(|(orders, cell)| Some((orders.only()?, cell))) {
            return decided(order, vec![cell.clone()]);
        }
        if let Some((order, first, second)) =
            pairs().find_map(|((a, first), (b, second))| Some((a.and(*b).only()?, first, second)))
        {
            return decided(order, vec![first.clone(), second.clone()]);
        }
        let left = self.read_in.iter().fold(Orders::all(), |left, (orders, _)| left.and(*orders));
        match self.ambiguous.iter().min_by_key(|(_, cell)| cell.row) {
            Some((_, cell)) => Err(Undecided {
                cells: vec![cell.clone()],
                problem: format!("may be {left}, and no date of the column proves which"),
                remedy: left.option(),
            }),
            None => Ok(None),
        }
    }
}

fn decided(order: DateOrder, cells: Vec<Cell>) -> Result<Option<(DateOrder, Vec<Cell>)>, Undecided> {
    if order != DateOrder::YearFirst {
        return Ok(Some((order, cells)));
    }
    let verb = if cells.len() == 1 { "is" } else { "are" };
    Err(Undecided {
        cells,
        problem: format!(
            "{verb} a day only when read year first, which may be a slip and proves nothing of the column"
        ),
        remedy: "correct it, or say which with --date-order dmy, mdy or ymd; what is no day then is rejected",
    })
}

/// What the amounts of one column show.
#[derive(Debug, Default)]
struct AmountColumn {
    point: Option<Cell>,
    comma: Option<Cell>,
    suggested_point: Option<Cell>,
    ambiguous_point: Option<Cell>,
    ambiguous_comma: Option<Cell>,
    ungrouped: Option<Cell>,
    grouped: bool,
}

impl AmountColumn {
    fn take(&mut self, row: u64, text: &str, evidence: Evidence) {
        match evidence.separator {
            Some(SeparatorEvidence::Proves(DecimalSeparator::Point)) => keep_first(&mut self.point, row, text),
            Some(SeparatorEvidence::Proves(DecimalSeparator::Comma)) => keep_first(&mut self.comma, row, text),
            Some(SeparatorEvidence::SuggestsPoint) => keep_first(&mut self.suggested_point, row, text),
            Some(SeparatorEvidence::Ambiguous('.')) => keep_first(&mut self.ambiguous_point, row, text),
            Some(SeparatorEvidence::Ambiguous(_)) => keep_first(&mut self.ambiguous_comma, row, text),
            None => {}
        }
        match evidence.grouping {
            Grouping::Ungrouped => keep_first(&mut self.ungrouped, row, text),
            Grouping::Grouped => self.grouped = true,
            Grouping::Unknown => {}
        }
    }

    fn verdict(&self) -> Result<Option<(DecimalSeparator, Cell)>, Undecided> {
        let contradict = |a: &Cell, b: &Cell| Undecided {
            cells: vec![a.clone(), b.clone()],
            problem: "are not written alike: what separates decimals in one would group digits in the other".to_owned(),
            remedy: "correct one of them, or say how numbers are written with --decimal-separator point or comma",
        };
        let (decided, cell, in_groups) = match (&self.point, &self.comma) {
            (Some(a), Some(b)) => return Err(contradict(a, b)),
            (Some(cell), None) => (DecimalSeparator::Point, cell, self.ambiguous_comma.as_ref()),
            (None, Some(cell)) => {
                (DecimalSeparator::Comma, cell, self.ambiguous_point.as_ref().or(self.suggested_point.as_ref()))
            }
            (None, None) => return self.unproven().map_or(Ok(None), Err),
        };
        match (in_groups, &self.ungrouped) {
            // `50.000` beside `146536,25`: a column that groups its digits nowhere else hardly does so here.
            (Some(grouped), Some(ungrouped)) if !self.grouped => Err(contradict(grouped, ungrouped)),
            _ => Ok(Some((decided, cell.clone()))),
        }
    }

    /// Whether an amount can be read in two ways.
    fn is_doubtful(&self) -> bool {
        self.ambiguous_point.is_some() || self.ambiguous_comma.is_some()
    }

    fn unproven(&self) -> Option<Undecided> {
        let point = self.ambiguous_point.as_ref().or(self.suggested_point.as_ref().filter(|_| self.is_doubtful()));
        match (point, &self.ambiguous_comma) {
            (Some(a), Some(b)) => Some(Undecided {
                cells: vec![a.clone(), b.clone()],
                problem: "contradict each other: in one of them the separator must group digits".to_owned(),
                remedy: AMOUNT_REMEDY,
            }),
            (Some(cell), None) | (None, Some(cell)) => Some(Undecided {
                cells: vec![cell.clone()],
                problem: "may have a decimal separator or grouped digits, and no amount of the column proves which"
                    .to_owned(),
                remedy: AMOUNT_REMEDY,
            }),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dates(texts: &[&str]) -> Result<Option<(DateOrder, u64)>, Vec<u64>> {
        let mut column = DateColumn::default();
        texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text));
        let verdict = column.verdict().map_err(|e| e.cells.iter().map(|cell| cell.row).collect::<Vec<_>>())?;
        Ok(verdict.map(|(order, cells)| (order, cells.last().map_or(0, |cell| cell.row))))
    }

    fn amounts(texts: &[&str]) -> Result<Option<(DecimalSeparator, u64)>, Vec<u64>> {
        let mut column = AmountColumn::default();
        texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text, money::evidence(text, || None)));
        let verdict = column.verdict().map_err(|e| e.cells.iter().map(|cell| cell.row).collect::<Vec<_>>())?;
        Ok(verdict.map(|(separator, cell)| (separator, cell.row)))
    }

    #[test]
    fn dates_are_proven_by_one_row_or_not_at_all() {
        assert_eq!(dates(&["03/04/2025", "12/13/2025"]), Ok(Some((DateOrder::MonthFirst, 3))));
        assert_eq!(dates(&["03.04.2025", "2025-01-01", "17.03.2025"]), Ok(Some((DateOrder::DayFirst, 4))));
        assert_eq!(dates(&["03/04/2025"]), Err(vec![2]));
        assert_eq!(dates(&["17/03/2025", "03/17/2025"]), Err(vec![2, 3]));
        assert_eq!(dates(&["2025-03-04", "3 Apr 2025", "05/05/2025", "soon"]), Ok(None));
        // Two-digit years may stand first, too.
        assert_eq!(dates(&["26-03-04", "25-12-01", "24-02-29"]), Err(vec![2]));
        assert_eq!(dates(&["17.03.26", "18.03.26"]), Err(vec![2]));
        assert_eq!(dates(&["03/04/26", "03/17/26"]), Ok(Some((DateOrder::MonthFirst, 3))));
        assert_eq!(dates(&["26-03-04", "31-12-99"]), Ok(Some((DateOrder::DayFirst, 3))));
        // One cell excludes month first, the other year first.
        assert_eq!(dates(&["25-12-01", "03-04-99"]), Ok(Some((DateOrder::DayFirst, 3))));
        assert_eq!(dates(&["99-12-31", "31-12-99"]), Err(vec![2, 3]));
        assert_eq!(dates(&["05-05-05", "2026-03-04"]), Ok(None));
    }

    #[test]
    fn an_impossible_date_does_not_turn_its_column() {
        for texts in [
            ["01.02.26", "15.03.26", "31.04.26"],
            ["01-02-26", "15-03-26", "31-04-26"],
            ["26-03-04", "26-03-05", "99-12-31"],
            ["01/02/26", "05/05/05", "30/02/26 10:00"],
            ["01.02.26", "02.02.26", "00.03.26"],
        ] {
            assert_eq!(dates(&texts), Err(vec![4]), "{texts:?}");
        }
        // With a date that is certain, the two contradict each other.
        assert_eq!(dates(&["15.03.2026", "31.04.26"]), Err(vec![2, 3]));
    }

    #[test]
    fn amounts_are_proven_by_one_row_or_not_at_all() {
        use DecimalSeparator::{Comma, Point};
        assert_eq!(amounts(&["50.000", "1.250,75"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["50.000", "12,5"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["50.000", "50.5"]), Ok(Some((Point, 3))));
        assert_eq!(amounts(&["50.000", "146536,25"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["50.000", "146536,25", "1.250,75"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["1,250.75", "1.250,75"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["50.000"]), Err(vec![2]));
        assert_eq!(amounts(&["50.000", "50,000"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["5000", "12", "much"]), Ok(None));
        // Dinars suggest a decimal point; a column that proves a comma groups by points there, too.
        assert_eq!(amounts(&["KWD 1.505", "BHD 2.250", "30"]), Ok(None));
        assert_eq!(amounts(&["KWD 1.505", "KWD 12,500"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["KWD 1.505", "USD 1.505"]), Err(vec![3]));
        assert_eq!(amounts(&["KWD 1.505", "KWD 12,5"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["KWD 1.505", "146536,25"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["KWD 1.505", "USD 12.5"]), Ok(Some((Point, 3))));
        // A yen has no decimals that could be meant.
        assert_eq!(amounts(&["¥1,500"]), Ok(Some((Point, 2))));
        assert_eq!(amounts(&["CLP 1.500", "CLP 900"]), Ok(Some((Comma, 2))));
        assert_eq!(amounts(&["USD 1,250", "KRW 1,500"]), Ok(Some((Point, 3))));
        assert_eq!(amounts(&["JPY 1.500", "USD 12.50"]), Err(vec![3, 2]));
        assert_eq!(amounts(&["JPY 1,500", "EUR 12,50"]), Err(vec![2, 3]));
    }

    proptest! {
        /// What a column proves is the only order in which all its cells are days, and never that years stand first.
        #[test]
        fn a_proof_is_the_only_order_left(cells in prop::collection::vec((0u8..100, 0u8..100, 0u8..100), 1..6)) {
            let texts: Vec<String> = cells.iter().map(|(a, b, c)| format!("{a:02}-{b:02}-{c:02}")).collect();
            let dates_only: Vec<&str> = texts.iter().map(String::as_str).filter(|text| datetime::evidence(text).is_some()).collect();
            let left: Vec<DateOrder> = DateOrder::ALL.iter().copied()
                .filter(|order| dates_only.iter().all(|text| datetime::day(text, Some(*order)).is_ok()))
                .collect();
            match dates(&dates_only) {
                Ok(Some((order, _))) => {
                    prop_assert_ne!(order, DateOrder::YearFirst);
                    prop_assert_eq!(left, vec![order]);
                }
                Ok(None) => prop_assert!(dates_only.iter().all(|text| datetime::day(text, None).is_ok())),
                Err(_) => prop_assert!(left.len() != 1 || left == [DateOrder::YearFirst]),
            }
        }
    }
}
