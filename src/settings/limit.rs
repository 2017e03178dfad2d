//! Lengths of time as settings take them.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

/// A length of time, or none: `30s`, `5min`, `500ms`, `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Limit(Option<Duration>);

/// What a server of PostgreSQL takes: milliseconds in 31 bits.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

impl Limit {
    pub const OFF: Limit = Limit(None);

    pub const fn seconds(seconds: u64) -> Limit {
        Limit(Some(Duration::from_secs(seconds)))
    }

    /// The length; `None` where there is no limit.
    pub fn duration(self) -> Option<Duration> {
        self.0
    }
}

impl TryFrom<String> for Limit {
    type Error = String;

    fn try_from(text: String) -> Result<Limit, String> {
        let text = text.trim();
        if text == "off" {
            return Ok(Limit::OFF);
        }
        let length = text.parse::<SignedDuration>().ok().and_then(|length| Duration::try_from(length).ok());
        match length {
            Some(length) if (Duration::from_millis(1)..=LONGEST).contains(&length) => Ok(Limit(Some(length))),
            _ => {
                Err("it is no length of time from 1ms to 24 days, such as 500ms, 30s, 5min or 1h, nor `off`".to_owned())
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.and_then(|length| SignedDuration::try_from(length).ok());
        f.pad(&length.map_or_else(|| "off".to_owned(), |length| format!("{length:#}")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("500ms", 500),
            ("5min", 300_000),
            ("5 minutes", 300_000),
            ("1h", 3_600_000),
            (" 2m ", 120_000),
        ] {
            let limit = Limit::try_from(text.to_owned()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(limit.duration(), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        assert_eq!(Limit::try_from("off".to_owned()), Ok(Limit::OFF));
        for text in ["", "5", "-5s", "0s", "30 parsecs", "1ns", "30 days", "none"] {
            assert!(Limit::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(milliseconds in 1..=i32::MAX as u64) {
            let limit = Limit(Some(Duration::from_millis(milliseconds)));
            prop_assert_eq!(Limit::try_from(limit.to_string()), Ok(limit));
        }
    }
}
