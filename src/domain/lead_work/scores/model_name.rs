//! Names of models: `spring`, or `spring@2` for one version.

use crate::domain::labels::versioned::{Noun, VersionedName};

/// A model that scores leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {}

impl Noun for Model {
    const WORD: &'static str = "model";
}

/// A model as a person names it.
pub type ModelName = VersionedName<Model>;
