//! Who works which leads.

pub mod territories;
//! Lead work, by part.

pub mod next;
