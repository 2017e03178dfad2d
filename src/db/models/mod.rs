//! One file a table: its row, and the queries that concern it alone.

pub mod access;
pub mod audit;
pub mod backups;
pub mod dnc;
pub mod erasure;
pub mod idempotency_keys;
pub mod imports;
pub mod lead_work;
pub mod leads;
pub mod money;
pub mod segments;
pub mod table_sizes;

/// How many values one IN list holds: far below the limit of bind parameters on both engines.
pub const IN_LIST: usize = 1000;
