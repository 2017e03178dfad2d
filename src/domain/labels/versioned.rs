//! Names of things of which each change is a version: `monthly`, or `monthly@2` for one version.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// The longest name.
pub const MAX_LENGTH: usize = 100;

/// What has versions.
pub trait Noun {
    /// What one is called: `mapping`.
    const WORD: &'static str;
}

/// A thing as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionedName<N> {
    pub name: String,
    /// The latest one where none is said.
    pub version: Option<i32>,
    noun: PhantomData<N>,
}

impl<N: Noun> VersionedName<N> {
    pub fn of(name: String, version: Option<i32>) -> VersionedName<N> {
        VersionedName { name, version, noun: PhantomData }
    }

    /// The name of a new one: without blanks around it, inner ones single.
    ///
    /// # Errors
    /// A sentence that says what a name is.
    pub fn new_name(text: &str) -> Result<String, String> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_bad = |c: char| c.is_control() || c == '@';
        match name.is_empty() || name.chars().count() > MAX_LENGTH || name.chars().any(is_bad) {
            true => Err(format!(
                "`{text}` is no name for a {}; a name is text of 1 to {MAX_LENGTH} characters without @",
                N::WORD
            )),
            false => Ok(name),
        }
    }
}

impl<N> fmt::Display for VersionedName<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            None => f.write_str(&self.name),
            Some(version) => write!(f, "{}@{version}", self.name),
        }
    }
}

impl<N: Noun> FromStr for VersionedName<N> {
    type Err = String;
    fn from_str(text: &str) -> Result<VersionedName<N>, String> {
        let (name, version) = match text.rsplit_once('@') {
            None => (text, None),
            Some((name, version)) => {
                let number = version.trim().parse().ok().filter(|number| *number >= 1);
                let number = number.ok_or_else(|| {
                    format!("`{version}` is no version of a {}; write the name alone, or as {name}@2", N::WORD)
                })?;
                (name, Some(number))
            }
        };
        Ok(VersionedName::of(VersionedName::<N>::new_name(name)?, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq)]
    enum Shoe {}

    impl Noun for Shoe {
        const WORD: &'static str = "shoe";
    }

    type ShoeName = VersionedName<Shoe>;

    #[test]
    fn names_and_versions() {
        let read = |text: &str| text.parse::<ShoeName>().map(|it| (it.to_string(), it.name, it.version));
        assert_eq!(read(" trade  fair "), Ok(("trade fair".into(), "trade fair".into(), None)));
        assert_eq!(read("monthly@12"), Ok(("monthly@12".into(), "monthly".into(), Some(12))));
        for bad in ["", "  ", "@", "@1", "a@", "a@0", "a@-1", "a@b", "a@b@1", "a\u{7}"] {
            let said = read(bad).unwrap_err();
            assert!(said.contains("a shoe"), "{bad:?}: {said}");
        }
        assert!(ShoeName::new_name(&"x".repeat(100)).is_ok() && ShoeName::new_name(&"x".repeat(101)).is_err());
    }
}
