//! What a preset says of one file, below what a person says of it.

use std::collections::HashSet;

use super::glob::names;
use super::labels::Labels;
use super::skip::Skips;
use super::unwrap::Unwrapping;
use super::{BUILT_IN, Preset, PresetError, PresetKind};
use crate::domain::money::DecimalSeparator;
use crate::domain::time::datetime::DateOrder;
use crate::import::column_names::column_named;
use crate::import::options::{Assignment, StatusMeaning};

/// What a person says of the columns of a file.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub map: &'a [Assignment],
    pub set: &'a [Assignment],
    pub ignore: &'a [String],
    pub keep: &'a [String],
    /// Fields that options of their own give to every row.
    pub given: &'a [&'static str],
}

/// What a preset says of one file: nothing of what a person has decided. Columns are named by their places.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    pub map: Vec<Assignment>,
    /// Further fields of columns that fill one already.
    pub also: Vec<Assignment>,
    pub set: Vec<Assignment>,
    pub ignore: Vec<String>,
    pub keep: Vec<String>,
    pub source_system: Option<String>,
    pub status_map: Vec<StatusMeaning>,
    pub date_order: Option<DateOrder>,
    pub decimal_separator: Option<DecimalSeparator>,
    pub reading: Reading,
}

/// How the cells and rows of a file are read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What its program writes around values.
    pub unwrapping: Unwrapping,
    /// Which column says what the value of another is.
    pub labels: Labels,
    /// Which rows are skipped.
    pub skips: Skips,
}

impl Applied {
    /// What a preset says of a file with these headers.
    ///
    /// # Errors
    /// The file has no column that the preset reads.
    pub fn of(
        preset: &Preset,
        kind: &PresetKind,
        file: &str,
        headers: &[String],
        said: &Said<'_>,
    ) -> Result<Applied, PresetError> {
        // What is recognised may have nothing that fills a field, as a vCard whose labels alone are to be read.
        if !preset.is_of(headers) && !preset.headers().any(|name| headers.iter().any(|header| names(name, header))) {
            return Err(PresetError::NoColumn { file: file.to_owned(), name: preset.name.clone() });
        }
        let word = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
        let said_fields = said.map.iter().chain(said.set).map(|it| word(&it.field));
        let fields: HashSet<String> = said_fields.chain(said.given.iter().map(|it| (*it).to_owned())).collect();
        let named = said.map.iter().map(|it| &it.value).chain(said.ignore).chain(said.keep);
        let decided: HashSet<usize> = named.filter_map(|name| column_named(headers, name).ok()).collect();
        // Of a column that says whether people may be contacted a person's own preset says only in which field it does.
        let is_own = preset.from != BUILT_IN;
        let guarded: Vec<bool> = headers.iter().map(|header| is_own && (kind.is_consent)(header)).collect();
        let is_open = |field: &str| (kind.repeats)(field) || !fields.contains(field);
        let mut taken: Vec<Option<&str>> = vec![None; headers.len()];
        let mut applied = Applied {
            source_system: preset.source_system.clone(),
            date_order: preset.date_order,
            decimal_separator: preset.decimal_separator,
            reading: Reading {
                unwrapping: Unwrapping::of(&preset.unwrap, headers),
                labels: Labels::of(&preset.labels, headers),
                skips: Skips::of(&preset.skip, headers),
            },
            ..Applied::default()
        };
        let place = |index: usize| format!("#{}", index + 1);
        // Columns by their names first: what a `*` stands for is the rest.
        for has_star in [false, true] {
            for (field, of_field) in preset.map.iter().filter(|(field, _)| is_open(field)) {
                for name in of_field.iter().filter(|name| name.contains('*') == has_star) {
                    let columns = (0..headers.len()).filter(|index| names(name, &headers[*index]));
                    let may_fill = |index: &usize| !guarded[*index] || (kind.takes_consent)(field);
                    for index in columns.filter(|index| !decided.contains(index) && may_fill(index)) {
                        let is_full = !(kind.repeats)(field)
                            && applied.map.iter().chain(&applied.also).any(|it| it.field == *field);
                        if is_full || (has_star && taken[index].is_some()) {
                            continue;
                        }
                        let assignment = Assignment { field: field.clone(), value: place(index) };
                        match taken[index] {
                            None => applied.map.push(assignment),
                            Some(other) if other == field => {}
                            Some(_) => applied.also.push(assignment),
                        }
                        taken[index] = taken[index].or(Some(field));
                    }
                }
            }
        }
        let mut rest = |wanted: &[String]| {
            let is_rest = |index: &usize| {
                taken[*index].is_none()
                    && !guarded[*index]
                    && !decided.contains(index)
                    && wanted.iter().any(|name| names(name, &headers[*index]))
            };
            let found: Vec<usize> = (0..headers.len()).filter(is_rest).collect();
            found.iter().for_each(|index| taken[*index] = Some(""));
            found.into_iter().map(place).collect()
        };
        applied.ignore = rest(&preset.ignore);
        applied.keep = rest(&preset.keep);
        let set = preset.set.iter().filter(|(field, _)| !fields.contains(*field));
        applied.set = set.map(|(field, value)| Assignment { field: field.clone(), value: value.clone() }).collect();
        let status = preset.status.iter();
        applied.status_map =
            status.map(|(word, status)| StatusMeaning { word: word.clone(), status: *status }).collect();
        Ok(applied)
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::{read, tests::KINDS};
    use super::*;

    const PRESET: &str = "name = 'x'\ntitle = 'X'\nkind = 'leads'\nkeep = ['* Label', 'Note*']\n[map]\n\
        phone = ['Mobile', 'Phone']\nfurther_phone = ['Phone * - Value', 'Home']\nexternal_id = 'URL'\nwebsite = 'URL'\n\
        [set]\nemail = 'a@example.com'\n";

    fn applied(headers: &[&str], map: &[&str], set: &[&str], ignore: &[&str]) -> String {
        let preset = read(PRESET, "x.toml", KINDS).unwrap();
        let assign = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Assignment>>();
        let (map, set) = (assign(map), assign(set));
        let ignore: Vec<String> = ignore.iter().map(|it| (*it).to_owned()).collect();
        let headers: Vec<String> = headers.iter().map(|it| (*it).to_owned()).collect();
        let said = Said { map: &map, set: &set, ignore: &ignore, keep: &[], given: &[] };
        let applied = match Applied::of(&preset, &KINDS[0], "f", &headers, &said) {
            Ok(applied) => applied,
            Err(error) => return error.to_string(),
        };
        let told = |all: &[Assignment]| {
            all.iter().map(|it| format!("{}={}", it.field, it.value)).collect::<Vec<_>>().join(" ")
        };
        format!("{}|{}|{}|{}", told(&applied.map), told(&applied.also), told(&applied.set), applied.keep.join(" "))
    }

    #[test]
    fn columns_fill_what_nobody_has_decided() {
        let headers = ["URL", "Phone", "Mobile", "Home", "Phone 2 - Value", "Phone 2 - Label", "Notes"];
        let set = "email=a@example.com";
        assert_eq!(
            applied(&headers, &[], &[], &[]),
            format!("external_id=#1 further_phone=#4 phone=#3 further_phone=#5|website=#1|{set}|#6 #7")
        );
        assert_eq!(
            applied(&headers, &["phone=Phone"], &["email=b@example.com"], &["Notes", "URL"]),
            "further_phone=#4 further_phone=#5|||#6"
        );
        assert_eq!(
            applied(&headers, &["further_phone=Mobile"], &["external_id=7"], &[]),
            format!("further_phone=#4 phone=#2 website=#1 further_phone=#5||{set}|#6 #7")
        );
        // What a preset leaves aside, keeps, or takes for something else is no column of refusals.
        let preset =
            "name = 'x'\ntitle = 'X'\nkind = 'leads'\nkeep = ['DN*']\nignore = ['*']\n[map]\nwebsite = 'DNC'\n";
        let preset = read(preset, "x.toml", KINDS).unwrap();
        let headers = ["DNC", "Other"].map(str::to_owned);
        let said = Said { map: &[], set: &[], ignore: &[], keep: &[], given: &[] };
        let applied_to = Applied::of(&preset, &KINDS[0], "f", &headers, &said).unwrap();
        assert_eq!((applied_to.map.len(), applied_to.keep.len(), applied_to.ignore), (0, 0, vec!["#2".to_owned()]));
        assert_eq!(applied(&["Name"], &[], &[], &[]), "`f` has none of the columns that the preset `x` reads");
    }
}
