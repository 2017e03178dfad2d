//! Pools: who is in them, leads that are distributed among them, taken back, or given back.

pub mod distribute;
mod edit;
mod error;
pub mod explained;
mod giving;
pub mod reclaim;
mod standing;
pub mod told;
pub mod undo;

pub use edit::{add, add_member, change, change_member, delete, remove_member};
pub use error::PoolError;
pub use standing::words;
