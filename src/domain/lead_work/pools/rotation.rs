//! Smooth weighted round robin: each turn everyone who takes part grows by their weight, the largest is taken and loses the sum
//! of the weights. Weights 5, 1 and 1 give a a b a c a a. It is how nginx spreads requests over servers.

/// A member's place in the rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub weight: i64,
    /// How far ahead of the others' turns it is.
    pub current: i64,
}

/// What part somebody has in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Takes,
    /// Is passed over for this lead alone: neither grows nor is taken, and goes on where it was.
    PassedOver,
    /// Has left the rotation: starts at 0 on coming back, so that nobody is flooded.
    Out,
}

/// Takes a turn: the place that is furthest ahead, the first one of several. None when nobody takes part.
pub fn turn(places: &mut [Place], parts: &[Part]) -> Option<usize> {
    let total = grow(places, parts);
    let taken = furthest(places, parts)?;
    take(places, taken, total)
}

/// Takes a turn: of those who are due the first one in this order. Over time everyone gets what the weights say, as in [`turn`]; the
/// order decides who gets the earlier ones.
pub fn turn_in_order(places: &mut [Place], parts: &[Part], order: &[usize]) -> Option<usize> {
    let total = grow(places, parts);
    let is_due = |index: &usize| {
        parts.get(*index) == Some(&Part::Takes) && places.get(*index).is_some_and(|place| place.current > 0)
    };
    let taken = order.iter().copied().find(is_due).or_else(|| furthest(places, parts))?;
    take(places, taken, total)
}

fn grow(places: &mut [Place], parts: &[Part]) -> i64 {
    let mut total = 0;
    for (place, part) in places.iter_mut().zip(parts) {
        match part {
            Part::Takes => {
                place.current += place.weight;
                total += place.weight;
            }
            Part::PassedOver => {}
            Part::Out => place.current = 0,
        }
    }
    total
}

fn furthest(places: &[Place], parts: &[Part]) -> Option<usize> {
    let taking = places.iter().zip(parts).enumerate().filter(|(_, (_, part))| **part == Part::Takes);
    // Of equal ones the first: `max_by_key` would give the last.
    taking.rev().max_by_key(|(_, (place, _))| place.current).map(|(index, _)| index)
}

fn take(places: &mut [Place], taken: usize, total: i64) -> Option<usize> {
    places.get_mut(taken)?.current -= total;
    Some(taken)
}
