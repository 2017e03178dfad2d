//! Verbs that change leads.

pub mod add;
pub mod assign;
pub mod delete;
pub mod edit;
pub mod erase;
pub mod merge;
pub mod note;
pub mod phone;
pub mod restore;
pub mod status;
pub(super) mod tag;
