//! The area codes of the North American Numbering Plan, which many countries share.

use std::sync::LazyLock;

use super::E164;

/// Area codes outside the United States, by ISO 3166-1 code; from libphonenumber 9.0.43. Codes that no country has alone are
/// [`SHARED`]; all others are the United States'.
const COUNTRIES: &[(&str, &[u16])] = &[
    (
        "CA",
        &[
            204, 226, 236, 249, 250, 257, 263, 273, 289, 306, 343, 354, 365, 367, 368, 382, 403, 416, 418, 428, 431,
            437, 438, 450, 468, 474, 506, 514, 519, 548, 579, 581, 584, 587, 600, 604, 613, 622, 633, 639, 647, 672,
            683, 705, 709, 742, 753, 778, 780, 782, 807, 819, 825, 867, 873, 879, 902, 905, 942,
        ],
    ),
    ("AG", &[268]),
    ("AI", &[264]),
    ("AS", &[684]),
    ("BB", &[246]),
    ("BM", &[441]),
    ("BS", &[242]),
    ("DM", &[767]),
    ("DO", &[809, 829, 849]),
    ("GD", &[473]),
    ("GU", &[671]),
    ("JM", &[658, 876]),
    ("KN", &[869]),
    ("KY", &[345]),
    ("LC", &[758]),
    ("MP", &[670]),
    ("MS", &[664]),
    ("PR", &[787, 939]),
    ("SX", &[721]),
    ("TC", &[649]),
    ("TT", &[868]),
    ("VC", &[784]),
    ("VG", &[284]),
    ("VI", &[340]),
];

/// Area codes of no country: toll-free (8YY), personal (5YY), carriers (700), the government's (710) and premium (900) numbers; from
/// the North American Numbering Plan Administrator's list of non-geographic codes.
const SHARED: &[u16] = &[
    500, 521, 522, 523, 524, 525, 526, 527, 528, 529, 532, 533, 535, 538, 542, 543, 544, 545, 546, 547, 549, 550, 552,
    553, 554, 556, 566, 569, 577, 578, 588, 589, 700, 710, 800, 822, 833, 844, 855, 866, 877, 880, 881, 882, 883, 884,
    885, 886, 887, 888, 889, 900,
];

/// Territories whose people are on the lists of the United States.
const TERRITORIES: [&str; 5] = ["AS", "GU", "MP", "PR", "VI"];

/// The area code of a number of the plan: the three digits after +1.
pub fn area_code(number: E164) -> Option<u16> {
    let digits = number.digits();
    let code = u16::try_from(digits.checked_sub(10_000_000_000)? / 10_000_000).ok()?;
    (200..1000).contains(&code).then_some(code)
}

/// Whether the numbers of an area code may be of a country, by its ISO 3166-1 code: an area code of several countries may be of
/// each.
pub fn may_be_of(area_code: u16, country: &str) -> bool {
    match HOLDERS.get(usize::from(area_code)) {
        Some(Holder::Shared) => true,
        Some(Holder::Country(of)) => *of == country || country == "US" && TERRITORIES.contains(of),
        None | Some(Holder::UnitedStates) => country == "US",
    }
}

/// Whose an area code is.
#[derive(Clone, Copy)]
enum Holder {
    UnitedStates,
    Country(&'static str),
    Shared,
}

/// Whose each area code is: a scrub asks for every number.
static HOLDERS: LazyLock<Vec<Holder>> = LazyLock::new(|| {
    let holder = |code: u16| match COUNTRIES.iter().find(|(_, codes)| codes.contains(&code)) {
        _ if SHARED.contains(&code) => Holder::Shared,
        Some((of, _)) => Holder::Country(of),
        None => Holder::UnitedStates,
    };
    (0..1000).map(holder).collect()
});

/// The area codes that may be of a country: those, or all but those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaCodesOf {
    These(Vec<u16>),
    AllBut(Vec<u16>),
}

/// The area codes for which [`may_be_of`] holds.
pub fn area_codes_of(country: &str) -> AreaCodesOf {
    match country {
        "US" => AreaCodesOf::AllBut((200..1000).filter(|code| !may_be_of(*code, country)).collect()),
        _ => AreaCodesOf::These((200..1000).filter(|code| may_be_of(*code, country)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Region;
    use super::*;

    #[test]
    fn area_codes_are_of_the_countries_of_the_library() {
        for code in (200..1000u64).filter(|code| !SHARED.contains(&(*code as u16))) {
            for last in [2_000_123, 5_550_142, 7_654_321, 9_000_100] {
                let number = E164::of_digits(10_000_000_000 + code * 10_000_000 + last).unwrap();
                let Some(region) = Region::of(number) else { continue };
                let region = region.to_string();
                let code = area_code(number).unwrap();
                assert!(may_be_of(code, &region), "{number} is of {region}");
                let is_us = region == "US" || TERRITORIES.contains(&region.as_str());
                assert_eq!(may_be_of(code, "US"), is_us, "{number} is of {region}");
                assert_eq!(may_be_of(code, "CA"), region == "CA", "{number} is of {region}");
            }
        }
    }

    #[test]
    fn shared_codes_are_of_everyone() {
        assert!(may_be_of(800, "US") && may_be_of(800, "CA") && may_be_of(900, "JM"));
        assert!(may_be_of(787, "US") && may_be_of(787, "PR") && !may_be_of(787, "CA"));
        let AreaCodesOf::AllBut(others) = area_codes_of("US") else { panic!("the United States have most") };
        assert!(others.contains(&416) && others.contains(&876) && !others.contains(&787) && !others.contains(&800));
        let AreaCodesOf::These(codes) = area_codes_of("JM") else { panic!("Jamaica has two and the shared ones") };
        assert_eq!(codes.len(), 2 + SHARED.len());
    }

    #[test]
    fn an_area_code_is_three_digits_after_the_one() {
        let of = |text: &str| area_code(E164::from_e164(text).unwrap());
        assert_eq!(of("+12125550142"), Some(212));
        for none in ["+442079460018", "+4912345678", "+10125550142", "+2125550142", "+121255501420"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
