//! Numbers and amounts of money as they are written for people.

use super::currency;

/// Groups the digits of a whole number by thousands: `1,234,567`.
pub fn grouped(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount from its minor units and the ISO 4217 code of its currency: 125000 of `USD` is `1250.00`.
pub fn plain(cents: i64, code: &str) -> String {
    written(cents, code, |units| units.to_string())
}

/// The same with its digits grouped: `1,250.00`.
pub fn money(cents: i64, code: &str) -> String {
    written(cents, code, |units| grouped(i128::from(units)))
}

/// The same with its currency: `1,250.00 USD`.
pub fn with_currency(cents: i64, code: &str) -> String {
    format!("{} {code}", money(cents, code))
}

fn written(cents: i64, code: &str, units: impl Fn(u64) -> String) -> String {
    // ISO 4217 gives no minor unit to a few, such as gold; they are counted whole.
    let places = currency::parse(code).ok().and_then(|currency| currency.exponent()).unwrap_or(0);
    let sign = if cents < 0 { "-" } else { "" };
    let unit = 10u64.pow(places.into());
    let (whole, rest) = (cents.unsigned_abs() / unit, cents.unsigned_abs() % unit);
    match usize::from(places) {
        0 => format!("{sign}{}", units(whole)),
        places => format!("{sign}{}.{rest:0places$}", units(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (cents, code, text) in [
            (125_000, "USD", "1,250.00"),
            (5, "EUR", "0.05"),
            (-5, "EUR", "-0.05"),
            (-123_456_789, "USD", "-1,234,567.89"),
            (1250, "JPY", "1,250"),
            (1_234_567, "KWD", "1,234.567"),
            (7, "XAU", "7"),
            (i64::MIN, "USD", "-92,233,720,368,547,758.08"),
        ] {
            assert_eq!((money(cents, code), plain(cents, code)), (text.to_owned(), text.replace(',', "")));
        }
        assert_eq!(with_currency(4_420_958_000, "USD"), "44,209,580.00 USD");
    }
}
