//! How long after their last contact leads were won.

use super::DAY;
use crate::domain::timestamp::Timestamp;

/// Of fewer won leads no median is told.
pub const FEWEST_WON: usize = 5;

/// The median of the times from the last contact to the win, in microseconds and at least a day; `None` of too few. Each pair is the
/// last contact and the win; one that was contacted after it was won tells nothing.
pub fn median_of_won(won: impl IntoIterator<Item = (Timestamp, Timestamp)>) -> Option<i64> {
    let waited = won.into_iter().map(|(contacted, won)| won.as_micros() - contacted.as_micros());
    let mut waited: Vec<i64> = waited.filter(|time| *time >= 0).collect();
    if waited.len() < FEWEST_WON {
        return None;
    }
    waited.sort_unstable();
    let middle = waited.len() / 2;
    let upper = waited.get(middle).copied()?;
    let median = match waited.len() % 2 {
        0 => waited.get(middle - 1).map(|lower| lower + (upper - lower) / 2)?,
        _ => upper,
    };
    Some(median.max(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(days: &[i64]) -> Option<i64> {
        let pair = |days: &i64| (Timestamp::from_micros(0), Timestamp::from_micros(days * DAY));
        median_of_won(days.iter().map(pair))
    }

    #[test]
    fn the_middle_of_at_least_five_counts() {
        assert_eq!(median(&[1, 2, 3, 4]), None);
        assert_eq!(median(&[9, 1, 4, 2, 30]), Some(4 * DAY));
        assert_eq!(median(&[9, 1, 4, 2, 30, 8]), Some(6 * DAY));
        assert_eq!(median(&[0, 0, 0, 0, 0]), Some(DAY));
        assert_eq!(median(&[-1, 1, 2, 3, 4]), None);
    }
}
