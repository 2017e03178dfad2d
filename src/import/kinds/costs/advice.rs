//! How a sheet of costs is imported that does not say of which source or month its rows are, or which column is their cost.

use std::collections::HashSet;

use super::fields::CostField;
use crate::domain::imports::covered::{self, Covered};
use crate::domain::money::{self, DecimalSeparator, Places};
use crate::domain::text::{cell_text, fold_key, is_placeholder};
use crate::domain::time::month::Month;
use crate::error::{Advice, Again};
use crate::import::ImportError;
use crate::import::advice::system_of;
use crate::import::column_names::column_name;
use crate::import::sheet::columns::SheetField;
use crate::import::source::{Item, Source};

/// Words in names, headers and what stands above them, and the source of a platform that has them.
const PLATFORMS: [(&str, &str); 12] = [
    ("google", "google_ads"),
    ("adwords", "google_ads"),
    ("facebook", "facebook_ads"),
    ("instagram", "facebook_ads"),
    ("meta", "facebook_ads"),
    ("linkedin", "linkedin_ads"),
    ("bing", "microsoft_ads"),
    ("microsoft", "microsoft_ads"),
    ("tiktok", "tiktok_ads"),
    ("reddit", "reddit_ads"),
    ("pinterest", "pinterest_ads"),
    ("taboola", "taboola"),
];

/// What else a report's headers show. Each word is the beginning of one.
const HEADERS: [(&str, &str); 4] = [
    ("amount spent", "facebook_ads"),
    ("ausgegebener betrag", "facebook_ads"),
    ("impr.", "google_ads"),
    ("campaign state", "google_ads"),
];

/// The options that give what is missing. `last` is the month before this one.
pub(super) fn of(missing: &[CostField], source: &Source, last: Month) -> Option<Advice> {
    let (mut with, mut why) = (Vec::new(), Vec::new());
    for field in missing {
        match field {
            CostField::Cost => {
                let column = column_name(&source.headers, amounts(source)?);
                why.push(format!("the column `{column}` holds amounts"));
                with.extend(["--map".to_owned(), format!("cost={column}")]);
            }
            CostField::Source => {
                why.push("name the source that they were spent on".to_owned());
                with.extend(["--source".to_owned(), platform(source)]);
            }
            CostField::Period => {
                let (told, month) = month(source, last);
                why.push(told);
                with.extend(["--month".to_owned(), month.to_string()]);
            }
            _ => return None,
        }
    }
    let again = Again { with, ..Again::default() };
    (!again.with.is_empty()).then(|| Advice { why: why.join("; "), again })
}

/// The month of a report that has no column of it, and where that stands.
fn month(source: &Source, last: Month) -> (String, Month) {
    let stem = || source.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let above = source
        .above()
        .iter()
        .find_map(|cell| Some((format!("`{cell}` stands above the header"), covered::in_text(cell)?)));
    let found = above.or_else(|| Some(("it stands in the name of the file".to_owned(), covered::in_text(&stem()?)?)));
    match found {
        Some((place, Covered::Month(month))) => (format!("say the month: {place}"), month),
        Some((_, Covered::Months(first, month))) => {
            let told = format!(
                "the report covers {first} to {month}: export it with a column of months or days, or count all of it in one month"
            );
            (told, month)
        }
        None => ("say the month, for example the last one".to_owned(), last),
    }
}

/// The source that a file's name, headers and preamble show, or else one named after the file.
fn platform(source: &Source) -> String {
    let name = system_of(source.path());
    let words =
        |text: &str| fold_key(text).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let texts =
        std::iter::once(name.replace('_', " ")).chain(source.above().iter().cloned()).chain(source.headers.clone());
    let all: HashSet<String> = texts.flat_map(|text| words(&text)).collect();
    let named = PLATFORMS.iter().find(|(word, _)| all.contains(*word));
    let begins = |word: &str| source.headers.iter().any(|header| fold_key(header).starts_with(word));
    let found = named.or_else(|| HEADERS.iter().find(|(word, _)| begins(word)));
    found.map_or(name, |(_, platform)| (*platform).to_owned())
}

/// So many rows are looked at.
const LOOKED_AT: usize = 500;

/// The only column of amounts with decimals that fills no field.
fn amounts(source: &Source) -> Option<usize> {
    let mut columns: Vec<(bool, bool)> = source.headers.iter().map(|_| (true, false)).collect();
    let mut rows = 0;
    let _ = source.read(&mut |item| {
        let Item::Row(row) = item else { return Ok(()) };
        for (index, (are_amounts, has_decimals)) in columns.iter_mut().enumerate() {
            let text = cell_text(row.cell(index));
            if text.is_empty() || is_placeholder(text) {
                continue;
            }
            let read = |separator| {
                money::parse_to(Places::Rounded, text, separator, None, iso_currency::Currency::USD).is_ok()
            };
            *are_amounts &= read(DecimalSeparator::Point) || read(DecimalSeparator::Comma);
            let tail =
                text.trim_end_matches(|c: char| !c.is_ascii_digit()).rsplit(['.', ',']).next().unwrap_or_default();
            *has_decimals |= (1..=2).contains(&tail.len()) && tail.len() < text.len();
        }
        rows += 1;
        // The error only ends the reading.
        if rows < LOOKED_AT { Ok(()) } else { Err(ImportError::Interrupted) }
    });
    let is_open = |index: usize| source.headers.get(index).is_some_and(|header| CostField::of_header(header).is_none());
    let mut found =
        columns.iter().enumerate().filter(|(index, it)| it.0 && it.1 && is_open(*index)).map(|(index, _)| index);
    found.next().filter(|_| found.next().is_none())
}
