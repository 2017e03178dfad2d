//! What is open at one moment: of each area code and of each address, so that many numbers are told by look-ups.

use std::collections::BTreeMap;

use super::areas::{self, Area};
use super::{Address, Callable, Spot, Unclear, area_of, rules, states, windows};
use crate::domain::phone::{E164, nanp};
use crate::domain::timestamp::Timestamp;

/// Whether calls are in hours at one moment.
#[derive(Debug)]
pub struct OpenNow {
    spots: BTreeMap<Spot, Callable>,
    areas: BTreeMap<u16, Callable>,
}

/// Of several, all of which have to be open: one that is closed closes all, one that is not known leaves the others in doubt.
pub fn strictest(each: impl Iterator<Item = Callable>) -> Callable {
    each.fold(Callable::Yes, |said, one| match (said, one) {
        (Callable::No, _) | (_, Callable::No) => Callable::No,
        (Callable::Unknown, _) | (_, Callable::Unknown) => Callable::Unknown,
        (Callable::Yes, Callable::Yes) => Callable::Yes,
    })
}

fn at_spot(spot: Spot, at: Timestamp) -> Callable {
    match (rules::of(spot.place), areas::time_zone(spot.zone)) {
        (Some(rules), Some(zone)) if windows::is_open(&rules, zone, at) => Callable::Yes,
        (Some(_), Some(_)) => Callable::No,
        _ => Callable::Unknown,
    }
}

impl OpenNow {
    pub fn at(at: Timestamp) -> OpenNow {
        let mut spots = BTreeMap::new();
        for (place, _) in states::spellings() {
            for &zone in areas::zones_of(place) {
                let spot = Spot { place, zone };
                spots.insert(spot, at_spot(spot, at));
            }
        }
        let of_area =
            |area: &Area| strictest(area.spots().map(|spot| spots.get(&spot).copied().unwrap_or(Callable::Unknown)));
        let areas = areas::areas().map(|area| (area.code, of_area(area))).collect();
        OpenNow { spots, areas }
    }

    /// Whether a number may be called now, by its area code alone.
    pub fn number(&self, number: E164) -> Callable {
        let area = nanp::area_code(number).and_then(|code| self.areas.get(&code));
        area.copied().unwrap_or(Callable::Unknown)
    }

    /// Whether a number may be called now, by its area code and the address of one who has it: of several, the strictest counts.
    pub fn number_at(&self, number: E164, address: &Address<'_>) -> Callable {
        let Ok(area) = area_of(number) else { return Callable::Unknown };
        let home = match address.spots(area) {
            Ok(spots) => strictest(spots.iter().map(|spot| self.spots.get(spot).copied().unwrap_or(Callable::Unknown))),
            Err(Unclear) => Callable::Unknown,
        };
        strictest([self.number(number), home].into_iter())
    }

    /// The area codes of which this is said, by three digits.
    pub fn areas(&self, said: Callable) -> Vec<String> {
        let those = self.areas.iter().filter(|(_, one)| **one == said);
        those.map(|(code, _)| code.to_string()).collect()
    }

    /// States as addresses write them, folded, with an empty time zone or one of theirs behind `|`, of which this is said.
    pub fn addresses(&self, said: Callable) -> Vec<String> {
        let mut found = Vec::new();
        for (place, spellings) in states::spellings() {
            let of_zone = |zone| self.spots.get(&Spot { place, zone }).copied().unwrap_or(Callable::Unknown);
            let zones = areas::zones_of(place);
            let mut suffixes = Vec::new();
            if strictest(zones.iter().map(|zone| of_zone(*zone))) == said {
                suffixes.push("");
            }
            let open = areas::zones().iter().filter(|zone| zones.contains(&zone.name) && of_zone(zone.name) == said);
            suffixes.extend(open.flat_map(|zone| zone.names.iter().copied()));
            found.extend(spellings.iter().flat_map(|state| suffixes.iter().map(move |zone| format!("{state}|{zone}"))));
        }
        found
    }
}

/// States and provinces of a country as addresses write them, folded.
pub fn states_of(country: &str) -> Vec<&'static str> {
    let of_country = states::spellings().filter(|(place, _)| areas::country_of(place) == country);
    of_country.flat_map(|(_, spellings)| spellings.iter().map(String::as_str)).collect()
}

/// The area codes of a country, by three digits.
pub fn area_codes_of(country: &str) -> Vec<String> {
    areas::areas().filter(|area| area.country() == country).map(|area| area.code.to_string()).collect()
}

/// Each area code with each name of its time zones behind `|`.
pub fn zones_of_area_codes() -> Vec<String> {
    let of_area = |area: &'static Area| {
        let zones = areas::zones().iter().filter(|zone| area.zones.contains(&zone.name));
        zones.flat_map(|zone| zone.names.iter()).map(move |name| format!("{}|{name}", area.code))
    };
    areas::areas().flat_map(of_area).collect()
}
