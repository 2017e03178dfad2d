//! Requests not to be contacted: those in replies, and deciding them.

pub mod decide;
pub mod replies;
