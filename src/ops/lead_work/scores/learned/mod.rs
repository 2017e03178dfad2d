//! Models that learn: what is known of leads as of a time, and what became of them.

pub mod backtest;
pub mod fields;
pub mod past;
pub mod predict;
pub mod train;
