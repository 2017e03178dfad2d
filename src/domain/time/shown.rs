//! Times as people read them: to the minute, in a time zone, with its abbreviation.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time to the minute: `2026-03-17 09:30 CET`.
pub fn minute(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// The day of a time: `2026-03-17`.
pub fn day(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_named_by_its_abbreviation() {
        for (time, zone, shown) in [
            ("2026-03-17T08:30:59.999999Z", "Europe/Berlin", "2026-03-17 09:30 CET"),
            ("2026-03-17T23:59:59Z", "Europe/Berlin", "2026-03-18 00:59 CET"),
            // The hour that comes twice.
            ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25 02:30 CEST"),
            ("2026-10-25T01:30:00Z", "Europe/Berlin", "2026-10-25 02:30 CET"),
            ("2026-03-18T03:59:59Z", "America/New_York", "2026-03-17 23:59 EDT"),
            ("2026-03-04T12:00:00Z", "UTC", "2026-03-04 12:00 UTC"),
            // Zones whose abbreviation is their offset.
            ("2026-03-04T12:00:00Z", "America/Sao_Paulo", "2026-03-04 09:00 -03"),
            ("2026-03-04T12:00:00Z", "Asia/Kathmandu", "2026-03-04 17:45 +0545"),
        ] {
            let at: Timestamp = time.parse().unwrap();
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(minute(at, &zone), shown);
            assert_eq!(day(at, &zone), shown[..10]);
        }
    }
}
