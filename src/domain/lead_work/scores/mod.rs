//! Scores of leads: models of rules, which foot, and models that have learned.

pub mod probability;
