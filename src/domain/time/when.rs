//! Points and spans of time as people name them in options and filters: `2026-11-25`, `2026-W48`, `last-month`, `7 days ago`.

use std::fmt;

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::age::Age;
use super::month::{Month, Quarter, YEARS, begin_of};
use crate::domain::text::nearest;
use crate::domain::timestamp::Timestamp;

/// A point in time, or a span of days, as it was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Day(Date),
    /// The week of ISO 8601 that begins with this Monday.
    Week(Date),
    Month(Month),
    Quarter(Quarter),
    Year(i16),
    /// A day, week, month, quarter or year as seen from the moment of asking.
    Named(Turn, Part),
    /// So long before the moment of asking.
    Ago(Age),
    /// So long after it.
    Ahead(Age),
    /// A time in the organization's time zone.
    Local(DateTime),
    Instant(Timestamp),
}

/// Which of several, seen from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Last,
    This,
    Next,
}

/// A part of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// The words that name a part of the calendar seen from now.
const NAMED: [(&str, Turn, Part); 15] = [
    ("today", Turn::This, Part::Day),
    ("yesterday", Turn::Last, Part::Day),
    ("tomorrow", Turn::Next, Part::Day),
    ("this-week", Turn::This, Part::Week),
    ("last-week", Turn::Last, Part::Week),
    ("next-week", Turn::Next, Part::Week),
    ("this-month", Turn::This, Part::Month),
    ("last-month", Turn::Last, Part::Month),
    ("next-month", Turn::Next, Part::Month),
    ("this-quarter", Turn::This, Part::Quarter),
    ("last-quarter", Turn::Last, Part::Quarter),
    ("next-quarter", Turn::Next, Part::Quarter),
    ("this-year", Turn::This, Part::Year),
    ("last-year", Turn::Last, Part::Year),
    ("next-year", Turn::Next, Part::Year),
];

impl When {
    /// Reads the name of a time; an age alone, such as `7d`, lies before now.
    pub fn parse(text: &str) -> Option<When> {
        let lower = text.trim().to_lowercase();
        let named = |word: &str| NAMED.iter().find(|(name, ..)| *name == word);
        if let Some((_, turn, part)) = named(&lower).or_else(|| named(&lower.replace([' ', '_'], "-"))) {
            return Some(When::Named(*turn, *part));
        }
        if let Some(age) = lower.strip_suffix("ago").and_then(Age::parse) {
            return Some(When::Ago(age));
        }
        if let Some(age) = lower.strip_prefix("in ").and_then(Age::parse) {
            return Some(When::Ahead(age));
        }
        Age::parse(&lower).map(When::Ago).or_else(|| of_calendar(text.trim()))
    }

    /// Reads the name of a time that is to come: an age alone lies after now.
    pub fn parse_ahead(text: &str) -> Option<When> {
        Age::parse(text).map(When::Ahead).or_else(|| When::parse(text))
    }

    /// The word that somebody may have meant.
    pub fn nearest(text: &str) -> Option<&'static str> {
        nearest(&text.to_lowercase().replace([' ', '_'], "-"), NAMED.iter().map(|(name, ..)| *name))
    }

    /// Its first moment, and the first one after it: a span of days begins and ends at midnights, a point is a microsecond
    /// long.
    pub fn bounds(self, now: Timestamp, zone: &TimeZone) -> (Timestamp, Timestamp) {
        match self.days(now, zone) {
            Some((first, end)) => (begin_of(first, zone), begin_of(end, zone)),
            None => {
                let point = self.point(now, zone);
                (point, Timestamp::from_micros(point.as_micros().saturating_add(1)))
            }
        }
    }

    /// When it begins.
    pub fn begin(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        self.bounds(now, zone).0
    }

    /// When it is over: a span with its last day, a point at once.
    pub fn end(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self.days(now, zone) {
            Some((_, end)) => begin_of(end, zone),
            None => self.point(now, zone),
        }
    }

    /// The day on which it begins, and the first one after it.
    pub fn calendar_days(self, now: Timestamp, zone: &TimeZone) -> (Date, Date) {
        self.days(now, zone).unwrap_or_else(|| {
            let day = self.point(now, zone).to_jiff().to_zoned(zone.clone()).date();
            (day, day.tomorrow().unwrap_or(day))
        })
    }

    /// The month that it is; none for anything but a month.
    pub fn month(self, now: Timestamp, zone: &TimeZone) -> Option<Month> {
        match self {
            When::Month(_) | When::Named(_, Part::Month) => self.days(now, zone).map(|(first, _)| Month::of(first)),
            _ => None,
        }
    }

    /// The quarter that it is; none for anything but a quarter.
    pub fn quarter(self, now: Timestamp, zone: &TimeZone) -> Option<Quarter> {
        match self {
            When::Quarter(_) | When::Named(_, Part::Quarter) => {
                self.days(now, zone).map(|(first, _)| Quarter::of(Month::of(first)))
            }
            _ => None,
        }
    }

    /// The first day of a span, and the first day after it; none for a point.
    fn days(self, now: Timestamp, zone: &TimeZone) -> Option<(Date, Date)> {
        let (first, part) = match self {
            When::Day(date) => (date, Part::Day),
            When::Week(monday) => (monday, Part::Week),
            When::Month(month) => (month.first_day(), Part::Month),
            When::Quarter(quarter) => (quarter.first_month().first_day(), Part::Quarter),
            When::Year(year) => (Date::new(year, 1, 1).ok()?, Part::Year),
            When::Named(turn, part) => {
                let first = part.begin(now.to_jiff().to_zoned(zone.clone()).date());
                let first = match turn {
                    Turn::Last => first.saturating_sub(part.span()),
                    Turn::This => first,
                    Turn::Next => first.saturating_add(part.span()),
                };
                (first, part)
            }
            When::Ago(_) | When::Ahead(_) | When::Local(_) | When::Instant(_) => return None,
        };
        Some((first, first.saturating_add(part.span())))
    }

    /// The point in time that it is, or begins with.
    fn point(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            When::Ago(age) => age.before(now, zone),
            When::Ahead(age) => age.after(now, zone),
            When::Instant(time) => time,
            When::Local(time) => {
                let there = time.to_zoned(zone.clone());
                there.map_or(Timestamp::from(jiff::Timestamp::MAX), |there| there.timestamp().into())
            }
            span => span.days(now, zone).map_or(now, |(first, _)| begin_of(first, zone)),
        }
    }
}

impl Part {
    fn span(self) -> Span {
        match self {
            Part::Day => 1.day(),
            Part::Week => 1.week(),
            Part::Month => 1.month(),
            Part::Quarter => 3.months(),
            Part::Year => 1.year(),
        }
    }

    /// The first day of the part that a day lies in; weeks begin with Monday.
    fn begin(self, day: Date) -> Date {
        match self {
            Part::Day => day,
            Part::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Part::Month => day.first_of_month(),
            Part::Quarter => Quarter::of(Month::of(day)).first_month().first_day(),
            Part::Year => day.first_of_year(),
        }
    }
}

/// What names its place in the calendar by itself.
fn of_calendar(text: &str) -> Option<When> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return text.parse().ok().filter(|year| text.len() == 4 && YEARS.contains(year)).map(When::Year);
    }
    if let Some(week) = week(text) {
        return Some(When::Week(week));
    }
    if let Ok(month) = text.parse() {
        return Some(When::Month(month));
    }
    if let Ok(quarter) = text.parse() {
        return Some(When::Quarter(quarter));
    }
    if text.len() == 10 {
        return text.parse::<Date>().ok().filter(|date| YEARS.contains(&date.year())).map(When::Day);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(When::Instant(time.into())).filter(|_| YEARS.contains(&time.to_zoned(TimeZone::UTC).year()));
    }
    let is_time = text.get(10..11).is_some_and(|mark| mark == "T" || mark == " ") && !text.contains('[');
    text.parse::<DateTime>().ok().filter(|time| is_time && YEARS.contains(&time.year())).map(When::Local)
}

/// Reads a week of ISO 8601: `2026-W48` or `2026W48`.
fn week(text: &str) -> Option<Date> {
    let upper = text.to_ascii_uppercase();
    let (year, week) = upper.split_once('W')?;
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = year.strip_suffix('-').unwrap_or(year);
    let (year, week) = (digits(year, 4).then(|| year.parse().ok())??, digits(week, 2).then(|| week.parse().ok())??);
    ISOWeekDate::new(year, week, Weekday::Monday).ok().filter(|_| YEARS.contains(&year)).map(ISOWeekDate::date)
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Day(date) => date.fmt(f),
            When::Week(monday) => {
                let week = monday.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            When::Month(month) => month.fmt(f),
            When::Quarter(quarter) => quarter.fmt(f),
            When::Year(year) => write!(f, "{year:04}"),
            When::Named(turn, part) => {
                let name = NAMED.iter().find(|(_, of, what)| (of, what) == (turn, part));
                f.write_str(name.map_or("today", |(name, ..)| name))
            }
            When::Ago(age) => write!(f, "{age} ago"),
            When::Ahead(age) => write!(f, "in {age}"),
            When::Local(time) => time.fmt(f),
            When::Instant(time) => time.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A Wednesday in New York, Thursday in UTC already.
    const NOW: &str = "2026-11-26T03:30:00Z";

    fn told(text: &str) -> String {
        let Some(when) = When::parse(text) else { return "–".into() };
        let zone = TimeZone::get("America/New_York").unwrap();
        let (begin, end) = when.bounds(NOW.parse::<jiff::Timestamp>().unwrap().into(), &zone);
        let there = |time: Timestamp| time.to_jiff().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        match end.as_micros() - begin.as_micros() {
            1 => there(begin),
            _ => format!("{} to {}", there(begin), there(end)).replace(" 00:00", ""),
        }
    }

    #[test]
    fn spans_and_points() {
        for (text, expected) in [
            ("2026-11-25", "2026-11-25 to 2026-11-26"),
            ("today", "2026-11-25 to 2026-11-26"),
            ("Yesterday", "2026-11-24 to 2026-11-25"),
            ("tomorrow", "2026-11-26 to 2026-11-27"),
            ("this-week", "2026-11-23 to 2026-11-30"),
            ("last week", "2026-11-16 to 2026-11-23"),
            ("next_week", "2026-11-30 to 2026-12-07"),
            ("2026-W48", "2026-11-23 to 2026-11-30"),
            ("2026w01", "2025-12-29 to 2026-01-05"),
            ("2026-W53", "2026-12-28 to 2027-01-04"),
            ("2025-W53", "–"),
            ("2026-11", "2026-11-01 to 2026-12-01"),
            ("last-month", "2026-10-01 to 2026-11-01"),
            ("this-month", "2026-11-01 to 2026-12-01"),
            ("next-month", "2026-12-01 to 2027-01-01"),
            ("2026Q4", "2026-10-01 to 2027-01-01"),
            ("2026-q4", "2026-10-01 to 2027-01-01"),
            ("this-quarter", "2026-10-01 to 2027-01-01"),
            ("last-quarter", "2026-07-01 to 2026-10-01"),
            ("next-quarter", "2027-01-01 to 2027-04-01"),
            ("2026", "2026-01-01 to 2027-01-01"),
            ("last-year", "2025-01-01 to 2026-01-01"),
            ("7d", "2026-11-18 22:30"),
            ("7 days ago", "2026-11-18 22:30"),
            ("2w ago", "2026-11-11 22:30"),
            ("in 3 hours", "2026-11-26 01:30"),
            ("in 1 month", "2026-12-25 22:30"),
            ("1mo", "2026-10-25 22:30"),
            ("1 year ago", "2025-11-25 22:30"),
            ("2026-11-25T16:37", "2026-11-25 16:37"),
            ("2026-11-25 16:37", "2026-11-25 16:37"),
            ("2026-11-25T16:37:00Z", "2026-11-25 11:37"),
            ("9999-12-31", "–"),
            ("9999-12-31T00:00:00Z", "–"),
            ("1899-12-31", "–"),
            ("9998-12-31", "9998-12-31 to 9999-01-01"),
            ("46000", "–"),
            ("20261125", "–"),
            ("3m", "–"),
            ("last-decade", "–"),
            ("2026-13", "–"),
            ("2026-11-31", "–"),
            ("in", "–"),
            ("ago", "–"),
            ("", "–"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        let ahead = |text| When::parse_ahead(text).map(|when| when.to_string());
        assert_eq!((ahead("7d").as_deref(), ahead("7d ago").as_deref()), (Some("in 7 days"), Some("7 days ago")));
        assert_eq!(When::nearest("lastmonth"), Some("last-month"));
    }

    #[test]
    fn days_begin_where_the_clocks_say() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let now = |text: &str| text.parse::<jiff::Timestamp>().unwrap().into();
        // An hour less on the day of the change; a day ago is the same hour.
        let (begin, end) = When::parse("2026-03-08").unwrap().bounds(now(NOW), &zone);
        assert_eq!(end.as_micros() - begin.as_micros(), 23 * 3_600_000_000);
        let ago = When::parse("1 day ago").unwrap().begin(now("2026-03-08T16:00:00Z"), &zone);
        assert_eq!(ago.to_string(), "2026-03-07T17:00:00Z");
        // The end of a span is after its last day, that of a point is the point.
        let end = |text: &str| When::parse(text).unwrap().end(now(NOW), &zone).to_string();
        assert_eq!((end("2026-11-25"), end("7d")), ("2026-11-26T05:00:00Z".into(), "2026-11-19T03:30:00Z".into()));
        let day = When::parse("7d").unwrap().calendar_days(now(NOW), &zone).0;
        assert_eq!(day.to_string(), "2026-11-18");
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_what_it_prints(text in "\\PC{0,16}|[0-9QWTZ: -]{0,20}|[0-9]{1,4} ?(d|w|h|mo|days|years?)( ago)?") {
            if let Some(when) = When::parse(&text) {
                prop_assert_eq!(When::parse(&when.to_string()), Some(when));
                let (begin, end) = when.bounds(Timestamp::from_micros(0), &TimeZone::UTC);
                prop_assert!(begin < end, "{when}");
            }
        }
    }
}
