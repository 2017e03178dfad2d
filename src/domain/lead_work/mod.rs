//! Who works which leads: the rules of it.

pub mod territories;
//! Lead work: what leads are worth, and who works on them.

pub mod next;
pub mod scores;
