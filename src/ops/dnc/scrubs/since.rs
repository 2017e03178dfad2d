//! What an earlier scrub of the same file was told of its numbers, so that only the difference is asked.

use std::collections::BTreeSet;

use super::Recorded;
use crate::db::models::dnc::registries::required::RequiredList;
use crate::domain::dnc::Verdict;
use crate::domain::dnc::certificates::ListUsed;
use crate::domain::phone::E164;

/// An earlier scrub, and which registries are as they were then.
pub struct Since<'a> {
    recorded: &'a Recorded,
    /// The names of those whose answers are the same.
    unchanged: BTreeSet<&'a str>,
}

impl<'a> Since<'a> {
    /// That of a record whose certificate named these lists.
    pub fn of(recorded: &'a Recorded, then: &'a [ListUsed], now: &[RequiredList]) -> Since<'a> {
        let is_same = |used: &&ListUsed| now.iter().any(|list| is_same(used, list));
        Since { recorded, unchanged: then.iter().filter(is_same).map(|used| used.name.as_str()).collect() }
    }

    /// Whether a list is known not to have a number: it was clear by the same numbers of that list.
    pub fn has_not(&self, list: &RequiredList, number: E164) -> bool {
        self.unchanged.contains(list.name.as_str()) && self.recorded.verdict(number) == Some(Verdict::Clear)
    }
}

/// Whether a list was asked about the same country, and held the same numbers.
fn is_same(used: &ListUsed, list: &RequiredList) -> bool {
    let digest = list.revision.as_ref().and_then(|revision| revision.digest.as_deref());
    used.name == list.name && used.country.as_deref() == Some(&list.country) && digest == Some(&used.digest)
}
