//! What changes several tables in one transaction, shared by imports and by the verbs for single leads.

pub mod access;
pub mod audited;
pub mod backups;
pub mod dnc;
pub mod doctor;
pub mod erasure;
pub mod idempotency;
pub mod imports;
pub mod lead_work;
pub mod leads;
pub mod money;
pub mod seed;
pub mod segments;
