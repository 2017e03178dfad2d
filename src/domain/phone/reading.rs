//! Numbers as the do-not-call list reads them.

use super::{E164, ParsedPhone, PhoneProblem, Region};

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
/// # Errors
/// The problem, without the value.
pub fn read_for_list(text: &str, region: impl FnOnce() -> Option<Region>) -> Result<Reading, PhoneProblem> {
    super::read_for_list(text, region).map(Reading::from)
}
