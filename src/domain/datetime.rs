//! Dates and times in cells: ISO 8601, and the day numbers of spreadsheets.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::timestamp::Timestamp;

/// Why a text is not a time that can be read without guessing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    #[error("may be month first or day first")]
    OrderUnknown,
    #[error("is not a date or time")]
    NotATime,
}

impl TimeProblem {
    pub fn remedy(&self) -> &'static str {
        "write it as 2026-03-04 or 2026-03-04 17:30"
    }
}

/// Reads an ISO date or date and time, or a spreadsheet's day number of the 1900 system.
/// A time without zone is in `zone`; a date is its midnight there.
///
/// # Errors
/// The problem, without the value.
pub fn parse(text: &str, zone: &TimeZone) -> Result<Timestamp, TimeProblem> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.into());
    }
    let civil = text
        .parse::<DateTime>()
        .or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)))
        .ok()
        .or_else(|| from_day_number(text));
    let Some(civil) = civil else {
        let slashed = text.split(['/', '.', '-']).filter(|part| part.len() <= 4 && part.parse::<u16>().is_ok()).count();
        return Err(if slashed == 3 { TimeProblem::OrderUnknown } else { TimeProblem::NotATime });
    };
    let zoned = zone.to_zoned(civil).map_err(|_| TimeProblem::NotATime)?;
    Ok(zoned.timestamp().into())
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
        parse(text, &zone("America/New_York").unwrap()).map(|t| t.to_string())
    }

    #[test]
    fn iso_forms() {
        assert_eq!(read("2026-03-04"), Ok("2026-03-04T05:00:00Z".into()));
        assert_eq!(read("2026-03-04 17:30"), Ok("2026-03-04T22:30:00Z".into()));
        assert_eq!(read("2026-03-04T17:30:00Z"), Ok("2026-03-04T17:30:00Z".into()));
        assert_eq!(read("2026-07-04 17:30:00+02:00"), Ok("2026-07-04T15:30:00Z".into()));
    }

    #[test]
    fn day_numbers() {
        assert_eq!(read("45731"), Ok("2025-03-15T04:00:00Z".into()));
        assert_eq!(read("45731.5"), Ok("2025-03-15T16:00:00Z".into()));
        assert_eq!(read("12"), Err(TimeProblem::NotATime));
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(read("03/04/2026"), Err(TimeProblem::OrderUnknown));
        assert_eq!(read("yesterday"), Err(TimeProblem::NotATime));
        assert_eq!(read("2026-02-30"), Err(TimeProblem::OrderUnknown));
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "\\PC{0,24}", secs in 0i64..4_000_000_000) {
            let utc = TimeZone::UTC;
            let _ = parse(&text, &utc);
            let time = Timestamp::from_micros(secs * 1_000_000);
            prop_assert_eq!(parse(&time.to_string(), &utc), Ok(time));
        }
    }
}
