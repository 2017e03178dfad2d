//! Reports: from the database to plain data, which the terminal, pictures and pages are made of.

pub mod audit;
pub mod funnel;
mod leads;
mod ratios;
pub mod roi;
pub mod scores;
