//! What the program tells about itself: `crmctl help` and `crmctl man`.

pub mod facts;
pub mod help;
pub mod man;
pub mod topics;
