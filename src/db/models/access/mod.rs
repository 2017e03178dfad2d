//! Organizations, their users and their settings.

pub mod organizations;
pub mod system_config;
pub mod users;
