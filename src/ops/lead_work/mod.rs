//! Lead work, by part.

pub mod held;
pub mod next;
pub mod pools;
pub mod scores;
pub mod seed;
pub mod territories;
