//! What is known of numbers while drafts are written.

use rustc_hash::FxHashSet;

use crate::domain::phone::E164;
use crate::domain::phone::equivalents::other_spellings;

/// Numbers that may not be called, and numbers that deleted leads had.
#[derive(Default)]
pub struct Numbers {
    /// Every spelling of the listed ones.
    pub listed: FxHashSet<E164>,
    pub previously_deleted: FxHashSet<E164>,
}

impl Numbers {
    /// Takes numbers as listed, in every spelling.
    pub fn list(&mut self, numbers: impl IntoIterator<Item = E164>) {
        for number in numbers {
            self.listed.insert(number);
            self.listed.extend(other_spellings(number));
        }
    }

    pub fn is_listed(&self, number: E164) -> bool {
        self.listed.contains(&number)
    }
}
