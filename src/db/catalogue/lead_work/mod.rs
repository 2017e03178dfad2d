//! Lead work, by part.

pub(super) mod next;
pub(super) mod pools;
pub(super) mod scores;
pub(super) mod territories;
