//! Where the numbers of an area code may be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::tz::TimeZone;

use super::Spot;

const AREAS: &str = include_str!("area_codes.tsv");
const ZONES: &str = include_str!("zones.tsv");

/// An area code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub code: u16,
    /// Its states or provinces.
    pub places: Vec<&'static str>,
    /// Every time zone that a number of it can be in.
    pub zones: Vec<&'static str>,
}

impl Area {
    /// Every place with every zone of the area code.
    pub fn spots(&self) -> impl Iterator<Item = Spot> {
        self.places.iter().flat_map(|&place| self.zones.iter().map(move |&zone| Spot { place, zone }))
    }

    /// ISO 3166-1 of its country.
    pub fn country(&self) -> &'static str {
        self.places.first().map_or("", |place| country_of(place))
    }
}

/// The country of a state or province.
pub(super) fn country_of(place: &'static str) -> &'static str {
    place.split('-').next().unwrap_or_default()
}

/// The lines of a table without its remarks.
pub(super) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

static BY_CODE: LazyLock<BTreeMap<u16, Area>> = LazyLock::new(|| {
    let area = |line: &'static str| {
        let mut columns = line.split('\t');
        let code = columns.next()?.parse().ok()?;
        let places = columns.next()?.split(' ').collect();
        Some((code, Area { code, places, zones: columns.next()?.split(' ').collect() }))
    };
    lines(AREAS).filter_map(area).collect()
});

/// The area code, if it is one of the United States or Canada.
pub(super) fn area(code: u16) -> Option<&'static Area> {
    BY_CODE.get(&code)
}

/// Every area code of the table, in order.
pub(super) fn areas() -> impl Iterator<Item = &'static Area> {
    BY_CODE.values()
}

static BY_PLACE: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut zones: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    for spot in areas().flat_map(Area::spots) {
        zones.entry(spot.place).or_default().insert(spot.zone);
    }
    zones.into_iter().map(|(place, zones)| (place, zones.into_iter().collect())).collect()
});

/// Every time zone of a state or province: those of its area codes.
pub(super) fn zones_of(place: &str) -> &'static [&'static str] {
    BY_PLACE.get(place).map_or(&[], Vec::as_slice)
}

/// A zone of the table with its names.
#[derive(Debug)]
pub(super) struct Zone {
    pub name: &'static str,
    /// All names for the same clocks in its country, its own included.
    pub names: Vec<&'static str>,
    time_zone: Option<TimeZone>,
}

static BY_ZONE: LazyLock<Vec<Zone>> = LazyLock::new(|| {
    let zone = |line: &'static str| {
        let (name, others) = line.split_once('\t')?;
        let names = std::iter::once(name).chain(others.split(' ').filter(|name| !name.is_empty())).collect();
        Some(Zone { name, names, time_zone: TimeZone::get(name).ok() })
    };
    lines(ZONES).filter_map(zone).collect()
});

/// The zones of the table.
pub(super) fn zones() -> &'static [Zone] {
    &BY_ZONE
}

/// The zone of the table with these clocks, by one of its names.
pub(super) fn zone_named(name: &str) -> Option<&'static str> {
    zones().iter().find(|zone| zone.names.contains(&name)).map(|zone| zone.name)
}

/// The clocks of a zone of the table; `None` where the machine has no data of it.
pub(super) fn time_zone(name: &str) -> Option<&'static TimeZone> {
    zones().iter().find(|zone| zone.name == name).and_then(|zone| zone.time_zone.as_ref())
}
