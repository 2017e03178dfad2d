//! Kinds of imports, and what one does with leads that are there already.

pub mod duplicates;
pub mod kind;
pub mod mapping_name;
