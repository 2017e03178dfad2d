//! Hours of random numbers at random times, against a computation with other means.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn number(code: u16) -> E164 {
    E164::of_digits(10_000_000_000 + u64::from(code) * 10_000_000 + 5_550_142).unwrap()
}

fn said(code: u16, time: &str) -> (Callable, Option<String>) {
    let answer = callable(number(code), &[], at(time));
    (answer.callable, answer.window.map(|window| format!("{} {}", window.from, window.until)))
}

#[test]
fn the_tables_name_only_each_other() {
    let rules = rules::read().unwrap();
    assert_eq!(rules.len(), grounds().len());
    let states: Vec<&str> = states::spellings().map(|(place, _)| place).collect();
    for rule in &rules {
        for place in &rule.places {
            assert!(["US", "CA"].contains(&place.as_str()) || states.contains(&place.as_str()), "{place}");
            assert_eq!(rules.iter().filter(|rule| rule.places.contains(place)).count(), 1, "{place} has two rules");
        }
        assert!(rule.read >= Date::new(2026, 11, 27).unwrap() && !rule.law.is_empty() && !rule.source.is_empty());
        assert!(rule.ground != Ground::Cited || rule.places == ["US-TX"], "{}: whose words were not read?", rule.law);
    }
    assert_eq!(areas::areas().count(), areas::lines(include_str!("area_codes.tsv")).count());
    for spot in areas::areas().flat_map(Area::spots) {
        assert!(states.contains(&spot.place) && areas::time_zone(spot.zone).is_some(), "{spot:?}");
    }
    for place in &states {
        assert!(!areas::zones_of(place).is_empty(), "{place}");
    }
    // Every spelling means one state.
    let mut spellings: Vec<&String> = states::spellings().flat_map(|(_, all)| all).collect();
    spellings.sort();
    assert!(spellings.windows(2).all(|pair| pair[0] != pair[1]));
    let unknown: Vec<&&str> = states.iter().filter(|place| rules::of(place).is_none()).collect();
    assert_eq!(unknown, [&"US-VT", &"US-WY"]);
}

#[test]
fn names_of_a_zone_have_its_clocks() {
    for zone in areas::zones() {
        for name in &zone.names {
            for month in 1..=12 {
                let noon = Date::new(2026, month, 15).unwrap().at(12, 0, 0, 0);
                let offset = |name: &str| {
                    TimeZone::get(name).unwrap().to_offset(noon.to_zoned(TimeZone::UTC).unwrap().timestamp())
                };
                assert_eq!(offset(name), offset(zone.name), "{name} in month {month}");
            }
        }
    }
}

#[test]
fn hours_by_the_clocks_of_the_place() {
    // A Friday. New York has 8 to 21, Florida 8 to 20, Connecticut 9 to 20.
    assert_eq!(
        said(212, "2026-03-06T13:00:00Z"),
        (Callable::Yes, Some("2026-03-06T13:00:00Z 2026-03-07T02:00:00Z".into()))
    );
    assert_eq!(said(212, "2026-03-07T02:00:00Z").0, Callable::No);
    assert_eq!(
        said(305, "2026-03-06T12:59:59Z"),
        (Callable::No, Some("2026-03-06T13:00:00Z 2026-03-07T01:00:00Z".into()))
    );
    assert_eq!(
        said(203, "2026-03-06T13:59:00Z"),
        (Callable::No, Some("2026-03-06T14:00:00Z 2026-03-07T01:00:00Z".into()))
    );
    // 850 is Florida's in two zones: from 8 in the later one to 20 in the earlier one.
    assert_eq!(
        said(850, "2026-03-06T14:00:00Z"),
        (Callable::Yes, Some("2026-03-06T14:00:00Z 2026-03-07T01:00:00Z".into()))
    );
    assert_eq!(said(850, "2026-03-06T13:59:59Z").0, Callable::No);
    // Summer time begins on 8 March 2026.
    assert_eq!(said(212, "2026-03-08T12:00:00Z").1, Some("2026-03-08T12:00:00Z 2026-03-09T01:00:00Z".into()));
    // No calls on Sundays, and Monday, 25 May is Memorial Day.
    assert_eq!(said(205, "2026-05-23T20:00:00Z").0, Callable::Yes);
    assert_eq!(
        said(205, "2026-05-24T18:00:00Z"),
        (Callable::No, Some("2026-05-26T13:00:00Z 2026-05-27T01:00:00Z".into()))
    );
    // Ontario on a Saturday.
    assert_eq!(
        said(416, "2026-03-07T15:00:00Z"),
        (Callable::Yes, Some("2026-03-07T15:00:00Z 2026-03-07T23:00:00Z".into()))
    );
}

#[test]
fn what_is_not_known_is_unknown() {
    let why = |code, addresses: &[Address<'_>]| {
        let answer = callable(number(code), addresses, at("2026-03-06T18:00:00Z"));
        assert!((answer.callable == Callable::Unknown) == answer.not_known.is_some());
        assert!(answer.not_known.is_none() || answer.window.is_none());
        answer.not_known
    };
    assert_eq!(why(802, &[]), Some(NotKnown::State));
    assert_eq!(why(307, &[]), Some(NotKnown::State));
    assert_eq!(why(800, &[]), Some(NotKnown::NoPlace));
    assert_eq!(why(787, &[]), Some(NotKnown::NoPlace));
    assert_eq!(why(876, &[]), Some(NotKnown::Country));
    let london = callable(E164::from_e164("+442079460018").unwrap(), &[], at("2026-03-06T18:00:00Z"));
    assert_eq!(london.not_known, Some(NotKnown::Country));
    let address = |country, state, timezone| [Address { country, state, timezone }];
    for (unclear, it) in [
        (false, address(Some("US"), Some("Texas"), None)),
        (false, address(None, Some("tx"), Some("US/Central"))),
        (false, address(Some("US"), None, Some("America/Detroit"))),
        (true, address(Some("CA"), Some("Texas"), None)),
        (true, address(None, Some("Texas"), Some("America/New_York"))),
        (true, address(None, Some("Tejas"), None)),
        (true, address(Some("DE"), None, None)),
        (true, address(None, None, Some("America/Chicago"))),
        (true, address(None, None, Some("Europe/Berlin"))),
    ] {
        assert_eq!(why(212, &it), unclear.then_some(NotKnown::Address), "{it:?}");
    }
    assert_eq!(why(212, &address(None, Some("Vermont"), None)), Some(NotKnown::State));
}

#[test]
fn the_address_is_a_further_rule() {
    let address = [Address { country: Some("US"), state: Some("WA"), timezone: None }];
    let answer = callable(number(212), &address, at("2026-03-06T15:59:00Z"));
    assert_eq!((answer.callable, answer.places), (Callable::No, vec!["US-NY", "US-WA"]));
    assert_eq!(answer.window.unwrap().from, at("2026-03-06T16:00:00Z"));
    // To 21 in New York, which is earlier than 20 in Washington.
    assert_eq!(answer.window.unwrap().until, at("2026-03-07T02:00:00Z"));
    // A place where it is closed decides, whatever is not known of another.
    let vermont = [Address { state: Some("VT"), ..Address::default() }];
    assert_eq!(callable(number(212), &vermont, at("2026-03-06T09:00:00Z")).callable, Callable::No);
}

/// The hours of a place without its holidays, as the laws give them, from memory of no code of the program: minutes of the day.
fn by_hand(place: &str, weekday: Weekday) -> Option<(i32, i32)> {
    let (saturday, sunday) = (weekday == Weekday::Saturday, weekday == Weekday::Sunday);
    let hours = |from: i32, until: i32| Some((from * 60, until * 60));
    if place.starts_with("CA-") {
        return if saturday || sunday { hours(10, 18) } else { Some((540, 1290)) };
    }
    match place.trim_start_matches("US-") {
        "FL" | "OK" | "WA" | "MD" | "MA" | "OR" => hours(8, 20),
        "CT" | "NV" => hours(9, 20),
        "KY" => hours(10, 21),
        "MI" | "MN" | "NM" => hours(9, 21),
        "AL" | "LA" if !sunday => hours(8, 20),
        "MS" if !sunday => hours(9, 20),
        "RI" if saturday => hours(10, 17),
        "RI" if !sunday => hours(9, 18),
        "UT" if !sunday => hours(8, 21),
        "SD" if !saturday && !sunday => hours(9, 21),
        "TX" if sunday => hours(12, 21),
        "TX" => hours(9, 21),
        "PA" if saturday => hours(8, 12),
        "AL" | "LA" | "MS" | "RI" | "UT" | "SD" => None,
        _ => hours(8, 21),
    }
}

fn is_within(spot: Spot, local: DateTime) -> bool {
    let minutes = i32::from(local.hour()) * 60 + i32::from(local.minute());
    by_hand(spot.place, local.weekday()).is_some_and(|(from, until)| (from..until).contains(&minutes))
}

fn any_area() -> impl Strategy<Value = &'static Area> {
    prop::sample::select(areas::areas().collect::<Vec<_>>())
}

/// Any minute of some years.
fn any_time() -> impl Strategy<Value = Timestamp> {
    (0i64..3 * 366 * 24 * 60).prop_map(|minutes| {
        let start: jiff::Timestamp = "2025-12-01T00:00:00Z".parse().unwrap();
        (start + jiff::SignedDuration::from_mins(minutes)).into()
    })
}

fn any_address() -> impl Strategy<Value = (Option<&'static str>, Option<String>, Option<&'static str>)> {
    let states: Vec<String> =
        states::spellings().flat_map(|(_, all)| all.to_vec()).chain(["Bayern".to_owned()]).collect();
    let zones: Vec<&str> = areas::zones().iter().flat_map(|zone| zone.names.clone()).chain(["Europe/Berlin"]).collect();
    (
        prop::option::of(prop::sample::select(vec!["US", "CA", "DE"])),
        prop::option::of(prop::sample::select(states)),
        prop::option::weighted(0.3, prop::sample::select(zones)),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_call_in_hours_is_so_in_every_zone(area in any_area(), time in any_time()) {
        let answer = callable(number(area.code), &[], time);
        let within = area.spots().all(|spot| {
            let zone = TimeZone::get(spot.zone).unwrap();
            is_within(spot, time.to_jiff().to_zoned(zone).datetime())
        });
        let has_holidays = area.places.iter().any(|place| ["US-AL", "US-LA", "US-PA", "US-RI", "US-UT"].contains(place));
        match answer.callable {
            Callable::Yes => prop_assert!(within, "{area:?}"),
            Callable::No => prop_assert!(!within || has_holidays, "{area:?}"),
            Callable::Unknown => prop_assert!(["US-VT", "US-WY"].contains(&area.places[0])),
        }
    }

    #[test]
    fn the_window_begins_and_ends_what_is_open(area in any_area(), time in any_time()) {
        let answer = callable(number(area.code), &[], time);
        let second = 1_000_000;
        let is_open = |time: Timestamp| callable(number(area.code), &[], time).callable == Callable::Yes;
        if answer.callable != Callable::Unknown {
            let window = answer.window.unwrap();
            prop_assert_eq!(answer.callable == Callable::Yes, window.from <= time);
            prop_assert!(time < window.until && is_open(window.from) && is_open(window.until.before(second)));
            prop_assert!(!is_open(window.from.before(second)) && !is_open(window.until));
        }
    }

    #[test]
    fn one_moment_says_the_same_of_all(area in any_area(), (country, state, timezone) in any_address(), time in any_time()) {
        let now = OpenNow::at(time);
        prop_assert_eq!(now.number(number(area.code)), callable(number(area.code), &[], time).callable);
        // As a filter puts the lists together.
        let code = area.code.to_string();
        let zone = timezone.unwrap_or_default();
        let further = match &state {
            None => {
                let of_country = country.is_none_or(|country| area_codes_of(country).contains(&code));
                let of_zone = timezone.is_none() || zones_of_area_codes().contains(&format!("{code}|{zone}"));
                if of_country && of_zone { Callable::Yes } else { Callable::Unknown }
            }
            Some(state) => {
                let key = format!("{state}|{zone}");
                let of_country = country.is_none_or(|country| states_of(country).contains(&state.as_str()));
                match () {
                    () if !of_country => Callable::Unknown,
                    () if now.addresses(Callable::Yes).contains(&key) => Callable::Yes,
                    () if now.addresses(Callable::No).contains(&key) => Callable::No,
                    () => Callable::Unknown,
                }
            }
        };
        let address = Address { country, state: state.as_deref(), timezone };
        let wanted = callable(number(area.code), &[address], time).callable;
        prop_assert_eq!(now.number_at(number(area.code), &address), wanted);
        let number_says = now.number(number(area.code));
        let both = match (number_says, further) {
            (Callable::No, _) | (_, Callable::No) => Callable::No,
            (Callable::Yes, Callable::Yes) => Callable::Yes,
            _ => Callable::Unknown,
        };
        // An unclear address leaves in doubt what the number alone would forbid, unless it is closed there.
        prop_assert_eq!(both, wanted, "{:?}", address);
    }
}
