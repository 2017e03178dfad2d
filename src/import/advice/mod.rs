//! What is to be said of a file whose columns do not say who is meant: the options with which it can be imported, as far as its
//! cells show them. Where they show nothing, nothing is said.

use std::collections::HashSet;
use std::path::Path;

use super::ImportError;
use super::column_names::{column_name, is_own_column};
use super::row::Row;
use super::source::{Item, Recognised, Source, SourceOptions};
use super::unclaimed::{Says, is_national, says};
use super::vocabulary::other_numbers::holds_other_numbers;
use super::vocabulary::words;
use crate::domain::leads::source as source_names;
use crate::domain::phone::Region;
use crate::domain::text::{cell_text, is_placeholder};
use crate::error::{Advice, Again};

/// The fields of a kind of import that say who is meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    pub phone: Option<&'static str>,
    pub further_phone: Option<&'static str>,
    pub email: Option<&'static str>,
    pub further_email: Option<&'static str>,
    pub external_id: Option<&'static str>,
}

/// So many rows are looked at.
const LOOKED_AT: u64 = 2000;

/// The share of cells that makes a column one of its kind.
const MOST: f64 = 0.8;

/// What a column holds.
#[derive(Debug, Default)]
struct Column {
    cells: u64,
    phones: u64,
    /// Phones that are written as such: digits alone may be an order's.
    written: u64,
    /// Phones of a country that nobody has said.
    national: u64,
    emails: u64,
    texts: HashSet<String>,
}

impl Column {
    fn look(&mut self, text: &str, region: Option<Region>) {
        self.cells += 1;
        match says(text, region) {
            Some(Says::Phone { is_written }) => {
                self.phones += 1;
                self.written += u64::from(is_written);
            }
            Some(Says::Email) => self.emails += 1,
            None if region.is_none() => {
                let national = is_national(text);
                self.national += u64::from(national.is_some());
                self.phones += u64::from(national.is_some());
                self.written += u64::from(national == Some(true));
            }
            None => {}
        }
        self.texts.insert(text.to_owned());
    }

    fn is_most(&self, count: u64) -> bool {
        count > 0 && count as f64 >= self.cells as f64 * MOST
    }

    /// Whether no two rows have the same cell.
    fn tells_apart(&self) -> bool {
        self.cells > 0 && self.texts.len() as u64 == self.cells
    }
}

/// What a file's first rows hold.
struct Look<'a> {
    source: &'a Source,
    columns: Vec<Column>,
    /// A phone or an address where the header should be.
    in_header: Option<String>,
}

impl<'a> Look<'a> {
    fn at(source: &'a Source, region: Option<Region>) -> Option<Look<'a>> {
        let in_header = source.headers.iter().find(|header| says(cell_text(header), region).is_some()).cloned();
        let mut columns: Vec<Column> = source.headers.iter().map(|_| Column::default()).collect();
        let mut look = |row: &Row| {
            for (index, column) in columns.iter_mut().enumerate() {
                let text = cell_text(row.cell(index));
                if !text.is_empty() && !is_placeholder(text) {
                    column.look(text, region);
                }
            }
        };
        let mut rows = 0;
        let read = source.read(&mut |item| {
            if let Item::Row(row) = item {
                look(&row);
                rows += 1;
            }
            // The error only ends the reading.
            if rows < LOOKED_AT { Ok(()) } else { Err(ImportError::Interrupted) }
        });
        match read {
            Ok(()) | Err(ImportError::Interrupted) => {}
            Err(_) => return None,
        }
        if in_header.is_some() {
            let mut header = Row::new(0);
            source.headers.iter().for_each(|cell| header.push(cell));
            look(&header);
        }
        Some(Look { source, columns, in_header })
    }

    /// The columns of phones, those that are written as such first; digits alone only where there are no others.
    fn phones(&self) -> Vec<usize> {
        let all =
            || (0..self.columns.len()).filter(|index| self.columns.get(*index).is_some_and(|it| it.is_most(it.phones)));
        let written: Vec<usize> =
            all().filter(|index| self.columns.get(*index).is_some_and(|it| it.written > 0)).collect();
        if written.is_empty() { all().take(1).collect() } else { written }
    }

    /// The columns that have phones, those with most of them first, where each is a field of its own; those whose headers say that they
    /// hold other numbers only where there are no others.
    fn all_phones(&self) -> Vec<usize> {
        let count = |index: usize| self.columns.get(index).map_or(0, |column| column.phones);
        let is_half =
            |index: &usize| self.columns.get(*index).is_some_and(|it| it.phones > 0 && it.phones * 2 >= it.cells);
        let is_other = |index: &usize| self.source.headers.get(*index).is_some_and(|it| holds_other_numbers(it));
        let mut all: Vec<usize> = (0..self.columns.len()).filter(is_half).filter(|index| !is_other(index)).collect();
        all.sort_by_key(|index| std::cmp::Reverse(count(*index)));
        if all.is_empty() { self.phones() } else { all }
    }

    fn emails(&self) -> Vec<usize> {
        (0..self.columns.len())
            .filter(|index| self.columns.get(*index).is_some_and(|it| it.is_most(it.emails)))
            .collect()
    }

    /// The column whose header is that of ids, and whose cells tell rows apart.
    fn ids(&self) -> Option<usize> {
        const WORDS: [&str; 9] = ["id", "ids", "key", "nr", "no", "number", "code", "guid", "uuid"];
        let is_id = |header: &String| words(header).iter().any(|word| WORDS.contains(&word.as_str()));
        let named = self.source.headers.iter().zip(&self.columns);
        named.into_iter().position(|(header, column)| {
            !is_own_column(header) && is_id(header) && column.tells_apart() && column.phones + column.emails == 0
        })
    }

    /// The options that take these columns for fields, and the first column with what it holds.
    fn maps(&self, wanted: &Wanted, by_place: bool) -> (Vec<String>, Option<(usize, &'static str)>) {
        let mut options = Vec::new();
        let mut first = None;
        let is_each = wanted.phone.is_some() && wanted.phone == wanted.further_phone;
        let kinds = [
            (
                if is_each { self.all_phones() } else { self.phones() },
                wanted.phone,
                wanted.further_phone,
                "phone numbers",
            ),
            (self.emails(), wanted.email, wanted.further_email, "email addresses"),
        ];
        for (columns, field, further, holds) in kinds {
            for (index, field) in columns.into_iter().zip([field].into_iter().chain(std::iter::repeat(further))) {
                let Some(field) = field else { continue };
                first.get_or_insert((index, holds));
                let column = match by_place {
                    true => format!("#{}", index + 1),
                    false => column_name(&self.source.headers, index),
                };
                options.extend(["--map".to_owned(), format!("{field}={column}")]);
            }
        }
        (options, first)
    }
}

/// What most cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Phones,
    Emails,
    Other,
}

/// What the columns of a file hold, by its first rows; nothing of one that cannot be read.
pub fn contents(source: &Source, region: Option<Region>) -> Vec<Holds> {
    let Some(look) = Look::at(source, region) else { return Vec::new() };
    let (phones, emails) = (look.phones(), look.emails());
    let holds = |index| match (phones.contains(&index), emails.contains(&index)) {
        (true, _) => Holds::Phones,
        (_, true) => Holds::Emails,
        _ => Holds::Other,
    };
    (0..look.columns.len()).map(holds).collect()
}

/// How a file can be imported of which no column says who is meant.
pub fn of(source: &Source, options: &SourceOptions, wanted: &Wanted, region: Option<Region>) -> Option<Advice> {
    let as_it_is = || look_at(source, options, wanted, region, Vec::new());
    let Some((delimiter, cut)) = source.cut_otherwise(options) else { return as_it_is() };
    let shown = shown_delimiter(delimiter);
    let why = format!("its cells seem to be separated by `{shown}`");
    let with = vec!["--delimiter".to_owned(), shown];
    if cut.headers.iter().any(|header| (options.recognise)(header) == Recognised::Identity) {
        return Some(Advice { why, again: Again { with, ..Again::default() } });
    }
    match look_at(&cut, options, wanted, region, with) {
        Some(advice) => Some(Advice { why: format!("{why}, and {}", advice.why), ..advice }),
        None => as_it_is(),
    }
}

fn look_at(
    source: &Source,
    options: &SourceOptions,
    wanted: &Wanted,
    region: Option<Region>,
    mut with: Vec<String>,
) -> Option<Advice> {
    let look = Look::at(source, region)?;
    let is_headerless = look.in_header.is_some() && options.header_row.is_none() && !options.no_header;
    let (maps, first) = look.maps(wanted, is_headerless);
    let again = |with: Vec<String>| Again { with, ..Again::default() };
    if let Some((index, holds)) = first {
        let why = match &look.in_header {
            Some(cell) if is_headerless => {
                with.push("--no-header".to_owned());
                format!("its first row holds `{cell}`, so it seems to have no header")
            }
            _ => format!("the column `{}` holds {holds}", column_name(&source.headers, index)),
        };
        with.extend(maps);
        let why = match region.is_none() && look.columns.iter().any(|column| column.national > 0) {
            false => why,
            true => {
                with.extend(["--region", "REGION"].map(str::to_owned));
                format!("{why}; put the country of national numbers, such as US, in place of REGION")
            }
        };
        return Some(Advice { why, again: again(with) });
    }
    let (field, index) = wanted.external_id.zip(look.ids())?;
    let column = column_name(&source.headers, index);
    let system = system_of(source.path());
    let why = format!(
        "the column `{column}` tells its rows apart; name the system whose ids they are, the same in each import of them, for example"
    );
    with.extend(["--map".to_owned(), format!("{field}={column}"), "--source-system".to_owned(), system]);
    Some(Advice { why, again: again(with) })
}

/// Refuses a file whose header is a row of somebody, who would be lost.
///
/// # Errors
/// The header holds an address, or a number with its plus.
pub fn refuse_without_header(
    source: &Source,
    options: &SourceOptions,
    wanted: &Wanted,
    region: Option<Region>,
) -> Result<(), ImportError> {
    if options.header_row.is_some() || options.no_header {
        return Ok(());
    }
    let is_sure = |header: &&String| match says(cell_text(header), region) {
        Some(Says::Email) => true,
        Some(Says::Phone { is_written }) => is_written && header.trim_start().starts_with('+'),
        None => false,
    };
    let Some(cell) = source.headers.iter().find(is_sure) else { return Ok(()) };
    let advice = look_at(source, options, wanted, region, Vec::new()).map(Box::new);
    Err(ImportError::NoHeader { file: source.shown().to_owned(), cell: cell.clone(), advice })
}

/// A name for the system that a file's ids are of: the file's own.
pub fn system_of(path: &Path) -> String {
    let stem = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    match source_names::normalize(stem) {
        name if name.is_empty() => "other".to_owned(),
        name => name.chars().take(40).collect(),
    }
}

/// A delimiter as an option takes it.
pub(super) fn shown_delimiter(delimiter: char) -> String {
    match delimiter {
        '\t' => "tab".to_owned(),
        c if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_named_after_files() {
        for (path, name) in [
            ("a/HubSpot Export.2026.csv", "hubspot_export"),
            ("crm.csv.gz", "crm"),
            ("-", "other"),
            ("###.csv", "other"),
        ] {
            assert_eq!(system_of(Path::new(path)), name, "{path}");
        }
    }

    #[test]
    fn delimiters_are_shown_as_options_take_them() {
        assert_eq!((shown_delimiter('^'), shown_delimiter('\u{1}')), ("^".to_owned(), "\\x01".to_owned()));
    }
}
