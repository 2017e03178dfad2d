//! What imports have in common with what undoes them.

pub mod mappings;
pub mod status_events;
pub mod undo;
