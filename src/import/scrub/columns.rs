//! What each column of a sheet is to a scrub, and what of a row is looked at.

use std::cell::RefCell;
use std::str::FromStr;

use rustc_hash::FxHashMap;

use super::elsewhere::elsewhere;
use super::field::ScrubField;
use super::row::{Number, numbers_of};
use crate::domain::country;
use crate::domain::phone::Region;
use crate::domain::text::{cell_text, is_placeholder};
use crate::import::column_names::{OWN_COLUMNS, column_name};
use crate::import::row::{CellKind, Row};
use crate::import::sheet::columns::Columns;
use crate::import::vocabulary::other_numbers::holds_other_numbers;

/// The columns of a sheet by how their numbers are checked.
#[derive(Debug)]
pub struct Checked {
    /// Every cell is a number, or its row is in doubt.
    pub phones: Vec<usize>,
    /// What can be a number is checked.
    pub open: Vec<usize>,
    /// Their headers say that they hold other numbers: of what can be a number there, the own list alone is asked.
    pub other: Vec<usize>,
    /// Nobody looks at them.
    pub ignored: Vec<usize>,
    pub country: Option<usize>,
    region: Option<Region>,
    /// What cells of the country say, which are few.
    regions: RefCell<FxHashMap<String, Result<Option<Region>, Unread>>>,
}

/// A cell names no country that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unread;

/// So many cells of countries are remembered.
const MOST_REGIONS: usize = 1000;

/// What of a row is checked.
pub struct Looked {
    /// The numbers in the columns of phones.
    pub phones: Vec<Number>,
    /// Whether a cell there hides one behind a formula.
    pub has_formula: bool,
    /// What can be a number elsewhere.
    pub elsewhere: Vec<Elsewhere>,
    /// Elsewhere the columns of formulas whose result the file does not have.
    pub formulas: Vec<usize>,
    /// What the row says of its country, where that is none.
    pub unread_country: Option<String>,
}

/// What can be a number in a column that nobody takes for phones.
pub struct Elsewhere {
    pub column: usize,
    pub number: Number,
    /// Whether it can be somebody's, by its plan and the form in which it is written.
    pub is_valid: bool,
    /// Whether the registries are asked, too, and not the own list alone.
    pub is_checked: bool,
}

impl Checked {
    /// The columns of a sheet; `region` is that of the national numbers of rows that name no country.
    pub fn of(columns: &Columns<ScrubField>, region: Option<Region>) -> Checked {
        let header = |index: usize| columns.headers.get(index).map_or("", |header| header.trim());
        let mut open = columns.not_claimed();
        open.retain(|index| !OWN_COLUMNS.contains(&header(*index)));
        let (other, open) = open.into_iter().partition(|index| holds_other_numbers(header(*index)));
        let ignored = (0..columns.headers.len()).filter(|index| columns.is_ignored(*index)).collect();
        let phones = columns.columns_of(ScrubField::Phone).collect();
        let country = columns.columns_of(ScrubField::Country).next();
        Checked { phones, open, other, ignored, country, region, regions: RefCell::default() }
    }

    /// Looks at a row.
    pub fn look(&self, row: &Row) -> Looked {
        let country = self.country.map_or(Ok(self.region), |index| self.region_of(row.cell(index)));
        let region = country.unwrap_or_default();
        let (phones, has_formula) = numbers_of(row, &self.phones, region);
        let mut found = Vec::new();
        for (columns, is_checked) in [(&self.open, true), (&self.other, false)] {
            for &column in columns {
                elsewhere(row.cell(column), region, |number, is_valid| {
                    let is_checked = is_checked && is_valid;
                    found.push(Elsewhere { column, number, is_valid, is_checked });
                });
            }
        }
        // A country that is wrong must not hide a number that the list has as it is read everywhere else in the file.
        if region != self.region {
            let column = self.phones.first().copied().unwrap_or_default();
            let again = numbers_of(row, &self.phones, self.region).0.into_iter().filter(Result::is_ok);
            found.extend(again.map(|number| Elsewhere { column, number, is_valid: false, is_checked: false }));
        }
        let unread = country.err().and(self.country).map(|index| cell_text(row.cell(index)).to_owned());
        let formulas = [&self.open, &self.other, &self.ignored].into_iter().flatten().copied();
        let formulas = formulas.filter(|column| row.kind(*column) == CellKind::Formula).collect();
        Looked { phones, has_formula, elsewhere: found, formulas, unread_country: unread }
    }

    /// The region of a row by the cell of its country, as imports have it.
    fn region_of(&self, cell: &str) -> Result<Option<Region>, Unread> {
        let text = cell_text(cell);
        if let Some(known) = self.regions.borrow().get(text) {
            return *known;
        }
        let region = match text.is_empty() || is_placeholder(text) || country::is_unknown(text) {
            true => Ok(self.region),
            // A country without a plan of its own says nothing.
            false => country::parse(text).ok_or(Unread).map(|code| Region::from_str(&code).ok().or(self.region)),
        };
        let mut regions = self.regions.borrow_mut();
        if regions.len() < MOST_REGIONS {
            regions.insert(text.to_owned(), region);
        }
        region
    }
}

impl Looked {
    /// Every number about which registries are asked.
    pub fn asked(&self) -> impl Iterator<Item = &Number> {
        let elsewhere = self.elsewhere.iter().filter(|found| found.is_checked);
        self.phones.iter().chain(elsewhere.map(|found| &found.number))
    }
}

/// The names of columns as options find them.
pub fn names(headers: &[String], columns: &[usize]) -> Vec<String> {
    columns.iter().map(|index| column_name(headers, *index)).collect()
}
