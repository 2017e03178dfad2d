//! Who hears how an import goes.

/// Hears how an import goes.
pub trait Observer {
    /// Something that a person should know while it runs.
    fn notice(&mut self, text: &str);
    /// So many rows of about so many are done.
    fn progress(&mut self, rows: u64, of_about: u64);
}
