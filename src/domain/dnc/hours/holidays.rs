//! Days without calls, as rules name them.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// Legal holidays of the United States: 5 U.S.C. 6103(a).
const FEDERAL: [&str; 11] = [
    "01-01",
    "monday 3 january",
    "monday 3 february",
    "monday last may",
    "06-19",
    "07-04",
    "monday 1 september",
    "monday 2 october",
    "11-11",
    "thursday 4 november",
    "12-25",
];

/// A day that comes every year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holiday {
    /// Every legal holiday of the United States.
    Federal,
    /// A date, and the working day beside it when it falls on a weekend.
    Fixed { month: i8, day: i8 },
    /// So many days after the nth weekday of a month; -1 is the last one.
    Nth { nth: i8, weekday: Weekday, month: i8, offset: i64 },
    /// So many days after Easter Sunday of the Western churches.
    Easter { offset: i64 },
}

impl Holiday {
    /// Whether it is kept on a day.
    pub fn is_on(&self, date: Date) -> bool {
        match self {
            Holiday::Federal => FEDERAL.iter().filter_map(|text| parse(text)).any(|holiday| holiday.is_on(date)),
            // New Year's Day may be kept on the last day of the year before.
            Holiday::Fixed { month, day } => [date.year(), date.year().saturating_add(1)].iter().any(|year| {
                let Ok(fixed) = Date::new(*year, *month, *day) else { return false };
                let beside = match fixed.weekday() {
                    Weekday::Saturday => fixed.yesterday().ok(),
                    Weekday::Sunday => fixed.tomorrow().ok(),
                    _ => None,
                };
                date == fixed || Some(date) == beside
            }),
            Holiday::Nth { nth, weekday, month, offset } => {
                let first = Date::new(date.year(), *month, 1).ok();
                let day = first.and_then(|first| first.nth_weekday_of_month(*nth, *weekday).ok());
                day.and_then(|day| day.checked_add(offset.days()).ok()) == Some(date)
            }
            Holiday::Easter { offset } => {
                easter(date.year()).and_then(|day| day.checked_add(offset.days()).ok()) == Some(date)
            }
        }
    }
}

/// Easter Sunday of a year of the Gregorian calendar, by the anonymous computation that Nature published in 1876.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let day = moon + weekday - 7 * late + 114;
    Date::new(year as i16, (day / 31) as i8, (day % 31 + 1) as i8).ok()
}

fn parse(text: &str) -> Option<Holiday> {
    let (text, offset) = match text.rsplit_once(' ') {
        Some((before, days)) if days.starts_with(['+', '-']) => (before, days.parse().ok()?),
        _ => (text, 0),
    };
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["federal"] => Some(Holiday::Federal),
        ["easter"] => Some(Holiday::Easter { offset }),
        [date] => {
            let (month, day) = date.split_once('-')?;
            Some(Holiday::Fixed { month: month.parse().ok()?, day: day.parse().ok()? })
        }
        [weekday, nth, month] => {
            let nth = if *nth == "last" { -1 } else { nth.parse().ok()? };
            Some(Holiday::Nth { nth, weekday: weekday_of(weekday)?, month: month_of(month)?, offset })
        }
        _ => None,
    }
}

fn weekday_of(word: &str) -> Option<Weekday> {
    let all = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let at = all.iter().position(|one| *one == word)?;
    Weekday::from_monday_zero_offset(at as i8).ok()
}

fn month_of(word: &str) -> Option<i8> {
    let all = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    all.iter().position(|one| *one == word).map(|at| at as i8 + 1)
}

impl<'de> Deserialize<'de> for Holiday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Holiday, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no holiday")))
    }
}

#[cfg(test)]
mod tests {
    use bdays::HolidayCalendar;
    use bdays::calendars::us::USSettlement;

    use super::*;

    fn days(text: &str, year: i16) -> Vec<String> {
        let holiday = parse(text).unwrap();
        let first = Date::new(year, 1, 1).unwrap();
        first
            .series(1.day())
            .take_while(|day| day.year() == year)
            .filter(|day| holiday.is_on(*day))
            .map(|day| day.to_string())
            .collect()
    }

    #[test]
    fn days_of_rules() {
        assert_eq!(days("07-24", 2026), ["2026-07-24"]);
        // A Saturday and a Sunday.
        assert_eq!(days("07-04", 2026), ["2026-07-03", "2026-07-04"]);
        assert_eq!(days("11-01", 2026), ["2026-11-01", "2026-11-02"]);
        // New Year's Day 2022 was a Saturday.
        assert_eq!(days("01-01", 2021), ["2021-01-01", "2021-12-31"]);
        assert_eq!(days("monday last may", 2026), ["2026-05-25"]);
        // The day of general elections is the Tuesday after the first Monday.
        assert_eq!(days("monday 1 november +1", 2026), ["2026-11-03"]);
        assert_eq!(days("thursday 4 november +1", 2026), ["2026-11-27"]);
        for bad in ["", "13-01x", "someday 1 may", "monday 1 maytime", "monday x may", "easter soon"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn easter_is_that_of_the_almanac() {
        // The United States Naval Observatory's dates of Easter.
        for (year, date) in [
            (2000, "2000-04-23"),
            (2008, "2008-03-23"),
            (2011, "2011-04-24"),
            (2016, "2016-03-27"),
            (2019, "2019-04-21"),
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2027, "2027-03-28"),
            (2038, "2038-04-25"),
        ] {
            assert_eq!(easter(year).unwrap().to_string(), date);
        }
        assert_eq!(days("easter -47", 2026), ["2026-02-17"]);
        assert_eq!(days("easter -2", 2026), ["2026-04-03"]);
    }

    /// Every holiday of another library's calendar is one of ours; ours are more, for both a Saturday and the Friday before count.
    #[test]
    fn federal_holidays_are_those_of_the_settlement_calendar() {
        for day in Date::new(2022, 1, 1).unwrap().series(1.day()).take(3650) {
            let (month, of_month) = (day.month().unsigned_abs().into(), day.day().unsigned_abs().into());
            let date = chrono::NaiveDate::from_ymd_opt(day.year().into(), month, of_month).unwrap();
            if USSettlement.is_holiday(date) {
                assert!(Holiday::Federal.is_on(day), "{day}");
            }
            let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            if Holiday::Federal.is_on(day) && !is_weekend {
                assert!(USSettlement.is_holiday(date), "{day}");
            }
        }
    }
}
