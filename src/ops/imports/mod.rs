//! What imports have in common with what undoes them.

pub mod status_events;
pub mod undo;
