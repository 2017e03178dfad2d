//! One folder a noun, one file a verb: arguments (their doc comments are the help) and `run`.

pub mod amounts;
pub mod audit;
pub mod backup;
pub mod budget;
pub mod complete;
pub mod completions;
pub mod config;
pub mod context;
pub mod dnc;
pub mod funnel;
pub mod import;
pub mod lead;
pub mod limit;
pub mod lines;
pub mod migrate;
pub mod org;
pub mod pictures;
pub mod roi;
pub mod segment;
pub mod selection;
pub mod texts;
pub mod times;
pub mod user;
pub mod window;
