//! Who may do what.

pub mod owners;
pub mod preference;
pub mod profile;
pub mod role;
