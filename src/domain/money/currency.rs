//! Currencies by ISO 4217 code.

use iso_currency::{Currency, IntoEnumIterator};

use super::MoneyProblem;

/// Reads an ISO 4217 code, in any case.
///
/// # Errors
/// A sentence that names the code.
pub fn parse(text: &str) -> Result<Currency, String> {
    Currency::from_code(&text.trim().to_uppercase())
        .ok_or_else(|| format!("`{text}` is not a currency; use an ISO 4217 code such as USD or EUR"))
}

/// Reads an ISO 4217 code, in any case, into its upper-case form.
///
/// # Errors
/// A sentence that names the code.
pub fn parse_code(text: &str) -> Result<String, String> {
    parse(text).map(|currency| currency.code().to_owned())
}

/// The codes of the currencies whose unit has so many decimal places; those without any minor unit count as 0.
pub fn codes_with_places(places: u16) -> impl Iterator<Item = &'static str> {
    Currency::iter().filter(move |currency| currency.exponent().unwrap_or(0) == places).map(|currency| currency.code())
}

/// The currency of a symbol or code. A symbol that several countries share is the likely one's if that uses it.
///
/// # Errors
/// It is none, or may be one of several.
pub fn of_symbol(symbol: &str, likely: Currency) -> Result<Currency, MoneyProblem> {
    let upper = symbol.trim().to_uppercase();
    if let Some(currency) = Currency::from_code(&upper) {
        return Ok(currency);
    }
    use Currency::*;
    let candidates: &[Currency] = match upper.as_str() {
        "$" => &[USD, CAD, AUD, NZD, SGD, HKD, MXN, CLP, COP, ARS, TWD],
        "US$" => &[USD],
        "C$" | "CA$" => &[CAD],
        "A$" | "AU$" => &[AUD],
        "NZ$" => &[NZD],
        "HK$" => &[HKD],
        "S$" => &[SGD],
        "R$" => &[BRL],
        "€" => &[EUR],
        "£" => &[GBP],
        "¥" | "￥" => &[JPY, CNY],
        "₹" | "RS" | "RS." => &[INR],
        "₩" => &[KRW],
        "₽" => &[RUB],
        "₺" => &[TRY],
        "₪" => &[ILS],
        "₴" => &[UAH],
        "₫" => &[VND],
        "₱" => &[PHP],
        "₦" => &[NGN],
        "ZŁ" => &[PLN],
        "KČ" => &[CZK],
        "FT" => &[HUF],
        "SFR" | "FR." => &[CHF],
        "R" => &[ZAR],
        "KR" | "KR." => {
            return [SEK, NOK, DKK, ISK].into_iter().find(|c| *c == likely).ok_or(MoneyProblem::AmbiguousSymbol);
        }
        _ => return Err(MoneyProblem::NotAnAmount),
    };
    Ok(candidates.iter().copied().find(|c| *c == likely).unwrap_or(candidates[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(parse("eur"), Ok(Currency::EUR));
        assert!(parse("DOLLAR").is_err());
    }
}
