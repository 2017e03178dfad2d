//! States and provinces as addresses write them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::areas::lines;
use crate::domain::text::fold_case;

const STATES: &str = include_str!("states.tsv");

/// The code of each state with its spellings, folded.
static SPELLINGS: LazyLock<Vec<(&'static str, Vec<String>)>> = LazyLock::new(|| {
    let state = |line: &'static str| {
        let mut columns = line.split('\t');
        let code = columns.next()?;
        Some((code, std::iter::once(code).chain(columns).map(fold_case).collect()))
    };
    lines(STATES).filter_map(state).collect()
});

static BY_SPELLING: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| SPELLINGS.iter().flat_map(|(code, all)| all.iter().map(|one| (one.as_str(), *code))).collect());

/// The states and provinces with their spellings, folded by [`fold_case`].
pub(super) fn spellings() -> impl Iterator<Item = (&'static str, &'static [String])> {
    SPELLINGS.iter().map(|(code, all)| (*code, all.as_slice()))
}

/// The state or province that a text names, in whatever case.
pub(super) fn named(text: &str) -> Option<&'static str> {
    BY_SPELLING.get(fold_case(text).as_str()).copied()
}
