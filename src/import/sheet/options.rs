//! What a person asks of the import of a sheet, as far as it is the same for every kind.

use crate::import::options::Assignment;
use crate::import::proof::Formats;
use crate::import::saved::Mappable;

/// What a person asked of an import, kept with its record: a reject file brings it back.
pub trait Options: Mappable {
    /// These options, with what they leave open taken from those of an earlier import.
    fn or(self, earlier: Self) -> Self;

    /// The preset that was asked for.
    fn preset(&self) -> Option<&str> {
        None
    }

    /// These options with the preset that the file shows.
    fn with_preset(self, _name: &str) -> Self {
        self
    }

    /// Fields and the columns that were named for them.
    fn map(&self) -> &[Assignment];

    /// Columns that are left out.
    fn ignore(&self) -> &[String];

    /// Values that are given to every row.
    fn set(&self) -> &[Assignment];

    /// The region of national phone numbers.
    fn region(&self) -> Option<&str> {
        None
    }

    /// The code of the currency of amounts that name none.
    fn currency(&self) -> Option<&str> {
        None
    }

    /// What was said of how dates and numbers are written.
    fn formats(&self) -> Formats {
        Formats::default()
    }

    /// Whether amounts are rounded that have more decimals than their currency has.
    fn rounds(&self) -> bool {
        false
    }

    /// These options with what the file has proven, so that its reject file is read alike.
    fn with_formats(self, _formats: Formats) -> Self {
        self
    }
}
