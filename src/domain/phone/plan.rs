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

/// The calling code of a number.
pub fn calling_code(number: E164) -> u16 {
    let mut code = number.digits();
    while code >= 10u64.pow(calling_code_length(number) as u32) {
        code /= 10;
    }
    code as u16
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{PhoneCheck, Region, parse};
    use super::*;
    use regex::Regex;
    use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberType};

    const KINDS: [PhoneNumberType; 10] = [
        PhoneNumberType::FixedLine,
        PhoneNumberType::Mobile,
        PhoneNumberType::TollFree,
        PhoneNumberType::PremiumRate,
        PhoneNumberType::SharedCost,
        PhoneNumberType::PersonalNumber,
        PhoneNumberType::VoIP,
        PhoneNumberType::Pager,
        PhoneNumberType::UAN,
        PhoneNumberType::VoiceMail,
    ];

    /// Digits of E.164 of every calling code: the examples of every region and kind, their neighbours, and random ones.
    fn samples() -> BTreeSet<String> {
        let mut samples = BTreeSet::new();
        let mut examples = Vec::new();
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            for kind in KINDS {
                examples.extend(PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok());
            }
        }
        for code in PHONE_NUMBER_UTIL.get_supported_global_network_calling_codes() {
            examples.extend(PHONE_NUMBER_UTIL.get_example_number_for_non_geo_entity(code).ok());
        }
        let mut state = 20u64;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            for _ in 0..120 {
                let length = 4 + random(9);
                let national: String = (0..length).map(|_| random(10).to_string()).collect();
                samples.insert(format!("{code}{national}"));
            }
        }
        for example in examples {
            let code = example.country_code.to_string();
            let national = rlibphonenumber::get_national_significant_number_owned(&example);
            samples.insert(format!("{code}{national}"));
            for prefix in ["0", "00", "1", "8", "06", "9", "15", "90"] {
                samples.insert(format!("{code}{prefix}{national}"));
            }
            for _ in 0..16 {
                let mut digits: Vec<char> = national.chars().collect();
                for _ in 0..1 + random(2) {
                    let at = random(digits.len());
                    match random(4) {
                        0 if digits.len() > 3 => drop(digits.remove(at)),
                        1 => digits.insert(at, char::from(b'0' + random(10) as u8)),
                        _ => digits[at] = char::from(b'0' + random(10) as u8),
                    }
                }
                samples.insert(format!("{code}{}", digits.into_iter().collect::<String>()));
            }
        }
        samples
    }

    /// The number as the library holds it, without reading it from text.
    fn of_library(number: E164) -> PhoneNumber {
        let digits = number.digits().to_string();
        let (code, national) = digits.split_at(calling_code_length(number));
        let zeros = national.bytes().take_while(|byte| *byte == b'0').count().min(national.len() - 1);
        PhoneNumber {
            country_code: code.parse().unwrap(),
            national_number: national.parse().unwrap(),
            italian_leading_zero: (zeros > 0).then_some(true),
            number_of_leading_zeros: (zeros > 1).then_some(zeros as i32),
            ..PhoneNumber::default()
        }
    }

    #[test]
    fn the_table_is_the_one_of_the_library() {
        let (mut all, mut valid, mut quick) = (0, 0, 0);
        for digits in samples() {
            let Some(number) = E164::from_e164(&format!("+{digits}")) else { continue };
            let expected = of_library(number).is_valid();
            assert_eq!(is_valid(number), expected, "+{digits}: run scripts/phone-plan");
            all += 1;
            valid += usize::from(expected);
            quick += usize::from(reads_as_itself(number));
        }
        assert!(all > 30_000 && valid > 7_000 && quick * 100 > valid * 90, "{all} {valid} {quick}");
    }

    #[test]
    fn what_skips_the_library_is_read_by_it_as_itself() {
        let regions: Vec<Option<Region>> =
            [None, "US".parse().ok(), "DE".parse().ok(), "IT".parse().ok(), "AR".parse().ok(), "RU".parse().ok()]
                .into();
        for (at, digits) in samples().into_iter().enumerate() {
            let text = format!("+{digits}");
            let Some(number) = E164::from_e164(&text) else { continue };
            let Ok(read) = PHONE_NUMBER_UTIL.parse(&text, regions[at % regions.len()].map(|region| region.0)) else {
                assert!(!reads_as_itself(number), "{text}");
                continue;
            };
            let is_itself = read == of_library(number);
            if reads_as_itself(number) {
                assert!(
                    is_itself
                        && read.is_valid()
                        && matches!(read.is_possible_with_reason(), Ok(NumberLengthType::IsPossible)),
                    "{text} is read as {read:?}"
                );
            }
            if !is_itself && read.is_valid() {
                assert!(may_hold_prefix(number), "{text} is read as {read:?}");
            }
        }
        // What the library reads otherwise is asked of it.
        for text in ["+4402079460123", "+541115512345678", "+5215512345678"] {
            let number = E164::from_e164(text);
            assert!(number.is_none_or(|number| !reads_as_itself(number)), "{text}");
        }
        let rome = parse("+390669812345", None, PhoneCheck::Valid).map(|phone| phone.number.to_string());
        assert_eq!(rome.as_deref(), Ok("+390669812345"));
    }

    #[test]
    fn the_expressions_are_those_of_the_table() {
        let samples = samples();
        for (code, pattern) in patterns() {
            let code = code.to_string();
            let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
            for digits in samples.range(code.clone()..).take_while(|digits| digits.starts_with(&code)) {
                let Some(number) = E164::from_e164(&format!("+{digits}")) else { continue };
                assert_eq!(pattern.is_match(&digits[code.len()..]), is_valid(number), "+{digits}");
            }
        }
    }

    #[test]
    fn every_calling_code_has_its_length() {
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            let number = E164::from_e164(&format!("+{code}12345678")).unwrap();
            assert_eq!(calling_code_length(number), code.to_string().len(), "{code}");
            assert!(pattern_of(u16::try_from(code).unwrap()).is_some(), "{code}");
        }
        assert_eq!(patterns().count(), PHONE_NUMBER_UTIL.get_supported_calling_codes().count());
    }
}
