//! What reports are computed from.

pub mod funnel;
pub mod spellings;
