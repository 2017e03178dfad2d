//! Characters that nobody sees: marks of the direction of text, joiners and soft hyphens that web pages and chats leave in
//! copied text, and spaces of unusual width.

use std::borrow::Cow;

/// Whether a character has neither a glyph nor a width. Those that shape letters or emoji (U+200C, U+200D and variation
/// selectors) are none of them: see [`is_joiner`].
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// Whether a character joins or parts the letters beside it. Persian, Indic scripts and emoji are spelled with them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a character only shapes the one before it: a joiner within a word, or a selector of a variant. Where it stands
/// does not change the word. U+200C parts what would be joined, as a space does.
pub fn only_shapes(c: char) -> bool {
    matches!(
        c,
        '\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// A text without spaces and invisible characters around it.
pub fn trim(text: &str) -> &str {
    // Of almost every cell two bytes decide it.
    if let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last())
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return text;
    }
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c) || is_joiner(c));
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || is_invisible(c));
    // A joiner at the end of a word of Malayalam or Sinhala is spelling; behind an ASCII letter it is dirt.
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || is_invisible(c) || is_joiner(c));
    if bare.ends_with(|c: char| c.is_ascii()) { bare } else { text }
}

/// The first character of a text that nobody sees there, where no word is spelled with joiners.
pub fn first(text: &str) -> Option<char> {
    if text.is_ascii() { None } else { text.chars().find(|&c| is_invisible(c) || is_joiner(c)) }
}

/// A text without the characters that [`first`] finds.
pub fn removed(text: &str) -> Cow<'_, str> {
    match first(text) {
        None => text.into(),
        Some(_) => text.chars().filter(|&c| !is_invisible(c) && !is_joiner(c)).collect::<String>().into(),
    }
}

/// How people name the character: `U+200B`.
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// What is wrong with a value that holds such a character, to be read after the value.
pub fn problem(c: char) -> String {
    format!("holds the invisible character {}", code_point(c))
}

/// What a person can do about it.
pub const REMEDY: &str = "type the value anew: the character was copied along from a web page or a chat";

/// A text with plain spaces for spaces of every width: U+00A0, U+2007, U+2009, U+202F, U+3000 and their like.
pub fn plain_spaces(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c.is_whitespace() && !c.is_ascii();
    match !text.is_ascii() && text.contains(is_odd) {
        true => text.replace(is_odd, " ").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNSEEN: [char; 12] = [
        '\u{200b}', '\u{feff}', '\u{200e}', '\u{200f}', '\u{ad}', '\u{2060}', '\u{202a}', '\u{202c}', '\u{202e}',
        '\u{2066}', '\u{2069}', '\u{61c}',
    ];

    #[test]
    fn ends_are_bare_and_insides_stay() {
        for c in UNSEEN {
            for text in
                [format!("{c}Ann"), format!("Ann{c}"), format!(" {c} Ann\u{a0}{c} "), format!("{c}{c}Ann \u{202f}")]
            {
                assert_eq!(trim(&text), "Ann", "{text:?}");
            }
            let inside = format!("An{c}n");
            assert_eq!((trim(&inside), first(&inside), removed(&inside).as_ref()), (&*inside, Some(c), "Ann"));
            assert_eq!(trim(&format!("{c} {c}")), "");
        }
        assert_eq!(problem('\u{200b}'), "holds the invisible character U+200B");
    }

    #[test]
    fn joiners_spell_words() {
        // Persian, Malayalam and an emoji.
        for word in ["می\u{200c}خواهم", "അവന്\u{200d}", "👩\u{200d}💻", "❤\u{fe0f}"] {
            assert_eq!(trim(word), word);
        }
        assert_eq!(trim("\u{200d}Ann\u{200c}"), "Ann");
    }

    #[test]
    fn spaces_of_every_width() {
        for c in ['\u{a0}', '\u{2007}', '\u{2009}', '\u{202f}', '\u{3000}', '\u{2003}', '\u{205f}'] {
            assert_eq!(plain_spaces(&format!("1{c}2")), "1 2");
        }
        assert_eq!(plain_spaces("1\n2"), "1\n2");
    }

    proptest! {
        #[test]
        fn a_bare_text_stays(text in "\\PC{0,12}[ \u{200b}\u{feff}\u{200d}]{0,3}") {
            prop_assert_eq!(trim(trim(&text)), trim(&text));
            prop_assert!(first(&removed(&text)).is_none());
        }
    }
}
