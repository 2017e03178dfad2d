//! Times as arguments, in the organization's time zone: what [`When`] reads, and dates as cells write them.

use std::str::FromStr;

use jiff::tz::TimeZone;

use crate::commands::context::Session;
use crate::domain::time::datetime;
use crate::domain::time::month::{Month, Quarter, YEARS};
use crate::domain::time::when::{Part, When};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Result};

/// Reads a point in time that may lie in the past; a span of days is its beginning, and `7d` is seven days ago.
pub fn point(session: &Session, flag: &str, text: &str) -> Result<Timestamp, CommandError> {
    read(session, flag, text, When::parse, When::begin)
}

/// Reads a point in time to come; a span of days is its beginning, and `7d` is in seven days.
pub fn coming(session: &Session, flag: &str, text: &str) -> Result<Timestamp, CommandError> {
    read(session, flag, text, When::parse_ahead, When::begin)
}

/// Reads a point in time up to which something is known; a span of days is its end.
pub fn end(session: &Session, flag: &str, text: &str) -> Result<Timestamp, CommandError> {
    read(session, flag, text, When::parse, When::end)
}

/// Reads the end of something that is to come; a span of days is its end, and `7d` is in seven days.
pub fn coming_end(session: &Session, flag: &str, text: &str) -> Result<Timestamp, CommandError> {
    read(session, flag, text, When::parse_ahead, When::end)
}

fn read(
    session: &Session,
    flag: &str,
    text: &str,
    parse: fn(&str) -> Option<When>,
    of: fn(When, Timestamp, &TimeZone) -> Timestamp,
) -> Result<Timestamp, CommandError> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let now = session.stamp.now;
    if let Some(when) = parse(text) {
        let time = of(when, now, &zone);
        return match YEARS.contains(&time.to_jiff().to_zoned(TimeZone::UTC).year()) {
            true => Ok(time),
            false => Err(CommandError::usage(format!("{flag}: `{text}` lies beyond the calendar"))),
        };
    }
    // A number alone is the day of a spreadsheet in cells only.
    let civil = match is_number(text) {
        true => Err(datetime::TimeProblem::NotATime),
        false => datetime::day_or_time(text, &zone, None),
    };
    civil.map(|when| of(when, now, &zone)).map_err(|e| {
        let hint = match When::nearest(text) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "write it as 2026-03-04, 2026-03-04T15:00, yesterday, last-month or 7d".to_owned(),
        };
        CommandError::usage(format!("{flag}: `{text}` {e}")).hint(hint)
    })
}

fn is_number(text: &str) -> bool {
    text.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// A time, or a day, as a cell would hold it; whatever [`When`] does not read stays as it is. An age alone lies ahead if that
/// is said.
pub fn as_cell(session: &Session, text: &str, ahead: bool, is_day: bool) -> Result<String, CommandError> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let now = session.stamp.now;
    let when = if ahead { When::parse_ahead(text) } else { When::parse(text) };
    if when.is_none() && is_number(text) {
        return Err(CommandError::usage(format!("`{text}` is a number, and no day or time"))
            .hint("write it as 2026-03-04, 2026-03-04T15:00, tomorrow or 7d"));
    }
    Ok(match when {
        Some(when @ (When::Ago(_) | When::Ahead(_))) if !is_day => when.begin(now, &zone).to_string(),
        Some(When::Local(_) | When::Instant(_)) | None => text.to_owned(),
        Some(span) => span.calendar_days(now, &zone).0.to_string(),
    })
}

/// Says that a time to come lies before today, which may be a slip and is kept.
///
/// # Errors
/// The organization's time zone is unknown.
pub fn tell_if_past(session: &Session, option: &str, at: Timestamp) -> Result<(), CommandError> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let day = |time: Timestamp| time.to_jiff().to_zoned(zone.clone()).date();
    if day(at) < day(session.stamp.now) {
        session.ui.warn(&format!("{option}: {} lies in the past", session.ui.time(at)));
    }
    Ok(())
}

/// A month as an argument: `2026-03`, `last-month`.
#[derive(Debug, Clone, Copy)]
pub struct MonthArg(When);

impl FromStr for MonthArg {
    type Err = String;

    fn from_str(text: &str) -> Result<MonthArg, String> {
        match When::parse(text) {
            Some(when @ (When::Month(_) | When::Named(_, Part::Month))) => Ok(MonthArg(when)),
            _ => Err(text.parse::<Month>().err().unwrap_or_default()),
        }
    }
}

impl MonthArg {
    /// The month that it is now, in the organization's time zone.
    ///
    /// # Errors
    /// The organization has no time zone that is known.
    pub fn month(self, session: &Session) -> Result<Month> {
        let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
        let month = self.0.month(session.stamp.now, &zone);
        month.ok_or_else(|| CommandError::usage(format!("`{}` is not a month", self.0)))
    }
}

/// A quarter as an argument: `2026Q1`, `this-quarter`.
#[derive(Debug, Clone, Copy)]
pub struct QuarterArg(When);

impl FromStr for QuarterArg {
    type Err = String;

    fn from_str(text: &str) -> Result<QuarterArg, String> {
        match When::parse(text) {
            Some(when @ (When::Quarter(_) | When::Named(_, Part::Quarter))) => Ok(QuarterArg(when)),
            _ => Err(text.parse::<Quarter>().err().unwrap_or_default()),
        }
    }
}

impl QuarterArg {
    /// The quarter that it is now, in the organization's time zone.
    ///
    /// # Errors
    /// The organization has no time zone that is known.
    pub fn quarter(self, session: &Session) -> Result<Quarter> {
        let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
        let quarter = self.0.quarter(session.stamp.now, &zone);
        quarter.ok_or_else(|| CommandError::usage(format!("`{}` is not a quarter", self.0)))
    }
}

/// Takes the name of a time zone.
pub fn checked_timezone(text: &str) -> Result<String, String> {
    datetime::zone(text).map(|_| text.trim().to_owned())
}
