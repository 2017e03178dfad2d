//! Between which bounds the true share lies of what was seen in some cases (Wilson, 1927).

/// The normal quantile of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// The bounds of 95 % of a rate that was seen in so many cases; without any it may be everything.
pub fn bounds(rate: f64, cases: i64) -> (f64, f64) {
    if cases <= 0 {
        return (0.0, 1.0);
    }
    let n = cases as f64;
    let square = Z * Z / n;
    let middle = (rate + square / 2.0) / (1.0 + square);
    let half = Z / (1.0 + square) * (rate * (1.0 - rate) / n + square / (4.0 * n)).sqrt();
    // What never was, or always, may be so; the difference of two roundings is no bound.
    let low = if rate <= 0.0 { 0.0 } else { (middle - half).clamp(0.0, 1.0) };
    let high = if rate >= 1.0 { 1.0 } else { (middle + half).clamp(0.0, 1.0) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_literature() {
        // Newcombe (1998), and statsmodels' proportion_confint(count, nobs, method='wilson').
        for (won, cases, low, high) in [
            (81, 263, 0.255_3, 0.366_2),
            (0, 20, 0.0, 0.161_1),
            (3, 4, 0.300_6, 0.954_4),
            (60, 100, 0.502_0, 0.690_6),
            (10, 10, 0.722_5, 1.0),
        ] {
            let found = bounds(f64::from(won) / f64::from(cases), i64::from(cases));
            assert!((found.0 - low).abs() < 6e-5 && (found.1 - high).abs() < 6e-5, "{won} of {cases}: {found:?}");
        }
        assert_eq!(bounds(0.5, 0), (0.0, 1.0));
        for cases in 1..500 {
            assert_eq!((bounds(0.0, cases).0, bounds(1.0, cases).1), (0.0, 1.0), "{cases}");
        }
    }
}
