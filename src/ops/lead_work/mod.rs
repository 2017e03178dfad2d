//! Lead work, by part.

pub mod next;
pub mod territories;
