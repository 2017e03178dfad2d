//! How good predictions were.

use serde::Serialize;

use crate::domain::lead_work::wilson;
use crate::domain::rounding::decimals;

/// A prediction and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicted {
    pub probability: f64,
    pub is_won: bool,
}

/// With fewer of a kind nothing is said for sure.
pub const FEWEST: usize = 50;

/// Whether there are enough that were won, and enough that were not.
pub fn is_enough(leads: usize, won: usize) -> bool {
    won >= FEWEST && leads.saturating_sub(won) >= FEWEST
}

/// How good predictions were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    pub leads: usize,
    pub won: usize,
    /// The probability that one that was won had more than one that was not; ties count half.
    pub auc: Option<f64>,
    /// The mean square of how far off they were.
    pub brier: Option<f64>,
    /// How often leads of the top tenth were won, by how often all were.
    pub lift: Option<f64>,
    pub tenths: Vec<Tenth>,
    /// Whether there are enough of either kind to rely on it.
    pub is_enough: bool,
}

/// Leads that were given a probability in a range of a tenth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tenth {
    pub from: f64,
    pub to: f64,
    pub leads: usize,
    pub predicted: f64,
    pub won: usize,
    pub share: f64,
    /// The bounds of Wilson between which the true share lies with 95 %.
    pub low: f64,
    pub high: f64,
}

impl Tenth {
    /// The same with four decimals, for reading.
    pub fn rounded(&self) -> Tenth {
        let four = |share| decimals(share, 4);
        Tenth {
            predicted: four(self.predicted),
            share: four(self.share),
            low: four(self.low),
            high: four(self.high),
            ..self.clone()
        }
    }
}

/// How good these scores were, as hundredths. They put leads into an order and are no probabilities, so nothing tells how far off they were.
pub fn of_scores(scores: &[Predicted]) -> Figures {
    Figures { brier: None, tenths: Vec::new(), ..figures(scores) }
}

/// How good these predictions were.
pub fn figures(predictions: &[Predicted]) -> Figures {
    let leads = predictions.len();
    let won = predictions.iter().filter(|it| it.is_won).count();
    Figures {
        leads,
        won,
        auc: auc(predictions),
        brier: brier(predictions),
        lift: lift(predictions),
        tenths: tenths(predictions),
        is_enough: is_enough(leads, won),
    }
}

/// By ranks (Mann and Whitney), in one sort.
fn auc(predictions: &[Predicted]) -> Option<f64> {
    let mut sorted = predictions.to_vec();
    sorted.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    let won = sorted.iter().filter(|it| it.is_won).count() as f64;
    let other = sorted.len() as f64 - won;
    if won == 0.0 || other == 0.0 {
        return None;
    }
    let (mut below, mut sum) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.probability == b.probability) {
        let of_won = tied.iter().filter(|it| it.is_won).count() as f64;
        let of_other = tied.len() as f64 - of_won;
        sum += of_won * (below + of_other / 2.0);
        below += of_other;
    }
    Some(sum / (won * other))
}

fn brier(predictions: &[Predicted]) -> Option<f64> {
    let error = |it: &Predicted| (it.probability - f64::from(u8::from(it.is_won))).powi(2);
    (!predictions.is_empty()).then(|| predictions.iter().map(error).sum::<f64>() / predictions.len() as f64)
}

/// Of those that tie with the last of the top tenth, each counts a part.
fn lift(predictions: &[Predicted]) -> Option<f64> {
    let won = predictions.iter().filter(|it| it.is_won).count() as f64;
    if won == 0.0 {
        return None;
    }
    let mut sorted = predictions.to_vec();
    sorted.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let size = sorted.len().div_ceil(10) as f64;
    let (mut taken, mut of_top) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.probability == b.probability) {
        let part = ((size - taken) / tied.len() as f64).clamp(0.0, 1.0);
        of_top += part * tied.iter().filter(|it| it.is_won).count() as f64;
        taken += part * tied.len() as f64;
    }
    Some(of_top / size / (won / sorted.len() as f64))
}

fn tenths(predictions: &[Predicted]) -> Vec<Tenth> {
    let mut sums = [(0_usize, 0.0_f64, 0_usize); 10];
    for it in predictions {
        let (leads, sum, won) = &mut sums[((it.probability * 10.0) as usize).min(9)];
        *leads += 1;
        *sum += it.probability;
        *won += usize::from(it.is_won);
    }
    let held = sums.iter().enumerate().filter(|(_, (leads, ..))| *leads > 0);
    held.map(|(place, (leads, sum, won))| {
        let share = *won as f64 / *leads as f64;
        let (low, high) = wilson::bounds(share, *leads as i64);
        Tenth {
            from: place as f64 / 10.0,
            to: (place + 1) as f64 / 10.0,
            leads: *leads,
            predicted: sum / *leads as f64,
            won: *won,
            share,
            low,
            high,
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn predictions() -> impl Strategy<Value = Vec<Predicted>> {
        let one = (0u8..=20, any::<bool>());
        let made = one.prop_map(|(share, is_won)| Predicted { probability: f64::from(share) / 20.0, is_won });
        proptest::collection::vec(made, 0..120)
    }

    proptest! {
        /// Against every pair, and the definition.
        #[test]
        fn figures_are_those_of_the_definition(all in predictions()) {
            let found = figures(&all);
            let (mut pairs, mut better) = (0.0, 0.0);
            for one in all.iter().filter(|it| it.is_won) {
                for other in all.iter().filter(|it| !it.is_won) {
                    pairs += 1.0;
                    better += match one.probability.total_cmp(&other.probability) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    };
                }
            }
            prop_assert_eq!(found.auc.is_some(), pairs > 0.0);
            prop_assert!(found.auc.is_none_or(|auc| (auc - better / pairs).abs() < 1e-12));
            let squares: f64 = all.iter().map(|it| if it.is_won { (1.0 - it.probability).powi(2) } else { it.probability.powi(2) }).sum();
            prop_assert!(found.brier.is_none_or(|brier| (brier - squares / all.len() as f64).abs() < 1e-12));
            prop_assert_eq!(found.tenths.iter().map(|tenth| tenth.leads).sum::<usize>(), all.len());
            prop_assert_eq!(found.tenths.iter().map(|tenth| tenth.won).sum::<usize>(), found.won);
            for tenth in &found.tenths {
                prop_assert!(tenth.low <= tenth.share + 1e-12 && tenth.share <= tenth.high + 1e-12);
            }
            prop_assert!(found.lift.is_none_or(|lift| (0.0..=10.0 + 1e-9).contains(&lift)));
        }
    }

    #[test]
    fn known_values() {
        let of = |share: f64, is_won: bool| Predicted { probability: share, is_won };
        let mut all = vec![of(0.9, true)];
        all.extend((0..9).map(|_| of(0.1, false)));
        let found = figures(&all);
        assert_eq!((found.auc, found.lift, found.is_enough), (Some(1.0), Some(10.0), false));
        assert!((found.brier.unwrap() - 0.01).abs() < 1e-12);
        let scores = of_scores(&all);
        assert_eq!((scores.auc, scores.lift, scores.brier, scores.tenths.len()), (found.auc, found.lift, None, 0));
        assert!(is_enough(100, 50) && !is_enough(99, 50) && !is_enough(100, 49) && !is_enough(0, 0));
        // A prediction that tells nothing lifts nothing.
        assert_eq!(figures(&[of(0.5, true), of(0.5, false), of(0.5, false)]).lift, Some(1.0));
    }
}
