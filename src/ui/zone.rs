//! The time zone in which people read times: that of the organization, which is known once its row has been read.

use std::sync::OnceLock;

use jiff::tz::TimeZone;

use super::{Column, Kind, Ui};
use crate::domain::time::shown;
use crate::domain::timestamp::Timestamp;

/// The clock by which all copies of a [`Ui`] tell times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone(&'static OnceLock<Clock>);

/// A zone, and what time it is.
#[derive(Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    /// Beside which a time can be told as one that is so long ago; none where no organization is known.
    now: Option<Timestamp>,
}

/// UTC until a zone is set.
static UTC: Clock = Clock { zone: TimeZone::UTC, now: None };

impl Zone {
    /// A program has one, which lasts as long as it runs.
    pub(super) fn new() -> Zone {
        Zone(Box::leak(Box::default()))
    }
}

impl Clock {
    #[cfg(test)]
    pub(super) fn of_utc() -> Clock {
        Clock { zone: TimeZone::UTC, now: None }
    }

    /// A time to the minute: `2026-03-17 09:30`.
    pub(super) fn minute(&self, time: Timestamp) -> String {
        shown::minute(time.to_jiff(), &self.zone)
    }

    /// The day of a time: `2026-03-17`.
    pub(super) fn day(&self, time: Timestamp) -> String {
        shown::day(time.to_jiff(), &self.zone)
    }

    /// A time with how long ago that is: `2026-03-17 09:30 (3 d ago)`.
    pub(super) fn minute_and_age(&self, time: Timestamp) -> String {
        let minute = self.minute(time);
        match self.now {
            Some(now) => format!("{minute} ({})", shown::ago(time.to_jiff(), now.to_jiff())),
            None => minute,
        }
    }

    /// Names the zone in the title of the first column that has times.
    pub(super) fn name_in<'a>(&self, columns: impl IntoIterator<Item = &'a mut Column>) {
        if let Some(first) = columns.into_iter().find(|column| matches!(column.kind, Kind::Time | Kind::Ago)) {
            let around = self.now.map_or_else(jiff::Timestamp::now, Timestamp::to_jiff);
            first.title = format!("{} ({})", first.title, shown::zone_name(around, &self.zone)).into();
        }
    }
}

impl Ui {
    /// From now on people read times in this zone, beside this time; the first one stays.
    pub fn read_times_in(&self, zone: TimeZone, now: Timestamp) {
        self.zone.0.get_or_init(|| Clock { zone, now: Some(now) });
    }

    /// A time as people read it: `2026-03-17 09:30`.
    pub fn time(&self, time: Timestamp) -> String {
        self.clock().minute(time)
    }

    /// How people read times.
    pub(super) fn clock(&self) -> &Clock {
        self.zone.0.get().unwrap_or(&UTC)
    }
}
