//! Lead work, by part.

pub mod next;
pub mod scores;
pub mod territories;
//! Who works which leads.

pub mod pools;
