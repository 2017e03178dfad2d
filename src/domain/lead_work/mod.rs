//! Lead work: who works which leads, what they are worth, and whom to contact next.

pub mod next;
pub mod pools;
pub mod scores;
pub mod territories;
pub mod wilson;
