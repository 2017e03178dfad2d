//! From what a model says to probabilities that come true: a line through the logarithms of the odds (Platt, 1999), found on leads
//! that the model has not learned from.

use serde::Serialize;

use super::probability;

/// The line: `probability(slope × log-odds + shift)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calibration {
    pub slope: f64,
    pub shift: f64,
}

impl Default for Calibration {
    /// Takes the model at its word.
    fn default() -> Calibration {
        Calibration { slope: 1.0, shift: 0.0 }
    }
}

/// Steps of Newton's method; it ends earlier.
const STEPS: usize = 50;
/// What keeps the line from growing without end where wins and losses lie apart.
const RIDGE: f64 = 1e-6;

impl Calibration {
    pub fn of(&self, log_odds: f64) -> f64 {
        probability(self.slope * log_odds + self.shift)
    }

    /// The line that fits these leads best, each with the logarithm of its odds and whether it was won. Wins and losses count as
    /// Platt has it: nearly 1 and nearly 0.
    pub fn fit(leads: &[(f64, bool)]) -> Calibration {
        let won = leads.iter().filter(|(_, is_won)| *is_won).count() as f64;
        let lost = leads.len() as f64 - won;
        if won == 0.0 || lost == 0.0 {
            return Calibration::default();
        }
        let (high, low) = ((won + 1.0) / (won + 2.0), 1.0 / (lost + 2.0));
        let target = |is_won: bool| if is_won { high } else { low };
        let mut line = Calibration { slope: 0.0, shift: (won / lost).ln() };
        let mut loss = line.loss(leads, target);
        for _ in 0..STEPS {
            let step = line.newton(leads, target);
            let mut size = 1.0;
            // A step that makes it worse is halved.
            let better = loop {
                let tried = Calibration { slope: line.slope + size * step.0, shift: line.shift + size * step.1 };
                let of_tried = tried.loss(leads, target);
                if of_tried < loss {
                    break Some((tried, of_tried));
                }
                size /= 2.0;
                if size < 1e-10 {
                    break None;
                }
            };
            let Some((tried, of_tried)) = better else { break };
            let is_done = loss - of_tried < 1e-12;
            (line, loss) = (tried, of_tried);
            if is_done {
                break;
            }
        }
        line
    }

    fn loss(&self, leads: &[(f64, bool)], target: impl Fn(bool) -> f64) -> f64 {
        let each = leads.iter().map(|(log_odds, is_won)| {
            let at = self.slope * log_odds + self.shift;
            // ln(1 + e^x) without overflowing.
            at.max(0.0) + (-at.abs()).exp().ln_1p() - target(*is_won) * at
        });
        each.sum::<f64>() + RIDGE * self.slope * self.slope
    }

    fn newton(&self, leads: &[(f64, bool)], target: impl Fn(bool) -> f64) -> (f64, f64) {
        let (mut g, mut h) = ((2.0 * RIDGE * self.slope, 0.0), (2.0 * RIDGE, 0.0, RIDGE));
        for (log_odds, is_won) in leads {
            let p = self.of(*log_odds);
            let (off, weight) = (p - target(*is_won), p * (1.0 - p));
            g = (g.0 + off * log_odds, g.1 + off);
            h = (h.0 + weight * log_odds * log_odds, h.1 + weight * log_odds, h.2 + weight);
        }
        let determinant = h.0 * h.2 - h.1 * h.1;
        if determinant.abs() < 1e-12 {
            return (0.0, -g.1 / h.2);
        }
        (-(h.2 * g.0 - h.1 * g.1) / determinant, -(h.0 * g.1 - h.1 * g.0) / determinant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boastful_model_is_brought_down_to_what_comes_true() {
        // It says odds of e^4 and e^-4, and three of four come true.
        let leads: Vec<(f64, bool)> =
            (0..400).map(|n| (if n % 2 == 0 { 4.0 } else { -4.0 }, (n % 2 == 0) != (n % 8 < 2))).collect();
        let line = Calibration::fit(&leads);
        assert!((line.of(4.0) - 0.75).abs() < 0.01 && (line.of(-4.0) - 0.25).abs() < 0.01, "{line:?}");
        // One kind alone tells nothing.
        assert_eq!(Calibration::fit(&[(1.0, true), (2.0, true)]), Calibration::default());
    }

    #[test]
    fn nothing_near_fits_better() {
        let leads: Vec<(f64, bool)> =
            (0..300).map(|n| (f64::from(n % 17) / 4.0 - 2.0, (n * 7) % 17 > 17 - n % 17)).collect();
        let (line, won) = (Calibration::fit(&leads), leads.iter().filter(|it| it.1).count() as f64);
        let (high, low) = ((won + 1.0) / (won + 2.0), 1.0 / (leads.len() as f64 - won + 2.0));
        let target = |is_won: bool| if is_won { high } else { low };
        let best = line.loss(&leads, target);
        for (slope, shift) in [(0.01, 0.0), (-0.01, 0.0), (0.0, 0.01), (0.0, -0.01), (0.01, 0.01)] {
            let near = Calibration { slope: line.slope + slope, shift: line.shift + shift };
            assert!(near.loss(&leads, target) > best, "{near:?} is better than {line:?}");
        }
    }
}
