//! Organizations and their settings.

pub mod organizations;
pub mod settings;
