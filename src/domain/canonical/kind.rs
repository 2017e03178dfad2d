//! What a column can hold, and which values of the embedded engine are none of that.

use super::json::{self, JsonProblem};
use super::value::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Flag,
    /// A whole number of so many bytes.
    Whole(u8),
    Text,
    Json,
    /// Microseconds since 1970.
    Time,
    /// `YYYY-MM-DD`.
    Date,
    /// 16 bytes.
    Uuid,
    Bytes,
}

/// How the embedded engine stores a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    Integer,
    Text,
    Bytes,
}

/// Why a value cannot be copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    #[error("its bytes are not UTF-8")]
    NotText,
    #[error("it holds the character U+0000, which PostgreSQL has no room for")]
    ZeroCharacter,
    #[error("{0}")]
    Json(#[from] JsonProblem),
    #[error("it is no {0} that both engines can store")]
    Not(&'static str),
}

/// The first and the last moment that PostgreSQL can store, in microseconds since 1970: the 24th of November 4714 BC to the end of
/// 294276 (`MIN_TIMESTAMP` and `END_TIMESTAMP` in PostgreSQL's datatype/timestamp.h, which count from 2000).
const FIRST_MOMENT: i64 = -211_813_488_000_000_000 + FROM_1970_TO_2000;
const LAST_MOMENT: i64 = 9_223_371_331_200_000_000 - 1;
/// In microseconds.
pub const FROM_1970_TO_2000: i64 = 946_684_800_000_000;

impl Kind {
    pub fn stored(self) -> Stored {
        match self {
            Kind::Flag | Kind::Whole(_) | Kind::Time => Stored::Integer,
            Kind::Text | Kind::Json | Kind::Date => Stored::Text,
            Kind::Uuid | Kind::Bytes => Stored::Bytes,
        }
    }

    /// Looks whether either engine can store a value in a column of this kind.
    ///
    /// # Errors
    /// One of them cannot.
    pub fn check(self, value: &Value) -> Result<(), ValueProblem> {
        let fits = match (self, value) {
            (_, Value::Null) | (Kind::Bytes, Value::Bytes(_)) => true,
            (_, Value::NotText(_)) => return Err(ValueProblem::NotText),
            (_, Value::Text(text)) if text.contains('\0') => return Err(ValueProblem::ZeroCharacter),
            (Kind::Text, Value::Text(_)) => true,
            (Kind::Json, Value::Text(text)) => return Ok(json::canonical(text).map(drop)?),
            (Kind::Date, Value::Text(text)) => is_date(text),
            (Kind::Flag, Value::Integer(flag)) => (0..=1).contains(flag),
            (Kind::Whole(8), Value::Integer(_)) => true,
            (Kind::Whole(4), Value::Integer(number)) => i32::try_from(*number).is_ok(),
            (Kind::Whole(_), Value::Integer(number)) => i16::try_from(*number).is_ok(),
            (Kind::Time, Value::Integer(micros)) => (FIRST_MOMENT..=LAST_MOMENT).contains(micros),
            (Kind::Uuid, Value::Bytes(bytes)) => bytes.len() == 16,
            (_, Value::Integer(_) | Value::Text(_) | Value::Bytes(_)) => false,
        };
        if fits { Ok(()) } else { Err(ValueProblem::Not(self.name())) }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Flag => "flag",
            Kind::Whole(8) => "whole number",
            Kind::Whole(4) => "whole number of 32 bits",
            Kind::Whole(_) => "whole number of 16 bits",
            Kind::Text => "text",
            Kind::Json => "JSON",
            Kind::Time => "time",
            Kind::Date => "date",
            Kind::Uuid => "UUID",
            Kind::Bytes => "binary value",
        }
    }
}

/// Whether a text is a date of the years 0 to 9999 in the one form that SQLite's `date` gives.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_cannot_store_is_refused() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (kind, value) in [
            (Kind::Flag, Value::Integer(2)),
            (Kind::Whole(4), Value::Integer(1 << 40)),
            (Kind::Whole(2), Value::Integer(1 << 20)),
            (Kind::Whole(8), text("1")),
            (Kind::Text, text("a\0b")),
            (Kind::Text, Value::NotText(vec![0xff])),
            (Kind::Text, Value::Bytes(vec![1])),
            (Kind::Json, text("{")),
            (Kind::Time, Value::Integer(i64::MAX)),
            (Kind::Time, Value::Integer(i64::MIN)),
            (Kind::Date, text("2026-02-30")),
            (Kind::Date, text("-009999-01-01")),
            (Kind::Date, text("20260227")),
            (Kind::Uuid, Value::Bytes(vec![0; 15])),
        ] {
            assert!(kind.check(&value).is_err(), "{kind:?} {value}");
        }
        for (kind, value) in [
            (Kind::Flag, Value::Integer(1)),
            (Kind::Whole(4), Value::Integer(i64::from(i32::MIN))),
            (Kind::Text, text("é\u{fffd}")),
            (Kind::Json, text("{\"a\": 1}")),
            (Kind::Time, Value::Integer(-1)),
            (Kind::Date, text("0000-01-01")),
            (Kind::Date, text("9999-12-31")),
            (Kind::Uuid, Value::Bytes(vec![0; 16])),
            (Kind::Bytes, Value::Bytes(Vec::new())),
            (Kind::Uuid, Value::Null),
        ] {
            assert_eq!(kind.check(&value), Ok(()), "{kind:?} {value}");
        }
    }
}
