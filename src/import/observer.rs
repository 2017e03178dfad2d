//! Who hears how an import goes, and is asked.

use super::ImportError;

/// A saved mapping that fits a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub name: String,
    pub version: i32,
}

/// Hears how an import goes.
pub trait Observer {
    /// Something that a person should know while it runs.
    fn notice(&mut self, text: &str);
    /// So many rows of about so many are done.
    fn progress(&mut self, rows: u64, of_about: u64);
    /// Saved mappings fit the file, whose call names none: the place of the one that is to be used.
    ///
    /// # Errors
    /// The person interrupts.
    fn offer(&mut self, offers: &[Offer]) -> Result<Option<usize>, ImportError>;
}
