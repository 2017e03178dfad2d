//! Lead work, by part.

pub mod next;
pub mod outcomes;
pub mod pools;
pub mod scores;
pub mod territories;
