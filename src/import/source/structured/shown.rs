//! Numbers of tables: what stands behind a number that is shown, and a number as text.

use super::super::typed::rows::shown_number;
use crate::domain::money::symbol::Symbol;

/// The text of a number with a decimal point and without an exponent. Digits alone stay as they are: they may be an id.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() && !text.bytes().all(|byte| byte.is_ascii_digit()) => shown_number(float),
        _ => text.to_owned(),
    }
}

/// The number behind a text that shows it, perhaps rounded, grouped or with a currency. `None` where the text says something
/// else, such as a date or a percentage, or where it fixes the digits: `02035`, `+1 212 …`.
pub(super) fn number_behind(shown: &str, number: &str) -> Option<(Option<Symbol>, String)> {
    let value: f64 = number.parse().ok()?;
    // The column was too narrow, or the number too long for it.
    let has_no_room = !shown.is_empty() && shown.bytes().all(|byte| byte == b'#');
    if has_no_room || is_rounded_by_exponent(shown, value) {
        return Some((None, plain(number)));
    }
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}' | '-');
    let (first, last) = (shown.find(|c: char| c.is_ascii_digit())?, shown.rfind(|c: char| c.is_ascii_digit())?);
    let figures = shown.get(first..=last)?;
    let besides: String =
        [shown.get(..first)?, shown.get(last + 1..)?].concat().chars().filter(|c| !is_part(*c)).collect();
    let symbol = match besides.trim() {
        "" => None,
        other => Some(Symbol::of_currency(other)?),
    };
    let is_fixed =
        figures.len() > 1 && figures.starts_with('0') && !figures.starts_with("0.") && !figures.starts_with("0,");
    if is_fixed || figures.contains('-') || !figures.chars().all(is_part) || !says(figures, value.abs()) {
        return None;
    }
    Some((symbol, plain(number)))
}

/// `1.21256E+10` for 12125550101.
fn is_rounded_by_exponent(shown: &str, value: f64) -> bool {
    let said = shown.replace(',', ".").parse::<f64>();
    shown.contains(['e', 'E']) && said.is_ok_and(|said| (said - value).abs() <= value.abs() * 0.05)
}

/// Whether figures are a value, rounded to the decimals behind their last separator or to a whole number.
fn says(figures: &str, value: f64) -> bool {
    let digits: String = figures.chars().filter(char::is_ascii_digit).collect();
    let decimals = figures.rsplit(['.', ',']).next().map_or(0, str::len);
    let Ok(whole) = digits.parse::<f64>() else { return false };
    let is_near = |decimals: usize| {
        let unit = 10f64.powi(-(decimals.min(20) as i32));
        (whole * unit - value).abs() <= unit * 0.501
    };
    is_near(0) || (decimals < digits.len() && is_near(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_shown_in_short_come_whole() {
        for (shown, number, told) in [
            ("1.21256E+10", "12125550101", "12125550101"),
            ("1,21256E+10", "12125550101", "12125550101"),
            ("########", "12125550101", "12125550101"),
            ("12,125,550,101", "12125550101", "12125550101"),
            ("1,234.6", "1234.56", "1234.56"),
            ("1.235", "1234.56", "1234.56"),
            ("-12", "-12.25", "-12.25"),
            ("0,30", "0.30000000000000004", "0.3"),
        ] {
            assert_eq!(number_behind(shown, number), Some((None, told.to_owned())), "{shown}");
        }
        let euro = number_behind("1.234,60 €", "1234.6");
        assert_eq!(euro, Some((Symbol::of("€"), "1234.6".to_owned())));
    }

    #[test]
    fn what_says_something_else_stays_as_it_is_shown() {
        for (shown, number) in [
            ("02035", "2035"),
            ("3/15/2023", "45000"),
            ("15.03.2023", "45000"),
            ("2023-03-15", "45000"),
            ("08:30", "0.3541666667"),
            ("12%", "0.12"),
            ("+12125550101", "12125550101"),
            ("212-555-0101", "2125550101"),
            ("Ada", "1"),
            ("", "5"),
        ] {
            assert_eq!(number_behind(shown, number), None, "{shown}");
        }
    }

    #[test]
    fn numbers_are_plain() {
        assert_eq!(
            ["2.125550102E9", "0.30000000000000004", "012", "1e400", "-3.50"].map(plain),
            ["2125550102", "0.3", "012", "1e400", "-3.5"]
        );
    }
}
