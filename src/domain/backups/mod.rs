//! Which backups are kept.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::timestamp::Timestamp;

vocabulary! {
    /// A stretch of time of which the last backup is kept.
    Rhythm {
        /// Each backup by itself.
        Last = "last",
        Daily = "daily",
        /// Weeks begin on Monday (ISO 8601).
        Weekly = "weekly",
        Monthly = "monthly",
        Yearly = "yearly",
    }
}

/// How many of the latest stretches that have a backup keep their last one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep(Vec<(Rhythm, usize)>);

/// Why a text says not which backups to keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    #[error("it says nothing; write for example daily:7,weekly:4")]
    Empty,
    #[error("`{0}` is not a word and a number with `:` between them, as daily:7")]
    NoPair(String),
    #[error("`{0}` is none of {words}", words = Rhythm::words())]
    NoRhythm(String),
    #[error("`{0}` is said twice")]
    Twice(Rhythm),
    #[error("`{0}` is no number from 1 to {MOST}")]
    NoNumber(String),
}

/// The most stretches that can be kept.
const MOST: usize = 10_000;

impl FromStr for Keep {
    type Err = KeepError;

    fn from_str(text: &str) -> Result<Keep, KeepError> {
        let mut kept: Vec<(Rhythm, usize)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (word, number) = part.split_once(':').ok_or_else(|| KeepError::NoPair(part.to_owned()))?;
            let (word, number) = (word.trim().to_lowercase(), number.trim());
            let rhythm = Rhythm::from_word(&word).ok_or(KeepError::NoRhythm(word))?;
            let count = number.parse().ok().filter(|count| (1..=MOST).contains(count));
            let count = count.ok_or_else(|| KeepError::NoNumber(number.to_owned()))?;
            if kept.iter().any(|(known, _)| *known == rhythm) {
                return Err(KeepError::Twice(rhythm));
            }
            kept.push((rhythm, count));
        }
        if kept.is_empty() { Err(KeepError::Empty) } else { Ok(Keep(kept)) }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(rhythm, count)| format!("{rhythm}:{count}")).collect();
        f.write_str(&parts.join(","))
    }
}

/// The stretch in which a backup was made, as a value that only backups of the same stretch share.
fn stretch(rhythm: Rhythm, made: Timestamp, place: usize, zone: &TimeZone) -> (i64, i64) {
    let date: Date = made.to_jiff().to_zoned(zone.clone()).date();
    let week = date.iso_week_date();
    match rhythm {
        Rhythm::Last => (i64::try_from(place).unwrap_or(i64::MAX), 0),
        Rhythm::Daily => (date.year().into(), date.day_of_year().into()),
        Rhythm::Weekly => (week.year().into(), week.week().into()),
        Rhythm::Monthly => (date.year().into(), date.month().into()),
        Rhythm::Yearly => (date.year().into(), 0),
    }
}

impl Keep {
    /// The places of the backups that are not kept, by the times when they were made. Of each stretch the last one is kept; the very last
    /// one always is.
    pub fn superfluous(&self, made: &[Timestamp], zone: &TimeZone) -> Vec<usize> {
        let mut latest_first: Vec<usize> = (0..made.len()).collect();
        latest_first.sort_by_key(|place| std::cmp::Reverse((made.get(*place).copied(), *place)));
        let mut kept: BTreeSet<usize> = latest_first.first().copied().into_iter().collect();
        for (rhythm, count) in &self.0 {
            let mut seen = BTreeSet::new();
            for place in &latest_first {
                let Some(made) = made.get(*place) else { continue };
                if seen.len() < *count && seen.insert(stretch(*rhythm, *made, *place, zone)) {
                    kept.insert(*place);
                }
            }
        }
        (0..made.len()).filter(|place| !kept.contains(place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn keep(text: &str) -> Keep {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_of_each_stretch_is_kept() {
        let made: Vec<Timestamp> = [
            "2026-03-01T08:00:00Z", // a Sunday
            "2026-03-02T08:00:00Z", // a Monday: another week
            "2026-03-03T08:00:00Z",
            "2026-03-03T20:00:00Z",
            "2026-03-04T08:00:00Z",
        ]
        .map(at)
        .to_vec();
        let utc = TimeZone::UTC;
        assert_eq!(keep("daily:2").superfluous(&made, &utc), [0, 1, 2]);
        assert_eq!(keep("weekly:2").superfluous(&made, &utc), [1, 2, 3]);
        assert_eq!(keep("daily:1, weekly:5").superfluous(&made, &utc), [1, 2, 3]);
        assert_eq!(keep("last:3").superfluous(&made, &utc), [0, 1]);
        assert_eq!(keep("monthly:1").superfluous(&made, &utc), [0, 1, 2, 3]);
        // 20:00 in London is the next morning in Auckland.
        let auckland = TimeZone::get("Pacific/Auckland").unwrap();
        assert_eq!(keep("daily:2").superfluous(&made, &auckland), [0, 1, 3]);
        assert_eq!(keep("daily:1").superfluous(&[], &utc), Vec::<usize>::new());
    }

    #[test]
    fn a_week_of_two_years_is_one() {
        let made = ["2025-12-29T08:00:00Z", "2026-01-01T08:00:00Z"].map(at);
        assert_eq!(keep("weekly:9").superfluous(&made, &TimeZone::UTC), [0]);
        assert_eq!(keep("yearly:9").superfluous(&made, &TimeZone::UTC), Vec::<usize>::new());
    }

    #[test]
    fn what_is_said_is_read_or_refused() {
        assert_eq!(keep(" Daily:7 , weekly:4,").to_string(), "daily:7,weekly:4");
        for (text, error) in [
            ("", KeepError::Empty),
            ("daily", KeepError::NoPair("daily".into())),
            ("hourly:2", KeepError::NoRhythm("hourly".into())),
            ("daily:0", KeepError::NoNumber("0".into())),
            ("daily:-1", KeepError::NoNumber("-1".into())),
            ("daily:1,daily:2", KeepError::Twice(Rhythm::Daily)),
        ] {
            assert_eq!(text.parse::<Keep>(), Err(error), "{text}");
        }
    }

    /// The same by a plain count: whether fewer than `count` later days have a backup, and none of the same day is later.
    fn kept_daily(made: &[Timestamp], place: usize, count: usize) -> bool {
        let day = |at: &Timestamp| at.as_micros().div_euclid(86_400_000_000);
        let key = |place: usize| (made[place], place);
        let later_days: BTreeSet<i64> = made.iter().map(day).filter(|of| *of > day(&made[place])).collect();
        let is_last = (0..made.len()).all(|other| day(&made[other]) != day(&made[place]) || key(other) <= key(place));
        later_days.len() < count && is_last
    }

    proptest! {
        #[test]
        fn days_are_kept_as_a_plain_count_says(hours in prop::collection::vec(0_i64..400, 0..40), count in 1_usize..8) {
            let made: Vec<Timestamp> = hours.iter().map(|hour| Timestamp::from_micros(hour * 3_600_000_000)).collect();
            let superfluous = Keep(vec![(Rhythm::Daily, count)]).superfluous(&made, &TimeZone::UTC);
            for place in 0..made.len() {
                prop_assert_eq!(!superfluous.contains(&place), kept_daily(&made, place, count));
            }
        }

        #[test]
        fn something_is_always_kept(hours in prop::collection::vec(0_i64..9000, 1..30), text in "(last|weekly|yearly):[1-3]") {
            let made: Vec<Timestamp> = hours.iter().map(|hour| Timestamp::from_micros(hour * 3_600_000_000)).collect();
            prop_assert!(keep(&text).superfluous(&made, &TimeZone::UTC).len() < made.len());
        }
    }
}
