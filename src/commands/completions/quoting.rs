//! Words of a command line as shells write them.

/// How a word was begun in which bash completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Without quotes.
    Bare,
    /// With a quote that is still open, and no other.
    Quote(char),
    /// With quotes and text in another order.
    Mixed,
}

/// How a word was begun, as it was typed.
pub fn begun(typed: &str) -> Begun {
    let mut chars = typed.chars();
    match chars.next() {
        Some(quote @ ('\'' | '"')) if !chars.as_str().contains(['\'', '"', '\\', '$', '`']) => Begun::Quote(quote),
        _ if typed.replace("\\'", "").replace("\\\"", "").contains(['\'', '"']) => Begun::Mixed,
        _ => Begun::Bare,
    }
}

/// A value as bash is to put it where a word was begun, or None where it would read another one back. Bash keeps the quote
/// that is open, and ends it; what follows it is taken as it is.
pub fn for_bash(value: &str, begun: Begun) -> Option<String> {
    let quoted = with_backslashes(value);
    match begun {
        Begun::Bare => Some(quoted),
        // These mean something between one of the two quotes.
        Begun::Quote(_) if !value.contains(['\'', '"', '\\', '$', '`', '!']) => Some(value.to_owned()),
        Begun::Quote(_) => None,
        Begun::Mixed => (quoted == value).then_some(quoted),
    }
}

/// A word with a backslash before every character that could mean something to bash.
pub fn with_backslashes(word: &str) -> String {
    let mut quoted = String::with_capacity(word.len() + 8);
    for c in word.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-.,/:=@+%".contains(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

/// A value as zsh's `_describe` wants it, which quotes what it puts into the line: a colon parts it from its description.
pub fn for_zsh(value: &str) -> String {
    value.replace('\\', "\\\\").replace(':', "\\:")
}

/// What a word means that bash or zsh show as it was typed, perhaps half: backslashes and quotes are read, nothing else.
pub fn read(typed: &str) -> String {
    let mut word = String::with_capacity(typed.len());
    let mut quote = None;
    let mut chars = typed.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '\\') => word.extend(chars.next()),
            (Some('"'), '\\') => match chars.next() {
                Some(next) if "\\\"$`".contains(next) => word.push(next),
                Some(next) => word.extend(['\\', next]),
                None => word.push('\\'),
            },
            (_, c) => word.push(c),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_runs_in_bash() {
        for (word, quoted) in [
            ("seg;touch x", "seg\\;touch\\ x"),
            ("$(touch x)", "\\$\\(touch\\ x\\)"),
            ("`touch x`", "\\`touch\\ x\\`"),
            ("a|b&c>d<e", "a\\|b\\&c\\>d\\<e"),
            ("it's \"so\"", "it\\'s\\ \\\"so\\\""),
            ("~root/{a,b}*?[x]", "\\~root/\\{a,b\\}\\*\\?\\[x\\]"),
            ("!! #x \\n ^a^b", "\\!\\!\\ \\#x\\ \\\\n\\ \\^a\\^b"),
            ("ann@example.com", "ann@example.com"),
            ("Zoë 王", "Zoë\\ 王"),
        ] {
            assert_eq!(for_bash(word, Begun::Bare).unwrap(), quoted);
        }
    }

    #[test]
    fn an_open_quote_of_bash_is_kept() {
        for (typed, how) in [
            ("", Begun::Bare),
            ("a\\;", Begun::Bare),
            ("it\\'s", Begun::Bare),
            ("'a", Begun::Quote('\'')),
            ("\"a b", Begun::Quote('"')),
            ("'a'", Begun::Mixed),
            ("'a'\"b", Begun::Mixed),
            ("a'b", Begun::Mixed),
            ("\"a\\\"", Begun::Mixed),
        ] {
            assert_eq!(begun(typed), how, "{typed}");
        }
        for (value, quoted, mixed) in [
            ("plain", Some("plain"), Some("plain")),
            ("a;touch x", Some("a;touch x"), None),
            ("$(x)", None, None),
            ("it's", None, None),
            ("what!", None, None),
        ] {
            assert_eq!(for_bash(value, Begun::Quote('"')).as_deref(), quoted);
            assert_eq!(for_bash(value, Begun::Quote('\'')).as_deref(), quoted);
            assert_eq!(for_bash(value, Begun::Mixed).as_deref(), mixed);
        }
    }

    #[test]
    fn a_colon_is_no_description_in_zsh() {
        assert_eq!(for_zsh("a:b\\c"), "a\\:b\\\\c");
    }

    #[test]
    fn typed_words_are_read() {
        for (typed, word) in [
            ("hot\\ o", "hot o"),
            ("'hot o", "hot o"),
            ("\"hot \\\"o", "hot \"o"),
            ("\"a\\b\"'c'd\\'", "a\\bcd'"),
            ("plain", "plain"),
            ("half\\", "half"),
            ("$(x)", "$(x)"),
        ] {
            assert_eq!(read(typed), word, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(word in "\\PC{0,30}") {
            prop_assert_eq!(read(&with_backslashes(&word)), word);
        }

        /// A shell's quotes, walked through: nothing with a meaning stands outside of quotes without a backslash, also
        /// where the word is put behind an open quote.
        #[test]
        fn no_quote_lets_anything_out(word in "[a-z'\"`$();&|<> !\\\\{}*~#]{0,20}", open in "['\"]?") {
            let line = format!("{open}{}", with_backslashes(&word));
            let (mut quote, mut chars) = (None, line.chars());
            while let Some(c) = chars.next() {
                match (quote, c) {
                    (Some('\''), '\'') => quote = None,
                    (Some('\''), _) => {}
                    (_, '\\') => drop(chars.next()),
                    (Some('"'), '"') => quote = None,
                    (Some('"'), c) => prop_assert!(!"$`".contains(c), "{}", line),
                    (None, '\'' | '"') => quote = Some(c),
                    (_, c) => prop_assert!(!"`$();&|<> !{}*~#".contains(c), "{}", line),
                }
            }
        }
    }
}
