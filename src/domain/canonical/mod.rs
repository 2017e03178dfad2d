//! Rows in one form, whichever engine stores them: what a copy of a database carries and compares.

pub mod digest;
pub mod json;
pub mod kind;
pub mod value;
