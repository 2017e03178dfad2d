//! Who may do what.

pub mod preference;
pub mod profile;
pub mod role;
