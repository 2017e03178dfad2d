//! A message as words: in lower case and without accents, with the spellings by which people hide or stress a word undone
//! (`s.t.o.p.`, `st0p`, `stoppp`, `stop2quit`).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::lexicon::Lexicon;
use super::pattern::Word;
use super::typos::Sureness;
use crate::domain::invisible::is_invisible;

/// The longest word of a language without spaces.
const LONGEST_UNSPACED: usize = 8;
/// The longest word that is looked at for wrong letters.
const LONGEST: usize = 40;

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

/// Joins letters that stand apart: `s.t.o.p.`, `S T O P`, `u n s u b`.
fn join_letters(tokens: &mut Vec<Token>, lexicon: &Lexicon) {
    let is_letter = |token: &Token| {
        token.key.chars().count() == 1 && token.key.chars().all(|c| c.is_alphanumeric() && !is_unspaced_char(c))
    };
    let mut at = 0;
    while at < tokens.len() {
        let run = tokens.iter().skip(at).take_while(|token| is_letter(token)).count();
        if run < 3 {
            at += run.max(1);
            continue;
        }
        let letters: String = tokens.iter().skip(at).take(run).map(|token| token.key.as_str()).collect();
        let bare = letters.trim_end_matches(|c: char| c.is_ascii_digit());
        let word = [letters.as_str(), bare, once(bare)].into_iter().find_map(|letters| keyword(letters, lexicon));
        if let Some((word, sureness)) = word {
            let first = tokens.get(at);
            let begins = first.is_some_and(|token| token.begins);
            let after_comma = first.is_some_and(|token| token.after_comma);
            let token = Token { shown: word.clone(), key: word, begins, after_comma, mended: Some(sureness) };
            tokens.splice(at..at + run, [token]);
            at += 1;
        } else {
            at += run;
        }
    }
}

/// What letters repeat: `stop` of `stopstop`.
fn once(letters: &str) -> &str {
    let is_period = |at: &usize| {
        letters.len().is_multiple_of(*at)
            && letters.split_at_checked(*at).is_some_and(|(first, _)| first.repeat(letters.len() / at) == letters)
    };
    (3..=LONGEST.min(letters.len())).find(is_period).and_then(|at| letters.get(..at)).unwrap_or(letters)
}

/// The keyword of one word that letters are, whatever was done to them.
fn keyword(letters: &str, lexicon: &Lexicon) -> Option<(String, Sureness)> {
    let is_keyword = |word: &str| lexicon.keyword_at(&[word]).is_some();
    if is_keyword(letters) {
        return Some((letters.to_owned(), Sureness::Sure));
    }
    if lexicon.knows(letters) || letters.len() > LONGEST {
        return None;
    }
    if let Some(letter) = with_letters_for_digits(letters)
        && is_keyword(&letter)
    {
        return Some((letter, Sureness::Sure));
    }
    if let Some(short) = without_stress(letters)
        && is_keyword(&short)
    {
        return Some((short, Sureness::Sure));
    }
    lexicon.near.keyword(letters).map(|(word, sureness)| (word.to_owned(), sureness))
}

/// `st0p` is `stop`; none for a word without letters, or without digits.
fn with_letters_for_digits(word: &str) -> Option<String> {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        _ => c,
    };
    let mixed = word.chars().any(char::is_alphabetic) && word.chars().any(|c| letter(c) != c);
    mixed.then(|| word.chars().map(letter).collect())
}

/// `stooopppp` is `stop`; none when no letter stands three times beside itself.
fn without_stress(word: &str) -> Option<String> {
    let chars: Vec<char> = word.chars().collect();
    if !chars.windows(3).any(|three| matches!(three, [a, b, c] if a == b && b == c)) {
        return None;
    }
    let mut short = chars;
    short.dedup();
    Some(short.into_iter().collect())
}

/// Puts keywords in the place of their other spellings.
fn mend(tokens: &mut Vec<Token>, lexicon: &Lexicon) {
    let mut at = 0;
    while at < tokens.len() {
        let parts =
            tokens.get(at).map(|token| if lexicon.knows(&token.key) { Vec::new() } else { mended(token, lexicon) });
        let parts = parts.unwrap_or_default();
        let count = parts.len();
        if count > 0 {
            tokens.splice(at..=at, parts);
        }
        at += count.max(1);
    }
}

/// The words that stand for one, if others do.
fn mended(token: &Token, lexicon: &Lexicon) -> Vec<Token> {
    let key = token.key.as_str();
    if key.len() > LONGEST || !key.chars().any(char::is_alphabetic) {
        return Vec::new();
    }
    let of = |key: &str, sureness| Token {
        key: key.to_owned(),
        shown: token.shown.clone(),
        begins: token.begins,
        after_comma: token.after_comma,
        mended: Some(sureness),
    };
    if let Some((word, sureness)) = keyword(key, lexicon) {
        return vec![of(&word, sureness)];
    }
    // `stop2quit`, `stop4ever`, `txtstop2`
    if let Some(digit) = key.find(|c: char| c.is_ascii_digit())
        && digit > 0
        && let Some((head, rest)) = key.split_at_checked(digit)
        && lexicon.keyword_at(&[head]).is_some()
    {
        let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let mut parts = vec![of(head, Sureness::Sure)];
        if let Some(number) = rest.strip_suffix(tail).filter(|number| !number.is_empty()) {
            parts.push(Token { begins: false, shown: String::new(), ..of(number, Sureness::Sure) });
        }
        if !tail.is_empty() {
            parts.push(Token { begins: false, shown: String::new(), ..of(tail, Sureness::Sure) });
        }
        return parts;
    }
    Vec::new()
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
