//! Words of a command line as shells write them.

/// A word as bash reads it back, whatever quotes it is put between: every character that means something to bash has a
/// backslash before it. (Readline puts it where the word was typed, also behind a quote that is still open: there a
/// backslash stays in the text, and still nothing is run.)
pub fn for_bash(word: &str) -> String {
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
            assert_eq!(for_bash(word), quoted);
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
            prop_assert_eq!(read(&for_bash(&word)), word);
        }

        /// A shell's quotes, walked through: nothing with a meaning stands outside of quotes without a backslash, also
        /// where the word is put behind an open quote.
        #[test]
        fn no_quote_lets_anything_out(word in "[a-z'\"`$();&|<> !\\\\{}*~#]{0,20}", open in "['\"]?") {
            let line = format!("{open}{}", for_bash(&word));
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
