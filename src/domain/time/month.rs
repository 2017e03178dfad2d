//! Calendar months, and quarters of a year, in a time zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::domain::timestamp::Timestamp;

/// A month of a year: `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A quarter of a year: `2026Q1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    year: i16,
    /// From 1 to 4.
    quarter: i8,
}

impl Month {
    /// A month from 1 to 12 of a year of four digits; `None` for any other.
    pub fn new(year: i16, month: i8) -> Option<Month> {
        (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Month { year, month })
    }

    /// The month that a day lies in.
    pub fn of(day: Date) -> Month {
        Month { year: day.year(), month: day.month() }
    }

    /// The month that a point in time lies in, as a calendar in the time zone shows it.
    pub fn at(time: Timestamp, zone: &TimeZone) -> Month {
        Month::of(time.to_jiff().to_zoned(zone.clone()).date())
    }

    pub fn first_day(self) -> Date {
        date(self.year, self.month, 1)
    }

    pub fn next(self) -> Month {
        self.plus(1)
    }

    pub fn previous(self) -> Month {
        self.plus(-1)
    }

    /// The months from one up to another, which does not belong to them.
    pub fn between(first: Month, end: Month) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(first), |month| Some(month.next())).take_while(move |month| *month < end)
    }

    fn plus(self, months: i32) -> Month {
        let count = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        // Years are four digits, so that neither end of the calendar is near.
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        Month { year: year as i16, month: month as i8 }
    }
}

impl Quarter {
    pub fn first_month(self) -> Month {
        Month { year: self.year, month: (self.quarter - 1) * 3 + 1 }
    }

    pub fn next(self) -> Quarter {
        Quarter::of(self.first_month().plus(3))
    }

    pub fn previous(self) -> Quarter {
        Quarter::of(self.first_month().plus(-3))
    }

    /// The quarter that a month lies in.
    pub fn of(month: Month) -> Quarter {
        Quarter { year: month.year, quarter: (month.month - 1) / 3 + 1 }
    }
}

/// When a day begins in a time zone: at midnight, or, where the clocks skip midnight, when they go on.
pub fn begin_of(day: Date, zone: &TimeZone) -> Timestamp {
    let begin = zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible();
    // Only the outermost days of the calendar have no beginning.
    let outermost = if day.year() > 0 { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN };
    begin.map_or(Timestamp::from(outermost), |begin| begin.timestamp().into())
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year, self.quarter)
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Month, String> {
        let parts = text.trim().split_once('-').and_then(|(year, month)| Some((year_of(year)?, digits(month, 2)?)));
        match parts {
            Some((year, month @ 1..=12)) => Ok(Month { year, month: month as i8 }),
            _ => Err(format!("`{text}` is not a month; write it as 2026-03")),
        }
    }
}

impl FromStr for Quarter {
    type Err = String;

    fn from_str(text: &str) -> Result<Quarter, String> {
        let upper = text.trim().to_uppercase();
        let parts = upper
            .split_once('Q')
            .and_then(|(year, quarter)| Some((year_of(year.trim_end_matches('-'))?, digits(quarter, 1)?)));
        match parts {
            Some((year, quarter @ 1..=4)) => Ok(Quarter { year, quarter: quarter as i8 }),
            _ => Err(format!("`{text}` is not a quarter; write it as 2026Q1")),
        }
    }
}

/// Years that months and quarters are of: neither end of the calendar is near.
pub const YEARS: std::ops::RangeInclusive<i16> = 1900..=9998;

fn year_of(text: &str) -> Option<i16> {
    digits(text, 4).filter(|year| YEARS.contains(year))
}

fn digits(text: &str, count: usize) -> Option<i16> {
    let all = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::datetime::zone;

    #[test]
    fn months_and_quarters_follow_each_other() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!((month.next().to_string(), month.previous().to_string()), ("2027-01".into(), "2026-11".into()));
        let quarter: Quarter = "2026q1".parse().unwrap();
        assert_eq!((quarter.next().to_string(), quarter.previous().to_string()), ("2026Q2".into(), "2025Q4".into()));
        assert_eq!(quarter.first_month().to_string(), "2026-01");
        assert_eq!("2026-Q4".parse::<Quarter>().unwrap().first_month().to_string(), "2026-10");
        for text in ["2026-13", "2026-3", "202-03", "March", "2026-00", "+026-01", "9999-01", "", "-"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
        for text in ["2026Q5", "2026Q0", "Q1", "2026Q", "26Q1", "2026"] {
            assert!(text.parse::<Quarter>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_begin_where_people_are() {
        let begin = |day: Date, name: &str| begin_of(day, &zone(name).unwrap()).to_string();
        assert_eq!(begin(date(2026, 3, 1), "America/New_York"), "2026-03-01T05:00:00Z");
        assert_eq!(begin(date(2026, 4, 1), "America/New_York"), "2026-04-01T04:00:00Z");
        // In Beirut the clocks went forward at midnight of 2025-03-30; the day began at one o'clock.
        assert_eq!(begin(date(2025, 3, 30), "Asia/Beirut"), "2025-03-29T22:00:00Z");
        let new_york = zone("America/New_York").unwrap();
        let at = |time: &str| Month::at(time.parse::<jiff::Timestamp>().unwrap().into(), &new_york).to_string();
        assert_eq!(at("2026-04-01T03:59:59Z"), "2026-03");
        assert_eq!(at("2026-04-01T04:00:00Z"), "2026-04");
    }
}
