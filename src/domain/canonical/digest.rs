//! The digest of a table: the same for the same rows in whatever order they are read, and parted so that a row that differs is
//! found without holding all of them.

use std::fmt;
use std::hash::Hasher as _;

use sha2::{Digest as _, Sha256};

use super::json;
use super::kind::Kind;
use super::value::Value;

/// Into so many parts the rows of a table fall, by their keys.
const PARTS: usize = 1024;

/// The digest of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDigest {
    rows: u64,
    /// The sum of the hashes of the rows of each part: addition knows no order.
    parts: Vec<u128>,
}

impl Default for TableDigest {
    fn default() -> Self {
        TableDigest { rows: 0, parts: vec![0; PARTS] }
    }
}

impl TableDigest {
    /// Adds a row, whose key is in the columns at these places.
    pub fn add(&mut self, row: &[Value], kinds: &[Kind], key: &[usize]) {
        self.rows += 1;
        let part = part_of(row, key);
        if let Some(sum) = self.parts.get_mut(part) {
            *sum = sum.wrapping_add(hash(row, kinds));
        }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The first part that is not the same in both.
    pub fn differing(&self, other: &TableDigest) -> Option<usize> {
        self.parts.iter().zip(&other.parts).position(|(one, other)| one != other)
    }
}

impl fmt::Display for TableDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.parts.iter().fold(0_u128, |sum, part| sum.wrapping_add(*part)))
    }
}

/// The part into which a row falls.
pub fn part_of(row: &[Value], key: &[usize]) -> usize {
    let mut hasher = rustc_hash::FxHasher::default();
    for value in key.iter().filter_map(|place| row.get(*place)) {
        match value {
            Value::Null => hasher.write_u8(0),
            Value::Integer(number) => hasher.write_i64(*number),
            Value::Text(text) => hasher.write(text.as_bytes()),
            Value::Bytes(bytes) | Value::NotText(bytes) => hasher.write(bytes),
        }
    }
    usize::try_from(hasher.finish() % PARTS as u64).unwrap_or_default()
}

/// The first 128 bits of SHA-256 over the values, each with its type and its length.
pub fn hash(row: &[Value], kinds: &[Kind]) -> u128 {
    let mut hasher = Sha256::new();
    let mut put = |kind: u8, bytes: &[u8]| {
        hasher.update([kind]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    for (place, value) in row.iter().enumerate() {
        match value {
            Value::Null => put(0, &[]),
            Value::Integer(number) => put(1, &number.to_be_bytes()),
            Value::Text(text) if kinds.get(place) == Some(&Kind::Json) => match json::canonical(text) {
                Ok(alike) => put(2, alike.as_bytes()),
                Err(_) => put(2, text.as_bytes()),
            },
            Value::Text(text) => put(2, text.as_bytes()),
            Value::Bytes(bytes) => put(3, bytes),
            Value::NotText(bytes) => put(4, bytes),
        }
    }
    let digest = hasher.finalize();
    let mut first = [0; 16];
    first.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    u128::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 3] = [Kind::Whole(8), Kind::Text, Kind::Json];

    fn row(id: i64, text: &str, json: &str) -> Vec<Value> {
        vec![Value::Integer(id), Value::Text(text.into()), Value::Text(json.into())]
    }

    fn digest(rows: &[Vec<Value>]) -> TableDigest {
        let mut digest = TableDigest::default();
        rows.iter().for_each(|row| digest.add(row, &KINDS, &[0]));
        digest
    }

    #[test]
    fn the_order_of_rows_and_of_keys_does_not_count_and_everything_else_does() {
        let rows = [row(1, "a", "{}"), row(2, "b", r#"{"x":1,"y":2.0}"#)];
        let same = [row(2, "b", r#"{"y": 2, "x": 1}"#), row(1, "a", "{}")];
        assert_eq!(digest(&rows), digest(&same));
        assert_eq!((digest(&rows).rows(), digest(&rows).differing(&digest(&same))), (2, None));
        for other in [
            vec![row(1, "a", "{}")],
            vec![row(1, "a", "{}"), row(2, "c", r#"{"x":1,"y":2}"#)],
            vec![row(1, "a", "{}"), row(2, "b", r#"{"x":1,"y":3}"#)],
            vec![row(1, "a{}", ""), row(2, "b", r#"{"x":1,"y":2}"#)],
            vec![row(1, "b", "{}"), row(2, "a", r#"{"x":1,"y":2}"#)],
        ] {
            let found = digest(&rows).differing(&digest(&other));
            let changed = [&rows[..], &other].concat();
            let parts: Vec<usize> = changed.iter().map(|row| part_of(row, &[0])).collect();
            assert!(found.is_some_and(|part| parts.contains(&part)), "{other:?}");
            assert_ne!(digest(&rows).to_string(), digest(&other).to_string());
        }
    }

    #[test]
    fn two_rows_that_are_the_same_count_twice() {
        let twice = digest(&[row(1, "a", "{}"), row(1, "a", "{}")]);
        assert!(twice.differing(&digest(&[])).is_some() && twice.differing(&digest(&[row(1, "a", "{}")])).is_some());
    }
}
