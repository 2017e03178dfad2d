//! Which numbers are valid in their numbering plans, without the phone library.
//!
//! The table is one automaton over the digits of E.164 for all calling codes, in which equal remainders are shared:
//! 4,700 states in 52 KB. `scripts/phone-plan` makes it by hand from the metadata that is part of rlibphonenumber
//! (version 2.2.15, metadata of libphonenumber 9.0.42); the tests below compare both, and fail after an update.
//!
//! `plan.bin` holds words of 16 bits, the lowest byte first: the offset of the first state, then the states. A state is a
//! word that says in its three highest bits what a number that ends here is, and in its ten lowest which digits lead
//! elsewhere than the digit before them; and for each of these the offset of the state that it leads to. Offset 0 is the
//! state of what no number begins with.

use super::E164;

const TABLE: &[u8] = include_bytes!("plan.bin");
const PATTERNS: &str = include_str!("plan.tsv");

const VALID: u16 = 1 << 15;
const AS_IT_IS: u16 = 1 << 14;
const STRIPPED: u16 = 1 << 13;

/// Whether a number is valid in the plan of its calling code: it lies in a range that is in use.
pub fn is_valid(number: E164) -> bool {
    look_up(number.digits()) & VALID != 0
}

/// Whether a number is valid, and the phone library reads its E.164 as itself, whatever the region and the check.
pub(super) fn reads_as_itself(number: E164) -> bool {
    look_up(number.digits()) & AS_IT_IS != 0
}

/// Whether the phone library may drop a national prefix from the E.164 of what is no valid number, and find one.
pub(super) fn may_hold_prefix(number: E164) -> bool {
    look_up(number.digits()) & STRIPPED != 0
}

/// For each calling code a regular expression over the whole national number of valid numbers. It has no look-around, no
/// references and no anchors, and is understood by PostgreSQL, too.
pub fn patterns() -> impl Iterator<Item = (u16, &'static str)> {
    PATTERNS
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(code, pattern)| Some((code.parse().ok()?, pattern)))
}

/// The regular expression of one calling code.
pub fn pattern_of(calling_code: u16) -> Option<&'static str> {
    patterns().find(|(code, _)| *code == calling_code).map(|(_, pattern)| pattern)
}

/// How many digits of a number are its calling code, by ITU-T E.164: each begins with one that is no other's.
pub(super) fn calling_code_length(number: E164) -> usize {
    let mut first_two = number.digits();
    while first_two >= 100 {
        first_two /= 10;
    }
    match first_two {
        10..=19 | 70..=79 => 1,
        20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98 => 2,
        _ => 3,
    }
}

/// What the automaton says of a number, which has at most fifteen digits.
fn look_up(digits: u64) -> u16 {
    let mut place = 1;
    while digits / place >= 10 {
        place *= 10;
    }
    let mut state = word(0);
    while place > 0 {
        let digit = digits / place % 10;
        let changes = word(1 + usize::from(state)) & ((2 << digit) - 1);
        state = word(1 + usize::from(state) + changes.count_ones() as usize);
        if state == 0 {
            return 0;
        }
        place /= 10;
    }
    word(1 + usize::from(state))
}

fn word(at: usize) -> u16 {
    match TABLE.get(2 * at..2 * at + 2) {
        Some(&[low, high]) => u16::from_le_bytes([low, high]),
        _ => 0,
    }
}
