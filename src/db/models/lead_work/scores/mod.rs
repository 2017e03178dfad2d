//! Models that score leads, and the scores that they gave.

pub mod lead_score_history;
pub mod score_models;
