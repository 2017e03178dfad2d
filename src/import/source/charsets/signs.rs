//! How well signs that are no letters stand where a text has them: quotes, dashes, currencies and marks.

/// How well the sign at a place of a text stands there: above zero where people write it so.
pub(super) fn score(text: &[char], at: usize) -> f64 {
    let (before, rest) = text.split_at_checked(at).unwrap_or_default();
    let [sign, after @ ..] = rest else { return 0.0 };
    let place = Place { before, after };
    match sign {
        '’' => place.apostrophe().max(place.closing('‘')),
        '‘' => place.opening('’'),
        '“' => place.opening('”').max(place.closing('„')),
        '”' => place.closing('“'),
        '„' => place.opening('“').max(place.opening('”')),
        '«' => place.opening('»'),
        '»' => place.closing('«'),
        '–' | '—' => place.dash(*sign),
        '…' if place.within_word() => -3.0,
        '…' if place.is_spaced() => 4.0,
        '…' if place.touches_letter() => 3.0,
        '…' => 1.0,
        '€' | '£' if place.beside_digit() => 4.0,
        '€' | '£' if place.touches_letter() => -3.0,
        '€' | '£' => 1.0,
        '¥' | '¢' | '§' if place.beside_digit() => 1.0,
        '\u{A0}' => place.no_break_space(),
        '®' | '™' | '©' if place.within_word() => -3.0,
        '®' | '™' if place.last().is_alphanumeric() => 4.0,
        '©' if place.beside_digit() || place.is_spaced() => 2.0,
        '°' if place.is_after_digit() && !place.next().is_lowercase() => 3.0,
        '°' | 'º' | 'ª' if place.beside_digit() || matches!(place.last(), 'N' | 'n') => 1.0,
        '½' | '²' | '³' if place.last().is_ascii_digit() => 3.0,
        '½' | '¼' | '¾' if !place.touches_letter() => 2.0,
        '²' | '³' if place.last() == 'm' => 2.0,
        '•' | '·' if place.is_spaced() => 3.0,
        '¿' | '¡' if !place.last().is_alphanumeric() && !place.beside_digit() && place.next().is_alphabetic() => 1.0,
        '№' if !place.last().is_alphanumeric() => 1.0,
        '®' | '™' | '©' | '•' | '·' | '´' | '§' | '№' => -1.5,
        _ if place.touches_letter() => -5.0,
        _ => -3.0,
    }
}

/// What stands before and behind a sign.
struct Place<'a> {
    before: &'a [char],
    after: &'a [char],
}

impl Place<'_> {
    fn last(&self) -> char {
        self.before.last().copied().unwrap_or(' ')
    }

    fn next(&self) -> char {
        self.after.first().copied().unwrap_or(' ')
    }

    fn touches_letter(&self) -> bool {
        self.last().is_alphabetic() || self.next().is_alphabetic()
    }

    fn within_word(&self) -> bool {
        self.last().is_alphabetic() && self.next().is_alphabetic()
    }

    fn is_after_digit(&self) -> bool {
        self.before.iter().rev().find(|c| !c.is_whitespace()).is_some_and(char::is_ascii_digit)
    }

    fn is_spaced(&self) -> bool {
        self.last().is_whitespace() && self.next().is_whitespace()
    }

    /// Whether an amount stands on one side, at most a space away.
    fn beside_digit(&self) -> bool {
        let is_before_digit = self.after.iter().find(|c| !c.is_whitespace()).is_some_and(char::is_ascii_digit);
        (self.is_after_digit() && !self.next().is_alphabetic()) || (is_before_digit && !self.last().is_alphabetic())
    }

    fn word_before(&self) -> String {
        let word: Vec<char> = self.before.iter().rev().copied().take_while(|c| c.is_alphabetic()).collect();
        word.into_iter().rev().collect()
    }

    fn word_after(&self) -> String {
        self.after.iter().take_while(|c| c.is_alphabetic()).collect()
    }

    /// An apostrophe as in `it’s`, `James’`, `O’Brien` and `l’eau`.
    fn apostrophe(&self) -> f64 {
        let (left, right) = (self.word_before(), self.word_after());
        if left.is_empty() {
            return if self.last().is_ascii_digit() || right.is_empty() { -0.3 } else { -1.0 };
        }
        let elided = matches!(
            left.to_lowercase().as_str(),
            "o" | "d"
                | "l"
                | "j"
                | "m"
                | "t"
                | "s"
                | "n"
                | "c"
                | "qu"
                | "dell"
                | "all"
                | "nell"
                | "dall"
                | "sull"
                | "un"
        );
        let follows = |letters: &str| right.starts_with(|c: char| letters.contains(c));
        match right.as_str() {
            "" if left.ends_with(['s', 'S']) => 3.0,
            "" => -1.0,
            "s" | "S" | "d" | "ll" | "re" | "ve" | "m" | "t" => 4.5,
            _ if elided && right.starts_with(char::is_uppercase) => 4.0,
            _ if elided && follows("aeiouyhéèêàâîôœ") => 2.0,
            _ => -3.0,
        }
    }

    fn opening(&self, other: char) -> f64 {
        let closed = self.after.contains(&other);
        if self.last().is_alphanumeric() || self.next().is_whitespace() && !(closed && other == '»') {
            return -3.0;
        }
        if closed { 4.5 } else { 1.0 }
    }

    fn closing(&self, other: char) -> f64 {
        let opened = self.before.contains(&other);
        if self.next().is_alphanumeric() || self.last().is_whitespace() && !(opened && other == '«') {
            return -3.0;
        }
        if opened { 4.5 } else { 0.5 }
    }

    fn dash(&self, sign: char) -> f64 {
        let (last, next) = (self.last(), self.next());
        let (left, right) = (self.word_before(), self.word_after());
        let long = (left.chars().count() > 1 || sign == '—') && right.chars().count() > 1;
        match () {
            () if self.is_spaced() => 4.0,
            () if last.is_ascii_digit() && next.is_ascii_digit() => 4.0,
            () if last.is_lowercase() && next.is_uppercase() => 2.0,
            () if long && reads_as_word(&left) && reads_as_word(&right) => {
                if sign == '—' {
                    3.0
                } else {
                    0.0
                }
            }
            () if self.within_word() => -3.0,
            () => 0.0,
        }
    }

    fn no_break_space(&self) -> f64 {
        let (left, right) = (self.word_before(), self.word_after());
        match () {
            () if self.within_word() && right.starts_with(char::is_lowercase) => {
                if reads_as_word(&left) && reads_as_word(&right) { 2.0 } else { -1.0 }
            }
            () => 4.0,
        }
    }
}

/// Whether a row of letters could be a word: it has a vowel, and does not begin as no word does.
fn reads_as_word(letters: &str) -> bool {
    let lower = letters.to_lowercase();
    let vowel = |c: char| "aeiouy".contains(c) || !c.is_ascii();
    let mut chars = lower.chars();
    let begins_well = match (chars.next(), chars.next()) {
        (Some(first), Some(second)) => vowel(first) || vowel(second) || !"lmnrvxz".contains(first),
        (Some(only), None) => vowel(only),
        _ => false,
    };
    begins_well && lower.contains(vowel)
}
