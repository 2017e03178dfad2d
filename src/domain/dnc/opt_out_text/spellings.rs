//! The spellings by which people hide or stress a keyword, or slip: `s.t.o.p.`, `st0p`, `stoppp`, `stop2quit`, `mappelez`.

use super::lexicon::Lexicon;
use super::tokens::{Token, is_unspaced_char};
use super::typos::Sureness;

/// The longest word that is looked at for wrong letters.
const LONGEST: usize = 40;

/// Joins letters that stand apart: `s.t.o.p.`, `S T O P`, `u n s u b`.
pub(super) fn join_letters(tokens: &mut Vec<Token>, lexicon: &Lexicon) {
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
pub(super) fn mend(tokens: &mut Vec<Token>, lexicon: &Lexicon) {
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
    if let Some([short, word]) = lexicon.elided.get(key) {
        let short = Token { mended: token.mended, ..of(short, Sureness::Sure) };
        return vec![
            short,
            Token { begins: false, after_comma: false, shown: String::new(), mended: None, ..of(word, Sureness::Sure) },
        ];
    }
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
