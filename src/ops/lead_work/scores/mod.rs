//! Models that score leads, and their runs.

pub mod check;
pub mod evaluate;
pub mod history;
pub mod learned;
pub mod models;
pub mod run;
