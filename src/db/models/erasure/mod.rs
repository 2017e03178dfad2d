//! Erased people.

pub mod erased_texts;
pub mod erasures;
pub mod recorded;
