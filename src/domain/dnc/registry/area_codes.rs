//! Area codes as a person lists them: `212,718`, `all`, or words with blanks between.

use std::collections::BTreeSet;
use std::str::FromStr;

/// What a person says that a list covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaCodes {
    /// The whole country.
    All,
    These(BTreeSet<u16>),
}

impl FromStr for AreaCodes {
    type Err = String;

    fn from_str(text: &str) -> Result<AreaCodes, String> {
        if text.trim().eq_ignore_ascii_case("all") {
            return Ok(AreaCodes::All);
        }
        let words: Vec<&str> = text.split([',', ';', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).collect();
        let read = |word: &&str| {
            let code = word.parse::<u16>().ok().filter(|code| word.len() == 3 && (200..1000).contains(code));
            code.ok_or_else(|| format!("`{word}` is no area code; write three digits, such as 212,718, or `all`"))
        };
        match words.iter().map(read).collect::<Result<BTreeSet<u16>, String>>()? {
            codes if codes.is_empty() => Err("no area codes are named; write them as 212,718, or `all`".into()),
            codes => Ok(AreaCodes::These(codes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_codes_are_read() {
        assert_eq!("ALL".parse(), Ok(AreaCodes::All));
        assert_eq!("718, 212;212\n917".parse(), Ok(AreaCodes::These(BTreeSet::from([212, 718, 917]))));
        for bad in ["", ",", "21", "2125", "112", "0212", "abc", "212,all", "+12"] {
            assert!(bad.parse::<AreaCodes>().is_err(), "{bad}");
        }
    }
}
