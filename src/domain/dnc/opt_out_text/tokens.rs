//! A message as words: in lower case and without accents, with the spellings by which people hide or stress a word undone
//! (`s.t.o.p.`, `st0p`, `stoppp`, `stop2quit`).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::lexicon::Lexicon;
use super::pattern::Word;
use super::spellings::{join_letters, mend};
use super::typos::Sureness;
use crate::domain::invisible::is_invisible;

/// The longest word of a language without spaces.
const LONGEST_UNSPACED: usize = 8;

/// A word of a message.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// As it is compared.
    pub key: String,
    /// In lower case, as it was written.
    pub shown: String,
    /// A sentence ends before it.
    pub begins: bool,
    /// A comma stands before it.
    pub after_comma: bool,
    /// It was written otherwise.
    pub mended: Option<Sureness>,
}

/// A word or phrase as it is compared.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            _ => folded.push(c),
        }
    }
    // The small letter of İ has its dot apart.
    folded.retain(|c| !is_combining_mark(c));
    folded
}

/// Whether a script is written without spaces.
pub(super) fn is_unspaced_char(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

pub(super) fn is_unspaced(text: &str) -> bool {
    text.chars().any(is_unspaced_char)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '′')
}

/// The words of a message.
pub(super) fn tokens(text: &str, lexicon: &Lexicon) -> Vec<Token> {
    let mut tokens = cut(text, lexicon);
    join_letters(&mut tokens, lexicon);
    mend(&mut tokens, lexicon);
    join(&mut tokens, lexicon);
    tokens
}

/// As patterns see them.
pub(super) fn as_words(tokens: &[Token], lexicon: &Lexicon) -> Vec<Word> {
    let word = |token: &Token| Word { id: lexicon.patterns.word(&token.key), begins: token.begins, idle: false };
    tokens.iter().map(word).collect()
}

fn cut(text: &str, lexicon: &Lexicon) -> Vec<Token> {
    let text: String = text.nfkc().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase).collect();
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut begins, mut after_comma) = (false, false);
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if is_unspaced_char(c) {
            let run: Vec<char> = chars.iter().skip(at).take_while(|c| is_unspaced_char(**c)).copied().collect();
            at += run.len();
            cut_unspaced(&run, begins, after_comma, &mut tokens, lexicon);
            (begins, after_comma) = (false, false);
        } else if is_letter(&chars, at) {
            let start = at;
            while chars.get(at).is_some_and(|c| !is_unspaced_char(*c))
                && (is_letter(&chars, at) || is_inner_apostrophe(&chars, at))
            {
                at += 1;
            }
            let shown: String =
                chars.get(start..at).unwrap_or_default().iter().filter(|c| !is_apostrophe(**c)).collect();
            tokens.push(Token { key: fold(&shown), shown, begins, after_comma, mended: None });
            (begins, after_comma) = (false, false);
        } else if c == '#' && is_number_sign(&chars, at, &tokens) {
            let shown = "#".to_owned();
            tokens.push(Token { key: "number".to_owned(), shown, begins, after_comma, mended: None });
            (begins, after_comma) = (false, false);
            at += 1;
        } else {
            begins |= ends_sentence(&chars, at);
            after_comma |= matches!(c, ',' | '，' | '、');
            // `No, call me` is not `no call`.
            let answered = tokens.last().is_some_and(|token| ANSWERS.contains(&token.key.as_str()));
            begins |=
                matches!(c, ',' | '，' | '、') && answered && chars.get(at + 1).is_none_or(|c| !c.is_alphanumeric());
            at += 1;
        }
    }
    tokens
}

/// Whether a `#` stands for the word number: `wrong #`, `take my # off`, but not `STOP #`.
fn is_number_sign(chars: &[char], at: usize, tokens: &[Token]) -> bool {
    let owner =
        tokens.last().is_some_and(|token| matches!(token.key.as_str(), "wrong" | "my" | "this" | "the" | "that"));
    owner && chars.get(at + 1).is_none_or(|c| !c.is_alphanumeric())
}

/// Words that are answers where a comma follows.
const ANSWERS: [&str; 12] = ["no", "nope", "nah", "yes", "nein", "non", "nao", "нет", "nee", "nie", "hayir", "stop"];

fn is_letter(chars: &[char], at: usize) -> bool {
    let Some(c) = chars.get(at) else { return false };
    if c.is_alphanumeric() || is_combining_mark(*c) {
        return true;
    }
    // `$top`, `st@p`
    let beside = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphabetic());
    matches!(c, '$' | '@') && beside(Some(at + 1)) && (*c == '$' || beside(at.checked_sub(1)))
}

/// Whether it stands in `don't`, not in `n'appelez`.
fn is_inner_apostrophe(chars: &[char], at: usize) -> bool {
    let Some(c) = chars.get(at) else { return false };
    if !is_apostrophe(*c) {
        return false;
    }
    let after: String = chars.iter().skip(at + 1).take_while(|c| c.is_alphanumeric()).take(4).collect();
    matches!(after.as_str(), "t" | "m" | "s" | "d" | "ll" | "re" | "ve")
}

fn ends_sentence(chars: &[char], at: usize) -> bool {
    let Some(c) = chars.get(at) else { return false };
    match c {
        '!' | '?' | '\n' | ';' | '。' | '！' | '？' | '；' | '…' | '¿' | '¡' | '|' => true,
        // Not the point of `s.t.o.p` or of a number.
        '.' | ':' => chars.get(at + 1).is_none_or(|c| !c.is_alphanumeric()),
        '-' | '–' | '—' => {
            chars.get(at + 1).is_none_or(|c| c.is_whitespace())
                && at.checked_sub(1).and_then(|at| chars.get(at)).is_none_or(|c| c.is_whitespace())
        }
        _ => false,
    }
}

/// Cuts a run of a script without spaces into known words, the longest first.
fn cut_unspaced(run: &[char], begins: bool, after_comma: bool, tokens: &mut Vec<Token>, lexicon: &Lexicon) {
    let mut at = 0;
    while at < run.len() {
        let most = LONGEST_UNSPACED.min(run.len() - at);
        let known = (2..=most).rev().find_map(|chars| {
            let shown: String = run.get(at..at + chars)?.iter().collect();
            let key = fold(&shown);
            lexicon.unspaced.contains(&key).then_some((chars, key, shown))
        });
        let (chars, key, shown) = known.unwrap_or_else(|| {
            let shown: String = run.get(at).into_iter().collect();
            (1, fold(&shown), shown)
        });
        tokens.push(Token { key, shown, begins: begins && at == 0, after_comma: after_comma && at == 0, mended: None });
        at += chars;
    }
}

/// Joins words that are one, as `do not` and `opt out`.
fn join(tokens: &mut Vec<Token>, lexicon: &Lexicon) {
    let mut at = 0;
    while at + 1 < tokens.len() {
        let joined = match (tokens.get(at), tokens.get(at + 1)) {
            (Some(first), Some(second)) if !second.begins => lexicon.joined.get(&first.key).and_then(|pairs| {
                let (_, word) = pairs.iter().find(|(other, _)| *other == second.key)?;
                let shown = format!("{} {}", first.shown, second.shown);
                let mended = first.mended.or(second.mended);
                Some(Token { key: word.clone(), shown, mended, ..first.clone() })
            }),
            _ => None,
        };
        if let Some(token) = joined {
            tokens.splice(at..at + 2, [token]);
        }
        at += 1;
    }
}

/// Tokens as one text for people.
pub(super) fn shown(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens.iter().filter(|token| !token.shown.is_empty()) {
        let joins = text.chars().last().is_some_and(is_unspaced_char)
            && token.shown.chars().next().is_some_and(is_unspaced_char);
        if !text.is_empty() && !joins {
            text.push(' ');
        }
        text.push_str(&token.shown);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::LEXICON;
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        tokens(text, &LEXICON).into_iter().map(|token| token.key).collect()
    }

    #[test]
    fn words_without_case_accents_and_apostrophes() {
        assert_eq!(keys("Don’t CALL, não!"), ["dont", "call", "nao"]);
        assert_eq!(keys("N'appelez plus"), ["n", "appelez", "plus"]);
        assert_eq!(keys("do not"), ["dont"]);
        assert_eq!(keys("ＳＴＯＰ"), ["stop"]);
        assert_eq!(keys("不要再打电话"), ["不要再", "打电话"]);
    }

    #[test]
    fn spellings_that_hide_or_stress_a_keyword() {
        for text in [
            "s.t.o.p.",
            "S T O P",
            "s-t-o-p",
            "st0p",
            "5top",
            "$top",
            "stooopppp",
            "STOPPPP!!",
            "stpo",
            "s.t.o.p. s.t.o.p.",
        ] {
            assert_eq!(keys(text), ["stop"], "{text}");
        }
        assert_eq!(keys("stop2quit"), ["stop", "2", "quit"]);
        assert_eq!(keys("u.n.s.u.b.s.c.r.i.b.e"), ["unsubscribe"]);
        for text in ["shop", "A B C", "i am a 5", "bob@shop.com", "c.a.t."] {
            assert!(!keys(text).contains(&"stop".to_owned()), "{text}");
        }
    }

    #[test]
    fn where_sentences_end() {
        let begins = |text: &str| tokens(text, &LEXICON).iter().map(|token| token.begins).collect::<Vec<_>>();
        assert_eq!(begins("Stop. Call me"), [false, true, false]);
        assert_eq!(begins("No, call me"), [false, true, false]);
        assert_eq!(begins("please, stop"), [false, false]);
        assert_eq!(begins("停止。谢谢"), [false, true]);
    }
}
