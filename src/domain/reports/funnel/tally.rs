//! How far leads came, added up stage by stage.

use super::journeys::Journey;
use crate::domain::timestamp::Timestamp;

/// How a lead left the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Cold,
    Dnc,
}

/// The journeys of many leads, added up.
#[derive(Debug, Clone)]
pub struct Tally {
    cohort: u64,
    stages: Vec<StageTally>,
}

#[derive(Debug, Clone, Default)]
struct StageTally {
    /// Of the leads that came no further: gone cold, gone to dnc, still here.
    cold: u64,
    dnc: u64,
    here: u64,
    entered: u64,
    /// How long each lead took from the stage before, in whole seconds.
    seconds: Vec<u32>,
}

/// What a stage adds up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageFigures {
    /// Leads that came here or further.
    pub reached: u64,
    /// Of them, leads that came further.
    pub advanced: u64,
    /// Of the others, leads that went cold, leads that went to dnc, and those that are still here.
    pub exited_cold: u64,
    pub exited_dnc: u64,
    pub here_now: u64,
    /// Leads that came further without entering.
    pub skipped: u64,
    /// From first entering the stage before to first entering this one, in whole seconds, of leads that did so in this
    /// order: the nearest rank for a half and for nine tenths.
    pub median_seconds: Option<u32>,
    pub p90_seconds: Option<u32>,
}

impl Tally {
    /// No lead yet, in a funnel of so many stages.
    pub fn new(stages: usize) -> Tally {
        Tally { cohort: 0, stages: vec![StageTally::default(); stages] }
    }

    /// How many leads there are.
    pub fn cohort(&self) -> u64 {
        self.cohort
    }

    pub fn add(&mut self, journey: Journey<'_>) {
        self.cohort += 1;
        // Every lead has reached the first stage.
        let furthest = journey.furthest();
        let mut before = None;
        for (place, stage) in self.stages.iter_mut().enumerate() {
            let entered = journey.entered(place);
            stage.entered += u64::from(entered.is_some());
            stage.seconds.extend(before.zip(entered).and_then(|(before, entered)| seconds_between(before, entered)));
            before = entered;
            if place == furthest {
                match journey.exit {
                    Some(Exit::Cold) => stage.cold += 1,
                    Some(Exit::Dnc) => stage.dnc += 1,
                    None => stage.here += 1,
                }
            }
        }
    }

    /// What each stage adds up to, in the order of the stages.
    pub fn figures(mut self) -> Vec<StageFigures> {
        let mut further = 0;
        let mut figures: Vec<StageFigures> = Vec::with_capacity(self.stages.len());
        for stage in self.stages.iter_mut().rev() {
            let reached = further + stage.cold + stage.dnc + stage.here;
            figures.push(StageFigures {
                reached,
                advanced: further,
                exited_cold: stage.cold,
                exited_dnc: stage.dnc,
                here_now: stage.here,
                skipped: reached - stage.entered,
                median_seconds: nearest_rank(&mut stage.seconds, 1, 2),
                p90_seconds: nearest_rank(&mut stage.seconds, 9, 10),
            });
            further = reached;
        }
        figures.reverse();
        figures
    }
}

/// The whole seconds from one time to a later one; `None` when it is earlier.
fn seconds_between(before: Timestamp, after: Timestamp) -> Option<u32> {
    let micros = after.as_micros().checked_sub(before.as_micros()).filter(|micros| *micros >= 0)?;
    Some(u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX))
}

/// The value of which `part` of `whole` values are at most as great: the nearest rank, ⌈n · part / whole⌉. `None`
/// when there are none. The values change their order.
pub fn nearest_rank(values: &mut [u32], part: usize, whole: usize) -> Option<u32> {
    let rank = (values.len() * part).div_ceil(whole);
    let place = rank.checked_sub(1).filter(|place| *place < values.len())?;
    Some(*values.select_nth_unstable(place).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reports::funnel::Journeys;
    use proptest::prelude::*;

    /// Leads with the seconds of their first entries, and how they left.
    fn journeys(leads: &[(Vec<Option<i64>>, Option<Exit>)]) -> Journeys {
        let stages = leads.first().map_or(0, |(entered, _)| entered.len());
        let mut journeys = Journeys::new(stages, leads.iter().map(|(_, exit)| *exit).collect());
        for (lead, (entered, _)) in leads.iter().enumerate() {
            for (stage, second) in entered.iter().enumerate() {
                if let Some(second) = second {
                    let at = Timestamp::from_micros(second * 1_000_000 + 999_999);
                    // A later entry changes nothing.
                    journeys.enter(lead, stage, at);
                    journeys.enter(lead, stage, Timestamp::from_micros(at.as_micros() + 1));
                }
            }
        }
        journeys
    }

    fn tally(stages: usize, journeys: &Journeys) -> Tally {
        let mut tally = Tally::new(stages);
        journeys.iter().for_each(|journey| tally.add(journey));
        tally
    }

    #[test]
    fn every_lead_is_advanced_gone_or_here() {
        let leads = [
            (vec![Some(0), Some(60), Some(90)], None),
            (vec![Some(0), Some(20), None], Some(Exit::Cold)),
            // It skipped the middle, and never entered the first.
            (vec![None, None, Some(5)], Some(Exit::Dnc)),
            // It was in no stage at all.
            (vec![None, None, None], None),
            // It entered the middle before the first: that took no time from there to here.
            (vec![Some(50), Some(10), None], None),
        ];
        let tally = tally(3, &journeys(&leads));
        assert_eq!(tally.cohort(), 5);
        let figures = tally.figures();
        let counts = |at: usize| {
            let stage = &figures[at];
            (stage.reached, stage.advanced, stage.exited_cold, stage.exited_dnc, stage.here_now, stage.skipped)
        };
        assert_eq!(counts(0), (5, 4, 0, 0, 1, 2));
        assert_eq!(counts(1), (4, 2, 1, 0, 1, 1));
        assert_eq!(counts(2), (2, 0, 0, 1, 1, 0));
        assert_eq!((figures[0].median_seconds, figures[0].p90_seconds), (None, None));
        assert_eq!((figures[1].median_seconds, figures[1].p90_seconds), (Some(20), Some(60)));
        assert_eq!((figures[2].median_seconds, figures[2].p90_seconds), (Some(30), Some(30)));
    }

    #[test]
    fn the_nearest_rank_is_one_of_the_values() {
        let of = |values: &[u32], part, whole| nearest_rank(&mut values.to_vec(), part, whole);
        assert_eq!(of(&[], 1, 2), None);
        assert_eq!(of(&[7], 1, 2), Some(7));
        assert_eq!(of(&[40, 10, 30, 20], 1, 2), Some(20));
        assert_eq!(of(&[40, 10, 30, 20, 50], 1, 2), Some(30));
        assert_eq!(of(&[40, 10, 30, 20, 50], 9, 10), Some(50));
        assert_eq!(of(&(1..=10).collect::<Vec<u32>>(), 9, 10), Some(9));
    }

    fn any_lead() -> impl Strategy<Value = (Vec<Option<i64>>, Option<Exit>)> {
        let entered = proptest::collection::vec(proptest::option::of(0i64..1000), 4);
        (entered, proptest::option::of(prop_oneof![Just(Exit::Cold), Just(Exit::Dnc)]))
    }

    proptest! {
        #[test]
        fn stages_foot(leads in proptest::collection::vec(any_lead(), 0..60)) {
            let figures = tally(4, &journeys(&leads)).figures();
            prop_assert_eq!(figures[0].reached, leads.len() as u64);
            for (stage, next) in figures.iter().zip(figures.iter().skip(1)) {
                prop_assert!(next.reached <= stage.reached);
                prop_assert_eq!(stage.advanced, next.reached);
            }
            for stage in &figures {
                let parts = stage.advanced + stage.exited_cold + stage.exited_dnc + stage.here_now;
                prop_assert_eq!(stage.reached, parts);
                prop_assert!(stage.skipped <= stage.reached);
                prop_assert!(stage.median_seconds <= stage.p90_seconds);
            }
        }
    }
}
