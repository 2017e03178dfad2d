//! The numbers of a registry that share all but their lowest 16 bits, as bytes: fewer than 4096 as their lowest 16 bits in ascending
//! order, two bytes each, the lower one first; else as one bit for each of the 65,536. These are the containers of Roaring bitmaps
//! without their headers, which SQL can look at, too.

/// How many bits of a number its block has.
pub const BITS: u32 = 16;

/// The length of a block of bits, in bytes; a shorter one is an array.
pub const BIT_BYTES: usize = 1 << (BITS - 3);

/// The block of a number, and its place there.
pub fn place(digits: u64) -> (u64, u16) {
    (digits >> BITS, (digits & u64::from(u16::MAX)) as u16)
}

/// The number at a place of a block.
pub fn number_at(block: u64, low: u16) -> u64 {
    block << BITS | u64::from(low)
}

/// A block that no load has written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a block of {0} bytes is none of numbers")]
pub struct Damaged(usize);

/// The bytes of a block of these places, which are in ascending order and not none.
pub fn encode(lows: &[u16]) -> Vec<u8> {
    if lows.len() * 2 < BIT_BYTES {
        return lows.iter().flat_map(|low| low.to_le_bytes()).collect();
    }
    let mut bits = vec![0u8; BIT_BYTES];
    for low in lows {
        if let Some(byte) = bits.get_mut(usize::from(low >> 3)) {
            *byte |= 1 << (low & 7);
        }
    }
    bits
}

/// Whether a place is in a block.
///
/// # Errors
/// The bytes are no block.
pub fn contains(block: &[u8], low: u16) -> Result<bool, Damaged> {
    match block.as_chunks::<2>() {
        _ if block.len() == BIT_BYTES => Ok(block.get(usize::from(low >> 3)).is_some_and(|byte| has_bit(*byte, low))),
        (array, []) if block.len() < BIT_BYTES => {
            Ok(array.binary_search_by_key(&low, |bytes| u16::from_le_bytes(*bytes)).is_ok())
        }
        _ => Err(Damaged(block.len())),
    }
}

/// Whether a place is in a block of bits, by the byte that has its bit.
pub fn has_bit(byte: u8, low: u16) -> bool {
    byte & (1 << (low & 7)) != 0
}

/// The places of a block, in ascending order.
///
/// # Errors
/// The bytes are no block.
pub fn decode(block: &[u8]) -> Result<Vec<u16>, Damaged> {
    match block.as_chunks::<2>() {
        _ if block.len() == BIT_BYTES => {
            let is_set = |low: &u16| block.get(usize::from(low >> 3)).is_some_and(|byte| byte & (1 << (low & 7)) != 0);
            Ok((0..=u16::MAX).filter(is_set).collect())
        }
        (array, []) if block.len() < BIT_BYTES => Ok(array.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect()),
        _ => Err(Damaged(block.len())),
    }
}

/// How many numbers a block has.
pub fn count(block: &[u8]) -> u64 {
    match block.len() {
        BIT_BYTES => block.iter().map(|byte| u64::from(byte.count_ones())).sum(),
        len => len as u64 / 2,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_numbers_are_an_array_and_many_are_bits() {
        assert_eq!(encode(&[1, 258, 65535]), [1, 0, 2, 1, 255, 255]);
        let many: Vec<u16> = (0..4096).map(|low| low * 16).collect();
        assert_eq!(encode(&many[..4095]).len(), 8190);
        let bits = encode(&many);
        assert_eq!((bits.len(), bits[0], bits[1], bits[2]), (BIT_BYTES, 1, 0, 1));
        assert_eq!(count(&bits), 4096);
    }

    #[test]
    fn what_no_load_has_written_is_an_error() {
        for len in [1, 3, 8191, 8193, 10_000] {
            let bytes = vec![0u8; len];
            assert_eq!(contains(&bytes, 0), Err(Damaged(len)));
            assert_eq!(decode(&bytes), Err(Damaged(len)));
        }
    }

    #[test]
    fn a_number_is_its_block_and_its_place() {
        for digits in [0, 65_535, 65_536, 12_125_550_142, 999_999_999_999_999] {
            let (block, low) = place(digits);
            assert_eq!(number_at(block, low), digits);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_block_holds_what_it_was_made_of(
            lows in prop_oneof![
                prop::collection::btree_set(any::<u16>(), 1..50),
                prop::collection::btree_set(any::<u16>(), 4000..4200),
                (any::<u16>(), 4000u32..60_000).prop_map(|(from, n)| (0..n).map(|i| from.wrapping_add(i as u16)).collect()),
            ],
            asked in prop::collection::vec(any::<u16>(), 100),
        ) {
            let lows: BTreeSet<u16> = lows;
            let sorted: Vec<u16> = lows.iter().copied().collect();
            let block = encode(&sorted);
            prop_assert_eq!(decode(&block).unwrap(), sorted.clone());
            prop_assert_eq!(count(&block), sorted.len() as u64);
            for low in asked.iter().chain(sorted.iter().step_by(97)) {
                prop_assert_eq!(contains(&block, *low).unwrap(), lows.contains(low));
            }
        }
    }
}
