//! What an address adds to what a number says of its subscriber's place.

use super::areas::{self, Area, country_of};
use super::{Spot, states};

/// What is known of where somebody lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// As it was written: a name or a code.
    pub state: Option<&'a str>,
    /// By IANA name.
    pub timezone: Option<&'a str>,
}

/// It is not known where an address is, or it contradicts itself or the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclear;

impl Address<'_> {
    /// Where somebody with this address may be, besides where the area code is.
    ///
    /// A state that is named counts with its own rules and zones, of which a time zone chooses one. A country or a time zone alone names no
    /// place: it has to be one of the area code's, and adds nothing then.
    pub(super) fn spots(&self, area: &Area) -> Result<Vec<Spot>, Unclear> {
        let zone = self.timezone.map(|name| areas::zone_named(name).ok_or(Unclear)).transpose()?;
        let Some(state) = self.state else {
            let is_of_area = self.country.is_none_or(|country| country == area.country())
                && zone.is_none_or(|zone| area.zones.contains(&zone));
            return if is_of_area { Ok(Vec::new()) } else { Err(Unclear) };
        };
        let place = states::named(state).ok_or(Unclear)?;
        if self.country.is_some_and(|country| country != country_of(place)) {
            return Err(Unclear);
        }
        let all = areas::zones_of(place);
        match zone {
            None => Ok(all.iter().map(|&zone| Spot { place, zone }).collect()),
            Some(zone) if all.contains(&zone) => Ok(vec![Spot { place, zone }]),
            Some(_) => Err(Unclear),
        }
    }
}
