//! The currency that the number format of a cell shows beside its amount.

use iso_currency::Currency;

use super::{DecimalSeparator, Money, MoneyProblem, Places, currency, parse_named};

/// The longest text of a symbol, in bytes.
const LONGEST: usize = 14;

/// The text that a number format shows for a currency: a symbol such as `€`, or an ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Symbol {
    bytes: [u8; LONGEST],
    length: u8,
}

impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Symbol({})", self.as_str())
    }
}

impl Symbol {
    /// A text as it is; `None` when it is blank, or too long for a currency.
    pub fn of(text: &str) -> Option<Symbol> {
        let text = text.trim();
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        (!text.is_empty()).then_some(Symbol { bytes, length: u8::try_from(text.len()).ok()? })
    }

    /// A text that means a currency, or one of several.
    pub fn of_currency(text: &str) -> Option<Symbol> {
        let is_one = !matches!(currency::of_symbol(text, Currency::USD), Err(MoneyProblem::NotAnAmount));
        Symbol::of(text).filter(|_| is_one)
    }

    /// A symbol with the language for which it stands: `kr` of Swedish is SEK. The language is a Windows identifier in
    /// hexadecimal digits or a tag such as `sv-SE`. A symbol that means one currency alone is that one.
    pub fn of_language(text: &str, language: &str) -> Option<Symbol> {
        let text = text.trim();
        let is_code = Currency::from_code(&text.to_uppercase()).is_some();
        let is_alone = text == "€" || text == "£" && language.is_empty();
        match currency_of_language(language).filter(|_| !text.is_empty() && !is_code && !is_alone) {
            Some(code) => Symbol::of(code),
            None => Symbol::of(text),
        }
    }

    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.length.into()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Reads the text of a number, which has a decimal point and no groups, with the currency that its format shows. `row` is
/// the currency that the row names, `base` the organization's.
///
/// # Errors
/// The problem, without the value.
pub fn parse_number(
    places: Places,
    text: &str,
    symbol: Option<Symbol>,
    row: Option<Currency>,
    base: Currency,
) -> Result<Money, MoneyProblem> {
    let named = symbol.map(|symbol| currency::of_symbol(symbol.as_str(), row.unwrap_or(base)));
    let named = named.transpose().map_err(|_| MoneyProblem::AmbiguousSymbol)?;
    parse_named(places, text, DecimalSeparator::Point, named, row, base)
}

/// The currency of a language, by its Windows identifier or its tag, where a symbol may be of several countries.
fn currency_of_language(language: &str) -> Option<&'static str> {
    let country = match language.rsplit_once('-') {
        Some((_, country)) if country.len() == 2 => country.to_ascii_uppercase(),
        _ => country_of_identifier(u32::from_str_radix(language, 16).ok()? & 0xFFFF)?.to_owned(),
    };
    Some(match country.as_str() {
        "US" => "USD",
        "CA" => "CAD",
        "AU" => "AUD",
        "NZ" => "NZD",
        "SG" => "SGD",
        "HK" => "HKD",
        "TW" => "TWD",
        "MX" => "MXN",
        "CL" => "CLP",
        "CO" => "COP",
        "AR" => "ARS",
        "BR" => "BRL",
        "PE" => "PEN",
        "GB" => "GBP",
        "EG" => "EGP",
        "LB" => "LBP",
        "SE" => "SEK",
        "NO" => "NOK",
        "DK" => "DKK",
        "IS" => "ISK",
        "CH" => "CHF",
        "PL" => "PLN",
        "CZ" => "CZK",
        "HU" => "HUF",
        "RO" => "RON",
        "BG" => "BGN",
        "RS" => "RSD",
        "UA" => "UAH",
        "RU" => "RUB",
        "TR" => "TRY",
        "IL" => "ILS",
        "JP" => "JPY",
        "CN" => "CNY",
        "KR" => "KRW",
        "IN" => "INR",
        "PK" => "PKR",
        "ID" => "IDR",
        "MY" => "MYR",
        "TH" => "THB",
        "VN" => "VND",
        "PH" => "PHP",
        "AE" => "AED",
        "SA" => "SAR",
        "ZA" => "ZAR",
        "NG" => "NGN",
        "KE" => "KES",
        _ => return None,
    })
}

/// The country of a Windows language identifier (MS-LCID 2.2).
fn country_of_identifier(identifier: u32) -> Option<&'static str> {
    Some(match identifier {
        0x0409 => "US",
        0x1009 | 0x0C0C => "CA",
        0x0C09 => "AU",
        0x1409 => "NZ",
        0x4809 | 0x1004 => "SG",
        0x0C04 | 0x3C09 => "HK",
        0x0404 => "TW",
        0x080A => "MX",
        0x340A => "CL",
        0x240A => "CO",
        0x2C0A => "AR",
        0x0416 => "BR",
        0x280A => "PE",
        0x0809 | 0x0452 => "GB",
        0x0C01 => "EG",
        0x3001 => "LB",
        0x041D => "SE",
        0x0414 | 0x0814 => "NO",
        0x0406 => "DK",
        0x040F => "IS",
        0x0807 | 0x100C | 0x0810 => "CH",
        0x0415 => "PL",
        0x0405 => "CZ",
        0x040E => "HU",
        0x0418 => "RO",
        0x0402 => "BG",
        0x241A | 0x281A | 0x0C1A => "RS",
        0x0422 => "UA",
        0x0419 => "RU",
        0x041F => "TR",
        0x040D => "IL",
        0x0411 => "JP",
        0x0804 => "CN",
        0x0412 => "KR",
        0x4009 | 0x0439 => "IN",
        0x0420 => "PK",
        0x0421 => "ID",
        0x043E => "MY",
        0x041E => "TH",
        0x042A => "VN",
        0x3409 | 0x0464 => "PH",
        0x3801 => "AE",
        0x0401 => "SA",
        0x1C09 | 0x0436 => "ZA",
        0x0468 | 0x046A | 0x0470 => "NG",
        0x0441 => "KE",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, symbol: Option<&str>, row: Option<Currency>) -> Result<(i64, &'static str), MoneyProblem> {
        let symbol = symbol.and_then(Symbol::of);
        parse_number(Places::Exact, text, symbol, row, Currency::USD).map(|money| (money.cents, money.currency.code()))
    }

    #[test]
    fn numbers_are_read_exactly() {
        assert_eq!(read("1250.5", None, None), Ok((125_050, "USD")));
        assert_eq!(read("12.125", None, None), Err(MoneyProblem::TooPrecise("USD")));
        assert_eq!(read("12.125", Some("BHD"), None), Ok((12_125, "BHD")));
        assert_eq!(read("-3", Some("€"), None), Ok((-300, "EUR")));
        assert_eq!(read("5", Some("£"), Some(Currency::EUR)), Err(MoneyProblem::OtherCurrency("GBP", "EUR")));
        assert_eq!(read("5", Some("kr"), None), Err(MoneyProblem::AmbiguousSymbol));
        assert_eq!(read("5", Some("kr"), Some(Currency::NOK)), Ok((500, "NOK")));
        assert_eq!(read("5", Some("лв."), None), Err(MoneyProblem::AmbiguousSymbol));
    }

    #[test]
    fn a_language_tells_whose_symbol_it_is() {
        let named = |text, language| Symbol::of_language(text, language).map(|symbol| symbol.as_str().to_owned());
        for (text, language, code) in [
            ("€", "407", "€"),
            ("£", "809", "GBP"),
            ("$", "409", "USD"),
            ("$", "1009", "CAD"),
            ("$", "en-AU", "AUD"),
            ("kr", "41D", "SEK"),
            ("kr", "414", "NOK"),
            ("kr.", "406", "DKK"),
            ("лв.", "402", "BGN"),
            ("USD", "407", "USD"),
            ("¥", "804", "CNY"),
            ("$", "", "$"),
            ("kr", "x-none", "kr"),
        ] {
            assert_eq!(named(text, language).as_deref(), Some(code), "{text} {language}");
        }
        assert_eq!(named("", "409"), None);
        assert_eq!(Symbol::of_currency("pcs"), None);
        assert_eq!(Symbol::of(&"x".repeat(15)), None);
    }
}
