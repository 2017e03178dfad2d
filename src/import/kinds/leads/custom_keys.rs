//! The keys of custom fields, which the columns give that no field claims.

use std::collections::{HashMap, HashSet};

use crate::domain::leads::custom;
use crate::import::vocabulary::LONGEST_HEADER;
use crate::import::vocabulary::consent::sounds_like_consent;
use crate::import::vocabulary::email::email_column;
use crate::import::vocabulary::extras::is_known_extra;

/// The keys of custom fields that are taken.
#[derive(Default)]
pub(super) struct Keys {
    taken: HashSet<String>,
    /// The number that is tried next behind a name that was taken.
    next: HashMap<String, u64>,
}

/// The key of a custom field for a column, which no other column has.
pub(super) fn custom_key(header: &str, index: usize, keys: &mut Keys) -> String {
    // An export of crmctl marks custom fields, so that none is taken for another column.
    let name = custom::key_of(header.trim()).unwrap_or(header).trim();
    let base: String = match name.is_empty() {
        true => format!("column {}", index + 1),
        false => name.chars().take(custom::MAX_KEY).collect(),
    };
    let mut key = base.clone();
    if keys.taken.contains(&key) {
        let next = keys.next.entry(base.clone()).or_insert(2);
        while keys.taken.contains(&key) {
            key = format!("{base} {next}");
            *next += 1;
        }
    }
    keys.taken.insert(key.clone());
    key
}

/// Whether a column that no field claims needs no look at its cells: an export of crmctl marks it as a custom field, it is a
/// second address, or it holds numbers and addresses of others.
pub(super) fn is_known(header: &str) -> bool {
    custom::key_of(header.trim()).is_some()
        || (header.len() <= LONGEST_HEADER
            && !sounds_like_consent(header)
            && (email_column(header).is_some() || is_known_extra(header)))
}
