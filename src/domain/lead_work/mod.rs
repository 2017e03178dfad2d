//! Who works which leads: the rules of it.

pub mod territories;
