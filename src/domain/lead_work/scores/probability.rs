//! How likely a lead is to be won.

use std::fmt;

use serde::{Serialize, Serializer};

/// A probability in ten-thousandths, so that both engines hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(pub i16);

/// So many parts make certainty.
pub const PARTS: i16 = 10_000;

impl Probability {
    /// The nearest one; halves go to the even neighbour. What is no number is 0.
    pub fn of(share: f64) -> Probability {
        let parts = (share.clamp(0.0, 1.0) * f64::from(PARTS)).round_ties_even();
        Probability(if parts.is_nan() { 0 } else { parts as i16 })
    }

    /// The score that says the same: from 0 to 100, halves to the even neighbour.
    pub fn score(self) -> i16 {
        (f64::from(self.0) / 100.0).round_ties_even() as i16
    }

    pub fn share(self) -> f64 {
        f64::from(self.0) / f64::from(PARTS)
    }

    /// Reads what `Display` writes: at most four decimals, from 0 to 1.
    pub fn parse(text: &str) -> Option<Probability> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_plain(whole) || !is_plain(decimals) || decimals.len() > 4 {
            return None;
        }
        let parts: i64 = format!("{whole}{decimals:0<4}").parse().ok()?;
        i16::try_from(parts).ok().filter(|parts| *parts <= PARTS).map(Probability)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.share())
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probability_is_read_back() {
        for parts in 0..=PARTS {
            let probability = Probability(parts);
            assert_eq!(Probability::parse(&probability.to_string()), Some(probability));
            assert_eq!(Probability::of(probability.share()), probability);
        }
        for bad in ["", "1.0001", "-0.1", "0.12345", "1e-1", ".5", "1.", "2", "99999", "0,5"] {
            assert_eq!(Probability::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn scores_are_hundredths() {
        assert_eq!(
            [0, 50, 150, 3149, 3150, 3250, 10_000].map(|parts| Probability(parts).score()),
            [0, 0, 2, 31, 32, 32, 100]
        );
        assert_eq!(Probability::of(f64::NAN), Probability(0));
        assert_eq!((Probability::of(-1.0), Probability::of(7.0)), (Probability(0), Probability(PARTS)));
    }
}
