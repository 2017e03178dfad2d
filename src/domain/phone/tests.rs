//! What is read as a number, and what is none.

use std::str::FromStr;

use super::*;
use proptest::prelude::*;

fn us(text: &str) -> Result<ParsedPhone, PhoneProblem> {
    parse(text, Region::from_str("US").ok(), PhoneCheck::Valid)
}

#[test]
fn one_number_in_many_spellings() {
    for text in [
        "(212) 555-0142",
        "+12125550142",
        "212.555.0142",
        "1 212 555 0142",
        " 2125550142 ",
        "12125550142.0",
        "1.2125550142E+10",
        "2.125550142E+09",
        "２１２５５５０１４２",
        "'2125550142",
        "+1.2125550142E+10",
        "12125550142.00",
        "12,125,550,142",
    ] {
        assert_eq!(us(text).map(|p| p.number.to_string()), Ok("+12125550142".to_owned()), "{text}");
    }
}

#[test]
fn what_nobody_sees_is_left_out() {
    for (text, repaired) in [
        ("212\u{200b}5550142", true),
        ("+1 212\u{2060} 555\u{ad}-0142", true),
        ("(212)\u{202c} 555-0142", true),
        ("212\u{202f}555\u{202f}0142", false),
        ("+1\u{2009}212\u{2007}555\u{a0}0142", false),
        ("212\u{3000}555 0142", false),
        ("’+12125550142", false),
    ] {
        let read = us(text).map(|phone| (phone.number.to_string(), phone.repaired));
        assert_eq!(read, Ok(("+12125550142".to_owned(), repaired)), "{text:?}");
    }
}

#[test]
fn damage_is_repaired_or_named() {
    assert_eq!(us("12125550142.0").map(|p| p.repaired), Ok(true));
    assert_eq!(us("2125550142").map(|p| p.repaired), Ok(false));
    assert_eq!(us("1.21E+10"), Err(PhoneProblem::LostDigits));
    assert_eq!(us("1,21E+10"), Err(PhoneProblem::LostDigits));
    assert_eq!(us("#N/A"), Err(PhoneProblem::SpreadsheetError));
    // In Denmark, which has numbers of eight digits, too.
    for text in ["2025-03-17", "2025-03-17T08:00:00.000", "17/03/2025", "3/17/2025 8:00"] {
        assert_eq!(parse(text, Region::from_str("DK").ok(), PhoneCheck::Valid), Err(PhoneProblem::Date), "{text}");
    }
    assert!(parse("20 25 03 17", Region::from_str("DK").ok(), PhoneCheck::Valid).is_ok());
}

#[test]
fn what_is_not_a_number_is_told_apart() {
    assert_eq!(parse("2125550142", None, PhoneCheck::Valid), Err(PhoneProblem::RegionMissing));
    assert_eq!(us("call me"), Err(PhoneProblem::NotANumber));
    assert!(matches!(us("555-01"), Err(PhoneProblem::NotValid(_))));
    assert_eq!(us("+999 123 456"), Err(PhoneProblem::CallingCode));
}

#[test]
fn extensions_and_several_numbers() {
    assert_eq!(us("212.555.0142 x9").map(|p| p.extension), Ok("9".to_owned()));
    let region = Region::from_str("US").ok();
    let both = parse_several("212-555-0142; 212-555-0143", region, PhoneCheck::Valid).unwrap();
    assert_eq!(both.iter().map(|p| p.number.digits()).collect::<Vec<_>>(), [12125550142, 12125550143]);
    assert_eq!(parse_several("1,21E+10", region, PhoneCheck::Valid), Err(PhoneProblem::LostDigits));
    assert!(parse_several("212-555-0142; nope", region, PhoneCheck::Valid).is_err());
}

#[test]
fn italian_leading_zero_is_kept() {
    let rome = parse("06 698 12345", Region::from_str("IT").ok(), PhoneCheck::Possible).unwrap();
    assert_eq!(rome.number.to_string(), "+390669812345");
}

#[test]
fn the_list_has_one_spelling_of_each_number() {
    let read = |text: &str| reading::read_for_list(text, || None).map(|read| read.number.to_string()).ok();
    assert_eq!(read("+4402079460123").as_deref(), Some("+442079460123"));
    assert_eq!(read("+44 (0)20 7946 0123").as_deref(), Some("+442079460123"));
    assert_eq!(read("+1212555014"), None);
    assert_eq!(read(" +12125550142 ").as_deref(), Some("+12125550142"));
}

#[test]
fn e164_is_strict() {
    assert_eq!(E164::from_e164("+12125550142").map(E164::digits), Some(12125550142));
    for bad in ["12125550142", "+0125550142", "+1212", "+1212555014212345", "+1212555a142", ""] {
        assert_eq!(E164::from_e164(bad), None, "{bad}");
    }
    assert!(Region::from_str("XX").is_err());
    assert_eq!(Region::from_str("us").unwrap().to_string(), "US");
}

fn read(text: &str, region: &str) -> Result<String, PhoneProblem> {
    parse(text, Region::from_str(region).ok(), PhoneCheck::Possible).map(|phone| phone.number.to_string())
}

/// What each part of a cell is read as; `-` is none.
fn each(text: &str, region: &str) -> Vec<String> {
    let read = parse_each(text, Region::from_str(region).ok(), PhoneCheck::Possible);
    read.into_iter().map(|(_, phone)| phone.map_or("-".to_owned(), |phone| phone.number.to_string())).collect()
}

#[test]
fn letters_are_no_digits() {
    for (text, region) in [
        ("0221 123456 work", "DE"),
        ("030 1234567 (Axel)", "DE"),
        ("01 5123456 Firma", "AT"),
        ("555-0142 Bob", "US"),
        ("0221 123456 NK", "DE"),
        ("0221 123456 b", "DE"),
        ("+49 221 123456 büro", "DE"),
        ("+1 212 555 0142 (mobile)", "US"),
        ("212 555 0142 home", "US"),
        ("800-5550 Bob", "US"),
        ("1-800-FLOWERS", "DE"),
        ("8 495 123-45-67 раб", "RU"),
        ("03 1234 5678 (代)", "JP"),
        ("0221 DW 123456", "DE"),
        ("0221 123456 Bob ext. 9", "DE"),
    ] {
        assert_eq!(read(text, region), Err(PhoneProblem::Letters), "{text}");
    }
    for (text, region, number) in [
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1-800-GO FEDEX", "US", "+18004633339"),
        ("+1-800-4-LESSEE", "DE", "+18004537733"),
        ("1300-GOOGLE", "AU", "+611300466453"),
        ("Tel. 0221 123456", "DE", "+49221123456"),
        ("Mobil: 0151 23456789", "DE", "+4915123456789"),
        ("03ー1234ー5678", "JP", "+81312345678"),
    ] {
        assert_eq!(read(text, region).as_deref(), Ok(number), "{text}");
    }
    for (text, region, extension) in
        [("212 555 0142 x9", "US", "9"), ("0221 123456 ext. 1234", "DE", "1234"), ("8 495 123-45-67 доб. 9", "RU", "9")]
    {
        let phone = parse(text, Region::from_str(region).ok(), PhoneCheck::Valid).unwrap();
        assert_eq!(phone.extension, extension, "{text}");
    }
}

#[test]
fn a_second_number_is_no_extension() {
    for (text, region, numbers) in [
        ("20123456,30123456", "DK", ["+4520123456", "+4530123456"]),
        ("20123456;30123456", "DK", ["+4520123456", "+4530123456"]),
        ("20123456/30123456", "DK", ["+4520123456", "+4530123456"]),
        ("20123456|30123456", "DK", ["+4520123456", "+4530123456"]),
        ("20123456\n30123456", "DK", ["+4520123456", "+4530123456"]),
        ("20 12 34 56, 30 12 34 56", "DK", ["+4520123456", "+4530123456"]),
        ("20123456 x30123456", "DK", ["+4520123456", "+4530123456"]),
        ("20123456 ext. 30123456", "DK", ["+4520123456", "+4530123456"]),
        ("81234567,91234567", "SG", ["+6581234567", "+6591234567"]),
        ("61234567; 91234567", "SG", ["+6561234567", "+6591234567"]),
        ("40612345,91234567", "NO", ["+4740612345", "+4791234567"]),
        ("+47 40612345;91234567", "NO", ["+4740612345", "+4791234567"]),
        ("030 12345678/030 12345679", "DE", ["+493012345678", "+493012345679"]),
        ("212-555-0142;212-555-0143", "US", ["+12125550142", "+12125550143"]),
    ] {
        assert_eq!(each(text, region), numbers, "{text}");
        assert!(read(text, region).is_err(), "{text}");
    }
    for (text, region) in [("20123456,30123456", "DK"), ("81234567;91234567", "SG"), ("40612345 x91234567", "NO")] {
        assert_eq!(read(text, region), Err(PhoneProblem::SecondNumber), "{text}");
    }
    // Without an area code, or only its last digits: the first number is read, the rest is told.
    assert_eq!(each("212-555-0142; 555-0143", "US"), ["+12125550142", "-"]);
    assert_eq!(each("0221 123456,123457", "DE"), ["+49221123456", "-"]);
    assert_eq!(each("20123456,3012", "DK"), ["+4520123456"]);
    // The library takes the last group for an extension.
    assert_eq!(read("+49 22112 123456#", "DE"), Err(PhoneProblem::SecondNumber));
    assert!(read("2012 3456#", "DK").is_err());
    assert_eq!(parse("212-555-0142 9#", Region::from_str("US").ok(), PhoneCheck::Valid).unwrap().extension, "9");
    for (text, region, number) in [
        ("0221/1234567", "DE", "+492211234567"),
        ("0221 / 123 45 67", "DE", "+492211234567"),
        ("12,125,550,142", "US", "+12125550142"),
        ("212-555-0142, ext. 12", "US", "+12125550142"),
    ] {
        assert_eq!(each(text, region), [number], "{text}");
    }
}

#[test]
fn a_lost_plus_is_told() {
    let plus = |text: &str, region: &str| {
        let phone = parse(text, Region::from_str(region).ok(), PhoneCheck::Possible).unwrap();
        (phone.number.to_string(), phone.with_plus.map(|number| number.to_string()))
    };
    for (text, region, number, other) in [
        ("4915123456789", "DE", "+494915123456789", Some("+4915123456789")),
        ("49 151 2345 6789", "DE", "+494915123456789", Some("+4915123456789")),
        ("4915123456789.0", "DE", "+494915123456789", Some("+4915123456789")),
        ("4,915,123,456,789", "DE", "+494915123456789", Some("+4915123456789")),
        ("3312345678", "US", "+13312345678", None),
        ("+12125550142.0", "DE", "+12125550142", None),
        ("0049 151 23456789", "DE", "+4915123456789", None),
        ("12125550142", "US", "+12125550142", None),
        ("212 555 0142", "US", "+12125550142", None),
    ] {
        let (read, with) = plus(text, region);
        assert_eq!((read.as_str(), with.as_deref()), (number, other), "{text}");
    }
    for (text, region) in
        [("4915123456789", "US"), ("442079460123", "FR"), ("4402079460123", "US"), ("6581234567", "SG")]
    {
        let whole = parse(text, Region::from_str(region).ok(), PhoneCheck::Valid);
        match whole {
            Err(PhoneProblem::NeedsPlus(_)) => assert!(reading_with_plus(text).is_some(), "{text}"),
            // The library sees the calling code of the region itself.
            other => assert_eq!(other.map(|phone| phone.number.to_string()).as_deref(), Ok("+6581234567"), "{text}"),
        }
    }
    let other = |text: &str| reading_with_plus(text).map(|number| number.to_string());
    assert_eq!(other("4402079460123").as_deref(), Some("+442079460123"));
    assert_eq!(other("0044 20 7946 0123").as_deref(), Some("+442079460123"));
    assert_eq!(other("011 44 20 7946 0123").as_deref(), Some("+442079460123"));
    assert_eq!(other("+4402079460123"), None);
    assert_eq!(other("9601"), None);
    assert_eq!(parse("9601", Region::from_str("IR").ok(), PhoneCheck::Valid), Err(PhoneProblem::TooShort));
}

proptest! {
    #[test]
    fn any_text_is_a_number_or_a_problem(text in "\\PC{0,24}|[0-9+().eE#, x-]{0,24}") {
        let region = Region::from_str("US").ok();
        if let Ok(phones) = parse_several(&text, region, PhoneCheck::Possible) {
            for phone in phones {
                // What was read is E.164 and reads as itself.
                let again = parse(&phone.number.to_string(), None, PhoneCheck::Possible);
                prop_assert_eq!(again.map(|p| p.number), Ok(phone.number));
            }
        }
    }

    #[test]
    fn the_phone_library_leaves_north_american_e164_as_it_is(area in 200u32..1000, exchange in 200u32..1000, line in 0u32..10_000) {
        let text = format!("+1{area}{exchange}{line:04}");
        let quick = nanp(&text);
        prop_assert!(quick.is_some());
        for region in [None, Region::from_str("US").ok(), Region::from_str("DE").ok()] {
            prop_assert_eq!(parse(&text, region, PhoneCheck::Possible).ok().map(|phone| phone.number), quick);
        }
    }

    #[test]
    fn whole_damage_is_undone_and_lost_digits_are_named(line in 0u32..10_000, exchange in 200u32..1000, kept in 1usize..10) {
        let number = format!("1212{exchange}{line:04}");
        let read = |text: &str| parse(text, Region::from_str("US").ok(), PhoneCheck::Possible);
        let plain = read(&format!("+{number}")).map(|phone| phone.number);
        prop_assert_eq!(read(&format!("{number}.0")).map(|phone| phone.number), plain.clone());
        let all = format!("{}.{}E+10", &number[..1], &number[1..]);
        prop_assert_eq!(read(&all).map(|phone| phone.number), plain);
        let lost = format!("{}.{}E+10", &number[..1], &number[1..1 + kept]);
        if kept < 10 {
            prop_assert_eq!(read(&lost), Err(PhoneProblem::LostDigits));
        }
    }
}
