//! Number formats of spreadsheets (ECMA-376, part 1, 18.8.31): the currency that one shows, and the digits that one fixes.

use crate::domain::money::symbol::Symbol;

/// What a number format says besides how many decimals are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Nothing that an import needs.
    General,
    /// The number is an amount in this currency.
    Money(Symbol),
    /// The number is shown as a text of these pieces, such as `02035`.
    Digits(Vec<Piece>),
    /// The number is a time of day.
    Clock,
}

/// A piece of a format of fixed digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A digit, or a zero where the number has none.
    Zero,
    /// A digit, or nothing.
    Digit,
    Literal(char),
}

/// Formats with these numbers and codes show the currency of whoever opens the file.
const OF_THE_READER: [u32; 6] = [5, 6, 7, 8, 42, 44];

/// The longest code of a format, in bytes: spreadsheets allow 255 characters.
const LONGEST: usize = 1020;

impl Shape {
    /// The shape of a format by its code; formats that are built in have a number, too.
    pub fn of(code: &str, number: Option<u32>) -> Shape {
        if code.len() > LONGEST {
            return Shape::General;
        }
        let section = Section::of(code);
        if let Some(symbol) = section.symbol() {
            let is_of_reader =
                number.is_some_and(|number| OF_THE_READER.contains(&number)) && code.contains("_($* #,##0");
            return if is_of_reader { Shape::General } else { Shape::Money(symbol) };
        }
        match section.is_clock() {
            true => Shape::Clock,
            false => section.digits().map_or(Shape::General, Shape::Digits),
        }
    }

    /// The currency that it shows.
    pub fn currency(&self) -> Option<Symbol> {
        match self {
            Shape::Money(symbol) => Some(*symbol),
            _ => None,
        }
    }

    /// The text that a sheet shows for a whole number in fixed digits; `None` where it is an everyday number.
    pub fn shown(&self, number: f64) -> Option<String> {
        let Shape::Digits(pieces) = self else { return None };
        if number.fract() != 0.0 || !(0.0..1e15).contains(&number) {
            return None;
        }
        let mut digits: Vec<char> =
            format!("{number:.0}").chars().filter(|digit| number != 0.0 || *digit != '0').collect();
        let first = pieces.iter().position(|piece| !matches!(piece, Piece::Literal(_)));
        let mut shown = Vec::new();
        for (place, piece) in pieces.iter().enumerate().rev() {
            match piece {
                Piece::Literal(literal) => shown.push(*literal),
                Piece::Zero => shown.push(digits.pop().unwrap_or('0')),
                Piece::Digit => shown.extend(digits.pop()),
            }
            if Some(place) == first {
                shown.extend(digits.drain(..).rev());
            }
        }
        Some(shown.into_iter().rev().collect::<String>().trim().to_owned())
    }
}

/// A part of a format code.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Piece(Piece),
    /// What stands in brackets.
    Bracket(String),
    /// Anything that makes the format one of other numbers: `.`, `,`, `%`, `?`, `E`, a letter of a date.
    Other(char),
}

/// The section of a format that positive numbers take.
struct Section(Vec<Token>);

impl Section {
    fn of(code: &str) -> Section {
        let mut tokens = Vec::new();
        let mut rest = code.chars();
        while let Some(c) = rest.next() {
            tokens.push(match c {
                ';' => break,
                '"' => {
                    tokens.extend(rest.by_ref().take_while(|c| *c != '"').map(|c| Token::Piece(Piece::Literal(c))));
                    continue;
                }
                '\\' => match rest.next() {
                    Some(literal) => Token::Piece(Piece::Literal(literal)),
                    None => break,
                },
                // The width of a character, or one that fills the cell.
                '_' | '*' => {
                    rest.next();
                    continue;
                }
                '[' => Token::Bracket(rest.by_ref().take_while(|c| *c != ']').collect()),
                '0' => Token::Piece(Piece::Zero),
                '#' => Token::Piece(Piece::Digit),
                '.' | ',' | '%' | '?' | '@' => Token::Other(c),
                c if c.is_ascii_alphabetic() => Token::Other(c.to_ascii_lowercase()),
                c => Token::Piece(Piece::Literal(c)),
            });
        }
        Section(tokens)
    }

    /// The currency in brackets, else the one that a text beside the digits means.
    fn symbol(&self) -> Option<Symbol> {
        let in_brackets = self.0.iter().find_map(|token| {
            let Token::Bracket(text) = token else { return None };
            let text = text.strip_prefix('$')?;
            // `[$-409]` is a language only; a currency may hold a hyphen of its own.
            let (symbol, language) = text.rsplit_once('-').unwrap_or((text, ""));
            let (symbol, language) = match symbol.rsplit_once('-') {
                Some((before, tag)) if language.len() == 2 => (before, format!("{tag}-{language}")),
                _ => (symbol, language.to_owned()),
            };
            Symbol::of_language(symbol, &language)
        });
        in_brackets.or_else(|| {
            let is_literal = |token: &Token| matches!(token, Token::Piece(Piece::Literal(_)));
            let runs = self.0.chunk_by(|a, b| is_literal(a) == is_literal(b));
            let text = |run: &[Token]| -> String {
                let letter = |token: &Token| match token {
                    Token::Piece(Piece::Literal(c)) => Some(*c),
                    _ => None,
                };
                run.iter().filter_map(letter).collect()
            };
            runs.map(text).find_map(|text| Symbol::of_currency(text.trim().trim_matches(['-', '(', ')', '+']).trim()))
        })
    }

    fn is_clock(&self) -> bool {
        let has = |letters: &[char]| self.0.iter().any(|token| matches!(token, Token::Other(c) if letters.contains(c)));
        has(&['h', 's']) && !has(&['y', 'd', 'e', 'g'])
    }

    /// The pieces of a format that shows a whole number as a text: with leading zeros, or a sign or digits before it.
    fn digits(&self) -> Option<Vec<Piece>> {
        let mut pieces = Vec::with_capacity(self.0.len());
        for token in &self.0 {
            match token {
                Token::Piece(piece) => pieces.push(*piece),
                Token::Bracket(text) if text.starts_with(['<', '>', '=']) => return None,
                Token::Bracket(_) => {}
                Token::Other(_) => return None,
            }
        }
        let zeros = pieces.iter().filter(|piece| **piece == Piece::Zero).count();
        let places = zeros + pieces.iter().filter(|piece| **piece == Piece::Digit).count();
        let first = pieces.iter().position(|piece| !matches!(piece, Piece::Literal(_)))?;
        let before = pieces.get(..first).unwrap_or_default();
        let is_prefixed =
            before.iter().any(|piece| matches!(piece, Piece::Literal(c) if *c == '+' || c.is_ascii_digit()));
        (places > 0 && (is_prefixed || zeros > 1)).then_some(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Option<String> {
        match Shape::of(code, None) {
            Shape::Money(symbol) => Some(symbol.as_str().to_owned()),
            _ => None,
        }
    }

    #[test]
    fn currencies_of_formats() {
        for (code, symbol) in [
            ("#,##0.00 \"€\"", "€"),
            ("#,##0.00\\ \"kr\"", "kr"),
            ("[$€-407] #,##0.00", "€"),
            ("#,##0.00\\ [$€-407]", "€"),
            ("[$£-809]#,##0.00", "GBP"),
            ("[$USD] #,##0", "USD"),
            ("#,##0.00 [$CHF-807]", "CHF"),
            ("[$$-1009]#,##0.00", "CAD"),
            ("[$$-en-US]#,##0.00", "USD"),
            ("[$kr-41D] #,##0", "SEK"),
            ("\"$\"#,##0.00_);[Red](\"$\"#,##0.00)", "$"),
            ("_-\"€\"* #,##0.00_-;-\"€\"* #,##0.00_-;_-\"€\"* \"-\"??_-;_-@_-", "€"),
            ("$#,##0", "$"),
            ("£#,##0.00", "£"),
            ("[Blue]\"EUR \"0.00", "EUR"),
            ("0.00\" zł\"", "zł"),
        ] {
            assert_eq!(currency(code).as_deref(), Some(symbol), "{code}");
        }
        for code in
            ["General", "0", "#,##0.00", "0.00%", "yyyy-mm-dd", "[$-409]d mmm yyyy", "0\" pcs\"", "[Red]0.00", "@", ""]
        {
            assert_eq!(currency(code), None, "{code}");
        }
        assert_eq!(Shape::of("_($* #,##0.00_);_($* (#,##0.00)", Some(44)), Shape::General);
    }

    #[test]
    fn no_code_is_longer_than_a_spreadsheet_allows() {
        assert!(matches!(Shape::of(&"0".repeat(LONGEST + 1), None), Shape::General));
        assert!(matches!(Shape::of("00000", None), Shape::Digits(_)));
    }

    #[test]
    fn fixed_digits_give_what_the_sheet_shows() {
        for (code, number, shown) in [
            ("00000", 2035.0, "02035"),
            ("000000000", 12_345.0, "000012345"),
            ("\"+\"0", 4_930_123_456.0, "+4930123456"),
            ("\\+0", 12_125_550_142.0, "+12125550142"),
            ("+0", 7.0, "+7"),
            ("0000-000-000", 2_125_550_142.0, "2125-550-142"),
            ("0000\\-000\\-000", 30_123_456.0, "0030-123-456"),
            ("(000) 000-0000", 2_125_550_142.0, "(212) 555-0142"),
            ("00000", 1_234_567.0, "1234567"),
            ("\"ID-\"0000", 42.0, "ID-0042"),
            ("\"0049\"0", 30_123.0, "004930123"),
            ("+# ### ### ####", 12_125_550_142.0, "+1 212 555 0142"),
            ("00000;-00000;", 0.0, "00000"),
        ] {
            assert_eq!(Shape::of(code, None).shown(number).as_deref(), Some(shown), "{code}");
        }
        for code in [
            "0",
            "#",
            "General",
            "#,##0",
            "0.00",
            "# ##0",
            "00.0",
            "0E+00",
            "yyyy",
            "[<=9999999]###-####;(###) ###-####",
        ] {
            assert_eq!(Shape::of(code, None).shown(2035.0), None, "{code}");
        }
        for number in [0.5, -3.0, 1e15, f64::NAN, f64::INFINITY] {
            assert_eq!(Shape::of("00000", None).shown(number), None, "{number}");
        }
    }

    #[test]
    fn times_of_day_are_told_from_dates() {
        for code in ["h:mm", "hh:mm:ss", "h:mm AM/PM"] {
            assert_eq!(Shape::of(code, None), Shape::Clock, "{code}");
        }
        for code in ["yyyy-mm-dd hh:mm", "d/m/yyyy", "mmm"] {
            assert_ne!(Shape::of(code, None), Shape::Clock, "{code}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(code in "\\PC{0,20}|[0#?.,;\"\\\\_*\\[\\]$€a-z+-]{0,16}", number in any::<f64>()) {
            let _ = Shape::of(&code, Some(44)).shown(number);
        }

        #[test]
        fn fixed_digits_keep_the_number(number in 0u64..1_000_000_000_000, places in 2usize..14) {
            let shown = Shape::of(&"0".repeat(places), None).shown(number as f64).unwrap();
            prop_assert_eq!(shown.parse::<u64>().unwrap(), number);
            prop_assert!(shown.len() >= places);
        }
    }
}
