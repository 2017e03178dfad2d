//! Numbers that are spelled in several ways in E.164 and reach one subscriber.
//!
//! A number stays as it is written; who looks for it looks for its other spellings, too. There are two kinds: spellings
//! that are in use beside each other (`in_use`), and those of plans of the past (`changes`, `italy`). Of the latter one
//! counts only if it is no valid number today, since a valid one is somebody else's, and if what it became is valid. Where
//! an old spelling may have become several numbers, all of them count: in doubt nobody is contacted.
//!
//! Left out for this reason: the mobile numbers of Kosovo under +377, which are valid numbers of Monaco.

mod changes;
mod in_use;
mod italy;
mod vietnam;

use super::{E164, plan};

/// The version of the rules. It changes with every rule, so that what was made of the rules before is made anew.
pub const RULES_VERSION: i32 = 2;

/// All other spellings of a number that reach, or once reached, the same subscriber; none of most numbers.
///
/// A number is a spelling of each of its other spellings, and none of itself.
pub fn other_spellings(number: E164) -> Vec<E164> {
    let digits = number.digits();
    let code = digits / 10u64.pow(length(digits) - plan::calling_code_length(number) as u32);
    let mut others = Vec::new();
    let mut add = |other: u64| {
        if let Some(other) = E164::of_digits(other)
            && other != number
            && !others.contains(&other)
        {
            others.push(other);
        }
    };
    match code {
        54 => in_use::argentina(digits, &mut add),
        55 => in_use::brazil(digits, &mut add),
        39 | 378 => italy::other_forms(digits, &mut add),
        _ => {}
    }
    in_use::russia(digits, &mut add);
    in_use::lost_plus(code, digits, &mut add);
    changes::other_side(code, digits, &mut add);
    others
}

/// How many digits a number has.
fn length(digits: u64) -> u32 {
    digits.checked_ilog10().map_or(1, |power| power + 1)
}

/// What is left of a number of so many digits behind a prefix.
fn after(digits: u64, prefix: u64, rest: u32) -> Option<u64> {
    (digits / 10u64.pow(rest) == prefix).then(|| digits % 10u64.pow(rest))
}

fn is_valid(digits: u64) -> bool {
    E164::of_digits(digits).is_some_and(plan::is_valid)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    fn others(text: &str) -> BTreeSet<String> {
        let number = E164::from_e164(&text.replace(' ', "")).unwrap();
        other_spellings(number).into_iter().map(|other| other.to_string()).collect()
    }

    #[test]
    fn one_subscriber_has_these_spellings() {
        for pair in [
            // Germany: read without its plus as a national number.
            ["+49 151 23456789", "+49 49151 23456789"],
            // Argentina: with and without the 9 of mobiles, with the 15 of old.
            ["+54 9 11 2345 6789", "+54 11 2345 6789"],
            ["+54 9 343 423 4567", "+54 343 423 4567"],
            ["+54 11 15 2345 6789", "+54 9 11 2345 6789"],
            ["+54 343 15 423 4567", "+54 343 423 4567"],
            // Italy, the Vatican, San Marino.
            ["+39 06 69812345", "+39 6 69812345"],
            ["+39 02 12345678", "+39 2 12345678"],
            ["+39 06 698 12345", "+39 6 698 12345"],
            ["+378 0549 886377", "+39 0549 886377"],
            ["+378 0549 886377", "+378 886377"],
            ["+39 549 886377", "+378 549 886377"],
            // Brazil's ninth digit.
            ["+55 11 98765 4321", "+55 11 8765 4321"],
            ["+55 21 99876 5432", "+55 21 9876 5432"],
            ["+55 85 97123 4567", "+55 85 7123 4567"],
            // Russia and Kazakhstan.
            ["+7 495 123 45 67", "+8 495 123 45 67"],
            ["+7 912 345 67 89", "+8 912 345 67 89"],
            ["+7 701 234 56 78", "+8 701 234 56 78"],
            // Changes of plans.
            ["+20 10 123 4567", "+20 100 123 4567"],
            ["+20 17 123 4567", "+20 127 123 4567"],
            ["+57 1 234 5678", "+57 601 234 5678"],
            ["+57 4 444 5678", "+57 604 444 5678"],
            ["+57 8 234 5678", "+57 608 234 5678"],
            ["+84 120 123 4567", "+84 70 123 4567"],
            ["+84 169 123 4567", "+84 39 123 4567"],
            ["+84 199 123 4567", "+84 59 123 4567"],
            ["+84 4 3812 3456", "+84 24 3812 3456"],
            ["+84 511 381 2345", "+84 236 381 2345"],
            ["+229 90 01 12 34", "+229 01 90 01 12 34"],
            ["+229 21 31 12 34", "+229 01 21 31 12 34"],
            ["+229 97 01 12 34", "+229 01 97 01 12 34"],
            ["+225 08 12 34 56", "+225 07 08 12 34 56"],
            ["+225 05 12 34 56", "+225 05 05 12 34 56"],
            ["+225 22 41 23 45", "+225 27 22 41 23 45"],
            ["+52 1 222 123 4567", "+52 222 123 4567"],
            ["+52 1 55 1234 5678", "+52 55 1234 5678"],
            ["+52 1 81 1234 5678", "+52 81 1234 5678"],
            ["+237 71 23 45 67", "+237 6 71 23 45 67"],
            ["+237 99 12 34 56", "+237 6 99 12 34 56"],
            ["+237 22 12 34 56", "+237 2 22 12 34 56"],
            ["+230 712 3456", "+230 5712 3456"],
            ["+386 49 123 456", "+383 49 123 456"],
            ["+381 38 123 456", "+383 38 123 456"],
            ["+56 2 345 6789", "+56 2 2345 6789"],
            ["+56 32 234 567", "+56 32 2234 567"],
            ["+593 8 123 4567", "+593 98 123 4567"],
        ] {
            let [one, other] = pair.map(|text| text.replace(' ', ""));
            assert!(others(&one).contains(&other), "{one} {other} {:?}", others(&one));
            assert!(others(&other).contains(&one), "{other} {one} {:?}", others(&other));
        }
    }

    #[test]
    fn a_valid_number_of_another_is_no_old_spelling() {
        // Without its zero a fixed line of Lombardy is a mobile; the old area code of Vĩnh Long begins mobile numbers.
        assert_eq!(others("+39 0331 234567"), BTreeSet::new());
        assert_eq!(others("+84 270 382 3456"), BTreeSet::new());
        assert_eq!(others("+377 44 123 456"), BTreeSet::new());
        // What is read of it when its plus is lost.
        assert_eq!(others("+49 221 123456"), BTreeSet::from(["+4949221123456".to_owned()]));
        for plain in ["+1 212 555 0142", "+44 20 7946 0123", "+46 8 123 456 78", "+33 1 23 45 67 89", "+34 912 345 678"]
        {
            let number = E164::from_e164(&plain.replace(' ', "")).unwrap();
            assert_eq!(other_spellings(number).capacity(), 0, "{plain}");
        }
    }

    #[test]
    fn what_an_old_spelling_may_mean_counts_whole() {
        let expected: BTreeSet<String> = others("+225 08 12 34 56");
        for other in &expected {
            assert!(others(other).contains("+22508123456"), "{other}");
        }
        assert!(expected.contains("+2250708123456"), "{expected:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn spellings_are_mutual(
            prefix in prop::sample::select(vec![
                "54", "549", "5411", "54343", "541115", "39", "390", "3906", "378", "3780549", "390549", "39549", "55",
                "55119", "5511", "7", "8", "79", "89", "77", "57", "5760", "84", "8412", "8470", "844", "8424", "84511",
                "229", "22901", "225", "22507", "22527", "52", "521", "237", "2376", "2372", "230", "2305", "383", "38349",
                "38649", "38138", "56", "562", "5632", "593", "59398", "5938", "1", "49", "380", "998",
            ]),
            rest in "[0-9]{5,11}",
        ) {
            if let Some(number) = E164::from_e164(&format!("+{prefix}{rest}")) {
                for other in other_spellings(number) {
                    prop_assert_ne!(other, number);
                    prop_assert!(other_spellings(other).contains(&number), "{} {}", number, other);
                }
            }
        }
    }
}
