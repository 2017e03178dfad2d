//! Times as arguments: a date, or a date and time, in the organization's time zone.

use crate::commands::context::Session;
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Result};

/// Reads a point in time; a date is its midnight.
pub fn point(session: &Session, flag: &str, text: &str) -> Result<Timestamp, CommandError> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    datetime::parse(text, &zone, None).map_err(|e| {
        CommandError::usage(format!("{flag}: `{text}` {e}")).hint("write it as 2026-03-04 or 2026-03-04T15:00")
    })
}

/// Reads the end of something: a date is the end of its day.
pub fn end(session: &Session, flag: &str, text: &str) -> Result<Timestamp, CommandError> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    datetime::parse_end(text, &zone, None).map_err(|e| {
        CommandError::usage(format!("{flag}: `{text}` {e}")).hint("write it as 2026-03-04 or 2026-03-04T15:00")
    })
}

/// Takes the name of a time zone.
pub fn checked_timezone(text: &str) -> Result<String, String> {
    datetime::zone(text).map(|_| text.trim().to_owned())
}
