//! Which of several encodings makes words of a text.

use std::collections::{HashMap, HashSet};

use encoding_rs::{Encoding, ISO_8859_4, MACINTOSH, WINDOWS_1252, X_MAC_CYRILLIC};

use super::{DosPage, TextEncoding, signs};

/// Names and words of many languages, a line each, whose letters and pairs of letters show what is usual.
const WORDS: &str = include_str!("words.txt");

/// How many different cells are looked at.
const MOST_CELLS: usize = 4000;
/// The longest cell that is looked at, in bytes.
const LONGEST_CELL: usize = 400;

/// The cells of a text that are not ASCII.
#[derive(Debug, Default)]
pub struct Sample {
    cells: HashSet<Vec<u8>>,
    /// The first of them.
    first: Option<Vec<u8>>,
    /// The beginning of a cell that the next part of the text ends, no more of it than shows that it is too long.
    cut: Vec<u8>,
}

impl Sample {
    /// Takes the next part of the text.
    pub fn feed(&mut self, part: &[u8]) {
        if self.cells.len() >= MOST_CELLS {
            return;
        }
        let mut cells = part.split(|byte| matches!(byte, b',' | b';' | b'\t' | b'\n' | b'\r' | b'"'));
        if let Some(first) = cells.next() {
            self.carry(first);
        }
        let Some(mut last) = cells.next() else { return };
        let mut whole = std::mem::take(&mut self.cut);
        self.keep(&whole);
        for cell in cells {
            self.keep(last);
            last = cell;
        }
        whole.clear();
        self.cut = whole;
        self.carry(last);
    }

    fn carry(&mut self, cell: &[u8]) {
        let room = (LONGEST_CELL + 1).saturating_sub(self.cut.len());
        self.cut.extend_from_slice(cell.get(..room).unwrap_or(cell));
    }

    fn keep(&mut self, cell: &[u8]) {
        if !cell.is_ascii() && cell.len() <= LONGEST_CELL && self.cells.len() < MOST_CELLS && !self.cells.contains(cell)
        {
            self.first.get_or_insert_with(|| cell.to_vec());
            self.cells.insert(cell.to_vec());
        }
    }

    /// The encoding that reads the sample best: the one guessed, or another that makes clearly more of it; then also a
    /// sentence that shows it.
    pub fn best(mut self, guess: &'static Encoding) -> (TextEncoding, Option<String>) {
        let last = std::mem::take(&mut self.cut);
        self.keep(&last);
        let known = Usual::learn();
        let guessed = TextEncoding::Standard(guess);
        let score =
            |encoding: TextEncoding| -> f64 { self.cells.iter().map(|cell| known.score(&encoding.decode(cell))).sum() };
        // Of few cells much is chance.
        let margin = MARGIN + 2.0 / self.cells.len().max(1) as f64;
        let mut best = (guessed, score(guessed) + if guess == ISO_8859_4 { 0.0 } else { margin });
        let western = TextEncoding::Standard(WINDOWS_1252);
        let only_signs = |cell: &Vec<u8>| western.decode(cell).chars().all(|c| c.is_ascii() || is_sign(c));
        // Signs tell of no language, so what they are guessed to be counts less than what most files are.
        let usual = score(western) + if self.cells.iter().all(only_signs) { margin } else { 0.0 };
        if usual > best.1 + SLIGHT {
            best = (western, usual);
        }
        let standard = [MACINTOSH, X_MAC_CYRILLIC].map(TextEncoding::Standard);
        for other in standard.into_iter().chain(DosPage::ALL.map(TextEncoding::Dos)) {
            let found = score(other) - rarity(other);
            if found > best.1 + SLIGHT {
                best = (other, found);
            }
        }
        let (best, _) = best;
        let shown = self.first.as_ref().filter(|_| best != guessed).map(|cell| {
            let [name, read, other] = [best.name(), &best.decode(cell), &guessed.decode(cell)];
            let other: String = other.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
            format!(
                "read as {name} by its letters: `{read}` would be `{other}` in {}; --encoding names another",
                guess.name()
            )
        });
        (best, shown)
    }
}

/// By how much another encoding must be better than the one guessed.
const MARGIN: f64 = 1.0;
/// What an encoding loses that few files have.
fn rarity(encoding: TextEncoding) -> f64 {
    match encoding {
        TextEncoding::Dos(DosPage::Cp852 | DosPage::Cp857 | DosPage::Cp737) => 1.2,
        TextEncoding::Standard(encoding) if encoding == X_MAC_CYRILLIC => 2.0,
        _ => 0.0,
    }
}

/// What makes no difference.
const SLIGHT: f64 = 1e-6;

/// The letters that are usual, and what stands beside them.
struct Usual {
    letters: HashMap<char, f64>,
    pairs: HashSet<(char, char)>,
    words: HashSet<&'static str>,
}

impl Usual {
    fn learn() -> Usual {
        let mut counts: HashMap<char, f64> = HashMap::new();
        let mut pairs = HashSet::new();
        for line in WORDS.lines() {
            let letters = line.chars().filter(|c| !c.is_ascii() && c.is_alphabetic());
            let all = letters.clone().count().max(1) as f64;
            letters.flat_map(char::to_lowercase).for_each(|c| *counts.entry(c).or_default() += 1.0 / all);
            for word in line.split(' ') {
                let bounded: Vec<char> =
                    std::iter::once(' ').chain(word.chars().flat_map(char::to_lowercase)).chain([' ']).collect();
                pairs.extend(bounded.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))));
            }
        }
        let weight = |(c, share): (char, f64)| (c, (share * 40.0).ln().clamp(-1.5, 1.5));
        let words = WORDS.split_whitespace().filter(|word| !word.is_ascii()).collect();
        Usual { letters: counts.into_iter().map(weight).collect(), pairs, words }
    }

    /// How well a text reads; ASCII counts nothing.
    fn score(&self, text: &str) -> f64 {
        let chars: Vec<char> = text.chars().collect();
        let each = chars.iter().enumerate().filter(|(_, c)| !c.is_ascii());
        let lower = text.to_lowercase();
        let known = lower.split(|c: char| !c.is_alphabetic()).filter(|word| self.words.contains(word)).count();
        each.map(|(at, c)| self.score_of(&chars, at, *c)).sum::<f64>() + 2.0 * known as f64
    }

    /// How well the character at a place of a text stands there.
    fn score_of(&self, text: &[char], at: usize, c: char) -> f64 {
        let near = |index: Option<usize>| index.and_then(|index| text.get(index)).copied().unwrap_or(' ');
        let (before, after) = (near(at.checked_sub(1)), near(Some(at + 1)));
        if is_ideograph(c) {
            let half = |c| matches!(c, '\u{FF61}'..='\u{FF9F}');
            if [before, after].into_iter().any(|other| is_ideograph(other) && half(other) != half(c)) {
                return -2.0;
            }
            let alone = !is_ideograph(before) && !is_ideograph(after);
            return if before.is_ascii_alphabetic() || after.is_ascii_alphabetic() {
                -4.0
            } else if alone {
                -1.0
            } else {
                2.0
            };
        }
        if c.is_control() || c == '\u{FFFD}' || is_private(c) {
            return -8.0;
        }
        if is_sign(c) {
            return signs::score(text, at);
        }
        if script(c) >= 3 {
            // Of these no words are known, but no other text makes words of them.
            return if [before, after].into_iter().any(|other| script(other) == script(c)) { 2.5 } else { -4.0 };
        }
        let lower = |c: char| if c.is_alphabetic() { c.to_lowercase().next().unwrap_or(c) } else { ' ' };
        let pair = |a: char, b: char| if self.pairs.contains(&(lower(a), lower(b))) { 1.0 } else { -1.0 };
        let letter = self.letters.get(&lower(c)).copied().unwrap_or(-3.0);
        letter + pair(before, c) + pair(c, after)
            - odd_case(before, c, after)
            - mixed(before, c)
            - mixed(c, after)
            - odd_place(before, c, after)
    }
}

/// What the case of a letter costs among its neighbours, as in `JŸrgen` and `RENé`.
fn odd_case(before: char, c: char, after: char) -> f64 {
    match c.is_uppercase() {
        true if before.is_lowercase() => 4.0,
        true if before.is_uppercase() && after.is_lowercase() => 3.0,
        false if c.is_lowercase() && !before.is_lowercase() && after.is_uppercase() => 3.0,
        _ => 0.0,
    }
}

/// What it costs that a letter stands alone or beside digits.
fn odd_place(before: char, c: char, after: char) -> f64 {
    let (left, right) = (before.is_alphabetic(), after.is_alphabetic());
    match () {
        () if after.is_ascii_digit() => 6.0,
        () if before.is_ascii_digit() && !right => 5.0,
        () if before.is_ascii_digit() && after.is_uppercase() => 5.0,
        () if before.is_ascii_digit() => 1.0,
        () if !left && !right && !"àáèéêóòôúyåøöæíиявксоуа".contains(c) => 4.0,
        () if !left && !right => 1.0,
        () => 0.0,
    }
}

fn is_sign(c: char) -> bool {
    !c.is_alphabetic() || matches!(c, 'ª' | 'º')
}

/// What it costs that two letters of one word are of different scripts.
fn mixed(a: char, b: char) -> f64 {
    let both = a.is_alphabetic() && b.is_alphabetic();
    if both && script(a) != script(b) { 4.0 } else { 0.0 }
}

fn script(c: char) -> u8 {
    match c {
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => 1,
        '\u{400}'..='\u{52F}' => 2,
        '\u{590}'..='\u{6FF}' => 3,
        '\u{E00}'..='\u{E7F}' => 4,
        _ => 0,
    }
}

/// Whether a character belongs to Chinese, Japanese or Korean text.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}')
}

#[cfg(test)]
mod tests {
    use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

    use super::*;

    fn found(bytes: &[u8]) -> (TextEncoding, Option<String>) {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(bytes, true);
        let mut sample = Sample::default();
        bytes.chunks(7).for_each(|part| sample.feed(part));
        sample.best(detector.guess(None, Utf8Detection::Deny))
    }

    fn encoded(text: &str, encoding: TextEncoding) -> Vec<u8> {
        let byte = |c: char| {
            let found = (0..=0xFF).find(|byte| encoding.decode(&[*byte]).chars().eq([c]));
            found.unwrap_or_else(|| panic!("{c} is not in {}", encoding.name()))
        };
        match encoding {
            TextEncoding::Standard(encoding) if !encoding.is_single_byte() => encoding.encode(text).0.into_owned(),
            _ => text.chars().map(byte).collect(),
        }
    }

    #[test]
    fn cells_are_the_same_however_the_text_is_cut() {
        let long = [b"\xe9".repeat(LONGEST_CELL), b"\xe9".repeat(LONGEST_CELL + 1)].join(&b',');
        let texts = [b"a,J\xfcrgen;Ren\xe9\nb\tc,\xc9va".as_slice(), b"\xe9", b",,\xe9,\xe9,\xe8", &long];
        for text in texts {
            let mut whole = Sample::default();
            whole.feed(text);
            for size in [1, 2, 5, 300] {
                let mut sample = Sample::default();
                text.chunks(size).for_each(|part| sample.feed(part));
                assert_eq!((&sample.cells, &sample.cut, &sample.first), (&whole.cells, &whole.cut, &whole.first));
            }
        }
        // Of a text without delimiters little is held.
        let mut sample = Sample::default();
        (0..50).for_each(|_| sample.feed(&b"\xe9x".repeat(500)));
        assert_eq!((sample.cut.len(), sample.cells.len()), (LONGEST_CELL + 1, 0));
    }

    #[test]
    fn one_name_is_enough_where_the_others_make_none() {
        for (bytes, name, read) in [
            (b"Phone,Name\n1,J\x9frgen\n".as_slice(), "macintosh", "Jürgen"),
            (b"Phone,Name\n1,Ren\x8e Lef\x8fvre\n", "macintosh", "René Lefèvre"),
            (b"Phone,Name\n1,J\x81rgen\n", "cp850", "Jürgen"),
            (b"Phone,Name\n1,Mu\xa4oz\n", "cp850", "Muñoz"),
            (b"Phone,Name\n1,J\xfcrgen\n", "windows", "Jürgen"),
            (b"Phone,Name\n1,REN\xc9\n", "windows", "RENÉ"),
        ] {
            let (encoding, told) = found(bytes);
            assert!(encoding.name().starts_with(name), "{read}: {}", encoding.name());
            assert!(encoding.decode(bytes).contains(read), "{read}");
            assert_eq!(told.is_some(), name != "windows");
        }
    }

    #[test]
    fn signs_alone_are_read_where_they_make_sense() {
        let western = [
            "it’s fine",
            "“yes” she said",
            "€ 20",
            "€10.50;£5",
            "£20",
            "a\u{A0}b",
            "New\u{A0}York",
            "McDonald’s;Levi’s®",
            "A – B;“Q” Ltd",
            "doesn’t … – ever",
            "5½ in;20 °F",
            "wait…;ACME™",
            "left—came back",
            "• O’Brien",
        ];
        for cells in western {
            let text: String = cells.split(';').map(|cell| format!("{cell},Albany\n")).collect();
            let bytes = encoded(&text, TextEncoding::Standard(WINDOWS_1252));
            let (best, _) = found(&bytes);
            assert_eq!(best.decode(&bytes), text, "{}", best.name());
        }
        for cells in ["it’s fine", "“yes” she said", "€ 20", "A – B;“Q” Ltd", "doesn’t … – ever", "New\u{A0}York"]
        {
            let text: String = cells.split(';').map(|cell| format!("{cell},Albany\n")).collect();
            let bytes = encoded(&text, TextEncoding::Standard(MACINTOSH));
            let (best, _) = found(&bytes);
            assert_eq!(best.decode(&bytes), text, "{}", best.name());
        }
    }

    /// No words of these are known.
    #[test]
    fn scripts_of_other_languages_stay_as_guessed() {
        for (text, name) in [
            ("שלום כהן,תל אביב\n", "windows-1255"),
            ("محمد علي,القاهرة\n", "windows-1256"),
            ("สวัสดี,กรุงเทพ\n", "windows-874"),
        ] {
            let encoding = TextEncoding::named(name).unwrap();
            let bytes = encoded(text, encoding);
            assert_eq!(found(&bytes).0.decode(&bytes), text);
        }
    }

    /// Three made-up names of each language, in every encoding in which its files come.
    #[test]
    fn names_of_many_languages_are_read_as_they_were_written() {
        let sheets = [
            ("Bärbel Süßkind;Jörn Grünwälder;Käthe Möhle", "windows-1252 macintosh cp850 cp437"),
            ("Hélène Dubôis;Gaétan Préfère;François Lecôté", "windows-1252 macintosh cp850 cp437"),
            ("Íñigo Cañavál;Begoña Peñón;Martín Zúñigo", "windows-1252 macintosh cp850"),
            ("Estevão Conceiça;Antônia Simões;Inês Falção", "windows-1252 macintosh cp850"),
            ("Åke Sjöholmen;Øyvind Bråten;Ærø Sønderby", "windows-1252 macintosh cp850"),
            ("Łucja Wiśnicka;Grażyna Dębińska;Paweł Żółtek", "windows-1250 iso-8859-2 cp852"),
            ("Иван Кузнечиков;Ольга Ясенева;Юрий Щеглов", "windows-1251 koi8-r ibm866 x-mac-cyrillic"),
            ("Şükrü Yıldızoğlu;Çağla Işıklı;Gökçe Öztürkmen", "windows-1254 cp857"),
            ("Γιώργος Πετρόπουλος;Ελένη Δημητρίου;Κώστας Βασιλάκης", "windows-1253 iso-8859-7 cp737"),
            ("佐藤 さくら;鈴木 太郎;高橋 ハナコ", "shift_jis euc-jp"),
        ];
        let mut wrong = Vec::new();
        for (names, encodings) in sheets {
            for name in encodings.split(' ') {
                let encoding = TextEncoding::named(name).unwrap();
                let text: String = names.split(';').map(|name| format!("{name},Albany\n")).collect();
                let bytes = encoded(&text, encoding);
                let (best, _) = found(&bytes);
                if best.decode(&bytes) != text {
                    wrong.push(format!("{name} as {}: {}", best.name(), best.decode(&bytes)));
                }
            }
        }
        assert_eq!(wrong, [""; 0]);
    }
}
