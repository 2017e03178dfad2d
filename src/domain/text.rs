//! Text from files: folding for comparison, placeholders that mean "empty", and length limits.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::formula::unmark_text;
use super::invisible;

/// Lower case, compatibility-normalised, every run of spaces and punctuation one space, what nobody sees left out: the key
/// by which headers, statuses and countries are compared. Marks are parts of the letter before them.
pub fn fold_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |c: char| {
        // A mark without a letter, such as the one that NFKC makes of `´`, is punctuation.
        let is_part = if !c.is_ascii() && is_combining_mark(c) { !gap && !key.is_empty() } else { c.is_alphanumeric() };
        if is_part {
            if gap && !key.is_empty() {
                key.push(' ');
            }
            gap = false;
            key.push(c);
        } else {
            gap = true;
        }
    };
    if text.is_ascii() {
        text.bytes().for_each(|b| push(b.to_ascii_lowercase().into()));
    } else {
        // Composed again: H̱ has no upper case in one character, and ẖ is one.
        let seen = text.nfkc().filter(|&c| !invisible::is_invisible(c) && !invisible::only_shapes(c));
        seen.flat_map(char::to_lowercase).nfc().for_each(push);
    }
    key
}

/// A text in the form in which its case and its composition do not matter: two texts are the same where Unicode's full case
/// folding and NFC make them so. It is the upper case of the lower case, which needs no context, so that parts of a text fold
/// as the whole does; the dotless ı stays itself. Accents are kept. `filter::folded` says the same in SQL.
pub fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    // Decomposed first: the case of ᾳ has no accent between its letters (canonical caseless matching, Unicode D145). The upper case
    // of both small sigmas is one.
    let upper = text.nfd().flat_map(char::to_lowercase).flat_map(|small| match small {
        // Its upper case is that of i.
        'ı' => DOTLESS.to_uppercase(),
        _ => small.to_uppercase(),
    });
    let folded: String = upper.nfc().collect();
    match folded.contains(DOTLESS) {
        true => folded.replace(DOTLESS, "ı"),
        false => folded,
    }
}

/// Stands for ı while a text is folded: no character, so that no text has it.
const DOTLESS: char = '\u{fdd0}';

/// The value of a text that is a plain decimal number of at most 15 digits before the point and behind it. The
/// database's function `number_of` says the same.
pub fn number_of(text: &str) -> Option<f64> {
    plain_decimal(text, 15, 15).and_then(|_| text.parse().ok())
}

/// The digits of a plain decimal number before its point and behind it: at least one and at most `whole`, and none or at
/// most `part`. A minus may stand before them.
pub fn plain_decimal(text: &str, whole: usize, part: usize) -> Option<(&str, &str)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = |digits: &str, most: usize| {
        (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match digits.split_once('.') {
        Some((units, fraction)) => (plain(units, whole) && plain(fraction, part)).then_some((units, fraction)),
        None => plain(digits, whole).then_some((digits, "")),
    }
}

/// Whether a cell holds one of the words that exports write for "nothing".
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 21] = [
        "select",
        "--select--",
        "n/a",
        "na",
        "-",
        "--",
        "null",
        "(null)",
        "<null>",
        "[null]",
        "none",
        "(none)",
        "nil",
        "<na>",
        "undefined",
        "\\N",
        "(blank)",
        "(empty)",
        // Zoho and Salesforce.
        "-none-",
        "--none--",
        "[not provided]",
    ];
    // People are called Nan; programs write NaN and nan, and NaT for a time.
    let is_dash = |c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2e3a}' | '\u{fe58}' | '\u{ff0d}');
    if !text.is_empty() && text.len() <= 10 && text.chars().all(is_dash) {
        return true;
    }
    // MySQL's date of nothing.
    if text.strip_prefix("0000-00-00").is_some_and(|time| matches!(time, "" | " 00:00:00" | "T00:00:00" | "T00:00:00Z"))
    {
        return true;
    }
    text.len() <= 14
        && (WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || matches!(text, "nan" | "NaN" | "-nan" | "NaT"))
}

/// Whether a cell of anything but a yes or no says that there is nothing: Odoo writes False there.
pub fn is_false(text: &str) -> bool {
    text.eq_ignore_ascii_case("false")
}

/// Whether a cell holds the error of a formula.
pub fn is_spreadsheet_error(text: &str) -> bool {
    matches!(
        text,
        "#N/A"
            | "#REF!"
            | "#VALUE!"
            | "#DIV/0!"
            | "#NAME?"
            | "#NULL!"
            | "#NUM!"
            | "#SPILL!"
            | "#CALC!"
            | "#GETTING_DATA"
    )
}

/// What a cell says: its text without the mark of a text, and without spaces and invisible characters around it.
pub fn cell_text(cell: &str) -> &str {
    invisible::trim(unmark_text(invisible::trim(cell)))
}

/// What a cell says that holds a number, a date, an id or an address: like [`cell_text`], and without the apostrophe by
/// which people make a spreadsheet keep such a value as it is.
pub fn cell_value(cell: &str) -> &str {
    let text = cell_text(cell);
    match text.strip_prefix(['\'', '’', '‘', '`']) {
        Some(rest) if rest.contains('@') || is_numeric(rest) => invisible::trim(rest),
        _ => text,
    }
}

/// Whether a text is made of digits and what stands between them in numbers, phones and dates.
fn is_numeric(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./,:#".contains(c) || "eEx".contains(c))
}

/// The known word that a mistyped one most likely means, whatever the case of either.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A word that is much longer than every known one is none of them, and would take long to compare.
    let word: String = word.chars().take(60).flat_map(char::to_lowercase).collect();
    known
        .into_iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &word), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.55)
        .map(|(_, known)| known)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_its_own_key_in_every_form(text in "[ \u{300}-\u{310}a-hIİẖÅ\u{901}-\u{94d}\u{e01}-\u{e4e}★´_]{0,8}") {
            let key = fold_key(&text);
            prop_assert_eq!(fold_key(&key), key.clone());
            prop_assert_eq!(fold_key(&text.nfd().collect::<String>()), key);
        }

        #[test]
        fn folding_is_of_every_case_and_form(text in "[a-zßẞıİﬁΣςσéÅǆŉΐᾳ\u{300}-\u{345}]{0,8}") {
            let key = fold_case(&text);
            prop_assert_eq!(fold_case(&key), key.clone());
            prop_assert_eq!(fold_case(&text.nfc().collect::<String>()), key.clone());
            prop_assert_eq!(fold_case(&text.to_lowercase()), key.clone());
            if !text.contains('ı') {
                prop_assert_eq!(fold_case(&text.nfd().collect::<String>().to_uppercase()), key);
            }
        }
    }

    #[test]
    fn folding() {
        assert_eq!(fold_key("  Phone_Number: "), "phone number");
        assert_eq!(fold_key("E-Mail"), "e mail");
        assert_eq!(fold_key("ＴＥＬ．"), "tel");
        assert_eq!(fold_key("Straße"), "straße");
    }

    #[test]
    fn marks_are_parts_of_their_letters() {
        for (text, key) in [
            ("ข่าว", "ข่าว"),
            ("ข้าว", "ข้าว"),
            ("தமிழ் நாடு", "தமிழ் நாடு"),
            ("हिन्दी-विज्ञापन", "हिन्दी विज्ञापन"),
            ("İzmir", "i\u{307}zmir"),
            ("I\u{307}ZMIR", "i\u{307}zmir"),
            ("i zmir", "i zmir"),
            ("H\u{331}at", "\u{1e96}at"),
            ("ẖat", "\u{1e96}at"),
            ("Sa\u{303}o", "são"),
            // Without a letter a mark is punctuation.
            ("O´Brien", "o brien"),
            ("a - \u{301}b", "a b"),
            ("\u{301}", ""),
            ("★\u{fe0f}", ""),
            // What only shapes a letter is none.
            ("A\u{fe0f}b", "ab"),
            ("ශ්\u{200d}රී", "ශ්රී"),
        ] {
            assert_eq!(fold_key(text), key, "{text}");
        }
    }

    /// The standard library's cases of whole texts, which look at what stands beside a letter.
    #[test]
    fn letters_fold_by_themselves_as_in_texts() {
        let changes = |letter: &char| {
            let small = letter.to_lowercase().ne([*letter]);
            small || letter.to_uppercase().ne([*letter]) || [*letter].into_iter().nfd().ne([*letter])
        };
        for letter in ('\u{80}'..='\u{1ffff}').filter(changes).filter(|letter| *letter != 'ı') {
            for text in [format!("{letter}"), format!("aΣ{letter}"), format!("{letter}Σ {letter}\u{301}")] {
                let whole = text.nfd().collect::<String>().to_lowercase().to_uppercase();
                assert_eq!(fold_case(&text), whole.nfc().collect::<String>(), "{text:?}");
            }
        }
    }

    #[test]
    fn case_folds_by_unicode_and_accents_stay() {
        assert_eq!(fold_case("Straße Ünal"), fold_case("STRASSE üNAL"));
        assert_eq!(fold_case("ΟΔΟΣ"), fold_case("οδος"));
        assert_ne!(fold_case("Zoe"), fold_case("Zoë"));
        for same in [
            &["Straße", "STRASSE", "STRAẞE", "strasse"][..],
            &["ΟΔΟΣ", "οδος", "οδοσ"],
            &["São Paulo", "Sa\u{303}o Paulo", "SÃO PAULO"],
            &["İstanbul", "i\u{307}stanbul", "I\u{307}STANBUL"],
            &["ﬁrst ﬂoor", "FIRST FLOOR"],
            &["Ǆ", "ǅ", "ǆ"],
            &["\u{212a}elvin", "KELVIN"],
            &["ᾴ", "\u{3b1}\u{301}\u{345}", "ΆΙ"],
            &["\u{212b}", "å", "A\u{30a}"],
        ] {
            same.iter().for_each(|text| assert_eq!(fold_case(text), fold_case(same[0]), "{text}"));
        }
        for (one, other) in [("ısı", "isi"), ("ISI", "ısı"), ("İ", "i"), ("ＡＢ", "AB"), ("ä", "ae"), ("½", "1⁄2")]
        {
            assert_ne!(fold_case(one), fold_case(other), "{one}");
        }
    }

    #[test]
    fn plain_numbers() {
        assert_eq!(number_of("-12.50"), Some(-12.5));
        for bad in ["", "1,5", "1e3", "NaN", "1234567890123456", "0x1", "+1", " 1", ".5", "5."] {
            assert_eq!(number_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_nearest_word() {
        assert_eq!(nearest("stauts", ["source", "status"]), Some("status"));
        assert_eq!(nearest("zzz", ["source", "status"]), None);
        assert_eq!(nearest("budget", ["Segment", "Budget"]), Some("Budget"));
    }

    #[test]
    fn placeholders_are_whole_cells() {
        assert!(is_placeholder("N/A") && is_placeholder("Select") && is_placeholder("-"));
        assert!(!is_placeholder("Nancy") && !is_placeholder(""));
        for word in
            ["0000-00-00", "0000-00-00 00:00:00", "nan", "NaN", "undefined", "\\N", "(none)", "(None)", "<NA>", "NaT"]
        {
            assert!(is_placeholder(word), "{word}");
        }
        for name in ["Nan", "NAN", "Nat", "N", "False", "Undefined Ltd", "0000-00-01"] {
            assert!(!is_placeholder(name), "{name}");
        }
        assert!(is_false("False") && is_false("FALSE") && !is_false("Falsetto"));
    }

    #[test]
    fn invisible_characters_and_marks_around_a_cell() {
        for cell in ["\u{feff}Ann", "Ann\u{200b} ", "\u{200e}Ann\u{200f}", "\u{a0}Ann\u{202f}"] {
            assert_eq!(cell_text(cell), "Ann", "{cell:?}");
        }
        assert_eq!(cell_text("\u{feff}'=1+1"), "=1+1");
        for header in ["E-Mail\u{200b}", "\u{feff}E-Mail", "E-Ma\u{ad}il"] {
            assert_eq!(fold_key(header), "e mail", "{header:?}");
        }
    }

    #[test]
    fn an_apostrophe_before_a_value_is_undone() {
        for (cell, value) in [
            ("'ann@example.com", "ann@example.com"),
            ("'2125550142", "2125550142"),
            ("’+12125550142", "+12125550142"),
            ("' (212) 555-0142", "(212) 555-0142"),
            ("\u{200b}'03/04/2026 10:00", "03/04/2026 10:00"),
            ("'1.5E+5", "1.5E+5"),
        ] {
            assert_eq!(cell_value(cell), value, "{cell:?}");
        }
        for cell in ["'tis", "'s-Hertogenbosch", "'", "O'Neil"] {
            assert_eq!(cell_value(cell), cell);
        }
        assert_eq!(cell_text("'47"), "'47");
    }
}
