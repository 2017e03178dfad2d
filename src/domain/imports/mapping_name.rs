//! Names of saved mappings: `monthly`, or `monthly@2` for one version.

use crate::domain::labels::versioned::{Noun, VersionedName};

/// A saved mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {}

impl Noun for Mapping {
    const WORD: &'static str = "mapping";
}

/// A saved mapping as a person names it.
pub type MappingName = VersionedName<Mapping>;

/// The name of a mapping that is saved.
///
/// # Errors
/// A sentence that says what a name is.
pub fn new_name(text: &str) -> Result<String, String> {
    MappingName::new_name(text)
}
