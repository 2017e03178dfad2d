//! Codes of the reasons for which a number or a row is not clear, as programs read them. A registry's is `registry:` and its name.

/// The organization's own list.
pub const INTERNAL: &str = "internal";
/// What is written is no number that can be looked up.
pub const UNREADABLE: &str = "unknown:unreadable";
/// It is no valid number of its plan.
pub const NOT_VALID: &str = "unknown:not_valid";
/// Nobody has decided a request for it.
pub const UNDECIDED: &str = "unknown:undecided";
/// A row has no number at all.
pub const NO_NUMBER: &str = "unknown:no_number";
/// The cells of a row cannot be told apart.
pub const BROKEN_ROW: &str = "unknown:broken_row";
/// What a formula comes to is not stored in the file.
pub const FORMULA: &str = "unknown:formula";

/// It is not the hour to call a number of the row.
pub const CALLING_HOURS: &str = "calling_hours";
/// It is not known whether it is.
pub const HOURS_UNKNOWN: &str = "unknown:calling_hours";

/// A registry has the number.
pub fn of_registry(name: &str) -> String {
    format!("registry:{name}")
}

/// A registry that must be honoured does not say, for a reason.
pub fn of_shortfall(reason: &str, name: &str) -> String {
    format!("unknown:{reason}:{name}")
}
