//! The time zone in which people read times: that of the organization, which is known once its row has been read.

use std::sync::OnceLock;

use jiff::tz::TimeZone;

use super::Ui;
use crate::domain::time::shown;
use crate::domain::timestamp::Timestamp;

/// The zone of all copies of a [`Ui`]; UTC until it is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone(&'static OnceLock<TimeZone>);

static UTC: TimeZone = TimeZone::UTC;

impl Zone {
    /// A program has one, which lasts as long as it runs.
    pub(super) fn new() -> Zone {
        Zone(Box::leak(Box::default()))
    }
}

impl Ui {
    /// From now on people read times in this zone; the first one stays.
    pub fn read_times_in(&self, zone: TimeZone) {
        self.zone.0.get_or_init(|| zone);
    }

    /// A time as people read it: `2026-03-17 09:30 CET`.
    pub fn time(&self, time: Timestamp) -> String {
        shown::minute(time.to_jiff(), self.zone())
    }

    /// The zone in which people read times.
    pub(super) fn zone(&self) -> &TimeZone {
        self.zone.0.get().unwrap_or(&UTC)
    }
}
