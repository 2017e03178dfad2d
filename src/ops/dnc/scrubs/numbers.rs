//! The numbers of a scrub by their verdicts, as compressed sets.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use roaring::RoaringTreemap;

use crate::domain::dnc::Verdict;
use crate::domain::phone::E164;

/// The numbers of a scrub, each with its verdict.
#[derive(Debug, Default)]
pub struct Numbers {
    clear: Vec<u64>,
    blocked: Vec<u64>,
    unknown: Vec<u64>,
}

impl Numbers {
    /// Adds a number.
    pub fn add(&mut self, number: E164, verdict: Verdict) {
        let numbers = match verdict {
            Verdict::Clear => &mut self.clear,
            Verdict::Blocked => &mut self.blocked,
            Verdict::Unknown => &mut self.unknown,
        };
        numbers.push(number.digits());
    }

    /// The sets of those that were clear, blocked and unknown, as they are stored.
    ///
    /// # Errors
    /// The library cannot write them.
    pub fn packed(self) -> std::io::Result<[Vec<u8>; 3]> {
        Ok([packed(self.clear)?, packed(self.blocked)?, packed(self.unknown)?])
    }
}

fn packed(mut numbers: Vec<u64>) -> std::io::Result<Vec<u8>> {
    numbers.sort_unstable();
    numbers.dedup();
    let set: RoaringTreemap = numbers.into_iter().collect();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    set.serialize_into(&mut encoder)?;
    encoder.flush()?;
    encoder.finish()
}

/// A set of numbers.
#[derive(Debug)]
pub struct NumberSet(RoaringTreemap);

impl NumberSet {
    /// Reads a set as it is stored.
    ///
    /// # Errors
    /// The bytes are none.
    pub fn unpacked(bytes: &[u8]) -> std::io::Result<NumberSet> {
        let mut plain = Vec::new();
        ZlibDecoder::new(bytes).read_to_end(&mut plain)?;
        RoaringTreemap::deserialize_from(plain.as_slice()).map(NumberSet)
    }

    /// The numbers in ascending order.
    pub fn numbers(&self) -> impl Iterator<Item = E164> {
        self.0.iter().filter_map(E164::of_digits)
    }

    pub fn has(&self, number: E164) -> bool {
        self.0.contains(number.digits())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_comes_back_as_it_was_stored(digits in proptest::collection::vec(1_000_000u64..999_999_999_999_999, 0..60)) {
            let mut numbers = Numbers::default();
            let all: BTreeSet<u64> = digits.iter().copied().collect();
            for digits in &digits {
                numbers.add(E164::of_digits(*digits).unwrap(), Verdict::Clear);
            }
            let [clear, blocked, unknown] = numbers.packed().unwrap();
            let set = NumberSet::unpacked(&clear).unwrap();
            prop_assert!(all.iter().all(|digits| set.has(E164::of_digits(*digits).unwrap())));
            prop_assert_eq!(set.0.len(), all.len() as u64);
            prop_assert!(NumberSet::unpacked(&blocked).unwrap().0.is_empty() && unknown == blocked);
        }
    }
}
