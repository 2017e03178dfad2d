//! What a whole column proves about how its dates and amounts are written. Nothing is guessed: where the column does
//! not prove it, the import stops and names the option that says it.

mod amounts;
mod dates;

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::ImportError;
use super::error::{Choices, choices};
use super::row::{CellKind, Row};
use super::source::{Item, Source};
use crate::domain::money::{self, DecimalSeparator, Evidence, SeparatorEvidence, currency};
use crate::domain::text::cell_value;
use crate::domain::time::date_order::{DateOrder, Orders};
use crate::domain::time::datetime;
use amounts::AmountColumn;
use dates::DateColumn;

/// How the cells of a file are to be read; `None` where no cell needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Formats {
    pub date_order: Option<DateOrder>,
    pub decimal_separator: Option<DecimalSeparator>,
    /// Whether amounts in currencies without decimals group their digits by what separates decimals in others: `JPY 1,500` beside
    /// `EUR 12,50`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole_apart: bool,
}

impl Formats {
    /// What separates decimals in an amount that is of this currency unless it says another.
    pub fn separator_of(self, text: &str, currency: Currency) -> DecimalSeparator {
        let own = if self.whole_apart { money::separator_of_whole(text, currency) } else { None };
        own.or(self.decimal_separator).unwrap_or(DecimalSeparator::Point)
    }

    /// These, with what they leave open taken from others.
    pub fn or(self, others: Formats) -> Formats {
        Formats {
            date_order: self.date_order.or(others.date_order),
            decimal_separator: self.decimal_separator.or(others.decimal_separator),
            whole_apart: if self.decimal_separator.is_some() { self.whole_apart } else { others.whole_apart },
        }
    }
}

/// The columns whose cells can be read in more than one way.
#[derive(Debug, Clone)]
pub struct Doubtful {
    dates: Vec<usize>,
    amounts: Vec<usize>,
    currencies: Option<Currencies>,
    /// Whether amounts are rounded that have more decimals than their currency has; `None` where nothing is.
    rounds: Option<bool>,
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
            rounds: None,
        }
    }

    /// The same, where the numbers are amounts of money.
    pub fn in_currencies(self, currencies: Currencies) -> Doubtful {
        Doubtful { currencies: Some(currencies), ..self }
    }

    /// The same, where a person says that amounts have more decimals than their currency has, or does not.
    pub fn rounding(self, rounds: bool) -> Doubtful {
        Doubtful { rounds: Some(rounds), ..self }
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
        let mut amounts: Vec<AmountColumn> = self.amounts.iter().map(|_| AmountColumn::new(self.rounds)).collect();
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
                        choices: by_order(Orders::all()),
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
                formats.whole_apart |= column.has_whole_apart(separator);
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
    choices: Choices,
}

/// Words that say how dates are written.
fn by_order(orders: Orders) -> Choices {
    choices("--date-order", orders.each())
}

impl Undecided {
    fn of(self, source: &Source, column: usize) -> ImportError {
        let cells: Vec<String> = self.cells.iter().map(|cell| cell.of(source, column)).collect();
        ImportError::Undecided {
            file: source.shown().to_owned(),
            column: header(source, column).to_owned(),
            problem: format!("{} {}", cells.join(" and "), self.problem),
            remedy: self.remedy.to_owned(),
            choices: self.choices,
        }
    }
}
