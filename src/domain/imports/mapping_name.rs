//! Names of saved mappings: `monthly`, or `monthly@2` for one version.

use std::fmt;
use std::str::FromStr;

/// The longest name.
pub const MAX_LENGTH: usize = 100;

/// A saved mapping as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingName {
    pub name: String,
    /// The latest one where none is said.
    pub version: Option<i32>,
}

impl fmt::Display for MappingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            None => f.write_str(&self.name),
            Some(version) => write!(f, "{}@{version}", self.name),
        }
    }
}

impl FromStr for MappingName {
    type Err = String;
    fn from_str(text: &str) -> Result<MappingName, String> {
        let (name, version) = match text.rsplit_once('@') {
            None => (text, None),
            Some((name, version)) => {
                let number = version.trim().parse().ok().filter(|number| *number >= 1);
                let number = number.ok_or_else(|| {
                    format!("`{version}` is no version of a mapping; write the name alone, or as {name}@2")
                })?;
                (name, Some(number))
            }
        };
        Ok(MappingName { name: new_name(name)?, version })
    }
}

/// The name of a mapping that is saved: without blanks around it, inner ones single.
///
/// # Errors
/// A sentence that says what a name is.
pub fn new_name(text: &str) -> Result<String, String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_bad = |c: char| c.is_control() || c == '@';
    match name.is_empty() || name.chars().count() > MAX_LENGTH || name.chars().any(is_bad) {
        true => {
            Err(format!("`{text}` is no name for a mapping; a name is text of 1 to {MAX_LENGTH} characters without @"))
        }
        false => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions() {
        let read = |text: &str| text.parse::<MappingName>().map(|it| (it.to_string(), it.name, it.version));
        assert_eq!(read(" trade  fair "), Ok(("trade fair".into(), "trade fair".into(), None)));
        assert_eq!(read("monthly@12"), Ok(("monthly@12".into(), "monthly".into(), Some(12))));
        for bad in ["", "  ", "@", "@1", "a@", "a@0", "a@-1", "a@b", "a@b@1", "a\u{7}"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert!(new_name(&"x".repeat(100)).is_ok() && new_name(&"x".repeat(101)).is_err());
    }
}
