//! Dates and times in cells: ISO 8601, the everyday forms with slashes, dots and month names, and the day numbers of
//! spreadsheets.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use crate::domain::timestamp::Timestamp;

vocabulary! {
    /// Which of day and month stands first in dates such as `03/04/2026`.
    DateOrder {
        DayFirst = "dmy",
        MonthFirst = "mdy",
    }
}

/// Why a text is not a time that can be read without guessing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    #[error("may be month first or day first")]
    OrderUnknown,
    #[error("is no day of the calendar when read {}", in_words(.0))]
    NoSuchDay(DateOrder),
    #[error("is not a date or time")]
    NotATime,
}

impl TimeProblem {
    pub fn remedy(&self) -> &'static str {
        match self {
            TimeProblem::OrderUnknown => "write it as 2026-03-04, or say which with --date-order dmy or mdy",
            TimeProblem::NoSuchDay(_) | TimeProblem::NotATime => "write it as 2026-03-04 or 2026-03-04 17:30",
        }
    }
}

fn in_words(order: &DateOrder) -> &'static str {
    match order {
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
    }
}

/// What one date tells about the order of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// It can be read in this order only.
    Proves(DateOrder),
    /// It is another day in either order.
    Ambiguous,
}

/// What a cell tells about the order of day and month; `None` when it reads the same either way, or not at all.
pub fn evidence(text: &str) -> Option<Evidence> {
    // The form of almost every cell, decided by two bytes.
    if matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|x| x.is_ascii_digit())) {
        return None;
    }
    let (Written::Numbers(first, second, year), _) = cut(text)? else { return None };
    match (Date::new(year, second, first).is_ok(), Date::new(year, first, second).is_ok()) {
        (true, true) if first == second => None,
        (true, true) => Some(Evidence::Ambiguous),
        (true, false) => Some(Evidence::Proves(DateOrder::DayFirst)),
        (false, true) => Some(Evidence::Proves(DateOrder::MonthFirst)),
        (false, false) => None,
    }
}

/// Reads a date, or a date and time. A time without zone is in `zone`; a date is its midnight there.
///
/// Read are ISO 8601; year, month and day in this order; day and month in the given order before the year; English
/// month names; clock times with or without seconds, AM or PM, `Z`, `UTC` or an offset; and a spreadsheet's day number
/// of the 1900 system.
///
/// # Errors
/// The problem, without the value.
pub fn parse(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Result<Timestamp, TimeProblem> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.into());
    }
    let (civil, offset) = civil(text, order)?;
    let zoned = match offset {
        Some(offset) => offset.to_timestamp(civil),
        None => zone.to_zoned(civil).map(|zoned| zoned.timestamp()),
    };
    zoned.map(Timestamp::from).map_err(|_| TimeProblem::NotATime)
}

/// Reads the day that a date, or a date and time, names as it is written, whatever zone stands behind it.
///
/// # Errors
/// The problem, without the value.
pub fn day(text: &str, order: Option<DateOrder>) -> Result<Date, TimeProblem> {
    civil(text.trim(), order).map(|(civil, _)| civil.date())
}

fn civil(text: &str, order: Option<DateOrder>) -> Result<(DateTime, Option<Offset>), TimeProblem> {
    let iso = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0))).ok();
    match iso.or_else(|| from_day_number(text)) {
        Some(civil) => Ok((civil, None)),
        None => everyday(text, order),
    }
}

/// Reads when something ends: like [`parse`], but a date without a time is the end of its day, the next midnight.
///
/// # Errors
/// The problem, without the value.
pub fn parse_end(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Result<Timestamp, TimeProblem> {
    let begin = parse(text, zone, order)?;
    let begin_there = begin.to_jiff().to_zoned(zone.clone());
    let is_date = !text.contains(':') && begin_there.start_of_day().is_ok_and(|start| start == begin_there);
    match is_date.then(|| begin_there.tomorrow()) {
        Some(next) => next.map(|next| next.timestamp().into()).map_err(|_| TimeProblem::NotATime),
        None => Ok(begin),
    }
}

/// Whether a text is a date, or a date and time, written in parts; in whatever order of day and month.
pub fn is_date(text: &str) -> bool {
    let Some((written, rest)) = cut(text) else { return false };
    let is_day = match written {
        Written::Known(_) => true,
        Written::Numbers(first, second, year) => {
            Date::new(year, second, first).is_ok() || Date::new(year, first, second).is_ok()
        }
    };
    is_day && clock(rest).is_some()
}

/// A date as its parts stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Two numbers before a year: day and month in an order that is not said.
    Numbers(i8, i8, i16),
    Known(Date),
}

fn everyday(text: &str, order: Option<DateOrder>) -> Result<(DateTime, Option<Offset>), TimeProblem> {
    let (written, rest) = cut(text).ok_or(TimeProblem::NotATime)?;
    let (time, offset) = clock(rest).ok_or(TimeProblem::NotATime)?;
    let date = match written {
        Written::Known(date) => date,
        Written::Numbers(first, second, year) => {
            let (day_first, month_first) = (Date::new(year, second, first).ok(), Date::new(year, first, second).ok());
            match (order, day_first, month_first) {
                (_, None, None) => return Err(TimeProblem::NotATime),
                (Some(DateOrder::DayFirst), day_first, _) => {
                    day_first.ok_or(TimeProblem::NoSuchDay(DateOrder::DayFirst))?
                }
                (Some(DateOrder::MonthFirst), _, month_first) => {
                    month_first.ok_or(TimeProblem::NoSuchDay(DateOrder::MonthFirst))?
                }
                (None, Some(date), None) | (None, None, Some(date)) => date,
                (None, Some(date), Some(other)) if date == other => date,
                (None, Some(_), Some(_)) => return Err(TimeProblem::OrderUnknown),
            }
        }
    };
    Ok((date.to_datetime(time), offset))
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
            // `4th March`, `Mar. 4, 2026`.
            rest = ["st", "nd", "rd", "th"].iter().find_map(|suffix| rest.strip_prefix(suffix)).unwrap_or(rest);
            let separated = rest.trim_start_matches(['/', '.', '-', ',', ' ', '\u{a0}']);
            if separated.len() == rest.len() {
                return None;
            }
            rest = separated;
        }
    }
    let [a, b, c] = parts;
    let number = |part: &str| part.parse::<i8>().ok().filter(|_| part.len() <= 2);
    let written = match (month_named(a), month_named(b)) {
        (Some(month), None) => Written::Known(Date::new(year_of(c)?, month, number(b)?).ok()?),
        (None, Some(month)) => Written::Known(Date::new(year_of(c)?, month, number(a)?).ok()?),
        (Some(_), Some(_)) => return None,
        (None, None) if a.len() == 4 => Written::Known(Date::new(a.parse().ok()?, number(b)?, number(c)?).ok()?),
        (None, None) => Written::Numbers(number(a)?, number(b)?, year_of(c)?),
    };
    Some((written, rest))
}

/// A year of four digits, or of two: 69 to 99 are of the last century, as POSIX has it for `%y`.
pub(super) fn year_of(part: &str) -> Option<i16> {
    let year: i16 = part.parse().ok()?;
    match part.len() {
        4 => Some(year),
        2 if year >= 69 => Some(1900 + year),
        2 => Some(2000 + year),
        _ => None,
    }
}

pub(super) fn month_named(part: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
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
    let word = part.to_ascii_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| *month == word || month.get(..3) == Some(&word) || word == "sept" && *month == "september")?;
    i8::try_from(at + 1).ok()
}

fn skip_weekday(text: &str) -> &str {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default().to_ascii_lowercase();
    match DAYS.iter().any(|day| *day == word || (word.len() >= 3 && day.starts_with(&word))) {
        true => text.get(end..).unwrap_or_default().trim_start_matches([',', '.', ' ']),
        false => text,
    }
}

/// Reads what follows a date: nothing, or a time of day with an optional zone.
fn clock(rest: &str) -> Option<(Time, Option<Offset>)> {
    let rest = rest.trim_start_matches([',', 'T', 't', ' ', '\u{a0}']).trim();
    let rest = rest.strip_prefix("at ").unwrap_or(rest).trim();
    if rest.is_empty() {
        return Some((Time::midnight(), None));
    }
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(rest.len());
    let (digits, mut rest) = (rest.get(..end)?, rest.get(end..)?.trim_start_matches([' ', '\u{a0}', '\u{202f}']));
    let mut parts = digits.split(':');
    let hour: i8 = two_digits(parts.next()?)?;
    let minute = parts.next().map_or(Some(0), two_digits)?;
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
            let padded = format!("{fraction:0<9}");
            (two_digits(whole)?, padded.get(..9)?.parse().ok()?)
        }
    };
    let lower = rest.to_ascii_lowercase();
    let noon = [("a.m.", 0), ("p.m.", 12), ("am", 0), ("pm", 12)].into_iter().find(|(word, _)| lower.starts_with(word));
    let hour = match noon {
        None if digits.contains(':') => hour,
        None => return None,
        Some((word, add)) if (1..=12).contains(&hour) => {
            rest = rest.get(word.len()..)?.trim_start();
            hour % 12 + add
        }
        Some(_) => return None,
    };
    let time = Time::new(hour, minute, second, nanos).ok()?;
    Some((time, zone_after(rest)?)).filter(|_| parts.next().is_none())
}

fn two_digits(part: &str) -> Option<i8> {
    part.parse().ok().filter(|_| part.len() <= 2)
}

/// An offset that follows a time; the outer `None` is for what cannot be known, such as `CST`.
fn zone_after(rest: &str) -> Option<Option<Offset>> {
    let rest = rest.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let rest = match rest.to_ascii_uppercase().as_str() {
        "" => return Some(None),
        "Z" | "UTC" | "GMT" => return Some(Some(Offset::UTC)),
        upper if upper.starts_with("UTC") || upper.starts_with("GMT") => rest.get(3..)?.trim(),
        _ => rest,
    };
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (two_digits(hours)?, two_digits(minutes)?),
        None if digits.len() == 4 => (two_digits(digits.get(..2)?)?, two_digits(digits.get(2..)?)?),
        None => (two_digits(digits)?, 0),
    };
    let seconds = sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60);
    Offset::from_seconds(seconds).ok().filter(|_| hours <= 14 && (0..60).contains(&minutes)).map(Some)
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
    fn the_order_is_asked_for_and_kept() {
        assert_eq!(read("03/04/2026"), Err(TimeProblem::OrderUnknown));
        assert_eq!(read_in("03/04/2026", DateOrder::DayFirst), Ok("2026-04-03T00:00:00Z".into()));
        assert_eq!(read_in("3.4.26 17:30", DateOrder::DayFirst), Ok("2026-04-03T17:30:00Z".into()));
        assert_eq!(read_in("03-04-2026 5:30:15 p.m. UTC", DateOrder::MonthFirst), Ok("2026-03-04T17:30:15Z".into()));
        assert_eq!(read_in("17/03/2025", DateOrder::MonthFirst), Err(TimeProblem::NoSuchDay(DateOrder::MonthFirst)));
    }

    #[test]
    fn evidence_of_the_order() {
        assert_eq!(evidence("17/03/2025"), Some(Evidence::Proves(DateOrder::DayFirst)));
        assert_eq!(evidence("12/13/2025 10:00"), Some(Evidence::Proves(DateOrder::MonthFirst)));
        assert_eq!(evidence("03/04/2025"), Some(Evidence::Ambiguous));
        for text in ["03/03/2025", "2025-03-04", "2025/03/04", "4 Mar 2025", "31/31/2025", "soon", "45731"] {
            assert_eq!(evidence(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for text in
            ["yesterday", "2026-02-30", "31/31/2025", "4 Mar 2026 17:30 CST", "4 Mar 2026 25:00", "1/2/3/2026", "12"]
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
