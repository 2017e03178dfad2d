//! crmctl: a command-line CRM administration tool.
//!
//! The crate is a library so that tests and benchmarks reach its rules; the program is `main.rs`. Layers, from the
//! outside in: [`cli`] and [`commands`] (clap), [`ui`] (streams), [`import`], [`export`], [`ops`],
//! [`reports`] and [`filter`] (the work), [`db`] (Diesel),
//! [`domain`] (value types and pure rules); [`error`] and [`system`] serve all of them. Dependence runs only inwards; a test checks it.

// Nothing that input can reach panics, and only `ui` writes to streams.
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

#[macro_use]
pub mod domain;
pub mod cli;
pub mod commands;
pub mod db;
pub mod error;
pub mod export;
pub mod filter;
pub mod import;
pub mod ops;
pub mod reports;
pub mod settings;
pub mod system;
pub mod ui;
