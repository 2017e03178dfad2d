//! Wishes not to be contacted that are kept once all leads are written.

mod notes;
mod questions;
mod texts;

pub(super) use notes::{Kept, NoteRequests};
pub(super) use questions::questions;
pub(super) use texts::TextOptOuts;
