//! Ratios as reports print them.

/// A part of a whole, to six decimals; `None` when the whole is 0.
pub(super) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| six_decimals(part as f64 / whole as f64))
}

/// An amount in relation to another, to six decimals; `None` when that is 0.
pub(super) fn of_amounts(amount: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| six_decimals(amount as f64 / whole as f64))
}

/// How much a ratio has changed, in percentage points to a hundredth.
pub(super) fn points(now: Option<f64>, before: Option<f64>) -> Option<f64> {
    now.zip(before).map(|(now, before)| ((now - before) * 10_000.0).round() / 100.0)
}

fn six_decimals(ratio: f64) -> f64 {
    (ratio * 1_000_000.0).round() / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_of_nothing_are_nothing() {
        assert_eq!((ratio(1, 3), ratio(0, 5), ratio(0, 0)), (Some(0.333_333), Some(0.0), None));
        assert_eq!((of_amounts(-1, 3), of_amounts(0, 5), of_amounts(5, 0)), (Some(-0.333_333), Some(0.0), None));
        assert_eq!((points(Some(0.3333), Some(0.3)), points(Some(0.1), None)), (Some(3.33), None));
    }
}
