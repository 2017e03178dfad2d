//! Windows of time for reports: half-open, and cut where a calendar in the organization's time zone cuts.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, Unit};

use super::month::{Month, Quarter, begin_of};
use crate::domain::timestamp::Timestamp;

/// A window of time `[since, until)`; an open end is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    shape: Shape,
    zone: TimeZone,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Month(Month),
    Quarter(Quarter),
    /// From the beginning of one month to the beginning of another.
    Months(Month, Month),
    /// From the beginning of one day to the beginning of another.
    Days(Date, Date),
    Between(Option<Timestamp>, Option<Timestamp>),
}

impl Window {
    pub fn month(month: Month, zone: TimeZone) -> Window {
        Window { shape: Shape::Month(month), zone }
    }

    pub fn quarter(quarter: Quarter, zone: TimeZone) -> Window {
        Window { shape: Shape::Quarter(quarter), zone }
    }

    /// From the beginning of one month up to that of another; `None` for an open end.
    pub fn months_between(first: Option<Month>, end: Option<Month>, zone: TimeZone) -> Window {
        let begin = |month: Month| begin_of(month.first_day(), &zone);
        let shape = match (first, end) {
            (Some(first), Some(end)) => Shape::Months(first, end),
            (first, end) => Shape::Between(first.map(begin), end.map(begin)),
        };
        Window { shape, zone }
    }

    /// So many days, of which today is the last.
    pub fn last_days(count: u16, now: Timestamp, zone: TimeZone) -> Window {
        let today = now.to_jiff().to_zoned(zone.clone()).date();
        let (first, end) = (shifted(today, 1 - i64::from(count)), shifted(today, 1));
        Window { shape: Shape::Days(first, end), zone }
    }

    /// From one point in time up to another. Where both are beginnings of days, the window is one of whole days.
    pub fn between(since: Option<Timestamp>, until: Option<Timestamp>, zone: TimeZone) -> Window {
        let day = |time: Timestamp| {
            let day = time.to_jiff().to_zoned(zone.clone()).date();
            (begin_of(day, &zone) == time).then_some(day)
        };
        let shape = match (since.and_then(day), until.and_then(day)) {
            (Some(first), Some(end)) => Shape::Days(first, end),
            _ => Shape::Between(since, until),
        };
        Window { shape, zone }
    }

    pub fn since(&self) -> Option<Timestamp> {
        match self.shape {
            Shape::Month(month) => Some(begin_of(month.first_day(), &self.zone)),
            Shape::Quarter(quarter) => Some(begin_of(quarter.first_month().first_day(), &self.zone)),
            Shape::Months(first, _) => Some(begin_of(first.first_day(), &self.zone)),
            Shape::Days(first, _) => Some(begin_of(first, &self.zone)),
            Shape::Between(since, _) => since,
        }
    }

    /// The end, which does not belong to the window.
    pub fn until(&self) -> Option<Timestamp> {
        match self.shape {
            Shape::Month(month) => Some(begin_of(month.next().first_day(), &self.zone)),
            Shape::Quarter(quarter) => Some(begin_of(quarter.next().first_month().first_day(), &self.zone)),
            Shape::Months(_, end) => Some(begin_of(end.first_day(), &self.zone)),
            Shape::Days(_, end) => Some(begin_of(end, &self.zone)),
            Shape::Between(_, until) => until,
        }
    }

    /// The first month of the window, and the first one that does not belong to it, each `None` where the window has
    /// no end. `None` for a window that begins or ends within a month.
    pub fn months(&self) -> Option<(Option<Month>, Option<Month>)> {
        let month = |time: Option<Timestamp>| match time {
            None => Some(None),
            Some(time) => {
                let month = Month::at(time, &self.zone);
                (begin_of(month.first_day(), &self.zone) == time).then_some(Some(month))
            }
        };
        Some((month(self.since())?, month(self.until())?))
    }

    pub fn contains(&self, time: Timestamp) -> bool {
        self.since().is_none_or(|since| since <= time) && self.until().is_none_or(|until| time < until)
    }

    /// Whether nothing can lie in it.
    pub fn is_empty(&self) -> bool {
        self.since().zip(self.until()).is_some_and(|(since, until)| since >= until)
    }

    /// The window before: the month before a month, the quarter before a quarter, as many months before months, else the same length up to its
    /// beginning. `None` for a window with an open end.
    pub fn previous(&self) -> Option<Window> {
        let shape = match self.shape {
            Shape::Month(month) => Shape::Month(month.previous()),
            Shape::Quarter(quarter) => Shape::Quarter(quarter.previous()),
            Shape::Months(first, end) => {
                // Months of a window are few: both ends are of four-digit years.
                let before = Month::between(first, end).fold(first, |month, _| month.previous());
                Shape::Months(before, first)
            }
            Shape::Days(first, end) => {
                let days = first.until((Unit::Day, end)).map_or(0, |span| i64::from(span.get_days()));
                Shape::Days(shifted(first, -days), first)
            }
            Shape::Between(Some(since), Some(until)) => {
                let length = until.as_micros().saturating_sub(since.as_micros());
                Shape::Between(Some(Timestamp::from_micros(since.as_micros().saturating_sub(length))), Some(since))
            }
            Shape::Between(..) => return None,
        };
        Some(Window { shape, zone: self.zone.clone() })
    }

    /// The window for people: `2026-03`, `2026Q1`, `2026-03-01 to 2026-03-15`.
    pub fn name(&self) -> String {
        let clock = |time: Timestamp| {
            let time = time.to_jiff().to_zoned(self.zone.clone());
            match begin_of(time.date(), &self.zone) == time.timestamp().into() {
                true => time.date().to_string(),
                false => time.strftime("%Y-%m-%d %H:%M").to_string(),
            }
        };
        match self.shape {
            Shape::Month(month) => month.to_string(),
            Shape::Quarter(quarter) => quarter.to_string(),
            Shape::Months(first, end) if first.next() >= end => first.to_string(),
            Shape::Months(first, end) => format!("{first} to {}", end.previous()),
            Shape::Days(first, end) if shifted(first, 1) >= end => first.to_string(),
            Shape::Days(first, end) => format!("{first} to {}", shifted(end, -1)),
            Shape::Between(None, None) => "all time".to_owned(),
            Shape::Between(Some(since), None) => format!("from {} on", clock(since)),
            Shape::Between(None, Some(until)) => format!("before {}", clock(until)),
            Shape::Between(Some(since), Some(until)) => format!("{} up to {}", clock(since), clock(until)),
        }
    }
}

fn shifted(day: Date, days: i64) -> Date {
    let span: Span = days.days();
    day.saturating_add(span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::datetime::zone;

    fn new_york() -> TimeZone {
        zone("America/New_York").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    fn told(window: &Window) -> (String, String, String) {
        let end = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
        (end(window.since()), end(window.until()), window.name())
    }

    fn owned(told: (&str, &str, &str)) -> (String, String, String) {
        (told.0.into(), told.1.into(), told.2.into())
    }

    #[test]
    fn windows_are_cut_by_the_calendar_there() {
        let march = Window::month("2026-03".parse().unwrap(), new_york());
        assert_eq!(told(&march), owned(("2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z", "2026-03")));
        assert!(march.contains(at("2026-04-01T03:59:59.999999Z")) && !march.contains(at("2026-04-01T04:00:00Z")));
        let before = march.previous().unwrap();
        assert_eq!(told(&before), owned(("2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z", "2026-02")));
        let quarter = Window::quarter("2026Q1".parse().unwrap(), new_york());
        assert_eq!(told(&quarter), owned(("2026-01-01T05:00:00Z", "2026-04-01T04:00:00Z", "2026Q1")));
        // Seven days around the change of the clocks.
        let week = Window::last_days(7, at("2026-03-11T01:00:00Z"), new_york());
        assert_eq!(told(&week), owned(("2026-03-04T05:00:00Z", "2026-03-11T04:00:00Z", "2026-03-04 to 2026-03-10")));
        let before = week.previous().unwrap();
        assert_eq!(told(&before), owned(("2026-02-25T05:00:00Z", "2026-03-04T05:00:00Z", "2026-02-25 to 2026-03-03")));
        assert_eq!(Window::last_days(1, at("2026-03-11T12:00:00Z"), new_york()).name(), "2026-03-11");
    }

    #[test]
    fn months_are_counted_as_months() {
        let month = |text: &str| Some(text.parse::<Month>().unwrap());
        let between = |first, end| Window::months_between(first, end, new_york());
        let quarter = between(month("2026-01"), month("2026-04"));
        assert_eq!(told(&quarter), owned(("2026-01-01T05:00:00Z", "2026-04-01T04:00:00Z", "2026-01 to 2026-03")));
        assert_eq!(quarter.previous().unwrap().name(), "2025-10 to 2025-12");
        let march = between(month("2026-03"), month("2026-04"));
        assert_eq!((march.name(), march.previous().unwrap().name()), ("2026-03".into(), "2026-02".into()));
        let open = between(month("2026-01"), None);
        assert_eq!(told(&open), owned(("2026-01-01T05:00:00Z", "", "from 2026-01-01 on")));
        assert_eq!((open.months(), open.previous()), (Some((month("2026-01"), None)), None));
        assert_eq!(between(None, None).name(), "all time");
        assert!(between(month("2026-04"), month("2026-04")).is_empty());
        // What is cut elsewhere is no window of months.
        let utc = Window::between(Some(at("2026-01-01T04:00:00Z")), None, new_york());
        assert_eq!(utc.months(), None);
        assert_eq!(Window::last_days(7, at("2026-03-11T01:00:00Z"), new_york()).months(), None);
        let quarter = Window::quarter("2026Q1".parse().unwrap(), new_york());
        assert_eq!(quarter.months(), Some((month("2026-01"), month("2026-04"))));
    }

    #[test]
    fn any_two_points_make_a_window() {
        let (since, until) = (Some(at("2026-03-01T05:00:00Z")), Some(at("2026-04-01T04:00:00Z")));
        let days = Window::between(since, until, new_york());
        assert_eq!(told(&days), owned(("2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z", "2026-03-01 to 2026-03-31")));
        assert_eq!(days.previous().unwrap().name(), "2026-01-29 to 2026-02-28");
        let hours = Window::between(since, Some(at("2026-03-01T15:30:00Z")), new_york());
        assert_eq!(hours.name(), "2026-03-01 up to 2026-03-01 10:30");
        assert_eq!(hours.previous().unwrap().since(), Some(at("2026-02-28T18:30:00Z")));
        assert_eq!(Window::between(since, None, new_york()).name(), "from 2026-03-01 on");
        assert_eq!(Window::between(None, until, new_york()).previous(), None);
        assert!(Window::between(until, since, new_york()).is_empty());
        assert!(!Window::between(None, None, new_york()).is_empty());
    }
}
