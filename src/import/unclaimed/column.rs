//! What the cells of one column show.

use rustc_hash::FxHashMap;

use super::shape::{Shape, is_address, is_currency, is_phone, region_of_country, shape};
use super::{Purpose, Watch};
use crate::domain::phone::Region;
use crate::domain::text::cell_text;
use crate::domain::time::datetime;
use crate::import::row::Row;
use crate::import::source::Source;
use crate::import::vocabulary::consent::{Reach, is_refusal, opted_out};
use crate::import::vocabulary::questions::{answer, field_of_question};
use crate::import::vocabulary::refusals::{LONGEST_ANSWER, asks_not_to_be_contacted, has_plain_refusal, is_reply};

/// What of a column is looked at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    #[default]
    All,
    /// Wishes not to be contacted: a preset keeps the column.
    Remarks,
    /// Refusals that are not honoured: the column is left out, and its header says that it holds some.
    Refusals,
    /// Answers of no: a field takes the column by its header, and takes a no for no answer.
    Answers,
}

/// What the cells of one column look like.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) index: usize,
    pub(super) extent: Extent,
    pub(super) may_be_consent: bool,
    pub(super) may_be_refusal: bool,
    pub(super) may_hold_refusals: bool,
    /// The ways by which the header asks whether somebody may be contacted.
    pub(super) asks: Option<Reach>,
    /// A text that a field takes by its header, and which may be another's: `Contact` may hold names, or phones.
    pub(super) is_claimed: bool,
    /// Cells that hold something.
    pub(super) cells: u64,
    pub(super) written: Tally,
    pub(super) bare: Tally,
    pub(super) emails: Tally,
    pub(super) consents: u64,
    /// Texts that ask not to be contacted.
    pub(super) remarks: u64,
    /// Words of refusal among other states.
    pub(super) refusals: u64,
    pub(super) currencies: u64,
    /// Answers that somebody may not be contacted.
    pub(super) noes: u64,
    /// Currencies that are not those of the column which is claimed.
    pub(super) differing: u64,
    /// What short texts were taken for.
    pub(super) heard: FxHashMap<String, bool>,
    /// The first number, address or word that was met, with its row.
    pub(super) example: Option<(u64, String)>,
}

/// Cells with the shape of a phone number; the first of them are asked of the phone library.
#[derive(Debug, Default)]
pub(super) struct Tally {
    shaped: u64,
    asked: u64,
    valid: u64,
}

/// The longest remark that is asked by the whole rule, in bytes; in longer ones only plain words are heard.
const LONGEST_REMARK: usize = 2000;

/// So many short texts of a column are asked by the whole rule; others that hold none of the usual words are passed over.
const MOST_HEARD: usize = 2000;

/// How many cells of a shape are asked of the phone library.
const MOST_ASKED: u64 = 2000;

impl Tally {
    fn add(&mut self, is_valid: impl FnOnce() -> bool) -> bool {
        self.shaped += 1;
        if self.asked >= MOST_ASKED {
            return false;
        }
        self.asked += 1;
        let valid = is_valid();
        self.valid += u64::from(valid);
        valid
    }

    /// About how many are valid.
    fn about(&self) -> f64 {
        self.shaped as f64 * self.valid as f64 / self.asked.max(1) as f64
    }
}

/// The share of cells that makes a column one of its kind.
const MOST: f64 = 0.8;

pub(super) enum Verdict {
    Nothing,
    /// Its refusals are left out with it.
    NotHonoured,
    /// It may be a column of this field.
    Warn(&'static str),
    /// It holds so and so, which may be for this field.
    Stop(String, Option<&'static str>),
}

impl Column {
    pub(super) fn of_extent(index: usize, extent: Extent) -> Column {
        Column { index, extent, ..Column::default() }
    }

    /// Whether a text asks not to be contacted. Short ones of several words are asked by the whole rule for replies, each once.
    fn is_heard(&mut self, text: &str) -> bool {
        if text.len() > LONGEST_REMARK {
            return has_plain_refusal(text);
        }
        if text.len() > LONGEST_ANSWER || !text.contains(' ') {
            return asks_not_to_be_contacted(text);
        }
        if let Some(known) = self.heard.get(text) {
            return *known;
        }
        if self.heard.len() >= MOST_HEARD {
            return asks_not_to_be_contacted(text);
        }
        let asks = asks_not_to_be_contacted(text) || is_reply(text);
        self.heard.insert(text.to_owned(), asks);
        asks
    }

    pub(super) fn look(&mut self, text: &str, row: &Row, watch: &Watch, region: Option<Region>) {
        self.cells += 1;
        let mut met = false;
        if self.extent == Extent::Refusals {
            met = opted_out(text) == Some(true) || datetime::is_date(text);
            self.refusals += u64::from(met);
        }
        let region = || region.or_else(|| watch.country.and_then(|index| region_of_country(row.cell(index))));
        match shape(text) {
            _ if self.extent != Extent::All => {}
            Shape::Written if watch.phones.is_some() => met = self.written.add(|| is_phone(text, region())),
            Shape::Bare if watch.phones.is_some() => met = self.bare.add(|| is_phone(text, region())),
            Shape::Address if watch.emails.is_some() => met = self.emails.add(|| is_address(text)),
            Shape::Letters if watch.currencies.is_some() && !self.is_claimed => {
                met = is_currency(text);
                self.currencies += u64::from(met);
                let claimed = watch.currencies.flatten().map(|index| cell_text(row.cell(index)));
                let differs = claimed.is_some_and(|other| !other.is_empty() && !other.eq_ignore_ascii_case(text));
                self.differing += u64::from(met && differs);
            }
            _ => {}
        }
        if self.asks.is_some() && text.len() <= LONGEST_ANSWER && answer(text) == Some(false) {
            self.noes += 1;
            met = true;
        }
        let hears = watch.remarks.is_some() && !self.is_claimed && matches!(self.extent, Extent::All | Extent::Remarks);
        if hears && self.is_heard(text) {
            self.remarks += 1;
            met = true;
        }
        if self.may_hold_refusals && text.len() <= LONGEST_ANSWER && is_refusal(text) {
            self.refusals += 1;
            met = true;
        }
        if self.may_be_consent
            && text.len() <= LONGEST_ANSWER
            && (opted_out(text).is_some() || (self.may_be_refusal && datetime::is_date(text)))
        {
            self.consents += 1;
            met = true;
        }
        if met && self.example.is_none() {
            self.example = Some((row.number, text.to_owned()));
        }
    }

    pub(super) fn verdict(&self, watch: &Watch) -> Verdict {
        if self.extent == Extent::Refusals {
            return if self.refusals > 0 { Verdict::NotHonoured } else { Verdict::Nothing };
        }
        let most = self.cells as f64 * MOST;
        let is_most = |count: f64| self.cells > 0 && count > 0.0 && count >= most;
        let stop = |what: &str, count: u64, field| {
            Verdict::Stop(format!("holds {what} ({count} of {} cells)", self.cells), field)
        };
        if let Some(fields) = watch.consents.filter(|_| self.noes > 0) {
            let field = fields.and(self.asks).map(field_of_question);
            return stop("answers that people may not be contacted", self.noes, field);
        }
        // A column of refusals needs one answer among remarks.
        let answers = match self.may_be_refusal {
            true => self.consents > 0,
            false => self.consents > 0 && self.consents * 2 >= self.cells,
        };
        if let Some(fields) = watch.consents.filter(|_| answers) {
            let field = fields.map(|(refusal, agreement)| if self.may_be_refusal { refusal } else { agreement });
            return stop("answers to whether people may be contacted", self.consents, field);
        }
        if let Some(fields) = watch.consents.filter(|_| self.refusals > 0) {
            return stop("refusals to be contacted", self.refusals, fields.map(|(refusal, _)| refusal));
        }
        if let Some(field) = watch.remarks.filter(|_| self.remarks > 0) {
            return stop("wishes not to be contacted", self.remarks, Some(field));
        }
        if let Some(field) = watch.emails.filter(|_| is_most(self.emails.about())) {
            return stop("email addresses", self.emails.about() as u64, field);
        }
        if let Some(claimed) = watch.currencies.filter(|_| is_most(self.currencies as f64)) {
            return match claimed {
                None => stop("currencies", self.currencies, Some("currency")),
                Some(_) if self.differing > 0 => {
                    stop("other currencies than the column that is taken", self.differing, Some("currency"))
                }
                Some(_) => Verdict::Nothing,
            };
        }
        let numbers = self.written.about() + self.bare.about();
        match watch.phones {
            Some(field) if is_most(numbers) && self.written.about() > 0.0 => {
                stop("phone numbers", numbers as u64, field)
            }
            // What can be a number there is checked anyway.
            Some(Some(_)) if watch.purpose == Purpose::Check => Verdict::Nothing,
            Some(Some(field)) if is_most(self.bare.about()) && !self.is_claimed => Verdict::Warn(field),
            _ => Verdict::Nothing,
        }
    }

    pub(super) fn example(&self, source: &Source) -> String {
        let Some((row, text)) = &self.example else { return String::new() };
        match source.cell_address(self.index, *row) {
            Some(address) => format!("`{text}` in {address}"),
            None => format!("`{text}` in row {row}"),
        }
    }
}
