//! Scores of leads: models of rules, which foot, and models that have learned.

pub mod distribution;
pub mod kind;
pub mod learned;
pub mod model_name;
pub mod parts;
pub mod probability;
pub mod rules;
