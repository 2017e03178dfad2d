//! Spans of time before now, or after it: `30 days`, `2 weeks`.

use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use crate::domain::timestamp::Timestamp;

vocabulary! {
    /// A unit of an age.
    Unit {
        Hours = "hours",
        Days = "days",
        Weeks = "weeks",
        Months = "months",
        Years = "years",
    }
}

/// A span of time from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    pub amount: u16,
    pub unit: Unit,
}

/// The greatest amount of an age.
pub const MAX_AMOUNT: u16 = 9999;

impl Unit {
    /// Reads a unit, singular or plural, or its short form.
    pub fn named(word: &str) -> Option<Unit> {
        let word = word.to_lowercase();
        let short =
            [("h", Unit::Hours), ("d", Unit::Days), ("w", Unit::Weeks), ("mo", Unit::Months), ("y", Unit::Years)];
        if let Some((_, unit)) = short.iter().find(|(short, _)| *short == word) {
            return Some(*unit);
        }
        Unit::ALL.iter().copied().find(|unit| unit.as_str() == word || unit.as_str().strip_suffix('s') == Some(&word))
    }
}

impl Age {
    /// Reads an amount and a unit: `7 days`, `1 week`, `7d`, `12h`, `3mo`. A minute and a month would both be `m`, so it is
    /// neither.
    pub fn parse(text: &str) -> Option<Age> {
        let text = text.trim();
        let (amount, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let amount: u16 = amount.parse().ok().filter(|amount| *amount <= MAX_AMOUNT)?;
        Some(Age { amount, unit: Unit::named(unit.trim())? })
    }

    /// The time that lies this long before now: days and more by the calendar of the time zone.
    pub fn before(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let then = now.to_jiff().to_zoned(zone.clone()).checked_sub(self.span());
        // The amount is bounded, so this is before the calendar's first year only for a clock that is wrong by far.
        then.map_or(Timestamp::from(jiff::Timestamp::MIN), |time| time.timestamp().into())
    }

    /// The time that lies this long after now.
    pub fn after(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let then = now.to_jiff().to_zoned(zone.clone()).checked_add(self.span());
        then.map_or(Timestamp::from(jiff::Timestamp::MAX), |time| time.timestamp().into())
    }

    /// When such a time ahead begins: with the day, whose plans may have no hour; hours begin now.
    pub fn begins(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        if self.unit == Unit::Hours {
            return now;
        }
        let today = now.to_jiff().to_zoned(zone.clone()).start_of_day();
        today.map_or(now, |midnight| midnight.timestamp().into())
    }

    fn span(self) -> Span {
        let amount = i64::from(self.amount);
        match self.unit {
            Unit::Hours => amount.hours(),
            Unit::Days => amount.days(),
            Unit::Weeks => amount.weeks(),
            Unit::Months => amount.months(),
            Unit::Years => amount.years(),
        }
    }
}

impl std::fmt::Display for Age {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.amount, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_calendar() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let now: jiff::Timestamp = "2026-03-09T12:00:00Z".parse().unwrap();
        let before = |amount, unit| Age { amount, unit }.before(now.into(), &zone).to_string();
        // The clocks went forward on 2026-03-08.
        assert_eq!(before(1, Unit::Days), "2026-03-08T12:00:00Z");
        assert_eq!(before(2, Unit::Days), "2026-03-07T13:00:00Z");
        assert_eq!(before(48, Unit::Hours), "2026-03-07T12:00:00Z");
        assert_eq!(before(1, Unit::Months), "2026-02-09T13:00:00Z");
        assert_eq!(before(9999, Unit::Months), "1192-12-09T12:56:02Z");
        let after = |amount, unit| Age { amount, unit }.after(now.into(), &zone).to_string();
        assert_eq!(
            (after(1, Unit::Days), after(9999, Unit::Months)),
            ("2026-03-10T12:00:00Z".into(), "2859-06-09T12:00:00Z".into())
        );
        assert_eq!(Unit::named("Week"), Some(Unit::Weeks));
        assert_eq!(Unit::named("fortnights"), None);
    }
}
