//! What the erasure of a person does with the texts that are stored.

/// What the erasure of a person does with a text.
///
/// The person's emails, numbers and full name are what is looked for. A name that another lead has, too, is nobody's in
/// particular: the place is reported, and stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnErase {
    /// Emptied in rows of the person; the person is taken out of those of others.
    Blank,
    /// Emptied in rows of the person. In a row of another it says who that is, so that the place is reported.
    Identity,
    /// A value of the field that the row names in `field_name`, treated like that field.
    Value,
    /// The person is taken out.
    Redact,
    /// It cannot be changed, or means something by what it says: the place is reported.
    Report,
    /// A word of a vocabulary or a code, which speaks of nobody unless another program wrote it: then the place is reported.
    Code,
    /// It stays, for this reason, and is told.
    Kept(&'static str),
}

impl OnErase {
    /// Whether an erasure may change the text.
    pub fn changes(self) -> bool {
        matches!(self, OnErase::Blank | OnErase::Identity | OnErase::Value | OnErase::Redact)
    }
}
