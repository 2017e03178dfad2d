//! What a person asked of an import. Kept with its record, so that a reject file brings it back.

use serde::{Deserialize, Serialize};

use crate::domain::imports::duplicates::{OnDuplicate, OnListed};
use crate::domain::leads::status::Status;
use crate::domain::money::DecimalSeparator;
use crate::domain::phone::PhoneCheck;
use crate::domain::time::datetime::DateOrder;
use crate::import::source::{SourceOptions, encoding};

/// The organization's setting for imports that name no policy for duplicates.
pub const ON_DUPLICATE_KEY: &str = "import.on_duplicate";

/// How many rejected rows an import may have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxRejects {
    Rows(u64),
    /// Of the rows read, from 0 to 100.
    Percent(f64),
}

impl std::str::FromStr for MaxRejects {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("`{text}` is neither a number of rows nor a percentage such as 5%");
        match text.trim().strip_suffix('%') {
            Some(percent) => percent
                .trim()
                .parse()
                .ok()
                .filter(|p| (0.0..=100.0).contains(p))
                .map(MaxRejects::Percent)
                .ok_or_else(problem),
            None => text.trim().parse().map(MaxRejects::Rows).map_err(|_| problem()),
        }
    }
}

impl MaxRejects {
    /// Whether so many rejected rows are too many, once the whole file is read.
    pub fn is_exceeded(self, read: u64, rejected: u64) -> bool {
        match self {
            MaxRejects::Rows(most) => rejected > most,
            MaxRejects::Percent(most) => rejected as f64 * 100.0 > read as f64 * most,
        }
    }
}

/// A `name=value` pair of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub field: String,
    pub value: String,
}

impl std::str::FromStr for Assignment {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((field, value)) if !field.trim().is_empty() => {
                Ok(Assignment { field: field.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err(format!("`{text}` has no `=`; write it as field=value")),
        }
    }
}

/// A word of the file's status column and the status that it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMeaning {
    pub word: String,
    pub status: Status,
}

impl std::str::FromStr for StatusMeaning {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (word, status) =
            text.rsplit_once('=').ok_or_else(|| format!("`{text}` has no `=`; write it as 'Closed Won=recruited'"))?;
        match word.trim() {
            "" => Err(format!("`{text}` names no word of the file before the `=`")),
            word => Ok(StatusMeaning { word: word.to_owned(), status: status.parse()? }),
        }
    }
}

/// What a person asked of an import of leads. What was not said is empty, so that stored options can fill it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOptions {
    /// What is known of the program that wrote the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// ISO 3166 code; none for the organization's default.
    pub region: Option<String>,
    pub phone_check: Option<PhoneCheck>,
    pub on_duplicate: Option<OnDuplicate>,
    pub dnc: Option<OnListed>,
    /// Whether rows that match no lead are left out.
    pub only_known: bool,
    pub map: Vec<Assignment>,
    /// Columns that headers claimed when the mapping was saved by which the file is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Assignment>,
    /// Further fields of columns that fill one already, as a preset says.
    #[serde(skip)]
    pub also: Vec<Assignment>,
    pub set: Vec<Assignment>,
    pub ignore: Vec<String>,
    /// Columns that are kept as custom fields, whatever they seem to hold.
    pub keep: Vec<String>,
    pub drop_extra: bool,
    pub tags: Vec<String>,
    pub source_system: Option<String>,
    pub lenient: bool,
    pub max_rejects: Option<MaxRejects>,
    pub status_map: Vec<StatusMeaning>,
    /// Said, or proven by the file.
    pub date_order: Option<DateOrder>,
    /// Said, or proven by the file.
    pub decimal_separator: Option<DecimalSeparator>,
    /// What [`super::proof::Formats`] says beside it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole_apart: bool,
    /// Whether amounts are rounded that have more decimals than their currency has.
    pub round: bool,
    /// The form of the file is kept with the record by [`super::prepare::kept_options`], and brought back by nothing.
    #[serde(skip)]
    pub delimiter: Option<char>,
    #[serde(skip)]
    pub encoding: Option<encoding::TextEncoding>,
    #[serde(skip)]
    pub sheet: Option<String>,
    /// Where the header is: the line in which it begins, or the sheet's row.
    #[serde(skip)]
    pub header_row: Option<u64>,
    /// Whether the file has no header.
    #[serde(skip)]
    pub no_header: bool,
}

impl ImportOptions {
    /// What was said of the form of the file.
    pub fn form(&self) -> SourceOptions {
        SourceOptions {
            delimiter: self.delimiter,
            encoding: self.encoding,
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            no_header: self.no_header,
            ..SourceOptions::default()
        }
    }

    /// These options, with what they leave open taken from the options of an earlier import.
    ///
    /// A reject file has the columns of its origin under the same headers, so maps hold for it; what is said
    /// now goes before what was said then.
    pub fn or(self, earlier: ImportOptions) -> ImportOptions {
        fn either<T>(now: Vec<T>, then: Vec<T>) -> Vec<T> {
            if now.is_empty() { then } else { now }
        }
        fn both<T: PartialEq>(now: Vec<T>, then: Vec<T>) -> Vec<T> {
            let then = then.into_iter().filter(|it| !now.contains(it)).collect::<Vec<_>>();
            then.into_iter().chain(now).collect()
        }
        ImportOptions {
            preset: self.preset.or(earlier.preset),
            region: self.region.or(earlier.region),
            phone_check: self.phone_check.or(earlier.phone_check),
            on_duplicate: self.on_duplicate.or(earlier.on_duplicate),
            dnc: self.dnc.or(earlier.dnc),
            only_known: self.only_known || earlier.only_known,
            map: either(self.map, earlier.map),
            known: either(self.known, earlier.known),
            also: self.also,
            set: either(self.set, earlier.set),
            ignore: either(self.ignore, earlier.ignore),
            keep: both(self.keep, earlier.keep),
            drop_extra: self.drop_extra || earlier.drop_extra,
            tags: either(self.tags, earlier.tags),
            source_system: self.source_system.or(earlier.source_system),
            lenient: self.lenient || earlier.lenient,
            max_rejects: self.max_rejects,
            // Of a word that is said again the last counts.
            status_map: both(self.status_map, earlier.status_map),
            date_order: self.date_order.or(earlier.date_order),
            whole_apart: if self.decimal_separator.is_some() { self.whole_apart } else { earlier.whole_apart },
            decimal_separator: self.decimal_separator.or(earlier.decimal_separator),
            round: self.round || earlier.round,
            delimiter: self.delimiter,
            encoding: self.encoding,
            sheet: self.sheet,
            header_row: self.header_row,
            no_header: self.no_header,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_rejects() {
        assert_eq!("5".parse(), Ok(MaxRejects::Rows(5)));
        assert_eq!("2.5%".parse(), Ok(MaxRejects::Percent(2.5)));
        assert!("101%".parse::<MaxRejects>().is_err() && "many".parse::<MaxRejects>().is_err());
        assert!(MaxRejects::Rows(5).is_exceeded(10, 6) && !MaxRejects::Rows(5).is_exceeded(10, 5));
        assert!(MaxRejects::Percent(10.0).is_exceeded(19, 2) && !MaxRejects::Percent(10.0).is_exceeded(20, 2));
    }

    #[test]
    fn status_meanings() {
        let meaning: StatusMeaning = "Stage = 5=recruited".parse().unwrap();
        assert_eq!((meaning.word.as_str(), meaning.status), ("Stage = 5", Status::Recruited));
        for bad in ["Won", "=hot", "Won=asleep"] {
            assert!(bad.parse::<StatusMeaning>().is_err(), "{bad}");
        }
    }

    #[test]
    fn options_survive_storage() {
        let options = ImportOptions {
            region: Some("US".into()),
            max_rejects: Some(MaxRejects::Percent(5.0)),
            map: vec!["phone=Fone".parse().unwrap()],
            ..ImportOptions::default()
        };
        let stored = serde_json::to_string(&options).unwrap();
        let back: ImportOptions = serde_json::from_str(&stored).unwrap();
        assert_eq!(back, options);
        let now = ImportOptions { region: Some("GB".into()), ..ImportOptions::default() }.or(back);
        assert_eq!((now.region.as_deref(), now.map.len(), now.max_rejects), (Some("GB"), 1, None));
    }
}
