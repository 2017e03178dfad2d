//! Lead work, by part.

pub mod next;
pub mod scores;
pub mod territories;
