//! Kinds of imports, and what one does with leads that are there already.

pub mod covered;
pub mod duplicates;
pub mod kind;
pub mod mapping_name;
