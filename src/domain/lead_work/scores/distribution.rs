//! How many leads have which score, by tenths.

use serde::Serialize;

/// So many ranges there are: 0–9, 10–19, …, 90–100.
const RANGES: usize = 10;

/// How many leads have a score in each range, and how many have none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Distribution {
    ranges: [i64; RANGES],
    none: i64,
}

/// A range of scores with the leads that have one in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first score of it; `None` stands for leads without a score.
    pub from: Option<i64>,
    /// The last score of it.
    pub to: Option<i64>,
    pub leads: i64,
}

impl Distribution {
    pub fn add(&mut self, score: Option<i64>, leads: i64) {
        match score {
            None => self.none += leads,
            Some(score) => {
                let place = usize::try_from(score / 10).unwrap_or(0).min(RANGES - 1);
                self.ranges[place] += leads;
            }
        }
    }

    /// The ranges from the lowest on, and those without a score behind them.
    pub fn ranges(&self) -> Vec<Range> {
        let scored = (0_i64..).zip(self.ranges).map(|(place, leads)| Range {
            from: Some(place * 10),
            to: Some(if place == RANGES as i64 - 1 { 100 } else { place * 10 + 9 }),
            leads,
        });
        scored.chain([Range { from: None, to: None, leads: self.none }]).collect()
    }

    pub fn total(&self) -> i64 {
        self.ranges.iter().sum::<i64>() + self.none
    }
}

impl Range {
    /// What it is called: `70–79`.
    pub fn label(&self) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) => format!("{from}–{to}"),
            _ => "no score".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_is_in_one_range() {
        let mut distribution = Distribution::default();
        (0..=100).for_each(|score| distribution.add(Some(score), 1));
        distribution.add(None, 7);
        let leads: Vec<i64> = distribution.ranges().iter().map(|range| range.leads).collect();
        assert_eq!(leads, [10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 7]);
        assert_eq!(distribution.total(), 108);
        for range in distribution.ranges().iter().filter(|range| range.from.is_some()) {
            assert_eq!(range.to.unwrap() - range.from.unwrap() + 1, range.leads, "{}", range.label());
        }
    }
}
