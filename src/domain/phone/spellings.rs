//! A property: however a valid number is written, what is read is that number, or says that it may be it, or is a problem.
//! Another number alone would be looked up in its place, and come out clear.

use std::sync::LazyLock;

use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};

use super::equivalents::other_spellings;
use super::{E164, ParsedPhone, PhoneCheck, Region, parse, parse_each, plan};

/// Examples of valid numbers: the region, and the number as the library has it.
static NUMBERS: LazyLock<Vec<(rlibphonenumber::Region, PhoneNumber)>> = LazyLock::new(|| {
    let kinds = [PhoneNumberType::FixedLine, PhoneNumberType::Mobile, PhoneNumberType::TollFree, PhoneNumberType::UAN];
    let mut regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    regions.sort_by_key(|region| region.to_string());
    let of = |region| {
        let examples = kinds
            .iter()
            .filter_map(move |kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, *kind).ok());
        examples.map(move |number| (region, number))
    };
    regions.into_iter().flat_map(of).collect()
});

fn e164(number: &PhoneNumber) -> Option<E164> {
    E164::from_e164(&PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164))
}

/// A neighbour of an example: other last digits, if that is valid.
fn neighbour(example: &PhoneNumber, last: u64) -> PhoneNumber {
    let mut other = example.clone();
    other.national_number = example.national_number / 1000 * 1000 + last;
    if other.is_valid() { other } else { example.clone() }
}

fn is_it(read: &ParsedPhone, number: E164) -> bool {
    let others = |read| other_spellings(read).contains(&number);
    // A number that is not valid in its plan is never clear.
    !plan::is_valid(read.number)
        || read.number == number
        || others(read.number)
        || read.with_plus.is_some_and(|with| with == number || others(with))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_spelling_is_read_as_another_number_alone(
        at in any::<prop::sample::Index>(),
        last in 0u64..1000,
        second_last in 0u64..1000,
        form in 0usize..9,
        gap in prop::sample::select(vec![" ", "-", ".", "", "\u{a0}", "\u{200b}", "/", " - ", "\u{2011}"]),
        end in prop::sample::select(vec![
            "", "", " ", "\u{200e}", " x9", " ext. 12", " work", " NK", " (Bob)", "b", " раб", ",", ";", "/", "|", "\n", ", ", "; ",
            " / ", " x", " #",
        ]),
        elsewhere in prop::sample::select(vec!["", "", "US", "DE", "JP", "IT", "RU", "DK", "CN", "AR", "BR", "MX", "GB"]),
        check in prop::sample::select(vec![PhoneCheck::Valid, PhoneCheck::Possible]),
    ) {
        let (region, example) = at.get(&NUMBERS);
        let number = neighbour(example, last);
        let Some(wanted) = e164(&number) else { return Ok(()) };
        prop_assert!(plan::is_valid(wanted));
        let own = region.to_string();
        let international = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::International).into_owned();
        let national = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National).into_owned();
        let (code, rest) = international.split_once(' ').unwrap_or((&international, ""));
        let has_trunk_zero = national.trim_start_matches('(').starts_with('0') && !rest.starts_with('0');
        let (text, read_in) = match form {
            0 => (wanted.to_string(), elsewhere),
            1 => (international.clone(), elsewhere),
            2 => (wanted.digits().to_string(), elsewhere),
            3 => (international.trim_start_matches('+').to_owned(), elsewhere),
            4 => (format!("00{}", wanted.digits()), elsewhere),
            5 => (format!("00 {}", international.trim_start_matches('+')), elsewhere),
            6 if has_trunk_zero => (format!("{code} (0){rest}"), elsewhere),
            7 => (national.chars().filter(char::is_ascii_digit).collect(), own.as_str()),
            _ => (national, own.as_str()),
        };
        let second = neighbour(example, second_last);
        let second = PHONE_NUMBER_UTIL.format(&second, if form < 7 { PhoneNumberFormat::E164 } else { PhoneNumberFormat::National });
        let end = match end {
            "," | ";" | "/" | "|" | "\n" | ", " | "; " | " / " | " x" | " #" => format!("{end}{second}"),
            plain => plain.to_owned(),
        };
        let text = format!("{}{end}", text.replace([' ', '-'], gap));
        let region = read_in.parse::<Region>().ok();
        if let Ok(read) = parse(&text, region, check) {
            prop_assert!(is_it(&read, wanted), "{:?} in {} is {} and not {}", text, read_in, read.number, wanted);
        }
        let parts = parse_each(&text, region, check);
        let is_told = parts.iter().any(|(_, read)| read.as_ref().map_or(true, |read| is_it(read, wanted)));
        prop_assert!(is_told, "{:?} in {} is {:?} and not {}", text, read_in, parts, wanted);
    }
}

/// For `scripts/check-numbers`: reads numbers from the file that CRMCTL_NUMBERS names, and prints what the rules say.
#[test]
#[ignore = "run by scripts/check-numbers"]
fn what_the_rules_say_of_numbers() {
    let path = std::env::var_os("CRMCTL_NUMBERS").unwrap();
    println!();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let number = E164::from_e164(line).unwrap();
        let word = if plan::is_valid(number) { "valid" } else { "invalid" };
        let others: String = other_spellings(number).iter().map(|other| format!(" {other}")).collect();
        println!("NUMBER {number} {word}{others}");
    }
}
