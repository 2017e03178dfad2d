//! Times that filters name, with what they mean by a calendar: for the oracle of filters.

use std::cmp::Ordering;

use crmctl::filter::value::When;
use jiff::tz::TimeZone;

use crate::filter_oracle::ZONE;

/// Times as filters name them, asked at 2026-03-04 07:00 in New York, a Wednesday: where they begin, and where they end if
/// they are no point. By hand, from a calendar.
pub const WHENS: [(&str, &str, &str); 17] = [
    ("today", "2026-03-04T00:00", "2026-03-05T00:00"),
    ("yesterday", "2026-03-03T00:00", "2026-03-04T00:00"),
    ("tomorrow", "2026-03-05T00:00", "2026-03-06T00:00"),
    ("this-week", "2026-03-02T00:00", "2026-03-09T00:00"),
    ("2026-W09", "2026-02-23T00:00", "2026-03-02T00:00"),
    ("last-month", "2026-02-01T00:00", "2026-03-01T00:00"),
    ("next-month", "2026-04-01T00:00", "2026-05-01T00:00"),
    ("2026-02", "2026-02-01T00:00", "2026-03-01T00:00"),
    ("2026Q1", "2026-01-01T00:00", "2026-04-01T00:00"),
    ("last-quarter", "2025-10-01T00:00", "2026-01-01T00:00"),
    ("2025", "2025-01-01T00:00", "2026-01-01T00:00"),
    ("2026-03-03", "2026-03-03T00:00", "2026-03-04T00:00"),
    ("2026-04-30", "2026-04-30T00:00", "2026-05-01T00:00"),
    ("7 days ago", "2026-02-25T07:00", ""),
    ("36 hours ago", "2026-03-02T19:00", ""),
    ("in 3 days", "2026-03-07T07:00", ""),
    ("1 months ago", "2026-02-04T07:00", ""),
];

/// The first moment of a time and the first one after it, as clocks in New York show them.
pub fn bounds(when: &When) -> (jiff::civil::DateTime, jiff::civil::DateTime) {
    let named = WHENS.iter().find(|(name, ..)| *name == when.to_string());
    let microsecond = jiff::SignedDuration::from_micros(1);
    match (named, when) {
        (Some((_, begin, "")), _) => {
            let begin: jiff::civil::DateTime = begin.parse().unwrap();
            (begin, begin + microsecond)
        }
        (Some((_, begin, end)), _) => (begin.parse().unwrap(), end.parse().unwrap()),
        (None, When::Day(day)) => (day.at(0, 0, 0, 0), day.tomorrow().unwrap().at(0, 0, 0, 0)),
        (None, When::Local(local)) => (*local, *local + microsecond),
        (None, When::Instant(instant)) => {
            let local = instant.to_jiff().to_zoned(TimeZone::get(ZONE).unwrap()).datetime();
            (local, local + microsecond)
        }
        (None, other) => panic!("{other}"),
    }
}

/// Where something lies: before a span, in it, or after it.
pub fn in_span<T: Ord>(what: &T, begin: &T, end: &T) -> Ordering {
    if what < begin {
        Ordering::Less
    } else if what < end {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}
