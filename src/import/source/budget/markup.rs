//! The markup of an XML part, followed as its bytes come: how much of it a reader would have to hold at once, and how much
//! of it for good. It cuts tokens as quick-xml does, with which the library reads.

use std::hash::Hasher;

use memchr::{memchr, memmem};
use quick_xml::parser::{ElementParser, Parser, PiParser};
use rustc_hash::FxHasher;

use super::{Held, MAX_RECORD};

/// Elements inside each other.
const MAX_DEPTH: usize = 256;

/// Elements whose content is held as one text.
const UNITS: [&[u8]; 5] = [b"c", b"si", b"definedName", b"table-cell", b"covered-table-cell"];

/// What a reader keeps of each such element, in bytes.
const KEPT: [(&[u8], u64); 13] = [
    (b"si", 80),
    (b"definedName", 120),
    (b"xf", 400),
    (b"font", 200),
    (b"fill", 120),
    (b"border", 200),
    (b"numFmt", 120),
    (b"sheet", 200),
    (b"Relationship", 200),
    (b"style", 120),
    (b"table", 400),
    (b"file-entry", 120),
    (b"mergeCell", 24),
];

/// What is wrong with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A piece of it is larger than a record.
    Piece,
    /// It would take too much memory.
    Held,
    /// It says that it has far more texts than it has.
    Claim,
    /// Its elements do not close as they open, or lie too deep in each other.
    Nesting,
    /// It declares entities or the like in its document type, which no workbook does.
    Doctype,
}

impl Fault {
    /// What is wrong, behind the name of the part.
    pub fn text(self) -> String {
        match self {
            Fault::Piece => format!("holds a piece of more than {} KiB", MAX_RECORD / 1024),
            Fault::Held => format!("would take more than {} MB of memory", super::MAX_HELD / 1_000_000),
            Fault::Claim => "says that it has far more texts than it has".into(),
            Fault::Nesting => "has elements that do not close as they open".into(),
            Fault::Doctype => "declares a document type of its own".into(),
        }
    }
}

enum State {
    Text,
    /// Behind `<`.
    Open,
    Element(ElementParser),
    Instruction(PiParser),
    /// Behind `<!`.
    Bang,
    /// Until `>`.
    Doctype,
    /// Until `-->` or `]]>`.
    Until(&'static [u8]),
}

/// Follows the markup of a part.
pub struct Markup {
    state: State,
    /// The token at hand, as far as it stands in earlier bytes.
    token: Vec<u8>,
    /// The bytes of the text at hand.
    text: u64,
    /// How many bytes were seen.
    at: u64,
    /// The names of the open elements, hashed.
    open: Vec<u64>,
    /// Where the unit at hand begins, how deep it lies, and whether its text is kept.
    unit: Option<(u64, usize, bool)>,
    held: Held,
    texts: u64,
    claimed: u64,
}

impl Markup {
    /// Follows a part besides others that hold so much.
    pub fn besides(held: Held) -> Markup {
        Markup {
            state: State::Text,
            token: Vec::new(),
            text: 0,
            at: 0,
            open: Vec::new(),
            unit: None,
            held,
            texts: 0,
            claimed: 0,
        }
    }

    /// Takes the next bytes.
    pub fn take(&mut self, mut rest: &[u8]) -> Result<(), Fault> {
        while !rest.is_empty() {
            let taken = match &mut self.state {
                State::Text => {
                    let end = memchr(b'<', rest);
                    let length = end.unwrap_or(rest.len());
                    self.text += length as u64;
                    if self.text > MAX_RECORD as u64 {
                        return Err(Fault::Piece);
                    }
                    if end.is_some() {
                        (self.state, self.text) = (State::Open, 0);
                        self.token.clear();
                    }
                    length + usize::from(end.is_some())
                }
                State::Open => {
                    self.state = match rest.first() {
                        Some(b'!') => State::Bang,
                        Some(b'?') => State::Instruction(PiParser(false)),
                        _ => State::Element(ElementParser::Outside),
                    };
                    0
                }
                State::Element(parser) => match parser.feed(rest) {
                    Some(end) => {
                        let tag = rest.get(..end).unwrap_or_default();
                        if self.token.is_empty() {
                            self.tag(tag)?;
                        } else {
                            let mut whole = std::mem::take(&mut self.token);
                            whole.extend_from_slice(tag);
                            self.tag(&whole)?;
                        }
                        self.state = State::Text;
                        end + 1
                    }
                    None => self.keep(rest)?,
                },
                State::Instruction(parser) => match parser.feed(rest) {
                    Some(end) => {
                        self.keep(rest.get(..end).unwrap_or_default())?;
                        self.state = State::Text;
                        end + 1
                    }
                    None => self.keep(rest)?,
                },
                State::Bang => {
                    let next = rest.first().copied().unwrap_or_default();
                    self.token.push(next);
                    match self.token.as_slice() {
                        [_] => {}
                        [_, b'-'] => self.state = State::Until(b"--"),
                        [_, b'['] => self.state = State::Until(b"]]"),
                        _ => self.state = State::Doctype,
                    }
                    1
                }
                State::Doctype => {
                    let end = memchr(b'>', rest);
                    let length = self.keep(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default())?;
                    if end.is_some() {
                        if declares(&self.token) {
                            return Err(Fault::Doctype);
                        }
                        self.state = State::Text;
                    }
                    length + usize::from(end.is_some())
                }
                State::Until(end) => {
                    let (end, found) = (*end, memchr(b'>', rest));
                    let before = rest.get(..found.unwrap_or(rest.len())).unwrap_or_default();
                    let length = self.keep(before)?;
                    match found {
                        None => length,
                        // `<!-->` and `<!--->` are no whole comments.
                        Some(_) if self.token.ends_with(end) && (end != b"--" || self.token.len() > 4) => {
                            self.state = State::Text;
                            length + 1
                        }
                        Some(_) => length + self.keep(b">")?,
                    }
                }
            };
            self.at += taken as u64;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the part; returns what is held with it.
    pub fn finish(self) -> Result<Held, Fault> {
        // Room for so many texts is nothing beside what others may take.
        const HARMLESS: u64 = 1 << 20;
        match self.claimed > HARMLESS.max(self.texts.saturating_mul(2)) {
            true => Err(Fault::Claim),
            false => Ok(self.held),
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        if self.token.len() + bytes.len() > MAX_RECORD {
            return Err(Fault::Piece);
        }
        self.token.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Takes a whole tag without its brackets.
    fn tag(&mut self, tag: &[u8]) -> Result<(), Fault> {
        if tag.len() > MAX_RECORD || self.unit.is_some_and(|(begin, ..)| self.at - begin > MAX_RECORD as u64) {
            return Err(Fault::Piece);
        }
        if let Some(name) = tag.strip_prefix(b"/") {
            return self.end(name);
        }
        let is_empty = tag.ends_with(b"/");
        let tag = tag.strip_suffix(b"/").unwrap_or(tag);
        let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let name = tag.get(..end).unwrap_or_default();
        let local = memchr(b':', name).and_then(|colon| name.get(colon + 1..)).unwrap_or(name);
        // Cells are by far the most.
        if local != b"c" && local != b"v" {
            self.count(local, tag)?;
        }
        if is_empty {
            return Ok(());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::Nesting);
        }
        self.open.push(hash(name));
        if self.unit.is_none() && UNITS.contains(&local) {
            self.unit = Some((self.at, self.open.len(), matches!(local, b"si" | b"definedName")));
        }
        Ok(())
    }

    fn end(&mut self, name: &[u8]) -> Result<(), Fault> {
        if self.open.pop() != Some(hash(name.trim_ascii_end())) {
            return Err(Fault::Nesting);
        }
        if let Some((begin, depth, is_kept)) = self.unit
            && depth > self.open.len()
        {
            self.unit = None;
            if is_kept && !self.held.add(self.at - begin) {
                return Err(Fault::Held);
            }
        }
        Ok(())
    }

    fn count(&mut self, local: &[u8], tag: &[u8]) -> Result<(), Fault> {
        if let Some((_, kept)) = KEPT.iter().find(|(name, _)| *name == local)
            && !self.held.add(kept + tag.len() as u64)
        {
            return Err(Fault::Held);
        }
        self.texts += u64::from(local == b"si");
        if local == b"sst" {
            self.claimed = self.claimed.max(claim(tag));
        }
        Ok(())
    }
}

/// Whether a document type is more than the name of one, or where it ends could be read in two ways.
fn declares(kind: &[u8]) -> bool {
    let is_open = |quote: u8| memchr::memchr_iter(quote, kind).count() % 2 == 1;
    kind.iter().any(|byte| matches!(byte, b'[' | b'<')) || is_open(b'"') || is_open(b'\'')
}

fn hash(name: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(name);
    hasher.finish()
}

/// The largest number that a tag says of unique texts, wherever it says so.
fn claim(tag: &[u8]) -> u64 {
    let digits = |at: usize| {
        let said = tag.get(at..).unwrap_or_default();
        let begins = said.iter().position(u8::is_ascii_digit).unwrap_or(said.len());
        let number = said.get(begins..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit());
        number.fold(0u64, |so_far, digit| so_far.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    };
    memmem::find_iter(tag, b"uniqueCount").map(digits).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn take(parts: &[&[u8]]) -> Result<(), Fault> {
        let mut markup = Markup::besides(Held::default());
        parts.iter().try_for_each(|part| markup.take(part))?;
        markup.finish().map(drop)
    }

    const MIB: &str = "aaaaaaaaaaaaaaaa";

    /// More than a record.
    fn much() -> String {
        MIB.repeat((MAX_RECORD >> 4) + 1)
    }

    #[test]
    fn a_usual_part_is_fine_wherever_it_is_cut() {
        let part = "<?xml version=\"1.0\"?>\n<!-- > a -- > b --><x:sst uniqueCount='2'><x:si><x:t a=\"<>'\">1 &lt; 2</x:t></x:si>\
                    <x:si><![CDATA[<c>]]]></x:si ><c r=\"A1\"/></x:sst>";
        for cut in 0..part.len() {
            assert_eq!(take(&[&part.as_bytes()[..cut], &part.as_bytes()[cut..]]), Ok(()), "{cut}");
        }
        assert_eq!(take(&part.as_bytes().chunks(1).collect::<Vec<_>>()), Ok(()));
    }

    #[test]
    fn no_piece_is_larger_than_a_record() {
        let much = much();
        let spread = format!("<c>{}</c>", "<t>aaaaaaa</t>&amp;".repeat(MAX_RECORD / 16));
        for part in [
            format!("<a>{much}</a>"),
            much.clone(),
            format!("<a b=\"{}\"/>", "<c>".repeat(MAX_RECORD)),
            format!("<a b='{much}'/>"),
            format!("<!--{}-->", "<a>".repeat(MAX_RECORD)),
            format!("<a><![CDATA[{much}]]></a>"),
            format!("<?a {much}?>"),
            spread,
            // A cell inside a cell begins no other.
            format!("<c>{}</c>", "<c>aaaaaaaaaaa</c>".repeat(MAX_RECORD / 16)),
        ] {
            assert_eq!(take(&[part.as_bytes()]), Err(Fault::Piece), "{}", &part[..40]);
            let chunks: Vec<&[u8]> = part.as_bytes().chunks(1 << 18).collect();
            assert_eq!(take(&chunks), Err(Fault::Piece), "{}", &part[..40]);
        }
        let rows = "<row><c><v>1</v></c></row>".repeat(MAX_RECORD / 8);
        assert_eq!(take(&[b"<sheetData>", rows.as_bytes(), b"</sheetData>"]), Ok(()));
    }

    #[test]
    fn no_claim_is_believed() {
        for claim in ["2147483648", "18446744073709551615", "99999999999999999999999", "1048577"] {
            for tag in [
                format!("<sst uniqueCount=\"{claim}\"/>"),
                format!("<x:sst count='1' uniqueCount = '{claim}'></x:sst>"),
                format!("<sst uniqueCount=\"1\" uniqueCount=\"{claim}\"/>"),
            ] {
                assert_eq!(take(&[tag.as_bytes()]), Err(Fault::Claim), "{tag}");
            }
        }
        assert_eq!(take(&[b"<sst uniqueCount=\"70000\"><si/></sst>"]), Ok(()));
    }

    #[test]
    fn what_is_kept_is_counted() {
        let many = |element: &str, count: usize| {
            let mut markup = Markup::besides(Held::within(1 << 20));
            markup.take(element.repeat(count).as_bytes()).and_then(|()| markup.finish()).map(drop)
        };
        for element in ["<si/>", "<x:si><t>a</t></x:si>", "<xf/>", "<sheet name='a'/>", "<Relationship/>"] {
            assert_eq!(many(element, 50_000), Err(Fault::Held), "{element}");
            assert_eq!(many(element, 1_000), Ok(()), "{element}");
        }
        assert_eq!(many("<c><v>1</v></c>", 50_000), Ok(()));
    }

    #[test]
    fn elements_close_as_they_open() {
        for part in ["<a></b>", "</a>", "<c><is></c></is>", &"<a>".repeat(MAX_DEPTH + 1)] {
            assert_eq!(take(&[part.as_bytes()]), Err(Fault::Nesting), "{part:.20}");
        }
        for kind in ["a [<!ENTITY b 'c'>]", "a SYSTEM \"b", "a <!-- b", "a 'b>'"] {
            assert_eq!(take(&[format!("<!DOCTYPE {kind}><a/>").as_bytes()]), Err(Fault::Doctype), "{kind}");
        }
        let usual = b"<!DOCTYPE m:m PUBLIC \"-//O//DTD M 1.0//EN\" \"M.dtd\"><m:m></m:m>";
        assert_eq!(take(&usual.chunks(1).collect::<Vec<_>>()), Ok(()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_alike_however_they_are_cut(
            part in "(\\PC|[<>/!?'\"\\[\\]-]|<!--|-->|<c>|</c>|<a b=\"){0,60}",
            cut in any::<proptest::sample::Index>(),
        ) {
            let at = cut.index(part.len() + 1);
            let (first, second) = part.as_bytes().split_at(at);
            prop_assert_eq!(take(&[part.as_bytes()]), take(&[first, second]));
        }
    }
}
