//! Telephone numbers: read from text by a port of libphonenumber, valid by a table, and spelled in several ways.
//!
//! The library is asked last. It takes letters after a number for digits or drops them, a second number for an extension,
//! and what lost its plus for a national number: such texts are problems here, or say what else they may mean.

pub mod equivalents;
pub mod nanp;
mod number;
mod old_spelling;
pub mod plan;
mod problem;
mod read;
pub mod reading;
mod several;
mod shape;

pub use number::{E164, Region, nanp};
pub use problem::PhoneProblem;
pub use read::{ParsedPhone, PhoneCheck, parse, reading_with_plus};
pub use several::{parse_each, parse_several};

#[cfg(test)]
mod spellings;
#[cfg(test)]
mod tests;
