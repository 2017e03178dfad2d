//! Numbers as the do-not-call list reads them.

use super::read::as_it_is;
use super::{E164, ParsedPhone, PhoneCheck, PhoneProblem, Region, parse};

/// A number as somebody wrote it for the do-not-call list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub number: E164,
    /// What it is when it has lost a plus, if that is another valid number.
    pub with_plus: Option<E164>,
}

impl From<E164> for Reading {
    fn from(number: E164) -> Reading {
        Reading { number, with_plus: None }
    }
}

impl From<ParsedPhone> for Reading {
    fn from(phone: ParsedPhone) -> Reading {
        Reading { number: phone.number, with_plus: phone.with_plus }
    }
}

impl Reading {
    /// Every number that it may be.
    pub fn all(&self) -> impl Iterator<Item = E164> + use<> {
        std::iter::once(self.number).chain(self.with_plus)
    }
}

/// Reads a number for the do-not-call list: one of possible length is good enough, for a request may name a number that its
/// plan does not know any more.
///
/// Valid E.164, and any number that looks like one of the North American Numbering Plan, is taken as it is, without the
/// phone library, whose first use takes milliseconds; a region needs it, too, and is asked for only then.
///
/// # Errors
/// The problem, without the value.
pub fn read_for_list(text: &str, region: impl FnOnce() -> Option<Region>) -> Result<Reading, PhoneProblem> {
    match as_it_is(text.trim(), PhoneCheck::Possible) {
        Some(number) => Ok(number.into()),
        None => parse(text, region(), PhoneCheck::Possible).map(Reading::from),
    }
}
