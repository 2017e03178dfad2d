//! One folder a noun, one file a verb: arguments (their doc comments are the help) and `run`.

pub mod args;
pub mod audit;
pub mod backup;
pub mod budget;
pub mod completions;
pub mod config;
pub mod context;
pub mod dnc;
pub mod doctor;
pub mod funnel;
pub mod import;
pub mod lead;
pub mod manual;
pub mod migrate;
pub mod org;
pub mod outputs;
pub mod pool;
pub mod restore;
pub mod roi;
pub mod score;
pub mod segment;
pub mod task;
pub mod territory;
pub mod user;
