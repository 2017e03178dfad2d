//! Calling hours: when a number may be called by the clocks where its subscriber may be. docs/calling-hours.md tells the rules.
//!
//! An area code can lie in several time zones, and a mobile phone goes with its owner; so a call is in hours only where the rules allow
//! it in every zone and every state that is possible by the number and by the address. What is not known is never callable.

mod address;
mod areas;
mod holidays;
mod now;
mod rules;
mod states;
#[cfg(test)]
mod tests;
mod windows;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::phone::{E164, nanp};
use crate::domain::timestamp::Timestamp;
pub use address::{Address, Unclear};
pub use now::{OpenNow, area_codes_of, states_of, strictest, zones_of_area_codes};
pub use rules::{Ground, Rule, digest, grounds};
pub use windows::Window;

use areas::Area;

vocabulary! {
    /// Whether a call is in hours.
    Callable {
        Yes = "yes",
        No = "no",
        /// The rules of a place are not known, or the place is not; never to be taken for yes.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// Why it is not known whether a call is in hours.
    NotKnown {
        /// What is written is no number.
        Unreadable = "unreadable",
        /// No rules are known of the number's country.
        Country = "country",
        /// The number is of no place: toll-free, personal, or an area code that is not in use.
        NoPlace = "no_place",
        /// The rules of a state or province have not been looked up.
        State = "state",
        /// The lead's address is of no place that is known, or its parts contradict each other or the number.
        Address = "address",
        /// The machine has no data of a time zone.
        Zone = "zone",
    }
}

impl NotKnown {
    /// What it means, for people.
    pub fn told(self) -> &'static str {
        match self {
            NotKnown::Unreadable => "it is no phone number",
            NotKnown::Country => "no calling hours are known of its country",
            NotKnown::NoPlace => "its area code is of no state or province",
            NotKnown::State => "the calling hours of a state were not looked up",
            NotKnown::Address => "the address of its lead is of no known place, or contradicts itself or the number",
            NotKnown::Zone => "this machine has no data of a time zone",
        }
    }
}

/// Whether a number may be called at a time, by the hours alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub callable: Callable,
    pub not_known: Option<NotKnown>,
    /// Every state and province in which the subscriber may be, by ISO 3166-2.
    pub places: Vec<&'static str>,
    /// Every time zone in which the subscriber may be.
    pub zones: Vec<&'static str>,
    /// The hours in which the call lies, or else the next ones.
    pub window: Option<Window>,
    /// What the hours are by.
    pub laws: Vec<&'static str>,
}

impl Answer {
    /// The answer about what is no number.
    pub fn unreadable() -> Answer {
        Answer::not_known(NotKnown::Unreadable)
    }

    fn not_known(why: NotKnown) -> Answer {
        let (places, zones, laws) = (Vec::new(), Vec::new(), Vec::new());
        Answer { callable: Callable::Unknown, not_known: Some(why), places, zones, window: None, laws }
    }
}

/// A place and the clocks there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    /// ISO 3166-2.
    place: &'static str,
    zone: &'static str,
}

/// Where the subscriber of a number may be by its area code.
fn area_of(number: E164) -> Result<&'static Area, NotKnown> {
    let Some(code) = nanp::area_code(number) else { return Err(NotKnown::Country) };
    let is_abroad = !nanp::may_be_of(code, "US") && !nanp::may_be_of(code, "CA");
    areas::area(code).ok_or(if is_abroad { NotKnown::Country } else { NotKnown::NoPlace })
}

/// Whether a number may be called at a time by the hours of every place where its subscriber may be: by its area code, and by the
/// addresses of those who have it.
pub fn callable(number: E164, addresses: &[Address<'_>], at: Timestamp) -> Answer {
    let area = match area_of(number) {
        Ok(area) => area,
        Err(why) => return Answer::not_known(why),
    };
    let mut spots: BTreeSet<Spot> = area.spots().collect();
    let mut answer = Answer { not_known: None, ..Answer::not_known(NotKnown::NoPlace) };
    for address in addresses {
        match address.spots(area) {
            Ok(further) => spots.extend(further),
            Err(Unclear) => answer.not_known = Some(NotKnown::Address),
        }
    }
    let mut open: Option<Vec<Window>> = None;
    for spot in &spots {
        add(&mut answer.places, spot.place);
        add(&mut answer.zones, spot.zone);
        let (Some(rules), Some(zone)) = (rules::of(spot.place), areas::time_zone(spot.zone)) else {
            let why = if rules::of(spot.place).is_none() { NotKnown::State } else { NotKnown::Zone };
            answer.not_known = Some(answer.not_known.unwrap_or(why));
            continue;
        };
        rules.iter().for_each(|rule: &&Rule| add(&mut answer.laws, rule.law.as_str()));
        let here = windows::around(&rules, zone, at);
        open = Some(match open {
            None => here,
            Some(others) => windows::common(&others, &here),
        });
    }
    let open = open.unwrap_or_default();
    let current = open.iter().find(|window| window.contains(at));
    // Where the law of one place forbids the call, it does not matter what is not known of the others.
    answer.callable = match (current, answer.not_known) {
        (None, Some(_)) if !answer.laws.is_empty() => Callable::No,
        (_, Some(_)) => Callable::Unknown,
        (Some(_), None) => Callable::Yes,
        (None, None) => Callable::No,
    };
    if answer.not_known.is_none() {
        answer.window = current.or_else(|| open.iter().find(|window| window.from > at)).copied();
    }
    answer
}

fn add(list: &mut Vec<&'static str>, word: &'static str) {
    if !list.contains(&word) {
        list.push(word);
    }
}
