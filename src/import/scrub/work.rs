//! A scrub under way: each row is judged, counted and written into its file.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Looked, names};
use super::output::Output;
use super::row::{Number, RowVerdict, in_hours, judge};
use super::{Before, Newly, Scrub, Scrubbed};
use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::domain::dnc::Verdict;
use crate::domain::dnc::certificates::{Counts, OtherColumns};
use crate::domain::dnc::registry::prefix;
use crate::domain::money::amount::grouped;
use crate::domain::phone::reading::Reading;
use crate::import::ImportError;
use crate::import::observer::Observer;
use crate::import::row::Row;
use crate::import::source::RawText;
use crate::import::unclaimed::Unclaimed;
use crate::ops::dnc::hours::CallableNow;
use crate::ops::dnc::lists::Lists;
use crate::ops::dnc::scrubs::numbers::Numbers;

/// So many prefixes are told at most.
const MOST_PREFIXES: usize = 20;

/// A scrub under way.
pub(super) struct Work<'a> {
    pub scrub: &'a Scrub,
    pub lists: &'a Lists<ListedBans>,
    pub before: Option<&'a Before<'a>>,
    /// What rows have to be in, besides.
    pub hours: Option<&'a CallableNow>,
    pub raw: Option<RawText>,
    pub clean: Output,
    pub blocked: Output,
    /// Where rows go of which an earlier scrub said something else.
    pub changes: Option<Output>,
    pub unclaimed: Unclaimed,
    pub tally: Tally,
    /// The bytes of a row under way.
    pub line: Vec<u8>,
}

/// What is gathered of the rows.
#[derive(Default)]
pub(super) struct Tally {
    /// In how many rows a column that nobody claims has what can be a number.
    found: BTreeMap<usize, u64>,
    /// The same of formulas without a result, which come out as empty cells.
    formulas: BTreeMap<usize, u64>,
    /// Rows whose country is none that is known, and the first such country.
    unread_countries: u64,
    unread_country: Option<String>,
    pub counts: Counts,
    by_reason: BTreeMap<String, u64>,
    numbers: Numbers,
    newly: Newly,
    unregistered: BTreeSet<String>,
}

impl Work<'_> {
    pub fn take(&mut self, row: &Row) -> Result<(), ImportError> {
        self.unclaimed.look(row);
        let looked = self.scrub.checked.look(row);
        let tally = &mut self.tally;
        tally.unread_countries += u64::from(looked.unread_country.is_some());
        if tally.unread_country.is_none() {
            tally.unread_country.clone_from(&looked.unread_country);
        }
        for found in looked.elsewhere.iter().filter(|found| found.is_valid) {
            *tally.found.entry(found.column).or_default() += 1;
        }
        for column in &looked.formulas {
            *tally.formulas.entry(*column).or_default() += 1;
        }
        let lists = self.lists;
        let said = judge(&looked, lists, |reading, verdict| {
            reading.all().for_each(|number| tally.numbers.add(number, verdict));
            if tally.unregistered.len() < MOST_PREFIXES
                && lists.registries().iter().all(|list| !list.concerns(reading.number))
            {
                tally.unregistered.insert(prefix(reading.number));
            }
        });
        let before = self.before.map(|before| verdict_before(&looked, before));
        self.read_bytes(row)?;
        self.tell_change(row, &said, before)?;
        let said = match self.hours {
            Some(hours) => said.and_hours(in_hours(looked.asked(), hours)),
            None => said,
        };
        self.write(row, &said)
    }

    /// Takes a row whose cells cannot be told apart, now as before.
    pub fn take_broken(&mut self, row: &Row) -> Result<(), ImportError> {
        self.read_bytes(row)?;
        self.write(row, &RowVerdict::broken())
    }

    fn read_bytes(&mut self, row: &Row) -> Result<(), ImportError> {
        self.line.clear();
        match &mut self.raw {
            Some(raw) => raw.row(row, &mut self.line),
            None => Ok(()),
        }
    }

    /// Tells what the lists say of a row now and did not say before. By the hour rows come and go, which is no change of theirs.
    fn tell_change(&mut self, row: &Row, by_lists: &RowVerdict, before: Option<Verdict>) -> Result<(), ImportError> {
        if before.is_none_or(|before| before == by_lists.verdict) {
            return Ok(());
        }
        self.tally.newly.add(by_lists.verdict);
        let bytes = self.raw.as_ref().map(|raw| (raw, self.line.as_slice()));
        match &mut self.changes {
            Some(changes) => changes.write(row, bytes, &by_lists.change()),
            None => Ok(()),
        }
    }

    fn write(&mut self, row: &Row, said: &RowVerdict) -> Result<(), ImportError> {
        let bytes = self.raw.as_ref().map(|raw| (raw, self.line.as_slice()));
        let tally = &mut self.tally;
        tally.counts.read += 1;
        match said.verdict {
            Verdict::Clear => tally.counts.clean += 1,
            Verdict::Blocked => tally.counts.blocked += 1,
            Verdict::Unknown => tally.counts.unknown += 1,
        }
        for code in &said.codes {
            match tally.by_reason.get_mut(code.as_ref()) {
                Some(count) => *count += 1,
                None => drop(tally.by_reason.insert(code.clone().into_owned(), 1)),
            }
        }
        match said.verdict {
            Verdict::Clear => self.clean.write(row, bytes, ""),
            Verdict::Blocked | Verdict::Unknown => self.blocked.write(row, bytes, &said.reason()),
        }
    }

    pub fn finish(self, observer: &mut dyn Observer) -> Result<Scrubbed, ImportError> {
        // A column of numbers that nobody checks would make rows clear that are not.
        for text in self.unclaimed.verdict(&self.scrub.source)? {
            observer.notice(&text);
        }
        let other_columns = self.tell_found(observer);
        let (clean, blocked) = (self.clean.finish()?, self.blocked.finish()?);
        let changes = self.changes.map(Output::finish).transpose()?;
        let Tally { counts, by_reason, numbers, newly, unregistered, .. } = self.tally;
        let are_changes_whole = changes.as_ref().is_none_or(|changes| changes.rows == newly.rows());
        if !counts.reconcile()
            || clean.rows != counts.clean
            || blocked.rows != counts.blocked + counts.unknown
            || !are_changes_whole
        {
            return Err(ImportError::DoesNotReconcile);
        }
        Ok(Scrubbed { counts, by_reason, numbers, other_columns, clean, blocked, changes, newly, unregistered })
    }

    /// Says in which other columns there was what can be a number, and which of them were not checked.
    fn tell_found(&self, observer: &mut dyn Observer) -> OtherColumns {
        let headers = &self.scrub.source.headers;
        let found = |columns: &[usize]| -> Vec<usize> {
            columns.iter().copied().filter(|column| self.tally.found.contains_key(column)).collect()
        };
        let (open, other) = (found(&self.scrub.checked.open), found(&self.scrub.checked.other));
        let shown = |columns: &[usize], counts: &BTreeMap<usize, u64>| {
            let count = |column: &usize| grouped(counts.get(column).copied().unwrap_or_default() as i64);
            let shown = columns.iter().zip(names(headers, columns));
            shown.map(|(column, name)| format!("{name} ({})", count(column))).collect::<Vec<_>>().join(", ")
        };
        let formulas: Vec<usize> = self.tally.formulas.keys().copied().collect();
        if !formulas.is_empty() {
            observer.notice(&format!(
                "formulas whose results are not in the file come out as empty cells, and what they hide is not checked: {}; save the \
                 sheet in a program that computes them",
                shown(&formulas, &self.tally.formulas)
            ));
        }
        if !open.is_empty() {
            observer.notice(&format!(
                "what can be a number is checked, too, in {}; --ignore HEADER leaves a column unchecked",
                shown(&open, &self.tally.found)
            ));
        }
        if !other.is_empty() && !self.lists.registries().is_empty() {
            observer.notice(&format!(
                "no registry is asked about {}, whose headers say that they hold other numbers; --map phone=HEADER checks a column",
                shown(&other, &self.tally.found)
            ));
        }
        if self.tally.unread_countries > 0 {
            observer.notice(&format!(
                "rows whose country is none that is known: {}, such as `{}`; their national numbers are unknown",
                grouped(self.tally.unread_countries as i64),
                self.tally.unread_country.as_deref().unwrap_or_default()
            ));
        }
        OtherColumns { checked: names(headers, &open), own_list: names(headers, &other), ..self.scrub.other_columns() }
    }
}

/// What an earlier scrub said of a row, by what it said of its numbers.
fn verdict_before(looked: &Looked, before: &Before<'_>) -> Verdict {
    let of = |number: &Number| match number {
        Ok(reading) => {
            reading.all().map(|number| before(number).unwrap_or(Verdict::Unknown)).fold(Verdict::Clear, Verdict::worse)
        }
        Err(_) => Verdict::Unknown,
    };
    let asked = looked.asked().map(of).fold(Verdict::Clear, Verdict::worse);
    let others = looked.elsewhere.iter().filter(|found| !found.is_checked).flat_map(|found| &found.number);
    let is_listed = others.flat_map(Reading::all).any(|number| before(number) == Some(Verdict::Blocked));
    let in_doubt = looked.has_formula || looked.phones.is_empty();
    let listed = if is_listed { Verdict::Blocked } else { Verdict::Clear };
    let doubtful = if in_doubt { Verdict::Unknown } else { Verdict::Clear };
    asked.worse(listed).worse(doubtful)
}
