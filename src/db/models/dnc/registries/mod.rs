//! Registries: do-not-call lists of others, and which of them organizations must honour.

pub mod dnc_registries;
pub mod dnc_registry_blocks;
pub mod dnc_registry_revisions;
pub mod dnc_requirements;
pub mod required;
