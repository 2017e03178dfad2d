//! Cells that say whether somebody may be contacted.

use std::borrow::Cow;

use super::{Checker, Work};
use crate::domain::dnc::DncScope;
use crate::domain::dnc::opt_out_text::{OptOutClass, detect};
use crate::domain::flag;
use crate::domain::leads::consent::Consent;
use crate::domain::text::cell_text;
use crate::domain::time::datetime;
use crate::import::kinds::leads::fields::LeadField;
use crate::import::kinds::leads::mapping::Target;
use crate::import::row::{ProblemKind, Row};
use crate::import::unclaimed::LONGEST_ANSWER;
use crate::import::vocabulary::consent::{is_refusal, opted_out};
use crate::import::vocabulary::refusals::plain_refusal;
use crate::ops::leads::draft::LeadDraft;

/// What a note asks: not to be contacted, on some channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    pub class: OptOutClass,
    pub scope: Option<DncScope>,
}

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
        let has_flags = (0..self.mapping.targets.len()).any(is_flag);
        let says_so = |(index, cell): (usize, &str)| {
            let unwrapped = self.mapping.reading.unwrapping.cell(index, cell);
            let text = cell_text(&unwrapped);
            is_refusal(cell_text(cell))
                || is_refusal(text)
                || (is_flag(index) || text.len() > 1) && opted_out(text) == Some(true)
                || is_flag(index) && datetime::is_date(text)
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

    /// A note in the file that asks not to be contacted: by the rule for replies (docs/opt-outs.md) it opts out, or waits for a person.
    pub(super) fn look_at_note(&mut self, text: &str) {
        // A person who writes a note decides by themselves what it means.
        if self.at.is_none() {
            return;
        }
        let plain = if text.len() <= LONGEST_ANSWER { plain_refusal(text) } else { None };
        let found = detect(text);
        if let Some(reach) = plain {
            self.draft.email_opt_out |= reach.email;
            if matches!(found.class, OptOutClass::None | OptOutClass::Review) {
                // The words of columns of refusals are more than those of replies.
                self.draft.do_not_call |= reach.calls;
                self.draft.do_not_text |= reach.texts;
                self.note_asks = Some(Asks { class: OptOutClass::Likely, scope: None });
                return;
            }
        }
        match (found.class, found.scope) {
            (OptOutClass::None, _) => return,
            (OptOutClass::Review, _) => {}
            (OptOutClass::Certain | OptOutClass::Likely, Some(DncScope::Texts)) => self.draft.do_not_text = true,
            (OptOutClass::Certain | OptOutClass::Likely, _) => self.draft.do_not_call = true,
        }
        // Of several notes the plainest counts.
        if self.note_asks.is_none_or(|asks| found.class < asks.class) {
            self.note_asks = Some(Asks { class: found.class, scope: found.scope });
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
