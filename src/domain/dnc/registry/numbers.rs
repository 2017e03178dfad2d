//! Sets of numbers while a registry is loaded.

use roaring::{RoaringBitmap, RoaringTreemap};

use super::block::{self, Damaged};

/// Numbers that are gathered in any order: sorted a part at a time, then joined.
#[derive(Debug, Default)]
pub struct Gathering {
    part: Vec<u64>,
    whole: RoaringTreemap,
    taken: u64,
}

/// How many numbers are sorted together: 64 MB of them.
const PART: usize = 8 << 20;

impl Gathering {
    /// Adds a number.
    pub fn push(&mut self, digits: u64) {
        self.part.push(digits);
        self.taken += 1;
        if self.part.len() >= PART {
            self.join();
        }
    }

    /// How many numbers were added, equal ones each time.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    fn join(&mut self) {
        if !self.part.is_sorted() {
            self.part.sort_unstable();
        }
        self.part.dedup();
        // What follows all before it is put behind it at once, which sorted files do.
        if self.whole.append(self.part.iter().copied()).is_err() {
            let sorted = RoaringTreemap::from_sorted_iter(self.part.iter().copied());
            self.whole |= sorted.unwrap_or_else(|_| self.part.iter().copied().collect());
        }
        self.part.clear();
    }

    /// All numbers.
    pub fn finish(mut self) -> RoaringTreemap {
        self.join();
        self.whole
    }
}

/// The blocks of a set in ascending order, each with its places.
pub fn blocks(set: &RoaringTreemap) -> impl Iterator<Item = (u64, Vec<u16>)> + '_ {
    set.bitmaps().flat_map(|(high, bitmap)| {
        blocks_of(bitmap).map(move |(middle, lows)| (u64::from(high) << (32 - block::BITS) | u64::from(middle), lows))
    })
}

fn blocks_of(bitmap: &RoaringBitmap) -> impl Iterator<Item = (u16, Vec<u16>)> + '_ {
    let mut values = bitmap.iter().peekable();
    std::iter::from_fn(move || {
        let block = (values.peek()? >> block::BITS) as u16;
        let mut lows = Vec::with_capacity(1 << 10);
        while let Some(value) = values.next_if(|value| (value >> block::BITS) as u16 == block) {
            lows.push(value as u16);
        }
        Some((block, lows))
    })
}

/// A stored block with places added to it or taken from it; nothing when none is left.
///
/// # Errors
/// What is stored is no block.
pub fn changed(stored: Option<&[u8]>, lows: &[u16], adds: bool) -> Result<Option<Vec<u8>>, Damaged> {
    let stored = stored.map(block::decode).transpose()?.unwrap_or_default();
    let stored = RoaringBitmap::from_iter(stored.into_iter().map(u32::from));
    let lows = RoaringBitmap::from_iter(lows.iter().copied().map(u32::from));
    let result = if adds { stored | lows } else { stored - lows };
    let lows: Vec<u16> = result.iter().map(|low| low as u16).collect();
    Ok((!lows.is_empty()).then(|| block::encode(&lows)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_gathering_is_a_set(
            parts in prop::collection::vec(prop::collection::vec(12_120_000_000u64..12_120_400_000, 0..300), 1..5),
        ) {
            let mut gathering = Gathering::default();
            for part in &parts {
                part.iter().for_each(|digits| gathering.push(*digits));
                gathering.join();
            }
            let wanted: BTreeSet<u64> = parts.iter().flatten().copied().collect();
            let set = gathering.finish();
            prop_assert!(set.iter().eq(wanted.iter().copied()));
            let of_blocks = blocks(&set).flat_map(|(block, lows)| {
                lows.into_iter().map(move |low| block::number_at(block, low))
            });
            prop_assert!(of_blocks.eq(wanted));
        }

        #[test]
        fn a_block_changes_as_a_set_does(
            stored in prop::collection::btree_set(any::<u16>(), 0..300),
            lows in prop::collection::btree_set(any::<u16>(), 1..300),
            adds in any::<bool>(),
        ) {
            let list = |set: &BTreeSet<u16>| set.iter().copied().collect::<Vec<_>>();
            let bytes = (!stored.is_empty()).then(|| block::encode(&list(&stored)));
            let result = changed(bytes.as_deref(), &list(&lows), adds).unwrap();
            let wanted: BTreeSet<u16> = if adds { &stored | &lows } else { &stored - &lows };
            let got = result.map(|bytes| block::decode(&bytes).unwrap()).unwrap_or_default();
            prop_assert_eq!(got, list(&wanted));
        }
    }
}
