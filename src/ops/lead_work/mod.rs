//! Who works which leads.

pub mod territories;
