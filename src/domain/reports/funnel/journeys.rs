//! What each lead of a cohort did, in little room: millions of leads are held at once.

use super::tally::Exit;
use crate::domain::timestamp::Timestamp;

/// When each lead first entered each stage, and how it left the funnel.
#[derive(Debug, Clone)]
pub struct Journeys {
    stages: usize,
    /// A time for each stage of each lead, lead after lead, in microseconds since 1970.
    first_entered: Vec<i64>,
    exits: Vec<Option<Exit>>,
}

/// The time of what never happened.
const NEVER: i64 = i64::MAX;

/// What one lead did.
#[derive(Debug, Clone, Copy)]
pub struct Journey<'a> {
    first_entered: &'a [i64],
    /// How it left; `None` while it is in the funnel.
    pub exit: Option<Exit>,
}

impl Journeys {
    /// So many leads that have entered nothing, with how each left, in a funnel of so many stages.
    pub fn new(stages: usize, exits: Vec<Option<Exit>>) -> Journeys {
        Journeys { stages, first_entered: vec![NEVER; stages * exits.len()], exits }
    }

    /// A lead entered a stage; the earliest entry stays.
    pub fn enter(&mut self, lead: usize, stage: usize, at: Timestamp) {
        if let Some(first) = self.first_entered.get_mut(lead * self.stages + stage) {
            *first = at.as_micros().min(*first);
        }
    }

    /// A lead left the funnel, or came back.
    pub fn leave(&mut self, lead: usize, exit: Option<Exit>) {
        if let Some(known) = self.exits.get_mut(lead) {
            *known = exit;
        }
    }

    pub fn of(&self, lead: usize) -> Option<Journey<'_>> {
        let begin = lead * self.stages;
        let first_entered = self.first_entered.get(begin..begin + self.stages)?;
        Some(Journey { first_entered, exit: self.exits.get(lead).copied()? })
    }

    pub fn iter(&self) -> impl Iterator<Item = Journey<'_>> {
        (0..self.exits.len()).filter_map(|lead| self.of(lead))
    }
}

impl Journey<'_> {
    /// When the lead first entered a stage.
    pub fn entered(&self, stage: usize) -> Option<Timestamp> {
        self.first_entered.get(stage).filter(|at| **at != NEVER).map(|at| Timestamp::from_micros(*at))
    }

    /// The furthest stage that the lead entered; the first, when it entered none.
    pub fn furthest(&self) -> usize {
        self.first_entered.iter().rposition(|at| *at != NEVER).unwrap_or(0)
    }
}
