//! Short names in commands, such as the slug of an organization.

/// The longest slug, in characters.
pub const MAX_LENGTH: usize = 60;

/// Checks a slug: lower-case letters, digits and inner hyphens.
///
/// # Errors
/// A sentence that says what a slug is.
pub fn check(text: &str) -> Result<(), String> {
    let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let ends = !text.starts_with('-') && !text.ends_with('-');
    if allowed && ends && !text.is_empty() && text.len() <= MAX_LENGTH {
        return Ok(());
    }
    Err(format!("`{text}` is not a slug: use lower-case letters, digits and inner hyphens, at most {MAX_LENGTH}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn slugs() {
        assert!(super::check("acme-2").is_ok());
        for bad in ["", "Acme", "-a", "a-", "a b", "ä"] {
            assert!(super::check(bad).is_err(), "{bad}");
        }
    }
}
