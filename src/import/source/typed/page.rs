//! How an XLS workbook writes its texts: in Unicode since Excel 97, and in a code page before (MS-XLS 2.4.52).

use calamine::{Data, Range};
use encoding_rs::{MACINTOSH, WINDOWS_1252, X_MAC_CYRILLIC};

use crate::import::source::charsets::TextEncoding;

/// The encoding of the texts; `None` is Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts(Option<TextEncoding>);

/// What the library is told to take texts for: a page in which every byte is a character, or Unicode.
const BYTES: u16 = 1252;
const UNICODE: u16 = 1200;

impl Texts {
    /// By the version that a workbook says first, and the code page that it names. The error is a page that is not known.
    pub fn of(version: Option<u16>, page: Option<u16>) -> Result<Texts, u16> {
        let is_old = matches!(version, Some(0x0002 | 0x0007 | 0x0200..=0x0500));
        let standard = |encoding| Ok(Texts(Some(TextEncoding::Standard(encoding))));
        match page {
            _ if !is_old => Ok(Texts(None)),
            None | Some(0 | 367 | 1200 | 1252 | 32_769) => standard(WINDOWS_1252),
            Some(10_000 | 32_768) => standard(MACINTOSH),
            Some(10_007) => standard(X_MAC_CYRILLIC),
            Some(65_001) => standard(encoding_rs::UTF_8),
            Some(page) => {
                let names = [format!("windows-{page}"), format!("cp{page}")];
                let known = names.iter().find_map(|name| TextEncoding::named(name));
                known.map(|known| Texts(Some(known))).ok_or(page)
            }
        }
    }

    /// The code page by which the library is to read.
    pub fn read_as(self) -> u16 {
        if self.0.is_some() { BYTES } else { UNICODE }
    }

    /// A text that the library has read.
    pub fn decoded(self, text: String) -> String {
        match self.0 {
            Some(encoding) if encoding != TextEncoding::Standard(WINDOWS_1252) && !text.is_ascii() => {
                encoding.decode(&WINDOWS_1252.encode(&text).0)
            }
            _ => text,
        }
    }

    /// The same for all cells of a sheet.
    pub fn decode_cells(self, cells: &mut Range<Data>) {
        if self.0.is_none() {
            return;
        }
        for row in 0..cells.height() {
            for cell in &mut cells[row] {
                if let Data::String(text) = cell {
                    *text = self.decoded(std::mem::take(text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_their_letters() {
        let read = |page: Option<u16>, bytes: &[u8]| {
            let texts = Texts::of(Some(0x0500), page).unwrap();
            assert_eq!(texts.read_as(), 1252);
            texts.decoded(WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
        };
        for (page, bytes, text) in [
            (None, &b"K\xF6ln \x80"[..], "Köln €"),
            (Some(367), b"K\xF6ln", "Köln"),
            (Some(32_769), b"K\xF6ln", "Köln"),
            (Some(32_768), b"K\x9Aln", "Köln"),
            (Some(10_000), b"K\x9Aln", "Köln"),
            (Some(437), b"K\x94ln", "Köln"),
            (Some(850), b"S\xC6o \x81", "São ü"),
            (Some(1251), b"\xCC\xE8\xF0", "Мир"),
            (Some(866), b"\x8C\xA8\xE0", "Мир"),
            (Some(932), b"\x93\xFA\x96\x7B", "日本"),
            (Some(936), b"\xD6\xD0\xCE\xC4", "中文"),
            (Some(874), b"\xA1", "ก"),
        ] {
            assert_eq!(read(page, bytes), text, "{page:?}");
        }
        assert_eq!(Texts::of(Some(0x0500), Some(9999)), Err(9999));
    }

    #[test]
    fn unicode_has_no_page() {
        for page in [None, Some(0), Some(1252), Some(9999)] {
            let texts = Texts::of(Some(0x0600), page).unwrap();
            assert_eq!((texts.read_as(), texts.decoded("é".into())), (1200, "é".to_owned()));
        }
    }
}
