//! Verbs that tell something about numbers.

pub mod callable;
pub mod check;
pub mod history;
