//! Dates and times in cells: ISO 8601, the everyday forms with slashes, dots and month names, and the day numbers of
//! spreadsheets.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::calendar_words::{is_weekday, month_named};
use super::clock::{Said, clock};
pub use super::date_order::DateOrder;
use super::date_order::{Orders, Readings, year_of};
use super::month::YEARS;
use super::when::When;
use crate::domain::invisible::plain_spaces;
use crate::domain::timestamp::Timestamp;

/// Why a text is not a time that can be read without guessing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    #[error("may be {0}")]
    OrderUnknown(Orders),
    #[error("is no day of the calendar when read {}", .0.in_words())]
    NoSuchDay(DateOrder),
    #[error("lies before 1900, with which the days of spreadsheets begin")]
    BeforeSpreadsheets,
    #[error("is not a date or time")]
    NotATime,
}

impl TimeProblem {
    pub fn remedy(&self) -> &'static str {
        match self {
            TimeProblem::OrderUnknown(orders) if orders.contains(DateOrder::YearFirst) => {
                "write it as 2026-03-04, or say which with --date-order dmy, mdy or ymd"
            }
            TimeProblem::OrderUnknown(_) => "write it as 2026-03-04, or say which with --date-order dmy or mdy",
            TimeProblem::BeforeSpreadsheets => "correct the year",
            TimeProblem::NoSuchDay(_) | TimeProblem::NotATime => "write it as 2026-03-04 or 2026-03-04 17:30",
        }
    }
}

/// What a cell can be in each order of day, month and year; `None` when it says the order itself, or is no date.
pub fn evidence(text: &str) -> Option<Readings> {
    // The form of almost every cell, decided by two bytes.
    if matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|x| x.is_ascii_digit())) {
        return None;
    }
    match cut(&plain_spaces(text))? {
        (Written::Numbers(readings), _) if !readings.orders().is_empty() => Some(readings),
        _ => None,
    }
}

/// Reads a date, or a date and time. A time without zone is in `zone`; a date is its midnight there.
///
/// Read are ISO 8601; a year of four digits before month and day; day, month and year in the given order; names of months in
/// seven languages; clock times with or without seconds, AM or PM, `Z`, `UTC`, an offset or the abbreviation of a zone; a
/// spreadsheet's day number of the 1900 system; and seconds or milliseconds since 1970.
///
/// # Errors
/// The problem, without the value.
pub fn parse(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Result<Timestamp, TimeProblem> {
    let text = plain_spaces(text);
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        plausible(time.to_zoned(TimeZone::UTC).date())?;
        return Ok(time.into());
    }
    let (civil, said) = civil(text, order)?;
    said.map_or_else(|| zone.to_timestamp(civil).ok(), |said| said.timestamp(civil, zone))
        .map(Timestamp::from)
        .ok_or(TimeProblem::NotATime)
}

/// Reads the day that a date, or a date and time, names as it is written, whatever zone stands behind it.
///
/// # Errors
/// The problem, without the value.
pub fn day(text: &str, order: Option<DateOrder>) -> Result<Date, TimeProblem> {
    civil(plain_spaces(text).trim(), order).map(|(civil, _)| civil.date())
}

fn civil(text: &str, order: Option<DateOrder>) -> Result<(DateTime, Option<Said>), TimeProblem> {
    let iso = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0))).ok();
    let read = match (iso.or_else(|| from_day_number(text)), from_epoch(text)) {
        (Some(civil), _) => (civil, None),
        (None, Some(civil)) => (civil, Some(Said::Offset(Offset::UTC))),
        (None, None) => everyday(text, order)?,
    };
    plausible(read.0.date())?;
    Ok(read)
}

/// Refuses days before 1900: they are what is left of a year of two digits or of a blank day number.
fn plausible(date: Date) -> Result<(), TimeProblem> {
    if date.year() < 1900 { Err(TimeProblem::BeforeSpreadsheets) } else { Ok(()) }
}

/// Reads when something ends: like [`parse`], but a date without a time is the end of its day, the next midnight.
///
/// # Errors
/// The problem, without the value.
pub fn parse_end(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Result<Timestamp, TimeProblem> {
    // Neither a day nor a time depends on now.
    day_or_time(text, zone, order).map(|when| when.end(Timestamp::from_micros(0), zone))
}

/// Reads a date, or a date and time, like [`parse`], and tells which of them it is.
///
/// # Errors
/// The problem, without the value.
pub fn day_or_time(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Result<When, TimeProblem> {
    let time = parse(text, zone, order)?;
    let there = time.to_jiff().to_zoned(zone.clone());
    // A day must have a next one.
    if !YEARS.contains(&there.year()) {
        return Err(TimeProblem::NotATime);
    }
    let is_date = !text.contains(':') && there.start_of_day().is_ok_and(|start| start == there);
    Ok(if is_date { When::Day(there.date()) } else { When::Instant(time) })
}

/// Whether a text is a date, or a date and time, written in parts; in whatever order of day and month.
pub fn is_date(text: &str) -> bool {
    let Some((written, rest)) = cut(text) else { return false };
    let is_day = match written {
        Written::Known(_) => true,
        Written::Numbers(readings) | Written::Named(readings) => !readings.orders().is_empty(),
    };
    is_day && clock(rest).is_some()
}

/// A date as its parts stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Three numbers in an order that is not said.
    Numbers(Readings),
    /// A month by its name between two numbers: the first is the day, unless years stand first in the column.
    Named(Readings),
    Known(Date),
}

fn everyday(text: &str, order: Option<DateOrder>) -> Result<(DateTime, Option<Said>), TimeProblem> {
    let (written, rest) = cut(text).ok_or(TimeProblem::NotATime)?;
    let (time, said) = clock(rest).ok_or(TimeProblem::NotATime)?;
    let date = match written {
        Written::Known(date) => date,
        Written::Named(readings) => {
            let order = order.filter(|&order| order == DateOrder::YearFirst && readings.day(order).is_some());
            readings.day(order.unwrap_or(DateOrder::DayFirst)).ok_or(TimeProblem::NotATime)?
        }
        Written::Numbers(readings) if readings.orders().is_empty() => return Err(TimeProblem::NotATime),
        Written::Numbers(readings) => match order {
            Some(order) => readings.day(order).ok_or(TimeProblem::NoSuchDay(order))?,
            None => readings.same().ok_or(TimeProblem::OrderUnknown(readings.orders()))?,
        },
    };
    Ok((date.to_datetime(time), said))
}

/// Cuts a date from the beginning of a text; returns it and what follows.
fn cut(text: &str) -> Option<(Written, &str)> {
    let text = skip_weekday(text.trim());
    let mut parts = [""; 3];
    let mut rest = text;
    for (place, part) in parts.iter_mut().enumerate() {
        let is_name = rest.starts_with(|c: char| c.is_alphabetic());
        let end =
            rest.find(|c: char| if is_name { !c.is_alphabetic() } else { !c.is_ascii_digit() }).unwrap_or(rest.len());
        *part = rest.get(..end).filter(|part| !part.is_empty())?;
        rest = rest.get(end..)?;
        if place < 2 {
            // `4th March`, `1er mars`, `1º de março`.
            rest =
                ["st", "nd", "rd", "th", "er", "º", "°"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
            let separated = rest.trim_start_matches(['/', '.', '-', ',', ' ']);
            if separated.len() == rest.len() {
                return None;
            }
            // `4 de marzo de 2026`, `4th of March 2026`.
            rest = ["de ", "del ", "of "].iter().find_map(|word| separated.strip_prefix(word)).unwrap_or(separated);
        }
    }
    let [a, b, c] = parts;
    let number = |part: &str| part.parse::<i8>().ok().filter(|_| part.len() <= 2);
    let written = match (month_named(a), month_named(b)) {
        (Some(month), None) => Written::Known(Date::new(year_of(c)?, month, number(b)?).ok()?),
        (None, Some(month)) => match Readings::of([a, &month.to_string(), c]) {
            readings if readings.orders().is_empty() => return None,
            readings => Written::Named(readings),
        },
        (Some(_), Some(_)) => return None,
        (None, None) if a.len() == 4 => Written::Known(Date::new(a.parse().ok()?, number(b)?, number(c)?).ok()?),
        (None, None) => Written::Numbers(Readings::of(parts)),
    };
    Some((written, rest))
}

fn skip_weekday(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((word, rest)) if is_weekday(word) => {
            // `quarta-feira, 4 de março`
            rest.strip_prefix("-feira").unwrap_or(rest).trim_start_matches([',', '.', ' '])
        }
        _ => text,
    }
}

/// Seconds since 1970, or milliseconds, as programs export times: from 2001 to 2033, where no telephone number of the North
/// American plan lies.
fn from_epoch(text: &str) -> Option<DateTime> {
    let number = text.strip_suffix(".0").unwrap_or(text);
    let millis = match number.len() {
        _ if !number.starts_with('1') || !number.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        10 => number.parse::<i64>().ok()? * 1000,
        13 => number.parse().ok()?,
        _ => return None,
    };
    Some(Offset::UTC.to_datetime(jiff::Timestamp::from_millisecond(millis).ok()?))
}

/// A spreadsheet's serial day number (1900 system), with the time of day as fraction: 45731.5 is noon of 2025-03-15.
fn from_day_number(text: &str) -> Option<DateTime> {
    let number: f64 = text.parse().ok()?;
    // From 1954 to 2119: outside it a bare number in a date column is more likely something else.
    (20_000.0..80_000.0).contains(&number).then(|| civil_of_day_number(number)).flatten()
}

/// The civil time of a serial day number of the 1900 system, rounded to milliseconds.
fn civil_of_day_number(number: f64) -> Option<DateTime> {
    let millis = (number * 86_400_000.0).round() as i64;
    let epoch = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    epoch.checked_add(jiff::SignedDuration::from_millis(millis)).ok()
}

/// Reads an IANA time zone name.
///
/// # Errors
/// A sentence that names it.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name.trim())
        .map_err(|_| format!("`{name}` is not an IANA time zone; use a name such as America/New_York or UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, TimeProblem> {
        parse(text, &zone("America/New_York").unwrap(), None).map(|t| t.to_string())
    }

    #[test]
    fn a_date_ends_with_its_day() {
        let zone = zone("America/New_York").unwrap();
        let end = |text: &str| parse_end(text, &zone, None).map(|t| t.to_string());
        assert_eq!(end("2026-03-07"), Ok("2026-03-08T05:00:00Z".into()));
        // The day on which clocks go forward has 23 hours.
        assert_eq!(end("2026-03-08"), Ok("2026-03-09T04:00:00Z".into()));
        assert_eq!(end("2026-03-08T15:00"), Ok("2026-03-08T19:00:00Z".into()));
        assert_eq!(end("2026-03-08 00:00"), Ok("2026-03-08T05:00:00Z".into()));
    }

    fn read_in(text: &str, order: DateOrder) -> Result<String, TimeProblem> {
        parse(text, &TimeZone::UTC, Some(order)).map(|t| t.to_string())
    }

    #[test]
    fn iso_forms() {
        assert_eq!(read("2026-03-04"), Ok("2026-03-04T05:00:00Z".into()));
        assert_eq!(read("2026-03-04 17:30"), Ok("2026-03-04T22:30:00Z".into()));
        assert_eq!(read("2026-03-04T17:30:00Z"), Ok("2026-03-04T17:30:00Z".into()));
        assert_eq!(read("2026-07-04 17:30:00+02:00"), Ok("2026-07-04T15:30:00Z".into()));
        assert_eq!(read("2026/03/04 5:30 PM"), Ok("2026-03-04T22:30:00Z".into()));
    }

    #[test]
    fn day_numbers() {
        assert_eq!(read("45731"), Ok("2025-03-15T04:00:00Z".into()));
        assert_eq!(read("45731.5"), Ok("2025-03-15T16:00:00Z".into()));
        assert_eq!(read("12"), Err(TimeProblem::NotATime));
    }

    #[test]
    fn month_names_need_no_order() {
        for text in [
            "4 Mar 2026",
            "04-Mar-26",
            "March 4, 2026",
            "Mar. 4th 2026",
            "Wed, 04 Mar 2026 00:00:00 -0500",
            "4 March 2026, 12:00 am",
            "Wednesday, March 4, 2026 at 12:00:00 AM",
            "2026-Mar-04",
        ] {
            let expected = if text.starts_with("2026-Mar") {
                Err(TimeProblem::NotATime)
            } else {
                Ok("2026-03-04T05:00:00Z".to_owned())
            };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn seconds_since_1970() {
        assert_eq!(read("1772627400"), Ok("2026-03-04T12:30:00Z".into()));
        assert_eq!(read("1772627400.0"), Ok("2026-03-04T12:30:00Z".into()));
        assert_eq!(read("1772627400123"), Ok("2026-03-04T12:30:00.123Z".into()));
        assert_eq!(day("1772582400000", None).map(|day| day.to_string()), Ok("2026-03-04".into()));
        // Telephone numbers, and what is too long or too short.
        for text in ["2125550142", "3125550142", "177262740", "17726274001", "1772627400.5", "-1772627400"] {
            assert_eq!(read(text), Err(TimeProblem::NotATime), "{text}");
        }
    }

    #[test]
    fn the_order_is_asked_for_and_kept() {
        assert!(matches!(read("03/04/2026"), Err(TimeProblem::OrderUnknown(_))));
        assert_eq!(read_in("03/04/2026", DateOrder::DayFirst), Ok("2026-04-03T00:00:00Z".into()));
        assert_eq!(read_in("3.4.26 17:30", DateOrder::DayFirst), Ok("2026-04-03T17:30:00Z".into()));
        assert_eq!(read_in("03-04-2026 5:30:15 p.m. UTC", DateOrder::MonthFirst), Ok("2026-03-04T17:30:15Z".into()));
        assert_eq!(read_in("17/03/2025", DateOrder::MonthFirst), Err(TimeProblem::NoSuchDay(DateOrder::MonthFirst)));
    }

    #[test]
    fn evidence_of_the_order() {
        let proven = |text: &str| evidence(text).and_then(|readings| readings.orders().only());
        assert_eq!(proven("17/03/2025"), Some(DateOrder::DayFirst));
        assert_eq!(proven("12/13/2025 10:00"), Some(DateOrder::MonthFirst));
        assert_eq!(proven("99\u{2009}/ 12 / 31"), Some(DateOrder::YearFirst));
        for text in ["03/04/2025", "26-03-04", "25-12-01", "24-02-29", "17.03.26", "26.03.04 17:30"] {
            assert!(evidence(text).is_some_and(|readings| readings.same().is_none()), "{text}");
        }
        for text in ["2025-03-04", "2025/03/04", "4 Mar 2025", "31/31/2025", "soon", "45731"] {
            assert_eq!(evidence(text), None, "{text}");
        }
    }

    #[test]
    fn short_years_in_three_orders() {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        let day = |text: &str, order| day(text, order).map(|day| day.to_string());
        for (text, [dmy, mdy, ymd]) in [
            ("01-02-03", ["2003-02-01", "2003-01-02", "2001-02-03"]),
            ("11.10.12 08:00", ["2012-10-11", "2012-11-10", "2011-10-12"]),
            ("07/08/09", ["2009-08-07", "2009-07-08", "2007-08-09"]),
        ] {
            assert_eq!(day(text, Some(DayFirst)).as_deref(), Ok(dmy));
            assert_eq!(day(text, Some(MonthFirst)).as_deref(), Ok(mdy));
            assert_eq!(day(text, Some(YearFirst)).as_deref(), Ok(ymd));
            assert_eq!(day(text, None), Err(TimeProblem::OrderUnknown(Orders::all())));
        }
        assert_eq!(day("04-Mar-26", None).as_deref(), Ok("2026-03-04"));
        assert_eq!(day("26-Mar-04", Some(YearFirst)).as_deref(), Ok("2026-03-04"));
        assert_eq!(day("4 Mar 2026", Some(YearFirst)).as_deref(), Ok("2026-03-04"));
        assert_eq!(day("26-3-4", None).as_deref(), Ok("2026-03-04"));
        assert_eq!(day("05-05-05", None).as_deref(), Ok("2005-05-05"));
        assert_eq!(day("03/04/2026", Some(YearFirst)), Err(TimeProblem::NoSuchDay(YearFirst)));
        assert_eq!(day("2026/03/04", Some(MonthFirst)).as_deref(), Ok("2026-03-04"));
    }

    #[test]
    fn spaces_of_every_width() {
        for text in ["3/4/2026, 5:30\u{202f}PM", "3/4/2026\u{a0}5:30\u{2009}PM", "3\u{2007}/4/2026\u{3000}17:30"] {
            assert_eq!(read_in(text, DateOrder::MonthFirst), Ok("2026-03-04T17:30:00Z".into()), "{text:?}");
        }
        assert_eq!(read_in("4\u{202f}Mar\u{a0}2026", DateOrder::DayFirst), Ok("2026-03-04T00:00:00Z".into()));
    }

    #[test]
    fn nothing_is_guessed() {
        for text in
            ["yesterday", "2026-02-30", "31/31/2025", "4 Mar 2026 17:30 CET", "4 Mar 2026 25:00", "1/2/3/2026", "12"]
        {
            assert_eq!(read(text), Err(TimeProblem::NotATime), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "\\PC{0,24}|[0-9/.: APM-]{0,20}", secs in 0i64..4_000_000_000) {
            let utc = TimeZone::UTC;
            let _ = (parse(&text, &utc, None), parse(&text, &utc, Some(DateOrder::DayFirst)), evidence(&text));
            let time = Timestamp::from_micros(secs * 1_000_000);
            prop_assert_eq!(parse(&time.to_string(), &utc, None), Ok(time));
        }

        #[test]
        fn every_form_is_the_same_day(year in 1970i16..2068, month in 1i8..=12, day in 1i8..=28) {
            let utc = TimeZone::UTC;
            let expected = parse(&format!("{year}-{month:02}-{day:02}"), &utc, None);
            for (text, order) in [
                (format!("{day:02}/{month:02}/{year}"), DateOrder::DayFirst),
                (format!("{month}/{day}/{year}"), DateOrder::MonthFirst),
                (format!("{day}.{month}.{:02}", year % 100), DateOrder::DayFirst),
                (format!("{year}/{month}/{day}"), DateOrder::DayFirst),
            ] {
                if text.len() > 8 || year >= 2000 {
                    prop_assert_eq!(parse(&text, &utc, Some(order)), expected.clone());
                }
            }
        }
    }
}
