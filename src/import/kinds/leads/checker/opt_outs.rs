//! Cells that say whether somebody may be contacted.

use std::borrow::Cow;

use super::{Checker, Work};
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::flag;
use crate::domain::leads::consent::Consent;
use crate::domain::text::cell_text;
use crate::domain::time::datetime;
use crate::import::kinds::leads::fields::LeadField;
use crate::import::kinds::leads::mapping::Target;
use crate::import::row::{ProblemKind, Row};
use crate::import::vocabulary::consent::{Reach, is_refusal, opted_out};
use crate::import::vocabulary::questions::answer;
use crate::import::vocabulary::refusals::{Wish, has_plain_refusal, plain_refusal, wish_in};
use crate::ops::leads::draft::LeadDraft;

impl Checker {
    /// A cell without what its program writes around it; one that refuses does so whatever is taken off.
    pub(super) fn unwrapped<'a>(&self, row: &'a Row, index: usize, target: &Target) -> Cow<'a, str> {
        let cell = row.cell(index);
        match target {
            Target::Field(field) if field.is_refusal() && refuses(cell_text(cell)) => Cow::Borrowed(cell),
            _ => self.mapping.reading.unwrapping.cell(index, cell),
        }
    }

    /// Whether a row that cannot be used may ask not to be contacted. Its cells may have moved to other columns.
    pub fn opts_out(&self, row: &Row) -> bool {
        let is_flag =
            |index: usize| matches!(self.mapping.targets.get(index), Some(Target::Field(field)) if field.is_flag());
        let is_answer =
            |index: usize| matches!(self.mapping.targets.get(index), Some(Target::Field(field)) if field.is_answer());
        let has_flags = (0..self.mapping.targets.len()).any(is_flag);
        let says_so = |(index, cell): (usize, &str)| {
            let unwrapped = self.mapping.reading.unwrapping.cell(index, cell);
            let text = cell_text(&unwrapped);
            is_refusal(cell_text(cell))
                || is_refusal(text)
                || (is_flag(index) || text.len() > 1) && opted_out(text) == Some(true)
                || is_flag(index) && datetime::is_date(text)
                || is_answer(index) && answer(text) == Some(false)
        };
        has_flags && row.cells().enumerate().any(says_so)
    }
}

impl Work<'_> {
    /// Takes a cell of a row as it is unwrapped; one of which nothing is left is counted as a word for nothing.
    pub(super) fn take_of(&mut self, row: &Row, field: LeadField, index: usize, unwrapped: &str) {
        self.placeholders += u32::from(unwrapped.is_empty() && !cell_text(row.cell(index)).is_empty());
        self.take(field, index, unwrapped);
    }

    /// An agreement to one channel: it is kept as it is, and a refusal in words opts out of the channel.
    pub(super) fn consent_to(
        &mut self,
        field: LeadField,
        column: String,
        text: &str,
        refuse: impl FnOnce(&mut LeadDraft),
    ) {
        self.not_opted_in |= flag::parse(text) == Some(false);
        if consent_of(text) == Some(Consent::Denied) {
            refuse(&mut self.draft);
        }
        self.keep_as(field, &column, text);
    }

    /// A note in the file that asks not to be contacted opts out, or waits for a person.
    pub(super) fn look_at_note(&mut self, text: &str) {
        // A person who writes a note decides by themselves what it means.
        if self.at.is_some()
            && let Some(wish) = wish_in(text)
        {
            self.hear(wish);
        }
    }

    /// A tag that refuses in plain words is more than a tag: `do not call`.
    pub(super) fn look_at_tag(&mut self, tag: &str) {
        if self.at.is_some()
            && let Some(reach) = plain_refusal(tag)
        {
            self.hear(Wish { class: OptOutClass::Likely, scope: None, reach });
        }
    }

    /// A name, company or other line of text in which somebody wrote that the person is not to be contacted. It may be no more than a
    /// name, so that a person decides.
    pub(super) fn look_at_line(&mut self, text: &str) {
        if self.at.is_some() && has_plain_refusal(text) {
            self.line_asks.get_or_insert_with(|| text.to_owned());
            self.hear(Wish { class: OptOutClass::Review, scope: None, reach: Reach::default() });
        }
    }

    fn hear(&mut self, wish: Wish) {
        self.refuse(wish.reach);
        // Of several notes the plainest counts.
        if self.note_asks.is_none_or(|asks| wish.class < asks.class) {
            self.note_asks = Some(wish);
        }
    }

    fn refuse(&mut self, Reach { calls, texts, email }: Reach) {
        self.draft.do_not_call |= calls;
        self.draft.do_not_text |= texts;
        self.draft.email_opt_out |= email;
    }

    /// A consent; one that is refused in plain words says by which ways the person is not to be contacted.
    pub(super) fn consent(&mut self, column: String, text: &str) {
        let Some(consent) = consent_of(text) else {
            let remedy = format!("use one of {}", Consent::words());
            return self.problem(ProblemKind::ConsentUnknown, column, text, "is not a consent", &remedy);
        };
        self.not_opted_in |= flag::parse(text) == Some(false);
        if Consent::parse(text).is_none() {
            self.refuse(plain_refusal(text).unwrap_or_default());
        }
        self.agree(consent);
    }

    fn agree(&mut self, consent: Consent) {
        self.draft.consent = Some(self.draft.consent.map_or(consent, |other| other.stricter(consent)));
    }

    /// An answer to whether the person may be contacted, of which a no refuses. A yes to one channel is kept as it is.
    pub(super) fn answer(&mut self, field: LeadField, column: String, text: &str, reach: Reach) {
        let is_general = field == LeadField::MayContact;
        match answer(text) {
            Some(true) if is_general => self.agree(Consent::Granted),
            Some(true) => self.keep_as(field, &column, text),
            Some(false) => {
                self.refuse(reach);
                if is_general {
                    self.agree(Consent::Denied);
                }
            }
            None => {
                let remedy = "use yes or no, or empty the cell";
                self.problem(ProblemKind::FlagUnknown, column, text, "is neither yes nor no", remedy);
            }
        }
    }

    pub(super) fn flag(&mut self, column: String, text: &str, set: impl FnOnce(&mut LeadDraft)) {
        match opted_out(text).or(datetime::is_date(text).then_some(true)) {
            Some(true) => set(&mut self.draft),
            Some(false) => {}
            None => self.problem(
                ProblemKind::FlagUnknown,
                column,
                text,
                "is neither yes nor no",
                "use yes or no, or empty the cell",
            ),
        }
    }
}

/// Whether a cell of a column of refusals is one: a yes, words, or the day on which somebody refused.
fn refuses(text: &str) -> bool {
    opted_out(text) == Some(true) || datetime::is_date(text)
}

/// A consent in the words of forms, or in words that refuse.
pub(super) fn consent_of(text: &str) -> Option<Consent> {
    Consent::parse(text).or_else(|| is_refusal(text).then_some(Consent::Denied))
}
