//! Whom to contact next: leads that may be, what became of recommendations, and tasks.

pub mod candidates;
pub mod contacts;
pub mod pace;
pub mod recommendations;
pub mod tasks;

use crate::domain::timestamp::Timestamp;

/// Leads that are looked for: those of one person, or of everybody.
#[derive(Debug, Clone)]
pub enum Scope {
    All,
    /// Their own, and nobody's in these territories.
    Of {
        user: i64,
        territories: Vec<i64>,
    },
}

/// How many rows of a list of leads are read at most, and from when on they count.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub since: Timestamp,
    pub now: Timestamp,
    pub most: i64,
}
