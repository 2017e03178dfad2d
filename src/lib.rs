//! crmctl: a command-line CRM administration tool.

pub mod db;
pub mod domain;
