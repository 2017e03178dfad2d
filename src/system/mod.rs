//! What the operating system gives: files that appear whole, what can be read only once, and libraries that panic.

pub mod new_file;
pub mod panics;
pub mod shell;
pub mod stream;
