//! What reports are computed from.

pub mod funnel;
