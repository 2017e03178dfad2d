//! What can be said of the values of a field, for lists and filters.

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Number,
    Text,
    Time,
    /// A day.
    Date,
    Flag,
    /// A list of texts.
    Texts,
    Json,
    /// Minor units and currency, printed as an amount.
    Money,
    /// Ten-thousandths, printed as a share of 1.
    Probability,
}

/// How a list is sorted by a column; empty values come last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorts {
    Not,
    /// By its value, which is never empty.
    Always,
    /// By its value.
    Value,
    /// By its text without regard to case.
    Folded,
}

/// What kind of value a field has for filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Number,
    /// A sum of money, in units of the lead's currency.
    Money,
    /// A share of 1, with at most four decimals.
    Probability,
    /// A point in time.
    Time,
    /// A day.
    Date,
    /// Text for people, compared without regard to case.
    Text,
    /// Text that is compared as it is.
    Exact,
    Phone,
    Email,
    Source,
    Country,
    Currency,
    Status,
    /// A word of this vocabulary.
    Word(&'static [&'static str]),
    /// A user, by email.
    Owner,
    /// A territory, by name.
    Territory,
    Tag,
    /// What notes say.
    Note,
    /// Yes or no.
    Flag,
    /// A custom field: text, or a number that is written as text.
    Custom,
}
