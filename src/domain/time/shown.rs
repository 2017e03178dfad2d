//! Times as people read them: to the minute, in a time zone that a heading names once.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time to the minute: `2026-03-17 09:30`. In an hour that comes twice it says which of both: `2026-10-25 02:30 CEST`.
pub fn minute(time: Timestamp, zone: &TimeZone) -> String {
    let there = time.to_zoned(zone.clone());
    let is_twofold = zone.to_ambiguous_timestamp(there.datetime()).is_ambiguous();
    there.strftime(if is_twofold { "%Y-%m-%d %H:%M %Z" } else { "%Y-%m-%d %H:%M" }).to_string()
}

/// The day of a time: `2026-03-17`.
pub fn day(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).date().to_string()
}

/// What a zone is called around a time: `UTC`, `IST`, or `CET/CEST` where the clocks are changed within a year.
pub fn zone_name(time: Timestamp, zone: &TimeZone) -> String {
    let within_a_year = |change: &Timestamp| change.as_second() - time.as_second() < 366 * 24 * 60 * 60;
    let change = zone.following(time).next().map(|change| change.timestamp()).filter(within_a_year);
    let mut sides = vec![zone.to_offset_info(time)];
    sides.extend(change.map(|change| zone.to_offset_info(change)));
    sides.sort_by_key(|side| side.dst().is_dst());
    let mut names: Vec<&str> = sides.iter().map(|side| side.abbreviation()).collect();
    names.dedup();
    names.join("/")
}

/// How long ago a time was, or how far ahead it lies, in the unit that suits it: `5 min ago`, `3 d ago`, `in 2 h`.
pub fn ago(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - time.as_second();
    let far = seconds.unsigned_abs();
    let span = match far {
        0..60 => return "now".to_owned(),
        60..3600 => format!("{} min", far / 60),
        3600..172_800 => format!("{} h", far / 3600),
        172_800..63_072_000 => format!("{} d", far / 86_400),
        _ => format!("{} y", far / 31_536_000),
    };
    if seconds < 0 { format!("in {span}") } else { format!("{span} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn the_zone_is_named_where_a_time_comes_twice() {
        for (time, zone_of, shown) in [
            ("2026-03-17T08:30:59.999999Z", "Europe/Berlin", "2026-03-17 09:30"),
            ("2026-03-17T23:59:59Z", "Europe/Berlin", "2026-03-18 00:59"),
            // The hour that comes twice, and what is around it.
            ("2026-10-24T23:59:59Z", "Europe/Berlin", "2026-10-25 01:59"),
            ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25 02:30 CEST"),
            ("2026-10-25T01:30:00Z", "Europe/Berlin", "2026-10-25 02:30 CET"),
            ("2026-10-25T02:00:00Z", "Europe/Berlin", "2026-10-25 03:00"),
            ("2026-11-01T05:30:00Z", "America/New_York", "2026-11-01 01:30 EDT"),
            // Half an hour is repeated there.
            ("2026-04-04T14:45:00Z", "Australia/Lord_Howe", "2026-04-05 01:45 +11"),
            ("2026-04-04T15:15:00Z", "Australia/Lord_Howe", "2026-04-05 01:45 +1030"),
            ("2026-03-18T03:59:59Z", "America/New_York", "2026-03-17 23:59"),
            ("2026-03-04T12:00:00Z", "UTC", "2026-03-04 12:00"),
            ("2026-03-04T12:00:00Z", "Asia/Kathmandu", "2026-03-04 17:45"),
        ] {
            let at: Timestamp = time.parse().unwrap();
            assert_eq!(minute(at, &zone(zone_of)), shown);
            assert_eq!(day(at, &zone(zone_of)), shown[..10]);
        }
    }

    #[test]
    fn a_zone_has_the_names_of_a_year() {
        for (time, zone_of, name) in [
            ("2026-03-04T12:00:00Z", "UTC", "UTC"),
            ("2026-03-04T12:00:00Z", "Asia/Kolkata", "IST"),
            ("2026-03-04T12:00:00Z", "Europe/Berlin", "CET/CEST"),
            ("2026-07-04T12:00:00Z", "Europe/Berlin", "CET/CEST"),
            ("2026-07-04T12:00:00Z", "America/New_York", "EST/EDT"),
            ("2026-01-04T12:00:00Z", "Australia/Sydney", "AEST/AEDT"),
            // Zones whose abbreviation is their offset.
            ("2026-03-04T12:00:00Z", "America/Sao_Paulo", "-03"),
            ("2026-03-04T12:00:00Z", "Asia/Kathmandu", "+0545"),
        ] {
            assert_eq!(zone_name(time.parse().unwrap(), &zone(zone_of)), name, "{zone_of}");
        }
    }

    #[test]
    fn spans_are_told_in_the_unit_that_suits_them() {
        let now: Timestamp = "2026-03-04T12:00:00Z".parse().unwrap();
        for (time, told) in [
            ("2026-03-04T11:59:01Z", "now"),
            ("2026-03-04T12:00:59Z", "now"),
            ("2026-03-04T11:55:00Z", "5 min ago"),
            ("2026-03-04T10:00:00Z", "2 h ago"),
            ("2026-03-03T09:00:00Z", "27 h ago"),
            ("2026-03-01T12:00:00Z", "3 d ago"),
            ("2025-03-04T12:00:00Z", "365 d ago"),
            ("2023-03-04T12:00:00Z", "3 y ago"),
            ("2026-03-04T14:30:00Z", "in 2 h"),
            ("2026-03-10T12:00:00Z", "in 6 d"),
        ] {
            assert_eq!(ago(time.parse().unwrap(), now), told, "{time}");
        }
    }
}
