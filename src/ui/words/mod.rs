//! What things are called, and what became of them, in words.

mod change;

pub use crate::domain::labels::label;
pub use change::Change;
