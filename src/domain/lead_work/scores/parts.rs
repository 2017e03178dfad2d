//! From what is true of a lead to its score, which is the sum of its parts.

use serde::{Deserialize, Serialize};

use super::kind::Group;
use super::rules::{Rule, RuleModel};
use crate::domain::timestamp::DAY;

/// So many groups there are.
const GROUPS: usize = Group::ALL.len();

/// What is known of a lead for a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Which rules match: bit `n` is the rule at place `n`.
    pub matched: u64,
    /// Of each rule whose points halve with time, in their order: how long ago that was, in microseconds; `None` where the lead
    /// has no such time.
    pub ages: Vec<Option<i64>>,
}

impl Facts {
    pub fn matches(&self, place: usize) -> bool {
        self.matched >> place & 1 == 1
    }
}

/// A score with its parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// The points of each group's rules, rounded once, in the order of [`Group::ALL`].
    pub raw: [i64; GROUPS],
    /// The same from 0 up to the group's cap.
    pub parts: [i64; GROUPS],
}

impl Score {
    /// The sum of the parts: 0 to 100.
    pub fn total(&self) -> i16 {
        i16::try_from(self.parts.iter().sum::<i64>()).unwrap_or(i16::MAX)
    }

    pub fn part(&self, group: Group) -> i64 {
        self.parts[group as usize]
    }

    pub fn uncapped(&self, group: Group) -> i64 {
        self.raw[group as usize]
    }

    /// Whether the cap of a group took points away.
    pub fn is_capped(&self, group: Group) -> bool {
        self.uncapped(group) > self.part(group)
    }

    pub fn factors(&self) -> Factors {
        Factors {
            demographic: self.part(Group::Demographic),
            engagement: self.part(Group::Engagement),
            intent: self.part(Group::Intent),
            qualification: self.part(Group::Qualification),
            total: self.total().into(),
        }
    }
}

/// The parts as they are stored, their keys sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    pub demographic: i64,
    pub engagement: i64,
    pub intent: i64,
    pub qualification: i64,
    pub total: i64,
}

/// What a rule gives that matches; nothing where its time is not known. What lies ahead has lost nothing yet.
pub fn points(rule: &Rule, age: Option<i64>) -> f64 {
    let whole = rule.points as f64;
    match (&rule.decay, age) {
        (None, _) => whole,
        (Some(_), None) => 0.0,
        (Some(decay), Some(age)) => {
            let half_lives = age.max(0) as f64 / (f64::from(decay.half_life_days) * DAY as f64);
            whole * (-half_lives).exp2()
        }
    }
}

/// The score of a lead: each group's points are added up in the order of the rules, rounded half to even once, and held between 0
/// and its cap.
pub fn score(model: &RuleModel, facts: &Facts) -> Score {
    let mut sums = [0.0_f64; GROUPS];
    let mut ages = facts.ages.iter().copied();
    for (place, rule) in model.rules.iter().enumerate() {
        let age = if rule.decay.is_some() { ages.next().flatten() } else { None };
        if facts.matches(place) {
            sums[rule.group as usize] += points(rule, age);
        }
    }
    let mut score = Score::default();
    for group in Group::ALL {
        let place = *group as usize;
        score.raw[place] = sums[place].round_ties_even() as i64;
        score.parts[place] = score.raw[place].clamp(0, model.caps.of(*group));
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lead_work::scores::rules::{Caps, Decay};
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000_000;

    fn rule(group: Group, points: i64, half_life: Option<u32>) -> Rule {
        let decay = half_life.map(|half_life_days| Decay { half_life_days, since: "created".into() });
        Rule { name: "x".into(), group, points, when: "id > 0".into(), decay }
    }

    fn total_of(rules: Vec<Rule>, ages: Vec<Option<i64>>) -> Score {
        let model = RuleModel { caps: Caps::default(), rules };
        score(&model, &Facts { matched: u64::MAX, ages })
    }

    #[test]
    fn groups_are_capped_and_never_negative() {
        let of = total_of(
            vec![
                rule(Group::Qualification, 30, None),
                rule(Group::Qualification, 25, None),
                rule(Group::Intent, -7, None),
                rule(Group::Demographic, 15, None),
            ],
            vec![],
        );
        assert_eq!((of.raw, of.parts, of.total()), ([55, 0, -7, 15], [40, 0, 0, 15], 55));
        assert!(of.is_capped(Group::Qualification) && !of.is_capped(Group::Demographic));
        let stored = serde_json::to_string(&of.factors()).unwrap();
        assert_eq!(stored, r#"{"demographic":15,"engagement":0,"intent":0,"qualification":40,"total":55}"#);
    }

    #[test]
    fn halves_are_rounded_once_a_group_and_to_the_even_side() {
        let of = |points: &[i64], age: i64| {
            let rules: Vec<Rule> = points.iter().map(|points| rule(Group::Engagement, *points, Some(10))).collect();
            total_of(rules, vec![Some(age); points.len()]).uncapped(Group::Engagement)
        };
        // 2.5 and 7.5; 2.5 + 2.5 are 5 and not 2 + 2.
        assert_eq!((of(&[5], 10 * DAY), of(&[15], 10 * DAY), of(&[5, 5], 10 * DAY)), (2, 8, 5));
        assert_eq!((of(&[20], 0), of(&[20], 20 * DAY), of(&[20], -5 * DAY), of(&[20], 10_000 * DAY)), (20, 5, 20, 0));
        let unknown = total_of(vec![rule(Group::Engagement, 20, Some(10))], vec![None]);
        assert_eq!(unknown.uncapped(Group::Engagement), 0);
    }

    proptest! {
        /// Against decimal fractions of 2 to the power of whole half-lives, which are exact.
        #[test]
        fn a_score_is_the_sum_of_its_capped_groups(
            given in proptest::collection::vec((0usize..4, -100i64..=100, any::<bool>(), 0u32..8), 1..60),
        ) {
            let given: Vec<_> = given.into_iter().filter(|it| it.1 != 0).collect();
            let decays = |place: usize| place.is_multiple_of(3);
            let rules = given.iter().enumerate().map(|(place, (group, points, ..))| {
                rule(Group::ALL[*group], *points, decays(place).then_some(2))
            });
            let model = RuleModel { caps: Caps::default(), rules: rules.collect() };
            let matched = given.iter().enumerate().map(|(place, it)| u64::from(it.2) << place).sum();
            let ages = given.iter().enumerate().filter(|(place, _)| decays(*place));
            let ages = ages.map(|(_, it)| Some(i64::from(it.3) * 2 * DAY)).collect();
            let scored = score(&model, &Facts { matched, ages });
            let mut total = 0;
            for (place, group) in Group::ALL.iter().enumerate() {
                // In 128ths of a point.
                let sum: i64 = given.iter().enumerate().filter(|(_, it)| it.0 == place && it.2).map(|(place, it)| {
                    it.1 * if decays(place) { 128 >> it.3 } else { 128 }
                }).sum();
                let exact = crate::domain::rounding::half_even(sum.into(), 128).unwrap() as i64;
                prop_assert_eq!(scored.uncapped(*group), exact);
                prop_assert_eq!(scored.part(*group), exact.clamp(0, model.caps.of(*group)));
                total += exact.clamp(0, model.caps.of(*group));
            }
            prop_assert_eq!(i64::from(scored.total()), total);
            prop_assert!((0..=100).contains(&scored.total()));
        }
    }
}
