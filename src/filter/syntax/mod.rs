//! The forms in which a filter is written: text for people, JSON for tools.

pub(super) mod json;
pub(super) mod lexer;
pub(super) mod parser;
pub(super) mod print;
pub(super) mod read;
