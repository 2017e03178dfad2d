//! The encodings of text: those of the WHATWG Encoding Standard, and code pages of DOS, which it lacks.

pub mod garbled;
pub mod guess;
mod signs;

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};
use yore::CodePage;
use yore::code_pages::{CP437, CP737, CP850, CP852, CP857};

/// An encoding of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// One of the WHATWG Encoding Standard.
    Standard(&'static Encoding),
    Dos(DosPage),
}

/// A code page of DOS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DosPage {
    /// The first one, of the United States.
    Cp437,
    Cp737,
    /// Western Europe.
    Cp850,
    /// Central Europe.
    Cp852,
    /// Turkish.
    Cp857,
}

impl DosPage {
    pub const ALL: [DosPage; 5] = [DosPage::Cp850, DosPage::Cp437, DosPage::Cp852, DosPage::Cp857, DosPage::Cp737];

    pub fn name(self) -> &'static str {
        match self {
            DosPage::Cp437 => "cp437",
            DosPage::Cp737 => "cp737",
            DosPage::Cp850 => "cp850",
            DosPage::Cp852 => "cp852",
            DosPage::Cp857 => "cp857",
        }
    }

    /// The character of a byte; `None` where the page has none.
    pub fn decode(self, byte: u8) -> Option<char> {
        let bytes = [byte];
        let text = match self {
            DosPage::Cp437 => CodePage::decode(&CP437, &bytes),
            DosPage::Cp737 => CodePage::decode(&CP737, &bytes),
            DosPage::Cp850 => CodePage::decode(&CP850, &bytes),
            DosPage::Cp852 => CodePage::decode(&CP852, &bytes),
            DosPage::Cp857 => CodePage::decode(&CP857, &bytes),
        };
        text.ok().and_then(|text| text.chars().next())
    }

    /// The characters of the bytes from 0x80 on.
    pub fn upper_half(self) -> [Option<char>; 128] {
        std::array::from_fn(|at| self.decode(at as u8 + 0x80))
    }
}

impl TextEncoding {
    /// The encoding with this name: one of the WHATWG Encoding Standard, a code page of DOS such as `cp850`, or another
    /// usual name.
    pub fn named(label: &str) -> Option<TextEncoding> {
        let label = label.trim().to_lowercase();
        let plain: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
        let number =
            ["cp", "ibm", "dos", "oem", "csibm", "cspc", "pc", ""].iter().filter_map(|name| plain.strip_prefix(name));
        let mut pages = number.filter_map(|number| {
            let page = match number {
                "437" | "8codepage437" => DosPage::Cp437,
                "737" => DosPage::Cp737,
                "850" | "850multilingual" | "00850" => DosPage::Cp850,
                "852" | "pcp852" | "00852" => DosPage::Cp852,
                "857" | "00857" => DosPage::Cp857,
                _ => return None,
            };
            Some(page)
        });
        if let Some(page) = pages.next() {
            return Some(TextEncoding::Dos(page));
        }
        let standard = |label: &str| Encoding::for_label_no_replacement(label.as_bytes());
        let found = standard(&label).or_else(|| standard(&label.replace('_', "-"))).or_else(|| standard(&plain));
        let found = found.or(match plain.as_str() {
            "macroman" | "macosroman" | "xmacintosh" => Some(MACINTOSH),
            "ansi" => Some(WINDOWS_1252),
            "cp932" => Some(encoding_rs::SHIFT_JIS),
            "cp936" => Some(encoding_rs::GBK),
            "cp949" => Some(encoding_rs::EUC_KR),
            "cp950" => Some(encoding_rs::BIG5),
            _ => None,
        });
        found.map(TextEncoding::Standard)
    }

    /// What messages call it; `--encoding` takes the name.
    pub fn name(self) -> &'static str {
        match self {
            TextEncoding::Standard(encoding) => encoding.name(),
            TextEncoding::Dos(page) => page.name(),
        }
    }

    /// A short text; what cannot be read is U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            TextEncoding::Standard(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            TextEncoding::Dos(page) => {
                let char_of = |byte: &u8| {
                    if byte.is_ascii() { char::from(*byte) } else { page.decode(*byte).unwrap_or('\u{FFFD}') }
                };
                bytes.iter().map(char_of).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_have_many_names() {
        for (name, labels) in [
            ("cp437", "cp437 CP437 ibm437 IBM-437 437 dos-437 oem437 cspc8codepage437"),
            ("cp850", "cp850 850 ibm850 cp_850 DOS850 cp00850"),
            ("macintosh", "macintosh mac x-mac-roman macroman mac_roman Mac-Roman"),
            ("windows-1252", "windows-1252 cp1252 latin1 latin-1 latin_1 ANSI iso8859_1"),
            ("UTF-8", "utf-8 utf8 UTF_8"),
            ("Shift_JIS", "shift_jis sjis cp932"),
            ("IBM866", "cp866 ibm866 866"),
        ] {
            for label in labels.split(' ') {
                assert_eq!(TextEncoding::named(label).map(TextEncoding::name), Some(name), "{label}");
            }
        }
        for unknown in ["klingon", "cp", "", "12", "cp999"] {
            assert_eq!(TextEncoding::named(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn code_pages_have_their_letters() {
        assert_eq!(TextEncoding::Dos(DosPage::Cp437).decode(b"Mu\xa4oz \x9e"), "Muñoz ₧");
        assert_eq!(TextEncoding::Dos(DosPage::Cp850).decode(b"S\xc6o \x9d"), "São Ø");
        assert_eq!(DosPage::Cp857.decode(0xE7), None);
    }
}
