//! Custom fields: what files and people keep about leads beyond the columns of the data model.

/// What precedes the key of a custom field where it stands among other names.
pub const PREFIX: &str = "custom.";

/// The key behind `custom.`, whose case does not matter.
pub fn key_of(name: &str) -> Option<&str> {
    let (prefix, key) = name.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(key)
}

/// The longest key, in characters.
pub const MAX_KEY: usize = 100;
/// The longest value, in characters: what the audit log takes.
pub const MAX_VALUE: usize = 50_000;
