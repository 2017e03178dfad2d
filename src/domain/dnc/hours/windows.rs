//! Hours as windows of time, and what several have in common.

use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ToSpan};
use serde::Serialize;

use super::rules::{Day, Hours, Rule};
use crate::domain::timestamp::Timestamp;

/// So many days ahead the next hours are looked for: a weekend with holidays on both sides is shorter.
const AHEAD: i64 = 10;

/// Hours in which a call may be made, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Window {
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// What all rules allow on one day: the hours that they have in common.
pub(super) fn on(rules: &[&Rule], date: jiff::civil::Date) -> Day {
    rules.iter().fold(Day::Free, |both, rule| match (both, rule.on(date)) {
        (Day::Closed, _) | (_, Day::Closed) => Day::Closed,
        (Day::Free, other) | (other, Day::Free) => other,
        (Day::Hours(a), Day::Hours(b)) => {
            let hours = Hours { from: a.from.max(b.from), until: a.until.min(b.until) };
            if hours.from < hours.until { Day::Hours(hours) } else { Day::Closed }
        }
    })
}

/// The windows around a time in which all rules allow calls by the clocks of a zone, in order. A day of which no rule says anything is none.
pub(super) fn around(rules: &[&Rule], zone: &TimeZone, at: Timestamp) -> Vec<Window> {
    let today = at.to_jiff().to_zoned(zone.clone()).date();
    let instant = |date: jiff::civil::Date, time| -> Option<Instant> {
        Some(date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp())
    };
    let window = |offset: i64| {
        let date = today.checked_add(offset.days()).ok()?;
        let Day::Hours(hours) = on(rules, date) else { return None };
        let (from, until) = (instant(date, hours.from)?, instant(date, hours.until)?);
        Some(Window { from: from.into(), until: until.into() })
    };
    (-1..=AHEAD).filter_map(window).collect()
}

/// What lies in a window of both.
pub(super) fn common(a: &[Window], b: &[Window]) -> Vec<Window> {
    let pairs = a.iter().flat_map(|one| b.iter().map(move |other| (one, other)));
    let both = pairs.map(|(one, other)| Window { from: one.from.max(other.from), until: one.until.min(other.until) });
    both.filter(|window| window.from < window.until).collect()
}

/// Whether all rules allow a call at a time by the clocks of a zone.
pub(super) fn is_open(rules: &[&Rule], zone: &TimeZone, at: Timestamp) -> bool {
    let local = at.to_jiff().to_zoned(zone.clone());
    matches!(on(rules, local.date()), Day::Hours(hours) if hours.from <= local.time() && local.time() < hours.until)
}
