//! Whole numbers from divisions, and decimals: to the nearest, and of two that are as near to the even one.

/// A quotient, rounded half to even, as ISO 80000-1 (B.3, rule A) and accountants do. `None` when there is nothing to
/// divide by.
pub fn half_even(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div_euclid(divisor)?;
    // From 0 up to the divisor's size.
    let rest = dividend.checked_rem_euclid(divisor)?.unsigned_abs();
    let other = divisor.unsigned_abs() - rest;
    let up = rest > other || (rest == other && quotient % 2 != 0);
    // The remainder is never negative, so that a quotient by a negative divisor is rounded away from the other side.
    let step = if divisor > 0 { 1 } else { -1 };
    Some(if up { quotient.checked_add(step)? } else { quotient })
}

/// The part of an amount in minor units that falls on each of so many, rounded half to even. `None` when `count` is 0.
pub fn each(cents: i64, count: u64) -> Option<i64> {
    half_even(cents.into(), count.into()).and_then(|part| i64::try_from(part).ok())
}

/// A number with so many decimals, for reading; halves go to the even side, and what rounds to nothing has no sign.
pub fn decimals(number: f64, places: u8) -> f64 {
    let unit = 10_f64.powi(places.into());
    (number * unit).round_ties_even() / unit + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_to_the_even_side() {
        let quotients =
            [(5, 2), (7, 2), (-5, 2), (-7, 2), (5, -2), (7, -2), (9, 4), (11, 4), (-9, 4), (-11, 4), (0, 3)];
        let rounded: Vec<i128> = quotients.iter().map(|(a, b)| half_even(*a, *b).unwrap()).collect();
        assert_eq!(rounded, [2, 4, -2, -4, -2, -4, 2, 3, -2, -3, 0]);
        assert_eq!((half_even(1, 0), half_even(i128::MIN, -1), each(7, 0)), (None, None, None));
        assert_eq!((each(100, 3), each(200, 3), each(i64::MAX, 1)), (Some(33), Some(67), Some(i64::MAX)));
    }

    #[test]
    fn decimals_are_those_that_are_nearest() {
        let rounded = [(0.125, 2), (0.375, 2), (-0.125, 2), (0.648_251, 4), (2.5, 0), (1e9, 4)];
        assert_eq!(rounded.map(|(number, places)| decimals(number, places)), [0.12, 0.38, -0.12, 0.6483, 2.0, 1e9]);
        assert!(decimals(-0.001, 2).is_sign_positive() && decimals(f64::NAN, 2).is_nan());
    }

    proptest! {
        #[test]
        fn nothing_is_nearer(a in -1_000_000i128..1_000_000, b in prop_oneof![-1000i128..0, 1i128..1000]) {
            let nearest = half_even(a, b).unwrap();
            let away = |q: i128| (a - q * b).abs();
            prop_assert!(away(nearest) < away(nearest - 1) || nearest % 2 == 0);
            prop_assert!(away(nearest) < away(nearest + 1) || nearest % 2 == 0);
            prop_assert!(away(nearest) * 2 <= b.abs());
        }
    }
}
