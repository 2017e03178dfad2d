//! The file of an embedded database.

pub(super) mod only_read;
pub(in crate::db) mod ownership;
pub(super) mod unplaced;
