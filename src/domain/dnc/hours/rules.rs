//! The rules of places, read from `rules.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use sha2::{Digest, Sha256};

use super::areas::country_of;
use super::holidays::Holiday;
use crate::domain::text::hex;

const RULES: &str = include_str!("rules.toml");

/// How it is known what a law says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Its words were read.
    Text,
    /// Its authority says so.
    Authority,
    /// A lawyer or a published survey says so.
    Report,
    /// It is known by its number; its words were not read.
    Cited,
}

/// The hours of one law.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// ISO 3166-1 and 3166-2.
    pub places: Vec<String>,
    pub law: String,
    pub ground: Ground,
    pub source: String,
    /// The day on which the source was read.
    pub read: Date,
    daily: Option<Hours>,
    weekdays: Option<Hours>,
    saturday: Option<Hours>,
    sunday: Option<Hours>,
    #[serde(default)]
    holidays: Vec<Holiday>,
}

/// Hours of a day by the local clock, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hours {
    pub from: Time,
    pub until: Time,
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hours, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = |text: &str| text.parse::<Time>().ok();
        let hours =
            text.split_once('-').and_then(|(from, until)| Some(Hours { from: time(from)?, until: time(until)? }));
        hours.filter(|hours| hours.from < hours.until).ok_or_else(|| D::Error::custom(format!("`{text}` are no hours")))
    }
}

/// What a rule says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Nothing.
    Free,
    Hours(Hours),
    Closed,
}

impl Rule {
    /// The hours, for people: `9:00 to 18:00, Saturday 10:00 to 17:00, no Sunday, no holidays`.
    pub fn told(&self) -> String {
        let told = |hours: Hours| format!("{} to {}", hours.from.strftime("%-H:%M"), hours.until.strftime("%-H:%M"));
        if self.is_free() {
            return "no stricter rule".to_owned();
        }
        let day = |name: &str, hours: Option<Hours>| match hours.or(self.daily) {
            Some(hours) if self.weekdays.or(self.daily) == Some(hours) => None,
            Some(hours) => Some(format!("{name} {}", told(hours))),
            None => Some(format!("no {name}")),
        };
        let weekdays = self.weekdays.or(self.daily).map_or("no weekdays".to_owned(), told);
        let holidays = (!self.holidays.is_empty()).then(|| "no holidays".to_owned());
        let days = [Some(weekdays), day("Saturday", self.saturday), day("Sunday", self.sunday), holidays];
        days.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn is_free(&self) -> bool {
        [self.daily, self.weekdays, self.saturday, self.sunday].iter().all(Option::is_none)
    }

    /// What it says of a day of the local calendar.
    pub(super) fn on(&self, date: Date) -> Day {
        if self.is_free() {
            return Day::Free;
        }
        let of_day = match date.weekday() {
            Weekday::Saturday => self.saturday,
            Weekday::Sunday => self.sunday,
            _ => self.weekdays,
        };
        match of_day.or(self.daily) {
            Some(hours) if !self.holidays.iter().any(|holiday| holiday.is_on(date)) => Day::Hours(hours),
            _ => Day::Closed,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

/// Empty if the file cannot be read, so that nothing is callable; a test reads it.
static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| read().unwrap_or_default());

pub(super) fn read() -> Result<Vec<Rule>, toml::de::Error> {
    toml::from_str::<File>(RULES).map(|file| file.rule)
}

static BY_PLACE: LazyLock<BTreeMap<&'static str, &'static Rule>> = LazyLock::new(|| {
    let of_each = ALL.iter().flat_map(|rule| rule.places.iter().map(move |place| (place.as_str(), rule)));
    of_each.collect()
});

/// The rules that hold in a state or province, that of its country first; `None` where they have not been looked up.
pub(super) fn of(place: &'static str) -> Option<[&'static Rule; 2]> {
    Some([*BY_PLACE.get(country_of(place))?, *BY_PLACE.get(place)?])
}

/// Every rule, in the order of the file.
pub fn grounds() -> &'static [Rule] {
    &ALL
}

/// SHA-256 of the rules and of the tables of places and zones, by which it can be told whether two programs go by the same.
pub fn digest() -> String {
    let mut hash = Sha256::new();
    for table in [RULES, include_str!("area_codes.tsv"), include_str!("zones.tsv"), include_str!("states.tsv")] {
        hash.update(table);
    }
    hex(&hash.finalize())
}
