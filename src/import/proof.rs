//! What a whole column proves about how its dates and amounts are written. Nothing is guessed: where the column does
//! not prove it, the import stops and names the option that says it.

use serde::{Deserialize, Serialize};

use super::ImportError;
use super::source::{Item, Source};
use crate::domain::money::{self, DecimalSeparator, Grouping, SeparatorEvidence};
use crate::domain::text::cell_text;
use crate::domain::time::datetime::{self, DateOrder};

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
}

impl Doubtful {
    /// These columns of dates and of numbers, where nothing was said about them.
    pub fn columns(dates: Vec<usize>, amounts: Vec<usize>, said: Formats) -> Doubtful {
        Doubtful {
            dates: if said.date_order.is_some() { Vec::new() } else { dates },
            amounts: if said.decimal_separator.is_some() { Vec::new() } else { amounts },
        }
    }

    /// Whether no column needs proof.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty() && self.amounts.is_empty()
    }

    /// Whether a row has a cell that needs the proof: until one comes, amounts are read with a decimal point, and what
    /// was read so contradicts a comma that is proven later.
    pub fn concerns(&self, row: &super::row::Row) -> bool {
        let plain = [None, Some(SeparatorEvidence::Proves(DecimalSeparator::Point))];
        self.dates.iter().any(|&index| datetime::evidence(cell_text(row.cell(index))).is_some())
            || self.amounts.iter().any(|&index| !plain.contains(&money::evidence(cell_text(row.cell(index))).separator))
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
                    column.take(row.number, cell_text(row.cell(*index)));
                }
                for (index, column) in self.amounts.iter().zip(&mut amounts) {
                    column.take(row.number, cell_text(row.cell(*index)));
                }
            }
            Ok(())
        })?;
        let mut formats = said;
        let mut notices = Vec::new();
        for (index, column) in self.dates.iter().zip(&dates) {
            let verdict = column.verdict().map_err(|problem| problem.of(source, *index))?;
            if let Some((order, cell)) = verdict {
                formats.date_order = Some(order);
                let order = if order == DateOrder::DayFirst { "day first" } else { "month first" };
                notices.push(format!(
                    "{}: {} proves that dates are {order}",
                    header(source, *index),
                    cell.of(source, *index)
                ));
            }
        }
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
    problem: &'static str,
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

const DATE_REMEDY: &str = "say which with --date-order dmy or --date-order mdy";
const AMOUNT_REMEDY: &str = "say which with --decimal-separator point or --decimal-separator comma";

/// What the dates of one column show.
#[derive(Debug, Default)]
struct DateColumn {
    day_first: Option<Cell>,
    month_first: Option<Cell>,
    ambiguous: Option<Cell>,
}

impl DateColumn {
    fn take(&mut self, row: u64, text: &str) {
        match datetime::evidence(text) {
            Some(datetime::Evidence::Proves(DateOrder::DayFirst)) => keep_first(&mut self.day_first, row, text),
            Some(datetime::Evidence::Proves(DateOrder::MonthFirst)) => keep_first(&mut self.month_first, row, text),
            Some(datetime::Evidence::Ambiguous) => keep_first(&mut self.ambiguous, row, text),
            None => {}
        }
    }

    fn verdict(&self) -> Result<Option<(DateOrder, Cell)>, Undecided> {
        match (&self.day_first, &self.month_first, &self.ambiguous) {
            (Some(a), Some(b), _) => Err(Undecided {
                cells: vec![a.clone(), b.clone()],
                problem: "contradict each other: one is day first, the other month first",
                remedy: "correct one of them, or say which with --date-order dmy or mdy; the other's row is then rejected",
            }),
            (Some(cell), None, _) => Ok(Some((DateOrder::DayFirst, cell.clone()))),
            (None, Some(cell), _) => Ok(Some((DateOrder::MonthFirst, cell.clone()))),
            (None, None, Some(cell)) => Err(Undecided {
                cells: vec![cell.clone()],
                problem: "may be day first or month first, and no date of the column proves which",
                remedy: DATE_REMEDY,
            }),
            (None, None, None) => Ok(None),
        }
    }
}

/// What the amounts of one column show.
#[derive(Debug, Default)]
struct AmountColumn {
    point: Option<Cell>,
    comma: Option<Cell>,
    ambiguous_point: Option<Cell>,
    ambiguous_comma: Option<Cell>,
    ungrouped: Option<Cell>,
    grouped: bool,
}

impl AmountColumn {
    fn take(&mut self, row: u64, text: &str) {
        let evidence = money::evidence(text);
        match evidence.separator {
            Some(SeparatorEvidence::Proves(DecimalSeparator::Point)) => keep_first(&mut self.point, row, text),
            Some(SeparatorEvidence::Proves(DecimalSeparator::Comma)) => keep_first(&mut self.comma, row, text),
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
            problem: "are not written alike: what separates decimals in one would group digits in the other",
            remedy: "correct one of them, or say how numbers are written with --decimal-separator point or comma",
        };
        let (decided, cell, in_groups) = match (&self.point, &self.comma) {
            (Some(a), Some(b)) => return Err(contradict(a, b)),
            (Some(cell), None) => (DecimalSeparator::Point, cell, &self.ambiguous_comma),
            (None, Some(cell)) => (DecimalSeparator::Comma, cell, &self.ambiguous_point),
            (None, None) => return self.unproven().map_or(Ok(None), Err),
        };
        match (in_groups, &self.ungrouped) {
            // `50.000` beside `146536,25`: a column that groups its digits nowhere else hardly does so here.
            (Some(grouped), Some(ungrouped)) if !self.grouped => Err(contradict(grouped, ungrouped)),
            _ => Ok(Some((decided, cell.clone()))),
        }
    }

    fn unproven(&self) -> Option<Undecided> {
        match (&self.ambiguous_point, &self.ambiguous_comma) {
            (Some(a), Some(b)) => Some(Undecided {
                cells: vec![a.clone(), b.clone()],
                problem: "contradict each other: in one of them the separator must group digits",
                remedy: AMOUNT_REMEDY,
            }),
            (Some(cell), None) | (None, Some(cell)) => Some(Undecided {
                cells: vec![cell.clone()],
                problem: "may have a decimal separator or grouped digits, and no amount of the column proves which",
                remedy: AMOUNT_REMEDY,
            }),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(texts: &[&str]) -> Result<Option<(DateOrder, u64)>, Vec<u64>> {
        let mut column = DateColumn::default();
        texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text));
        let verdict = column.verdict().map_err(|e| e.cells.iter().map(|cell| cell.row).collect::<Vec<_>>())?;
        Ok(verdict.map(|(order, cell)| (order, cell.row)))
    }

    fn amounts(texts: &[&str]) -> Result<Option<(DecimalSeparator, u64)>, Vec<u64>> {
        let mut column = AmountColumn::default();
        texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text));
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
    }
}
